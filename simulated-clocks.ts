/**
 * The clocks of a simulated computer: a crystal that errs as it is told, a wall clock that somebody sets, slews or suspends.
 * @module
 */
import type { ClockReading, ClockSource } from '../clock/types.js'
import { floorDivide } from '../instant.js'
import type { IntervalNs } from '../interval.js'
import { seeded } from './random.js'
import type { VirtualTime } from './virtual-time.js'

const billion = 1_000_000_000n

export interface SimulatedClocksOptions {
  /** By how much the crystal (A) runs fast against truth (parts per billion; negative = slow). Default 0. */
  readonly driftPpb?: bigint
  /** wall - UTC at the start (ns); positive = the wall clock is fast. Default 0. */
  readonly offsetNs?: bigint
  /** By how much the wall clock, once set, runs fast against truth (parts per billion). Default 0: well disciplined. */
  readonly wallDriftPpb?: bigint
  /** The wall clock is read in whole multiples of this (ns, >= 1). Default 1000. */
  readonly resolutionNs?: bigint
  /** How far the two readings that bracket the wall clock lie apart (ns, >= 0). Default 200. */
  readonly bracketNs?: bigint
  /** Whether the kernel announces that the wall clock was set. Default true. */
  readonly kernelNotice?: boolean
  /** TAI - wall as the kernel keeps it (ns), or `null` where it cannot be read. Default 37 s. */
  readonly kernelTaiNs?: bigint | null
  /** How long the computer has been up at the start (ns). Default one hour. */
  readonly upNs?: bigint
  /**
   * A computer without a crystal that no daemon steers: A is the monotonic clock, and sleep shows only in an uptime of
   * 10 ms resolution. Default false.
   */
  readonly portable?: boolean
  /** Where in its bracket the wall clock is read. Equal seeds, equal readings. Default 1. */
  readonly seed?: number
}

/** What the clocks show at this instant, without any reading's doubt. All in nanoseconds. */
export interface SimulatedTruth {
  readonly utcNs: bigint
  readonly wallNs: bigint
  readonly aNs: bigint
  readonly monoNs: bigint
  readonly bootNs: bigint
  /** D = wall - A. */
  readonly dNs: bigint
  /** UTC - wall; positive = the wall clock is slow. */
  readonly errorNs: bigint
}

/** A clock that runs at a constant rate from a known point. */
interface Line {
  readonly fromNs: bigint
  readonly value: bigint
  readonly ratePpb: bigint
}

function along(line: Line, elapsedNs: bigint): bigint {
  const passed = elapsedNs - line.fromNs
  return line.value + passed + floorDivide(passed * line.ratePpb, billion)
}

interface Slew {
  readonly fromNs: bigint
  readonly overNs: bigint
  readonly byNs: bigint
}

/**
 * A {@link ClockSource} over a {@link VirtualTime}. As on Linux, wall, boot and mono are slewed together and only a set
 * moves wall against boot; raw is the crystal; mono and raw stand still in suspend. Reading takes no simulated time.
 */
export class SimulatedClocks implements ClockSource {
  readonly name = 'simulated'
  readonly auditClock: string
  readonly steered: boolean
  readonly coupled = true
  readonly resolutionNs: bigint
  /** The width of the next brackets (ns): widen it to imitate pre-emption. */
  bracketNs: bigint
  /** Whether `close` was called. */
  closed = false

  readonly #time: VirtualTime
  readonly #random: () => number
  readonly #kernelNotice: boolean
  #kernelTaiNs: bigint | null
  #crystal: Line
  /** What wall, boot and mono advance along. */
  #steered: Line
  #slews: Slew[] = []
  /** wall = steered + this; boot = steered - #bootedNs; mono = boot - #asleepNs. */
  #wallNs: bigint
  #bootedNs: bigint
  #asleepNs = 0n
  #boot = 1
  #seen = false

  constructor(time: VirtualTime, options: SimulatedClocksOptions = {}) {
    this.#time = time
    this.#random = seeded(options.seed ?? 1)
    this.resolutionNs = options.resolutionNs ?? 1_000n
    this.bracketNs = options.bracketNs ?? 200n
    this.steered = options.portable ?? false
    this.auditClock = this.steered ? 'simulated monotonic clock' : 'simulated crystal'
    this.#kernelNotice = options.kernelNotice ?? true
    this.#kernelTaiNs = options.kernelTaiNs === undefined ? 37n * billion : options.kernelTaiNs
    const upNs = options.upNs ?? 3_600n * billion
    const fromNs = time.elapsedNs()
    // Raw and mono of a real computer have long gone apart; here too, so that nobody mistakes one for the other unnoticed.
    this.#crystal = { fromNs, value: upNs - upNs / 100_000n, ratePpb: options.driftPpb ?? 0n }
    this.#steered = { fromNs, value: 0n, ratePpb: options.wallDriftPpb ?? 0n }
    this.#wallNs = time.nowNs() + (options.offsetNs ?? 0n)
    this.#bootedNs = -upNs
  }

  get bootId(): string {
    return `00000000-0000-4000-8000-${this.#boot.toString(16).padStart(12, '0')}`
  }

