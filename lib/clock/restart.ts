/**
 * What happened to the clock while no auditor ran: the last record's clocks held against the first reading of a new start.
 * @module
 */
import { drift, type IntervalNs, meet, point, smallest, subtract, widen, width } from '../interval.js'
import { isLeap } from './leap-step.js'
import type { ClockChange, ClockReading, Gap, LastStamp, WitnessOptions } from './types.js'
import { coarseUptimeNs } from './uptime.js'

export type RestartOptions = Pick<WitnessOptions, 'reportNs' | 'maxRatePpb' | 'coupled' | 'leapAnnounced'>

/**
 * Compares across a restart of the auditor.
 *
 * In the same boot, wall - boot is the line: if a set moved it by more than `reportNs`, a `clock-change` whose interval is the
 * downtime; a suspend meanwhile moves it not. Then a gap `suspend` where the computer slept (or, on portable Linux, may have: A stood
 * still), and always a gap `auditor-down`. Where wall and A are not coupled, they may have drifted apart by `maxRatePpb` times the
 * downtime; only more than that is a change. A source with another A than the last record's ends M: the gap then breaks `mono`.
 *
 * In another boot, or where A went back within one (a machine restored from a snapshot): a gap `boot`.
 *
 * @param last the clock fields of the last record
 * @param first the first reading of the new start
 */
export function acrossRestart(
  last: LastStamp,
  first: ClockReading & { readonly bootId: string },
  options: RestartOptions,
): readonly (ClockChange | Gap)[] {
  const sameA = (last.rawNs === null) === (first.rawNs === null)
  const back = first.monoNs < last.monoNs || (sameA && first.aNs < last.aNs)
  if (last.bootId !== first.bootId || back) return [gap('boot', 'mono', null)]

  const { line, slept } = options.coupled ? coupledMove(last, first) : uncoupledMove(last, first, options.maxRatePpb)
  const elapsedNs = first.monoNs - last.monoNs
  // Raw runs at most an eighth faster or slower than mono.
  const earliestNs = sameA ? readAfter(last) : first.aNs - elapsedNs - elapsedNs / 8n
  const events: (ClockChange | Gap)[] = []
  if (smallest(line.certain) > options.reportNs) {
    const leap = isLeap({ wallNs: last.wallNs, kernelTaiNs: null }, first, line.size, options.leapAnnounced)
    events.push({
      kind: 'clock-change',
      earliestNs,
      latestNs: first.aNs,
      size: line.size,
      class: leap ? 'leap' : 'step',
      by: 'unknown',
      seen: 'divergence',
      wallBeforeNs: last.wallNs,
      wallAfterNs: first.wallNs,
    })
  }
  if (slept && sameA) events.push(gap('suspend', 'mono', last.aNs))
  events.push(gap('auditor-down', sameA ? 'wall' : 'mono', sameA ? last.aNs : null))
  return events

  function gap(cause: Gap['cause'], breaks: Gap['breaks'], fromNs: bigint | null): Gap {
    return { kind: 'gap', cause, breaks, fromNs, toNs: first.aNs, wallFromNs: last.wallNs, wallToNs: first.wallNs }
  }
}

interface Move {
  readonly line: {
    /** How far wall was set. */
    readonly size: IntervalNs
    /** What of it is no drift: a change is written if this excludes zero by more than is reported. */
    readonly certain: IntervalNs
  }
  readonly slept: boolean
}

/** Linux: wall and mono are steered together; between them lie only sets and sleep. */
function coupledMove(last: LastStamp, first: ClockReading): Move {
  const slept = subtract(first.asleep, asleepOf(last))
  if (last.rawNs !== null && first.rawNs !== null) {
    const size = subtract(first.line, wallMinusBoot(last))
    return { line: { size, certain: size }, slept: slept.lowNs > 0n }
  }
  // Portable on one side: wall - mono is sharp and counts sleep; boot - mono is coarse.
  const moved = subtract(wallMinusMono(first), last.rawNs === null ? last.d : within(last, last.wallNs - last.monoNs))
  const asleep = meet(slept, { lowNs: 0n, highNs: slept.highNs > 0n ? slept.highNs : 0n }) ?? point(0n)
  if (meet(moved, asleep) !== null) {
    return { line: { size: point(0n), certain: point(0n) }, slept: asleep.lowNs > 0n || moved.lowNs > 0n }
  }
  const size = subtract(moved, asleep)
  return { line: { size, certain: size }, slept: asleep.highNs > 0n }
}

/** macOS, Windows: A runs through sleep, on a crystal of its own. */
function uncoupledMove(last: LastStamp, first: ClockReading, maxRatePpb: bigint): Move {
  const size = subtract(first.d, last.d)
  return { line: { size, certain: widen(size, drift(maxRatePpb, first.aNs - readAfter(last))) }, slept: false }
}

/** A before the wall clock was read, or earlier. */
function readAfter(last: LastStamp): bigint {
  const beforeNs = last.wallNs - last.d.highNs
  return beforeNs < last.aNs ? beforeNs : last.aNs
}

/** boot - mono of a record. Natively both were read inside the bracket of D; portably boot is the coarse uptime. */
function asleepOf(last: LastStamp): IntervalNs {
  const ns = last.bootNs - last.monoNs
  if (last.rawNs !== null) return within(last, ns)
  return { lowNs: ns, highNs: ns + coarseUptimeNs }
}

/** wall - boot of a native record. */
function wallMinusBoot(last: LastStamp): IntervalNs {
  return within(last, last.wallNs - last.bootNs)
}

/** A difference of two clocks that were read inside the bracket of D, which may run an eighth faster than A. */
function within(last: LastStamp, ns: bigint): IntervalNs {
  const extent = width(last.d)
  return widen(point(ns), extent + extent / 8n + 2n)
}

function wallMinusMono(first: ClockReading): IntervalNs {
  if (first.rawNs === null) return first.line
  return { lowNs: first.line.lowNs + first.asleep.lowNs, highNs: first.line.highNs + first.asleep.highNs }
}
