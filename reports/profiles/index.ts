/**
 * All profiles: the presets of this folder, and those that the operator wrote.
 * @module
 */
import { Fields, isPlainObject, nearest } from '../../lib/config/fields.js'
import { formatDuration, parseDuration } from '../../lib/config/units.js'
import { OptionRangeError, OptionTypeError } from '../../lib/errors.js'
import { cat50ms } from './cat-50ms.js'
import { certIn } from './cert-in.js'
import { custom } from './custom.js'
import { finra50ms } from './finra-50ms.js'
import { finraManual1s } from './finra-manual-1s.js'
import { hipaa } from './hipaa.js'
import { type ProfileInput, parseProfile } from './input.js'
import { iso27001 } from './iso27001.js'
import { mifid1ms } from './mifid-1ms.js'
import { mifid100us } from './mifid-100us.js'
import { mifidVoice1s } from './mifid-voice-1s.js'
import { nist80053 } from './nist-800-53.js'
import { part11 } from './part11.js'
import { pci } from './pci.js'
import { psap100ms } from './psap-100ms.js'
import { tsa1s } from './tsa-1s.js'
import type { Profile } from './types.js'

export type { ProfileInput } from './input.js'
export type { Profile } from './types.js'

const presets: Readonly<Record<string, ProfileInput>> = {
  custom,
  'cat-50ms': cat50ms,
  'cert-in': certIn,
  'finra-50ms': finra50ms,
  'finra-manual-1s': finraManual1s,
  hipaa,
  iso27001,
  'mifid-100us': mifid100us,
  'mifid-1ms': mifid1ms,
  'mifid-voice-1s': mifidVoice1s,
  'nist-800-53': nist80053,
  part11,
  pci,
  'psap-100ms': psap100ms,
  'tsa-1s': tsa1s,
}

/** The ids of the presets, in order. */
export const presetIds: readonly string[] = Object.keys(presets)

/**
 * Finds a profile by its id.
 * @param own profiles of the operator, by id, as the configuration has them under `profiles`
 * @throws {OptionTypeError | OptionRangeError} for an unknown id, and for a profile that is not well-formed
 */
export function findProfile(id: string, own: unknown = {}): Profile {
  const preset = Object.hasOwn(presets, id) ? presets[id] : undefined
  if (preset) return parseProfile(id, preset)
  const written = ownProfiles(own)
  const input = Object.hasOwn(written, id) ? written[id] : undefined
  if (input !== undefined) return parseOwn(id, input)
  const known = [...presetIds, ...Object.keys(written)]
  const near = nearest(id, known)
  const advice = near === null ? '"ntp-auditor profiles" lists them' : `did you mean "${near}"?`
  throw new OptionRangeError('profile', `must be the id of a profile; ${advice}`, id)
}

/** All profiles: the presets, then those of the operator. @throws {OptionTypeError | OptionRangeError} for one that is not well-formed */
export function allProfiles(own: unknown = {}): Profile[] {
  const written = Object.entries(ownProfiles(own)).map(([id, input]) => parseOwn(id, input))
  return [...presetIds.map((id) => findProfile(id)), ...written]
}

function ownProfiles(own: unknown): Readonly<Record<string, unknown>> {
  if (own === null || own === undefined) return {}
  if (!isPlainObject(own)) throw new OptionTypeError('profiles', 'must be an object of profiles by their ids', own)
  for (const id of Object.keys(own)) {
    if (Object.hasOwn(presets, id)) {
      throw new OptionRangeError(`profiles.${id}`, 'must have another id: this one is a preset; name it as "base"', id)
    }
  }
  return own
}

const strength = { single: 0, paired: 1, voted: 2 } as const

/** A profile of the operator, with what it takes from its base; it may be stricter, never looser. */
function parseOwn(id: string, input: unknown): Profile {
  const path = `profiles.${id}`
  if (!isPlainObject(input) || input.base === undefined) return parseProfile(id, input, path)
  const base = typeof input.base === 'string' && Object.hasOwn(presets, input.base) ? presets[input.base] : undefined
  if (!base) throw new OptionRangeError(`${path}.base`, `must be one of ${presetIds.join(', ')}`, input.base)
  // Unknown names are refused before anything is merged in.
  const made = parseProfile(id, { ...base, ...input }, path)
  const rule = parseProfile(input.base as string, base)
  const fields = new Fields(input, path, Object.keys(input))
  const refuse = (name: string, is: boolean) => {
    if (is)
      throw new OptionRangeError(fields.at(name), `must not be looser than that of "${rule.id}"`, fields.raw(name))
  }
  refuse('tolerance', rule.toleranceNs !== null && made.toleranceNs !== null && made.toleranceNs > rule.toleranceNs)
  refuse('proven', made.provenBasisPoints < rule.provenBasisPoints)
  refuse('leastReferences', made.leastReferences < rule.leastReferences)
  refuse('leastSupport', strength[made.leastSupport] < strength[rule.leastSupport])
  return made
}

/**
 * The tolerance to judge by: what was asked for, else what the rule states, else (profile of the operator) what was configured.
 * @param asked `50ms`, or whole nanoseconds; `undefined`: nothing
 * @throws {OptionRangeError} where it is looser than the rule, or missing where the rule states none
 */
export function toleranceFor(profile: Profile, asked: string | bigint | undefined, configuredNs: bigint): bigint {
  const askedNs = typeof asked === 'string' ? parseDuration(asked, 'tolerance') : asked
  if (askedNs !== undefined && askedNs <= 0n)
    throw new OptionRangeError('tolerance', 'must be more than nothing', asked)
  const { toleranceNs } = profile
  if (toleranceNs !== null && askedNs !== undefined && askedNs > toleranceNs) {
    throw new OptionRangeError(
      'tolerance',
      `must not be looser than the ${profile.definition.tolerance} of profile "${profile.id}"`,
      formatDuration(askedNs),
    )
  }
  if (toleranceNs === null && askedNs === undefined && profile.status !== 'own') {
    throw new OptionRangeError(
      'tolerance',
      `is required: the rule of profile "${profile.id}" states no number, so you must choose one`,
      asked,
    )
  }
  return askedNs ?? toleranceNs ?? configuredNs
}

/** The warning threshold: what was asked for, else that of the profile. @throws {OptionRangeError} unless less than the tolerance */
export function warningFor(profile: Profile, asked: string | undefined, toleranceNs: bigint): bigint | null {
  if (asked === undefined)
    return profile.warningNs !== null && profile.warningNs < toleranceNs ? profile.warningNs : null
  const askedNs = parseDuration(asked, 'warning')
  if (askedNs > 0n && askedNs < toleranceNs) return askedNs
  throw new OptionRangeError('warning', 'must be more than nothing and less than the tolerance', asked)
}
