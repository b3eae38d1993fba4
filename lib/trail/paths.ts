/**
 * How the files of a trail are called: `YYYY/MM/YYYY-MM-DD.NNNNNN.ndjson`, with `.gz` behind it once compressed. The date is a
 * label for people; the number rules.
 * @module
 */

/** A segment as its path below the trail folder tells. */
export interface SegmentPath {
  /** Below the trail folder, with forward slashes on every platform. */
  readonly path: string
  readonly label: string
  readonly number: number
  readonly compressed: boolean
}

const form = /^(\d{4})\/(\d{2})\/((\d{4})-(\d{2})-\d{2})\.(\d{6,15})\.ndjson(\.gz)?$/

/** The path of a segment below the trail folder: number 123 of 2026-11-22 is `2026/11/2026-11-22.000123.ndjson`. */
export function segmentPath(label: string, number: number): string {
  return `${label.slice(0, 4)}/${label.slice(5, 7)}/${label}.${String(number).padStart(6, '0')}.ndjson`
}

/** Reads what {@link segmentPath} writes, compressed or not; `null` for any other path. */
export function parseSegmentPath(path: string): SegmentPath | null {
  const match = form.exec(path)
  if (!match) return null
  const label = match[3] ?? ''
  const number = Number(match[6])
  const compressed = match[7] !== undefined
  return segmentPath(label, number) + (compressed ? '.gz' : '') === path ? { path, label, number, compressed } : null
}
