/**
 * What a start finds at the end of a trail, and mends: where it goes on, and whether the auditor before stopped in good order.
 * @module
 */
import type { OpenBody, Placed, TrailRecord } from '../trail/types.js'
import type { Files } from './files.js'
import { KeyStore } from './key-store.js'
import type { Mender } from './mend.js'
import { firstOpen } from './scan.js'
import { newestSeal } from './seals.js'
import { findEnd } from './tail.js'

/** Why an epoch is closed when the label day changes: the trail goes on behind it. */
export const rotation = 'rotation'

/** The end of a trail as it was found. */
export interface Tail {
  readonly seq: number
  readonly hash: string
  readonly record: TrailRecord
  /** The `open` that governs it; `null` where damage took it. */
  readonly lastOpen: OpenBody | null
  /** Whether the last auditor stopped in good order. */
  readonly orderly: boolean
}

/**
 * Finds the end of a trail and has a torn one cut off, but never below a seal.
 * @param keys folder of the keys; `null`: the trail has none
 * @returns the last record, and the number for the next segment
 * @throws the system's error
 */
export function findTail(
  folder: string,
  files: Files,
  mender: Mender,
  keys: string | null,
): { readonly tail: Tail | null; readonly last: Placed | null; readonly next: number } {
  const end = findEnd(folder, files)
  const { last } = end
  const sealed = end.bad.length === 0 ? 0 : underSeal(folder, files, keys)
  let { next } = end
  for (const bad of end.bad) {
    // What lies under a seal was acknowledged: that it cannot be read is damage, and no unfinished write.
    const safe = (last?.record.seq ?? 0) < sealed ? { ...bad, finding: 'damaged' as const } : bad
    if (mender.end(safe) && bad.segment.number === next - 1) next = bad.segment.number
  }
  if (!last) return { tail: null, last, next }
  const { record, hash } = last
  const stopped = record.type === 'close' && record.final && record.reason !== rotation
  const orderly = stopped && mender.recovers.length === 0
  return { tail: { seq: record.seq, hash, record, lastOpen: end.open, orderly }, last, next }
}

/** How many records lie under a seal, as far as the trail and the keys of this computer know. */
function underSeal(folder: string, files: Files, keys: string | null): number {
  const inTrail = newestSeal(folder, files)?.checkpoint.size ?? 0
  if (keys === null) return inTrail
  try {
    const seal = new KeyStore(keys, files).lastSeal()
    if (typeof seal === 'string' || seal.origin !== firstOpen(folder, files)?.origin) return inTrail
    return Math.max(inTrail, seal.size)
  } catch {
    return inTrail
  }
}
