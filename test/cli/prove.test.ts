import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Parts } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import { memorySource } from '../../lib/evidence/source.js'
import type { Answer, Question } from '../../lib/evidence/types.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { type FakeIo, fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: FakeIo
let trail: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'prove-'))
  io = fakeIo({ cwd })
  const builder = new TrailBuilder({ folder: join(cwd, 'trail') })
  builder.open({ configuration: { toleranceNs: '50000000', longestGapNs: '128000000000' } })
  builder.advance(3600).open({ configuration: { toleranceNs: '70000000', longestGapNs: '64000000000' } })
  trail = builder.folder
})
afterEach(() => rmSync(cwd, { recursive: true }))

const proven: Answer = {
  utcNs: 1_772_532_120_000_000_000n,
  wallNs: 1_772_532_120_000_500_000n,
  verdict: 'PROVEN',
  cause: null,
  bound: { lowNs: -1_000_001n, highNs: 999_999n },
  support: 'voted',
  witness: 'complete',
  within: { lowNs: 1_772_532_120_000_000_000n, highNs: 1_772_532_120_000_000_000n },
  estimated: false,
  asKnownThen: { verdict: 'INDETERMINATE', bound: { lowNs: -60_000_000n, highNs: 60_000_000n } },
  records: [1, 2],
  nearest: { sample: 2, clockChange: null, gap: null },
}
const violated: Answer = { ...proven, verdict: 'VIOLATED', cause: 'out-of-tolerance' }
const unknown: Answer = {
  ...proven,
  verdict: 'UNMONITORED',
  cause: 'auditor-down',
  bound: null,
  support: null,
  witness: 'looks',
  within: { lowNs: 1_772_532_100_000_000_000n, highNs: 1_772_532_140_000_000_000n },
  estimated: true,
  asKnownThen: { verdict: 'UNMONITORED', bound: null },
  records: [],
  nearest: { sample: null, clockChange: null, gap: 3 },
}

function answering(...answers: Answer[]) {
  const seen: { question?: Question; trail?: string; index?: string | undefined; closed: boolean } = { closed: false }
  const parts: Partial<Parts> = {
    openFacts: (folder, { index }) => {
      seen.trail = folder
      seen.index = index
      const close = () => {
        seen.closed = true
      }
      return Promise.resolve({ source: memorySource([]), close })
    },
    answer: (_, question) => {
      seen.question = question
      return Promise.resolve(answers)
    },
  }
  return { seen, prove: (...args: string[]) => execute(['prove', '--trail', trail, ...args], io, fakeParts(parts)) }
}

test.each([
  ['one that is proven', [proven], 0],
  ['two, the worst counts', [proven, violated], 1],
  ['one of two unknown', [proven, unknown], 3],
  ['none', [], 3],
])('%s', async (_, answers, code) => {
  expect(await answering(...answers).prove('--at', '2026-03-03T10:02:00Z')).toBe(code)
})

test('--json', async () => {
  const { prove, seen } = answering(proven, unknown)
  expect(await prove('--json', '--at', '2026-03-03T10:02:00.000500000Z', '--index', 'somewhere')).toBe(3)
  expect(JSON.parse(io.stdout.text)).toEqual({
    at: '2026-03-03T10:02:00.000500000Z',
    scale: 'wall',
    tolerance: 0.05,
    simulation: true,
    answers: [
      {
        verdict: 'PROVEN',
        low: -0.001000001,
        high: 0.000999999,
        support: 'voted',
        witness: 'complete',
        asKnownThen: { verdict: 'INDETERMINATE', low: -0.06, high: 0.06 },
        cause: null,
        records: [1, 2],
        nearest: { sample: 2, clockChange: null, gap: null },
        utc: '2026-03-03T10:02:00.000000000Z',
        utcFrom: '2026-03-03T10:02:00.000000000Z',
        utcTo: '2026-03-03T10:02:00.000000000Z',
        wall: '2026-03-03T10:02:00.000500000Z',
        estimated: false,
      },
      expect.objectContaining({
        verdict: 'UNMONITORED',
        low: null,
        high: null,
        cause: 'auditor-down',
        estimated: true,
      }),
    ],
  })
  expect(seen).toMatchObject({ trail, index: 'somewhere', closed: true })
  expect(io.stderr.text).toBe('')
})

