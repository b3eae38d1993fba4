/**
 * The last few of something that is found again at a price.
 * @module
 */

interface Found<T> {
  readonly index: number
  readonly value: Promise<T>
}

/**
 * Keeps very few, in an array: tables of a map that was emptied or filled anew point at their successors, so that the collector takes what
 * those hold for alive until it looks at the whole heap.
 */
export class Recent<T> {
  #found: readonly Found<T>[] = []
  readonly #most: number

  /** @param most how many are kept; those that were asked for last */
  constructor(most: number) {
    this.#most = most
  }

  clear(): void {
    this.#found = []
  }

  has(index: number): boolean {
    return this.#found.some((one) => one.index === index)
  }

  /** @param find finds what is not kept; what it failed to find is not kept either */
  get(index: number, find: () => Promise<T>): Promise<T> {
    const known = this.#found.find((one) => one.index === index)
    const own = known ?? { index, value: find() }
    const others = this.#found.filter((one) => one !== known)
    this.#found = [...others.slice(Math.max(0, others.length - this.#most + 1)), own]
    if (!known) own.value.catch(() => this.#drop(own))
    return own.value
  }

  #drop(own: Found<T>): void {
    this.#found = this.#found.filter((one) => one !== own)
  }
}
