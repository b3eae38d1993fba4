/**
 * A computer whose clocks are known at every instant, and an auditor that writes facts about it: crystals that wander,
 * daemons that slew and step, people who set the clock, sleeps, boots, restarts, paths, references that lie.
 * @module
 */
import { type Ballot, vote } from '../../lib/consensus/vote.js'
import type { Fact } from '../../lib/evidence/types.js'
import { ceilDivide, floorDivide } from '../../lib/instant.js'
import { hull, type IntervalNs, point, shift, subtract } from '../../lib/interval.js'
import { roles } from '../../lib/ntp/types.js'
import { seeded } from '../../lib/testing/random.js'

export const second = 1_000_000_000n
export const minute = 60n * second
export const hour = 60n * minute
export const day = 24n * hour
export const ms = 1_000_000n

/** What happens in a scenario; `at` is time since its start (ns). */
export type Action = { readonly at: bigint } & (
  | { readonly do: 'step'; readonly by: bigint }
  | { readonly do: 'slew'; readonly ppb: bigint }
  | { readonly do: 'crystal'; readonly ppb: bigint }
  | { readonly do: 'suspend'; readonly for: bigint; readonly set?: bigint }
  | { readonly do: 'reboot'; readonly off: bigint; readonly start: bigint; readonly wallError: bigint }
  | { readonly do: 'down'; readonly for: bigint }
  | { readonly do: 'starve'; readonly for: bigint }
  | { readonly do: 'references'; readonly count: number }
  | { readonly do: 'lie'; readonly who: number; readonly by: bigint | null }
  | { readonly do: 'self'; readonly on: boolean }
  | { readonly do: 'sample' }
  | { readonly do: 'leap'; readonly kernel: boolean }
)

export interface SimOptions {
  readonly seed?: number
  readonly startUtc?: bigint
  readonly length: bigint
  readonly actions?: readonly Action[]
  readonly driftPpb?: bigint
  readonly every?: bigint
  readonly heartbeat?: bigint
  readonly look?: bigint
  readonly references?: number
  /** Path delay at least and at most, and what a server says of itself. */
  readonly delay?: readonly [bigint, bigint]
  readonly root?: bigint
  readonly notice?: 'none' | 'absent'
  /** Whether the look before a change gets a record of its own. */
  readonly before?: boolean
  readonly wallError?: bigint
  readonly crystalPpb?: bigint
  /** Whether a sample is taken at the start. */
  readonly startup?: boolean
}

interface Line {
  readonly tai: bigint
  readonly boot: string
  readonly bootTai: bigint
  readonly a: bigint
  readonly d: bigint
  readonly crystal: bigint
  readonly slew: bigint
  readonly awake: boolean
  readonly on: boolean
}

/** The clocks at an instant, as nobody can read them. */
export interface Truth {
  readonly utc: bigint
  readonly boot: string
  readonly a: bigint
  readonly d: bigint
  readonly wall: bigint
  readonly error: bigint
  readonly m: bigint
  readonly on: boolean
  readonly awake: boolean
}

export interface Simulated {
  readonly facts: readonly Fact[]
  /** Truth at a time since the start (ns). */
  at(since: bigint): Truth
  readonly startUtc: bigint
  readonly length: bigint
}

export function simulate(options: SimOptions): Simulated {
  return new Simulation(options).run()
}

class Simulation {
  readonly #options: Required<SimOptions>
  readonly #random: () => number
  readonly #lines: Line[] = []
  readonly #facts: Fact[] = []
  readonly #leaps: { tai: bigint; from: number; to: number }[] = []
  readonly #startTai: bigint
  readonly #lies = new Map<number, bigint>()
  readonly #tai0 = 37
  #references: number
  #self = false
  #now: bigint
  /** The witness: when it looked last, whether it looks at all, when it looks next after a set. */
  #grid: bigint
  #watching = true
  #starvedUntil: bigint | null = null
  #pending: { from: bigint; size: bigint; count: number } | null = null
  #record: { tai: bigint; d: IntervalNs } | null = null
  #small = 0
  #trigger: number | null = null
  #nextSample: bigint
  #boots = 0

