/**
 * Builds a report from a trail: verification, verdicts, registers and counts of one period, without printing anything.
 * @module
 */
import { setImmediate as turn } from 'node:timers/promises'
import { TrailReadError } from '../lib/errors.js'
import { changes, gaps, pieces, stretches } from '../lib/evidence/index.js'
import { blockSize, type FactSource, type Piece, type Stretch } from '../lib/evidence/types.js'
import { parseInstant } from '../lib/instant.js'
import { verifyTrail } from '../lib/trail/verify.js'
import { carriedAcross } from './carried.js'
import { compose } from './compose.js'
import type { SampleRecord } from './csv/samples.js'
import { type Inventory, takeInventory } from './inventory.js'
import { Material, SampleClock, type SeqRange } from './material.js'
import { type PeriodChoice, resolvePeriod } from './period.js'
import { findProfile, toleranceFor, warningFor } from './profiles/index.js'
import { type ProbedGap, probeChange, probeGap } from './registers.js'
import { openSource } from './source.js'
import { Tallies } from './tallies.js'
import type { Report, ReportProgress, ReportResult } from './types.js'
import { checksIn } from './windows.js'

export interface BuildOptions extends PeriodChoice {
  /** The trail folder. */
  readonly trail: string
  /** IANA zone of days, months and years. Default: that of the trail. */
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
    const profile = findProfile(options.profile ?? 'custom', options.profiles)
    const toleranceNs = toleranceFor(profile, options.tolerance ?? options.toleranceNs, settings.toleranceNs)
    const warningNs = warningFor(profile, options.warning, toleranceNs)

    const changed = (await changes(seen, span)).map(probeChange)
    const missed: ProbedGap[] = []
    for (const gap of await gaps(seen, span)) missed.push(probeGap(gap, await carriedAcross(seen, gap, period)))
    const probes = [...changed, ...missed].map(({ probe }) => probe)
    const tallies = new Tallies({ ...period, toleranceNs, warningNs, probes, checks: checksIn(profile, period) })
    const range = { firstSeq: Number.MAX_SAFE_INTEGER, lastSeq: 0 }
    const parts: Stretch[] = []
    for await (const stretch of stretches(watched(pieces(seen, span), tallies, range), toleranceNs)) {
      signal?.throwIfAborted()
      tallies.stretch(stretch)
      parts.push(stretch)
    }
    tallies.endOfPieces()
    const asOf = seen.lastUsed
    const used: SeqRange = { firstSeq: Math.min(range.firstSeq, asOf), lastSeq: Math.min(range.lastSeq, asOf) }
    const samples = () => samplesIn(material, used, period)
    const subject = material.subject(used) ?? newest
    const inventory = await takeInventory(material, { used, asOf, tallies })
    const report = compose({
      period,
      profile,
      longestGapNs: profile.longestGapNs ?? settings.policyGapNs,
      toleranceNs,
      warningNs,
      asOf,
      subject,
      stretches: parts,
      changes: changed,
      gaps: missed,
      tallies,
      integrity: await integrityOf(material, trail, { used, asOf, inventory, tallies }, options),
      drift: null,
    })
    return { report, samples }
  } finally {
    source.close()
  }
}

/** How long the host's event loop may wait for the next turn. */
const mostStallMs = 15

/** Notes what the pieces rest on while they pass. */
async function* watched(
  all: AsyncIterable<Piece>,
  tallies: Tallies,
  range: { firstSeq: number; lastSeq: number },
): AsyncGenerator<Piece> {
  let turned = performance.now()
  for await (const piece of all) {
    // Evidence is computed from what is already in memory: without this the host would wait for the whole period.
    if (performance.now() - turned > mostStallMs) {
      await turn()
      turned = performance.now()
    }
    tallies.piece(piece)
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
    await turn()
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

/**
 * What the verification says of the trail up to the last record used, so that the same report can be made again later. What a
 * growing trail changes every minute (its unsealed tail) is said once for all: nothing is under a seal.
 */
async function integrityOf(
  material: Material,
  trail: string,
  {
    used,
    asOf,
    inventory,
    tallies,
  }: { readonly used: SeqRange; readonly asOf: number; readonly inventory: Inventory; readonly tallies: Tallies },
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
  return {
    intact: damaged ? false : verified.sealedUpTo >= asOf && verified.intact === true ? true : 'self-consistent',
    records: damaged ? Math.min(verified.records, asOf) : asOf,
    ...inventory.ends,
    sealedUpTo: Math.min(verified.sealedUpTo, asOf),
    complete: verified.complete,
    findings: findings.map(({ severity, code, message }) => ({ severity, code, message })),
    files: await material.files(used, inventory.files),
    ...coverage(Math.min(verified.sealedUpTo, asOf), asOf, tallies),
    seals: [],
  }
}

/** What neither seal nor anchor covers, and how to check what they do. */
function coverage(
  sealedUpTo: number,
  asOf: number,
  { history }: Tallies,
): Pick<ReportResult['integrity'], 'enrolled' | 'publicKey' | 'anchors' | 'uncovered' | 'command'> {
  const anchored = history.anchors.reduce((most, { size }) => Math.max(most, Math.min(size ?? 0, asOf)), 0)
  const behind = (seq: number) => ({ fromSeq: seq + 1, records: asOf - seq })
  return {
    enrolled: history.enrolled,
    publicKey: history.publicKey,
    anchors: history.anchors,
    uncovered: { bySeal: behind(sealedUpTo), byAnchor: behind(anchored) },
    command: 'ntp-auditor verify TRAIL --key genesis.vkey',
  }
}
