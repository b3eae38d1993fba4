/**
 * What the witness saw since the last record: looks kept until the next record needs their extremes.
 * @module
 */

import { ceilDivide, floorDivide } from '../instant.js'
import { hull, type IntervalNs, point, width } from '../interval.js'
import { type Look, silenceSince } from './look.js'
import type { Notice, Since } from './types.js'

interface Entry {
  readonly look: Look
  readonly silenceNs: bigint
  /** Whether D is known sharply enough here to tell of the chord. */
  readonly firm: boolean
  smallNs: bigint | null
}

interface Dot {
  readonly aNs: bigint
  readonly d: IntervalNs
}

/** Looks behind these are kept only as far as they can shape the chord. */
const keepLooks = 1024

/** Looks since a record. `cut` makes the `since` of the next one and starts again at its look. */
export class SinceLog {
  readonly #firmNs: bigint
  #narrowest: bigint
  #start: Look
  #lastFirm: Look
  #entries: Entry[] = []
  #folded: { looks: number; widestNs: bigint; seen: boolean; count: number; sumNs: bigint } = nothing()
  #dots: Dot[] = []

  /** @param reportNs looks whose D is wider than an eighth of it, and than twice the narrowest seen, do not shape the chord */
  constructor(first: Look, reportNs: bigint) {
    this.#firmNs = reportNs / 8n
    this.#narrowest = width(first.reading.d)
    this.#start = first
    this.#lastFirm = first
  }

  /** Adds the newest look. */
  add(look: Look): void {
    const wide = width(look.reading.d)
    if (wide < this.#narrowest) this.#narrowest = wide
    const firm = wide <= this.#firmNs || wide <= this.#narrowest * 2n
    this.#entries.push({ look, silenceNs: silenceSince(this.#lastFirm, look), firm, smallNs: null })
    if (firm) this.#lastFirm = look
    if (this.#entries.length >= 2 * keepLooks) this.#fold()
  }

  /** Counts a change at the newest look that is too small to be written. */
  small(sizeNs: bigint): void {
    const entry = this.#entries.at(-1)
    if (entry !== undefined) entry.smallNs = sizeNs
  }

  /** Whether {@link cut} can be asked for this look: it is newer than the last record and still kept. */
  holds(look: Look): boolean {
    return this.#entries.some((entry) => entry.look === look)
  }

  /** What was seen after the last record up to this look, which becomes the start of the next `since`. */
  cut(end: Look): Since {
    const index = this.#entries.findIndex(({ look }) => look === end)
    const taken = this.#entries.slice(0, index + 1)
    const total = this.#folded
    for (const entry of taken) count(total, entry)
    const notice: Notice = end.notice === 'absent' ? 'absent' : total.seen ? 'seen' : 'none'
    const chord = chordOf(this.#start, end, [...this.#dots, ...taken.filter(({ firm }) => firm).map(dotOf)])

    this.#start = end
    this.#entries = this.#entries.slice(index + 1)
    this.#folded = nothing()
    this.#dots = []
    return {
      looks: total.looks,
      widestSilenceNs: total.widestNs,
      notice,
      small: { count: total.count, sumNs: total.sumNs },
      chord,
    }
  }

  #fold(): void {
    const old = this.#entries.splice(0, keepLooks)
    for (const entry of old) count(this.#folded, entry)
    this.#dots = corners([...this.#dots, ...old.filter(({ firm }) => firm).map(dotOf)])
  }
}

function nothing(): { looks: number; widestNs: bigint; seen: boolean; count: number; sumNs: bigint } {
  return { looks: 0, widestNs: 0n, seen: false, count: 0, sumNs: 0n }
}

function count(total: ReturnType<typeof nothing>, { look, silenceNs, smallNs }: Entry): void {
  total.looks += 1 + (look.reading.skipped?.looks ?? 0)
  if (silenceNs > total.widestNs) total.widestNs = silenceNs
  if (look.notice === 'seen') total.seen = true
  if (smallNs === null) return
  total.count++
  total.sumNs += smallNs
}

function dotOf({ look }: Entry): Dot {
  return { aNs: look.aNs, d: look.reading.d }
}

/**
 * The extremes of D from the chord between two looks, over the dots in between. Whatever the true D at the two ends inside their
 * intervals, the true departure of every dot lies inside the result.
 */
function chordOf(start: Look, end: Look, dots: readonly Dot[]): IntervalNs {
  const runNs = end.aNs - start.aNs
  const [from, to] = [start.reading.d, end.reading.d]
  let extremes = point(0n)
  for (const { aNs, d } of dots) {
    if (aNs <= start.aNs || aNs >= end.aNs) continue
    const at = aNs - start.aNs
    const lineLow = from.lowNs + floorDivide((to.lowNs - from.lowNs) * at, runNs)
    const lineHigh = from.highNs + ceilDivide((to.highNs - from.highNs) * at, runNs)
    extremes = hull(extremes, { lowNs: d.lowNs - lineHigh, highNs: d.highNs - lineLow })
  }
  return extremes
}

/** The dots that can be extreme over some chord: corners of the convex hull of their upper and of their lower ends. */
function corners(dots: readonly Dot[]): Dot[] {
  const kept = new Set<Dot>()
  for (const end of [(dot: Dot) => dot.d.highNs, (dot: Dot) => -dot.d.lowNs]) {
    const line: Dot[] = []
    for (const dot of dots) {
      for (let last = line.at(-1), before = line.at(-2); last && before; last = line.at(-1), before = line.at(-2)) {
        const above =
          (end(last) - end(before)) * (dot.aNs - before.aNs) > (end(dot) - end(before)) * (last.aNs - before.aNs)
        if (above) break
        line.pop()
      }
      line.push(dot)
    }
    for (const dot of line) kept.add(dot)
  }
  return dots.filter((dot) => kept.has(dot))
}
