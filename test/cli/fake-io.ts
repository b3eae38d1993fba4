/**
 * A world for commands under test: outputs in memory, a clock that stands, signals by call.
 * @module
 */
import type { Io, Output } from '../../lib/cli/io.js'
import type { Parts } from '../../lib/cli/parts.js'
import { parseInstant } from '../../lib/instant.js'

export class FakeOutput implements Output {
  text = ''
  isTerminal = false
  columns = 80
  closed = false
  /** The reader goes away after so many writes. */
  readsOnly = Number.POSITIVE_INFINITY
  /** Called after each write. */
  onWrite: () => void = () => {}

  write(text: string): Promise<void> {
    if (this.closed) return Promise.resolve()
    this.text += text
    this.readsOnly -= 1
    if (this.readsOnly <= 0) this.closed = true
    this.onWrite()
    return Promise.resolve()
  }
}

export interface FakeIo extends Io {
  readonly stdout: FakeOutput
  readonly stderr: FakeOutput
  signal(signal: NodeJS.Signals): void
  hangup(): void
}

export function fakeIo(more: Partial<Pick<Io, 'cwd' | 'env' | 'ask' | 'pause'>> = {}): FakeIo {
  const listeners = new Set<(signal: NodeJS.Signals) => void>()
  const hangups = new Set<() => void>()
  return {
    stdout: new FakeOutput(),
    stderr: new FakeOutput(),
    env: {},
    cwd: '/nowhere',
    nowNs: () => parseInstant('2026-03-04T12:00:00.000000000Z'),
    ask: null,
    onSignal(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onHangup(listener) {
      hangups.add(listener)
      return () => hangups.delete(listener)
    },
    hangup: () => {
      for (const listener of hangups) listener()
    },
    pause: () => Promise.resolve(),
    signal: (signal) => {
      for (const listener of listeners) listener(signal)
    },
    ...more,
  }
}

/** Parts of which only those given may be called. */
export function fakeParts(given: Partial<Parts> = {}): Parts {
  return new Proxy(given as Parts, {
    get(target, name: keyof Parts) {
      const part = target[name]
      if (part === undefined) throw new Error(`${name} was not expected to be called`)
      return part
    },
  })
}
