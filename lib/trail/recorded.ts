/**
 * Settings under which a trail was written, from its own `open` records.
 * @module
 */
import { parseInstant } from '../instant.js'
import { survey } from './survey.js'

export interface RecordedSettings {
  readonly toleranceNs: bigint
  readonly longestGapNs: bigint
  /** Whether the trail says that no clock of it is a real one. */
  readonly simulation: boolean
}

/** What the `open` records of a trail say. */
export interface Recorded {
  /** Zone of the newest segment; `UTC` where none tells. */
  readonly zone: string
  /** Settings of the last start at or before an instant of the recorded clock; of the first where all lie behind it. */
  settingsAt(wallNs: bigint): RecordedSettings
}

const fallback = { toleranceNs: 1_000_000_000n, longestGapNs: 256_000_000_000n }

/** @throws {TrailReadError} where the trail cannot be read */
export async function readRecorded(trail: string): Promise<Recorded> {
  const heads = (await survey(trail)).segments.flatMap(({ head }) => (head === null ? [] : [head]))
  const starts = heads.flatMap(({ wall, configuration }) =>
    configuration === null ? [] : [{ wallNs: parseInstant(wall), configuration }],
  )
  return {
    zone: heads.at(-1)?.zone ?? 'UTC',
    settingsAt: (wallNs) => {
      const start = starts.findLast((one) => one.wallNs <= wallNs) ?? starts[0]
      return {
        toleranceNs: nanoseconds(start?.configuration, 'toleranceNs') ?? fallback.toleranceNs,
        longestGapNs: nanoseconds(start?.configuration, 'longestGapNs') ?? fallback.longestGapNs,
        simulation: heads.some((head) => head.simulation),
      }
    },
  }
}

function nanoseconds(configuration: object | undefined, name: string): bigint | null {
  const value: unknown = (configuration as Record<string, unknown> | undefined)?.[name]
  return typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value) ? BigInt(value) : null
}
