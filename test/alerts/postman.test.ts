/** Deliveries: in order, again while they fail, and never lost with the process. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Outbox } from '../../lib/alerts/outbox.js'
import { type Fared, Postman } from '../../lib/alerts/postman.js'
import type { ChannelConfig } from '../../lib/config/types.js'
import { VirtualTime } from '../../lib/testing/virtual-time.js'
import { messageOf } from './message.js'

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'queue-')), 'queue')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

const channel = (name: string): ChannelConfig => ({ name, kind: 'command', command: ['x'] })
const message = (id: string, channels = ['ops']) => messageOf({ id, channels })

function setUp(names = ['ops']) {
  const time = new VirtualTime(0n)
  const log: string[] = []
  const fails = new Map<string, string>()
  const postman = new Postman({
    channels: names.map(channel),
    outbox: new Outbox(folder),
    timers: time.timers,
    deliver: ({ id }, { name }) => {
      const why = fails.get(name)
      log.push(`${Number(time.nowNs() / 1_000_000_000n)} ${name} ${id}`)
      return why === undefined ? Promise.resolve('ok') : Promise.reject(new Error(why))
    },
    onFared: ({ id, channel: name, state, message: text }: Fared) => log.push(`${name} ${id} ${state} ${text}`),
  })
  const told = async () => {
    await postman.settled()
    return log.splice(0)
  }
  const run = (seconds: number) => time.run(time.nowNs() + BigInt(seconds) * 1_000_000_000n)
  return { postman, fails, told, run }
}

test('a message goes out at once and leaves nothing behind', async () => {
  const { postman, told } = setUp()
  postman.send(message('a'))
  expect(await told()).toEqual(['0 ops a', 'ops a sent ok'])
  expect(readdirSync(folder)).toEqual([])
})

test('while a channel fails its messages wait, in order, on the disk; other channels go on', async () => {
  const { postman, fails, told, run } = setUp(['ops', 'hook'])
  fails.set('ops', 'down')
  postman.send(message('a', ['ops', 'hook']))
  const first = await told()
  expect(first).toContain('ops a queued down')
  expect(first).toContain('hook a sent ok')
  postman.send(message('b'))
  expect(await told()).toEqual(['ops b queued messages before it are waiting'])
  expect(readdirSync(folder)).toHaveLength(2)
  await run(16)
  expect(await told()).toEqual(['15 ops a'])
  fails.delete('ops')
  await run(30)
  expect(await told()).toEqual(['45 ops a', 'ops a sent ok', '45 ops b', 'ops b sent ok'])
  expect(postman.waiting).toBe(0)
  expect(readdirSync(folder)).toEqual([])
})

test('what a process left behind is delivered by the next, oldest first', async () => {
  const one = setUp()
  one.fails.set('ops', 'down')
  one.postman.send(message('a'))
  await one.told()
  one.postman.send(message('b'))
  one.postman.stop()
  const two = setUp()
  two.postman.resume()
  expect(await two.told()).toEqual(['0 ops a', 'ops a sent ok', '0 ops b', 'ops b sent ok'])
  expect(readdirSync(folder)).toEqual([])
})

test('messages for a channel that is no more are dropped', async () => {
  new Outbox(folder).put(message('a'), 'gone')
  const { postman, told } = setUp()
  postman.resume()
  expect(await told()).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

test('a queue that cannot be written delivers from memory, and says so', async () => {
  writeFileSync(folder, 'a file')
  const { postman, told } = setUp()
  postman.send(message('a'))
  const lines = await told()
  expect(lines[0]).toMatch(/^ops a queued it cannot be kept in /)
  expect(lines.slice(1)).toEqual(['0 ops a', 'ops a sent ok'])
})

test('after a stop nothing is tried, and what waits stays', async () => {
  const { postman, fails, told, run } = setUp()
  fails.set('ops', 'down')
  postman.send(message('a'))
  await told()
  postman.stop()
  await run(100)
  expect(await told()).toEqual([])
  expect(readdirSync(folder)).toHaveLength(1)
})

test('a file that is no message is set aside, and strangers are left alone', () => {
  const outbox = new Outbox(folder)
  const { parcel } = outbox.put(message('a'), 'ops')
  const bad = `000002-ops-${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}.json`
  writeFileSync(join(folder, bad), '{"id": 1')
  writeFileSync(join(folder, 'README'), 'x')
  expect(outbox.list()).toEqual([{ ...parcel, message: message('a') }])
  expect(existsSync(join(folder, `${bad}.bad`))).toBe(true)
  expect(readFileSync(join(folder, 'README'), 'utf8')).toBe('x')
})

test('there is an end to their number: the oldest go', () => {
  const outbox = new Outbox(folder)
  outbox.put(message('a'), 'ops')
  for (let count = 2; count <= 1000; count++) {
    writeFileSync(
      join(folder, `${String(count).padStart(6, '0')}-ops-${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}.json`),
      JSON.stringify(message(String(count))),
    )
  }
  expect(outbox.put(message('b'), 'ops').dropped).toBe(1)
  const ids = outbox.list().map(({ message: { id } }) => id)
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([1000, '2', 'b'])
})
