/**
 * The sample, the clock change and the gap nearest to an instant.
 * @module
 */
import type { Block, Place } from './block.js'
import { atOf, isOf } from './outline.js'
import type { Evidence, Mark } from './timeline.js'
import type { Answer, Fact, NearKind } from './types.js'

/** seq of the records nearest in time; `null` where the trail holds none. */
export async function nearestTo(
  evidence: Evidence,
  marks: readonly Mark[],
  block: Block,
  place: Place,
  utcNs: bigint,
): Promise<Answer['nearest']> {
  const { window } = block
  const index = marks.findIndex((mark) => mark.block === window.block)
  const of = async (kind: NearKind): Promise<number | null> => {
    const before = marks.slice(0, index).findLast((mark) => mark[kind])
    const after = marks.slice(index + 1).find((mark) => mark[kind])
    const own = window.facts.slice(window.first, window.end).filter((fact) => isOf(kind, fact))
    const found = inBlock(block, own, place, utcNs)
    for (const mark of [before, after])
      if (mark) found.push(...(await beside(evidence, mark, kind, block, place, utcNs)))
    const least = found.reduce<Nearby | null>((best, one) => (best && best.away <= one.away ? best : one), null)
    return least?.seq ?? null
  }
  return { sample: await of('samples'), clockChange: await of('changes'), gap: await of('gaps') }
}

interface Nearby {
  readonly seq: number
  readonly away: bigint
}

/** In the block itself: by A where the run is the same, else by UTC. */
function inBlock(block: Block, facts: readonly Fact[], place: Place, utcNs: bigint): Nearby[] {
  const { window, runOf, labels } = block
  return facts.map((fact) => {
    const run = runOf[indexOf(window, fact.seq)] ?? -1
    const away = run === place.run || run < 0 ? atOf(fact) - place.aNs : labels.at(run, atOf(fact)) - utcNs
    return { seq: fact.seq, away: magnitude(away) }
  })
}

/** Where in its window the record of the block with this seq stands. */
function indexOf({ facts, first, end }: Block['window'], seq: number): number {
  let [low, high] = [first, end - 1]
  while (low < high) {
    const half = (low + high + 1) >> 1
    if ((facts[half]?.seq ?? 0) <= seq) low = half
    else high = half - 1
  }
  return low
}

/** At the ends of the nearest block on one side that holds one: by A in the same boot, else by the UTC of the block. */
async function beside(
  evidence: Evidence,
  mark: Mark,
  kind: NearKind,
  block: Block,
  place: Place,
  utcNs: bigint,
): Promise<Nearby[]> {
  const boot = block.models[place.run]?.run.boot
  const { first, near } = await evidence.blocks.outline(mark.block)
  return near[kind].map((one) => {
    const into = first && one.boot === first.boot ? one.bootNs - first.bootNs : 0n
    const away = one.boot === boot ? one.atNs - place.aNs : mark.fromNs + into - utcNs
    return { seq: one.seq, away: magnitude(away) }
  })
}

function magnitude(ns: bigint): bigint {
  return ns < 0n ? -ns : ns
}
