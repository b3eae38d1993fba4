/**
 * Builds a report from a trail: verification, verdicts, registers and counts of one period, without printing anything.
 * @module
 */

import { TrailReadError } from '../lib/errors.js'
import { changes, gaps, pieces, stretches } from '../lib/evidence/index.js'
import { blockSize, type FactSource, type Piece, type Stretch } from '../lib/evidence/types.js'
import { parseInstant } from '../lib/instant.js'
import { Calendar } from '../lib/scribe/calendar.js'
import { verifyTrail } from '../lib/trail/verify.js'
import { compose } from './compose.js'
import type { SampleRecord } from './csv/samples.js'
import { Material, SampleClock, type SeqRange } from './material.js'
import { type PeriodChoice, resolvePeriod } from './period.js'
import { customPolicy } from './policy.js'
import { ReferenceTally } from './references.js'
import { SeriesBuilder } from './series.js'
import { openSource } from './source.js'
import type { Report, ReportProgress, ReportResult } from './types.js'

export interface BuildOptions extends PeriodChoice {
  /** The trail folder. */
  readonly trail: string
  /** IANA zone of days, months and years. Default: that of the trail. */
  readonly zone?: string | undefined
  /** Nanoseconds. Default: what the auditor was configured with. */
  readonly toleranceNs?: bigint | undefined
  /** Path of the readers' index, or `:memory:`. Default: in the user's cache folder. */
  readonly index?: string | undefined
  readonly onProgress?: ((progress: ReportProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** What `now` means (ns since the Unix epoch). Default: the wall clock. */
  readonly nowNs?: bigint | undefined
}

/** A report, and how to read again the sample records that it covers. */
export interface Built {
  readonly report: Report
  /** The sample records of the period, in batches, each with its UTC. */
  samples(): AsyncGenerator<readonly { readonly record: SampleRecord; readonly utcNs: bigint }[]>
}

/**
 * @throws {TrailReadError} there is no trail, or it cannot be read
 * @throws {OptionTypeError | OptionRangeError | PeriodError} the period
 */
export async function buildReport(options: BuildOptions): Promise<Built> {
  const { trail, signal } = options
  const material = await Material.open(trail, signal)
  const newest = material.newest()
  if (!newest) {
    throw new TrailReadError(`${trail} holds no records: is it the trail of an auditor? "ntp-auditor run" makes one`)
  }
  const source = await openSource(trail, options)
  try {
    const seen = new Counting(source, options.onProgress)
    const nowNs = options.nowNs ?? BigInt(Date.now()) * 1_000_000n
    const latestNs = await lastWall(source)
    const zone = options.zone ?? newest.open.zone
    const period = resolvePeriod(options, { zone, nowNs, latestNs })
    const { settings } = newest
    const span = { fromNs: period.fromNs, toNs: period.toNs, longestGapNs: settings.longestGapNs }
    const toleranceNs = options.toleranceNs ?? settings.toleranceNs

    const series = new SeriesBuilder(period.fromNs, period.toNs)
    const range = { firstSeq: Number.MAX_SAFE_INTEGER, lastSeq: 0 }
    const parts: Stretch[] = []
    for await (const stretch of stretches(watched(pieces(seen, span), series, range), toleranceNs)) {
      signal?.throwIfAborted()
      parts.push(stretch)
    }
    const changed = await changes(seen, span)
    const missed = await gaps(seen, span)
    const asOf = seen.lastUsed
    const used: SeqRange = { firstSeq: Math.min(range.firstSeq, asOf), lastSeq: Math.min(range.lastSeq, asOf) }
    const samples = () => samplesIn(material, used, period)
    const subject = material.subject(used) ?? newest
    const report = compose({
      period,
      profile: 'custom',
      policy: { ...customPolicy, longestGapNs: settings.policyGapNs },
      toleranceNs,
      asOf,
      subject,
      stretches: parts,
      changes: changed,
      gaps: missed,
      series: series.build(),
      ...(await count(samples(), subject.settings.claims)),
      integrity: await integrityOf(material, trail, used, asOf, options),
    })
    return { report, samples }
  } finally {
    source.close()
  }
}

/** Notes what the pieces rest on while they pass. */
async function* watched(
  all: AsyncIterable<Piece>,
  series: SeriesBuilder,
  range: { firstSeq: number; lastSeq: number },
): AsyncGenerator<Piece> {
  for await (const piece of all) {
    series.add(piece)
    if (piece.fromSeq > 0) range.firstSeq = Math.min(range.firstSeq, piece.fromSeq)
    range.lastSeq = Math.max(range.lastSeq, piece.toSeq)
    yield piece
  }
}

/** Passes facts on, tells how far the work has come, and remembers the last record that was asked for. */
class Counting implements FactSource {
  readonly lastSeq: number
  #used = 0
  readonly #source: FactSource
  readonly #onProgress: BuildOptions['onProgress']

  constructor(source: FactSource, onProgress: BuildOptions['onProgress']) {
    this.#source = source
    this.#onProgress = onProgress
    this.lastSeq = source.lastSeq
  }

  async block(index: number) {
    const facts = await this.#source.block(index)
    this.#used = Math.max(this.#used, facts.at(-1)?.seq ?? 0)
    this.#onProgress?.({
      stage: 'evidence',
      done: Math.min((index + 1) * blockSize, this.lastSeq),
      total: this.lastSeq,
    })
    return facts
  }

