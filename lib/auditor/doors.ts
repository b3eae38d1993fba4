/**
 * What the library offers beside the `Auditor`; each part is loaded when it is first called, so that importing the library stays quick.
 * @module
 */
import type { EngineParts } from '../engine/parts.js'
import type { ProofDocument } from '../evidence/document.js'
import type { SampleDocument } from '../trail/document.js'
import type { VerifyResult } from '../trail/types.js'
import type { VerifyOptions } from '../trail/verify.js'
import type { ProveOptions } from './prove.js'

/**
 * Asks the references once and says what they tell of the local clock: no trail, no worker, nothing left behind.
 * @param input options as for {@link Auditor.start}; `trail` is not needed and not touched
 * @returns the JSON document of a sample, `seq` null
 * @throws {OptionTypeError | OptionRangeError} a wrong option; a reference that does not answer is no error but a reading
 * with an `error`
 * @example
 * const { verdict, consensus } = await sampleOnce({ references: ['time.example.net'], tolerance: '50ms' })
 */
export async function sampleOnce(
  input: unknown,
  options: { readonly base?: string; readonly parts?: Partial<EngineParts> } = {},
): Promise<SampleDocument> {
  return (await import('./once.js')).sampleOnce(input, options)
}

/**
 * Answers "how far was the clock from UTC at most, at this instant?" from a trail.
 * @example
 * const { answers } = await prove({ trail: './audit-trail', at: '2026-03-03T14:02:00Z', tolerance: '50ms' })
 * @throws {OptionTypeError | OptionRangeError} a wrong option
 * @throws {TrailReadError} there is no trail, or it cannot be read
 */
export async function prove(options: ProveOptions): Promise<ProofDocument> {
  return (await import('./prove.js')).prove(options)
}

/**
 * Verifies the trail in a folder. Damage is a finding, never an error. Without a key or a seal `intact` is at best
 * `'self-consistent'`: all of it could have been made anew. Nobody can tell from the trail alone whether its newest records
 * are missing: that takes an anchor.
 * @throws {SyntaxError} for a key that is none
 * @throws {TrailReadError} where the folder or a file cannot be read
 * @example
 * const { intact, findings } = await verify('./audit-trail', { keys: [vkey] })
 */
export async function verify(folder: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  return (await import('../trail/verify.js')).verifyTrail(folder, options)
}