  constructor(options: SimOptions) {
    this.#options = {
      seed: 1,
      startUtc: 1_780_000_000n * second,
      actions: [],
      driftPpb: 100_000n,
      every: 64n * second,
      heartbeat: 60n * second,
      look: 250n * ms,
      references: 3,
      delay: [2n * ms, 40n * ms],
      root: 2n * ms,
      notice: 'none',
      before: true,
      wallError: 3n * ms,
      crystalPpb: 20_000n,
      startup: true,
      ...options,
    }
    this.#random = seeded(this.#options.seed)
    this.#references = this.#options.references
    this.#startTai = this.#options.startUtc + BigInt(this.#tai0) * second
    this.#now = this.#startTai
    this.#grid = this.#now
    this.#nextSample = this.#now + (this.#options.startup ? 2n * second : this.#options.every)
  }

  run(): Simulated {
    const { actions, length, startUtc, heartbeat } = this.#options
    const endTai = this.#startTai + length
    const queue = [...actions].sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
    this.#boot(3n * hour, this.#options.wallError)
    this.#open('start')
    for (;;) {
      const action = queue[0]
      const actionAt = action ? this.#startTai + action.at : endTai
      const beatAt = (this.#record?.tai ?? this.#now) + heartbeat
      const due = this.#watching
        ? [actionAt, this.#starvedUntil ?? this.#nextSample, this.#starvedUntil ?? beatAt, this.#lookAt() ?? endTai]
        : [actionAt]
      const next = due.reduce((a, b) => (a < b ? a : b))
      if (next >= endTai) break
      this.#now = next > this.#now ? next : this.#now
      if (action && actionAt <= next) {
        queue.shift()
        this.#act(action, endTai)
      } else if (this.#starvedUntil !== null) this.#wake()
      else if (this.#pending) this.#look()
      else if (this.#nextSample === next) this.#sample('scheduled')
      else this.#emit({ kind: 'other', type: 'heartbeat' })
    }
    return { facts: this.#facts, at: (since) => this.#truth(this.#startTai + since), startUtc, length }
  }

  #between(low: bigint, high: bigint): bigint {
    return low + BigInt(Math.floor(this.#random() * Number(high - low + 1n)))
  }

  #lineAt(tai: bigint): Line {
    const lines = this.#lines
    let low = 0
    let high = lines.length - 1
    while (low < high) {
      const half = (low + high + 1) >> 1
      if (lines[half]!.tai <= tai) low = half
      else high = half - 1
    }
    return lines[low]!
  }

  #truth(tai: bigint): Truth {
    const line = this.#lineAt(tai)
    const passed = tai - line.tai
    const a = line.awake ? line.a + passed + floorDivide(passed * line.crystal, second) : line.a
    const d = line.awake ? line.d + floorDivide((a - line.a) * line.slew, second) : line.d + passed
    const utc = tai - BigInt(this.#leap(tai)) * second
    const wall = a + d
    return { utc, boot: line.boot, a, d, wall, error: utc - wall, m: tai - a, on: line.on, awake: line.awake }
  }

  #leap(tai: bigint): number {
    return this.#leaps.filter((leap) => leap.tai <= tai).at(-1)?.to ?? this.#tai0
  }

  /** Bends the lines here. */
  #bend(change: Partial<Line>): void {
    const { a, d } = this.#truth(this.#now)
    const line = this.#lineAt(this.#now)
    this.#lines.push({ ...line, tai: this.#now, a, d, ...change })
  }

  #boot(upNs: bigint, wallError: bigint): void {
    const a = upNs
    const utc = this.#now - BigInt(this.#leap(this.#now)) * second
    const crystal = this.#lines.at(-1)?.crystal ?? this.#options.crystalPpb
    this.#boots++
    this.#lines.push({
      ...{ tai: this.#now, boot: `boot-${this.#boots}`, bootTai: this.#now - upNs, a, d: utc - wallError - a },
      ...{ crystal, slew: 0n, awake: true, on: true },
    })
    this.#record = null
  }

  #act(action: Action, endTai: bigint): void {
    // What happens at the very instant of a look or a record happens just behind it.
    if ((this.#now - this.#grid) % this.#options.look === 0n || this.#record?.tai === this.#now) this.#now += 1n
    switch (action.do) {
      case 'step': {
        this.#bend({ d: this.#truth(this.#now).d + action.by })
        const from = this.#lastLook()
        const { size, count } = this.#pending ?? { size: 0n, count: 0 }
        this.#pending = { from: this.#pending?.from ?? from, size: size + action.by, count: count + 1 }
        return
      }
      case 'slew':
        this.#bend({ slew: action.ppb })
        return
      case 'crystal':
        this.#bend({ crystal: action.ppb })
        return
      case 'references':
        this.#references = action.count
        return
      case 'self':
        this.#self = action.on
        return
      case 'lie':
        if (action.by === null) this.#lies.delete(action.who)
        else this.#lies.set(action.who, action.by)
        return
      case 'sample':
        if (this.#watching && this.#starvedUntil === null) this.#nextSample = this.#now
        return
      case 'leap':
        this.#insertLeap(action.kernel)
        return
      case 'starve':
        if (this.#watching) this.#starvedUntil = this.#now + action.for
        return
      case 'down':
        this.#down(action.for, endTai)
        return
      case 'suspend':
        this.#suspend(action.for, action.set ?? 0n)
        return
      case 'reboot':
        this.#reboot(action.off, action.start, action.wallError)
        return
    }
  }

  #insertLeap(kernel: boolean): void {
    const from = this.#leap(this.#now)
    this.#leaps.push({ tai: this.#now, from, to: from + 1 })
    if (!kernel) return
    this.#bend({ d: this.#truth(this.#now).d - second })
    this.#pending = { from: this.#lastLook(), size: -second, count: -1 }
  }

  #lastLook(): bigint {
    const { look } = this.#options
    const onGrid = this.#grid + ((this.#now - this.#grid) / look) * look
    const record = this.#record?.tai ?? onGrid
    return record > onGrid ? record : onGrid
  }

  /** When the look comes that sees the set. */
  #lookAt(): bigint | null {
    if (!this.#pending || !this.#watching || this.#starvedUntil !== null) return null
    const { look } = this.#options
    const at = this.#grid + ((this.#pending.from - this.#grid) / look + 1n) * look
    return at > this.#now ? at : this.#now
  }

  #look(): void {
    const pending = this.#pending
    if (!pending) return
    this.#pending = null
    const leap = pending.count < 0
    const large = pending.size > ms || pending.size < -ms
    if (!large) {
      this.#small += pending.count
      return
    }
    const before = this.#truth(pending.from)
    this.#stampBefore(pending.from)
    const after = this.#truth(this.#now)
    const wide = { lowNs: pending.size - 5_000n, highNs: pending.size + 5_000n }
    this.#emit({
      kind: 'clock-change',
      ...{ earliestNs: before.a, latestNs: after.a, size: wide, class: leap ? 'leap' : 'step', by: 'unknown' },
      ...{ wallBeforeNs: before.wall, wallAfterNs: after.wall },
    })
    this.#trigger = this.#facts.length
    this.#nextSample = this.#now
  }

  /** The look before an event gets a record of its own. */
  #stampBefore(tai: bigint): void {
    if (!this.#options.before || !this.#record || this.#record.tai >= tai) return
    const now = this.#now
    this.#now = tai
    this.#emit({ kind: 'other', type: 'heartbeat' })
    this.#now = now
  }

  #wake(): void {
    this.#starvedUntil = null
    const from = this.#lastLookBeforeStarving()
    const pending = this.#pending
    this.#pending = null
    this.#stampBefore(from)
    const [before, after] = [this.#truth(from), this.#truth(this.#now)]
    if (pending && (pending.size > ms || pending.size < -ms)) {
      const size = { lowNs: pending.size - 5_000n, highNs: pending.size + 5_000n }
      this.#emit({
        ...{ kind: 'clock-change', earliestNs: before.a, latestNs: after.a, size, class: 'step', by: 'unknown' },
        ...{ wallBeforeNs: before.wall, wallAfterNs: after.wall },
      })
      this.#trigger = this.#facts.length
    }
    this.#gap('starved', 'wall', before, after)
    this.#grid = this.#now
    this.#nextSample = this.#now + second
  }

  #lastLookBeforeStarving(): bigint {
    return this.#record?.tai ?? this.#grid
  }

  #down(length: bigint, endTai: bigint): void {
    if (!this.#watching || this.#starvedUntil !== null) return
    const last = this.#record?.tai
    if (last === undefined) return
    this.#watching = false
    const until = this.#now + length
    const inner = this.#between(0n, 2n)
    if (inner === 1n) {
      this.#now += length / 2n
      this.#bend({ d: this.#truth(this.#now).d + this.#between(-5n * second, 5n * second) })
    }
    this.#now = until < endTai ? until : endTai
    this.#pending = null
    const [before, after] = [this.#truth(last), this.#truth(this.#now)]
    this.#watching = true
    this.#record = null
    this.#open('start')
    const moved = after.d - before.d
    if (moved > ms || moved < -ms) {
      this.#emit({
        kind: 'clock-change',
        ...{ earliestNs: before.a, latestNs: after.a, size: { lowNs: moved - 5_000n, highNs: moved + 5_000n } },
        ...{ class: 'step', by: 'unknown', wallBeforeNs: before.wall, wallAfterNs: after.wall },
      })
    }
    this.#gap('auditor-down', 'wall', before, after)
    this.#grid = this.#now
    this.#nextSample = this.#now + second
  }

  #suspend(length: bigint, set: bigint): void {
    if (!this.#watching || this.#starvedUntil !== null) return
    const from = this.#pending?.from ?? this.#lastLook()
    this.#pending = null
    this.#bend({ awake: false })
    this.#now += length
    this.#bend({ awake: true })
    if (set !== 0n) this.#bend({ d: this.#truth(this.#now).d + set })
    this.#now += this.#between(1n, 200n) * ms
    this.#stampBefore(from)
    const [before, after] = [this.#truth(from), this.#truth(this.#now)]
    this.#gap('suspend', 'mono', before, after)
    if (set > ms || set < -ms) {
      this.#emit({
        kind: 'clock-change',
        ...{ earliestNs: before.a, latestNs: after.a, size: { lowNs: set - 5_000n, highNs: set + 5_000n } },
        ...{ class: 'set-during-suspend', by: 'unknown', wallBeforeNs: before.wall, wallAfterNs: after.wall },
      })
      this.#trigger = this.#facts.length
    }
    this.#grid = this.#now
    this.#nextSample = this.#now + second
  }

  #reboot(off: bigint, start: bigint, wallError: bigint): void {
    const last = this.#record ? this.#truth(this.#record.tai) : this.#truth(this.#now)
    this.#pending = null
    this.#starvedUntil = null
    this.#bend({ on: false })
    this.#now += off
    this.#boot(0n, wallError)
    this.#now += start
    this.#watching = true
    this.#open('start')
    const after = this.#truth(this.#now)
    this.#emit({
      ...{ kind: 'gap', cause: 'boot', breaks: 'mono', fromNs: null, toNs: after.a },
      ...{ wallFromNs: last.wall, wallToNs: after.wall },
    })
    this.#grid = this.#now
    this.#nextSample = this.#now + second
  }

  #gap(cause: 'starved' | 'suspend' | 'auditor-down', breaks: 'wall' | 'mono', before: Truth, after: Truth): void {
    const ends = { fromNs: before.a, toNs: after.a, wallFromNs: before.wall, wallToNs: after.wall }
    this.#emit({ kind: 'gap', cause, breaks, ...ends })
  }

  #open(reason: 'start'): void {
    const { driftPpb } = this.#options
    this.#emit({ kind: 'open', reason, ratePpb: driftPpb, steered: false, coupled: true })
  }

  #sample(reason: 'scheduled'): void {
    this.#nextSample = this.#now + this.#options.every + this.#between(0n, 2n * second)
    const { m, a, d } = this.#truth(this.#now)
    const { delay, root, driftPpb } = this.#options
    const ballots: Ballot[] = []
    for (let i = 0; i < this.#references; i++) {
      const wide = this.#between(delay[0], delay[1]) + 2n * root
      const low = m - this.#between(0n, wide) + (this.#lies.get(i) ?? 0n)
      const interval = { lowNs: low, highNs: low + wide }
      ballots.push({ role: roles[i]!, m: interval, address: `192.0.2.${i}`, self: this.#self })
    }
    const consensus = vote(ballots, { configured: this.#options.references, trustLocal: false })
    const taiUtc = this.#leap(this.#now)
    const dNow = this.#dAt(d)
    const error = consensus.m === null ? null : shift(subtract(consensus.m, dNow), -BigInt(taiUtc) * second)
    const cause = consensus.state === 'conflict' ? 'conflict' : this.#self ? 'self-reference' : 'no-reference'
    this.#emit(
      {
        ...{ kind: 'sample', reason: this.#trigger ? 'clock-change' : reason, state: consensus.state },
        ...{ support: consensus.support, atNs: a, m: consensus.m, error, taiUtc, ratePpb: driftPpb },
        ...{ cause: consensus.m === null ? cause : null, trigger: this.#trigger },
      },
      dNow,
    )
    this.#trigger = null
  }

  /** What a look shows of D. */
  #dAt(d: bigint): IntervalNs {
    return { lowNs: d - this.#between(0n, 1500n), highNs: d + this.#between(0n, 1500n) }
  }

  #emit(body: Body, given?: IntervalNs): void {
    const { notice, look } = this.#options
    const { a, d, wall, boot } = this.#truth(this.#now)
    const own = given ?? this.#dAt(d)
    const last = this.#record
    const repeats = last !== null && last.tai === this.#now
    const chord = last === null || repeats ? point(0n) : this.#chord(last, own)
    const looks = last === null || repeats ? 0 : Number((this.#now - last.tai) / look) + 1
    const kind = body.kind === 'gap' || body.kind === 'clock-change'
    this.#facts.push({
      ...{
        seq: this.#facts.length + 1,
        boot,
        aNs: a,
        clock: 'raw',
        wallNs: wall,
        d: repeats ? last.d : own,
        chord,
        looks,
      },
      bootNs: this.#now - this.#lineAt(this.#now).bootTai,
      small: this.#small,
      widestSilenceNs: body.kind === 'gap' && last ? this.#now - last.tai : look,
      notice: notice === 'none' && (kind || this.#small > 0) ? 'seen' : notice,
      ...body,
    })
    this.#small = 0
    this.#record = { tai: this.#now, d: repeats ? last.d : own }
  }

  /** The chord over the looks between two records: the lines bend only at bends, so the looks around them tell. */
  #chord(last: { tai: bigint; d: IntervalNs }, own: IntervalNs): IntervalNs {
    const { look } = this.#options
    const [from, to] = [this.#truth(last.tai), this.#truth(this.#now)]
    const looks = new Set<bigint>()
    for (let i = this.#lines.length - 1; i >= 0 && this.#lines[i]!.tai > last.tai; i--) {
      const at = this.#lines[i]!.tai
      const before = this.#grid + floorDivide(at - this.#grid, look) * look
      for (const tai of [before, before + look]) if (tai > last.tai && tai < this.#now) looks.add(tai)
    }
    let extremes = point(0n)
    const runNs = to.a - from.a
    for (const tai of looks) {
      const { a, d, awake } = this.#truth(tai)
      if (runNs <= 0n || !awake) continue
      const low = last.d.lowNs + floorDivide((own.lowNs - last.d.lowNs) * (a - from.a), runNs)
      const high = last.d.highNs + ceilDivide((own.highNs - last.d.highNs) * (a - from.a), runNs)
      const dot = this.#dAt(d)
      extremes = hull(extremes, { lowNs: dot.lowNs - high, highNs: dot.highNs - low })
    }
    return extremes
  }
}

type Without<T> = T extends unknown
  ? Omit<
      T,
      | 'seq'
      | 'boot'
      | 'aNs'
      | 'clock'
      | 'bootNs'
      | 'wallNs'
      | 'd'
      | 'chord'
      | 'looks'
      | 'small'
      | 'widestSilenceNs'
      | 'notice'
    >
  : never
type Body = Without<Fact>
