/**
 * The words and numbers of a page: exact to the nanosecond, rounded only where a share is shown, and then never in favour of
 * the clock. Signs are words: `slow` (the clock is behind UTC, offset positive) and `fast`.
 * @module
 */
import type { ChangeClass, GapCause } from '../lib/clock/types.js'
import type { Cause, Support, Verdict } from '../lib/consensus/types.js'
import { nanoseconds } from './seconds.js'
import type { Bound } from './types.js'

/** The order in which verdicts are listed everywhere. */
export const verdicts: readonly Verdict[] = ['PROVEN', 'VIOLATED', 'INDETERMINATE', 'UNMONITORED', 'OFF']
export const supports: readonly Support[] = ['voted', 'paired', 'single']

export const verdictWords: Readonly<Record<Verdict, string>> = {
  PROVEN: 'the whole bound lies within the tolerance',
  VIOLATED: 'the whole bound lies outside the tolerance',
  INDETERMINATE: 'the evidence cannot decide',
  UNMONITORED: 'there is no evidence',
  OFF: 'the computer was suspended or presumed off',
}

export const supportWords: Readonly<Record<Support, string>> = {
  voted: 'survives one wrong reference of three',
  paired: 'right if either of two references is',
  single: 'right if this one reference is',
}

export const causeWords: Readonly<Record<Cause | GapCause, string>> = {
  'out-of-tolerance': 'the clock was outside the tolerance',
  'bound-too-wide': 'the bound is wider than the tolerance',
  'clock-change': 'the clock was being changed',
  conflict: 'the references contradict one another',
  'self-reference': 'only this computer itself answered',
  'drift-bound-exceeded': 'the clock ran faster or slower than the drift bound allows',
  'leap-doubt': 'a leap second may have occurred',
  'no-sample': 'no sample yet',
  'no-reference': 'no reference answered',
  'auditor-down': 'the auditor was not running',
  'presumed-off': 'no record up to a new boot: presumed off, it may have run on',
  suspend: 'the computer was suspended',
  starved: 'the auditor got no processor time',
  boot: 'the computer was started',
  'trail-damaged': 'records are missing or damaged',
  'write-failed': 'records could not be written',
  'worker-died': 'a part of the auditor died and was restarted',
  'too-far-from-sample': 'too long since a sample with a bound',
}

/** Groups a decimal text in threes: `1234567` -> `1 234 567`. Pages do not break a line inside. */
function group(digits: string): string {
  return digits.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ' ')
}

/** `12.345678 ms` below a second, `180.000123456 s` from there on: exact, without a sign. */
export function size(ns: bigint): string {
  const value = ns < 0n ? -ns : ns
  if (value < 1_000_000_000n) return `${fixed(value, 1_000_000n, 6)} ms`
  return `${fixed(value, 1_000_000_000n, 9)} s`
}

/** {@link size} with a sign in front, a minus being U+2212; zero has none. */
export function signed(ns: bigint): string {
  return `${ns < 0n ? '\u2212' : ns > 0n ? '+' : ''}${size(ns)}`
}

function fixed(value: bigint, unit: bigint, decimals: number): string {
  const whole = group((value / unit).toString())
  return `${whole}.${(value % unit).toString().padStart(decimals, '0')}`
}

/** `3.000000 ms slow`, `1.500000 ms fast`. */
export function side(ns: bigint): string {
  if (ns === 0n) return '0'
  return `${size(ns)} ${ns > 0n ? 'slow' : 'fast'}`
}

/** What a bound of the error says: `between 1.2 ms fast and 3.4 ms slow`. */
export function between(bound: Bound): string {
  return `between ${side(nanoseconds(bound.low))} and ${side(nanoseconds(bound.high))}`
}

/** The largest error that a bound allows, in nanoseconds. */
export function reach(bound: Bound): bigint {
  const low = nanoseconds(bound.low)
  const high = nanoseconds(bound.high)
  const a = low < 0n ? -low : low
  const b = high < 0n ? -high : high
  return a > b ? a : b
}

