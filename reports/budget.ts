/**
 * The error budget: of what the distance between clock and reference is made up, over all answers of a period.
 * @module
 */
import { roles } from '../lib/ntp/types.js'
import type { SampleBody, StoredGoodReading } from '../lib/trail/types.js'
import type { BudgetTerm } from './document.js'
import type { Run } from './runs.js'
import { Values } from './values.js'

type Term = BudgetTerm['term']

/** The terms in the order of the page. docs/method.md derives them. */
const words: Readonly<Record<Term, string>> = {
  offset: '|offset| of an answer',
  delay: 'delay / 2: asymmetry of the path',
  'root-delay': 'root delay / 2, as the server states',
  'root-dispersion': 'root dispersion, as the server states, at least 15 ppm of the time since it was set',
  precision: "2^precision: resolution of the server's clock",
  reading: 'reading: half the width of the bracket around a reading of the local clock',
  'exchange-drift': 'rate times the length of the exchange, and rounding',
  'root-distance': 'the sum of the terms above but the offset: half the width of what one answer cannot exclude',
  'drift-growth': 'rate times the time to the sample before: how far a bound widens until the next',
}

const terms = Object.keys(words) as Term[]

/** Of one reading (ns). */
interface Terms {
  readonly offset: number
  readonly delay: number
  readonly rootDelay: number
  readonly rootDispersion: number
  readonly precision: number
  readonly bracket: number
  readonly distance: number
}

/** Collects readings as they pass. */
export class BudgetTally {
  readonly #sizes = new Map<Term, Values>(terms.map((term) => [term, new Values()]))
  #last: { readonly boot: string; readonly atNs: bigint } | null = null

  sample(body: SampleBody, boot: string): void {
    for (const reading of Object.values(body.readings)) if (reading?.ok) this.#reading(reading)
    if (!body.consensus.m) return
    this.#bounded(boot, BigInt(body.atNs), body.ratePpb)
  }

  #bounded(boot: string, atNs: bigint, ratePpb: number): void {
    if (this.#last?.boot === boot) this.#growth(Number(atNs - this.#last.atNs), ratePpb)
    this.#last = { boot, atNs }
  }

  #growth(elapsedNs: number, ratePpb: number): void {
    if (elapsedNs > 0) this.#add('drift-growth', Math.ceil((elapsedNs * ratePpb) / 1e9))
  }

  /** Samples without their records; what {@link sample} makes of them. */
  plain({ columns, shape, from, to }: Run): void {
    const { atNs, base } = columns
    for (const role of roles) {
      const asked = shape.roles[role]
      if (!asked) continue
      const own = columns.roles[role]
      const precision = precisionNs(asked)
      for (let i = from; i < to; i += 1) {
        const [offset, delay] = [Math.abs(own.offsetNs[i]!), Math.ceil(own.delayNs[i]! / 2)]
        const [rootDelay, rootDispersion] = [own.rootDelayNs[i]!, own.dispersionNs[i]!]
        const [bracket, distance] = [own.readingNs[i]!, own.rootDistanceNs[i]!]
        this.#terms({ offset, delay, rootDelay, rootDispersion, precision, bracket, distance })
      }
    }
    const { boot, ratePpb } = shape
    this.#bounded(boot, base.atNs + BigInt(atNs[from]!), ratePpb)
    for (let i = from + 1; i < to; i += 1) this.#growth(atNs[i]! - atNs[i - 1]!, ratePpb)
    this.#last = { boot, atNs: base.atNs + BigInt(atNs[to - 1]!) }
  }

  #reading(reading: StoredGoodReading): void {
    const delay = Math.ceil(Number(reading.delayNs) / 2)
    const rootDelay = rootDelayNs(reading)
    const rootDispersion = dispersionNs(reading)
    const precision = precisionNs(reading)
    const bracket = Number(reading.readingNs)
    const distance = Number(reading.rootDistanceNs)
    this.#terms({
      offset: Math.abs(Number(reading.offsetNs)),
      delay,
      rootDelay,
      rootDispersion,
      precision,
      bracket,
      distance,
    })
  }

  #terms({ offset, delay, rootDelay, rootDispersion, precision, bracket, distance }: Terms): void {
    this.#add('offset', offset)
    this.#add('delay', delay)
    this.#add('root-delay', rootDelay)
    this.#add('root-dispersion', rootDispersion)
    this.#add('precision', precision)
    this.#add('reading', bracket)
    this.#add('exchange-drift', Math.max(0, distance - delay - rootDelay - rootDispersion - precision - bracket))
    this.#add('root-distance', distance)
  }

  #add(term: Term, ns: number): void {
    this.#sizes.get(term)?.addNumber(ns)
  }

  /** Terms of which nothing was measured are left out. */
  build(): BudgetTerm[] {
    return terms.flatMap((term) => {
      const sizes = this.#sizes.get(term)
      if (!sizes || sizes.count === 0) return []
      const at = (percent: number) => Number(sizes.quantile(percent)) / 1e9
      const quantiles = { worst: at(100), p99: at(99), p95: at(95), median: at(50) }
      return [{ term, words: words[term], count: sizes.count, ...quantiles }]
    })
  }
}

/** The resolution that a server states, rounded up. */
function precisionNs({ precision }: Pick<StoredGoodReading, 'precision'>): number {
  return Math.ceil(2 ** precision * 1e9)
}

/** Unsigned 16.16 seconds in hexadecimal, as nanoseconds, rounded up. */
function shortNs(digits: string): number {
  return Math.ceil((Number.parseInt(digits, 16) * 1e9) / 65_536)
}

/** Half the root delay that a server states. */
export function rootDelayNs({ rootDelay }: StoredGoodReading): number {
  return Math.ceil(shortNs(rootDelay) / 2)
}

/** max(rootDispersion, 15 ppm of the time since the server's clock was set): RFC 5905 PHI. */
export function dispersionNs({ rootDispersion, t3, referenceTime }: StoredGoodReading): number {
  const seconds = (Number.parseInt(t3.slice(0, 8), 16) - Number.parseInt(referenceTime.slice(0, 8), 16)) | 0
  const fraction = (Number.parseInt(t3.slice(8), 16) - Number.parseInt(referenceTime.slice(8), 16)) / 2 ** 32
  return Math.max(shortNs(rootDispersion), Math.ceil((seconds + fraction) * 15_000))
}
