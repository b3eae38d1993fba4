import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from '@jest/globals'
import { realFiles } from '../../lib/scribe/files.js'
import { type Holder, isGone, type Processes, parseHolder, realProcesses } from '../../lib/scribe/holder.js'
import { TrailLock } from '../../lib/scribe/lock.js'
import { Scribe } from '../../lib/scribe/scribe.js'
import { startChild } from '../support/child.js'
import { faultyFiles } from '../support/faulty-files.js'
import { freshFolder } from '../support/trail-folder.js'

const self: Omit<Holder, 'token' | 'sqlite'> = {
  pid: 100,
  started: '5000',
  bootId: 'boot-1',
  host: 'here',
  namespace: 'pid:[1]',
}
/** A computer on which the processes of `living` run, each with its start time. */
function computer(living: Record<number, string | null>, me: Partial<typeof self> = {}): Processes {
  return {
    self: () => ({ ...self, ...me }),
    exists: (pid) => pid in living,
    started: (pid) => living[pid] ?? null,
  }
}
const other: Holder = { ...self, pid: 50, started: '3000', token: 'old', sqlite: false }

describe('isGone', () => {
  test.each<[string, Partial<Holder>, Processes, boolean, boolean]>([
    ['its pid is dead', {}, computer({}), false, true],
    ['it runs', {}, computer({ 50: '3000' }), false, false],
    ['its pid belongs to a younger process', {}, computer({ 50: '3001' }), false, true],
    ['its pid lives and nobody knows since when', {}, computer({ 50: null }), false, false],
    ['the computer was started anew', { bootId: 'boot-0' }, computer({ 50: '3000' }), false, true],
    ['it is on another computer', { host: 'there', bootId: 'boot-9' }, computer({}), false, false],
    [
      'it is on another computer, though SQLite let us in',
      { host: 'there', bootId: 'boot-9' },
      computer({}),
      true,
      false,
    ],
    ['it is in another container', { namespace: 'pid:[2]' }, computer({}), false, false],
    [
      'it is in another container on this kernel, and holds no SQLite lock any more',
      { namespace: 'pid:[2]', host: 'there', sqlite: true },
      computer({}),
      true,
      true,
    ],
    ['its SQLite lock is free', { sqlite: true }, computer({ 50: '3000' }), true, true],
    ['it never had a SQLite lock, and runs', { sqlite: false }, computer({ 50: '3000' }), true, false],
    [
      'no boot id is known on either side, and it runs',
      { bootId: null },
      computer({ 50: null }, { bootId: null }),
      false,
      false,
    ],
    [
      'no boot id is known on either side, and its SQLite lock is free',
      { bootId: null, sqlite: true },
      computer({ 50: null }, { bootId: null }),
      true,
      true,
    ],
  ])('%s', (_, change, processes, exclusive, gone) => {
    expect(isGone({ ...other, ...change }, processes, exclusive)).toBe(gone)
  })
})

test('this process knows itself', () => {
  const me = realProcesses.self()
  expect(me.pid).toBe(process.pid)
  expect(realProcesses.exists(process.pid)).toBe(true)
  expect(realProcesses.started(process.pid)).toBe(me.started)
  expect(parseHolder(JSON.stringify({ ...me, token: 'x', sqlite: true }))).toEqual({ ...me, token: 'x', sqlite: true })
})

test.each(['', 'x', 'null', '[]', '{}', '{"pid":0}', JSON.stringify({ ...other, token: '../x' })])(
  'a lock file with %j says nothing',
  (text) => {
    expect(parseHolder(text)).toBeNull()
  },
)

const without = (): 'unavailable' => 'unavailable'
const take = (folder: string, processes: Processes, token?: string): TrailLock =>
  TrailLock.take(folder, { files: realFiles, processes, sqlite: without, ...(token !== undefined && { token }) })

