/**
 * A bucket of tokens, one for each packet that no schedule asked for.
 * @module
 */

const capacity = 8n

/** Holds 8 tokens, full at the beginning. Time is A in nanoseconds and handed in, and never goes back. */
export class TokenBucket {
  #tokens = capacity
  /** When the last token that was counted came in; means nothing while the bucket is full. */
  #sinceNs = 0n

  /** Takes a token; `false` where there is none. `refillNs`: time in which one more comes in. */
  take(nowNs: bigint, refillNs: bigint): boolean {
    this.#fill(nowNs, refillNs)
    if (this.#tokens === 0n) return false
    this.#tokens--
    return true
  }

  /** When a token can be had: `nowNs` where there is one. */
  nextNs(nowNs: bigint, refillNs: bigint): bigint {
    this.#fill(nowNs, refillNs)
    return this.#tokens > 0n ? nowNs : this.#sinceNs + refillNs
  }

  #fill(nowNs: bigint, refillNs: bigint): void {
    const came = this.#tokens < capacity && nowNs > this.#sinceNs ? (nowNs - this.#sinceNs) / refillNs : 0n
    this.#tokens += came
    this.#sinceNs += came * refillNs
    if (this.#tokens < capacity) return
    this.#tokens = capacity
    this.#sinceNs = nowNs
  }
}
