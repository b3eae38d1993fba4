/**
 * By how much M can have moved along a run: the integral of the rate over A, exact, in units of a billionth nanosecond.
 * @module
 */
import { floorDivide } from '../instant.js'
import type { RateMark } from './runs.js'

/** Rates are in parts per billion, so drift times this is whole. */
export const scale = 1_000_000_000n

interface Part {
  readonly fromNs: bigint
  readonly at: bigint
  readonly ratePpb: bigint
}

/** rho(a): two values of M at a and b differ by at most |rho(a) - rho(b)| billionths of a nanosecond. */
export class DriftLine {
  readonly #parts: readonly Part[]
  readonly #originNs: bigint

  /**
   * Between two marks the larger of their rates holds, before the first and behind the last its own.
   * @param originNs where rho is 0
   */
  constructor(marks: readonly RateMark[], originNs: bigint) {
    this.#originNs = originNs
    const parts: Part[] = []
    let at = 0n
    let fromNs = originNs
    let rate = marks[0]?.ratePpb ?? 0n
    for (const [i, mark] of marks.entries()) {
      const next = marks[i + 1]
      const ahead = next && next.ratePpb > mark.ratePpb ? next.ratePpb : mark.ratePpb
      if (ahead === rate) continue
      parts.push({ fromNs, at, ratePpb: rate })
      at += rate * (mark.aNs - fromNs)
      fromNs = mark.aNs
      rate = ahead
    }
    parts.push({ fromNs, at, ratePpb: rate })
    this.#parts = parts
  }

  #part(aNs: bigint): Part {
    const parts = this.#parts
    for (let i = parts.length - 1; i > 0; i--) {
      const part = parts[i]
      if (part && part.fromNs <= aNs) return part
    }
    return parts[0] ?? { fromNs: this.#originNs, at: 0n, ratePpb: 0n }
  }

  /** rho at an instant of A. */
  at(aNs: bigint): bigint {
    const part = this.#part(aNs)
    return part.at + part.ratePpb * (aNs - part.fromNs)
  }

  /** The latest instant in [fromNs, toNs] at which rho is at most `value`; `null` where it is larger already at the start. */
  last(value: bigint, fromNs: bigint, toNs: bigint): bigint | null {
    if (this.at(fromNs) > value) return null
    if (this.at(toNs) <= value) return toNs
    const part = this.#part(fromNs)
    return part.fromNs + floorDivide(value - part.at, part.ratePpb)
  }

  /** Where the rate changes. */
  get bends(): bigint[] {
    return this.#parts.slice(1).map((part) => part.fromNs)
  }
}
