/**
 * Samples that an application asked for. The engine promises a draft, the scribe makes it durable; either may be heard first.
 * @module
 */
import type { SampleDocument } from '../trail/document.js'

interface Request {
  readonly resolve: (document: SampleDocument) => void
  readonly reject: (error: Error) => void
}

/** Documents that are remembered for promises that arrive later. */
const remembered = 16

export class Requests {
  readonly #open = new Map<number, Request>()
  readonly #promised = new Map<number, number[]>()
  readonly #recent = new Map<number, SampleDocument>()
  #last = 0

  /** A new request: its number, and the sample that will answer it. */
  add(): { readonly requestId: number; readonly answer: Promise<SampleDocument> } {
    this.#last += 1
    const requestId = this.#last
    const answer = new Promise<SampleDocument>((resolve, reject) => {
      this.#open.set(requestId, { resolve, reject })
    })
    return { requestId, answer }
  }

  /** The draft will answer the request. */
  promise(requestId: number, draftId: number): void {
    const document = this.#recent.get(draftId)
    if (document) this.#answer(requestId, document)
    else this.#promised.set(draftId, [...(this.#promised.get(draftId) ?? []), requestId])
  }

  /** The draft is durable. */
  durable(draftId: number, document: SampleDocument): void {
    this.#recent.set(draftId, document)
    const oldest = this.#recent.keys().next()
    if (this.#recent.size > remembered && !oldest.done) this.#recent.delete(oldest.value)
    for (const requestId of this.#promised.get(draftId) ?? []) this.#answer(requestId, document)
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

  #answer(requestId: number, document: SampleDocument): void {
    this.#open.get(requestId)?.resolve(document)
    this.#open.delete(requestId)
  }
}
