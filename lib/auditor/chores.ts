/**
 * What an application asked of the scribe: to seal the trail, or to prune it. Each is answered once, or given up.
 * @module
 */
import { ReportedError } from '../errors.js'
import type { ChoreAnswer, ErrorData, PruneNews, SealNews } from '../scribe/messages.js'

export class Chores {
  /** Who waits; their numbers are below zero, so that no sample's request has the same. */
  readonly #open = new Map<number, (answer: ChoreAnswer) => void>()
  #last = 0

  /** A new request: its number, and what comes of it. The answer rejects with the scribe's own code and message. */
  add(): { readonly requestId: number; readonly answer: Promise<SealNews | PruneNews> } {
    this.#last -= 1
    const requestId = this.#last
    const answer = new Promise<ChoreAnswer>((resolve) => this.#open.set(requestId, resolve)).then((result) => {
      if (result.ok) return result.result
      throw new ReportedError(result.error.code, result.error.message)
    })
    return { requestId, answer }
  }

  answer(requestId: number, answer: ChoreAnswer): void {
    this.#open.get(requestId)?.(answer)
    this.#open.delete(requestId)
  }

  /** Nobody will answer what is still open. */
  end(error: ErrorData): void {
    for (const requestId of [...this.#open.keys()]) this.answer(requestId, { ok: false, error })
  }
}
