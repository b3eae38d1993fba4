/**
 * Everything that is counted for a report while its pieces, stretches and records pass: one walk, many counts.
 * @module
 */
import { addCells, type Cell } from '../lib/evidence/digest.js'
import { judge, verdictOn } from '../lib/evidence/stretches.js'
import type { Piece, Stretch } from '../lib/evidence/types.js'
import { type IntervalNs, largest, middle } from '../lib/interval.js'
import type { SampleBody, TrailRecord } from '../lib/trail/types.js'
import type { OutsideSample } from './breaches.js'
import { BudgetTally } from './budget.js'
import type { Columns } from './columns.js'
import { halfOf } from './crystal.js'
import { DayTally } from './days.js'
import { HealthTally } from './health.js'
import { HistoryTally } from './history.js'
import { PlotsBuilder } from './plots.js'
import { type Probe, Probes } from './probes.js'
import { ReferenceTally } from './references.js'
import { type Run, runsIn } from './runs.js'
import { SeriesBuilder } from './series.js'
import { Values } from './values.js'
import type { CheckWindow } from './windows.js'

/** What is known of an unscheduled sample, for the change that caused it. */
export interface CausedSample {
  readonly seq: number
  readonly body: SampleBody
  readonly boot: string
}

export interface TallyOptions {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly zone: string
  readonly toleranceNs: bigint
  /** From this reach of the bound on a warning is due; `null`: none. */
  readonly warningNs: bigint | null
  readonly probes: readonly Probe[]
  /** seq of samples whose UTC is wanted. */
  readonly wanted?: ReadonlySet<number>
  /** Windows, in order, in each of which a PROVEN check is wanted. */
  readonly checks?: readonly CheckWindow[]
}

export class Tallies {
  readonly days: DayTally
  readonly series: SeriesBuilder
  readonly plots: PlotsBuilder
  readonly budget = new BudgetTally()
  readonly health = new HealthTally()
  readonly history = new HistoryTally()
  readonly references = new ReferenceTally()
  readonly offsets = new Values()
  /** How far the bounds of samples reach from zero. */
  readonly reaches = new Values()
  /** UTC of the samples that were asked for. */
  readonly utc = new Map<number, bigint>()
  readonly counts = { scheduled: 0, unscheduled: 0, withoutBound: 0 }
  /** The most references that a sample knew of. */
  configured = 0
  /** Samples that were VIOLATED by themselves. */
  readonly outside: OutsideSample[] = []
  /** Samples that a clock change caused, by its seq: the first of each. */
  readonly caused = new Map<number, CausedSample>()
  /** How long the bound lay beyond the warning threshold, and from when on first. */
  readonly beyond = { ns: 0n, firstNs: null as bigint | null }
  /** For each window in which a check is wanted, the last sample inside that PROVES it. */
  readonly checks: { readonly window: CheckWindow; sample: OutsideSample | null }[]
  readonly #probes: Probes
  readonly #cells: Cell[] = []
  /** Of the last record that came by itself; `null` behind files that were counted before, which are whole. */
  #lastSeq: number | null = null
  readonly #options: TallyOptions

  constructor(options: TallyOptions) {
    this.#options = options
    this.days = new DayTally(options)
    this.series = new SeriesBuilder(options.fromNs, options.toNs)
    this.plots = new PlotsBuilder(options.fromNs, options.toNs)
    this.#probes = new Probes(options.probes)
    this.checks = (options.checks ?? []).map((window) => ({ window, sample: null }))
  }

