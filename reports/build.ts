/**
 * Builds a report from a trail: verification, verdicts, registers and counts of one period, without printing anything.
 * @module
 */
import { setImmediate as turn } from 'node:timers/promises'
import { TrailReadError } from '../lib/errors.js'
import type { AdviceOptions } from '../lib/evidence/advice.js'
import { changes, gaps, heard, upToSeq } from '../lib/evidence/index.js'
import { blockSize, type FactSource } from '../lib/evidence/types.js'
import { extentOf } from './as-of.js'
import { carriedAcross } from './carried.js'
import { compose } from './compose.js'
import { describeDrift, findDrift } from './drift.js'
import { excerptSeqs, readExcerpt, worstBreach } from './excerpt.js'
import { type DatedSample, feedsOf } from './feed.js'
import { FirstReading } from './first-reading.js'
import { integrityOf, verifyFor } from './integrity.js'
import { listenFor, takeInventory } from './inventory.js'
import { Material, type SampleSink, type SeqRange } from './material.js'
import { type PeriodChoice, resolvePeriod } from './period.js'
import { findProfile, type Profile, toleranceFor, warningFor } from './profiles/index.js'
import { type ProbedGap, probeChange, probeGap } from './registers.js'
import { openSource } from './source.js'
import type { Subject } from './subject.js'
import { Tallies } from './tallies.js'
import type { Report, ReportProgress } from './types.js'
import { walk } from './walk.js'
import { checksIn } from './windows.js'

