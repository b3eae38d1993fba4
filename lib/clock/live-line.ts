/**
 * The line on which D is expected to run: the frequency at which the wall clock gains on the audit clock, extended from the last
 * sample or clock-change. Departures from it are what the witness reports.
 * @module
 */

import { ceilDivide, floorDivide } from '../instant.js'
import { add, type IntervalNs, width } from '../interval.js'

interface Anchor {
  readonly aNs: bigint
  readonly d: IntervalNs
}

/** A slope is taken from two anchors only if it is known to the reported departure in this time. */
const slopeHoldsNs = 20_000_000_000n
const mostAnchors = 8

/**
 * A line through the newest anchor. Its slope comes from that and the nearest anchor before it that lies far enough away, given
 * the widths of both; until there are two such, it keeps the slope it had (at first what the kernel states, or 0).
 */
export class LiveLine {
  readonly #reportNs: bigint
  #anchors: Anchor[] = []
  #through: Anchor
  #rise: IntervalNs
  #runNs: bigint

  /** @param ratePpb the slope to begin with */
  constructor(reportNs: bigint, aNs: bigint, d: IntervalNs, ratePpb: bigint) {
    this.#reportNs = reportNs
    this.#through = { aNs, d }
    this.#rise = { lowNs: ratePpb, highNs: ratePpb }
    this.#runNs = 1_000_000_000n
  }

  /** Where D lies at `aNs` if it still runs on the line; as wide as the widths of the anchors make it. */
  at(aNs: bigint): IntervalNs {
    const elapsed = aNs - this.#through.aNs
    const { d } = this.#through
    const [slow, fast] = elapsed < 0n ? [this.#rise.highNs, this.#rise.lowNs] : [this.#rise.lowNs, this.#rise.highNs]
    return {
      lowNs: d.lowNs + floorDivide(slow * elapsed, this.#runNs),
      highNs: d.highNs + ceilDivide(fast * elapsed, this.#runNs),
    }
  }

  /**
   * A sample was taken: the line runs through this D from now on. Not through a blunt one (a pre-empted look): a line as wide as that
   * would let departures pass.
   */
  anchor(aNs: bigint, d: IntervalNs): void {
    if (width(d) * 4n <= this.#reportNs || width(d) <= 2n * width(this.#through.d)) this.left(aNs, d)
  }

  /** D left the line, and that was told: it runs through this D from now on, however blunt, lest the same be told again. */
  left(aNs: bigint, d: IntervalNs): void {
    const newest: Anchor = { aNs, d }
    const other = this.#anchors.findLast(
      (a) => (width(a.d) + width(d)) * slopeHoldsNs <= this.#reportNs * (aNs - a.aNs) && a.aNs < aNs,
    )
    if (other !== undefined) {
      this.#rise = { lowNs: d.lowNs - other.d.highNs, highNs: d.highNs - other.d.lowNs }
      this.#runNs = aNs - other.aNs
    }
    this.#through = newest
    this.#anchors.push(newest)
    if (this.#anchors.length > mostAnchors) this.#anchors.shift()
  }

  /** The wall clock was stepped, or A stood still: another D, the same frequency. */
  stepped(aNs: bigint, d: IntervalNs): void {
    this.#through = { aNs, d }
    this.#anchors = [this.#through]
  }

  /**
   * A step too small to be written: the line stays where it is, so that such steps add up to a departure, but it is not mistaken for
   * a frequency when the next slope is taken.
   */
  nudged(size: IntervalNs): void {
    this.#anchors = this.#anchors.map(({ aNs, d }) => ({ aNs, d: add(d, size) }))
  }

  /** D was out of sight: nothing is known of its slope but what the kernel states. */
  restart(aNs: bigint, d: IntervalNs, ratePpb: bigint): void {
    this.#through = { aNs, d }
    this.#anchors = []
    this.#rise = { lowNs: ratePpb, highNs: ratePpb }
    this.#runNs = 1_000_000_000n
  }
}
