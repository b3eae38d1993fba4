/**
 * The kernel's notice that the wall clock was set: a timer of the kind TFD_TIMER_CANCEL_ON_SET, read without blocking.
 * Nothing waits for it, so that no exit of a process or worker ever waits either.
 * @module
 */
import type { Libc } from './libc.js'
import type { Notice } from './types.js'

export interface SetNotice {
  /** Whether the clock was set since the last call; also a set of one nanosecond, and one undone at once. */
  take(): Notice
  close(): void
}

/**
 * Arms the timer. Every set (settimeofday, ADJ_SETOFFSET, a leap second, resume from suspend) makes the next read fail with
 * ECANCELED; slews do not. Several sets between two reads are one notice.
 */
export function armNotice(libc: Libc): SetNotice {
  let fd = libc.cancelOnSet()
  return {
    take() {
      if (fd === null) return 'absent'
      const state = libc.readTimer(fd)
      if (state === 'waiting') return 'none'
      if (state === 'cancelled') return 'seen'
      // It ran out, as the clock was set to behind 2255: armed afresh it would run out at once, so that notices end here.
      libc.close(fd)
      fd = null
      return state === 'expired' ? 'seen' : 'absent'
    },
    close() {
      // By the C library: Node would warn of a descriptor that it did not open.
      if (fd !== null) libc.close(fd)
      fd = null
    },
  }
}
