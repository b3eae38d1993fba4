/** The leap second table has expired: what the trail, the evidence and the operator hear of it. */
import { afterAll, expect, test } from '@jest/globals'
import { leapTable } from '../../lib/clock/leap.js'
import { shippedLeapList } from '../../lib/clock/leap-shipped.js'
import { pieces } from '../../lib/evidence/pieces.js'
import { trailSource } from '../../lib/evidence/source.js'
import { stretches } from '../../lib/evidence/stretches.js'
import { formatInstant, parseInstant } from '../../lib/instant.js'
import type { ReferenceChange } from '../../lib/testing/loopback-settings.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { ms, only, removeFolders, second, simulatedAudit } from '../support/simulated-audit.js'

afterAll(removeFolders)

const leap = leapTable(shippedLeapList, 'shipped')
const midnight = '2027-07-01T00:00:00.000000000Z'

/** Two minutes around the end of a June. */
async function acrossMidnight(references: readonly ReferenceChange[], start = '2027-06-30T23:59:01.500000000Z') {
  const audit = await simulatedAudit({ start, leap, references })
  const problems: string[] = []
  audit.auditor.on('problem', (error) => problems.push(`${(error as { code?: string }).code}: ${error.message}`))
  await audit.pass(120n * second)
  const records = await audit.finish()
  const fromNs = parseInstant(start) + 5n * second
  const period = { fromNs, toNs: fromNs + 110n * second, longestGapNs: 64n * second }
  const list: { verdict: string; cause: string | null; from: string; to: string }[] = []
  for await (const one of stretches(pieces(await trailSource(audit.trail), period), 50n * ms)) {
    list.push({ verdict: one.verdict, cause: one.cause, from: formatInstant(one.fromNs), to: formatInstant(one.toNs) })
  }
  return { audit, records, problems, list }
}

test('leap-table-expired: said at the start, told once, and nothing is proven from midnight to the next sample', async () => {
  const { audit, records, problems, list } = await acrossMidnight([{}, {}, {}])
  expect(only(records, 'open')[0]!.leapTable).toEqual({
    source: 'shipped',
    expires: '2027-06-28T00:00:00.000000000Z',
    expired: true,
  })
  const samples = only(records, 'sample')
  // Each sample is right by itself: the references know UTC. What may be missed lies between two.
  expect(samples.every(({ verdict, leapDoubt }) => verdict === 'PROVEN' && leapDoubt === true)).toBe(true)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(/^ERR_LEAP_TABLE_EXPIRED: .* expired on 2027-06-28: .*install a newer tzdata/)
  const next = samples.find(({ wall }) => wall > midnight)!
  expect(list.map(({ verdict, cause }) => `${verdict} ${cause}`)).toEqual([
    'PROVEN null',
    'INDETERMINATE leap-doubt',
    'PROVEN null',
  ])
  const near = (a: string, b: string) => Math.abs(Number(parseInstant(a) - parseInstant(b))) / 1e6
  expect(near(list[1]!.from, midnight)).toBeLessThan(20)
  expect(near(list[1]!.to, next.wall)).toBeLessThan(20)
  expect(await verifyTrail(audit.trail)).toMatchObject({ intact: 'self-consistent', upTo: records.length })
})

test('leap-table-expired-and-most-references-announce: there is no doubt, but the operator hears of it', async () => {
  const { records, problems, list } = await acrossMidnight([{ header: { leap: 1 } }, { header: { leap: 1 } }, {}])
  expect(only(records, 'sample').every(({ leapDoubt }) => leapDoubt === undefined)).toBe(true)
  expect(list.map(({ verdict }) => verdict)).toEqual(['PROVEN'])
  expect(problems).toHaveLength(1)
})

test('leap-table-in-force: nothing is said', async () => {
  const { records, problems, list } = await acrossMidnight([{}], '2026-06-30T23:59:01.500000000Z')
  expect(only(records, 'open')[0]!.leapTable).toMatchObject({ source: 'shipped', expired: false })
  expect(only(records, 'sample').every(({ leapDoubt }) => leapDoubt === undefined)).toBe(true)
  expect(list.map(({ verdict }) => verdict)).toEqual(['PROVEN'])
  expect(problems).toEqual([])
})

test('a wall clock that was wrongly set behind the expiry tells nothing of it: the references know the year', async () => {
  const audit = await simulatedAudit({ leap, start: '2026-06-15T12:00:00.000000000Z' })
  const problems: Error[] = []
  audit.auditor.on('problem', (error) => problems.push(error))
  await audit.pass(10n * second)
  audit.clocks.step(800n * 86_400n * second)
  await audit.pass(20n * second)
  const records = await audit.finish()
  expect(only(records, 'sample').at(-1)!.wall.slice(0, 4)).toBe('2028')
  expect(only(records, 'sample').every(({ leapDoubt }) => leapDoubt === undefined)).toBe(true)
  expect(problems).toEqual([])
})
