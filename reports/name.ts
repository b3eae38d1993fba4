/**
 * Names of files: made of a host label that may hold anything, a period and a profile.
 * @module
 */
import { createHash } from 'node:crypto'

const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i
const longest = 64

/**
 * A label as it may stand in a file name anywhere: letters, digits, `.`, `-`, `_`, at most 64 characters. A label that had to
 * be changed gets eight digits of its SHA-256, so that two labels never share a name.
 */
export function safeName(label: string): string {
  const kept = label
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/\.{2,}/g, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
    .slice(0, longest)
  if (kept === label && kept !== '' && !reserved.test(kept.split('.')[0] ?? '')) return kept
  const digest = createHash('sha256').update(label).digest('hex').slice(0, 8)
  return `${kept.replace(/[.-]+$/, '') || 'host'}-${digest}`
}

/** `HOST_2026-11-21_day_custom`: what all files of one report are called, without part and suffix. */
export function fileStem(host: string, periodStem: string, profile: string): string {
  return `${safeName(host)}_${periodStem}_${safeName(profile)}`
}
