/**
 * The kernel's notice that the wall clock was set: a timer of the kind TFD_TIMER_CANCEL_ON_SET, read without blocking.
 * Nothing ever blocks in it, so that no exit of a process or worker waits either: who wants to hear of a set at once is called by the
 * event loop, which sleeps on the timer as it does on its sockets.
 * @module
 */
import { Socket } from 'node:net'
import type { Libc } from './libc.js'
import { systemTimers } from './timers.js'
import type { Notice, Timers } from './types.js'

export interface SetNotice {
  /** Whether the clock was set since the last call; also a set of one nanosecond, and one undone at once. */
  take(): Notice
  /**
   * Calls `run` from the event loop, without any polling, as soon as the clock was set and nobody has taken the notice yet; `take` in it
   * says `seen`. Not more often than every 30 ms: who sets the clock without end cannot make us look without end. It does not
   * keep the process alive.
   * @returns ends it
   */
  onSet(run: () => void): () => void
  close(): void
}

/** The least time between two calls of one listener, and between two questions where the event loop cannot listen (ms). */
const restMs = 30

/**
 * Arms the timer. Every set (settimeofday, ADJ_SETOFFSET, a leap second, resume from suspend) makes the next read fail with
 * ECANCELED; slews do not. Several sets between two reads are one notice.
 */
export function armNotice(libc: Libc, timers: Timers = systemTimers): SetNotice {
  let fd = libc.cancelOnSet()
  /** What the event loop read, and nobody has taken. */
  let heard = false
  const take = (): Notice => {
    const before = heard
    heard = false
    if (fd === null) return before ? 'seen' : 'absent'
    const state = libc.readTimer(fd)
    if (state === 'cancelled') return 'seen'
    if (state === 'waiting') return before ? 'seen' : 'none'
    // It ran out, as the clock was set to behind 2255: armed afresh it would run out at once, so that notices end here.
    libc.close(fd)
    fd = null
    return before || state === 'expired' ? 'seen' : 'absent'
  }
  const ends = new Set<() => void>()
  return {
    take,
    onSet(run) {
      let ended = false
      let stream: Socket | null = null
      let pause: unknown = null
      const told = (): void => {
        stream = null
        if (ended) return
        rest()
        if (heard) run()
      }
      const listen = (): void => {
        if (ended || fd === null) return
        stream = streamOf(libc, fd, (seen) => {
          heard ||= seen
          told()
        })
        if (stream !== null) return
        // No descriptor to be had: ask, and try again.
        heard = take() === 'seen'
        told()
      }
      const rest = (): void => {
        pause = timers.setTimeout(listen, restMs)
        ;(pause as { unref?: () => void }).unref?.()
      }
      const end = (): void => {
        ended = true
        timers.clearTimeout(pause)
        stream?.destroy()
        ends.delete(end)
      }
      ends.add(end)
      listen()
      return end
    },
    close() {
      for (const end of [...ends]) end()
      // By the C library: Node would warn of a descriptor that it did not open.
      if (fd !== null) libc.close(fd)
      fd = null
    },
  }
}

/**
 * The timer as a stream of the event loop. Node takes only what it knows for a stream, a socket; the timer is put in its place before
 * anything is read. Reading fails with ECANCELED once the clock was set and so ends the stream; closing it closes its own descriptor alone.
 * @param told called once, later; `seen`: it has read the notice
 * @returns `null` where there is no descriptor to be had
 */
function streamOf(libc: Libc, timer: number, told: (seen: boolean) => void): Socket | null {
  const fd = libc.socket('stream')
  if (fd === null) return null
  let stream: Socket
  try {
    stream = new Socket({ fd, readable: true, writable: false })
  } catch {
    libc.close(fd)
    return null
  }
  stream.unref()
  let open = true
  const end = (seen: boolean): void => {
    stream.destroy()
    if (!open) return
    open = false
    told(seen)
  }
  stream.on('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ECANCELED'))
  if (!libc.replace(fd, timer)) {
    open = false
    stream.destroy()
    return null
  }
  stream.on('data', () => end(true))
  stream.on('close', () => end(false))
  return stream
}
