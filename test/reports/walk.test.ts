/** The same days, stretches and bounds around what happened, whether every piece is looked at or the digests of blocks. */
import { expect, test } from '@jest/globals'
import { changes, gaps } from '../../lib/evidence/index.js'
import { memorySource } from '../../lib/evidence/source.js'
import { Evidence } from '../../lib/evidence/timeline.js'
import { probeChange, probeGap } from '../../reports/registers.js'
import { Tallies } from '../../reports/tallies.js'
import { walk } from '../../reports/walk.js'
import { type Action, day, hour, minute, ms, second, simulate } from '../evidence/sim.js'

const actions: Action[] = [
  { at: 5n * hour, do: 'step', by: 70n * ms },
  { at: 9n * hour, do: 'suspend', for: hour },
  { at: 15n * hour + 7n * minute, do: 'step', by: -60n * ms },
  { at: 20n * hour, do: 'reboot', off: minute, start: minute, wallError: 30n * ms },
  { at: 30n * hour, do: 'down', for: 40n * minute },
  { at: 41n * hour, do: 'step', by: 12n * second },
]

test.each([
  [50n * ms, 1],
  [10n * ms, 2],
  [20n * ms, 3],
])('a tolerance of %d ns (seed %d)', async (toleranceNs, seed) => {
  const sim = simulate({ seed, length: 2n * day, actions, every: 64n * second, delay: [2n * ms, 30n * ms] })
  const source = memorySource(sim.facts)
  const marks = await Evidence.of(source).timeline()
  const [first, last] = [marks[0]?.fromNs ?? 0n, marks.at(-1)?.toNs ?? 0n]
  const period = { fromNs: first - hour, toNs: last + hour, longestGapNs: 5n * minute }
  const run = async (longNs: bigint) => {
    const changed = (await changes(source, period)).map(probeChange)
    const missed = (await gaps(source, period)).map((gap) => probeGap(gap, null))
    const probes = [...changed, ...missed].map(({ probe }) => probe)
    const tallies = new Tallies({ ...period, zone: 'UTC', toleranceNs, warningNs: 8n * ms, probes })
    const walked = await walk(source, period, { toleranceNs, warningNs: 8n * ms, probes, tallies, longNs })
    return {
      ...walked,
      range: { ...walked.range },
      probes,
      days: tallies.days.rows(),
      beyond: tallies.beyond,
      series: tallies.series.build(),
    }
  }
  const [pieces, digests] = [await run(100n * day), await run(0n)]
  expect(digests.stretches).toEqual(pieces.stretches)
  expect(digests.days).toEqual(pieces.days)
  expect(digests.probes).toEqual(pieces.probes)
  expect(digests.probes.length).toBeGreaterThan(6)
  expect(digests.beyond).toEqual(pieces.beyond)
  expect(digests.range).toEqual(pieces.range)
  // Quarters of an hour: never narrower than the pieces.
  for (const [i, column] of pieces.series.columns.entries()) {
    const other = digests.series.columns[i]
    if (!column) continue
    expect(other?.low).toBeLessThanOrEqual(column.low + 1e-15)
    expect(other?.high).toBeGreaterThanOrEqual(column.high - 1e-15)
  }
})
