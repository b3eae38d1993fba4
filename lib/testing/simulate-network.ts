/**
 * The network of a simulation: references that answer real packets without a socket, each over its own path, right or wrong as
 * the scenario has it.
 * @module
 */
import { floorDivide } from '../instant.js'
import { decodePacket } from '../ntp/packet.js'
import { type Role, roles } from '../ntp/types.js'
import type { OpenPort, Port } from '../ntp/udp.js'
import { answer } from './loopback-answer.js'
import { applyChange, defaultSettings, type ReferenceSettings } from './loopback-settings.js'
import { type Plot, spanNs } from './simulate-life.js'
import { noise } from './simulate-noise.js'
import type { Scenario, SimulatedReference } from './simulate-types.js'
import type { VirtualTime } from './virtual-time.js'

const billion = 1_000_000_000n
const dayNs = 86_400n * billion

/** A reference from an instant on. */
interface Phase {
  readonly fromNs: bigint
  readonly settings: ReferenceSettings
  readonly own: boolean
}

/** Where the simulated references live: addresses that are for documentation (RFC 5737). */
export function referenceAddress(which: number): string {
  return `192.0.2.${which + 1}`
}

const nobody: ReadonlySet<string> = new Set()

const usual: readonly SimulatedReference[] = [0, 1, 2].map((which) => ({
  path: { toMs: 3 + 4 * which, fromMs: 2 + 5 * which, jitterMs: 3 },
  header: { stratum: 1 + which, referenceId: `REF${which + 1}`, rootDelayNs: 200_000n, rootDispersionNs: 1_000_000n },
}))

export function referencesOf(scenario: Scenario): readonly SimulatedReference[] {
  return scenario.references ?? usual
}

export class SimulatedNetwork {
  readonly #plot: Plot
  readonly #time: VirtualTime
  readonly #phases: Phase[][]
  /** Requests that came to each reference. */
  readonly requests: number[]

  /** @throws {OptionTypeError | OptionRangeError} for an unknown or impossible setting */
  constructor(plot: Plot, time: VirtualTime, scenario: Scenario) {
    this.#plot = plot
    this.#time = time
    const references = referencesOf(scenario)
    this.requests = references.map(() => 0)
    this.#phases = references.map(({ serves, ...change }) => [
      { fromNs: 0n, settings: applyChange(defaultSettings, change), own: serves === 'wall' },
    ])
    const changes = (scenario.events ?? [])
      .flatMap((event) => (event.do === 'reference' ? [{ event, atNs: spanNs(event.at, 'at') }] : []))
      .sort((a, b) => Number(a.atNs > b.atNs) - Number(a.atNs < b.atNs))
    for (const { event, atNs } of changes) this.#change(atNs, event.which, event.change)
  }

  /** Addresses that answer with the audited computer's own clock, now. */
  own(): ReadonlySet<string> {
    if (!this.#phases.some((phases) => phases.some(({ own }) => own))) return nobody
    const now = this.#time.elapsedNs()
    return new Set(this.#phases.flatMap((_, which) => (this.#phase(which, now)?.own ? [referenceAddress(which)] : [])))
  }

  readonly open: OpenPort = (address, port, handlers) => {
    const which = this.#phases.findIndex((_, one) => referenceAddress(one) === address)
    const timers = new Set<unknown>()
    let closed = false
    const self: Port = {
      send: (bytes) => {
        if (closed || which < 0) return
        for (const { reply, ms } of this.#answers(which, Buffer.from(bytes))) {
          const timer = this.#time.timers.setTimeout(() => {
            timers.delete(timer)
            if (!closed) handlers.message(reply, address, port)
          }, ms)
          timers.add(timer)
        }
      },
      close: () => {
        closed = true
        for (const timer of timers) this.#time.timers.clearTimeout(timer)
        timers.clear()
      },
    }
    handlers.open(self)
    return self
  }

  /** The role that a reference was configured in. */
  static role(which: number): Role {
    return roles[which] ?? 'tertiary'
  }

  #change(atNs: bigint, which: number, { serves, ...change }: SimulatedReference): void {
    const phases = this.#phases[which]
    const last = phases?.at(-1)
    if (!phases || !last) return
    const offsetNs = offsetAt(last, atNs)
    const settings = applyChange({ ...last.settings, offsetNs }, change)
    phases.push({ fromNs: atNs, settings, own: serves === undefined ? last.own : serves === 'wall' })
  }

  #phase(which: number, sinceNs: bigint): Phase | undefined {
    return this.#phases[which]?.findLast(({ fromNs }) => fromNs <= sinceNs)
  }

  #answers(which: number, request: Buffer): { reply: Buffer; ms: number }[] {
    const now = this.#time.elapsedNs()
    const phase = this.#phase(which, now)
    if (!phase) return []
    this.requests[which] = (this.requests[which] ?? 0) + 1
    const { path, header } = phase.settings
    const { seed } = this.#plot
    const chance = (stream: number): number => noise(seed, 16 + 8 * which + stream, now)
    if (chance(0) < path.loss || chance(1) < path.loss) return []
    const toNs = BigInt(Math.floor((path.toMs + path.jitterMs * chance(2)) * 1e6))
    const serverNs = BigInt(Math.floor(path.serverMs * 1e6))
    const fromMs = path.fromMs + path.jitterMs * chance(3)
    // An honest clock errs by at most nine tenths of what it says of itself.
    const wrong = BigInt(Math.floor((chance(4) * 2 - 1) * 0.9 * Number(header.rootDispersionNs)))
    const t2Ns = this.#shows(phase, now + toNs) + wrong
    const t3Ns = this.#shows(phase, now + toNs + serverNs) + wrong
    const settings = this.#announcing(now) === 0 ? phase.settings : this.#leaping(phase.settings, now)
    return answer(decodePacket(request), t2Ns, t3Ns, settings).map(({ bytes, afterMs }) => ({
      reply: bytes,
      ms: Number(toNs + serverNs) / 1e6 + fromMs + afterMs,
    }))
  }

  #shows(phase: Phase, sinceNs: bigint): bigint {
    const { model } = this.#plot
    if (phase.own) return model.at(sinceNs).wallNs
    return model.startTaiNs + sinceNs - BigInt(model.lineAt(sinceNs).taiUtc) * billion + offsetAt(phase, sinceNs)
  }

  /** The leap indicator that honest references show. */
  #announcing(sinceNs: bigint): number {
    const ahead = this.#plot.leaps.find(({ atNs, announced }) => announced && sinceNs < atNs && atNs - sinceNs <= dayNs)
    return ahead ? (ahead.second === 1 ? 1 : 2) : 0
  }

  #leaping(settings: ReferenceSettings, sinceNs: bigint): ReferenceSettings {
    return { ...settings, header: { ...settings.header, leap: this.#announcing(sinceNs) } }
  }
}

function offsetAt({ fromNs, settings }: Phase, sinceNs: bigint): bigint {
  return settings.offsetNs + floorDivide((sinceNs - fromNs) * settings.driftPpb, billion)
}
