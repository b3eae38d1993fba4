/**
 * The kernel's notice that the wall clock was set: a timer of the kind TFD_TIMER_CANCEL_ON_SET, read without blocking.
 * Nothing waits for it, so that no exit of a process or worker ever waits either.
 * @module
 */
import { readSync } from 'node:fs'
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
  const expirations = Buffer.alloc(8)
  return {
    take() {
      if (fd === null) return 'absent'
      try {
        readSync(fd, expirations)
        // It ran out: the clock stands behind 2255. Armed afresh it would run out at once, so the notice ends here.
        libc.close(fd)
        fd = null
        return 'seen'
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EAGAIN') return 'none'
        return code === 'ECANCELED' ? 'seen' : 'absent'
      }
    },
    close() {
      // By the C library: Node would warn of a descriptor that it did not open.
      if (fd !== null) libc.close(fd)
      fd = null
    },
  }
}
