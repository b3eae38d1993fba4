/**
 * The clocks of a simulated computer over its whole life, in closed form: straight lines between the instants at which
 * something happens, so that truth can be asked at any instant, before and after the simulation ran.
 * @module
 */
import { floorDivide } from '../instant.js'
import type { SimulatedInstant, SimulatedKind } from './simulate-types.js'

const billion = 1_000_000_000n

/** From `fromNs` on, until the next line. Values at `fromNs`; times are true time since the start (ns). */
export interface ClockLine {
  readonly fromNs: bigint
  /** How much of it the computer was awake. */
  readonly awakeNs: bigint
  readonly crystalNs: bigint
  readonly crystalPpb: bigint
  /** What wall, boot and mono advance along, and how much faster than the crystal it runs. */
  readonly steeredNs: bigint
  readonly adjustPpb: bigint
  /** wall = steered + this; boot = steered - bootedNs; mono = boot - asleepNs. */
  readonly wallNs: bigint
  readonly bootedNs: bigint
  readonly asleepNs: bigint
  readonly boot: number
  readonly on: boolean
  readonly awake: boolean
  /** Whether processes run: not in sleep, nor where they get no processor. */
  readonly runs: boolean
  /** TAI - UTC (s), and what the kernel believes it to be. */
  readonly taiUtc: number
  readonly kernelTai: number
  /** Whether somebody other than a daemon set the wall clock last. */
  readonly foreign: boolean
}

/** The name of a boot, as `/proc/sys/kernel/random/boot_id` spells it. */
export function bootName(boot: number): string {
  return `00000000-0000-4000-8000-${boot.toString(16).padStart(12, '0')}`
}

export class ClockModel {
  readonly kind: SimulatedKind
  /** TAI at the start (ns since the Unix epoch). */
  readonly startTaiNs: bigint
  readonly lines: readonly ClockLine[]
  /** Instants at which the kernel announces that the wall clock was set, in order. */
  readonly notices: readonly bigint[]
  #cursor = 0

  constructor(kind: SimulatedKind, startTaiNs: bigint, lines: readonly ClockLine[], notices: readonly bigint[]) {
    this.kind = kind
    this.startTaiNs = startTaiNs
    this.lines = lines
    this.notices = notices
  }

  /** Index of the line that holds at an instant; what happens at that very instant has happened. */
  indexAt(sinceNs: bigint): number {
    const { lines } = this
    let at = this.#cursor
    if ((lines[at]?.fromNs ?? 0n) <= sinceNs) {
      // Most who ask go forward, a little at a time.
      for (let n = 0; n < 4; n++) {
        const next = lines[at + 1]
        if (next === undefined || next.fromNs > sinceNs) {
          this.#cursor = at
          return at
        }
        at += 1
      }
    }
    let low = 0
    let high = lines.length - 1
    while (low < high) {
      const half = (low + high + 1) >> 1
      if ((lines[half]?.fromNs ?? 0n) <= sinceNs) low = half
      else high = half - 1
    }
    this.#cursor = low
    return low
  }

  lineAt(sinceNs: bigint): ClockLine {
    const line = this.lines[this.indexAt(sinceNs)]
    if (!line) throw new RangeError('a model without lines')
    return line
  }

  /** All clocks at an instant. */
  at(sinceNs: bigint): SimulatedInstant {
    return along(this.kind, this.startTaiNs, this.lineAt(sinceNs), sinceNs)
  }
}

/** What the clocks show on a line: the part of an instant that a reading needs. */
export interface ShownClocks {
  readonly wallNs: bigint
  readonly aNs: bigint
  readonly monoNs: bigint
  readonly bootNs: bigint
}

/** What the clocks show at an instant on a line. */
export function clocksOn(kind: SimulatedKind, line: ClockLine, sinceNs: bigint): ShownClocks {
  const passed = sinceNs - line.fromNs
  const steeredNs = steeredAt(line, passed)
  const wallNs = steeredNs + line.wallNs
  if (kind === 'uncoupled') {
    const aNs = crystalAt(kind, line, passed)
    return { wallNs, aNs, monoNs: aNs, bootNs: aNs }
  }
  const bootNs = steeredNs - line.bootedNs
  const asleepNs = line.on && !line.awake ? steeredNs - line.steeredNs : 0n
  const monoNs = bootNs - line.asleepNs - asleepNs
  return { wallNs, aNs: kind === 'portable' ? monoNs : crystalAt(kind, line, passed), monoNs, bootNs }
}

/** How long the computer has been awake at an instant on a line. */
export function awakeAt(line: ClockLine, sinceNs: bigint): bigint {
  return line.awake ? line.awakeNs + sinceNs - line.fromNs : line.awakeNs
}

/** All clocks on a line. */
export function along(kind: SimulatedKind, startTaiNs: bigint, line: ClockLine, sinceNs: bigint): SimulatedInstant {
  const { wallNs, aNs, monoNs, bootNs } = clocksOn(kind, line, sinceNs)
  const taiNs = startTaiNs + sinceNs
  const utcNs = taiNs - BigInt(line.taiUtc) * billion
  return {
    sinceNs,
    utcNs,
    wallNs,
    aNs,
    monoNs,
    bootNs,
    bootId: bootName(line.boot),
    dNs: wallNs - aNs,
    mNs: taiNs - aNs,
    errorNs: utcNs - wallNs,
    on: line.on,
    awake: line.awake,
  }
}

/** The crystal `passed` ns into a line. It stands still in sleep, but for a computer whose A runs through it. */
export function crystalAt(kind: SimulatedKind, line: ClockLine, passed: bigint): bigint {
  const runs = line.awake || (kind === 'uncoupled' && line.on)
  return runs ? line.crystalNs + passed + floorDivide(passed * line.crystalPpb, billion) : line.crystalNs
}

/** What wall, boot and mono follow: it runs on in sleep, and while the computer is off. */
export function steeredAt(line: ClockLine, passed: bigint): bigint {
  return line.steeredNs + passed + floorDivide(passed * (line.crystalPpb + line.adjustPpb), billion)
}