  /** Pieces in order of time. Whoever tells of all pieces tells of no {@link cells}. */
  piece(piece: Piece): void {
    this.series.add(piece)
    this.probe(piece)
    addCells(this.#cells, piece, this.#options.toleranceNs)
    while (this.#cells.length > 1) this.days.cell(this.#cells.shift() as Cell)
    const { warningNs } = this.#options
    const { bound } = piece
    if (warningNs === null || !bound) return
    if (largest(bound.from) <= warningNs && largest(bound.to) <= warningNs) return
    for (const { fromNs, toNs, verdict } of judge(piece, warningNs)) {
      if (verdict !== 'PROVEN') this.warn(fromNs, toNs)
    }
  }

  /** Of a period of which nobody looks at every piece: its cells, in order of time. */
  cells(cells: readonly Cell[]): void {
    for (const cell of cells) {
      const { fromNs, toNs, hull } = cell
      this.series.add({ fromNs, toNs, bound: { from: hull, to: hull } })
      this.days.cell(cell)
    }
  }

  /** Pieces around what happened, in order of time: the bounds on both sides of it. */
  probe(piece: Piece): void {
    this.#probes.piece(piece)
  }

  /** The bound lay beyond the warning threshold; stretches in order of time. */
  warn(fromNs: bigint, toNs: bigint): void {
    this.beyond.ns += toNs - fromNs
    this.beyond.firstNs ??= fromNs
  }

  /** To be called behind the last piece. */
  endOfPieces(): void {
    for (const cell of this.#cells.splice(0)) this.days.cell(cell)
    this.#probes.end()
  }

  /** Stretches in order of time. */
  stretch(stretch: Stretch): void {
    this.days.stretch(stretch)
  }

  /**
   * Records in order of seq.
   * @param utcNs of a sample: its instant; `null` for other records
   * @param used whether the evidence of the period rests on it
   */
  record(record: TrailRecord, utcNs: bigint | null, used: boolean): void {
    // What stood in records that are missing nobody knows: a suspend, perhaps.
    if (this.#lastSeq !== null && record.seq !== this.#lastSeq + 1) this.plots.restart()
    this.#lastSeq = record.seq
    this.history.record(record, used)
    this.#record(record, utcNs, used)
  }

  /** A record of the evidence whose boot was told already. */
  remarkable(record: TrailRecord, utcNs: bigint | null): void {
    this.#lastSeq = null
    this.history.event(record)
    this.#record(record, utcNs, true)
  }

  /** Samples of the evidence without their records, in order of seq; what {@link record} makes of them. `to` is not counted. */
  plain(columns: Columns, from: number, to: number): void {
    const { fromNs, toNs, wanted } = this.#options
    this.#lastSeq = null
    for (const run of runsIn(columns, from, to)) {
      if (wanted && wanted.size > 0) this.#want(run, wanted)
      for (const part of run.within(fromNs, toNs)) this.#run(part)
    }
  }

  #want(run: Run, wanted: ReadonlySet<number>): void {
    const { seq } = run.columns
    for (let i = run.from; i < run.to; i += 1) if (wanted.has(seq[i]!)) this.utc.set(seq[i]!, run.utcNs(i))
  }

  #run(run: Run): void {
    const { scheduled, configured } = run.shape
    this.counts[scheduled ? 'scheduled' : 'unscheduled'] += run.to - run.from
    if (configured > this.configured) this.configured = configured
    this.references.plain(run)
    this.budget.plain(run)
    this.health.plain(run)
    this.days.run(run)
    this.plots.run(run)
    const { lowNs, highNs, seq } = run.columns
    const tolerance = Number(this.#options.toleranceNs)
    for (let i = run.from; i < run.to; i += 1) {
      this.offsets.addNumber(run.middleNs(i))
      const reach = Math.max(Math.abs(lowNs[i]!), Math.abs(highNs[i]!))
      this.reaches.addNumber(reach)
      // Of a sample that keeps the tolerance only a check is wanted.
      if (reach <= tolerance && this.checks.length === 0) continue
      this.#judge({ lowNs: BigInt(lowNs[i]!), highNs: BigInt(highNs[i]!) }, seq[i]!, run.utcNs(i))
    }
  }

  #record(record: TrailRecord, utcNs: bigint | null, used: boolean): void {
    if (record.type === 'reference' && used) this.health.reference(record, record.seq, record.wall)
    if (record.type === 'gap') this.plots.gap(record.bootId, record)
    if (record.type === 'open' && record.reason !== 'rotation') this.plots.restart()
    if (record.type !== 'sample') return
    if (record.trigger !== null && !this.caused.has(record.trigger)) {
      this.caused.set(record.trigger, { seq: record.seq, body: record, boot: record.bootId })
    }
    if (utcNs !== null && this.#options.wanted?.has(record.seq)) this.utc.set(record.seq, utcNs)
    if (!used || utcNs === null || utcNs < this.#options.fromNs || utcNs >= this.#options.toNs) return
    this.#sample(record, utcNs)
  }

  #sample(record: TrailRecord & SampleBody, utcNs: bigint): void {
    const { seq, bootId, consensus } = record
    const scheduled = record.reason === 'scheduled'
    this.counts[scheduled ? 'scheduled' : 'unscheduled'] += 1
    if (!consensus.m) this.counts.withoutBound += 1
    this.configured = Math.max(this.configured, consensus.configured)
    this.references.sample(record)
    this.budget.sample(record, bootId)
    this.health.sample(record, seq, utcNs)
    this.plots.readings(record, utcNs)
    const error = errorOf(record)
    this.days.sample({ seq, utcNs, scheduled, error })
    const m = consensus.m && (BigInt(consensus.m.lowNs) + BigInt(consensus.m.highNs)) >> 1n
    const dNs = (BigInt(record.d.lowNs) + BigInt(record.d.highNs)) >> 1n
    const halfNs = error ? halfOf(error) : 0n
    this.plots.look({ boot: bootId, utcNs, aNs: BigInt(record.atNs), dNs, mNs: m && error ? m : null, halfNs })
    if (!error) return
    this.offsets.add(middle(error))
    this.reaches.add(largest(error))
    this.plots.sample(utcNs, middle(error))
    this.#judge(error, seq, utcNs)
  }

  #judge(error: IntervalNs, seq: number, utcNs: bigint): void {
    const { verdict } = verdictOn(error, this.#options.toleranceNs)
    if (verdict === 'VIOLATED') this.outside.push({ seq, utcNs })
    if (verdict !== 'PROVEN') return
    for (const check of this.checks) {
      if (check.window.fromNs <= utcNs && utcNs < check.window.toNs) check.sample = { seq, utcNs }
    }
  }
}

/** The bound of the error that a sample found. */
export function errorOf({ consensus: { lowNs, highNs } }: SampleBody): IntervalNs | null {
  return lowNs === null || highNs === null ? null : { lowNs: BigInt(lowNs), highNs: BigInt(highNs) }
}
