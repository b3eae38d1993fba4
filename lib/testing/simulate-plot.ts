/**
 * From a scenario to the life of its clocks and its auditor: everything is decided before the simulation begins.
 * @module
 */
import { OptionRangeError } from '../errors.js'
import { floorDivide } from '../instant.js'
import { type Pause, type Plot, type PlottedLeap, type Shift, spanNs, startOf, usualComputer } from './simulate-life.js'
import { along, type ClockLine, ClockModel, crystalAt, steeredAt } from './simulate-model.js'
import { noise } from './simulate-noise.js'
import type { Scenario, SimulatedComputer, SimulatedEvent } from './simulate-types.js'

const second = 1_000_000_000n
const day = 86_400n * second
const wanderNs = 1_800n * second
const steerNs = 1_024n * second
const taiAtStart = 37

/**
 * Decides everything that a scenario leaves to chance.
 * @throws {OptionTypeError | OptionRangeError} naming what is wrong
 */
export function plotOf(scenario: Scenario): Plot {
  return new Plotter(scenario).plot()
}

type Event = SimulatedEvent | { readonly at: bigint; readonly do: 'wake' }
type Happening = { readonly atNs: bigint; readonly order: number; readonly event: Event }

/** What cannot happen while nothing runs. */
const pausing: ReadonlySet<string> = new Set(['suspend', 'reboot', 'down', 'starve'])

function inOrder(a: Happening, b: Happening): number {
  return a.atNs === b.atNs ? a.order - b.order : a.atNs < b.atNs ? -1 : 1
}

class Plotter {
  readonly #startNs: bigint
  readonly #lengthNs: bigint
  readonly #seed: number
  readonly #computer: SimulatedComputer
  readonly #events: Happening[]
  readonly #lines: ClockLine[] = []
  readonly #notices: bigint[] = []
  readonly #shifts: Shift[] = []
  readonly #pauses: Pause[] = []
  readonly #leaps: PlottedLeap[] = []
  /** Slews under way: when each ends, and its rate. */
  #slews: { readonly toNs: bigint; readonly ppb: bigint }[] = []
  #steerPpb = 0n
  #daemon: boolean
  #shiftFromNs = 0n
  #blockedNs = 0n
  #line: ClockLine

