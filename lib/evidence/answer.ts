/**
 * What is known of the clock at one instant, named by what it showed or by true time.
 * @module
 */
import type { Verdict } from '../consensus/types.js'
import { hull, type IntervalNs, middle, point } from '../interval.js'
import type { Block } from './block.js'
import { weaker } from './cones.js'
import { type Moment, momentOfUtc, momentsOfWall } from './moments.js'
import { nearestTo } from './nearest.js'
import { bandAt } from './rational.js'
import { type Span, spansOf } from './spans.js'
import { verdictOn } from './stretches.js'
import { Evidence, firstMark, type Mark } from './timeline.js'
import type { Answer, FactSource, Lack, Question } from './types.js'

/**
 * Answers a question about an instant: one answer for a true time; for a time that the wall clock showed, one for each time
 * that it showed it, so two where it was set back over it and none where a set forward skipped it. Where the instant is
 * known within a stretch only, the bound holds over all of it.
 */
export async function answer(source: FactSource, question: Question): Promise<Answer[]> {
  const { version } = source
  const answers = await find(source, question)
  Evidence.of(source).release()
  // The trail was found to have changed meanwhile: once more, from the trail as it stands now.
  return source.version === version ? answers : find(source, question)
}

async function find(source: FactSource, question: Question): Promise<Answer[]> {
  const evidence = Evidence.of(source)
  const marks = await evidence.timeline()
  const { atNs, scale } = question
  const found: Answer[] = []
  if (scale === 'true') {
    const mark = marks[firstMark(marks, atNs)]
    if (mark && mark.fromNs <= atNs) {
      const block = await evidence.block(mark.block)
      const moment = momentOfUtc(block, mark, atNs)
      if (moment) found.push(await describe(evidence, marks, block, moment, question))
    }
    return found.length > 0 ? found : [nothing(question)]
  }
  for (const mark of marks) {
    if (!mark.wall || atNs < mark.wall.lowNs - reachNs || atNs > mark.wall.highNs + reachNs) continue
    const block = await evidence.block(mark.block)
    for (const moment of momentsOfWall(block, mark, atNs)) {
      found.push(await describe(evidence, marks, block, moment, question))
    }
  }
  return found.length > 0 || shownBetween(marks, atNs) ? found : [nothing(question)]
}

/** Inside a look the wall clock may have shown more than its readings at both ends. */
const reachNs = 10_000_000_000n

/** Whether the trail covers this reading of the wall clock: then no answer says that it was skipped. */
function shownBetween(marks: readonly Mark[], wallNs: bigint): boolean {
  const walls = marks.flatMap(({ wall }) => (wall ? [wall] : []))
  return walls.some(({ lowNs }) => lowNs <= wallNs) && walls.some(({ highNs }) => highNs >= wallNs)
}

/** Before the first and behind the last record. */
function nothing({ atNs }: Question): Answer {
  return {
    utcNs: atNs,
    wallNs: atNs,
    verdict: 'UNMONITORED',
    cause: 'no-sample',
    bound: null,
    support: null,
    witness: 'looks',
    within: point(atNs),
    estimated: true,
    asKnownThen: { verdict: 'UNMONITORED', bound: null },
    records: [],
    nearest: { sample: null, clockChange: null, gap: null },
  }
}

