/**
 * The version of this package, as its package.json says: printed on every report.
 * @module
 */
import { createRequire } from 'node:module'

interface Manifest {
  readonly name: string
  readonly version: string
}

/** `ntp-auditor 0.1.0`. */
export function toolName(): string {
  const manifest = createRequire(import.meta.url)('../../package.json') as Manifest
  return `${manifest.name} ${manifest.version}`
}
