/**
 * Everything that is known of one run: its cones, the line of D, leap seconds and holes, ready to be asked at an instant of A.
 * @module
 */
import { type IntervalNs, meet, middle } from '../interval.js'
import { backwardAt, type Cones, conesOf, forwardAt, type Segment } from './cones.js'
import { LeapLine, tellsTai } from './leap.js'
import type { Link } from './links.js'
import type { Hole, Run, Runs, SampleFact } from './runs.js'

export interface RunModel {
  readonly run: Run
  readonly cones: Cones
  readonly leap: LeapLine
  /** Holes that touch the run. */
  readonly holes: readonly Hole[]
  readonly links: readonly Link[]
  /** Samples that heard this computer itself and nobody else. */
  readonly self: readonly SampleFact[]
}

/** Draws what is known of all runs of a window. Links are given for the part that is asked about. */
export function modelsOf(cut: Runs, links: ReadonlyMap<Run, Link[]>): RunModel[] {
  const { runs, holes } = cut
  const first = runs.map((run) => run.samples.find(tellsTai)?.taiUtc ?? null)
  const last = runs.map((run) => run.samples.findLast(tellsTai)?.taiUtc ?? null)
  return runs.map((run, i) => {
    const cones = conesOf(run)
    const before = last.slice(0, i).findLast((tai) => tai !== null) ?? null
    const after = first.slice(i + 1).find((tai) => tai !== null) ?? null
    return {
      run,
      cones,
      leap: new LeapLine(run, cones.line, before, after),
      holes: holes.filter((hole) => hole.boot === run.boot && hole.fromNs < run.endNs && hole.toNs > run.startNs),
      links: links.get(run) ?? [],
      self: run.samples.filter((sample) => sample.state === 'none' && sample.cause === 'self-reference'),
    }
  })
}

/** Index of the last sample of a segment at or before an instant; -1 where all lie behind it. */
export function sampleBefore(segment: Segment, aNs: bigint): number {
  let low = 0
  let high = segment.samples.length
  while (low < high) {
    const half = (low + high) >> 1
    if ((segment.samples[half]?.atNs ?? 0n) <= aNs) low = half + 1
    else high = half
  }
  return low - 1
}

/** M at an instant inside a segment, by both cones. */
export function hindsightAt(segment: Segment, cones: Cones, aNs: bigint): IntervalNs | null {
  const i = sampleBefore(segment, aNs)
  const rho = cones.line.at(aNs)
  const [past, future] = [segment.forward[i], segment.backward[i + 1]]
  const forward = past ? forwardAt(past, rho) : null
  const backward = future ? backwardAt(future, rho) : null
  return forward && backward ? meet(forward, backward) : (forward ?? backward)
}

/** The middle of M at an instant inside a segment. */
export function middleAt(segment: Segment, cones: Cones, aNs: bigint): bigint | null {
  const m = hindsightAt(segment, cones, aNs)
  return m === null ? null : middle(m)
}
