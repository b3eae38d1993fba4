/** Which seals leave this computer, and what happens while a keeper does not take them. */
import { expect, test } from '@jest/globals'
import { Anchorer, type AnchorerOptions } from '../../lib/anchor/anchorer.js'
import type { Keeper, Seal, Taken } from '../../lib/anchor/types.js'
import { VirtualTime } from '../../lib/testing/virtual-time.js'

const hourNs = 3_600_000_000_000n
const tsa: Keeper = { kind: 'rfc3161', url: 'http://tsa.example.net/', roots: null, policy: null }
const mail: Keeper = { kind: 'command', command: ['mail'] }
const seal = (epoch: number): Seal => ({
  path: `seals/2026/03/00000000${epoch}.checkpoint`,
  text: 'x',
  origin: 'o',
  epoch,
  size: epoch * 10,
})

function setUp(change: Partial<AnchorerOptions> = {}) {
  const time = new VirtualTime(0n)
  const log: string[] = []
  const fails = new Map<Keeper, string>()
  const seconds = () => Number(time.nowNs() / 1_000_000_000n)
  const anchorer = new Anchorer({
    keepers: [tsa],
    everyNs: 24n * hourNs,
    timers: time.timers,
    take: ({ path, size }, keeper): Promise<Taken> => {
      const message = fails.get(keeper) ?? ''
      log.push(`${seconds()} take ${keeper.kind} ${size}`)
      const body = { type: 'anchor', ok: message === '', kind: keeper.kind, checkpoint: path, size } as const
      return Promise.resolve({
        body: { ...body, sha256: '', keeper: '', at: null, token: null, message },
        token: null,
      })
    },
    record: ({ body }) => {
      log.push(`${seconds()} record ${body.kind} ${body.size} ${body.ok ? 'ok' : body.message}`)
      return Promise.resolve()
    },
    onProblem: (message) => log.push(`problem ${message}`),
    ...change,
  })
  const run = async (hours: number) => {
    await time.run(time.nowNs() + BigInt(Math.round(hours * 3600)) * 1_000_000_000n)
  }
  const told = async () => {
    await anchorer.settled()
    return log.splice(0)
  }
  return { anchorer, fails, run, told }
}

test('by default the last seal of each day goes out, and no other', async () => {
  const { anchorer, told } = setUp()
  for (let epoch = 1; epoch <= 4; epoch++) {
    anchorer.sealed(seal(epoch), { lastOfDay: epoch === 3, atNs: BigInt(epoch) * hourNs })
  }
  expect(await told()).toEqual(['0 take rfc3161 30', '0 record rfc3161 30 ok'])
  expect(anchorer.waiting).toBe(0)
})

test('every three hours means every third seal, and the day closes with one', async () => {
  const { anchorer, told } = setUp({ everyNs: 3n * hourNs })
  const taken: string[] = []
  for (let epoch = 1; epoch <= 8; epoch++) {
    anchorer.sealed(seal(epoch), { lastOfDay: epoch === 8, atNs: BigInt(epoch) * hourNs })
    taken.push(...(await told()).filter((line) => line.includes('take')))
  }
  expect(taken).toEqual([10, 40, 70, 80].map((size) => `0 take rfc3161 ${size}`))
})

test('a keeper that fails is asked again, later and later; each reason is recorded and told once', async () => {
  const { anchorer, fails, run, told } = setUp()
  fails.set(tsa, 'down')
  anchorer.due(seal(1))
  expect(await told()).toEqual([
    '0 take rfc3161 10',
    '0 record rfc3161 10 down',
    'problem the seal of 10 records is not anchored: down',
  ])
  await run(0.2)
  expect(await told()).toEqual(['60 take rfc3161 10', '180 take rfc3161 10', '420 take rfc3161 10'])
  fails.set(tsa, 'denied')
  await run(0.1)
  expect(await told()).toEqual([
    '900 take rfc3161 10',
    '900 record rfc3161 10 denied',
    'problem the seal of 10 records is not anchored: denied',
  ])
  fails.delete(tsa)
  await run(12)
  expect(await told()).toEqual(['1860 take rfc3161 10', '1860 record rfc3161 10 ok'])
  expect(anchorer.waiting).toBe(0)
})

test('the pause never exceeds an hour, and the newest seal takes the place of the one that waits', async () => {
  const { anchorer, fails, run, told } = setUp()
  fails.set(tsa, 'down')
  anchorer.due(seal(1))
  await run(10)
  await told()
  anchorer.due(seal(2))
  expect(await told()).toEqual([])
  await run(1)
  fails.delete(tsa)
  const lines = await told()
  expect(lines.every((line) => line.endsWith('take rfc3161 20'))).toBe(true)
  expect(lines.length).toBeGreaterThanOrEqual(1)
  await run(1)
  expect((await told()).at(-1)).toMatch(/record rfc3161 20 ok$/)
})

test('one keeper that fails does not hold up another', async () => {
  const { anchorer, fails, told } = setUp({ keepers: [tsa, mail] })
  fails.set(tsa, 'down')
  anchorer.due(seal(1))
  const lines = await told()
  expect(lines).toContain('0 record command 10 ok')
  expect(lines).toContain('0 record rfc3161 10 down')
  expect(anchorer.waiting).toBe(1)
  anchorer.due(seal(2), (keeper) => keeper.kind === 'command')
  expect(await told()).toEqual(['0 take command 20', '0 record command 20 ok'])
})

test('a record that cannot be written leaves the seal waiting', async () => {
  let broken = true
  const { anchorer, run, told } = setUp({
    record: () => (broken ? Promise.reject(new Error('the disk is full')) : Promise.resolve()),
  })
  anchorer.due(seal(1))
  expect(await told()).toEqual([
    '0 take rfc3161 10',
    'problem the seal of 10 records is not anchored: the disk is full',
  ])
  expect(anchorer.waiting).toBe(1)
  broken = false
  await run(0.1)
  expect(anchorer.waiting).toBe(0)
})

test('after a stop nothing is tried', async () => {
  const { anchorer, fails, run, told } = setUp()
  fails.set(tsa, 'down')
  anchorer.due(seal(1))
  await told()
  anchorer.stop()
  await run(5)
  expect(await told()).toEqual([])
})
