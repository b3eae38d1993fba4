/**
 * A two-way line between two parts that may live in different threads, or in one.
 * @module
 */
import type { MessagePort } from 'node:worker_threads'

/** Messages arrive in the order in which they were posted, never inside the call of `post`. */
export interface Link<Out, In> {
  post(message: Out): void
  /** One listener; messages that arrived before it was set are kept for it. */
  listen(handler: (message: In) => void): void
  close(): void
}

/** A line over a port of `node:worker_threads` (or the parent port of a worker). */
export function portLink<Out, In>(port: MessagePort): Link<Out, In> {
  return {
    post: (message) => port.postMessage(message),
    listen: (handler) => {
      port.on('message', handler)
    },
    close: () => port.close(),
  }
}

/** Two ends of a line inside one thread. */
export function linkPair<A, B>(): [Link<A, B>, Link<B, A>] {
  const left = inbox<B>()
  const right = inbox<A>()
  return [
    { post: right.put, listen: left.listen, close: left.close },
    { post: left.put, listen: right.listen, close: right.close },
  ]
}

function inbox<T>() {
  const waiting: T[] = []
  let handler: ((message: T) => void) | null = null
  let closed = false
  let woken = false
  const drain = () => {
    woken = false
    while (handler && !closed && waiting.length > 0) handler(waiting.shift() as T)
  }
  const wake = () => {
    if (woken || !handler) return
    woken = true
    queueMicrotask(drain)
  }
  return {
    put: (message: T) => {
      if (closed) return
      waiting.push(message)
      wake()
    },
    listen: (next: (message: T) => void) => {
      handler = next
      wake()
    },
    close: () => {
      closed = true
      waiting.length = 0
    },
  }
}

/** A line whose far end may be replaced: what is posted goes to the present one, what any of them says is heard. */
export class SwitchLink<Out, In> implements Link<Out, In> {
  #line: Link<Out, In>
  #handler: ((message: In) => void) | null = null

  constructor(line: Link<Out, In>) {
    this.#line = line
  }

  switchTo(line: Link<Out, In>): void {
    this.#line.close()
    this.#line = line
    if (this.#handler) line.listen(this.#handler)
  }

  post(message: Out): void {
    this.#line.post(message)
  }

  listen(handler: (message: In) => void): void {
    this.#handler = handler
    this.#line.listen(handler)
  }

  close(): void {
    this.#line.close()
  }
}