/**
 * A span as hours, minutes, seconds: `23:59:59.123456789`; trailing zeros of the fraction are left out.
 * @param decimals how many stay at least; columns ask for {@link decimalsOf} all their spans
 */
export function span(ns: bigint, decimals: 3 | 9 = 3): string {
  const whole = ns / 1_000_000_000n
  const pad = (value: bigint) => value.toString().padStart(2, '0')
  const fraction = (ns % 1_000_000_000n).toString().padStart(9, '0')
  const shown = decimals === 9 ? fraction : fraction.replace(/0{1,6}$/, '')
  return `${whole / 3600n}:${pad((whole / 60n) % 60n)}:${pad(whole % 60n)}.${shown}`
}

/** How many decimals the spans of a column need so that none is cut: three, or all nine. */
export function decimalsOf(spans: readonly bigint[]): 3 | 9 {
  return spans.every((ns) => ns % 1_000_000n === 0n) ? 3 : 9
}

/** A span in the unit people would choose: `64 s`, `5 min`, `1 h`, `250 ms`. */
export function short(ns: bigint): string {
  const units: readonly (readonly [bigint, string])[] = [
    [3_600_000_000_000n, 'h'],
    [60_000_000_000n, 'min'],
    [1_000_000_000n, 's'],
    [1_000_000n, 'ms'],
    [1_000n, '\u00b5s'],
  ]
  for (const [unit, name] of units)
    if (ns >= unit && ns % unit === 0n) return `${group((ns / unit).toString())} ${name}`
  return ns >= 1_000_000n ? size(ns) : `${ns} ns`
}

/** A span for a sentence, in its two largest units and rounded up: `40 min 8 s`, `3 d 1 h`, `250 ms`. */
export function rough(ns: bigint): string {
  const up = (unit: bigint) => (ns + unit - 1n) / unit
  if (ns < 1_000_000_000n) return `${up(1_000_000n)} ms`
  const seconds = up(1_000_000_000n)
  if (seconds < 60n) return `${seconds} s`
  if (seconds < 3600n) return `${seconds / 60n} min ${seconds % 60n} s`
  const minutes = up(60_000_000_000n)
  if (minutes < 2880n) return `${minutes / 60n} h ${minutes % 60n} min`
  const hours = up(3_600_000_000_000n)
  return `${hours / 24n} d ${hours % 24n} h`
}

/** A share in percent with three decimals. `down` for what is proven, `up` for what is not: 99.9996 % is never `100`. */
export function percent(part: bigint, whole: bigint, towards: 'down' | 'up'): string {
  if (whole === 0n) return '\u2013'
  const scaled = part * 100_000n
  const value = towards === 'down' ? scaled / whole : (scaled + whole - 1n) / whole
  return `${value / 1000n}.${(value % 1000n).toString().padStart(3, '0')} %`
}

/** How far the wall clock was moved: `set back by 180.000 s`, `slewed forward by 12.500 ms`. */
export function moved(change: { readonly size: Bound; readonly class: ChangeClass }): string {
  const middle = (nanoseconds(change.size.low) + nanoseconds(change.size.high)) / 2n
  const verb = change.class === 'slew' ? 'slewed' : change.class === 'leap' ? 'leap second, moved' : 'set'
  if (middle === 0n) return `${verb === 'set' ? 'changed' : verb}, net 0`
  const value = middle < 0n ? -middle : middle
  const [unit, name] = value < 1_000_000_000n ? [1_000_000n, 'ms'] : [1_000_000_000n, 's']
  const thousandths = (value * 1000n + unit / 2n) / unit
  const text = `${group((thousandths / 1000n).toString())}.${(thousandths % 1000n).toString().padStart(3, '0')}`
  return `${verb} ${middle < 0n ? 'back' : 'forward'} by ${text} ${name}`
}

/** `1 gap`, `2 gaps`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${group(String(number))} ${number === 1 ? one : many}`
}

/** An instant for eyes: `2026-11-21 08:00:00.000000000` (drops `T` and `Z`; the column says UTC). */
export function plainInstant(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '')
}
