/**
 * What a configuration says to the scribe.
 * @module
 */
import type { Configuration } from '../config/types.js'
import type { SealOptions } from './resume.js'

/**
 * Folder, zone and seals of a configured trail.
 * @param rekey why a new chain of keys begins; `null`: none does
 */
export function scribeSettings(
  configuration: Configuration,
  rekey: string | null,
): { readonly folder: string; readonly zone: string; readonly seals: SealOptions } {
  const { trail, zone, keys, genesis, epochNs } = configuration
  return {
    folder: trail,
    zone,
    seals: { keys, genesis, genesisBeside: genesisBeside(trail), epochNs, ...(rekey === null ? {} : { rekey }) },
  }
}

/** Where the public key of a genesis key goes that was made without `init`. */
export function genesisBeside(trail: string): string {
  return `${trail}.genesis.vkey`
}
