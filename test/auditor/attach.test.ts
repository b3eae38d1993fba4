/** attach(): what is found in `live.json` is believed only where it speaks of this computer, this boot, this run and this moment. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type AttachedAuditor, attach, attachWith } from '../../lib/auditor/attach.js'
import { encodeLiveText } from '../../lib/evidence/live-board.js'
import type { LiveRecord } from '../../lib/evidence/live-record.js'
import { removeFolders, temporaryFolder } from '../support/simulated-audit.js'

const second = 1_000_000_000n
const bootId = '00000000-0000-4000-8000-000000000001'
const token = 'token-of-this-run'
const wallNs = 1_788_000_000n * second
/** P where all begins; wall - P. */
const start = 5_000n * second
const c = wallNs - start

let folder = ''
let clock: AttachedAuditor | null = null
let nowNs = start
let stepNs = 0n
let count = 0

const record = (change: Partial<LiveRecord> = {}): LiveRecord => ({
  aNs: nowNs,
  aSpanNs: 0n,
  pNs: nowNs,
  slewPpb: 0n,
  lookPNs: nowNs,
  silenceNs: second,
  cLowNs: c + stepNs,
  cHighNs: c + stepNs,
  stepPpb: 0n,
  sleeps: 1n,
  // M = TAI - A: the clock is right within 2 ms.
  mLowNs: c + 37n * second - 2_000_000n,
  mHighNs: c + 37n * second + 2_000_000n,
  ratePpb: 600_000n,
  support: 3n,
  lack: 0n,
  sampleNs: nowNs,
  longestGapNs: 64n * second,
  selfNs: -(2n ** 62n),
  taiUtcNs: 37n * second,
  leapAtNs: 2n ** 62n,
  toleranceNs: 50_000_000n,
  seq: 12n,
  ...change,
})
const path = () => join(folder, 'live.json')
const text = (change: Partial<LiveRecord> = {}, origin: object = {}) =>
  encodeLiveText(record(change), { bootId, token, pid: 1, count: ++count, ...origin })
const write = (content = text()) => writeFileSync(path(), content)
const lock = (own = token) =>
  writeFileSync(
    join(folder, 'lock'),
    JSON.stringify({ pid: 1, started: null, bootId, host: 'here', namespace: null, token: own, sqlite: false }),
  )

async function attached(): Promise<AttachedAuditor> {
  const sight = () => ({ wallNs: nowNs + c + stepNs, c: { lowNs: c + stepNs, highNs: c + stepNs } })
  clock = await attachWith({ trail: folder }, { bootId, nowNs: () => nowNs, sight })
  return clock
}

beforeEach(() => {
  folder = join(temporaryFolder(), 'trail')
  mkdirSync(folder)
  nowNs = start
  stepNs = 0n
})
afterEach(() => {
  clock?.close()
  clock = null
})
afterAll(removeFolders)

const down = { verdict: 'UNMONITORED', cause: 'auditor-down', low: null, high: null }

test('a fresh file of the run that holds the trail: its bound, rounded outwards and widened by the time since', async () => {
  lock()
  write()
  nowNs += 100_000_000n
  expect((await attached()).bound()).toEqual({
    verdict: 'PROVEN',
    low: -0.00206,
    high: 0.00206,
    support: 'voted',
    witness: 'looks',
    asOf: '2026-08-29T10:40:00.100000000Z',
    expires: '2026-08-29T10:40:01.000000000Z',
    cause: null,
  })
})

test('stale: nobody has written for more than four periods, as where the auditor was killed', async () => {
  lock()
  write()
  const clock = await attached()
  nowNs += second
  expect(clock.bound().verdict).toBe('PROVEN')
  nowNs += 1n
  expect(clock.bound()).toMatchObject({ verdict: 'UNMONITORED', cause: 'starved' })
  expect(() => clock.assertWithin('1h')).toThrow(expect.objectContaining({ code: 'ERR_CLOCK_NOT_PROVEN' }))
  // Somebody writes again.
  write()
  expect(clock.bound().verdict).toBe('PROVEN')
})