export interface BuildOptions extends PeriodChoice {
  /** The trail folder. */
  readonly trail: string
  /** IANA zone of days, weeks, months, quarters and years. Default: that of the trail. */
  readonly zone?: string | undefined
  /** The rule to report against: the id of a preset, or of one of `profiles`. Default: `custom`. */
  readonly profile?: string | undefined
  /** Profiles of the operator by id, as the configuration has them. */
  readonly profiles?: unknown
  /**
   * A duration such as `50ms`; it must not be looser than that of the profile. Default: that of the profile, else what the auditor was
   * configured with.
   */
  readonly tolerance?: string | undefined
  /** The same in nanoseconds; `tolerance` wins over it. */
  readonly toleranceNs?: bigint | undefined
  /** A duration below the tolerance: how long the bound lay beyond it is told. Default: that of the profile, else none. */
  readonly warning?: string | undefined
  /**
   * Use records up to this seq only, as if the trail ended there. Default: up to the first usable sample well behind the period, so that
   * a finished period gives the same report whenever it is asked for; to the end of the trail where there is none.
   */
  readonly asOf?: number | undefined
  /** Verifier keys (`NAME+ID+BASE64`) that are trusted: the genesis key. Without one no seal proves anything. */
  readonly keys?: readonly string[] | undefined
  /** Path of the readers' index, or `:memory:`. Default: in the user's cache folder. */
  readonly index?: string | undefined
  /**
   * `changed` (default): closed files of the trail that an earlier report verified, and that have not changed since, are not read
   * again. `all`: everything is verified now.
   */
  readonly verify?: 'changed' | 'all' | undefined
  readonly onProgress?: ((progress: ReportProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** What `now` means (ns since the Unix epoch). Default: the wall clock. */
  readonly nowNs?: bigint | undefined
}

/** A report, and how to read again the sample records that it covers. */
export interface Built {
  readonly report: Report
  /** The sample records of the period, in batches, each with its UTC. */
  samples(): AsyncGenerator<readonly DatedSample[]>
  /** The same, handed to a sink one by one; gives how many were taken since the last time. */
  feed(sink: SampleSink): AsyncGenerator<number>
}

/**
 * @throws {TrailReadError} there is no trail, or it cannot be read
 * @throws {OptionTypeError | OptionRangeError} the period, the profile, the tolerance
 * @throws {PeriodError} an empty, reversed or future period
 */
export function buildReport(options: BuildOptions): Promise<Built> {
  return buildBy(findProfile(options.profile ?? 'custom', options.profiles), options)
}

/** Builds a report by a profile that was found already: `profile` and `profiles` of the options count nothing. */
export async function buildBy(profile: Profile, options: BuildOptions): Promise<Built> {
  const { trail, signal } = options
  const material = await Material.open(trail, signal)
  const newest = material.newest()
  if (!newest) {
    throw new TrailReadError(`${trail} holds no records: is it the trail of an auditor? "ntp-auditor run" makes one`)
  }
  const nowNs = options.nowNs ?? BigInt(Date.now()) * 1_000_000n
  const zone = options.zone ?? newest.open.zone
  // Whether it lies in the future is told from the trail's end.
  const wanted = resolvePeriod(options, { zone, nowNs, latestNs: endOfTime })
  const first = new FirstReading(trail, material, wanted, options)
  const source = await openSource(trail, { ...options, prime: first.prime })
  try {
    const all = options.asOf === undefined ? source : upToSeq(source, options.asOf)
    const period = resolvePeriod(options, { zone, nowNs, latestNs: await lastWall(all) })
    const extent = await extentOf(all, period.toNs)
    const { asOf } = extent
    const seen = counted(upToSeq(all, asOf), options.onProgress)
    const governs = extent.lastInside ?? asOf
    const { settings } = material.subject({ firstSeq: governs, lastSeq: governs }) ?? newest
    const span = { fromNs: period.fromNs, toNs: period.toNs, longestGapNs: settings.longestGapNs }
    const toleranceNs = toleranceFor(profile, options.tolerance ?? options.toleranceNs, settings.toleranceNs)
    const warningNs = warningFor(profile, options.warning, toleranceNs)

    const changed = (await changes(seen, span)).map(probeChange)
    const missed: ProbedGap[] = []
    for (const gap of await gaps(seen, span)) missed.push(probeGap(gap, await carriedAcross(seen, gap, period)))
    const probes = [...changed, ...missed].map(({ probe }) => probe)
    const drifted = await findDrift(seen, period)
    const ends = new Set(drifted.runs.flatMap(({ whole }) => [whole.fromSeq, whole.toSeq]))
    const checks = checksIn(profile, period)
    const tallies = new Tallies({ ...period, toleranceNs, warningNs, probes, checks, wanted: ends })
    const { stretches, range } = await walk(seen, span, { toleranceNs, warningNs, probes, tallies, signal })
    const used: SeqRange = { firstSeq: Math.min(range.firstSeq, asOf), lastSeq: Math.min(range.lastSeq, asOf) }
    const { notebook } = source
    const listen = notebook && listenFor(material, used, notebook)
    const verified = first.verified ?? (await verifyFor(trail, options, notebook, listen))
    if (verified.intact !== false) material.trust()
    const inventory = await takeInventory(material, {
      ...{ used, asOf, tallies, notebook },
      ...(verified.digests ? { digests: verified.digests } : {}),
    })
    const subject = material.subject({ firstSeq: used.firstSeq, lastSeq: governs }) ?? newest
    const report = compose({
      ...{ period, profile, toleranceNs, warningNs, asOf, tallies, closed: extent.closed },
      longestGapNs: profile.longestGapNs ?? settings.policyGapNs,
      subject,
      stretches,
      changes: changed,
      gaps: missed,
      integrity: await integrityOf(material, trail, { verified, used, asOf, inventory, tallies }, options),
      drift: describeDrift(
        drifted,
        (seq) => tallies.utc.get(seq) ?? null,
        period,
        pathOf(tallies, subject, toleranceNs),
      ),
    })
    const worst = worstBreach(report.result.breaches)
    const excerpt = worst ? await readExcerpt(trail, excerptSeqs(worst), signal) : []
    const verification = { earlierUpTo: verified.earlierUpTo ?? 0, upTo: verified.upTo }
    return { report: { ...report, excerpt, verification }, ...feedsOf(material, used, period) }
  } finally {
    source.close()
  }
}

/** What the samples of a period are like, for advice: the best reference at its median, and bounds that 95 % of the samples keep. */
function pathOf({ references, reaches }: Tallies, { open }: Subject, toleranceNs: bigint): AdviceOptions | null {
  const best = references.best()
  if (!best || reaches.count === 0) return null
  return { toleranceNs, ratePpb: BigInt(open.ratePpb), path: { ...best, boundNs: reaches.quantile(95) } }
}

const endOfTime = 1n << 62n

/** How long the host's event loop may wait for the next turn. */
const mostStallMs = 15

/** Tells how far the work has come, and lets the host's event loop turn. */
function counted(source: FactSource, onProgress: BuildOptions['onProgress']): FactSource {
  let turned = performance.now()
  return heard(source, async (index) => {
    if (performance.now() - turned > mostStallMs) {
      await turn()
      turned = performance.now()
    }
    const done = Math.min((index + 1) * blockSize, source.lastSeq)
    onProgress?.({ stage: 'evidence', done, total: source.lastSeq })
  })
}

async function lastWall(source: FactSource): Promise<bigint> {
  const last = (await source.block(Math.floor((source.lastSeq - 1) / blockSize))).at(-1)
  return last?.wallNs ?? 0n
}
