/**
 * What a verification found, in words, and the exit code that it gives.
 * @module
 */
import type { Finding, VerifyResult } from '../trail/types.js'
import type { Io } from './io.js'
import { harmless, paint } from './text.js'

/** 0 intact under a key, 1 damaged, 3 where no key or no seal says what was written. */
export function exitOf({ intact }: Pick<VerifyResult, 'intact'>): 0 | 1 | 3 {
  return intact === true ? 0 : intact === false ? 1 : 3
}

/** The verdict of a verification in words and colour. */
export function verdictText(intact: VerifyResult['intact'], io: Io): string {
  if (intact === true) return paint(io, io.stdout, 'green', 'INTACT under its key')
  if (intact === false) return paint(io, io.stdout, 'red', 'DAMAGED')
  return paint(io, io.stdout, 'yellow', 'SELF-CONSISTENT')
}

/** A finding as one line. */
export function findingText({ severity, code, file, line, seq, message, expected, found }: Finding, io: Io): string {
  const word = severity === 'damage' ? paint(io, io.stdout, 'red', 'DAMAGE') : 'note'
  const place = [
    file === null ? null : harmless(file),
    line === null ? null : `line ${line}`,
    seq === null ? null : `seq ${seq}`,
  ].filter((part) => part !== null)
  const bytes =
    expected === undefined ? '' : `\n  expected ${harmless(expected)}\n  found    ${harmless(found ?? 'nothing')}`
  return `${word} ${code}${place.length === 0 ? '' : ` (${place.join(', ')})`}: ${harmless(message)}${bytes}`
}
