/**
 * The sample, the clock change and the gap nearest to an instant.
 * @module
 */
import type { Block, Place } from './block.js'
import { type Evidence, isGap, type Mark } from './timeline.js'
import type { Answer, Fact } from './types.js'

type Kind = 'sample' | 'clockChange' | 'gap'

const tests: Readonly<Record<Kind, (fact: Fact) => boolean>> = {
  sample: (fact) => fact.kind === 'sample',
  clockChange: (fact) => fact.kind === 'clock-change',
  gap: isGap,
}

/** seq of the records nearest in time; `null` where the trail holds none. */
export async function nearestTo(
  evidence: Evidence,
  marks: readonly Mark[],
  block: Block,
  place: Place,
  utcNs: bigint,
): Promise<Answer['nearest']> {
  const index = marks.findIndex((mark) => mark.block === block.window.block)
  const nearest = async (kind: Kind, has: (mark: Mark) => boolean): Promise<number | null> => {
    const test = tests[kind]
    const sides = [marks.slice(0, index).reverse(), marks.slice(index + 1)]
    const found = inBlock(block, place, utcNs, test)
    for (const side of sides) found.push(...(await inSide(evidence, side.filter(has), block, place, utcNs, test)))
    const least = found.reduce<Near | null>((best, one) => (best && best.away <= one.away ? best : one), null)
    return least?.seq ?? null
  }
  return {
    sample: await nearest('sample', (mark) => mark.samples),
    clockChange: await nearest('clockChange', (mark) => mark.changes),
    gap: await nearest('gap', (mark) => mark.gaps),
  }
}

interface Near {
  readonly seq: number
  readonly away: bigint
}

/** In the block itself: by A where the run is the same, else by UTC. */
function inBlock(block: Block, place: Place, utcNs: bigint, test: (fact: Fact) => boolean): Near[] {
  const { facts, first, end } = block.window
  const found: Near[] = []
  for (let i = first; i < end; i++) {
    const fact = facts[i]
    if (!fact || !test(fact)) continue
    const run = block.runOf[i] ?? -1
    const away = run === place.run || run < 0 ? atOf(fact) - place.aNs : block.labels.at(run, atOf(fact)) - utcNs
    found.push({ seq: fact.seq, away: magnitude(away) })
  }
  return found
}

/** On one side of the block: in the nearest block that holds one, by A in the same boot, else by the UTC of the block. */
async function inSide(
  evidence: Evidence,
  marks: readonly Mark[],
  block: Block,
  place: Place,
  utcNs: bigint,
  test: (fact: Fact) => boolean,
): Promise<Near[]> {
  const mark = marks[0]
  if (!mark) return []
  const boot = block.models[place.run]?.run.boot
  const { facts, first } = await evidence.blocks.outline(mark.block)
  return facts.filter(test).map((fact) => {
    const into = first && fact.boot === first.boot ? fact.bootNs - first.bootNs : 0n
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
