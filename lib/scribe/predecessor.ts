/**
 * The end of a trail, for the one that takes its place: its last seal, held against its records, and its last record.
 * @module
 */
import { TrailDamagedError, TrailReadError } from '../errors.js'
import type { Predecessor } from '../trail/types.js'
import { treeStart } from './chain.js'
import type { Files } from './files.js'
import { scanTrail } from './scan.js'
import { newestSeal } from './seals.js'
import { findEnd } from './tail.js'

/**
 * @throws {TrailReadError} where there is no trail, or no seal to cite
 * @throws {TrailDamagedError} where the last seal is not over the records that are there
 */
export function predecessor(folder: string, files: Files): Predecessor {
  let end: ReturnType<typeof findEnd>
  try {
    end = findEnd(folder, files)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new TrailReadError(`there is no trail that can be read at ${folder} (${code})`, { cause })
  }
  const seal = newestSeal(folder, files)
  if (!end.last || !seal) {
    const lacks = end.last ? 'no seal that could be cited' : 'no records'
    throw new TrailReadError(`the trail ${folder} has ${lacks}: begin a new one without --succeed`)
  }
  const { origin, size, root } = seal.checkpoint
  const start = treeStart(folder, files)
  const { closes } = scanTrail(folder, files, start, end.last.record.seq)
  if (start.size !== size && !closes.some(({ record, root: own }) => record.seq === size && own === root)) {
    throw new TrailDamagedError(
      `the last seal of ${folder} is not over the records that are there; "ntp-auditor verify ${folder}" tells more`,
    )
  }
  return { origin, size, root, sha256: seal.digest, lastSeq: end.last.record.seq, lastHash: end.last.hash }
}
