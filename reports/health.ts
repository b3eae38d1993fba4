/**
 * How well each reference served, and how references contradict one another, counted from the records of a period.
 * @module
 */
import { formatInstant } from '../lib/instant.js'
import { type Role, roles } from '../lib/ntp/types.js'
import { referenceIdText } from '../lib/trail/document.js'
import type { ReferenceBody, SampleBody, StoredGoodReading, StoredReading } from '../lib/trail/types.js'
import { areApart, differenceOf, pairs, type ShapeOfRole } from './columns.js'
import type { Disagreement, ReferenceHealth } from './document.js'
import type { Run } from './runs.js'
import { seconds } from './seconds.js'
import { Values } from './values.js'

interface Stretch {
  readonly fromNs: bigint
  toNs: bigint
  readonly fromSeq: number
  toSeq: number
  count: number
}

/** Collects samples and reference records as they pass. */
export class HealthTally {
  readonly #roles = new Map<Role, RoleHealth>()
  readonly #pairs: readonly Pair[] = pairs.map(([a, b]) => new Pair(a, b))

  sample(body: SampleBody, seq: number, utcNs: bigint): void {
    for (const role of roles) {
      const reading = body.readings[role]
      if (reading) this.#role(role).reading(reading, body.consensus.dissent.includes(role), seq, utcNs)
    }
    for (const pair of this.#pairs) pair.sample(body, seq, utcNs)
  }

  /** Samples without their records; what {@link sample} makes of them. */
  plain(run: Run): void {
    const asked = run.shape.roles
    for (const role of roles) {
      const shape = asked[role]
      if (shape) this.#role(role).plain(shape, run.to - run.from)
    }
    for (const [n, [a, b]] of pairs.entries()) if (asked[a] && asked[b]) this.#pairs[n]?.run(run, n)
  }

  reference({ role, what, before, after }: ReferenceBody, seq: number, wall: string): void {
    this.#role(role).changes.push({ seq, wall, what, before, after })
  }

  /** @param smear how each reference treats leap seconds, as configured */
  build(smear: Readonly<Partial<Record<Role, string>>>): {
    readonly health: ReferenceHealth[]
    readonly disagreements: Disagreement[]
  } {
    const health = roles.flatMap((role) => {
      const one = this.#roles.get(role)
      return one ? [one.build(role, smear[role] ?? 'none')] : []
    })
    return { health, disagreements: this.#pairs.flatMap((pair) => pair.build()) }
  }

  #role(role: Role): RoleHealth {
    const known = this.#roles.get(role)
    if (known) return known
    const made = new RoleHealth()
    this.#roles.set(role, made)
    return made
  }
}

class RoleHealth {
  readonly changes: ReferenceHealth['changes'][number][] = []
  readonly #suspicions: Stretch[] = []
  readonly #kisses = new Map<string, number>()
  readonly #leap = new Map<string, number>()
  readonly #strata = new Map<string, number>()
  readonly #ids = new Map<string, number>()
  readonly #plain = new Map<ShapeOfRole, number>()
  #asked = 0
  #answered = 0
  #silence: Stretch | null = null
  #longest: Stretch | null = null
  #suspected = false

