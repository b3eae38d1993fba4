import { describe, expect, test } from '@jest/globals'
import type { ProofDocument } from '../../../lib/evidence/document.js'
import type { CertificateData } from '../../../reports/certificate.js'
import { drawCertificate } from '../../../reports/pdf/certificate.js'
import { needs } from '../../support/tools.js'
import { openBody } from '../fixture.js'
import { attachment, overlaps, pagesOf, paintedOutside, wordsOf } from './reading.js'

type Answer = ProofDocument['answers'][number]

const answer: Answer = {
  verdict: 'PROVEN',
  low: -0.010229472,
  high: 0.003627931,
  support: 'voted',
  witness: 'complete',
  asKnownThen: { verdict: 'PROVEN', low: -0.012345678, high: 0.003627931 },
  cause: null,
  records: [1535, 1536],
  nearest: { sample: 1535, clockChange: 1541, gap: null },
  utc: '2026-03-03T13:59:59.996699228Z',
  wall: '2026-03-03T14:00:00.000000000Z',
  estimated: false,
  utcFrom: '2026-03-03T13:59:59.989770528Z',
  utcTo: '2026-03-03T14:00:00.003627931Z',
}

const line = (seq: number, length: number) => ({
  seq,
  type: 'sample',
  hash: 'a7'.repeat(32),
  text: `{"atNs":"${seq}","fill":"${'0123456789'.repeat(length / 10)}"}`,
})

const checkpoint = `example.net/db-7\n1600\n${Buffer.alloc(32, 7).toString('base64')}\n\n\u2014 example.net/db-7 ${Buffer.alloc(68, 9).toString('base64')}\n`

function dataOf(more: Partial<CertificateData> = {}, answers: readonly Answer[] = [answer]): CertificateData {
  return {
    host: 'db-7.example.net',
    identity: openBody.identity,
    tool: 'ntp-auditor 0.1.0',
    proof: { at: '2026-03-03T14:00:00.000000000Z', simulation: false, scale: 'wall', tolerance: 0.05, answers },
    records: [line(1535, 3000), line(1536, 500), line(1541, 700)],
    seal: { path: 'seals/2026/03/000000012.checkpoint', size: 1600, text: checkpoint },
    inclusion: { seq: 1536, size: 1600, path: Array.from({ length: 11 }, (_, index) => String(index % 10).repeat(64)) },
    unsealed: null,
    bundle: null,
    ...more,
  }
}

const violated: Answer = {
  ...answer,
  verdict: 'VIOLATED',
  cause: 'out-of-tolerance',
  low: 179.991660789,
  high: 180.002019998,
}

const cases: Readonly<Record<string, () => CertificateData>> = {
  'an instant': () => dataOf(),
  'an instant without seal': () => dataOf({ seal: null, inclusion: null }),
  'an instant that the clock showed twice, simulated': () => {
    const data = dataOf({}, [answer, violated])
    return { ...data, proof: { ...data.proof, simulation: true } }
  },
  'an instant that was skipped': () => dataOf({ records: [], seal: null, inclusion: null }, []),
  'an instant without a bound': () =>
    dataOf({}, [{ ...answer, verdict: 'UNMONITORED', cause: 'auditor-down', low: null, high: null, support: null }]),
  'hostile names and too many records': () =>
    dataOf({
      host: `=cmd()<&\u202e${'x'.repeat(10_000)}`,
      records: Array.from({ length: 40 }, (_, index) => line(1500 + index, 5000)),
    }),
}

describe.each(Object.keys(cases))('the certificate of %s', (name) => {
  for (const paper of ['a4', 'letter'] as const)
    needs('pdftotext', 'qpdf')(`is one sound page of ${paper}`, async () => {
      const bytes = await drawCertificate(cases[name]!(), { paper })
      expect(pagesOf(bytes)).toHaveLength(1)
      const words = wordsOf(bytes).filter(({ top, bottom }) => bottom - top < 25)
      expect(overlaps(words)).toEqual([])
      expect(words.filter(({ left, right }) => left < 47 || right > 567)).toEqual([])
      expect(paintedOutside(bytes)).toEqual([])
    })
})

describe('a certificate', () => {
  needs('pdftotext')('says what was asked, what is proven in hindsight, and what was known then', async () => {
    const text = pagesOf(await drawCertificate(dataOf()))
      .join('')
      .replaceAll(/\s+/g, ' ')
    expect(text).toContain('when it showed 2026-03-03 14:00:00.000000000 UTC?')
    expect(text).toContain('at most 10.229472 ms from UTC')
    expect(text).toContain('between 10.229472 ms fast and 3.627931 ms slow')
    expect(text).toContain('As known then: PROVEN, between 12.345678 ms fast')
    expect(text).toContain('nearest sample 1535, clock change 1541, gap none')
    expect(text).toContain('record 1536 is among them')
    expect(text).toContain('a7'.repeat(32))
    expect(text).toContain('9'.repeat(64))
  })

  needs('pdftotext')('tells of a violation how far the clock was at least', async () => {
    const text = pagesOf(await drawCertificate(dataOf({}, [violated]))).join('')
    expect(text).toContain('at least 179.991660789 s from UTC')
    expect(text).not.toContain('at most 1')
  })

  needs('pdftotext')(
    'prints records whole where there is room, and says where the rest stands where there is none',
    async () => {
      const whole = pagesOf(await drawCertificate(dataOf()))
        .join('')
        .replaceAll(/\s+/g, '')
      expect(whole).toContain(line(1535, 3000).text)
      const crowded = pagesOf(await drawCertificate(cases['hostile names and too many records']!())).join('')
      expect(crowded).toMatch(/\u2026 \+\d+ characters: whole in records\.ndjson|further records/)
    },
  )

  needs('pdfdetach')('carries answer, records and seal byte for byte', async () => {
    const data = dataOf({ bundle: Buffer.from('{"kind":"bundle"}\n') })
    const bytes = await drawCertificate(data)
    expect(JSON.parse(attachment(bytes, 'proof.json'))).toEqual(data.proof)
    expect(attachment(bytes, 'records.ndjson')).toBe(data.records.map(({ text }) => `${text}\n`).join(''))
    expect(attachment(bytes, 'seal.checkpoint')).toBe(checkpoint)
    expect(attachment(bytes, 'bundle.json')).toBe('{"kind":"bundle"}\n')
  })

  test('is the same bytes when drawn again, and others on other paper', async () => {
    const bytes = await drawCertificate(dataOf())
    expect((await drawCertificate(dataOf())).equals(bytes)).toBe(true)
    expect((await drawCertificate(dataOf(), { paper: 'letter' })).equals(bytes)).toBe(false)
  })
})
