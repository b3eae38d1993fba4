/**
 * Records that an application asked for. The engine promises a draft, the scribe makes it durable; either may be heard first.
 * @module
 */
import type { Placed } from '../trail/types.js'

interface Request {
  readonly resolve: (placed: Placed) => void
  readonly reject: (error: Error) => void
}

/** Records that are remembered for promises that arrive later. */
const remembered = 64

export class Requests {
  readonly #open = new Map<number, Request>()
  readonly #promised = new Map<number, number[]>()
  readonly #recent = new Map<number, Placed>()
  #last = 0

  /** A new request: its number, and the durable record that will answer it. */
  add(): { readonly requestId: number; readonly answer: Promise<Placed> } {
    this.#last += 1
    const requestId = this.#last
    const answer = new Promise<Placed>((resolve, reject) => {
      this.#open.set(requestId, { resolve, reject })
    })
    return { requestId, answer }
  }

  /** The draft will answer the request. */
  promise(requestId: number, draftId: number): void {
    const placed = this.#recent.get(draftId)
    if (placed) this.#answer(requestId, placed)
    else this.#promised.set(draftId, [...(this.#promised.get(draftId) ?? []), requestId])
  }

  /** The draft is durable. */
  durable(draftId: number, placed: Placed): void {
    this.#recent.set(draftId, placed)
    const oldest = this.#recent.keys().next()
    if (this.#recent.size > remembered && !oldest.done) this.#recent.delete(oldest.value)
    for (const requestId of this.#promised.get(draftId) ?? []) this.#answer(requestId, placed)
    this.#promised.delete(draftId)
  }

  refuse(requestId: number, error: Error): void {
    this.#open.get(requestId)?.reject(error)
    this.#open.delete(requestId)
  }

  /** Refuses all that are open. */
  end(error: Error): void {
    for (const requestId of [...this.#open.keys()]) this.refuse(requestId, error)
  }

  #answer(requestId: number, placed: Placed): void {
    this.#open.get(requestId)?.resolve(placed)
    this.#open.delete(requestId)
  }
}
