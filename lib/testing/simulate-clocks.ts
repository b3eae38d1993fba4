/**
 * The clocks of a simulated computer as an auditor reads them, and the pace at which looking at them tells anything.
 * @module
 */
import type { ClockReading, ClockSource, KernelState, Notice } from '../clock/types.js'
import { floorDivide } from '../instant.js'
import type { IntervalNs } from '../interval.js'
import type { Plot } from './simulate-life.js'
import { awakeAt, bootName, type ClockLine, type ClockModel, clocksOn } from './simulate-model.js'
import { noiseUpTo } from './simulate-noise.js'
import type { VirtualTime } from './virtual-time.js'

const billion = 1_000_000_000n
const coarseNs = 10_000_000n

export interface ModelClocksOptions {
  readonly plot: Plot
  readonly time: VirtualTime
  /** Whether looks that tell nothing are left out. */
  readonly skip: boolean
  /** Time between two records at most, and how far D may depart from its line unsaid (ns). */
  readonly heartbeatNs: bigint
  readonly reportNs: bigint
}

/** A stretch of looks of which only the last is taken. */
interface Skipped {
  /** True time of the look before it, and of the one that is taken (awake time, ns). */
  readonly fromNs: bigint
  readonly periodNs: bigint
  readonly count: bigint
}

/** One auditor's view of a model; each auditor that starts opens its own. */
export class ModelClocks implements ClockSource {
  readonly name = 'simulated'
  readonly auditClock: string
  readonly steered: boolean
  readonly coupled: boolean
  readonly resolutionNs: bigint
  readonly bootId: string
  readonly #options: ModelClocksOptions
  readonly #model: ClockModel
  #notice: number
  #skipped: Skipped | null = null
  /** Awake time of the last reading. */
  #readAt = -1n
  /** What was left out before the reading that comes next. */
  #told: ClockReading['skipped']
  #last: { readonly atNs: bigint; readonly reading: ClockReading } | null = null
  #lastDraftA: bigint | null = null
  /** When the live line was drawn last. */
  #anchoredNs: bigint
  /** Least and largest rate of D (ppb) in the stretches between the last samples, the newest last. */
  #rates: { low: bigint; high: bigint }[]

  constructor(options: ModelClocksOptions) {
    this.#options = options
    const { plot, time } = options
    this.#model = plot.model
    const { kind } = plot.model
    this.steered = kind === 'portable'
    this.coupled = kind !== 'uncoupled'
    this.auditClock = {
      native: 'simulated crystal',
      portable: 'simulated monotonic clock',
      uncoupled: 'simulated hrtime',
    }[kind]
    this.resolutionNs = plot.computer.resolutionNs
    this.#anchoredNs = time.elapsedNs()
    const line = this.#model.lineAt(time.elapsedNs())
    this.bootId = bootName(line.boot)
    this.#notice = this.#noticesUpTo(time.elapsedNs())
    // The live line begins with the rate that the kernel states, else flat.
    const rate = kind === 'native' ? line.adjustPpb : 0n
    this.#rates = [{ low: rate, high: rate }]
  }

