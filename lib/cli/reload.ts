/**
 * A new configuration for an auditor that runs: what changed, and whether it can be taken as it runs.
 * @module
 */
import { encodeConfiguration, recordedConfiguration, sortedJson } from '../config/encode.js'
import type { Configuration } from '../config/types.js'
import type { ConfigBody } from '../trail/types.js'
import { UsageError } from './exit.js'

/** Fields of the parsed configuration whose options are called otherwise. */
const optionNames: Readonly<Record<string, string>> = {
  driftPpb: 'driftBound',
  slewPpb: 'slewBound',
}

/** What only the host of the nightly job reads: the audit goes on untouched when it changes. */
const hosted = ['nightly', 'print', 'notes']
/** What makes it another audit. */
const fixed = ['trail', 'keys']

export interface Change {
  readonly body: ConfigBody
  /** Whether the audit must begin anew. */
  readonly restart: boolean
}

/**
 * @returns `null` where nothing changed
 * @throws {UsageError} for a change that needs another auditor
 */
export function changeOf(before: Configuration, after: Configuration): Change | null {
  const [old, next] = [encodeConfiguration(before), encodeConfiguration(after)]
  const fields = Object.keys(next).filter((name) => sortedJson(old[name] ?? null) !== sortedJson(next[name] ?? null))
  if (fields.length === 0) return null
  const moved = fields.find((name) => fixed.includes(name))
  if (moved !== undefined) {
    throw new UsageError(`"${moved}" cannot change under a running auditor: stop it and start another`)
  }
  const { configuration, configurationDigest } = recordedConfiguration(after)
  return {
    body: {
      type: 'config',
      oldDigest: recordedConfiguration(before).configurationDigest,
      newDigest: configurationDigest,
      keys: fields
        .filter((name) => name !== 'notes')
        .map((name) => optionNames[name] ?? name.replace(/Ns$/, ''))
        .sort(),
      configuration,
    },
    restart: fields.some((name) => !hosted.includes(name)),
  }
}
