/**
 * One random day, from its seed to what is wrong with what is said of it.
 * @module
 */

import type { Cause } from '../../lib/consensus/types.js'
import { answer } from '../../lib/evidence/answer.js'
import type { Answer } from '../../lib/evidence/types.js'
import { contains } from '../../lib/interval.js'
import { seeded } from '../../lib/testing/random.js'
import { simulate } from '../../lib/testing/simulate.js'
import { hold, instantsOf, truthAt, verdicts } from './hold.js'
import { randomDay } from './random-days.js'

export interface DayResult {
  readonly asked: number
  readonly bounded: number
  readonly records: number
  /**
   * Times that the wall clock showed only while nobody watched it, and that no answer names: what a clock showed then is written nowhere, and
   * readings at both ends need not enclose it (docs/method.md).
   */
  readonly unseen: number
  readonly wrong: readonly string[]
}

/** @param questions how many random instants are asked about */
export async function tryDay(seed: number, questions: number): Promise<DayResult> {
  const { scenario, events, toleranceNs } = randomDay(seed)
  const simulation = await simulate(scenario)
  const { lengthNs } = simulation.truth
  const random = seeded(seed ^ 0x5bd1e995)
  const anywhere = (): bigint => BigInt(Math.floor(random() * Number(lengthNs)))
  const list = await verdicts(simulation, toleranceNs)
  const wrong: string[] = []
  let cursor = simulation.fromNs
  for (const { fromNs, toNs } of list) {
    if (fromNs !== cursor || toNs <= fromNs) wrong.push(`stretches do not tile at ${fromNs}`)
    cursor = toNs
  }
  if (cursor !== simulation.toNs) wrong.push(`seconds sum to ${cursor - simulation.fromNs}`)
  const instants = instantsOf(lengthNs, events, lengthNs)
  for (let i = 0; i < questions; i++) instants.push(anywhere())
  const held = await hold(simulation, instants, list, toleranceNs)
  wrong.push(...held.wrong)
  // Asked as a user asks, by what the wall clock showed and by UTC.
  const { longestGapNs } = simulation.configuration
  let unseen = 0
  for (let i = 0; i < questions / 20; i++) {
    const truth = truthAt(simulation, anywhere())
    if (!truth.on || !truth.awake) continue
    const ask = (atNs: bigint, scale: 'wall' | 'true') =>
      answer(simulation.source, { atNs, scale, toleranceNs, longestGapNs })
    const told = await ask(truth.utc, 'true')
    for (const { bound, estimated } of told) {
      if (bound && !estimated && !contains(bound, truth.error))
        wrong.push(`prove --true misses ${truth.error} at ${truth.utc}`)
    }
    const shown = await ask(truth.wall, 'wall')
    // Behind the last record nothing is said of the wall clock.
    const last = simulation.facts.at(-1)
    if (!last || (truth.boot === last.boot && truth.a > last.aNs)) continue
    if (shown.some(({ bound }) => bound === null || contains(bound, truth.error))) continue
    if (told.every(isUnwatched)) unseen += 1
    else wrong.push(`prove misses ${truth.error} at wall ${truth.wall}`)
  }
  return { asked: held.asked, bounded: held.bounded, records: simulation.facts.length, unseen, wrong }
}

/** Whether the trail says of an instant that nobody looked at the clocks: only of those it cannot tell what they showed. */
function isUnwatched({ bound, verdict, cause }: Answer): boolean {
  return bound === null && (verdict === 'OFF' || (verdict === 'UNMONITORED' && cause !== null && unwatched.has(cause)))
}

const unwatched: ReadonlySet<Cause> = new Set([
  'auditor-down',
  'suspend',
  'starved',
  'worker-died',
  'boot',
  'presumed-off',
])