  /** What the clocks show now: hold bounds against it. */
  truth(): SimulatedTruth {
    // One instant for all of them, also while time flows.
    const elapsedNs = this.#time.elapsedNs()
    const utcNs = this.#time.utcAt(elapsedNs)
    const steeredNs = this.#steeredAt(elapsedNs)
    const wallNs = steeredNs + this.#wallNs
    const bootNs = steeredNs - this.#bootedNs
    const monoNs = bootNs - this.#asleepNs
    const aNs = this.steered ? monoNs : along(this.#crystal, elapsedNs)
    return { utcNs, wallNs, aNs, monoNs, bootNs, dNs: wallNs - aNs, errorNs: utcNs - wallNs }
  }

  read(): ClockReading {
    const now = this.truth()
    // The wall clock is read somewhere in the bracket that ends now.
    const before = BigInt(Math.floor(this.#random() * (Number(this.bracketNs) + 1)))
    const wallNs = floorDivide(now.wallNs - before, this.resolutionNs) * this.resolutionNs
    /** wall minus a clock that shows `ns` at the bracket's end: the wall clock may lie anywhere in its resolution. */
    const against = (ns: bigint): IntervalNs => ({
      lowNs: wallNs - ns,
      highNs: wallNs + this.resolutionNs - 1n - (ns - this.bracketNs),
    })
    return {
      aNs: now.aNs,
      wallNs,
      d: against(now.aNs),
      line: against(this.steered ? now.monoNs : now.bootNs),
      asleep: this.#asleep(now),
      monoNs: now.monoNs,
      bootNs: now.bootNs,
      rawNs: this.steered ? null : now.aNs,
      kernelTaiNs: this.#kernelTaiNs,
    }
  }

  auditNs(): bigint {
    return this.truth().aNs
  }

  notice(): 'none' | 'seen' | 'absent' {
    if (!this.#kernelNotice) return 'absent'
    const seen = this.#seen
    this.#seen = false
    return seen ? 'seen' : 'none'
  }

  close(): void {
    this.closed = true
  }

  /** Somebody sets the wall clock to `toNs` (ns since the Unix epoch). */
  set(toNs: bigint): void {
    this.step(toNs - this.truth().wallNs)
  }

  /** Somebody sets the wall clock forward by `byNs`, or back where it is negative. */
  step(byNs: bigint): void {
    this.#wallNs += byNs
    this.#seen = true
  }

  /**
   * Somebody slews the wall clock by `byNs`, evenly over the next `overNs` of true time (> 0). Slews add up.
   * @throws {RangeError} for `overNs` that is not positive
   */
  slew(byNs: bigint, overNs: bigint): void {
    if (overNs <= 0n) throw new RangeError(`"overNs" must be positive, got ${overNs}n`)
    const now = this.#time.elapsedNs()
    const done = this.#slews.filter((slew) => now - slew.fromNs >= slew.overNs)
    const value = done.reduce((sum, slew) => sum + slew.byNs, this.#steered.value)
    this.#steered = { ...this.#steered, value }
    this.#slews = [...this.#slews.filter((slew) => !done.includes(slew)), { fromNs: now, overNs, byNs }]
  }

  /** From now on the crystal runs fast by `ppb`. */
  setDrift(ppb: bigint): void {
    const fromNs = this.#time.elapsedNs()
    this.#crystal = { fromNs, value: along(this.#crystal, fromNs), ratePpb: ppb }
  }

  /** From now on the wall clock runs fast by `ppb`, as when a daemon steers it wrongly or stops steering it. */
  setWallDrift(ppb: bigint): void {
    const fromNs = this.#time.elapsedNs()
    this.#steered = { fromNs, value: along(this.#steered, fromNs), ratePpb: ppb }
  }

  /**
   * The computer sleeps for `ns`: mono and raw stand still, timers too; wall and boot go on. Linux announces a resume as it
   * announces a set.
   */
  suspend(ns: bigint): void {
    const before = this.#time.elapsedNs()
    const crystal = along(this.#crystal, before)
    const steered = this.#steeredAt(before)
    this.#time.sleep(ns)
    const fromNs = this.#time.elapsedNs()
    this.#crystal = { fromNs, value: crystal, ratePpb: this.#crystal.ratePpb }
    this.#asleepNs += this.#steeredAt(fromNs) - steered
    this.#seen = true
  }

  /**
   * The kernel carries out a leap second: with 1 the wall clock goes back a second, with -1 forward. That UTC does the same
   * is `time.leap(seconds)`.
   */
  leap(seconds: 1 | -1): void {
    this.step(BigInt(seconds) * -billion)
    if (this.#kernelTaiNs !== null) this.#kernelTaiNs += BigInt(seconds) * billion
  }

  /** The computer is off for `downNs` and boots: a new boot id, mono, boot and raw start at zero; the wall clock went on. */
  reboot(downNs: bigint = 30n * billion): void {
    this.#time.sleep(downNs)
    const fromNs = this.#time.elapsedNs()
    this.#crystal = { fromNs, value: 0n, ratePpb: this.#crystal.ratePpb }
    this.#bootedNs = this.#steeredAt(fromNs)
    this.#asleepNs = 0n
    this.#boot += 1
    this.#seen = false
  }

  #steeredAt(elapsedNs: bigint): bigint {
    let value = along(this.#steered, elapsedNs)
    for (const { fromNs, overNs, byNs } of this.#slews) {
      const passed = elapsedNs - fromNs
      value += passed >= overNs ? byNs : floorDivide(byNs * passed, overNs)
    }
    return value
  }

  #asleep(now: SimulatedTruth): IntervalNs {
    const asleepNs = now.bootNs - now.monoNs
    if (!this.steered) return { lowNs: asleepNs, highNs: asleepNs }
    const uptime = floorDivide(now.bootNs, 10_000_000n) * 10_000_000n
    return { lowNs: uptime - now.monoNs, highNs: uptime + 9_999_999n - now.monoNs + this.bracketNs }
  }
}
