/**
 * Where on A an instant lies that somebody names: by UTC, or by what the audited wall clock showed. Both are known within
 * a stretch only: UTC within the doubt of M, a wall reading within the doubt of D.
 * @module
 */
import type { IntervalNs } from '../interval.js'
import type { Block } from './block.js'
import { acrossBreak } from './pieces.js'
import { type Band, bandAt, bandPart } from './rational.js'
import type { Break, Hole } from './runs.js'
import type { Mark } from './timeline.js'
import type { Fact, Lack, Piece } from './types.js'

/** A stretch of A in one run within which the instant lies; or a break between two runs. */
export type Moment =
  | {
      readonly kind: 'run'
      readonly run: number
      readonly fromNs: bigint
      readonly toNs: bigint
      /** Where nothing is known whatever the cones say. */
      readonly lack: Lack | null
      readonly seq: number | null
    }
  | {
      readonly kind: 'break'
      readonly before: number
      readonly break: Break
      readonly lack: Lack
      readonly utcNs: bigint
      /** UTC of the whole break. */
      readonly within: IntervalNs
    }

/** The instant of A at which UTC is `utcNs`, within the doubt of its label; `null` where it lies in no part of the block. */
export function momentOfUtc(block: Block, mark: Mark, utcNs: bigint): Moment | null {
  const { labels, parts } = block
  let nearest: Moment | null = null
  for (const part of parts) {
    if (part.kind === 'break') {
      const found = acrossBreak(block, part.before, part.break, mark.toNs)
      if (found.some(({ fromNs, toNs }) => fromNs <= utcNs && utcNs < toNs)) {
        return breakMoment(part.before, part.break, utcNs, found)
      }
      continue
    }
    const at = (aNs: bigint): bigint => labels.at(part.run, aNs)
    if (utcNs < at(part.fromNs) && nearest === null && utcNs >= mark.fromNs) return around(block, part.run, part.fromNs)
    if (at(part.fromNs) <= utcNs && utcNs < at(part.toNs)) {
      let [low, high] = [part.fromNs, part.toNs]
      while (high - low > 1n) {
        const half = (low + high) / 2n
        if (at(half) <= utcNs) low = half
        else high = half
      }
      return around(block, part.run, low)
    }
    nearest = around(block, part.run, part.toNs - 1n)
  }
  return nearest
}

function around(block: Block, run: number, aNs: bigint): Moment {
  const own = block.models[run]?.run
  const doubt = block.labels.doubt(run, aNs) ?? 0n
  const from = aNs - doubt
  const to = aNs + doubt
  const fromNs = own && from < own.startNs ? own.startNs : from
  const toNs = own && to > own.endNs ? own.endNs : to
  const sleep = own && to > own.endNs ? block.models[run + 1]?.run.break : own && from < own.startNs ? own.break : null
  return { kind: 'run', run, fromNs, toNs, lack: sleep?.lack ?? null, seq: sleep?.seq ?? null }
}

/** @param pieces what is said of the break */
function breakMoment(before: number, gap: Break, utcNs: bigint, pieces: readonly Piece[]): Moment {
  const piece = pieces.find(({ toNs }) => utcNs < toNs) ?? pieces.at(-1)
  const within = { lowNs: pieces[0]?.fromNs ?? utcNs, highNs: pieces.at(-1)?.toNs ?? utcNs }
  return { kind: 'break', before, break: gap, lack: piece?.lack ?? gap.lack, utcNs, within }
}

/** Every instant of a block at which the wall clock may have shown `wallNs`, in order. */
export function momentsOfWall(block: Block, mark: Mark, wallNs: bigint): Moment[] {
  const found: Moment[] = []
  for (const part of block.parts) {
    if (part.kind === 'break') {
      const moment = breakOfWall(block, mark, part.before, part.break, wallNs)
      if (moment) found.push(moment)
      continue
    }
    const stretches = stretchesOfWall(block, part.run, wallNs)
    // A stretch belongs to the part in which its middle lies.
    found.push(
      ...stretches.filter((one) => inside((one.fromNs + one.toNs) / 2n, part.fromNs, part.toNs, isLast(block, part))),
    )
  }
  return found
}

function isLast(block: Block, part: { readonly run: number; readonly toNs: bigint }): boolean {
  const run = block.models[part.run]?.run
  return run !== undefined && part.toNs === run.endNs
}

function inside(ns: bigint, fromNs: bigint, toNs: bigint, last: boolean): boolean {
  return ns >= fromNs && (ns < toNs || (last && ns === toNs))
}

type RunMoment = Extract<Moment, { kind: 'run' }>

function stretchesOfWall(block: Block, run: number, wallNs: bigint): RunMoment[] {
  const model = block.models[run]
  if (!model) return []
  const found: RunMoment[] = []
  for (const link of model.links) {
    for (const known of withoutHoles(link, model.holes)) {
      const at = whereShown(known, wallNs)
      if (at) found.push({ kind: 'run', run, fromNs: at[0], toNs: at[1], lack: null, seq: null })
    }
  }
  for (const hole of model.holes) {
    const fromNs = hole.fromNs > model.run.startNs ? hole.fromNs : model.run.startNs
    const toNs = hole.toNs < model.run.endNs ? hole.toNs : model.run.endNs
    if (fromNs < toNs && mayShow(block.window.facts, hole, wallNs)) {
      found.push({ kind: 'run', run, fromNs, toNs, lack: hole.lack, seq: hole.seq })
    }
  }
  return joined(found)
}

