/**
 * Who waits for a sample: the application, or a command through the inbox.
 * @module
 */
import type { ErrorData } from '../scribe/messages.js'

export type Waiting = { readonly requestId: number } | { readonly token: string }

/** How to tell each kind; `promise`: the draft will answer, once it is durable. */
export interface Tell<Key> {
  promise(key: Key, draftId: number): void
  refuse(key: Key, error: ErrorData): void
}

export class WaitingList {
  readonly #application: Tell<number>
  readonly #inbox: Tell<string>
  #all: Waiting[] = []

  constructor(application: Tell<number>, inbox: Tell<string>) {
    this.#application = application
    this.#inbox = inbox
  }

  add(who: Waiting): void {
    this.#all.push(who)
  }

  /** The sample of that draft answers all. */
  satisfy(draftId: number): void {
    for (const who of this.#all.splice(0)) {
      if ('token' in who) this.#inbox.promise(who.token, draftId)
      else this.#application.promise(who.requestId, draftId)
    }
  }

  refuse(error: ErrorData): void {
    for (const who of this.#all.splice(0)) {
      if ('token' in who) this.#inbox.refuse(who.token, error)
      else this.#application.refuse(who.requestId, error)
    }
  }
}
