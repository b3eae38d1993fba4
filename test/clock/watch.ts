/** Watches a simulated computer as an engine does, and keeps what it saw beside the truth. */

import { observe } from '../../lib/clock/observe.js'
import type { ClockChange, ClockReading, ClockSource, Gap, Stamp, WitnessOptions } from '../../lib/clock/types.js'
import { Witness } from '../../lib/clock/witness.js'
import { type IntervalNs, width } from '../../lib/interval.js'
import { type Computer, ms } from './sim.js'

export interface Seen {
  readonly aNs: bigint
  /** True D at `aNs`. */
  readonly trueD: bigint
  readonly d: IntervalNs
  readonly line: IntervalNs
  /** The true instant (of A) after which the reading was begun. */
  readonly begunNs: bigint
}

export interface Log {
  readonly looks: Seen[]
  readonly events: (ClockChange | Gap)[]
  readonly stamps: Stamp[]
  readonly witness: Witness
  readonly source: ClockSource
  readonly last: ClockReading
}

export const defaults = { periodNs: 250n * ms, reportNs: ms, maxRatePpb: 500_000n }

export interface Plan extends Partial<WitnessOptions> {
  readonly untilNs: bigint
  /** A sample (anchor) and a record every so many looks. */
  readonly sampleEvery?: number
  /** Extra time before the look of this number: the process was stopped. */
  readonly stops?: ReadonlyMap<number, bigint>
}

export function watch(computer: Computer, plan: Plan): Log {
  const source = computer.source()
  const options: WitnessOptions = { ...defaults, coupled: source.coupled, bootId: source.bootId, ...plan }
  const looks: Seen[] = []
  const note = (reading: ClockReading, begunNs: bigint): void => {
    const { aNs, d, line } = reading
    looks.push({ aNs, d, line, begunNs, trueD: computer.trueD(aNs) })
  }
  const events: (ClockChange | Gap)[] = []
  const stamps: Stamp[] = []
  let begunNs = computer.aNs
  const first = observe(source)
  note(first.reading, begunNs)
  const witness = new Witness(first.reading, options, first.notice)
  stamps.push(witness.stamp())
  let last = first.reading
  for (let n = 1; computer.nowNs < plan.untilNs; n++) {
    computer.advance(options.periodNs + (plan.stops?.get(n) ?? 0n))
    begunNs = computer.aNs
    const { reading, notice } = observe(source)
    last = reading
    note(reading, begunNs)
    const found = witness.look(reading, notice)
    if (found.length > 0) {
      const before = witness.before()
      if (before !== null) stamps.push(before)
    }
    for (const event of found) {
      events.push(event)
      stamps.push(witness.stamp())
    }
    if (plan.sampleEvery !== undefined && n % plan.sampleEvery === 0) {
      witness.anchor()
      stamps.push(witness.stamp())
    }
  }
  stamps.push(witness.stamp())
  return { looks, events, stamps, witness, source, last }
}

export function changesOf(log: Log): ClockChange[] {
  return log.events.filter((event) => event.kind === 'clock-change')
}
export function gapsOf(log: Log): Gap[] {
  return log.events.filter((event) => event.kind === 'gap')
}
export function narrow(seen: Seen): boolean {
  return width(seen.line) < 10_000n && width(seen.d) < 10_000n
}
