/**
 * Scales of values: linear where all of them fit one, else linear near zero and logarithmic beyond, which the page then says. Nothing is cut off: a scale always holds its least and its most.
 * @module
 */
import { scaleLinear } from 'd3-scale'
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
export function linearScale(domain: readonly [number, number], about = 7): ValueScale {
  const unit = unitOf(Math.max(Math.abs(domain[0]), Math.abs(domain[1])))
  return {
    domain,
    ticks: valueTicks(domain, unit, about),
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
 * @param about how many ticks there is room for
 */
export function chooseScale(low: number, high: number, typical: number, about = 7): ValueScale {
  const reach = Math.max(Math.abs(low), Math.abs(high), 1e-9)
  const usual = Math.max(typical, 1e-9)
  if (reach <= mostTimes * usual) {
    // Zero is always on the scale: whether values lie on one side of it is the first thing to see.
    const pad = 0.06 * reach
    return linearScale([Math.min(low, 0) - pad, Math.max(high, 0) + pad], about)
  }
  const inner = roundUp(usual)
  const unit = unitOf(inner)
  const words = `${round(inner / unit.seconds)} ${unit.name}`
  return bentScale(low, high, { inner, words, label: plainSize, about })
}

/**
 * The scale of rates, in parts per million: near together they fill it, zero or not, so that a crystal's wandering is seen.
 * @param typical the size that most values do not exceed
 */
export function rateScale(low: number, high: number, typical: number): ValueScale {
  const usual = Math.max(typical, 1e-3)
  if (Math.max(Math.abs(low), Math.abs(high)) > mostTimes * usual) {
    const inner = roundUp(usual)
    return bentScale(low, high, { inner, words: `${round(inner)} ppm`, label: grouped, about: 7 })
  }
  const pad = Math.max(0.08 * (high - low), 1e-3)
  const domain = [low - pad, high + pad] as const
  return { ...linearScale(domain), ticks: valueTicks(domain, { name: 'ppm', seconds: 1 }, 5), unit: 'ppm' }
}

interface Bend {
  /** Where the linear part ends; the same for the reader. */
  readonly inner: number
  readonly words: string
  /** Names a size. */
  readonly label: (size: number) => string
  /** How many ticks there is room for. */
  readonly about: number
}

function bentScale(low: number, high: number, { inner, words, label, about }: Bend): ValueScale {
  // A low plot needs more room between the furthest value and the edge. Where all values lie on one side, the other needs none.
  const room = about < 7 ? 4 : 1.5
  const domain = [
    low >= 0 ? -inner / 10 : Math.min(low * room, -inner),
    high <= 0 ? inner / 10 : Math.max(high * room, inner),
  ] as const
  const bend = (value: number) => bent(value, inner)
  return {
    domain,
    ticks: bentTicks(domain, inner, about).map((value) => {
      const sign = value < 0 ? '\u2212' : value > 0 ? '+' : ''
      return { value, label: `${sign}${label(Math.abs(value))}` }
    }),
    unit: '',
    words: `The scale is linear within \u00b1${words} and logarithmic beyond.`,
    place: (value, from, to) => scaleLinear([bend(domain[0]), bend(domain[1])], [from, to]).clamp(true)(bend(value)),
  }
}

/** Decades beyond the linear part that take as much room as half of it. */
const decades = 4

/** Where a value stands: -1 to 1 in the linear part, a step for each decade beyond. */
function bent(value: number, inner: number): number {
  const size = Math.abs(value) / inner
  return Math.sign(value) * (size <= 1 ? size : 1 + Math.log10(size) / decades)
}

/** The next of 1, 2, 5, 10, 20, 50... */
function roundUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value))
  return decade * ([1, 2, 5].find((digit) => digit * decade >= value * 0.999_999) ?? 10)
}

/** A round number as its digits: binary fractions leave a tail. */
function round(value: number): string {
  return String(Number(value.toPrecision(6)))
}

/** The linear part, in halves where there is room, then decades, as far apart as their labels need. */
function bentTicks(domain: readonly [number, number], inner: number, about: number): number[] {
  const span = bent(domain[1], inner) - bent(domain[0], inner)
  const halves = about < 7 ? [] : [-inner / 2, inner / 2]
  const ticks = [-inner, 0, inner, ...halves].filter((value) => value >= domain[0] && value <= domain[1])
  for (const side of [-1, 1]) {
    let last = bent(side * inner, inner)
    for (
      let value = 10 ** Math.ceil(Math.log10(inner * 1.5));
      value <= Math.abs(domain[side < 0 ? 0 : 1]);
      value *= 10
    ) {
      const place = bent(side * value, inner)
      if (Math.abs(place - last) < span / (about < 7 ? 6 : 8)) continue
      ticks.push(side * value)
      last = place
    }
  }
  return ticks.sort((a, b) => a - b)
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
  return `${grouped(seconds / unit)} ${name}`
}

function grouped(value: number): string {
  const [whole = '', ...rest] = round(value).split('.')
  return [whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ' '), ...rest].join('.')
}

/** The size of a value for a caption, exact. */
export function sizeOf(seconds: number): string {
  return size(BigInt(Math.round(seconds * 1e9)))
}
