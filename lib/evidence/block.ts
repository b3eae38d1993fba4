/**
 * One block of a trail with all that its window tells: the parts it consists of, in the order in which they were lived.
 * @module
 */
import { Labels } from './labels.js'
import { linksOf } from './links.js'
import { modelsOf, type RunModel } from './model.js'
import { type Break, cutRuns, type Run } from './runs.js'
import type { Fact } from './types.js'
import { margin, type Window } from './window.js'

/** A stretch of A in one run, or the break between two runs. */
export type Part =
  | { readonly kind: 'run'; readonly run: number; readonly fromNs: bigint; readonly toNs: bigint }
  | { readonly kind: 'break'; readonly before: number; readonly break: Break }

/** An instant of A in a run. */
export interface Place {
  readonly run: number
  readonly aNs: bigint
}

export interface Block {
  readonly window: Window
  readonly models: readonly RunModel[]
  readonly labels: Labels
  /** Where it begins and ends; `null` where it holds no record. */
  readonly from: Place | null
  readonly to: Place | null
  readonly parts: readonly Part[]
  /** Index of the run of a fact of the window. */
  readonly runOf: Int32Array
}

/** Works out a block from its window. */
export function blockOf(window: Window): Block {
  const { facts } = window
  const cut = cutRuns(facts, window.thinned)
  const models = modelsOf(cut, linksOf(cut, window.first - margin, window.end + margin))
  const begin = realFrom(facts, window.first, window.end)
  const next = realFrom(facts, window.end, facts.length)
  const from = begin < 0 ? null : placeOf(facts, cut.runOf, models, begin)
  const last = lastReal(facts, window.first, window.end)
  const to = begin < 0 ? null : next < 0 ? endOf(models, cut.runOf, last) : placeOf(facts, cut.runOf, models, next)
  return {
    window,
    models,
    labels: new Labels(models),
    from,
    to,
    parts: from && to ? partsOf(models, from, to) : [],
    runOf: cut.runOf,
  }
}

/**
 * Whether a block says what it would say with nothing left out of its window. Of calm blocks the samples that shape a bound elsewhere
 * are there; all others count where one contradicts another, where stretches contradict each other in order, where samples do not
 * stand in order of time, and where a break reaches back beyond the records that stand without a hole before it.
 */
export function isSound({ window, models, labels }: Block): boolean {
  if (!window.thinned) return true
  if (models.some(({ cones }) => cones.refuted.length > 0) || !labels.inOrder) return false
  const { facts } = window
  let sample: Fact | null = null
  let unbroken: Fact | null = null
  for (const [i, fact] of facts.entries()) {
    const last = facts[i - 1]
    if (!last || fact.seq > last.seq + 1) unbroken = fact
    if (fact.kind === 'gap' && fact.breaks === 'mono' && fact.fromNs !== null) {
      if (unbroken?.boot === fact.boot && unbroken.aNs > fact.fromNs) return false
    }
    if (fact.kind !== 'sample') continue
    if (fact.atNs > fact.aNs || (sample?.kind === 'sample' && sample.boot === fact.boot && fact.atNs < sample.atNs))
      return false
    sample = fact
  }
  return true
}

function realFrom(facts: readonly Fact[], from: number, end: number): number {
  for (let i = from; i < end; i++) if (facts[i]?.kind !== 'damage') return i
  return -1
}

function lastReal(facts: readonly Fact[], from: number, end: number): number {
  for (let i = end - 1; i >= from; i--) if (facts[i]?.kind !== 'damage') return i
  return -1
}

function placeOf(facts: readonly Fact[], runOf: Int32Array, models: readonly RunModel[], i: number): Place | null {
  const fact = facts[i]
  const run = runOf[i] ?? -1
  const own = models[run]?.run
  return fact && own ? { run, aNs: within(own, fact.aNs) } : null
}

function endOf(models: readonly RunModel[], runOf: Int32Array, last: number): Place | null {
  const run = runOf[last] ?? -1
  const own = models[run]?.run
  return own ? { run, aNs: own.endNs } : null
}

function within(run: Run, aNs: bigint): bigint {
  if (aNs < run.startNs) return run.startNs
  return aNs > run.endNs ? run.endNs : aNs
}

function partsOf(models: readonly RunModel[], from: Place, to: Place): Part[] {
  const parts: Part[] = []
  for (let run = from.run; run <= to.run; run++) {
    const own = models[run]?.run
    if (!own) break
    if (run > from.run && own.break) parts.push({ kind: 'break', before: run - 1, break: own.break })
    const fromNs = run === from.run ? from.aNs : own.startNs
    const toNs = run === to.run ? to.aNs : own.endNs
    if (fromNs < toNs) parts.push({ kind: 'run', run, fromNs, toNs })
  }
  return parts
}
