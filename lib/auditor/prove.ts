/**
 * What a trail proves of one instant, for programs.
 * @module
 */
import { parseDuration } from '../config/units.js'
import { OptionRangeError } from '../errors.js'
import { answer } from '../evidence/answer.js'
import { type ProofDocument, proofDocument } from '../evidence/document.js'
import { openIndex } from '../index-store/index.js'
import { formatInstant, parseInstant } from '../instant.js'
import { readRecorded } from '../trail/recorded.js'

export interface ProveOptions {
  /** The trail folder. */
  readonly trail: string
  /** ISO 8601 with an offset or Z, down to nanoseconds: `2026-03-03T14:02:00Z`. */
  readonly at: string
  /** `wall` (default): what the audited clock showed; `true`: UTC. */
  readonly scale?: 'wall' | 'true'
  /** A duration such as `50ms`. Default: what the auditor was configured with. */
  readonly tolerance?: string
  /** Path of the readers' index, or `:memory:`. Default: in the user's cache folder. */
  readonly index?: string
  readonly signal?: AbortSignal
}

const instant = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/

/** `prove` of the library; `doors.ts` says what it does. */
export async function prove(options: ProveOptions): Promise<ProofDocument> {
  const { trail, scale = 'wall', tolerance, index, signal } = options
  const atNs = parseAt(options.at)
  if (scale !== 'wall' && scale !== 'true') throw new OptionRangeError('scale', 'must be "wall" or "true"', scale)
  const recorded = await readRecorded(trail)
  const settings = recorded.settingsAt(atNs)
  const toleranceNs = tolerance === undefined ? settings.toleranceNs : parseDuration(tolerance, 'tolerance')
  const source = await openIndex({ trail, index, signal })
  try {
    const answers = await answer(source, { atNs, scale, toleranceNs, longestGapNs: settings.longestGapNs })
    return proofDocument({ at: formatInstant(atNs), scale, toleranceNs, simulation: settings.simulation }, answers)
  } finally {
    source.close()
  }
}

function parseAt(text: string): bigint {
  const [, local = '', fraction = '', offset = ''] = instant.exec(text) ?? []
  try {
    const ns = parseInstant(`${local}.${fraction.padEnd(9, '0')}Z`)
    if (offset === 'Z') return ns
    const minutes = BigInt(offset.slice(1, 3)) * 60n + BigInt(offset.slice(4))
    return offset.startsWith('-') ? ns + minutes * 60_000_000_000n : ns - minutes * 60_000_000_000n
  } catch {
    throw new OptionRangeError('at', 'must be an ISO 8601 instant with an offset, such as 2026-03-03T14:02:00Z', text)
  }
}