async function describe(
  evidence: Evidence,
  marks: readonly Mark[],
  block: Block,
  moment: Moment,
  question: Question,
): Promise<Answer> {
  if (moment.kind === 'break') return inBreak(evidence, marks, block, moment, question)
  const { run, fromNs, toNs } = moment
  const aNs = (fromNs + toNs) / 2n
  const spans = spansOf(block.models[run]!, fromNs, toNs > fromNs ? toNs : toNs + 1n, question.longestGapNs)
  const centre = spans.find((span) => span.fromNs <= aNs && aNs < span.toNs)
  const lack = lackIn(spans, centre, moment.lack, (span) => span.lack)
  const lackThen = lackIn(spans, centre, moment.lack, (span) => span.forwardLack)
  const bound = lack ? null : over(spans, (span) => span.bound, fromNs, toNs)
  const then = lackThen ? null : over(spans, (span) => span.forward, fromNs, toNs)
  const judged = said(bound, lack, question.toleranceNs)
  const utcNs = question.scale === 'true' ? question.atNs : block.labels.at(run, aNs)
  const supports = spans.flatMap(({ support }) => (support ? [support] : []))
  const seqs = new Set([...spans.flatMap((span) => span.seqs), ...(moment.seq === null ? [] : [moment.seq])])
  return {
    utcNs,
    wallNs: question.scale === 'wall' ? question.atNs : wallAt(block, run, aNs, utcNs),
    ...judged,
    bound,
    support: bound && supports.length > 0 ? supports.reduce(weaker) : null,
    witness: bound && spans.every(({ witness }) => witness === 'complete') ? 'complete' : 'looks',
    within:
      question.scale === 'true' ? point(utcNs) : ordered(block.labels.at(run, fromNs), block.labels.at(run, toNs)),
    estimated: block.labels.estimated(run, fromNs, toNs) || (question.scale === 'wall' && moment.lack !== null),
    asKnownThen: { verdict: said(then, lackThen, question.toleranceNs).verdict, bound: then },
    records: [...seqs].sort((a, b) => a - b),
    nearest: await nearestTo(evidence, marks, block, { run, aNs }, utcNs),
  }
}

async function inBreak(
  evidence: Evidence,
  marks: readonly Mark[],
  block: Block,
  moment: Extract<Moment, { kind: 'break' }>,
  question: Question,
): Promise<Answer> {
  const { verdict, cause } = moment.lack
  const end = block.models[moment.before]?.run.endNs ?? 0n
  const utcNs = question.scale === 'true' ? question.atNs : moment.utcNs
  return {
    ...nothing(question),
    utcNs,
    within: question.scale === 'true' ? point(utcNs) : moment.within,
    verdict,
    cause,
    asKnownThen: { verdict, bound: null },
    records: [moment.break.seq - 1, moment.break.seq],
    nearest: {
      ...(await nearestTo(evidence, marks, block, { run: moment.before, aNs: end }, utcNs)),
      gap: moment.break.seq,
    },
  }
}

function ordered(a: bigint, b: bigint): IntervalNs {
  return a <= b ? { lowNs: a, highNs: b } : { lowNs: b, highNs: a }
}

/** Why nothing is known over all spans: the reason in the middle, else the first one; then nothing is decided. */
function lackIn(
  spans: readonly Span[],
  centre: Span | undefined,
  given: Lack | null,
  of: (span: Span) => Lack | null,
): Lack | null {
  const own = centre ? of(centre) : null
  if (own) return own
  const other = given ?? spans.map(of).find((lack) => lack !== null) ?? null
  return other && { verdict: 'INDETERMINATE', cause: other.cause }
}

/** The hull of what spans bound between two instants of A. */
function over(
  spans: readonly Span[],
  of: (span: Span) => { readonly from: IntervalNs; readonly to: IntervalNs } | null,
  fromNs: bigint,
  toNs: bigint,
): IntervalNs | null {
  let all: IntervalNs | null = null
  for (const span of spans) {
    const ends = of(span)
    if (!ends) return null
    const band = { ...ends, fromNs: span.fromNs, toNs: span.toNs }
    const own = hull(bandAt(band, fromNs), bandAt(band, toNs))
    all = all ? hull(all, own) : own
  }
  return all
}

function said(
  bound: IntervalNs | null,
  lack: Lack | null,
  toleranceNs: bigint,
): { verdict: Verdict; cause: Answer['cause'] } {
  if (bound) return verdictOn(bound, toleranceNs)
  return lack ?? { verdict: 'UNMONITORED', cause: 'no-sample' }
}

/** What the wall clock showed, by the line of D; where that is unknown, what it should have shown. */
function wallAt(block: Block, run: number, aNs: bigint, utcNs: bigint): bigint {
  const link = block.models[run]?.links.find((one) => one.fromNs <= aNs && aNs <= one.toNs)
  return link ? aNs + middle(bandAt(link, aNs)) : utcNs
}
