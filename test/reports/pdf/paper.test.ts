import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { encodeCheckpoint, readScannedCheckpoint } from '../../../lib/trail/checkpoint.js'
import { formatVkey, openNote, parseVkey, signNote } from '../../../lib/trail/note.js'
import { openArchive } from '../../../reports/pdf/archive.js'
import { renderEnrolment } from '../../../reports/pdf/enrolment.js'
import { encodeQr, qrSide } from '../../../reports/pdf/qr.js'
import { drawSeal } from '../../../reports/pdf/seal.js'
import { Sheet } from '../../../reports/pdf/sheet.js'
import { needs } from '../../support/tools.js'
import { overlaps, pagesOf, paintedOutside, run, withFile, wordsOf } from './reading.js'

const keys = generateKeyPairSync('ed25519')
const raw = Buffer.from(keys.publicKey.export({ format: 'jwk' }).x!, 'base64url')

/** A checkpoint as a scribe signs it. */
function signed(origin: string): { text: string; vkey: string } {
  const text = encodeCheckpoint({ origin, size: 493_201, root: '5e'.repeat(32) })
  return { text: signNote(text, origin, keys.privateKey), vkey: formatVkey(origin, raw) }
}

function sealed(text: string): Promise<Buffer> {
  const { doc, end } = openArchive({
    title: 'A seal',
    subject: 'on paper',
    digest: text.slice(-20),
    tool: 'test',
    dated: new Date('2026-11-21T00:00:00Z'),
    paper: 'a4',
    attachments: [],
  })
  const sheet = new Sheet(doc, { title: 'T', host: 'h', right: 'r', footer: 'f', simulation: true })
  drawSeal(sheet, {
    text,
    what: 'the signed checkpoint',
    words: ['Scan it into seal.txt:', 'ntp-auditor verify TRAIL --anchor seal.txt'],
  })
  sheet.finish()
  return end()
}

/** Prints a file at so many dots to the inch, and holds a scanner over the sheet. */
function scan(bytes: Buffer, dpi: number): Buffer {
  return withFile(bytes, (path, folder) => {
    run('pdftoppm', '-gray', '-r', String(dpi), '-f', '1', '-l', '1', path, join(folder, 'sheet'))
    const page = run('ls', folder)
      .split('\n')
      .find((name) => name.endsWith('.pgm'))!
    run(
      'sh',
      '-c',
      `zbarimg -q --raw --oneshot -Sbinary "${join(folder, page)}" > "${join(folder, 'scan')}" 2>/dev/null`,
    )
    return readFileSync(join(folder, 'scan'))
  })
}

describe('a seal on paper', () => {
  for (const origin of ['example.net/db-7', `a-rather-long-organisation.example.net/${'datacenter-'.repeat(6)}9`])
    for (const dpi of [150, 300])
      needs('pdftoppm', 'zbarimg')(`of ${origin.slice(0, 20)} is read back from a sheet of ${dpi} dpi`, async () => {
        const { text, vkey } = signed(origin)
        const scanned = scan(await sealed(text), dpi).toString('utf8')
        const checkpoint = readScannedCheckpoint(scanned)
        expect(checkpoint).toMatchObject({ origin, size: 493_201, root: '5e'.repeat(32) })
        expect(openNote(Buffer.from(text), [vkey]).verifiedBy.length).toBe(1)
        expect(`${scanned.trimEnd()}\n`).toBe(text)
      })

  needs('pdftotext')('is printed word for word, whole lines where they fit', async () => {
    const { text } = signed('example.net/db-7')
    const bytes = await sealed(text)
    const page = pagesOf(bytes).join('\n')
    for (const line of text.trimEnd().split('\n')) expect(page).toContain(line)
    expect(overlaps(wordsOf(bytes).filter(({ top, bottom }) => bottom - top < 60))).toEqual([])
  })

  test('is 45 mm wide or as much as its modules need', () => {
    const short = encodeQr(signed('example.net/db-7').text)!
    expect(qrSide(short)).toBeCloseTo(127.56, 2)
    expect(qrSide(short) / short.modules).toBeGreaterThanOrEqual(1.7)
    const long = encodeQr('x'.repeat(1600))!
    expect(qrSide(long) / long.modules).toBeCloseTo(1.7008, 3)
    expect(encodeQr('x'.repeat(1700))).toBeNull()
  })

  needs('pdftotext')('says so where no code can hold it', async () => {
    const text = `${signed('o'.repeat(2000)).text}`
    expect(pagesOf(await sealed(text)).join('\n')).toContain('too long for a QR code')
  })
})

describe('the enrolment sheet', () => {
  const { vkey } = signed('example.net/db-7')
  const data = {
    origin: 'example.net/db-7',
    host: 'db-7.example.net',
    vkey,
    fingerprint: '0123456789abcdef'.repeat(2),
    madeAt: '2026-11-21T08:00:00.123456789Z',
  }

  for (const dpi of [150, 300])
    needs('pdftoppm', 'zbarimg')(`gives its key back from ${dpi} dpi`, async () => {
      const scanned = scan(await renderEnrolment(data), dpi)
        .toString('utf8')
        .trim()
      expect(scanned).toBe(vkey)
      expect(parseVkey(scanned)).toMatchObject({ name: 'example.net/db-7' })
    })

  needs('pdftotext', 'qpdf')('is one page that says what to sign', async () => {
    const bytes = await renderEnrolment(data)
    const pages = pagesOf(bytes)
    expect(pages).toHaveLength(1)
    for (const text of [
      data.origin,
      data.host,
      vkey,
      '0123 4567 89ab cdef',
      '2026-11-21 08:00:00.123456789 UTC',
      'Witnessed by',
    ])
      expect(pages[0]).toContain(text)
    expect(paintedOutside(bytes)).toEqual([])
    expect(overlaps(wordsOf(bytes))).toEqual([])
  })

  test('is the same bytes when drawn again, and others for another key', async () => {
    const bytes = await renderEnrolment(data)
    expect((await renderEnrolment(data)).equals(bytes)).toBe(true)
    expect((await renderEnrolment({ ...data, fingerprint: 'ff' })).equals(bytes)).toBe(false)
  })

  needs('pdftotext')('holds a host label of any length and kind', async () => {
    const bytes = await renderEnrolment(
      { ...data, host: `<&${'\u202e'}${'long label '.repeat(300)}`, origin: 'o'.repeat(300) },
      { paper: 'letter' },
    )
    const words = wordsOf(bytes)
    expect(words.filter(({ left, right }) => left < 47 || right > 566)).toEqual([])
    expect(overlaps(words)).toEqual([])
    expect(pagesOf(bytes).join('')).toContain('<&\\u{202E}long label')
  })
})
