/** The live cone, sample by sample, is the cone "as known then" that evidence draws of the whole run afterwards. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { conesOf, forwardAt } from '../../lib/evidence/cones.js'
import { frameOf, liveAnswer, nextMonth } from '../../lib/evidence/live.js'
import { LiveCone } from '../../lib/evidence/live-cone.js'
import type { LiveRecord } from '../../lib/evidence/live-record.js'
import type { Run, SampleFact } from '../../lib/evidence/runs.js'
import { parseInstant } from '../../lib/instant.js'
import '../support/seed.js'

const second = 1_000_000_000n
const ratePpb = 100_000n

const sample = fc.record({
  after: fc.bigInt({ min: 1n, max: 100n * second }),
  at: fc.bigInt({ min: -20_000_000n, max: 20_000_000n }),
  width: fc.bigInt({ min: 0n, max: 30_000_000n }),
  state: fc.constantFrom('agreed', 'agreed', 'agreed', 'ambiguous', 'single', 'conflict', 'none'),
  support: fc.constantFrom('voted', 'paired', 'single'),
})

test('property: fold by fold equal to the known cones of the run, conflicts and a refuted drift bound included', () => {
  let refuted = 0
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 40 }), (drawn) => {
      let atNs = 0n
      const facts = drawn.map(({ after, at, width, state, support }, i) => {
        atNs += after
        const bounded = state !== 'conflict' && state !== 'none'
        return {
          kind: 'sample',
          seq: i + 1,
          atNs,
          aNs: atNs,
          state,
          support: bounded ? (state === 'single' ? 'single' : support) : null,
          m: bounded ? { lowNs: at, highNs: at + width } : null,
          cause: null,
          taiUtc: 37,
        } as unknown as SampleFact
      })
      const cone = new LiveCone(ratePpb)
      for (const [i, fact] of facts.entries()) {
        cone.fold({ ...fact, state: fact.state, taiUtc: 37 })
        const run = {
          boot: 'b',
          startNs: 0n,
          endNs: fact.atNs,
          break: null,
          first: facts[0],
          samples: facts.slice(0, i + 1),
          rates: [{ aNs: 0n, ratePpb }],
        } as unknown as Run
        const { line, known, refuted: stretches } = conesOf(run)
        refuted += stretches.filter(({ lack }) => lack.cause === 'drift-bound-exceeded').length
        const then = known.at(-1)
        const later = fact.atNs + 7n * second
        const expected = then?.edges ? forwardAt(then.edges, line.at(later)) : null
        expect(cone.at(later)).toEqual(expected)
        const fields = cone.fields(later)
        expect(fields.support === 0n).toBe(expected === null)
        if (then?.edges) expect(fields.sampleNs).toBe(then.atNs)
      }
    }),
    { numRuns: 300 },
  )
  expect(refuted).toBeGreaterThan(50)
})

const record: LiveRecord = {
  aNs: 100n * second,
  aSpanNs: 0n,
  pNs: 100n * second,
  slewPpb: 0n,
  lookPNs: 100n * second,
  silenceNs: second,
  cLowNs: 0n,
  cHighNs: 1_000n,
  stepPpb: 0n,
  sleeps: 1n,
  mLowNs: 37n * second - 1_000_000n,
  mHighNs: 37n * second + 1_000_000n,
  ratePpb: 0n,
  support: 3n,
  lack: 0n,
  sampleNs: 100n * second,
  longestGapNs: 64n * second,
  selfNs: -(2n ** 62n),
  taiUtcNs: 37n * second,
  leapAtNs: 2n ** 62n,
  toleranceNs: 50_000_000n,
  seq: 1n,
}
const wallNs = 100n * second + 500_000_000n
const ask = (change: Partial<LiveRecord>, lowNs: bigint, highNs: bigint) =>
  liveAnswer(frameOf({ ...record, ...change }), { wallNs, c: { lowNs, highNs } }, 50_000_000n)

test('what moved within the brackets may be a sleep in which A stood still: UTC may be that much later', () => {
  expect(ask({}, 400n, 1_400n).error).toEqual({ lowNs: -1_000_000n - 1_400n, highNs: 1_000_000n - 400n + 1_400n })
  // Where A runs on through sleep there is nothing to add.
  expect(ask({ sleeps: 0n }, 400n, 1_400n).error).toEqual({ lowNs: -1_001_400n, highNs: 999_600n })
})

test('a reading meets the published one to the nanosecond, or is none; uncoupled clocks may drift by their rate', () => {
  expect(ask({}, 1_000n, 2_000n).verdict).toBe('PROVEN')
  expect(ask({}, 1_001n, 2_000n)).toMatchObject({ verdict: 'UNMONITORED', cause: 'clock-change' })
  expect(ask({}, -1_000n, 0n).verdict).toBe('PROVEN')
  expect(ask({}, -1_000n, -1n)).toMatchObject({ verdict: 'UNMONITORED', cause: 'clock-change' })
  // 500 ppm of half a second, less the quarter of a millisecond that P has not come to.
  const drifts = { stepPpb: 500_000n, sleeps: 0n }
  expect(ask(drifts, 250_875n, 252_000n).verdict).toBe('PROVEN')
  expect(ask(drifts, 250_876n, 252_000n).verdict).toBe('UNMONITORED')
})

test('the pair is as blunt as the bracket it was taken in', () => {
  expect(ask({ aSpanNs: 700n, sleeps: 0n }, 0n, 0n).error).toEqual({ lowNs: -1_000_700n, highNs: 1_000_000n })
})

test('what only heard itself lately: INDETERMINATE where no other sample is near', () => {
  const old = { sampleNs: 0n }
  expect(ask(old, 0n, 0n)).toMatchObject({ verdict: 'UNMONITORED', cause: 'too-far-from-sample' })
  expect(ask({ ...old, selfNs: 90n * second }, 0n, 0n)).toMatchObject({
    verdict: 'INDETERMINATE',
    cause: 'self-reference',
  })
})

test('codes from elsewhere are no evidence', () => {
  expect(ask({ support: 0n, lack: 99n }, 0n, 0n)).toMatchObject({ verdict: 'UNMONITORED', cause: 'no-sample' })
  expect(ask({ pNs: 2n ** 62n }, 0n, 0n)).toMatchObject({ verdict: 'UNMONITORED', cause: 'boot' })
  expect(ask({ lookPNs: -(2n ** 62n) }, 0n, 0n)).toMatchObject({ verdict: 'UNMONITORED', cause: 'starved' })
})

test('months begin as the calendar has it', () => {
  const at = (text: string) => parseInstant(`${text}T00:00:00.000000000Z`)
  expect(nextMonth(at('2026-12-31'))).toBe(at('2027-01-01'))
  expect(nextMonth(at('2027-01-01'))).toBe(at('2027-02-01'))
  expect(nextMonth(at('2027-01-01') - 1n)).toBe(at('2027-01-01'))
})