/** The parts of a link in which D is known. */
function withoutHoles(link: Band, holes: readonly Hole[]): Band[] {
  let parts: Band[] = [link]
  for (const hole of holes) {
    parts = parts.flatMap((part) => {
      if (hole.toNs <= part.fromNs || hole.fromNs >= part.toNs) return [part]
      const left = hole.fromNs > part.fromNs ? [bandPart(part, part.fromNs, hole.fromNs)] : []
      const right = hole.toNs < part.toNs ? [bandPart(part, hole.toNs, part.toNs)] : []
      return [...left, ...right]
    })
  }
  return parts
}

/** The stretch of a band of D in which A + D may be `wallNs`. */
function whereShown(d: Band, wallNs: bigint): [bigint, bigint] | null {
  const least = (aNs: bigint): bigint => aNs + bandAt(d, aNs).lowNs - wallNs
  const most = (aNs: bigint): bigint => wallNs - aNs - bandAt(d, aNs).highNs
  const low = notAbove(least, d.fromNs, d.toNs)
  const high = notAbove(most, d.fromNs, d.toNs)
  if (!low || !high) return null
  const fromNs = low[0] > high[0] ? low[0] : high[0]
  const toNs = low[1] < high[1] ? low[1] : high[1]
  return fromNs <= toNs ? [fromNs, toNs] : null
}

/** Where a function that only rises or only falls is not above zero. */
function notAbove(f: (ns: bigint) => bigint, fromNs: bigint, toNs: bigint): [bigint, bigint] | null {
  const [start, end] = [f(fromNs) <= 0n, f(toNs) <= 0n]
  if (start && end) return [fromNs, toNs]
  if (!start && !end) return null
  let [low, high] = [fromNs, toNs]
  while (high - low > 1n) {
    const half = (low + high) / 2n
    if (f(half) <= 0n === start) low = half
    else high = half
  }
  return start ? [fromNs, low] : [high, toNs]
}

/** Whether the wall clock may have shown an instant in a stretch in which nobody looked, or in which it was set. */
function mayShow(facts: readonly Fact[], hole: Hole, wallNs: bigint): boolean {
  const i = facts.findIndex((fact) => fact.seq === hole.seq && fact.kind !== 'damage')
  const fact = facts[i]
  if (!fact) return false
  if (fact.kind === 'clock-change') {
    // Within the look it ran on from the one reading, or up to the other, at most a tenth faster than A.
    const reach = ((hole.toNs - hole.fromNs) * 11n) / 10n + 1n
    const { wallBeforeNs, wallAfterNs } = fact
    return (
      (wallBeforeNs < wallNs && wallNs < wallBeforeNs + reach) || (wallAfterNs - reach < wallNs && wallNs < wallAfterNs)
    )
  }
  if (fact.kind === 'gap') return fact.wallFromNs < wallNs && wallNs < fact.wallToNs
  const before = facts[i - 1]
  return before !== undefined && before.wallNs < wallNs && wallNs < fact.wallNs
}

function breakOfWall(block: Block, mark: Mark, before: number, gap: Break, wallNs: bigint): Moment | null {
  const { facts } = block.window
  const [old, next] = [block.models[before]?.run, block.models[before + 1]?.run]
  const teller = facts.find((fact) => fact.seq === gap.seq && fact.kind !== 'damage')
  if (!old || !next || !teller) return null
  let last: Fact | null = null
  for (const [i, fact] of facts.entries()) if (block.runOf[i] === before && fact.kind !== 'damage') last = fact
  const wallFrom = teller.kind === 'gap' ? teller.wallFromNs : last?.wallNs
  const wallTo = teller.kind === 'gap' ? teller.wallToNs : next.first.wallNs
  if (wallFrom === undefined || wallNs <= wallFrom || wallNs >= wallTo) return null
  const toUtc = block.labels.at(before + 1, next.startNs)
  return breakMoment(before, gap, toUtc - (wallTo - wallNs), acrossBreak(block, before, gap, mark.toNs))
}

/** Stretches that touch become one: the wall clock showed the instant once there. */
function joined(found: RunMoment[]): RunMoment[] {
  const sorted = found.sort((a, b) => (a.fromNs < b.fromNs ? -1 : Number(a.fromNs > b.fromNs)))
  const result: RunMoment[] = []
  for (const one of sorted) {
    const last = result.at(-1)
    if (!last || one.fromNs > last.toNs + 1n) {
      result.push(one)
      continue
    }
    const toNs = one.toNs > last.toNs ? one.toNs : last.toNs
    result[result.length - 1] = { ...last, toNs, lack: last.lack ?? one.lack, seq: last.seq ?? one.seq }
  }
  return result
}
