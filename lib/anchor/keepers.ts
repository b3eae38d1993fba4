/**
 * The keepers that a configuration names.
 * @module
 */
import { readFileSync } from 'node:fs'
import type { AnchorConfig } from '../config/types.js'
import { OptionRangeError } from '../errors.js'
import type { Keeper } from './types.js'

/**
 * Reads the certificates that a time-stamping service is held against.
 * @throws {OptionRangeError} where they cannot be read, or none stands in the file
 */
export function keepersOf({ tsa, command }: AnchorConfig): Keeper[] {
  const keepers: Keeper[] = []
  if (tsa) keepers.push({ kind: 'rfc3161', url: tsa.url, roots: rootsOf(tsa.certificates), policy: tsa.policy })
  if (command) keepers.push({ kind: 'command', command })
  return keepers
}

function rootsOf(path: string | null): string | null {
  if (path === null) return null
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new OptionRangeError('anchor.tsa.certificates', `must name a file that can be read (${code})`, path)
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new OptionRangeError('anchor.tsa.certificates', 'must name a PEM file with certificates', path)
}
