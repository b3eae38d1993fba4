/**
 * Ticks of the plots: round values in a unit that suits the scale, round instants in UTC with the local time beside them.
 * Own formats, so that neither TZ nor a locale changes a byte.
 * @module
 */
import { scaleLinear, scaleUtc } from 'd3-scale'
import { ZonedWriter } from '../moment.js'
import type { Period } from '../period.js'

export interface Unit {
  readonly name: string
  /** Seconds of one. */
  readonly seconds: number
}

/** The unit in which the largest value of a scale reads best. */
export function unitOf(most: number): Unit {
  if (most < 1e-6) return { name: 'ns', seconds: 1e-9 }
  if (most < 1e-3) return { name: '\u00b5s', seconds: 1e-6 }
  if (most < 1) return { name: 'ms', seconds: 1e-3 }
  if (most < 7200) return { name: 's', seconds: 1 }
  return most < 172_800 ? { name: 'h', seconds: 3600 } : { name: 'days', seconds: 86_400 }
}

/** About seven round values; labels carry no unit. */
export function valueTicks(
  domain: readonly [number, number],
  unit: Unit,
  about = 7,
): readonly { readonly value: number; readonly label: string }[] {
  const scale = scaleLinear([domain[0] / unit.seconds, domain[1] / unit.seconds], [0, 1])
  const ticks = scale.ticks(about)
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : 1
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return ticks.map((tick) => ({
    value: tick * unit.seconds,
    label: `${tick < 0 ? '\u2212' : tick > 0 ? '+' : ''}${Math.abs(tick).toFixed(decimals)}`,
  }))
}

export interface Ruler {
  readonly ticks: readonly { readonly value: number; readonly label: string }[]
  readonly unit: Unit
  /** What labels are counted from: zero, or a value near all of them where those lie too close together to be told apart. */
  readonly base: number
}

/** Ticks for values that may lie far from zero and close together. */
export function rulerOf(domain: readonly [number, number], about: number): Ruler {
  const most = Math.max(Math.abs(domain[0]), Math.abs(domain[1]))
  const span = domain[1] - domain[0]
  if (span > most / 2000) {
    const unit = unitOf(most)
    return { ticks: valueTicks(domain, unit, about), unit, base: 0 }
  }
  const base = (domain[0] + domain[1]) / 2
  const unit = unitOf(Math.max(span / 2, 1e-9))
  const ticks = valueTicks([domain[0] - base, domain[1] - base], unit, about)
  return { ticks: ticks.map(({ value, label }) => ({ value: value + base, label })), unit, base }
}

export interface InstantTick {
  readonly ns: bigint
  readonly utc: string
  /** `null` where the zone is UTC. */
  readonly local: string | null
}

/** About ten round instants of UTC. */
export function instantTicks(period: Period): readonly InstantTick[] {
  const from = new Date(Number(period.fromNs / 1_000_000n))
  const to = new Date(Number(period.toNs / 1_000_000n))
  const days = (to.getTime() - from.getTime()) / 86_400_000
  const zoned = new ZonedWriter(period.zone)
  const label = (text: string) => {
    if (days <= 0.01) return text.slice(11, 19)
    if (days <= 1.2) return text.slice(11, 16)
    if (days <= 4) return `${text.slice(5, 10)} ${text.slice(11, 13)}h`
    return days <= 200 ? text.slice(5, 10) : text.slice(0, 7)
  }
  return scaleUtc([from, to], [0, 1])
    .ticks(days <= 1.2 ? 12 : 9)
    .map((date) => {
      const ns = BigInt(date.getTime()) * 1_000_000n
      const local = period.zone === 'UTC' ? null : label(zoned.write(ns))
      return { ns, utc: label(date.toISOString()), local }
    })
}