describe('the lock file alone', () => {
  test('says who holds the trail, and is gone when it is given back', () => {
    const folder = freshFolder()
    const lock = take(folder, computer({}))
    expect(lock.kind).toBe('file')
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toEqual({
      ...self,
      token: lock.token,
      sqlite: false,
    })
    expect(readdirSync(folder)).toEqual(['lock'])
    expect(lock.isHeld()).toBe(true)
    lock.release()
    expect(lock.isHeld()).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })

  test('refuses a second, naming process and host', () => {
    const folder = freshFolder()
    const lock = take(folder, computer({ 100: '5000' }))
    const second = (): unknown => take(folder, computer({ 100: '5000' }, { pid: 101, started: '6000' }))
    expect(second).toThrow(expect.objectContaining({ code: 'ERR_TRAIL_LOCKED' }))
    expect(second).toThrow(
      `the trail ${folder} is held by process 100 on here: it is running. Stop that auditor, or give this one a trail of ` +
        `its own; only if it is surely gone, delete ${join(folder, 'lock')}`,
    )
    expect(lock.isHeld()).toBe(true)
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  test('refuses a second of the same process', () => {
    const folder = freshFolder()
    take(folder, computer({ 100: '5000' }))
    expect(() => take(folder, computer({ 100: '5000' }))).toThrow('it is running')
  })

  test('is given again to the same token in the same process: its worker was started anew', () => {
    const folder = freshFolder()
    const processes = computer({ 100: '5000' })
    take(folder, processes, 'run-1')
    const again = take(folder, processes, 'run-1')
    expect(again.isHeld()).toBe(true)
    expect(() => take(folder, computer({ 100: '5000' }, { pid: 101 }), 'run-1')).toThrow('it is running')
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  test('is taken over from the dead', () => {
    const folder = freshFolder()
    writeFileSync(join(folder, 'lock'), JSON.stringify(other))
    const lock = take(folder, computer({}))
    expect(lock.isHeld()).toBe(true)
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  test('explains why it does not take over from elsewhere', () => {
    const folder = freshFolder()
    writeFileSync(join(folder, 'lock'), JSON.stringify({ ...other, host: 'there' }))
    expect(() => take(folder, computer({}))).toThrow(
      'is held by process 50 on there: this is here, from where nobody can tell whether it still runs',
    )
    writeFileSync(join(folder, 'lock'), JSON.stringify({ ...other, namespace: 'pid:[2]' }))
    expect(() => take(folder, computer({}))).toThrow('it runs in another container, where nobody can tell from here')
    writeFileSync(join(folder, 'lock'), 'nonsense')
    expect(() => take(folder, computer({}))).toThrow('its lock file says nothing readable')
  })

  test('of two that take over from the dead at once only one gets it, whatever their order', () => {
    // The second runs inside the first, at each of its calls in turn.
    for (let step = 0; step < 40; step++) {
      const folder = freshFolder()
      writeFileSync(join(folder, 'lock'), JSON.stringify(other))
      const files = faultyFiles()
      const both = computer({ 100: '5000', 101: '6000' })
      let count = 0
      let inner: TrailLock | string | null = null
      files.fault = () => {
        if (count === step) {
          count += 1
          try {
            inner = take(folder, { ...both, self: () => ({ ...self, pid: 101, started: '6000' }) })
          } catch (error) {
            inner = (error as { code: string }).code
          }
        }
        count += 1
        return null
      }
      let outer: TrailLock | string
      try {
        outer = TrailLock.take(folder, { files, processes: both, sqlite: without })
      } catch (error) {
        outer = (error as { code: string }).code
      }
      const held = [outer, inner].filter((one) => one instanceof TrailLock && one.isHeld())
      expect([step, held.length]).toEqual([step, 1])
      const loser = [outer, inner].find((one) => typeof one === 'string')
      if (inner !== null) expect(loser).toBe('ERR_TRAIL_LOCKED')
      rmSync(folder, { recursive: true })
    }
  })

  test('is taken over through a successor that died before it was done', () => {
    const folder = freshFolder()
    const died: Holder = { ...other, pid: 60, token: 'second' }
    writeFileSync(join(folder, 'lock'), JSON.stringify(other))
    writeFileSync(join(folder, 'lock.after-old'), JSON.stringify(died))
    expect(() => take(folder, computer({ 60: '3000' }))).toThrow('held by process 60')
    const lock = take(folder, computer({}))
    expect(lock.isHeld()).toBe(true)
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  test('works where the file system has no links', () => {
    const folder = freshFolder()
    const files = faultyFiles()
    files.fault = (call) => (call === 'link' ? 'EPERM' : null)
    const processes = computer({ 100: '5000' })
    const lock = TrailLock.take(folder, { files, processes, sqlite: without })
    expect(() => TrailLock.take(folder, { files, processes, sqlite: without })).toThrow('it is running')
    lock.release()
    expect(readdirSync(folder)).toEqual([])
  })

  test('says what to do where it cannot be written', () => {
    const folder = freshFolder()
    const files = faultyFiles()
    files.fault = (call) => (call === 'open' ? 'EACCES' : null)
    const attempt = (): unknown => TrailLock.take(folder, { files, processes: computer({}), sqlite: without })
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_TRAIL_WRITE' }))
    expect(attempt).toThrow('cannot be written (EACCES): the folder must be writable for this user')
  })
})

describe('with SQLite', () => {
  test('a second is refused though the lock file was deleted, and taken in when the first gave it back', () => {
    const folder = freshFolder()
    const first = TrailLock.take(folder, { files: realFiles })
    expect(first.kind).toBe('file+sqlite')
    rmSync(join(folder, 'lock'))
    expect(() => TrailLock.take(folder, { files: realFiles })).toThrow('held by another auditor: it holds lock.db')
    first.release()
    const second = TrailLock.take(folder, { files: realFiles })
    expect(second.isHeld()).toBe(true)
    second.release()
  })

  test('a lock file of another run on this computer is taken over when its SQLite lock is free', () => {
    const folder = freshFolder()
    const me = realProcesses.self()
    writeFileSync(join(folder, 'lock'), JSON.stringify({ ...me, token: 'crashed-worker', sqlite: true }))
    const lock = TrailLock.take(folder, { files: realFiles })
    expect(lock.isHeld()).toBe(true)
    lock.release()
  })

  test('another process that writes keeps us out, by its pid; once killed it does not', async () => {
    const folder = freshFolder()
    const child = startChild('writer-process', [folder])
    await child.until((line) => line.startsWith('record '))
    expect(() => Scribe.open({ folder, zone: 'UTC' })).toThrow(`is held by process ${child.process.pid} on`)
    await child.kill('SIGKILL')
    expect(existsSync(join(folder, 'lock'))).toBe(true)
    const scribe = Scribe.open({ folder, zone: 'UTC' })
    expect(scribe.tail?.orderly).toBe(false)
    const second = startChild('writer-process', [folder])
    await second.ended
    expect(second.lines[1]).toMatch(/^error ERR_TRAIL_LOCKED /)
    expect(second.lines[1]).toContain(`is held by process ${process.pid} on`)
    scribe.abandon()
  }, 30_000)

  test('a worker of this process that died leaves its lock to the next with its token', async () => {
    const folder = freshFolder()
    const script = fileURLToPath(new URL('../support/holding-worker.js', import.meta.url))
    const worker = new Worker(script, { workerData: { folder, token: 'run-7' }, execArgv: [] })
    await new Promise((resolve) => worker.once('message', resolve))
    expect(() => Scribe.open({ folder, zone: 'UTC', token: 'another' })).toThrow(`held by process ${process.pid} on`)
    await worker.terminate()
    const scribe = Scribe.open({ folder, zone: 'UTC', token: 'run-7' })
    expect(scribe.token).toBe('run-7')
    scribe.abandon()
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  })
})
