/**
 * Holds what evidence says against the truth of a simulated computer.
 * @module
 */
import type { Block } from '../../lib/evidence/block.js'
import type { RunModel } from '../../lib/evidence/model.js'
import { bandAt } from '../../lib/evidence/rational.js'
import { type Span, spansOf } from '../../lib/evidence/spans.js'
import { Evidence } from '../../lib/evidence/timeline.js'
import type { Fact, FactSource } from '../../lib/evidence/types.js'
import { contains, type IntervalNs } from '../../lib/interval.js'
import type { Simulated, Truth } from './sim.js'

/** What is said of an instant of A. */
export interface Said {
  readonly span: Span
  readonly bound: IntervalNs | null
  readonly forward: IntervalNs | null
  readonly utcNs: bigint
  readonly block: Block
  readonly run: number
}

/** What evidence says of the instant at which a boot's A stood at `truth.a`; `null` outside all runs. */
export async function saidOf(
  source: FactSource,
  facts: readonly Fact[],
  truth: Truth,
  gapNs: bigint,
): Promise<Said | null> {
  const i = facts.findLastIndex((fact) => fact.boot === truth.boot && fact.aNs <= truth.a)
  const fact = facts[i]
  if (!fact) return null
  const evidence = Evidence.of(source)
  const block = await evidence.block(Math.floor((fact.seq - 1) / 512))
  for (const part of block.parts) {
    const model = part.kind === 'run' ? block.models[part.run] : undefined
    if (part.kind !== 'run' || !model || model.run.boot !== truth.boot) continue
    if (truth.a < part.fromNs || truth.a >= part.toNs) continue
    const span = spansIn(model, part, gapNs).find((one) => one.fromNs <= truth.a && truth.a < one.toNs)
    if (!span) return null
    const at = (ends: Span['bound']): IntervalNs | null => ends && bandAt({ ...span, ...ends }, truth.a)
    const utcNs = block.labels.at(part.run, truth.a)
    return { span, bound: at(span.bound), forward: at(span.forward), utcNs, block, run: part.run }
  }
  return null
}

const known = new WeakMap<object, Span[]>()

function spansIn(model: RunModel, part: { fromNs: bigint; toNs: bigint }, gapNs: bigint): Span[] {
  const spans = known.get(part) ?? spansOf(model, part.fromNs, part.toNs, gapNs)
  known.set(part, spans)
  return spans
}

/** Fails where a bound misses the truth. Gives back how many instants had a bound. */
export async function checkBounds(
  sim: Simulated,
  source: FactSource,
  instants: readonly bigint[],
  gapNs: bigint,
): Promise<{ bounded: number; asked: number }> {
  let bounded = 0
  for (const since of [...instants].sort((a, b) => (a < b ? -1 : 1))) {
    const truth = sim.at(since)
    if (!truth.awake || !truth.on) continue
    const said = await saidOf(source, sim.facts, truth, gapNs)
    if (!said) continue
    for (const [name, bound] of [
      ['hindsight', said.bound],
      ['as known then', said.forward],
    ] as const) {
      if (bound && !contains(bound, truth.error)) {
        throw new Error(
          `${name}: ${truth.error} ns is not in [${bound.lowNs}, ${bound.highNs}] at ${since} ns, A ${truth.a} of ${truth.boot}; ` +
            `span ${said.span.fromNs}..${said.span.toNs}, records ${said.span.seqs.join(' ')}`,
        )
      }
    }
    if (said.bound) bounded++
  }
  return { bounded, asked: instants.length }
}
