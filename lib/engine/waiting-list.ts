/**
 * Who waits for a record: the application, or a command through the inbox.
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
    for (const who of this.#all.splice(0)) this.answer(who, draftId)
  }

  refuse(error: ErrorData): void {
    for (const who of this.#all.splice(0)) this.answer(who, error)
  }

  /** Answers one at once: with the draft that will be its record, or with why there is none. */
  answer(who: Waiting, result: number | ErrorData): void {
    const [tell, key] =
      'token' in who ? ([this.#inbox, who.token] as const) : ([this.#application, who.requestId] as const)
    if (typeof result === 'number') (tell as Tell<unknown>).promise(key, result)
    else (tell as Tell<unknown>).refuse(key, result)
  }
}
