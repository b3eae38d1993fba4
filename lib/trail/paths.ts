/**
 * How the files of a trail are called: `YYYY/MM/YYYY-MM-DD.NNNNNN.ndjson`, with `.gz` behind it once compressed. The date is a
 * label for people; the number rules. What pruning leaves of a segment has `.pruned` before `.ndjson`. Seals lie in `seals/`.
 * @module
 */

/** A segment as its path below the trail folder tells. */
export interface SegmentPath {
  /** Below the trail folder, with forward slashes on every platform. */
  readonly path: string
  readonly label: string
  readonly number: number
  readonly compressed: boolean
  /** Only what pruning left of it. */
  readonly pruned: boolean
}

const form = /^(\d{4})\/(\d{2})\/((\d{4})-(\d{2})-\d{2})\.(\d{6,15})(\.pruned)?\.ndjson(\.gz)?$/

/** The path of a segment below the trail folder: number 123 of 2026-11-22 is `2026/11/2026-11-22.000123.ndjson`. */
export function segmentPath(label: string, number: number): string {
  return `${label.slice(0, 4)}/${label.slice(5, 7)}/${label}.${String(number).padStart(6, '0')}.ndjson`
}

/** The path of what pruning leaves of a segment: `2026/11/2026-11-22.000123.pruned.ndjson`. */
export function prunedPath(label: string, number: number): string {
  return segmentPath(label, number).replace(/ndjson$/, 'pruned.ndjson')
}

/** Reads what {@link segmentPath} writes, compressed or not, and {@link prunedPath}; `null` for any other path. */
export function parseSegmentPath(path: string): SegmentPath | null {
  const match = form.exec(path)
  if (!match) return null
  const label = match[3] ?? ''
  const number = Number(match[6])
  const pruned = match[7] !== undefined
  const compressed = match[8] !== undefined
  if (pruned && compressed) return null
  const right = pruned ? prunedPath(label, number) : segmentPath(label, number) + (compressed ? '.gz' : '')
  return right === path ? { path, label, number, compressed, pruned } : null
}

/** A seal as its path below the trail folder tells. */
export interface SealPath {
  readonly path: string
  readonly epoch: number
  /** `YYYY/MM`: year and month of the label day. */
  readonly month: string
}

const sealForm = /^seals\/(\d{4}\/\d{2})\/(\d{9,16})\.checkpoint$/

/**
 * The path of a seal below the trail folder: epoch 2951, closed in a segment of 2026-11-22, is
 * `seals/2026/11/000002951.checkpoint`.
 * @param label label day of the segment that holds the close record
 */
export function sealPath(label: string, epoch: number): string {
  return `seals/${label.slice(0, 4)}/${label.slice(5, 7)}/${String(epoch).padStart(9, '0')}.checkpoint`
}

/** The path of the tree's parts before the `close` of a pruned epoch: beside its seal. */
export function frontierPath(label: string, epoch: number): string {
  return sealPath(label, epoch).replace(/checkpoint$/, 'frontier')
}

/** Reads what {@link sealPath} writes; `null` for any other path. */
export function parseSealPath(path: string): SealPath | null {
  const match = sealForm.exec(path)
  if (!match) return null
  const month = match[1] ?? ''
  const epoch = Number(match[2])
  return epoch > 0 && sealPath(month.replace('/', '-'), epoch) === path ? { path, epoch, month } : null
}
