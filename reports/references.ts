/**
 * What each reference did in a period, counted from the sample records: asked, answered, refused, dissented, and how its
 * offsets, delays and root distances lay.
 * @module
 */
import type { Role } from '../lib/ntp/types.js'
import { roles } from '../lib/ntp/types.js'
import type { SampleBody, StoredGoodReading } from '../lib/trail/types.js'
import type { ShapeOfRole } from './columns.js'
import { distributionOf } from './distribution.js'
import type { Distribution } from './document.js'
import type { Run } from './runs.js'
import { seconds } from './seconds.js'
import type { ReportResult } from './types.js'
import { Values } from './values.js'

type Summary = NonNullable<ReportResult['references'][Role]>
type Spread = Summary['offset']

/** Error codes that mean: an answer came, and was refused. */
const refusals = /^ERR_(TEST_FAILED|KISS_)/

/** What the configuration says of a reference. */
export interface ReferenceClaim {
  readonly operator: string | null
  readonly traceableTo: string | null
}

/** Counts samples as they pass. */
export class ReferenceTally {
  readonly #roles = new Map<Role, RoleTally>()

  sample(body: SampleBody): void {
    for (const role of roles) {
      const reading = body.readings[role]
      if (!reading) continue
      const tally = this.#role(role)
      tally.asked += 1
      tally.from(reading)
      if (body.consensus.dissent.includes(role)) tally.dissented += 1
      if (reading.ok) {
        tally.good(reading)
      } else {
        const { code } = reading.error
        tally.errors.set(code, (tally.errors.get(code) ?? 0) + 1)
        if (refusals.test(code)) tally.refused += 1
        if (reading.stratum !== null) tally.strata.add(reading.stratum)
      }
    }
  }

  /** Samples without their records; what {@link sample} makes of them. */
  plain(run: Run): void {
    for (const role of roles) {
      const shape = run.shape.roles[role]
      if (shape) this.#role(role).run(run, role, shape)
    }
  }

  /** @param claims what the configuration says of each role */
  build(claims: Readonly<Partial<Record<Role, ReferenceClaim>>>): ReportResult['references'] {
    const summaries: { [role in Role]?: Summary } = {}
    for (const role of roles) {
      const tally = this.#roles.get(role)
      if (tally) summaries[role] = tally.build(claims[role] ?? { operator: null, traceableTo: null })
    }
    return summaries
  }

  /** How the offsets of each reference lie. */
  distributions(): ReportResult['distributions']['references'] {
    const made: { [role in Role]?: Distribution } = {}
    for (const role of roles) {
      const one = this.#roles.get(role)?.distribution() ?? null
      if (one) made[role] = one
    }
    return made
  }

  /** The reference whose answers exclude most: half its delay and its root distance (ns), each the median. `null`: none answered. */
  best(): { readonly halfDelayNs: bigint; readonly rootDistanceNs: bigint } | null {
    const all = [...this.#roles.values()].flatMap((tally) => tally.quality() ?? [])
    return all.reduce<(typeof all)[number] | null>(
      (best, one) => (best && best.rootDistanceNs <= one.rootDistanceNs ? best : one),
      null,
    )
  }

  #role(role: Role): RoleTally {
    const known = this.#roles.get(role)
    if (known) return known
    const made = new RoleTally()
    this.#roles.set(role, made)
    return made
  }
}

class RoleTally {
  asked = 0
  answered = 0
  refused = 0
  dissented = 0
  self = 0
  readonly servers = new Set<string>()
  readonly addresses = new Set<string>()
  readonly strata = new Set<number>()
  readonly errors = new Map<string, number>()
  #last: object | null = null
  readonly #offset = new Values()
  readonly #delay = new Values()
  readonly #rootDistance = new Values()

  good({ self, stratum, offsetNs, delayNs, rootDistanceNs }: StoredGoodReading): void {
    this.answered += 1
    if (self) this.self += 1
    this.strata.add(stratum)
    this.#offset.add(BigInt(offsetNs))
    this.#delay.add(BigInt(delayNs))
    this.#rootDistance.add(BigInt(rootDistanceNs))
  }

  /** Whom was asked. */
  from(reading: { readonly server: string; readonly port: number; readonly address: string | null }): void {
    // Mostly the same object again, of samples that have their shape in common.
    if (reading === this.#last) return
    this.#last = reading
    this.servers.add(`${reading.server}:${reading.port}`)
    if (reading.address !== null) this.addresses.add(reading.address)
  }

  run({ columns, from, to }: Run, role: Role, shape: ShapeOfRole): void {
    const { offsetNs, delayNs, rootDistanceNs } = columns.roles[role]
    const count = to - from
    this.asked += count
    this.answered += count
    if (shape.self) this.self += count
    this.from(shape)
    this.strata.add(shape.stratum)
    this.#offset.addAll(offsetNs, from, to)
    this.#delay.addAll(delayNs, from, to)
    this.#rootDistance.addAll(rootDistanceNs, from, to)
  }

  quality(): { readonly halfDelayNs: bigint; readonly rootDistanceNs: bigint } | null {
    if (this.#delay.count === 0) return null
    const halfDelayNs = (this.#delay.quantile(50) + 1n) / 2n
    const rootDistanceNs = this.#rootDistance.quantile(50)
    return { halfDelayNs, rootDistanceNs: rootDistanceNs > halfDelayNs ? rootDistanceNs : halfDelayNs }
  }

  distribution(): Distribution | null {
    return distributionOf(this.#offset)
  }

  build(claim: ReferenceClaim): Summary {
    return {
      servers: [...this.servers],
      addresses: [...this.addresses],
      operator: claim.operator,
      traceableTo: claim.traceableTo,
      asked: this.asked,
      answered: this.answered,
      refused: this.refused,
      dissented: this.dissented,
      self: this.self,
      stratum: [...this.strata].sort((a, b) => a - b),
      errors: Object.fromEntries([...this.errors].sort(([a], [b]) => (a < b ? -1 : 1))),
      offset: spread(this.#offset),
      delay: spread(this.#delay),
      rootDistance: spread(this.#rootDistance),
    }
  }
}

/** The median is the lower of the two middle values: always one that was measured. */
function spread(values: Values): Spread {
  if (values.count === 0) return null
  return {
    least: seconds(values.quantile(0), 'down'),
    median: seconds(values.quantile(50)),
    most: seconds(values.quantile(100), 'up'),
  }
}
