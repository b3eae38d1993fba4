/**
 * Scales of values: linear where all of them fit one, else in proportion near zero and logarithmic beyond (symlog), which the page
 * then says. Nothing is cut off: a scale always holds its least and its most.
 * @module
 */
import { scaleLinear, scaleSymlog } from 'd3-scale'
import { size } from '../words.js'
import { unitOf, valueTicks } from './ticks.js'

export interface Tick {
  readonly value: number
  readonly label: string
}

/** A scale of seconds. */
export interface ValueScale {
  readonly domain: readonly [number, number]
  readonly ticks: readonly Tick[]
  /** What the axis is in: `ms`; empty where each tick names its own unit. */
  readonly unit: string
  /** What the reader must know of the scale; `null` where it is linear. */
  readonly words: string | null
  /** Position of a value between two places. */
  place(value: number, from: number, to: number): number
}

/** A linear scale over exactly this domain. */
export function linearScale(domain: readonly [number, number]): ValueScale {
  const unit = unitOf(Math.max(Math.abs(domain[0]), Math.abs(domain[1])))
  return {
    domain,
    ticks: valueTicks(domain, unit),
    unit: unit.name,
    words: null,
    place: (value, from, to) => scaleLinear(domain, [from, to]).clamp(true)(value),
  }
}

/** How many times what is typical a value may reach before a linear scale would press the typical ones flat. */
const mostTimes = 25

/**
 * The scale on which both the typical and the furthest value can be read.
 * @param typical the size that most values do not exceed
 */
export function chooseScale(low: number, high: number, typical: number): ValueScale {
  const reach = Math.max(Math.abs(low), Math.abs(high), 1e-9)
  const usual = Math.max(typical, 1e-9)
  if (reach <= mostTimes * usual) {
    const pad = Math.max(0.08 * (high - low), 0.04 * reach)
    return linearScale([low - pad, high + pad])
  }
  const constant = 10 ** Math.ceil(Math.log10(usual))
  const domain = [Math.min(low * 1.6, -constant), Math.max(high * 1.6, constant)] as const
  return {
    domain,
    ticks: symlogTicks(domain, constant),
    unit: '',
    words: `The scale is in proportion near zero and logarithmic beyond \u00b1${plainSize(constant)}.`,
    place: (value, from, to) => scaleSymlog(domain, [from, to]).constant(constant).clamp(true)(value),
  }
}

function symlogTicks(domain: readonly [number, number], constant: number): Tick[] {
  const all: number[] = [0]
  for (let value = constant; value <= Math.max(-domain[0], domain[1]); value *= 10) {
    if (value <= domain[1]) all.push(value)
    if (-value >= domain[0]) all.unshift(-value)
  }
  // Not more than about nine: every other decade where there are many.
  const step = Math.ceil(all.length / 9)
  const zero = all.indexOf(0)
  return all
    .filter((_, index) => (index - zero) % step === 0)
    .map((value) => ({ value, label: `${value < 0 ? '\u2212' : value > 0 ? '+' : ''}${plainSize(Math.abs(value))}` }))
}

/** `1 ms`, `100 s`: a power of ten of seconds with its unit. */
function plainSize(seconds: number): string {
  if (seconds === 0) return '0'
  const units = [
    [1, 's'],
    [1e-3, 'ms'],
    [1e-6, '\u00b5s'],
    [1e-9, 'ns'],
  ] as const
  const [unit, name] = units.find(([least]) => seconds >= least * 0.999) ?? [1e-9, 'ns']
  const value = String(Math.round(seconds / unit)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ' ')
  return `${value} ${name}`
}

/** The size of a value for a caption, exact. */
export function sizeOf(seconds: number): string {
  return size(BigInt(Math.round(seconds * 1e9)))
}
