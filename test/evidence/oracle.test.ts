/**
 * Brute force on small cases: every sample widened to every instant and intersected, one by one, without any of the
 * machinery. Neither a bound that claims more, nor one that says less.
 */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { conesOf } from '../../lib/evidence/cones.js'
import { hindsightAt } from '../../lib/evidence/model.js'
import { cutRuns, type SampleFact } from '../../lib/evidence/runs.js'
import { drift, type IntervalNs, meet, widen } from '../../lib/interval.js'
import { Tape } from './tape.js'

/** What all of these samples say together at an instant: each widened by the drift bound; `null` where they contradict. */
function together(samples: readonly SampleFact[], aNs: bigint, ratePpb: bigint): IntervalNs | null {
  let all: IntervalNs | null = null
  for (const sample of samples) {
    const own = sample.m && widen(sample.m, drift(ratePpb, aNs - sample.atNs))
    if (!own) continue
    all = all === null ? own : meet(all, own)
    if (all === null) return null
  }
  return all
}

const sampled = fc.record({
  after: fc.integer({ min: 1, max: 40 }),
  middle: fc.integer({ min: -3, max: 3 }),
  half: fc.integer({ min: 0, max: 4 }),
  conflict: fc.boolean(),
})

test('between samples that do not contradict each other the bound is what all of them say together', () => {
  fc.assert(
    fc.property(
      fc.array(sampled, { minLength: 1, maxLength: 9 }),
      fc.constantFrom(0n, 50_000n, 100_000n),
      (list, ratePpb) => {
        const tape = new Tape({ ratePpb }).open(0)
        let at = 0
        for (const { after, middle, half, conflict } of list) {
          at += after
          if (conflict && middle === 3) tape.none(at, 'conflict', 'conflict')
          else tape.sample(at, middle - half, middle + half)
        }
        tape.beat(at + 10)
        const [run] = cutRuns(tape.facts).runs
        if (!run) throw new Error('no run')
        const cones = conesOf(run)
        const inside = (ns: bigint): boolean => cones.refuted.some((one) => one.fromNs < ns && ns < one.toNs)
        // Segments and what is refuted tile the run.
        const stretches = [...cones.segments, ...cones.refuted].sort(
          (a, b) => Number(a.fromNs - b.fromNs) || Number(a.toNs - b.toNs),
        )
        let cursor = run.startNs
        for (const { fromNs, toNs } of stretches) {
          expect(fromNs).toBe(cursor)
          cursor = toNs
        }
        if (stretches.length > 0) expect(cursor).toBe(run.endNs)
        for (const segment of cones.segments) {
          for (const sample of segment.samples) expect(inside(sample.atNs)).toBe(false)
          const step = (segment.toNs - segment.fromNs) / 13n + 1n
          for (let ns = segment.fromNs; ns <= segment.toNs; ns += step) {
            const truth = together(segment.samples, ns, ratePpb)
            const said = hindsightAt(segment, cones, ns)
            expect(truth).not.toBeNull()
            if (!truth || !said) throw new Error('no bound')
            // Both round outwards, the oracle once for each sample: they may differ by a nanosecond.
            for (const [a, b] of [
              [truth.lowNs, said.lowNs],
              [truth.highNs, said.highNs],
            ] as const)
              expect(a - b <= 1n && b - a <= 1n).toBe(true)
          }
        }
      },
    ),
    { numRuns: 400 },
  )
})

test('a stretch is refuted exactly where a sample contradicts an earlier one, from the latest such one', () => {
  fc.assert(
    fc.property(fc.array(sampled, { minLength: 2, maxLength: 8 }), (list) => {
      const ratePpb = 100_000n
      const tape = new Tape({ ratePpb }).open(0)
      let at = 0
      for (const { after, middle, half } of list) {
        at += after
        tape.sample(at, middle - half, middle + half)
      }
      const [run] = cutRuns(tape.facts).runs
      if (!run) throw new Error('no run')
      // The rule of the design, word by word.
      let alive: SampleFact[] = []
      const expected: [bigint, bigint][] = []
      for (const sample of run.samples) {
        if (together([...alive, sample], sample.atNs, ratePpb) === null) {
          const misses = (earlier: SampleFact): boolean => together([earlier, sample], sample.atNs, ratePpb) === null
          const latest = alive.findLast(misses)
          expect(latest).toBeDefined()
          expected.push([latest?.atNs ?? 0n, sample.atNs])
          alive = []
        }
        alive.push(sample)
      }
      expect(conesOf(run).refuted.map(({ fromNs, toNs }) => [fromNs, toNs])).toEqual(expected)
    }),
    { numRuns: 400 },
  )
})