  auditNs(): bigint {
    const now = this.#options.time.elapsedNs()
    if (this.#last?.atNs === now) return this.#last.reading.aNs
    return clocksOn(this.#model.kind, this.#model.lineAt(now), now).aNs
  }

  /** Readings of one instant are one reading, but only the first tells what was left out before it. */
  read(): ClockReading {
    const now = this.#options.time.elapsedNs()
    if (this.#last?.atNs === now) return this.#last.reading
    const line = this.#model.lineAt(now)
    const reading = this.#readingAt(now, line)
    this.#last = { atNs: now, reading }
    this.#skippedUpTo(awakeAt(line, now))
    const skipped = this.#told
    this.#told = undefined
    return skipped ? { ...reading, skipped } : reading
  }

  #readingAt(now: bigint, line: ClockLine): ClockReading {
    const { bracketNs, resolutionNs } = this.#options.plot.computer
    const { seed } = this.#options.plot
    const { kind } = this.#model
    const { wallNs: shown, aNs, monoNs, bootNs } = clocksOn(kind, line, now)
    // The wall clock is read somewhere in the bracket that ends now, and lies anywhere in its resolution.
    const read = shown - noiseUpTo(bracketNs, seed, 3, now)
    const wallNs = resolutionNs === 1n ? read : floorDivide(read, resolutionNs) * resolutionNs
    const lowNs = wallNs - 1n
    const highNs = wallNs + resolutionNs + bracketNs + bracketNs / 8n + 1n
    const d: IntervalNs = { lowNs: lowNs - aNs, highNs: highNs - aNs }
    const native = kind === 'native'
    const asleep = this.#asleep(bootNs, monoNs)
    return {
      aNs,
      wallNs,
      d,
      line: native ? { lowNs: lowNs - bootNs, highNs: highNs - bootNs } : d,
      asleep,
      monoNs,
      bootNs: kind === 'portable' ? aNs + asleep.lowNs : bootNs,
      rawNs: native ? aNs : null,
      kernelTaiNs: native ? BigInt(line.kernelTai) * billion : null,
    }
  }

  notice(): Notice {
    if (this.#model.kind !== 'native') return 'absent'
    const seen = this.#noticesUpTo(this.#options.time.elapsedNs())
    const told = seen > this.#notice
    this.#notice = seen
    return told ? 'seen' : 'none'
  }

  kernel(): KernelState | null {
    if (this.#model.kind !== 'native') return null
    const line = this.#model.lineAt(this.#options.time.elapsedNs())
    return { maxErrorNs: line.foreign ? 16n * billion : 500_000n, ratePpb: line.adjustPpb, state: line.foreign ? 5 : 0 }
  }

  close(): void {}

  /** A record was made: the next heartbeat counts from its look. A sample draws the live line anew. */
  recorded(aNs: bigint, sample: boolean): void {
    this.#lastDraftA = aNs
    if (!sample) return
    this.#anchoredNs = this.#options.time.elapsedNs()
    this.#rates = [...this.#rates.slice(-2), this.#now()]
  }

  /** How long the watch may wait for a look that can tell something. */
  pace(ms: number): number {
    if (!this.#options.skip) return ms
    const { time, heartbeatNs } = this.#options
    const now = time.elapsedNs()
    const index = this.#model.indexAt(now)
    const line = this.#model.lines[index]
    if (!line) return ms
    const awake = awakeAt(line, now)
    // The look that is due now belongs to the stretch before.
    this.#skippedUpTo(awake)
    const newest = this.#rates.at(-1)
    const rate = this.#rate(line.adjustPpb)
    if (newest && rate < newest.low) newest.low = rate
    if (newest && rate > newest.high) newest.high = rate
    const periodNs = BigInt(Math.ceil(ms * 1e6))
    let count = 1n
    if (line.runs) {
      const next = this.#model.lines[index + 1]?.fromNs ?? this.#options.plot.lengthNs
      // The last look before the clocks bend; in the look after it they have.
      count = (next - now - 1n) / periodNs
      const passed = this.auditNs() - (this.#lastDraftA ?? this.auditNs())
      const beat = ((heartbeatNs - passed) * 999n) / (1000n * periodNs)
      if (beat < count) count = beat
      const straight = (this.#straightUntil() - now) / periodNs
      if (straight < count) count = straight
      if (count < 1n) count = 1n
    }
    this.#skipped = { fromNs: awake, periodNs, count }
    return ms * Number(count)
  }

  #now(): { low: bigint; high: bigint } {
    const rate = this.#rate(this.#model.lineAt(this.#options.time.elapsedNs()).adjustPpb)
    return { low: rate, high: rate }
  }

  /** D moves at the rate by which wall is adjusted, but where A is adjusted with it. */
  #rate(adjustPpb: bigint): bigint {
    return this.#model.kind === 'portable' ? 0n : adjustPpb
  }

  /** Until when D cannot have gone half of what is reported from the live line, which was drawn through the last samples. */
  #straightUntil(): bigint {
    const low = this.#rates.reduce((least, one) => (one.low < least ? one.low : least), this.#rates[0]?.low ?? 0n)
    const high = this.#rates.reduce((most, one) => (one.high > most ? one.high : most), this.#rates[0]?.high ?? 0n)
    return this.#anchoredNs + ((this.#options.reportNs / 2n) * billion) / (high - low + 1n)
  }

  /** Notes what was left out between the last reading and now. */
  #skippedUpTo(awakeNs: bigint): void {
    const last = this.#readAt
    if (awakeNs === last) return
    this.#readAt = awakeNs
    const skipped = this.#skipped
    if (last < 0n || !skipped || skipped.count < 2n) return
    const { fromNs, periodNs, count } = skipped
    const first = last < fromNs ? 1n : (last - fromNs) / periodNs + 1n
    const end = (awakeNs - 1n - fromNs) / periodNs
    const final = end < count - 1n ? end : count - 1n
    const looks = final - first + 1n
    if (looks < 1n) return
    const ahead = fromNs + first * periodNs - last
    const behind = awakeNs - (fromNs + final * periodNs)
    let widest = ahead > behind ? ahead : behind
    if (looks > 1n && periodNs > widest) widest = periodNs
    const { bracketNs } = this.#options.plot.computer
    this.#told = { looks: Number(looks), widestNs: widest + widest / 1_000n + 2n * bracketNs }
  }

  #asleep(bootNs: bigint, monoNs: bigint): IntervalNs {
    const { kind } = this.#model
    const asleepNs = bootNs - monoNs
    if (kind !== 'portable') return { lowNs: asleepNs, highNs: asleepNs }
    const uptime = floorDivide(bootNs, coarseNs) * coarseNs
    return { lowNs: uptime - monoNs, highNs: uptime + coarseNs - monoNs + this.#options.plot.computer.bracketNs }
  }

  #noticesUpTo(sinceNs: bigint): number {
    const { notices } = this.#model
    let at = this.#notice ?? 0
    while ((notices[at] ?? sinceNs + 1n) <= sinceNs) at += 1
    return at
  }
}
