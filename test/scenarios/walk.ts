/**
 * The walk from end to end: a simulated trail on disk; what is read from it with and without an index; the report.
 * @module
 */
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { answer } from '../../lib/evidence/answer.js'
import { changes, gaps } from '../../lib/evidence/registers.js'
import { trailSource } from '../../lib/evidence/source.js'
import type { ChangeEntry, FactSource, GapEntry, Stretch } from '../../lib/evidence/types.js'
import { openIndex } from '../../lib/index-store/index.js'
import { formatInstant } from '../../lib/instant.js'
import { type Simulation, simulate } from '../../lib/testing/simulate.js'
import type { Scenario } from '../../lib/testing/simulate-types.js'
import { buildReport, type ReportResult } from '../../reports/index.js'
import { temporaryFolder } from '../support/simulated-audit.js'
import { hold, instantsOf, seconds, verdicts } from './hold.js'

export const second = 1_000_000_000n
export const minute = 60n * second
export const hour = 60n * minute
export const ms = 1_000_000n

export interface Walked {
  readonly simulation: Simulation
  readonly list: readonly Stretch[]
  readonly changed: readonly ChangeEntry[]
  readonly missed: readonly GapEntry[]
  readonly result: ReportResult
  /** What is wrong with what is said; empty where the assumptions hold. */
  readonly wrong: readonly string[]
  /** The share of the asked instants that have a bound. */
  readonly bounded: number
}

async function said(source: FactSource, simulation: Simulation, toleranceNs: bigint) {
  const list = await verdicts(simulation, toleranceNs, simulation, source)
  const { fromNs, toNs } = simulation
  const { longestGapNs } = simulation.configuration
  const answers = []
  for (let n = 0n; n < 5n; n++) {
    const atNs = fromNs + ((toNs - fromNs) * (2n * n + 1n)) / 10n
    for (const scale of ['wall', 'true'] as const) {
      answers.push(await answer(source, { atNs, scale, toleranceNs, longestGapNs }))
    }
  }
  return { list, changed: await changes(source, simulation), missed: await gaps(source, simulation), answers }
}

/** Goes the whole way; fails where the trail, its index and the report do not say the same, or seconds do not sum. */
export async function walk(
  scenario: Scenario,
  toleranceNs = 50n * ms,
  around: readonly bigint[] = [],
): Promise<Walked> {
  const folder = temporaryFolder()
  const trail = join(folder, 'trail')
  const simulation = await simulate(scenario, { folder: trail, keep: true })
  const plain = await said(await trailSource(trail), simulation, toleranceNs)
  const index = await openIndex({ trail, index: join(folder, 'index.sqlite') })
  const indexed = await said(index, simulation, toleranceNs)
  expect(index.reason).toBeNull()
  index.close()
  expect(indexed).toEqual(plain)
  expect(await said(simulation.source, simulation, toleranceNs)).toEqual(plain)

  const { fromNs, toNs } = simulation
  const { report } = await buildReport({
    ...{ trail, index: ':memory:', toleranceNs, nowNs: toNs + hour },
    ...{ from: formatInstant(fromNs), to: formatInstant(toNs) },
  })
  const { result } = report
  expect(result.simulation).toBe(true)
  const sum = Object.values(result.seconds).reduce((all, one) => all + one, 0)
  expect(sum).toBeCloseTo(Number(toNs - fromNs) / 1e9, 6)
  expect(result.seconds.PROVEN).toBeCloseTo(seconds(plain.list, 'PROVEN'), 6)
  expect(result.clockChanges.map(({ seq }) => seq)).toEqual(plain.changed.map(({ seq }) => seq))
  expect(result.gaps.map(({ seq }) => seq)).toEqual(plain.missed.map(({ seq }) => seq))

  const instants = instantsOf(simulation.truth.lengthNs, around)
  const held = await hold(simulation, instants, plain.list, toleranceNs)
  return { simulation, ...plain, result, wrong: held.wrong, bounded: held.bounded / Math.max(1, held.asked) }
}