  constructor(scenario: Scenario) {
    this.#startNs = startOf(scenario.start)
    this.#lengthNs = spanNs(scenario.length, 'length')
    if (this.#lengthNs <= 0n) throw new OptionRangeError('length', 'must be positive', scenario.length)
    this.#seed = scenario.seed ?? 1
    this.#computer = { ...usualComputer, ...scenario.computer }
    const { crystalPpb, ahead, daemon } = this.#computer
    this.#daemon = daemon
    this.#events = (scenario.events ?? [])
      .map((event, i) => ({ atNs: spanNs(event.at, `events[${i}].at`), order: i, event }))
      .sort(inOrder)
    const upNs = 3_600n * second
    this.#line = {
      ...{ fromNs: 0n, awakeNs: 0n, crystalNs: upNs - upNs / 100_000n, crystalPpb, steeredNs: 0n },
      ...{ adjustPpb: daemon ? -crystalPpb : 0n, wallNs: this.#startNs + spanNs(ahead, 'computer.ahead') },
      ...{ bootedNs: -upNs, asleepNs: 0n, boot: 1, on: true, awake: true, runs: true },
      ...{ taiUtc: taiAtStart, kernelTai: taiAtStart, foreign: false },
    }
    this.#steerPpb = this.#line.adjustPpb
    this.#lines.push(this.#line)
  }

  plot(): Plot {
    let wanderAt = wanderNs
    let steerAt = 1n
    for (;;) {
      const happening = this.#events[0]
      const eventAt = happening && happening.atNs > this.#line.fromNs ? happening.atNs : this.#line.fromNs
      const slewAt = this.#slews.reduce<bigint | null>((m, { toNs }) => (m === null || toNs < m ? toNs : m), null)
      const due = [wanderAt, steerAt, ...(happening ? [eventAt] : []), ...(slewAt === null ? [] : [slewAt])]
      const next = due.reduce((a, b) => (a < b ? a : b))
      if (next >= this.#lengthNs) break
      const at = next > this.#line.fromNs ? next : this.#line.fromNs
      if (slewAt !== null && slewAt <= next) {
        this.#slews = this.#slews.filter(({ toNs }) => toNs > next)
        this.#bend(at, this.#rate())
      } else if (happening && eventAt <= next) {
        this.#events.shift()
        this.#happen(at, happening.event)
      } else if (wanderAt <= next) {
        wanderAt = at + wanderNs
        this.#wander(at)
      } else {
        steerAt = at + steerNs
        if (this.#daemon) this.#steer(at)
      }
    }
    if (this.#shiftFromNs < this.#lengthNs) {
      this.#shifts.push({ fromNs: this.#shiftFromNs, toNs: this.#lengthNs, end: 'stop' })
    }
    const startTaiNs = this.#startNs + BigInt(taiAtStart) * second
    return {
      ...{ startNs: this.#startNs, lengthNs: this.#lengthNs, seed: this.#seed, computer: this.#computer },
      model: new ClockModel(this.#computer.kind, startTaiNs, this.#lines, this.#notices),
      ...{ shifts: this.#shifts, pauses: this.#pauses, leaps: this.#leaps },
    }
  }

  /** The line bends at `atNs`. */
  #bend(atNs: bigint, change: Partial<ClockLine>): void {
    const line = this.#line
    const passed = atNs - line.fromNs
    const steeredNs = steeredAt(line, passed)
    this.#line = {
      ...line,
      fromNs: atNs,
      awakeNs: line.awakeNs + (line.awake ? passed : 0n),
      crystalNs: crystalAt(this.#computer.kind, line, passed),
      steeredNs,
      asleepNs: line.asleepNs + (line.on && !line.awake ? steeredNs - line.steeredNs : 0n),
      ...change,
    }
    if (passed === 0n) this.#lines.pop()
    this.#lines.push(this.#line)
  }

  #rate(): { adjustPpb: bigint } {
    return { adjustPpb: this.#slews.reduce((sum, { ppb }) => sum + ppb, this.#steerPpb) }
  }

  /** wall - UTC. */
  #ahead(atNs: bigint): bigint {
    const startTaiNs = this.#startNs + BigInt(taiAtStart) * second
    return -along(this.#computer.kind, startTaiNs, this.#line, atNs).errorNs
  }

  #wander(atNs: bigint): void {
    const { wanderPpb, withinPpb } = this.#computer
    if (wanderPpb === 0n || !this.#line.on) return
    const step = BigInt(Math.round((noise(this.#seed, 1, atNs) * 2 - 1) * Number(wanderPpb)))
    const { crystalPpb } = this.#line
    const inside = crystalPpb + step <= withinPpb && crystalPpb + step >= -withinPpb
    const inwards = crystalPpb > 0n === step > 0n ? -step : step
    // The daemon sees what the crystal did at its next turn.
    this.#bend(atNs, { crystalPpb: crystalPpb + (inside ? step : inwards) })
  }

  /** The daemon measures with some noise and corrects at most 20 ppm more than the crystal needs. */
  #steer(atNs: bigint): void {
    if (!this.#line.awake) return
    const noiseNs = BigInt(Math.round((noise(this.#seed, 2, atNs) * 2 - 1) * 20_000))
    const aheadNs = this.#ahead(atNs) + noiseNs
    const { stepAbove } = this.#computer
    const farNs = stepAbove === null ? null : spanNs(stepAbove, 'computer.stepAbove')
    if (farNs !== null && (aheadNs > farNs || aheadNs < -farNs)) {
      this.#steerPpb = -this.#line.crystalPpb
      this.#bend(atNs, this.#rate())
      this.#set(atNs, -aheadNs, false)
      return
    }
    const wanted = (aheadNs * second) / (4n * steerNs)
    const most = 20_000n
    const correction = wanted > most ? most : wanted < -most ? -most : wanted
    this.#steerPpb = -this.#line.crystalPpb - correction
    this.#bend(atNs, this.#rate())
  }

  #set(atNs: bigint, byNs: bigint, foreign: boolean): void {
    this.#bend(atNs, { wallNs: this.#line.wallNs + byNs, foreign })
    this.#notices.push(atNs)
  }

  #happen(atNs: bigint, event: Event): void {
    if (atNs < this.#blockedNs && pausing.has(event.do)) {
      const later = { atNs: this.#blockedNs, order: -1, event }
      const at = this.#events.findIndex((other) => other.atNs > later.atNs)
      this.#events.splice(at < 0 ? this.#events.length : at, 0, later)
      return
    }
    switch (event.do) {
      case 'set':
        this.#set(atNs, spanNs(event.by, 'by'), (event.who ?? 'person') === 'person')
        return
      case 'slew': {
        const overNs = spanNs(event.over, 'over')
        if (overNs <= 0n) throw new OptionRangeError('over', 'must be positive', event.over)
        this.#slews.push({ toNs: atNs + overNs, ppb: (spanNs(event.by, 'by') * second) / overNs })
        this.#bend(atNs, this.#rate())
        return
      }
      case 'crystal':
        this.#bend(atNs, { crystalPpb: event.ppb })
        return
      case 'daemon':
        this.#daemon = event.on
        return
      case 'suspend':
        this.#suspend(atNs, spanNs(event.for, 'for'), event.set === undefined ? 0n : spanNs(event.set, 'set'))
        return
      case 'reboot':
        this.#reboot(atNs, event)
        return
      case 'down':
        this.#down(atNs, spanNs(event.for, 'for'), event.killed === true)
        return
      case 'starve':
        this.#starve(atNs, spanNs(event.for, 'for'))
        return
      case 'leap':
        this.#leap(atNs, event)
        return
      case 'wake':
        this.#bend(atNs, { runs: true })
        return
      case 'reference':
        return
    }
  }

  #suspend(atNs: bigint, forNs: bigint, setNs: bigint): void {
    if (forNs <= 0n) return
    this.#blockedNs = atNs + forNs
    this.#pauses.push({ fromNs: atNs, forNs, kind: 'sleep' })
    this.#bend(atNs, { awake: false, runs: false })
    this.#bend(atNs + forNs, { awake: true, runs: true, wallNs: this.#line.wallNs + setNs })
    this.#notices.push(atNs + forNs)
  }

  #reboot(atNs: bigint, event: SimulatedEvent & { readonly do: 'reboot' }): void {
    const offNs = spanNs(event.off, 'off')
    const bootNs = atNs + (offNs > 0n ? offNs : 1n)
    const auditNs = bootNs + spanNs(event.audit ?? '10s', 'audit')
    this.#blockedNs = bootNs
    this.#endShift(atNs, 'kill')
    this.#shiftFromNs = this.#shiftFromNs > auditNs ? this.#shiftFromNs : auditNs
    this.#pauses.push({ fromNs: atNs, forNs: bootNs - atNs, kind: 'sleep' })
    this.#bend(atNs, { on: false, awake: false, runs: false })
    this.#bend(bootNs, { on: true, awake: true, runs: true, crystalNs: 0n, asleepNs: 0n, boot: this.#line.boot + 1 })
    this.#line = { ...this.#line, bootedNs: this.#line.steeredNs }
    if (event.ahead !== undefined) {
      const byNs = spanNs(event.ahead, 'ahead') - this.#ahead(bootNs)
      this.#line = { ...this.#line, wallNs: this.#line.wallNs + byNs }
    }
    this.#lines[this.#lines.length - 1] = this.#line
    this.#slews = []
  }

  #down(atNs: bigint, forNs: bigint, killed: boolean): void {
    if (atNs < this.#shiftFromNs || forNs <= 0n) return
    this.#endShift(atNs, killed ? 'kill' : 'stop')
    this.#shiftFromNs = atNs + forNs
    // The looks around it are those of the last and the first record.
    this.#bend(atNs, {})
  }

  #endShift(atNs: bigint, end: Shift['end']): void {
    if (this.#shiftFromNs < atNs) this.#shifts.push({ fromNs: this.#shiftFromNs, toNs: atNs, end })
  }

  #starve(atNs: bigint, forNs: bigint): void {
    if (forNs <= 0n) return
    this.#blockedNs = atNs + forNs
    this.#pauses.push({ fromNs: atNs, forNs, kind: 'stall' })
    this.#bend(atNs, { runs: false })
    // The clocks run on: what bends them meanwhile does so at its time.
    this.#events.push({ atNs: atNs + forNs, order: -1, event: { at: 0n, do: 'wake' } })
    this.#events.sort(inOrder)
  }

  #leap(atNs: bigint, event: SimulatedEvent & { readonly do: 'leap' }): void {
    const { taiUtc, kernelTai } = this.#line
    const utcNs = this.#startNs + atNs - BigInt(taiUtc - taiAtStart) * second
    // A deleted second is the last one before midnight.
    const midnight = event.second === 1 ? utcNs : utcNs + second
    if (floorDivide(midnight, day) * day !== midnight) {
      throw new OptionRangeError(
        'at',
        'of a leap second must be a midnight UTC (a second earlier where one is deleted)',
        event.at,
      )
    }
    const { known = true, announced = true, kernel = true } = event
    this.#leaps.push({ atNs, utcNs: midnight, second: event.second, known, announced })
    this.#bend(atNs, { taiUtc: taiUtc + event.second })
    if (!kernel) return
    this.#set(atNs, BigInt(-event.second) * second, this.#line.foreign)
    this.#bend(atNs, { kernelTai: kernelTai + event.second })
  }
}
