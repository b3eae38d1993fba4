/**
 * Durations (`64s`) and rates (`100ppm`) as people write them, and as whole nanoseconds and parts per billion.
 * Formatting and parsing are inverse: `parseDuration(formatDuration(x)) === x`.
 * @module
 */
import { OptionRangeError, OptionTypeError } from '../errors.js'

type Unit = readonly [name: string, size: bigint]

const durationUnits: readonly Unit[] = [
  ['d', 86_400_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['us', 1_000n],
  ['ns', 1n],
]
const rateUnits: readonly Unit[] = [
  ['ppm', 1_000n],
  ['ppb', 1n],
]
const amount = /^(0|[1-9]\d{0,17})(?:\.(\d{1,9}))?([a-z]+)$/

function parseAmount(value: unknown, option: string, units: readonly Unit[], shape: string): bigint {
  if (typeof value === 'number' || typeof value === 'bigint') {
    const guess = units === rateUnits ? 'ppm' : 's'
    throw new OptionTypeError(option, `must be ${shape}: a bare number has no unit, write "${value}${guess}"`, value)
  }
  if (typeof value !== 'string') throw new OptionTypeError(option, `must be ${shape}`, value)
  const match = amount.exec(value)
  const unit = match && units.find(([name]) => name === match[3])
  if (!match || !unit) {
    const names = units.map(([name]) => name).join(', ')
    throw new OptionRangeError(option, `must be ${shape} (units: ${names}; no sign, no space)`, value)
  }
  const decimals = match[2] ?? ''
  const scale = 10n ** BigInt(decimals.length)
  const scaled = BigInt(`${match[1]}${decimals}`) * unit[1]
  if (scaled % scale !== 0n) {
    throw new OptionRangeError(option, `must be a whole number of ${units.at(-1)?.[0]}`, value)
  }
  return scaled / scale
}

function formatAmount(value: bigint, units: readonly Unit[], zero: string): string {
  if (value < 0n) throw new RangeError(`a duration or rate is not negative, got ${value}`)
  if (value === 0n) return `0${zero}`
  for (const [name, size] of units) if (value % size === 0n) return `${value / size}${name}`
  return `${value}` // unreachable: the last unit is 1
}

/**
 * Reads `500ms`, `64s`, `1.5s`, `5m`, `1h`, `7d` (also `us`, `ns`).
 * @param option the option's path, for the message
 * @returns whole nanoseconds, never negative
 * @throws {OptionTypeError} for anything that is not text, with the spelling of a bare number
 * @throws {OptionRangeError} for other text, and for fractions of a nanosecond
 */
export function parseDuration(value: unknown, option = 'duration'): bigint {
  return parseAmount(value, option, durationUnits, 'a duration with its unit such as "64s"')
}

/**
 * Writes nanoseconds in the largest unit that divides them: `64000000000n` is `64s`, `0n` is `0s`.
 * @throws {RangeError} for negative values
 */
export function formatDuration(ns: bigint): string {
  return formatAmount(ns, durationUnits, 's')
}

/**
 * Reads `100ppm`, `50ppb`, `0.5ppm`.
 * @returns whole parts per billion
 * @throws {OptionTypeError | OptionRangeError} as {@link parseDuration}
 */
export function parseRate(value: unknown, option = 'rate'): bigint {
  return parseAmount(value, option, rateUnits, 'a rate with its unit such as "100ppm"')
}

/** Writes parts per billion: `100000n` is `100ppm`, `1500n` is `1500ppb`. */
export function formatRate(ppb: bigint): string {
  return formatAmount(ppb, rateUnits, 'ppm')
}
