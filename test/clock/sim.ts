/**
 * A computer whose clocks are known exactly: a crystal, a kernel that steers and steps, sleep, and reads that take time.
 * The sources under test read it through the code they use on a real one.
 */
import { clockId, type Libc } from '../../lib/clock/libc.js'
import { openNative } from '../../lib/clock/native.js'
import { portableSource } from '../../lib/clock/portable.js'
import type { ClockSource, Notice } from '../../lib/clock/types.js'

export const ms = 1_000_000n
export const second = 1_000_000_000n
export type Kind = 'native' | 'wasi' | 'edge' | 'mac'
export const kinds: readonly Kind[] = ['native', 'wasi', 'edge', 'mac']

/** What was done to the wall clock, and A when it was. */
export interface Deed {
  readonly aNs: bigint
  readonly sizeNs: bigint
  readonly what: 'set' | 'sleep' | 'leap'
}

interface Plan {
  readonly atNs: bigint
  readonly run: () => void
}

/** D against A is piecewise linear; each corner is kept. */
interface Corner {
  readonly aNs: bigint
  readonly dNs: bigint
}

export class Computer {
  readonly kind: Kind
  /** True time since the simulation began; everything else follows from it. */
  #now = 0n
  #raw = 5_000n * second
  #mono = 5_000n * second
  #slept = 40n * second
  #wall: bigint
  #tai = 37n * second
  #crystalPpb: bigint
  #steerPpb = 0n
  #noticed = false
  #plans: Plan[] = []
  readonly deeds: Deed[] = []
  readonly corners: Corner[] = []
  /** Time that one clock read takes; tests make it erratic. */
  readCostNs: () => bigint = () => 50n

  constructor(kind: Kind, wallNs = 1_795_000_000n * second + 123_456_789n, crystalPpb = 0n) {
    this.kind = kind
    this.#wall = wallNs
    this.#crystalPpb = crystalPpb
    this.#corner()
  }

  get nowNs(): bigint {
    return this.#now
  }
  get wallNs(): bigint {
    return this.#wall
  }
  get aNs(): bigint {
    return this.kind === 'native' || this.kind === 'mac' ? this.#raw : this.#mono
  }
  /** True wall - A. */
  get dNs(): bigint {
    return this.#wall - this.aNs
  }

  /** Runs `run` when true time has come that far. */
  at(atNs: bigint, run: () => void): void {
    this.#plans.push({ atNs, run })
    this.#plans.sort((a, b) => (a.atNs < b.atNs ? -1 : a.atNs > b.atNs ? 1 : 0))
  }

  advance(byNs: bigint): void {
    const endNs = this.#now + byNs
    for (let plan = this.#plans[0]; plan !== undefined && plan.atNs <= endNs; plan = this.#plans[0]) {
      this.#plans.shift()
      this.#run(plan.atNs > this.#now ? plan.atNs - this.#now : 0n)
      plan.run()
    }
    this.#run(endNs > this.#now ? endNs - this.#now : 0n)
  }

  #run(byNs: bigint): void {
    this.#now += byNs
    const raw = (byNs * (second + this.#crystalPpb)) / second
    const steered = (raw * (second + this.#steerPpb)) / second
    this.#raw += raw
    this.#wall += steered
    // On a Mac hrtime is the raw one; on Linux mono is steered with the wall clock.
    this.#mono += this.kind === 'mac' ? raw : steered
  }

  set(byNs: bigint, what: Deed['what'] = 'set'): void {
    this.#corner()
    this.deeds.push({ aNs: this.aNs, sizeNs: byNs, what })
    this.#wall += byNs
    this.#noticed = true
    this.#corner()
  }

  /** An inserted (+1) or deleted (-1) second. */
  leap(inserted: bigint): void {
    this.set(-inserted * second, 'leap')
    this.#tai += inserted * second
  }

  steer(ppb: bigint): void {
    this.#corner()
    this.#steerPpb = ppb
  }

  sleep(forNs: bigint): void {
    this.#corner()
    this.deeds.push({ aNs: this.aNs, sizeNs: forNs, what: 'sleep' })
    this.#wall += forNs
    this.#now += forNs
    if (this.kind === 'mac') {
      this.#raw += forNs
      this.#mono += forNs
    } else this.#slept += forNs
    this.#noticed = true
    this.#corner()
  }

  /** True D at an instant of A; at a step, the value before it. */
  trueD(aNs: bigint): bigint {
    this.#corner()
    const next = this.corners.findIndex((corner) => corner.aNs >= aNs)
    const after = this.corners[next]
    const before = this.corners[next - 1]
    if (after === undefined) throw new Error('not yet')
    if (before === undefined || after.aNs === aNs) return after.dNs
    return before.dNs + ((after.dNs - before.dNs) * (aNs - before.aNs)) / (after.aNs - before.aNs)
  }

  #corner(): void {
    this.corners.push({ aNs: this.aNs, dNs: this.dNs })
  }

  notice(): Notice {
    if (this.kind !== 'native') return 'absent'
    const seen = this.#noticed
    this.#noticed = false
    return seen ? 'seen' : 'none'
  }

  /** A clock source on this computer, made of the same parts as a real one. */
  source(): ClockSource {
    const spend = (): void => this.advance(this.readCostNs())
    const read = (clock: () => bigint, stepNs = 1n) => {
      return () => {
        spend()
        const value = clock()
        spend()
        return value - (value % stepNs)
      }
    }
    const mono = read(() => this.#mono)
    const boot = read(() => this.#mono + this.#slept)
    const wall = { native: 1n, wasi: 1_000n, edge: ms, mac: 1_000n }[this.kind]
    const wallNs = read(() => this.#wall, wall)
    if (this.kind === 'native') {
      const raw = read(() => this.#raw)
      const tai = read(() => this.#wall + this.#tai)
      const libc: Libc = {
        now: (id) =>
          id === clockId.realtime
            ? wallNs()
            : id === clockId.monotonic
              ? mono()
              : id === clockId.boottime
                ? boot()
                : id === clockId.tai
                  ? tai()
                  : raw(),
        timex: () => null,
        cancelOnSet: () => null,
        packetStamp: () => null,
        socket: () => null,
        replace: () => false,
        readTimer: () => 'failed',
        close: () => undefined,
      }
      const source = openNative(libc, 'boot-1')
      if (source === null) throw new Error('no source')
      return { ...source, notice: () => this.notice() }
    }
    const uptime = read(() => this.#mono + this.#slept, 10n * ms)
    return portableSource({
      name: this.kind === 'edge' ? 'edge' : 'wasi',
      hrtimeNs: mono,
      wallNs,
      uptime:
        this.kind === 'mac'
          ? null
          : {
              read: () => {
                const lowNs = uptime()
                return { lowNs, highNs: lowNs + 10n * ms }
              },
              close: () => undefined,
            },
      bootId: 'boot-1',
    })
  }
}
