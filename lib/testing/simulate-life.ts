/**
 * A life that was plotted: when which auditor runs, when nothing runs, when UTC leaps; and the small print of scenarios.
 * @module
 */
import { parseDuration } from '../config/units.js'
import { parseInstant } from '../instant.js'
import type { ClockModel } from './simulate-model.js'
import type { SimulatedComputer, Span } from './simulate-types.js'

/** When an auditor runs: from its start to its end, and how it ends. */
export interface Shift {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly end: 'stop' | 'kill'
}

/** A stretch in which nothing runs. */
export interface Pause {
  readonly fromNs: bigint
  readonly forNs: bigint
  readonly kind: 'sleep' | 'stall'
}

/** A leap second: since the start, and as UTC. */
export interface PlottedLeap {
  readonly atNs: bigint
  readonly utcNs: bigint
  readonly second: 1 | -1
  readonly known: boolean
  readonly announced: boolean
}

export interface Plot {
  readonly startNs: bigint
  readonly lengthNs: bigint
  readonly seed: number
  readonly computer: SimulatedComputer
  readonly model: ClockModel
  readonly shifts: readonly Shift[]
  readonly pauses: readonly Pause[]
  readonly leaps: readonly PlottedLeap[]
}

/** @throws {OptionTypeError | OptionRangeError} for a span that is none */
export function spanNs(span: Span, option: string): bigint {
  if (typeof span === 'bigint') return span
  return span.startsWith('-') ? -parseDuration(span.slice(1), option) : parseDuration(span, option)
}

/** UTC at the start (ns since the Unix epoch). */
export function startOf(start: string | bigint | undefined): bigint {
  if (start === undefined) return parseInstant('2026-03-03T00:00:00.000000000Z')
  if (typeof start === 'bigint') return start
  return parseInstant(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(start) ? start.replace('Z', '.000000000Z') : start)
}

/** What is not told of a computer. */
export const usualComputer: SimulatedComputer = {
  kind: 'native',
  ahead: 0n,
  crystalPpb: 12_000n,
  wanderPpb: 300n,
  withinPpb: 80_000n,
  daemon: true,
  stepAbove: null,
  bracketNs: 200n,
  resolutionNs: 1n,
}
