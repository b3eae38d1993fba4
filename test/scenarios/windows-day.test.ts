/**
 * A day on Windows, by a whole auditor: the performance counter runs on a crystal of its own, 40 ppm off; the uptime is as coarse as a
 * tick; W32Time asks every 17 minutes and slews away what it believes to be the error. Nobody sets the clock, until somebody does.
 */
import { afterAll, expect, jest, test } from '@jest/globals'
import { answer } from '../../lib/evidence/answer.js'
import { pieces } from '../../lib/evidence/pieces.js'
import { changes, gaps } from '../../lib/evidence/registers.js'
import { trailSource } from '../../lib/evidence/source.js'
import { stretches } from '../../lib/evidence/stretches.js'
import { contains } from '../../lib/interval.js'
import { seeded } from '../../lib/testing/random.js'
import type { SimulatedTruth } from '../../lib/testing/simulated-clocks.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { ms, only, removeFolders, second, simulatedAudit } from '../support/simulated-audit.js'

jest.setTimeout(240_000)
afterAll(removeFolders)

const toleranceNs = 50n * ms
const longestGapNs = 256n * second

/** An audit of a computer whose W32Time polls so many times. Gives the truth now and then. */
async function w32time(
  driftPpb: bigint,
  polls: number,
  after: (audit: Audit) => Promise<void> = async () => undefined,
) {
  const audit = await simulatedAudit({
    references: [{}, {}, {}],
    // The tick of Windows moves the wall clock that is read by 100 ns steps at best; a bracket takes a microsecond.
    clocks: { uncoupled: true, driftPpb, resolutionNs: 100n, bracketNs: 1_000n, offsetNs: 4n * ms },
    // A second between looks, so that a day takes seconds.
    options: { interval: '64s', witness: { period: '1s' } },
  })
  const random = seeded(17)
  const truths: SimulatedTruth[] = []
  const pass = async (ns: bigint): Promise<void> => {
    await audit.pass(ns)
    truths.push(audit.clocks.truth())
  }
  for (let poll = 0; poll < polls; poll++) {
    // What it measures is wrong by up to 6 ms; it slews that away in five minutes, with a frequency that is never quite right.
    const believedNs = audit.clocks.truth().errorNs + BigInt(Math.round((random() - 0.5) * 12e6))
    audit.clocks.slew(believedNs, 300n * second)
    audit.clocks.setWallDrift(BigInt(Math.round((random() - 0.5) * 4_000)))
    for (let n = 0; n < 17; n++) await pass(60n * second)
  }
  await after(audit)
  const records = await audit.finish()
  const source = await trailSource(audit.trail)
  for (const truth of truths) {
    const [exact] = await answer(source, { atNs: truth.utcNs, scale: 'true', toleranceNs, longestGapNs })
    expect(exact?.bound && contains(exact.bound, truth.errorNs)).toBe(true)
  }
  const [first, last] = [truths[0], truths.at(-1)]
  if (!first || !last) throw new Error('no time passed')
  const period = { fromNs: first.utcNs, toNs: last.utcNs, longestGapNs }
  const seconds = new Map<string, number>()
  for await (const { verdict, fromNs, toNs } of stretches(pieces(source, period), toleranceNs)) {
    seconds.set(verdict, (seconds.get(verdict) ?? 0) + Number(toNs - fromNs) / 1e9)
  }
  const register = {
    changes: await changes(source, period),
    gaps: await gaps(source, period),
  }
  return { audit, records, seconds, register, period }
}
type Audit = Awaited<ReturnType<typeof simulatedAudit>>

test.each([
  [40_000n, 85],
  [-40_000n, 22],
])('w32time-slews-all-day, the crystal off by %d ppb: no step, and PROVEN throughout', async (driftPpb, polls) => {
  const { audit, records, seconds, register, period } = await w32time(driftPpb, polls)
  expect(only(records, 'open')[0]).toMatchObject({ coupled: false, steered: false, ratePpb: 100_000 })
  expect(Number(period.toNs - period.fromNs) / 1e9).toBeGreaterThan(polls * 1_020 - 100)
  expect(only(records, 'clock-change').filter((change) => change.class !== 'slew')).toEqual([])
  expect(register.changes.length).toBeGreaterThan(0)
  expect(register.gaps).toEqual([])
  const samples = only(records, 'sample')
  expect(samples.length).toBeGreaterThan(polls * 15)
  expect(new Set(samples.map(({ verdict }) => verdict))).toEqual(new Set(['PROVEN']))
  expect([...seconds.keys()]).toEqual(['PROVEN'])
  // Uncoupled, every sum of slews that leaves the line by a millisecond is a change; but a steady one is so only a few times.
  expect(register.changes.length).toBeLessThan(polls * 6)
  expect(await verifyTrail(audit.trail)).toMatchObject({ intact: 'self-consistent', upTo: records.length })
})

test('w32time-and-somebody-sets-it: a set of 200 ms between two slews is found, sized and judged', async () => {
  const { records } = await w32time(40_000n, 3, async (audit) => {
    await audit.pass(10n * second)
    audit.clocks.step(-200n * ms)
    await audit.pass(60n * second)
    audit.clocks.step(200n * ms)
    await audit.pass(60n * second)
  })
  const steps = only(records, 'clock-change').filter((change) => change.class !== 'slew')
  expect(steps.map((change) => change.class)).toEqual(['step', 'step'])
  for (const [i, setNs] of [-200n * ms, 200n * ms].entries()) {
    const { lowNs, highNs } = steps[i]!.size
    // In the second between two looks the wall clock also drifted against the crystal, by 240 us at most.
    expect(BigInt(lowNs)).toBeLessThanOrEqual(setNs + 240_000n)
    expect(BigInt(highNs)).toBeGreaterThanOrEqual(setNs - 240_000n)
    const answers = only(records, 'sample').filter(({ trigger }) => trigger === steps[i]!.seq)
    expect(answers[0]?.verdict).toBe(['VIOLATED', 'PROVEN'][i])
  }
})