  get lastUsed(): number {
    return this.#used
  }
}

async function lastWall(source: FactSource): Promise<bigint> {
  const last = (await source.block(Math.floor((source.lastSeq - 1) / blockSize))).at(-1)
  return last?.wallNs ?? 0n
}

/** The samples whose instant lies in the period. */
async function* samplesIn(
  material: Material,
  range: SeqRange,
  period: { readonly fromNs: bigint; readonly toNs: bigint },
): ReturnType<Built['samples']> {
  const clock = new SampleClock()
  for await (const batch of material.records(range)) {
    const inside: { record: SampleRecord; utcNs: bigint }[] = []
    for (const { record } of batch) {
      if (record.type !== 'sample') continue
      const utcNs = clock.utcNs(record, parseInstant(record.wall))
      if (utcNs >= period.fromNs && utcNs < period.toNs) inside.push({ record, utcNs })
    }
    yield inside
  }
}

async function count(
  batches: ReturnType<Built['samples']>,
  claims: Parameters<ReferenceTally['build']>[0],
): Promise<Pick<ReportResult, 'samples' | 'references'>> {
  const tally = new ReferenceTally()
  const samples = { scheduled: 0, unscheduled: 0, withoutBound: 0 }
  for await (const batch of batches) {
    for (const { record } of batch) {
      tally.sample(record)
      if (record.reason === 'scheduled') samples.scheduled += 1
      else samples.unscheduled += 1
      if (!record.consensus.m) samples.withoutBound += 1
    }
  }
  return { samples, references: tally.build(claims) }
}

/**
 * What the verification says of the trail up to the last record used, so that the same report can be made again later. What a
 * growing trail changes every minute (its unsealed tail) is said once for all: nothing is under a seal.
 */
async function integrityOf(
  material: Material,
  trail: string,
  used: SeqRange,
  asOf: number,
  { onProgress, signal }: BuildOptions,
): Promise<ReportResult['integrity']> {
  const verified = await verifyTrail(trail, {
    onProgress: ({ done, total }) => onProgress?.({ stage: 'verify', done, total }),
    ...(signal ? { signal } : {}),
  })
  const findings = verified.findings.filter(
    ({ code, seq }) => code !== 'unsealed-tail' && code !== 'torn-tail' && (seq === null || seq <= asOf),
  )
  const damaged = findings.some(({ severity }) => severity === 'damage')
  const files = await material.files(used)
  const ends = await endsOf(material, { firstSeq: used.firstSeq, lastSeq: asOf })
  return {
    intact: damaged ? false : verified.sealedUpTo >= asOf && verified.intact === true ? true : 'self-consistent',
    records: asOf,
    ...ends,
    sealedUpTo: Math.min(verified.sealedUpTo, asOf),
    complete: verified.complete,
    findings: findings.map(({ severity, code, message, file, line }) => {
      return {
        severity,
        code,
        message: file === null ? message : `${file}${line === null ? '' : `:${line}`}: ${message}`,
      }
    }),
    files,
  }
}

async function endsOf(
  material: Material,
  range: SeqRange,
): Promise<Pick<ReportResult['integrity'], 'firstSeq' | 'lastSeq' | 'firstHash' | 'lastHash' | 'misdated'>> {
  const labels = material.labels()
  const calendars = new Map<string, Calendar>()
  const misdated: { seq: number; wall: string; label: string }[] = []
  let first = { seq: 0, hash: '' }
  let last = first
  for await (const batch of material.records(range)) {
    for (const { record, hash, segment } of batch) {
      last = { seq: record.seq, hash }
      if (first.seq === 0) first = last
      const day = labels.get(segment)
      if (!day) continue
      let calendar = calendars.get(day.zone)
      if (!calendar) {
        calendar = new Calendar(day.zone)
        calendars.set(day.zone, calendar)
      }
      if (calendar.label(record.wall) !== day.label) {
        misdated.push({ seq: record.seq, wall: record.wall, label: day.label })
      }
    }
  }
  return { firstSeq: first.seq, lastSeq: last.seq, firstHash: first.hash, lastHash: last.hash, misdated }
}