  reading(reading: StoredReading, dissents: boolean, seq: number, utcNs: bigint): void {
    const before = this.#suspected
    if (reading.ok) {
      this.#answers(reading)
    } else {
      this.#asked += 1
      const kiss = /^ERR_KISS_(.+)$/.exec(reading.error.code)?.[1]
      if (kiss !== undefined) count(this.#kisses, kiss)
      this.#silence = extend(this.#silence, seq, utcNs)
      if (!this.#longest || this.#silence.count > this.#longest.count) this.#longest = this.#silence
    }
    if (dissents) {
      const last = before ? (this.#suspicions.pop() ?? null) : null
      this.#suspicions.push(extend(last, seq, utcNs))
    }
    this.#suspected = dissents
  }

  /** The same answer again and again, of samples that have their shape in common. */
  plain(shape: ShapeOfRole, times: number): void {
    this.#asked += times
    this.#answered += times
    this.#silence = null
    this.#suspected = false
    this.#plain.set(shape, (this.#plain.get(shape) ?? 0) + times)
  }

  #answers({ li, stratum, referenceId }: Pick<StoredGoodReading, 'li' | 'stratum' | 'referenceId'>): void {
    this.#asked += 1
    this.#answered += 1
    this.#silence = null
    this.#count(li, stratum, referenceId, 1)
  }

  #count(li: number, stratum: number, referenceId: string, times: number): void {
    count(this.#leap, String(li), times)
    count(this.#strata, String(stratum), times)
    count(this.#ids, referenceIdText(referenceId, stratum), times)
  }

  build(role: Role, smear: string): ReferenceHealth {
    for (const [{ li, stratum, referenceId }, times] of this.#plain) this.#count(li, stratum, referenceId, times)
    this.#plain.clear()
    const longest = this.#longest
    return {
      role,
      reach: this.#asked === 0 ? 0 : Math.floor((this.#answered * 1e9) / this.#asked) / 1e9,
      longestSilence: longest && {
        requests: longest.count,
        from: formatInstant(longest.fromNs),
        to: formatInstant(longest.toNs),
      },
      suspicions: this.#suspicions.map((run) => ({
        from: formatInstant(run.fromNs),
        to: formatInstant(run.toNs),
        samples: run.count,
        fromSeq: run.fromSeq,
        toSeq: run.toSeq,
      })),
      kisses: plain(this.#kisses),
      leap: plain(this.#leap),
      smear,
      strata: plain(this.#strata),
      referenceIds: plain(this.#ids),
      changes: this.changes,
    }
  }
}

/** Two references in the same samples. */
class Pair {
  readonly #a: Role
  readonly #b: Role
  readonly #sizes = new Values()
  #disjoint = 0
  #worst: { readonly ns: bigint; readonly atNs: bigint; readonly seq: number } | null = null

  constructor(a: Role, b: Role) {
    this.#a = a
    this.#b = b
  }

  sample({ readings }: SampleBody, seq: number, utcNs: bigint): void {
    const [a, b] = [readings[this.#a], readings[this.#b]]
    if (!a?.ok || !b?.ok) return
    // Offsets speak of their own instants: M, which the clock cannot move, tells whether two answers meet.
    const difference = differenceOf(a, b)
    const size = magnitude(difference)
    this.#sizes.add(size)
    if (areApart(a, b)) this.#disjoint += 1
    if (!this.#worst || size > magnitude(this.#worst.ns)) this.#worst = { ns: difference, atNs: utcNs, seq }
  }

  /** @param n the pair's place among {@link pairs} */
  run(run: Run, n: number): void {
    const { disjoint, seq } = run.columns
    const differences = run.columns.differences[n]!
    let worst = this.#worst ? magnitude(this.#worst.ns) : -1n
    for (let i = run.from; i < run.to; i += 1) {
      const size = Math.abs(differences[i]!)
      this.#sizes.addNumber(size)
      if ((disjoint[i]! & (1 << n)) !== 0) this.#disjoint += 1
      if (size <= worst) continue
      worst = BigInt(size)
      this.#worst = { ns: BigInt(differences[i]!), atNs: run.utcNs(i), seq: seq[i]! }
    }
  }

  build(): Disagreement[] {
    const worst = this.#worst
    if (!worst) return []
    return [
      {
        a: this.#a,
        b: this.#b,
        compared: this.#sizes.count,
        disjoint: this.#disjoint,
        worst: { difference: seconds(worst.ns), at: formatInstant(worst.atNs), seq: worst.seq },
        median: Number(this.#sizes.quantile(50)) / 1e9,
      },
    ]
  }
}

function magnitude(ns: bigint): bigint {
  return ns < 0n ? -ns : ns
}

function extend(run: Stretch | null, seq: number, utcNs: bigint): Stretch {
  if (!run) return { fromNs: utcNs, toNs: utcNs, fromSeq: seq, toSeq: seq, count: 1 }
  run.toNs = utcNs
  run.toSeq = seq
  run.count += 1
  return run
}

function count(counts: Map<string, number>, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times)
}

/** In a stable order. */
function plain(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}
