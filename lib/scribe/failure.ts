/**
 * What the system's errors mean for the person who keeps the computer.
 * @module
 */
import { TrailWriteError } from '../errors.js'

const steps: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space and recording goes on',
  EDQUOT: 'the quota is used up; free some space and recording goes on',
  EROFS:
    'the file system is read-only; remount it for writing (a disk error may have made it so: look at the kernel log)',
  EACCES: 'permission is denied; give the user of the auditor the right to write there',
  EPERM: 'the system forbids it; look for an immutable attribute or a security policy',
  ENOENT: 'the folder is gone; put the trail back where it was, or start a new one',
  EIO: 'the disk reports an error; look at the kernel log and replace the disk',
  ESIZE: 'somebody else changed the segment; stop whatever writes there besides the auditor',
  EMFILE: 'too many files are open; raise the limit of this process',
  EFBIG: 'the file would exceed a size limit; raise the limit of this process',
}

/** An error of the writing side: cause and next step for people, the system's error as `cause`. */
export function writeFailure(path: string, cause: unknown): TrailWriteError {
  if (cause instanceof TrailWriteError) return cause
  const { code, message } = cause as NodeJS.ErrnoException
  const step =
    (code !== undefined && steps[code]) || `${message}; nothing is lost: the record is kept and written again`
  return new TrailWriteError(`${path} cannot be written: ${step}`, { cause })
}

/** The code of a system's error, or its message. */
export function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}

/** Whether the disk has no room. */
export function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}