test('the clock was set right before the call', async () => {
  lock()
  write()
  const clock = await attached()
  expect(clock.bound().verdict).toBe('PROVEN')
  stepNs = 3_000_000n
  expect(clock.bound()).toMatchObject({ verdict: 'UNMONITORED', cause: 'clock-change', low: null })
})

describe('no evidence', () => {
  test.each<[string, () => void, string]>([
    ['no file', () => lock(), 'auditor-down'],
    ['no lock beside it: a copy of a trail', () => write(), 'auditor-down'],
    [
      'a lock of another run: a file copied from another trail',
      () => {
        lock('another-run')
        write()
      },
      'auditor-down',
    ],
    [
      'another boot, or another computer that shares the folder',
      () => {
        lock()
        write(text({}, { bootId: '00000000-0000-4000-8000-000000000002' }))
      },
      'boot',
    ],
    [
      'cut off',
      () => {
        lock()
        write()
        truncateSync(path(), 700)
      },
      'auditor-down',
    ],
    [
      'half of one text and half of another',
      () => {
        lock()
        write(text().slice(0, 400) + text({ mLowNs: 0n }).slice(400))
      },
      'auditor-down',
    ],
    [
      'something else',
      () => {
        lock()
        write('{}')
      },
      'auditor-down',
    ],
    [
      'a folder',
      () => {
        lock()
        mkdirSync(path())
      },
      'auditor-down',
    ],
    [
      'a symbolic link',
      () => {
        lock()
        writeFileSync(join(folder, '.elsewhere'), text())
        symlinkSync('.elsewhere', path())
      },
      'auditor-down',
    ],
    [
      'a record from ahead',
      () => {
        lock()
        write(text({ pNs: start + second, lookPNs: start + second }))
      },
      'boot',
    ],
    [
      'the auditor has stopped',
      () => {
        lock()
        write(text({ support: 0n, lack: 2n }))
      },
      'auditor-down',
    ],
  ])('%s', async (_name, prepare, cause) => {
    prepare()
    expect((await attached()).bound()).toMatchObject({ ...down, cause })
  })
})

test('a pipe in its place holds nobody up', async () => {
  if (process.platform === 'win32') return
  lock()
  execFileSync('mkfifo', [path()])
  expect((await attached()).bound()).toMatchObject(down)
  rmSync(path())
  rmSync(join(folder, 'lock'))
  write()
  execFileSync('mkfifo', [join(folder, 'lock')])
  nowNs += 400_000_000n
  expect(clock!.bound()).toMatchObject(down)
})

test('a new run with a new lock: its file is found by its name', async () => {
  lock()
  write()
  const clock = await attached()
  expect(clock.bound().verdict).toBe('PROVEN')
  nowNs += 400_000_000n
  lock('next-run')
  writeFileSync(join(folder, '.new'), text({ mHighNs: c + 37n * second + 4_000_000n }, { token: 'next-run' }))
  renameSync(join(folder, '.new'), path())
  expect(clock.bound()).toMatchObject({ verdict: 'PROVEN', high: 0.004 })
})

test('a file that was torn for a moment is read again', async () => {
  lock()
  write()
  const clock = await attached()
  expect(clock.bound().verdict).toBe('PROVEN')
  const whole = text()
  write(`${whole.slice(0, 300)}${'x'.repeat(whole.length - 300)}`)
  expect(clock.bound()).toMatchObject(down)
  write(whole)
  expect(clock.bound().verdict).toBe('PROVEN')
})

test('closed: nothing is known any more', async () => {
  lock()
  write()
  const clock = await attached()
  clock.close()
  clock.close()
  expect(clock.bound()).toMatchObject(down)
})

test('no folder, no path: said at once', async () => {
  rmSync(folder, { recursive: true })
  await expect(attach({ trail: folder })).rejects.toMatchObject({ code: 'ERR_TRAIL_READ' })
  await expect(attach({ trail: '' })).rejects.toMatchObject({ code: 'ERR_OPTION', option: 'trail' })
})
