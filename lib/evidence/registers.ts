/**
 * The registers of a period: every clock change with the unscheduled sample it caused, and every stretch that was not
 * watched.
 * @module
 */
import type { Block } from './block.js'
import { acrossBreak } from './pieces.js'
import type { Break, ChangeFact, GapFact, Hole } from './runs.js'
import { Evidence, firstMark, type Mark } from './timeline.js'
import { blockOfSeq, type ChangeEntry, type Fact, type FactSource, type GapEntry, type Period } from './types.js'

type Span = Pick<Period, 'fromNs' | 'toNs'>

/** The clock changes that touch a period, in order of seq. */
export async function changes(source: FactSource, period: Span): Promise<ChangeEntry[]> {
  const found: ChangeEntry[] = []
  for await (const { mark, evidence } of blocksOf(source, period, 'changes')) {
    // The sample that a change caused may stand in the block behind.
    const entries = await evidence.remembered(
      'changes',
      mark.block,
      (block) => changeEntries(block, evidence),
      mark.block + 1,
    )
    found.push(...entries.filter((one) => one.latestNs >= period.fromNs && one.earliestNs < period.toNs))
  }
  return found
}

async function changeEntries(block: Block, evidence: Evidence): Promise<ChangeEntry[]> {
  const { facts, first, end } = block.window
  const next = await evidence.blocks.facts(block.window.block + 1)
  const entries: ChangeEntry[] = []
  for (let i = first; i < end; i++) {
    const fact = facts[i]
    if (fact?.kind === 'clock-change') entries.push(changeEntry(block, i, fact, next))
  }
  return entries
}

/** The stretches of a period that were not watched, or of which something is missing, in order of time. */
export async function gaps(source: FactSource, period: Span): Promise<GapEntry[]> {
  const found = new Map<string, GapEntry>()
  for await (const { mark, evidence } of blocksOf(source, period, 'gaps')) {
    const name = `gaps ${mark.toNs}`
    const known = await evidence.remembered(name, mark.block, (block) => ({
      entries: [...breakEntries(block, mark), ...holeEntries(block)],
      plain: block.window.facts.some(isPlainGap),
    }))
    const plain = known.plain ? await plainEntries(evidence, await evidence.block(mark.block)) : []
    for (const entry of [...known.entries, ...plain]) {
      const inside = entry.toNs > period.fromNs && entry.fromNs < period.toNs
      const key = `${entry.seq} ${entry.cause}`
      if (inside && !found.has(key)) found.set(key, entry)
    }
  }
  return [...found.values()].sort((a, b) => (a.fromNs === b.fromNs ? a.seq - b.seq : a.fromNs < b.fromNs ? -1 : 1))
}

/** The blocks that touch a period, and the one behind, whose records may tell of its end. */
async function* blocksOf(
  source: FactSource,
  { fromNs, toNs }: Span,
  kind: 'changes' | 'gaps',
): AsyncGenerator<{ mark: Mark; evidence: Evidence }> {
  const evidence = Evidence.of(source)
  const marks = await evidence.timeline()
  for (let i = Math.max(0, firstMark(marks, fromNs) - 1); i < marks.length; i++) {
    const mark = marks[i]
    if (!mark) return
    // Without a change in it, or with nothing in reach that breaks a clock, a block tells of none.
    const idle = kind === 'changes' ? !mark.changes : await evidence.blocks.isCalm(mark.block)
    if (!idle) yield { mark, evidence }
    if (mark.fromNs >= toNs) return
  }
}

/** UTC of an instant of A near a fact of the window, and whether it is an estimate. */
export function utcNear(block: Block, i: number, aNs: bigint): { utcNs: bigint; estimated: boolean } {
  const boot = block.window.facts[i]?.boot
  const own = block.runOf[i] ?? -1
  for (let run = own; run >= 0; run--) {
    const model = block.models[run]?.run
    if (!model || model.boot !== boot) break
    if (model.startNs <= aNs && aNs <= model.endNs) {
      return { utcNs: block.labels.at(run, aNs), estimated: block.labels.estimated(run, aNs, aNs) }
    }
  }
  return { utcNs: own < 0 ? 0n : block.labels.at(own, aNs), estimated: true }
}

