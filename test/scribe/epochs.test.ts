/** Epochs of a trail: when they end, in which order they are sealed, and what is left of their keys. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { UnsealedError } from '../../lib/errors.js'
import type { Placed } from '../../lib/trail/types.js'
import { checkSeals } from '../support/check-seals.js'
import { faultyFiles } from '../support/faulty-files.js'
import { sealsOf, TrailBuilder } from '../support/trail-builder.js'
import { readAll } from '../support/trail-folder.js'

const keysOf = ({ folder }: TrailBuilder): string[] => readdirSync(sealsOf(folder).keys).sort()
const nextKeyOf = (placed: Placed | undefined): string => (placed?.record.type === 'close' ? placed.record.nextKey : '')
const told = (trail: TrailBuilder) => trail.seals.map(({ epoch, seq, reason, final }) => [epoch, seq, reason, final])
const typesOf = async ({ folder }: TrailBuilder) =>
  (await readAll(folder)).placed.map(({ record, segment }) => `${segment} ${record.type}`)

describe('a new trail', () => {
  test('makes its genesis key for this user alone, and says its public half beside the trail', () => {
    const trail = new TrailBuilder({ seals: {} })
    const { record } = trail.open()
    expect(trail.problems).toEqual([])
    expect(keysOf(trail)).toEqual(['000000001.key', 'last-seal'])
    const { keys, genesisBeside } = sealsOf(trail.folder)
    expect(statSync(keys).mode & 0o777).toBe(0o700)
    expect(statSync(join(keys, '000000001.key')).mode & 0o777).toBe(0o600)
    expect(statSync(join(keys, 'last-seal')).mode & 0o777).toBe(0o600)
    const vkey = readFileSync(genesisBeside, 'utf8')
    expect(vkey).toMatch(/^ntp-auditor\.example\/builder\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}\n$/)
    const raw = Buffer.from(vkey.split('+').slice(2).join('+'), 'base64').subarray(1).toString('hex')
    expect(record).toMatchObject({ epoch: 1, enrolled: false, publicKey: raw, reason: 'start' })
    expect(record).not.toHaveProperty('succeeds')
    trail.crash()
  })

  test('that nobody gave keys seals nothing and says nothing', () => {
    const trail = new TrailBuilder()
    trail.open()
    expect(() => trail.seal()).toThrow(UnsealedError)
    expect(trail.close().record).toMatchObject({ nextKey: '', epoch: 1, firstSeq: 1, count: 2 })
    expect([trail.problems, trail.seals]).toEqual([[], []])
  })
})

describe('an epoch ends', () => {
  test('when its time on the boot clock is up, and not before', async () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    trail.advance(3599.999).heartbeat()
    expect(trail.seals).toEqual([])
    trail.advance(0.001).heartbeat()
    expect(told(trail)).toEqual([[1, 3, 'epoch', false]])
    expect(await typesOf(trail)).toEqual(['1 open', '1 heartbeat', '1 close', '1 heartbeat'])
    trail.advance(3599.999).heartbeat()
    trail.advance(0.001).heartbeat()
    expect(told(trail).slice(1)).toEqual([[2, 6, 'epoch', false]])
    expect(checkSeals(trail.folder)).toEqual({ epochs: [1, 2], sealedUpTo: 6, records: 7, wrong: [] })
    trail.crash()
  })

  test('once after a sleep, not once for each hour slept', () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    trail.advance(10).heartbeat()
    trail.suspend(8 * 3600).gap('suspend', 'mono', null)
    trail.advance(10).heartbeat()
    expect(told(trail)).toEqual([[1, 3, 'epoch', false]])
    expect(checkSeals(trail.folder)).toMatchObject({ epochs: [1], wrong: [] })
    trail.crash()
  })

  test('though nothing but heartbeats was written: silence is sealed like anything else', () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    for (let minute = 0; minute < 180; minute++) trail.advance(60).heartbeat()
    expect(told(trail).map(([epoch]) => epoch)).toEqual([1, 2, 3])
    expect(checkSeals(trail.folder)).toMatchObject({ epochs: [1, 2, 3], wrong: [] })
    trail.crash()
  })

  test('when the label day changes: the close is the last record of the old segment, at the look of the one before', async () => {
    const trail = new TrailBuilder({ utc: '2026-03-03T23:59:30.000000000Z', seals: {} })
    trail.open()
    trail.advance(64).heartbeat({ chord: { low: -0.002, high: 0.001 }, looks: 256 })
    expect(await typesOf(trail)).toEqual(['1 open', '1 close', '2 open', '2 heartbeat'])
    expect(told(trail)).toEqual([[1, 2, 'rotation', true]])
    const { placed } = await readAll(trail.folder)
    expect(placed.map(({ record }) => [record.since.looks, record.since.chord.lowNs])).toEqual([
      [1, '0'],
      [0, '0'],
      [256, '-2000000'],
      [0, '0'],
    ])
    expect(placed[2]?.record).toMatchObject({
      epoch: 2,
      publicKey: nextKeyOf(placed[1]),
    })
    expect(trail.seals[0]).toMatchObject({ path: 'seals/2026/03/000000001.checkpoint', label: '2026-03-03' })
    expect(placed[1]?.record.wall).toBe(placed[0]?.record.wall)
    trail.crash()
  })

  test('at an orderly stop, and the next start begins with the key that was left for it', async () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    trail.close('SIGTERM')
    expect(told(trail)).toEqual([[1, 2, 'SIGTERM', true]])
    expect(keysOf(trail)).toEqual(['000000002.key', 'last-seal'])
    const { record } = trail.advance(60).open()
    expect(record).toMatchObject({ seq: 3, epoch: 2, afterCrash: false })
    trail.close()
    expect(checkSeals(trail.folder)).toEqual({ epochs: [1, 2], sealedUpTo: 4, records: 4, wrong: [] })
    expect(trail.problems).toEqual([])
  })

  test('when somebody asks: the seal is the answer', () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    const news = trail.seal('for an anchor')
    expect(news).toMatchObject({ epoch: 1, seq: 2, final: false, reason: 'for an anchor' })
    expect(readFileSync(join(trail.folder, news.path), 'utf8')).toBe(news.text)
    expect(told(trail)).toHaveLength(1)
    trail.advance(1).heartbeat({ looks: 4 })
    expect(trail.placed.at(-1)?.record.since.looks).toBe(4)
    trail.close()
    expect(checkSeals(trail.folder)).toMatchObject({ epochs: [1, 2], wrong: [] })
  })

  test('on time in the boot after a crash: its time begins anew with that boot', () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    trail.advance(3000).heartbeat()
    trail.crash().reboot(20, 'another').open()
    trail.advance(3599).heartbeat()
    expect(trail.seals).toEqual([])
    trail.advance(1).heartbeat()
    expect(told(trail)).toEqual([[1, 5, 'epoch', false]])
    trail.crash()
  })

  test('on time in the same boot after a crash: what passed before counts', () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    trail.advance(3000).heartbeat()
    trail.crash().advance(500).open()
    trail.advance(99).heartbeat()
    expect(trail.seals).toEqual([])
    trail.advance(1).heartbeat()
    expect(told(trail)).toEqual([[1, 5, 'epoch', false]])
    expect(checkSeals(trail.folder)).toMatchObject({ epochs: [1], wrong: [] })
    trail.crash()
  })
})

describe('a wall clock that is set', () => {
  test('over midnight, over a sealed segment, a year forward and back: sequence and epochs go on without a gap', async () => {
    const trail = new TrailBuilder({ utc: '2026-01-01T00:30:00.000000000Z', seals: {} })
    const day = 86_400
    trail.open()
    trail.advance(5).set(-3600).change(-3600)
    trail.advance(3600).heartbeat()
    trail.advance(day).heartbeat()
    trail
      .advance(5)
      .set(-2 * day)
      .change(-2 * day)
    trail
      .advance(5)
      .set(365 * day)
      .change(365 * day)
    trail.advance(3700).heartbeat()
    trail
      .advance(5)
      .set(-365 * day)
      .change(-365 * day)
    trail.advance(5).heartbeat()
    trail.crash().advance(5).open()
    trail.close()
    const { epochs, wrong, records, sealedUpTo } = checkSeals(trail.folder)
    expect(wrong).toEqual([])
    expect(epochs).toEqual(epochs.map((_, index) => index + 1))
    expect([epochs.length, sealedUpTo]).toEqual([8, records])
    expect(trail.problems).toEqual([])
  })
})

test('each step of a close is on the disk before the next begins', () => {
  const files = faultyFiles()
  const trail = new TrailBuilder({ files, seals: {} })
  trail.open()
  trail.advance(3600)
  files.calls.length = 0
  trail.heartbeat()
  const { keys } = sealsOf(trail.folder)
  const short = (path: string): string => path.replace(keys, 'keys').replace(trail.folder, 'trail')
  const steps = ['write', 'syncFile', 'syncData', 'rename', 'syncFolder', 'remove']
  const segment = 'trail/2026/03/2026-03-03.000001.ndjson'
  const seal = 'trail/seals/2026/03/000000001.checkpoint'
  const made = files.calls.filter(({ call }) => steps.includes(call)).map(({ call, path }) => `${call} ${short(path)}`)
  const whole = (path: string) => [
    `remove ${path}.tmp`,
    `write ${path}.tmp`,
    `syncFile ${path}.tmp`,
    `rename ${path}.tmp`,
  ]
  expect(made.map((step) => step.replace(/^syncFolder \/tmp$/, 'syncFolder above'))).toEqual([
    'syncFolder above',
    ...whole('keys/000000002.key'),
    'syncFolder keys',
    `write ${segment}`,
    `syncData ${segment}`,
    ...whole(seal),
    'syncFolder trail/seals/2026/03',
    'syncFolder trail/seals/2026',
    'syncFolder trail/seals',
    'syncFolder trail',
    'syncFolder above',
    ...whole('keys/last-seal'),
    'syncFolder keys',
    'write keys/000000001.key',
    'syncFile keys/000000001.key',
    'remove keys/000000001.key',
    'syncFolder keys',
    `write ${segment}`,
    `syncData ${segment}`,
  ])
  trail.crash()
})

describe('while a step fails', () => {
  test('the epoch goes on where the next key cannot be made, and is closed when it can', () => {
    const files = faultyFiles()
    const trail = new TrailBuilder({ files, seals: {} })
    const { keys } = sealsOf(trail.folder)
    trail.open()
    files.fault = (call, path) => (call === 'open' && path.startsWith(join(keys, '000000002')) ? 'EROFS' : null)
    for (let i = 0; i < 3; i++) trail.advance(3600).heartbeat()
    expect(trail.seals).toEqual([])
    expect(trail.problems).toHaveLength(1)
    expect(trail.problems[0]).toMatchObject({ code: 'ERR_UNSEALED', message: expect.stringContaining('(EROFS)') })
    files.fault = () => null
    trail.advance(1).heartbeat()
    expect(told(trail)).toEqual([[1, 5, 'epoch', false]])
    expect(checkSeals(trail.folder)).toMatchObject({ epochs: [1], wrong: [] })
    trail.crash()
  })

  test.each(['seals', 'last-seal', '000000001.key'])('recording goes on where %s cannot be written', (name) => {
    const files = faultyFiles()
    const trail = new TrailBuilder({ files, seals: {} })
    trail.open()
    files.fault = (call, path) =>
      path.includes(name) && ['open', 'remove', 'makeFolder'].includes(call) && !path.endsWith('.tmp.x') ? 'EIO' : null
    for (let i = 0; i < 5; i++) trail.advance(1800).heartbeat()
    expect(trail.seals).toEqual([])
    expect(trail.problems).toHaveLength(1)
    expect(trail.placed).toHaveLength(6)
    // The next epoch is not closed before this one is sealed.
    expect(keysOf(trail)).toEqual(['000000001.key', '000000002.key', 'last-seal'])
    files.fault = () => null
    trail.advance(1).heartbeat()
    trail.heartbeat()
    expect(told(trail)).toEqual([
      [1, 3, 'epoch', false],
      [2, expect.any(Number), 'epoch', false],
    ])
    expect(keysOf(trail)).toEqual(['000000003.key', 'last-seal'])
    expect(checkSeals(trail.folder)).toMatchObject({ epochs: [1, 2], wrong: [] })
    trail.crash()
  })

  test('of writing the close, the draft behind it is not recorded; the same call again does both', async () => {
    const files = faultyFiles()
    const trail = new TrailBuilder({ files, seals: {} })
    trail.open()
    trail.advance(3600)
    files.fault = (call, path) => (call === 'syncData' && path.endsWith('.ndjson') ? 'EIO' : null)
    expect(() => trail.heartbeat()).toThrow('the disk reports an error')
    files.fault = () => null
    trail.heartbeat()
    expect(checkSeals(trail.folder)).toMatchObject({ epochs: [1], wrong: [] })
    const { placed, broken } = await readAll(trail.folder)
    expect(broken).toEqual([])
    expect(placed.filter(({ record }) => record.type === 'close')).toHaveLength(1)
    trail.close()
    expect(checkSeals(trail.folder)).toMatchObject({ epochs: [1, 2], wrong: [] })
  })
})
