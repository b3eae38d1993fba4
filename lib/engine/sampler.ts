/**
 * Asks every reference once, side by side: who may be asked, at which address, and what is remembered of the answer.
 * @module
 */
import type { ClockReading, LeapTable } from '../clock/types.js'
import type { Configuration } from '../config/types.js'
import { Association } from '../ntp/association.js'
import { query } from '../ntp/query.js'
import { type GoodReading, type Reading, type ReferenceConfig, type Role, roles } from '../ntp/types.js'
import type { ReferenceBody } from '../trail/types.js'
import type { EngineParts } from './parts.js'

export interface SamplerOptions {
  readonly configuration: Configuration
  readonly parts: EngineParts
  readonly ratePpb: bigint
  /** Gets the looks that exchanges take; returns whether one showed a change. */
  readonly onLook: (reading: ClockReading, notice: 'none' | 'seen' | 'absent') => boolean
  /** Gets what changed about a reference. */
  readonly onReference: (body: ReferenceBody) => void
}

export interface AskOptions {
  /** Whether the packets take tokens of each reference's bucket instead of keeping the poll floor. */
  readonly unscheduled: boolean
  readonly timeoutNs: bigint
  /** Asked after a wait for a token: whether the answer is still wanted. */
  readonly wanted: () => boolean
}

interface Source {
  readonly role: Role
  readonly reference: ReferenceConfig
  readonly association: Association
}

/** Servers make a leap second a little early or late. */
const leapMarginNs = 1_000_000_000n

/**
 * The second of a leap second is shown twice, or not at all, and not by all servers at the same instant: a reading from it may be one
 * second of TAI off either way, and tells nothing.
 */
function outsideLeap(reading: GoodReading, leap: LeapTable): Reading {
  const { host, port, address, header, tests, ignored } = reading
  const utcNs = reading.m.lowNs + reading.atNs - BigInt(reading.taiUtc) * 1_000_000_000n
  const [near] = leap.leapsBetween(utcNs - 2n * leapMarginNs, utcNs + 3n * leapMarginNs)
  const highNs = utcNs + reading.m.highNs - reading.m.lowNs
  if (!near || highNs < near.atNs - 2n * leapMarginNs || utcNs > near.atNs + leapMarginNs) return reading
  const message = 'UTC had a leap second at this exchange: it was discarded and is repeated with the next sample'
  return { ok: false, host, port, address, error: { code: 'ERR_CLOCK_CHANGED', message }, header, tests, ignored }
}

export class Sampler {
  readonly #options: SamplerOptions
  readonly #sources: readonly Source[]

  constructor(options: SamplerOptions) {
    this.#options = options
    const { references, intervalNs } = options.configuration
    this.#sources = roles.flatMap((role, i) => {
      const reference = references[i]
      return reference ? [{ role, reference, association: new Association(reference.host, intervalNs) }] : []
    })
  }

  /** One reading per reference. Resolves when all have answered, failed or timed out; never rejects. */
  async ask(options: AskOptions): Promise<Partial<Record<Role, Reading>>> {
    const asked = this.#sources.map(async (source) => [source.role, await this.#askOne(source, options)] as const)
    return Object.fromEntries(await Promise.all(asked))
  }

  async #askOne(source: Source, { unscheduled, timeoutNs, wanted }: AskOptions): Promise<Reading> {
    const { configuration, parts, ratePpb, onLook } = this.#options
    const { reference, association } = source
    const scheduled = !unscheduled
    while (unscheduled && wanted() && !association.takeToken(parts.clocks.auditNs())) {
      await this.#until(association.tokenAtNs(parts.clocks.auditNs()))
    }
    const reading = await query(reference, {
      resolver: parts.resolver,
      admit: (address) => association.refusal(parts.clocks.auditNs(), { address, scheduled }),
      timeoutNs,
      clocks: parts.clocks,
      timers: parts.timers,
      random64: parts.random64,
      taiUtc: (utcNs) => parts.leap.taiUtc(utcNs),
      ratePpb,
      maxDistanceNs: configuration.maxDistanceNs,
      ownAddresses: parts.ownAddresses,
      onLook,
      ...(parts.openPort ? { openPort: parts.openPort } : {}),
    })
    const { address } = reading
    // The association learns what the server said; the sample, only what is unambiguous.
    for (const event of association.learn(reading, parts.clocks.auditNs(), { address, scheduled })) {
      this.#options.onReference({ type: 'reference', role: source.role, server: reference.host, ...event })
    }
    return reading.ok ? outsideLeap(reading, parts.leap) : reading
  }

  #until(atNs: bigint): Promise<void> {
    const { clocks, timers } = this.#options.parts
    const ms = Math.max(1, Number(atNs - clocks.auditNs()) / 1e6)
    return new Promise((resolve) => {
      timers.setTimeout(resolve, ms)
    })
  }
}
