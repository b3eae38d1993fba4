/**
 * The sample, the clock change and the gap nearest to an instant.
 * @module
 */
import type { Block, Place } from './block.js'
import type { Evidence, Mark } from './timeline.js'
import type { Answer, Fact } from './types.js'

type Kind = 'samples' | 'changes' | 'gaps'

/** seq of the records nearest in time; `null` where the trail holds none. */
export async function nearestTo(
  evidence: Evidence,
  marks: readonly Mark[],
  block: Block,
  place: Place,
  utcNs: bigint,
): Promise<Answer['nearest']> {
  const index = marks.findIndex((mark) => mark.block === block.window.block)
  const of = async (kind: Kind): Promise<number | null> => {
    const before = marks.slice(0, index).findLast((mark) => mark[kind])
    const after = marks.slice(index + 1).find((mark) => mark[kind])
    const own = await evidence.blocks.outline(block.window.block)
    const found = inBlock(block, own[kind], place, utcNs)
    for (const mark of [before, after])
      if (mark) found.push(...(await beside(evidence, mark, kind, block, place, utcNs)))
    const least = found.reduce<Near | null>((best, one) => (best && best.away <= one.away ? best : one), null)
    return least?.seq ?? null
  }
  return { sample: await of('samples'), clockChange: await of('changes'), gap: await of('gaps') }
}

interface Near {
  readonly seq: number
  readonly away: bigint
}

/** In the block itself: by A where the run is the same, else by UTC. */
function inBlock(block: Block, facts: readonly Fact[], place: Place, utcNs: bigint): Near[] {
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

/** In the nearest block on one side that holds one: by A in the same boot, else by the UTC of the block. */
async function beside(
  evidence: Evidence,
  mark: Mark,
  kind: Kind,
  block: Block,
  place: Place,
  utcNs: bigint,
): Promise<Near[]> {
  const boot = block.models[place.run]?.run.boot
  const outline = await evidence.blocks.outline(mark.block)
  return outline[kind].map((fact) => {
    const into = outline.first && fact.boot === outline.first.boot ? fact.bootNs - outline.first.bootNs : 0n
    const away = fact.boot === boot ? atOf(fact) - place.aNs : mark.fromNs + into - utcNs
    return { seq: fact.seq, away: magnitude(away) }
  })
}

function atOf(fact: Fact): bigint {
  return fact.kind === 'sample' ? fact.atNs : fact.aNs
}

function magnitude(ns: bigint): bigint {
  return ns < 0n ? -ns : ns
}
