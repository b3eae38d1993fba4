/**
 * One sample now, in the calling thread: no trail, no worker, nothing left behind.
 * @module
 */
import { Witness } from '../clock/witness.js'
import { parseConfiguration } from '../config/parse.js'
import type { Configuration } from '../config/types.js'
import { assemble } from '../consensus/assemble.js'
import type { Sample } from '../consensus/types.js'
import { leapDoubt } from '../engine/leap-doubt.js'
import { type EngineParts, realParts } from '../engine/parts.js'
import { rateOf } from '../engine/rate.js'
import { type Collected, Rounds } from '../engine/rounds.js'
import { Sampler } from '../engine/sampler.js'
import { taiUtcOf } from '../engine/tai.js'
import { Watch } from '../engine/watch.js'
import { witnessOptions } from '../engine/witnessing.js'
import { looseSampleDocument, type SampleDocument } from '../trail/document.js'

/** `sampleOnce` of the library; `doors.ts` says what it does. */
export async function sampleOnce(
  input: unknown,
  options: { readonly base?: string; readonly parts?: Partial<EngineParts> } = {},
): Promise<SampleDocument> {
  const configuration = parseConfiguration(input, { base: options.base ?? process.cwd(), trail: 'optional' })
  return looseSampleDocument(await takeSample(configuration, options.parts))
}

/** {@link sampleOnce} for a configuration that was parsed already; the sample as the rooms above the network know it. */
export async function takeSample(configuration: Configuration, given: Partial<EngineParts> = {}): Promise<Sample> {
  const parts = realParts(given)
  try {
    const { clocks, timers, noticeMs } = parts
    const { periodNs } = configuration.witness
    const options = witnessOptions(configuration, parts, () => false)
    const witness = new Witness(clocks.read(), options, clocks.notice())
    const quiet = { onEvents: () => {}, onLook: () => {} }
    const watch = new Watch({ clocks, timers, witness, periodNs, noticeMs, ...quiet })
    const ratePpb = rateOf(configuration, parts.clocks)
    const sampler = new Sampler({
      configuration,
      parts,
      ratePpb,
      onLook: (reading, notice) => watch.feed(reading, notice),
      onReference: () => {},
    })
    let all: Collected = {}
    const rounds = new Rounds({
      sampler,
      timers: parts.timers,
      onAnswers: (_round, _part, collected) => {
        all = collected
      },
    })
    const { exchanges, timeoutNs, toleranceNs } = configuration
    await rounds.begin({ reason: 'requested', triggerId: null, exchanges, unscheduled: false, timeoutNs, toleranceNs })
    watch.look()
    const look = watch.last
    const sample = assemble({
      reason: 'requested',
      part: 'all',
      look,
      d: witness.d,
      exchanges: all,
      configured: configuration.references.length,
      ratePpb,
      toleranceNs: configuration.toleranceNs,
      trustLocal: configuration.trustLocal,
      taiUtc: taiUtcOf(all) ?? parts.leap.taiUtc(look.wallNs),
    })
    return { ...sample, leapDoubt: leapDoubt(sample, all, parts.leap) }
  } finally {
    parts.clocks.close()
  }
}
