/**
 * The whole walk: a real engine watches simulated clocks and asks real references on loopback; what its trail proves is held
 * against the truth.
 */
import { afterAll, expect, jest, test } from '@jest/globals'
import { answer } from '../../lib/evidence/answer.js'
import { pieces } from '../../lib/evidence/pieces.js'
import { changes, gaps } from '../../lib/evidence/registers.js'
import { trailSource } from '../../lib/evidence/source.js'
import { stretches } from '../../lib/evidence/stretches.js'
import type { Stretch } from '../../lib/evidence/types.js'
import { contains } from '../../lib/interval.js'
import type { SimulatedClocksOptions, SimulatedTruth } from '../../lib/testing/simulated-clocks.js'
import { ms, removeFolders, second, simulatedAudit } from '../support/simulated-audit.js'

jest.setTimeout(120_000)
afterAll(removeFolders)

const minute = 60n * second
const longestGapNs = 80n * second

test.each<[string, SimulatedClocksOptions]>([
  ['a crystal of its own', { driftPpb: 30_000n }],
  ['a crystal of its own, without a notice', { driftPpb: -45_000n, kernelNotice: false }],
  ['A steered', { portable: true, kernelNotice: false, driftPpb: 20_000n }],
])('truth lies in every bound of a real trail: %s', async (_what, clocks) => {
  const audit = await simulatedAudit({ references: [{}, {}, {}], clocks: { offsetNs: 3n * ms, ...clocks } })
  const truths: SimulatedTruth[] = []
  const pass = async (ns: bigint): Promise<void> => {
    for (let passed = 0n; passed < ns; passed += 1300n * ms) {
      truths.push(audit.clocks.truth())
      await audit.pass(1300n * ms)
    }
  }
  await pass(2n * minute)
  audit.clocks.step(-3n * minute)
  await pass(minute)
  audit.clocks.slew(-40n * ms, 20n * second)
  await pass(minute)
  audit.clocks.step(3n * minute + 300n * ms)
  await pass(minute)
  audit.clocks.suspend(10n * minute)
  await pass(minute)
  audit.clocks.step(-300n * ms)
  await pass(minute)
  await audit.finish()

  const source = await trailSource(audit.trail)
  let bounded = 0
  for (const truth of truths) {
    const ask = (scale: 'wall' | 'true') =>
      answer(source, {
        atNs: scale === 'wall' ? truth.wallNs : truth.utcNs,
        scale,
        toleranceNs: 100n * ms,
        longestGapNs,
      })
    const shown = await ask('wall')
    expect(shown.some(({ bound }) => bound === null || contains(bound, truth.errorNs))).toBe(true)
    const [exact] = await ask('true')
    if (!exact?.bound) continue
    bounded++
    expect(contains(exact.bound, truth.errorNs)).toBe(true)
  }
  expect(bounded / truths.length).toBeGreaterThan(0.8)

  const [first, last] = [truths[0], truths.at(-1)]
  if (!first || !last) throw new Error('no time passed')
  const period = { fromNs: first.utcNs, toNs: last.utcNs, longestGapNs }
  const list: Stretch[] = []
  for await (const stretch of stretches(pieces(source, period), 100n * ms)) list.push(stretch)
  const seconds = (verdict: string): number =>
    list
      .filter((one) => one.verdict === verdict)
      .reduce((sum, { fromNs, toNs }) => sum + Number(toNs - fromNs) / 1e9, 0)
  // Two minutes set back by three, one ahead by 300 ms; ten minutes asleep.
  expect(seconds('VIOLATED')).toBeGreaterThan(200)
  expect(seconds('PROVEN')).toBeGreaterThan(150)
  expect(Math.abs(seconds('OFF') - 600)).toBeLessThan(2)
  const register = await changes(source, period)
  expect(register.filter((one) => one.class === 'step').length).toBe(3)
  for (const change of register) if (change.class === 'step') expect(change.sample).not.toBeNull()
  expect((await gaps(source, period)).filter(({ cause }) => cause === 'suspend').length).toBe(1)
})
