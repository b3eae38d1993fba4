/**
 * Departures of D from its line that no step explains: slews, and steps too small to be written that add up.
 *
 * The first is told at the look that proves it. A slew goes on leaving the line, look after look, until its rate is known; what departs
 * within a second after a departure was told is therefore held back, and told as one: at the furthest look of the second, or at once when D
 * turns back by more than is reported, or when the line ends for another reason. While one is held the line stays where it is, also
 * when a sample is taken: nothing of a departure is ever taken for the new course unsaid. So a departure above `reportNs` is told within a
 * second and a look, its size in full, and one that was undone within that time is told as well.
 * @module
 */
import { type IntervalNs, largest, smallest, subtract } from '../interval.js'
import { LiveLine } from './live-line.js'
import type { Look } from './look.js'

/** A departure that is to be written. */
export interface Departure {
  /** The last look at which D was certainly not further from the line than is reported. */
  readonly from: Look
  /** The look that proves it: where several were held, the furthest. */
  readonly to: Look
  /** From the line at `to`. */
  readonly size: IntervalNs
}

/** The least distance on A between two departures, but for a turn and the end of a line (ns). */
const apartNs = 1_000_000_000n

/** Follows D along its line. */
export class Departures {
  readonly #reportNs: bigint
  readonly #line: LiveLine
  #inside: Look
  #held: { readonly look: Look; readonly size: IntervalNs } | null = null
  #toldNs: bigint | null = null

  /** @param ratePpb the rate of D to begin with */
  constructor(reportNs: bigint, first: Look, ratePpb: bigint) {
    this.#reportNs = reportNs
    this.#line = new LiveLine(reportNs, first.aNs, first.reading.d, ratePpb)
    this.#inside = first
  }

  /** How far D stands from the line at a look. */
  at(look: Look): IntervalNs {
    return subtract(look.reading.d, this.#line.at(look.aNs))
  }

  /** A look that no step parts from the one before. @returns what is to be written now, oldest first */
  add(look: Look): Departure[] {
    const size = this.at(look)
    const out = smallest(size) > this.#reportNs
    const due = this.#toldNs === null || look.aNs - this.#toldNs >= apartNs
    const held = this.#held
    const further = out && (held === null || (sameSide(held.size, size) && smallest(size) >= smallest(held.size)))
    if (held !== null && !further && (due || this.#turned(held.size, size))) {
      return [this.#tell(held), ...this.add(look)]
    }
    if (further && due) return [this.#tell({ look, size })]
    if (further) this.#held = { look, size }
    else if (held === null && largest(size) <= this.#reportNs) this.#inside = look
    return []
  }

  /** The line ends, or is about to: what is held is told. */
  settle(): Departure[] {
    return this.#held === null ? [] : [this.#tell(this.#held)]
  }

  /** A sample was taken at this look: the line runs through it, unless a departure from it has still to be told. */
  anchor(look: Look): void {
    if (this.#held !== null) return
    this.#line.anchor(look.aNs, look.reading.d)
    this.#inside = look
  }

  /** The wall clock was stepped, or A stood still: another D, the same rate. Nothing may be held. */
  stepped(look: Look): void {
    this.#line.stepped(look.aNs, look.reading.d)
    this.#inside = look
  }

  /** A step too small to be written: the line stays. */
  nudged(size: IntervalNs): void {
    this.#line.nudged(size)
  }

  /** D was out of sight: nothing is known of its rate but what the kernel states. Nothing may be held. */
  restart(look: Look, ratePpb: bigint): void {
    this.#line.restart(look.aNs, look.reading.d, ratePpb)
    this.#inside = look
  }

  #turned(held: IntervalNs, size: IntervalNs): boolean {
    const back = held.lowNs > 0n ? held.lowNs - size.highNs : size.lowNs - held.highNs
    return back > this.#reportNs
  }

  #tell({ look, size }: { readonly look: Look; readonly size: IntervalNs }): Departure {
    const told: Departure = { from: this.#inside, to: look, size }
    this.#line.left(look.aNs, look.reading.d)
    this.#inside = look
    this.#held = null
    this.#toldNs = look.aNs
    return told
  }
}

function sameSide(a: IntervalNs, b: IntervalNs): boolean {
  return a.lowNs > 0n === b.lowNs > 0n
}
