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
  const near = inWindow(block, place, utcNs)
  const index = marks.findIndex((mark) => mark.block === block.window.block)
  const far = async (kind: Kind, has: (mark: Mark) => boolean): Promise<number | null> =>
    near[kind] ?? (await inTrail(evidence, marks, index, utcNs, tests[kind], has))
  return {
    sample: await far('sample', () => true),
    clockChange: await far('clockChange', (mark) => mark.changes),
    gap: await far('gap', (mark) => mark.gaps),
  }
}

/** Within the window of the block: by A where the run is the same, else by UTC. */
function inWindow(block: Block, place: Place, utcNs: bigint): Record<Kind, number | null> {
  const best: Record<Kind, { seq: number; away: bigint } | null> = { sample: null, clockChange: null, gap: null }
  for (const [i, fact] of block.window.facts.entries()) {
    for (const kind of ['sample', 'clockChange', 'gap'] as const) {
      if (!tests[kind](fact)) continue
      const run = block.runOf[i] ?? -1
      const atNs = fact.kind === 'sample' ? fact.atNs : fact.aNs
      const away = magnitude(run === place.run || run < 0 ? atNs - place.aNs : block.labels.at(run, atNs) - utcNs)
      const known = best[kind]
      if (known === null || away < known.away) best[kind] = { seq: fact.seq, away }
    }
  }
  return {
    sample: best.sample?.seq ?? null,
    clockChange: best.clockChange?.seq ?? null,
    gap: best.gap?.seq ?? null,
  }
}

/** Beyond the window, by the marks: the nearest block on each side that holds one, by the UTC of the block. */
async function inTrail(
  evidence: Evidence,
  marks: readonly Mark[],
  index: number,
  utcNs: bigint,
  test: (fact: Fact) => boolean,
  has: (mark: Mark) => boolean,
): Promise<number | null> {
  const sides = [marks.slice(0, index).reverse(), marks.slice(index + 1)]
  let best: { seq: number; away: bigint } | null = null
  for (const side of sides) {
    for (const mark of side.filter(has)) {
      const { facts, first } = await evidence.blocks.outline(mark.block)
      const found = facts.filter(test)
      if (found.length === 0) continue
      for (const fact of found) {
        const into = first && fact.boot === first.boot ? fact.bootNs - first.bootNs : 0n
        const away = magnitude(mark.fromNs + into - utcNs)
        if (best === null || away < best.away) best = { seq: fact.seq, away }
      }
      break
    }
  }
  return best?.seq ?? null
}

function magnitude(ns: bigint): bigint {
  return ns < 0n ? -ns : ns
}
