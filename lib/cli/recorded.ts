/**
 * Settings under which a trail was written, from its own `open` records.
 * @module
 */
import { parseInstant } from '../instant.js'
import { survey } from '../trail/survey.js'

export interface RecordedSettings {
  readonly toleranceNs: bigint
  readonly longestGapNs: bigint
  /** Whether the trail says that no clock of it is a real one. */
  readonly simulation: boolean
}

const fallback: RecordedSettings = {
  toleranceNs: 1_000_000_000n,
  longestGapNs: 256_000_000_000n,
  simulation: false,
}

/**
 * The settings of the last start at or before an instant of the recorded clock; of the first where all lie behind it.
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function recordedSettings(trail: string, wallNs: bigint): Promise<RecordedSettings> {
  const { segments } = await survey(trail)
  let found: RecordedSettings | null = null
  for (const { head } of segments) {
    if (!head?.configuration) continue
    if (found !== null && parseInstant(head.wall) > wallNs) continue
    found = {
      toleranceNs: nanoseconds(head.configuration, 'toleranceNs') ?? fallback.toleranceNs,
      longestGapNs: nanoseconds(head.configuration, 'longestGapNs') ?? fallback.longestGapNs,
      simulation: head.simulation,
    }
  }
  return found ?? fallback
}

function nanoseconds(configuration: object, name: string): bigint | null {
  const value: unknown = (configuration as Record<string, unknown>)[name]
  return typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value) ? BigInt(value) : null
}
