/**
 * Holds what is said of a simulated computer against its truth: bounds at chosen instants, verdicts, sums.
 * @module
 */
import { pieces } from '../../lib/evidence/pieces.js'
import { stretches } from '../../lib/evidence/stretches.js'
import type { Fact, FactSource, Stretch } from '../../lib/evidence/types.js'
import { contains } from '../../lib/interval.js'
import type { Simulation } from '../../lib/testing/simulate.js'
import { type Said, saidOf } from '../evidence/check.js'
import type { Truth } from '../evidence/sim.js'

/** The truth in the words of the room of evidence. */
export function truthAt(simulation: Simulation, sinceNs: bigint): Truth {
  const { utcNs, bootId, aNs, dNs, wallNs, errorNs, mNs, on, awake } = simulation.truth.at(sinceNs)
  return { utc: utcNs, boot: bootId, a: aNs, d: dNs, wall: wallNs, error: errorNs, m: mNs, on, awake }
}

/** What is said of an instant; `null` where the computer was off or asleep, or nothing was recorded. */
export async function saidAt(simulation: Simulation, sinceNs: bigint): Promise<Said | null> {
  const truth = truthAt(simulation, sinceNs)
  if (!truth.on || !truth.awake) return null
  const fact = lastBefore(simulation.facts, truth)
  return fact && saidOf(simulation.source, [fact], truth, simulation.configuration.longestGapNs)
}

const boots = new WeakMap<readonly Fact[], Map<string, { first: number; last: number }>>()

/** The last record of a boot at or before an instant of A, which only rises from record to record. */
function lastBefore(facts: readonly Fact[], { boot, a }: Truth): Fact | null {
  let ranges = boots.get(facts)
  if (!ranges) {
    ranges = new Map()
    for (const [i, fact] of facts.entries()) {
      const range = ranges.get(fact.boot)
      if (range) range.last = i
      else ranges.set(fact.boot, { first: i, last: i })
    }
    boots.set(facts, ranges)
  }
  const range = ranges.get(boot)
  if (!range || (facts[range.first]?.aNs ?? a) > a) return null
  let { first: low, last: high } = range
  while (low < high) {
    const half = (low + high + 1) >> 1
    if ((facts[half]?.aNs ?? 0n) <= a) low = half
    else high = half - 1
  }
  return facts[low] ?? null
}

export interface Held {
  /** Instants that were asked about while the computer ran, and how many of them had a bound. */
  asked: number
  bounded: number
  /** Where a bound misses the truth, or a verdict is wrong. */
  readonly wrong: string[]
}

/** Asks about instants: the truth must lie in both bounds, and the stretch that holds them must not be wrong. */
export async function hold(
  simulation: Simulation,
  instants: readonly bigint[],
  list: readonly Stretch[],
  toleranceNs: bigint,
): Promise<Held> {
  const held: Held = { asked: 0, bounded: 0, wrong: [] }
  let at = 0
  for (const sinceNs of [...instants].sort((a, b) => (a < b ? -1 : 1))) {
    const said = await saidAt(simulation, sinceNs)
    if (!said) continue
    held.asked++
    const { error } = truthAt(simulation, sinceNs)
    if (said.bound) held.bounded++
    for (const [name, bound] of [
      ['hindsight', said.bound],
      ['then', said.forward],
    ] as const) {
      if (!bound || contains(bound, error)) continue
      held.wrong.push(
        `${name}: ${error} not in [${bound.lowNs}, ${bound.highNs}] at ${sinceNs}, records ${said.span.seqs}`,
      )
    }
    while (list[at] && (list[at]?.toNs ?? 0n) <= said.utcNs) at++
    if ((list[at]?.fromNs ?? 0n) > said.utcNs) at = list.findIndex(({ toNs }) => toNs > said.utcNs)
    const stretch = list[at < 0 ? list.length : at]
    // In an inserted leap second UTC shows what it showed before: a label names the first of both.
    if (simulation.truth.atUtc(simulation.truth.at(sinceNs).utcNs)?.sinceNs !== sinceNs) continue
    // The label of an instant is its UTC within the bound; at the seams it may lie in the neighbour.
    if (!stretch || stretch.fromNs + 5n > said.utcNs || stretch.toNs - 5n <= said.utcNs) continue
    const away = error < 0n ? -error : error
    if (stretch.verdict === 'PROVEN' && away > toleranceNs) held.wrong.push(`PROVEN, ${error} off at ${sinceNs}`)
    if (stretch.verdict === 'VIOLATED' && away <= toleranceNs) held.wrong.push(`VIOLATED, ${error} off at ${sinceNs}`)
  }
  return held
}

/** The verdicts over the whole simulation, or a period of UTC. */
export async function verdicts(
  simulation: Simulation,
  toleranceNs: bigint,
  period: { readonly fromNs: bigint; readonly toNs: bigint } = simulation,
  source: FactSource = simulation.source,
): Promise<Stretch[]> {
  const { longestGapNs } = simulation.configuration
  const list: Stretch[] = []
  const { fromNs, toNs } = period
  for await (const one of stretches(pieces(source, { fromNs, toNs, longestGapNs }), toleranceNs)) list.push(one)
  return list
}

/** Seconds of a verdict. */
export function seconds(list: readonly Stretch[], verdict?: Stretch['verdict'], cause?: Stretch['cause']): number {
  const those = list.filter((one) => (verdict ?? one.verdict) === one.verdict && (cause ?? one.cause) === one.cause)
  return Number(those.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0n)) / 1e9
}

/** Instants all over a simulation, and closely around what happens. */
export function instantsOf(lengthNs: bigint, around: readonly bigint[], everyNs = 7_013_000_000n): bigint[] {
  const found: bigint[] = []
  for (let at = 0n; at < lengthNs; at += everyNs) found.push(at)
  for (const at of around) {
    for (const by of [-700, -200, -1, 1, 90, 180, 260, 400, 700, 1_500, 4_000]) {
      const near = at + BigInt(by) * 1_000_000n
      if (near > 0n && near < lengthNs) found.push(near)
    }
  }
  return found
}
