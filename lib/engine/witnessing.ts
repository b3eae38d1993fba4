/**
 * What the engine tells the witness of its source, and asks of the trail's end.
 * @module
 */
import { acrossRestart } from '../clock/restart.js'
import type { ClockChange, ClockReading, Gap, WitnessOptions } from '../clock/types.js'
import type { Configuration } from '../config/types.js'
import { parseInstant } from '../instant.js'
import type { TailSummary } from '../scribe/messages.js'
import { auditNs } from '../trail/audit-clock.js'
import { decodeInterval } from '../trail/encode.js'
import type { EngineParts } from './parts.js'
import type { Collected } from './rounds.js'

/** @param indicated whether the references announce a leap second */
export function witnessOptions(
  configuration: Configuration,
  parts: EngineParts,
  indicated: () => boolean,
): WitnessOptions {
  const { clocks, leap } = parts
  const { periodNs, reportNs, maxRatePpb } = configuration.witness
  return {
    periodNs,
    reportNs,
    maxRatePpb,
    coupled: clocks.coupled,
    bootId: clocks.bootId,
    kernelRatePpb: () => clocks.kernel?.()?.ratePpb ?? null,
    leapAnnounced: (midnightNs) => indicated() || leap.leapsBetween(midnightNs - 1n, midnightNs).length > 0,
  }
}

/** Whether most of the references that answered announce a leap second (LI 1 or 2, RFC 5905 section 7.3). */
export function indicatesLeap(collected: Collected): boolean {
  const last = Object.values(collected).flatMap((readings) => {
    const good = readings.findLast((reading) => reading.ok)
    return good?.ok ? [good.header.li] : []
  })
  return 2 * last.filter((li) => li === 1 || li === 2).length > last.length
}

/**
 * What happened between a trail's last record and the first reading of a new engine. An engine that takes over from one that died
 * in the same run calls its absence `worker-died`.
 */
export function sinceTail(
  { last }: TailSummary,
  first: ClockReading,
  about: { readonly configuration: Configuration; readonly parts: EngineParts; readonly generation: number },
): readonly (ClockChange | Gap)[] {
  const { configuration, parts, generation } = about
  const stamp = {
    bootId: last.bootId,
    wallNs: parseInstant(last.wall),
    aNs: auditNs(last),
    monoNs: BigInt(last.monoNs),
    bootNs: BigInt(last.bootNs),
    rawNs: last.rawNs === null ? null : BigInt(last.rawNs),
    d: decodeInterval(last.d),
  }
  const reading = { ...first, bootId: parts.clocks.bootId }
  const events = acrossRestart(
    stamp,
    reading,
    witnessOptions(configuration, parts, () => false),
  )
  if (generation === 0) return events
  return events.map((event) =>
    event.kind === 'gap' && event.cause === 'auditor-down' ? { ...event, cause: 'worker-died' } : event,
  )
}

/** The gap of a scribe that died: the witness went on meanwhile, and what it saw follows. */
export function absenceOfScribe({ last }: TailSummary, now: ClockReading): Gap {
  return {
    kind: 'gap',
    cause: 'worker-died',
    breaks: 'none',
    fromNs: auditNs(last),
    toNs: now.aNs,
    wallFromNs: parseInstant(last.wall),
    wallToNs: now.wallNs,
  }
}
