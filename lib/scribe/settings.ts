/**
 * What a configuration says to the scribe.
 * @module
 */
import type { Configuration } from '../config/types.js'
import type { ScribeOptions } from './scribe.js'

/**
 * Folder, zone and seals of a configured trail.
 * @param rekey why a new chain of keys begins; `null`: none does
 */
export function scribeSettings(
  configuration: Configuration,
  rekey: string | null,
): Required<Pick<ScribeOptions, 'folder' | 'zone' | 'seals' | 'compressAfterNs'>> {
  const { trail, zone, keys, genesis, epochNs, compressAfterNs } = configuration
  return {
    folder: trail,
    zone,
    compressAfterNs,
    seals: { keys, genesis, genesisBeside: genesisBeside(trail), epochNs, ...(rekey === null ? {} : { rekey }) },
  }
}

/** Where the public key of a genesis key goes that was made without `init`. */
export function genesisBeside(trail: string): string {
  return `${trail}.genesis.vkey`
}