test('text', async () => {
  await answering({ ...proven, witness: 'looks', estimated: true }, unknown).prove('--at', '2026-03-03T10:02:00.0005Z')
  expect(io.stdout.text).toBe(`SIMULATION: no clock of this trail is a real one
When the audited clock showed 2026-03-03T10:02:00.000500000Z, for a tolerance of 50.000000 ms:
1 of 2 instants that the records allow:
  PROVEN: the clock was between 1.000001 ms fast and 0.999999 ms slow
  voted; assuming nothing was set and undone within one look
  UTC 2026-03-03T10:02:00.000000000Z (estimated), clock 2026-03-03T10:02:00.000500000Z
  as known then: INDETERMINATE, between 60.000000 ms fast and 60.000000 ms slow
  rests on records 1, 2
  nearest: sample 2
2 of 2 instants that the records allow:
  UNMONITORED (auditor-down: the auditor was not running): nothing is known of the clock
  UTC 2026-03-03T10:02:00.000000000Z (estimated: between 2026-03-03T10:01:40.000000000Z and 2026-03-03T10:02:20.000000000Z)
  as known then: UNMONITORED
  nearest: gap 3
`)
  io.stdout.text = ''
  await answering().prove('--at', '2026-03-03T10:02:00Z')
  expect(io.stdout.text).toBe(
    `Nobody saw an instant when the audited clock showed 2026-03-03T10:02:00.000000000Z: while it was watched, it was set forward over that time.
What it showed while nobody watched is not known: for an instant in such a stretch, ask by UTC (--true).
`,
  )
})

describe('the question', () => {
  test('takes tolerance and longest gap from what was configured then', async () => {
    const { prove, seen } = answering(proven)
    await prove('--at', '2026-03-03T10:59:59Z')
    expect(seen.question).toEqual({
      atNs: 1_772_535_599_000_000_000n,
      scale: 'wall',
      toleranceNs: 50_000_000n,
      longestGapNs: 128_000_000_000n,
    })
    await prove('--at', '2026-03-03T11:00:00Z')
    expect(seen.question).toMatchObject({ toleranceNs: 70_000_000n, longestGapNs: 64_000_000_000n })
    await prove('--at', '2026-03-02T00:00:00Z')
    expect(seen.question).toMatchObject({ toleranceNs: 50_000_000n })
  })

  test('takes --true, --tolerance and --zone', async () => {
    const { prove, seen } = answering(proven)
    await prove('--at', '2026-03-03T11:02', '--zone', 'Europe/Berlin', '--true', '--tolerance', '1ms')
    expect(seen.question).toMatchObject({ atNs: 1_772_532_120_000_000_000n, scale: 'true', toleranceNs: 1_000_000n })
  })

  test('is meant in the zone of the trail', async () => {
    const builder = new TrailBuilder({ folder: join(cwd, 'berlin'), zone: 'Europe/Berlin' })
    builder.open()
    writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify({ references: ['a'], trail: 'berlin' }))
    const { seen } = answering()
    const parts = fakeParts({
      openFacts: () => Promise.resolve({ source: memorySource([]), close: () => {} }),
      answer: (_, question) => {
        seen.question = question
        return Promise.resolve([])
      },
    })
    expect(await execute(['prove', '--at', '2026-03-03T11:02'], io, parts)).toBe(3)
    expect(seen.question?.atNs).toBe(1_772_532_120_000_000_000n)
  })
})

test.each([
  [[], 'which instant? Give --at'],
  [['--at', 'soon'], '"--at" must be an ISO 8601 instant'],
  [['--at', 'now', '--tolerance', '50'], '"--tolerance" must be a duration'],
  [['--at', 'now', '--tolerance', '0s'], '--tolerance must be more than nothing'],
  [['--at', 'now', '--zone', 'Mars'], '"zone" must be'],
])('%j is wrong usage', async (args, message) => {
  expect(await answering(proven).prove(...args)).toBe(2)
  expect(io.stderr.text).toContain(message)
  expect(io.stdout.text).toBe('')
})