function changeEntry(block: Block, i: number, fact: ChangeFact, more: readonly Fact[]): ChangeEntry {
  const caused = (next: Fact): boolean => next.kind === 'sample' && next.trigger === fact.seq
  const sample = block.window.facts.slice(i).find(caused) ?? more.find(caused)
  const earliest = utcNear(block, i, fact.earliestNs).utcNs
  const latest = utcNear(block, i, fact.latestNs).utcNs
  return {
    seq: fact.seq,
    earliestNs: earliest,
    latestNs: latest > earliest ? latest : earliest,
    size: fact.size,
    class: fact.class,
    by: fact.by,
    wallBeforeNs: fact.wallBeforeNs,
    wallAfterNs: fact.wallAfterNs,
    sample: sample?.seq ?? null,
    error: sample?.kind === 'sample' ? sample.error : null,
  }
}

/** Stretches between two runs: off, asleep, or lost. */
function breakEntries(block: Block, mark: Mark): GapEntry[] {
  return block.parts.flatMap((part) => {
    if (part.kind !== 'break') return []
    const seq = seqOf(block, part.break)
    return acrossBreak(block, part.before, part.break, mark.toNs).map(({ fromNs, toNs, lack }) => ({
      ...{ seq, fromNs, toNs, cause: (lack?.cause ?? part.break.lack.cause) as GapEntry['cause'] },
      ...({ breaks: 'mono', estimated: true } as const),
    }))
  })
}

/** The gap record that stands beside the `open` of a break, else the `open`. */
function seqOf({ window }: Block, { seq, bootNs }: Break): number {
  if (bootNs === null) return seq
  const beside = window.facts.find((fact) => fact.seq > seq && fact.seq <= seq + 4 && isOfBoot(fact))
  return beside?.seq ?? seq
}

function isOfBoot(fact: Fact): fact is GapFact {
  return fact.kind === 'gap' && fact.breaks === 'mono' && fact.fromNs === null
}

/** Stretches of A in which nobody looked, where they end in this block. */
function holeEntries(block: Block): GapEntry[] {
  const entries: GapEntry[] = []
  const seen = new Set<Hole>()
  for (const part of block.parts) {
    const model = part.kind === 'run' ? block.models[part.run] : undefined
    if (part.kind !== 'run' || !model) continue
    for (const hole of model.holes) {
      const toNs = hole.toNs < model.run.endNs ? hole.toNs : model.run.endNs
      if (hole.lack.verdict === 'INDETERMINATE' || seen.has(hole) || toNs <= part.fromNs || toNs > part.toNs) continue
      seen.add(hole)
      if (told(model.holes, hole, block)) continue
      const fromNs = hole.fromNs > model.run.startNs ? hole.fromNs : model.run.startNs
      entries.push({
        seq: hole.seq,
        fromNs: block.labels.at(part.run, fromNs),
        toNs: block.labels.at(part.run, toNs),
        cause: hole.lack.cause as GapEntry['cause'],
        breaks: 'wall',
        estimated: block.labels.estimated(part.run, fromNs, toNs),
      })
    }
  }
  return entries
}

/** Whether this hole comes from an `open` and a gap record tells of the same stretch. */
function told(holes: readonly Hole[], hole: Hole, { window }: Block): boolean {
  const isOpen = (seq: number): boolean => window.facts.some((fact) => fact.seq === seq && fact.kind === 'open')
  if (!isOpen(hole.seq)) return false
  return holes.some(
    (other) => other !== hole && !isOpen(other.seq) && other.lack.verdict !== 'INDETERMINATE' && meets(other, hole),
  )
}

function meets(a: Hole, b: Hole): boolean {
  return a.fromNs < b.toNs && b.fromNs < a.toNs
}

function isPlainGap(fact: Fact): fact is GapFact {
  return fact.kind === 'gap' && fact.breaks === 'none'
}

/** Gaps that break neither clock: no reference, records that could not be written. Each by the block that holds it. */
async function plainEntries(evidence: Evidence, block: Block): Promise<GapEntry[]> {
  const entries: GapEntry[] = []
  for (const fact of block.window.facts) {
    if (!isPlainGap(fact)) continue
    const own = blockOfSeq(fact.seq) === block.window.block ? block : await evidence.block(blockOfSeq(fact.seq))
    const i = own.window.facts.findIndex((one) => one.seq === fact.seq && one.kind === 'gap')
    const from = utcNear(own, i, fact.fromNs ?? fact.aNs)
    const to = utcNear(own, i, fact.toNs ?? fact.aNs)
    entries.push({
      seq: fact.seq,
      fromNs: from.utcNs,
      toNs: to.utcNs > from.utcNs ? to.utcNs : from.utcNs,
      cause: fact.cause,
      breaks: 'none',
      estimated: from.estimated || to.estimated,
    })
  }
  return entries
}
