/** The real sources on the computer that runs the tests: they are only read. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, test } from '@jest/globals'
import { readBootId } from '../../lib/clock/boot.js'
import { openLibc } from '../../lib/clock/libc.js'
import { openNative } from '../../lib/clock/native.js'
import { observe } from '../../lib/clock/observe.js'
import { openClockSource } from '../../lib/clock/open.js'
import { openPortable } from '../../lib/clock/portable.js'
import { systemTimers } from '../../lib/clock/timers.js'
import type { ClockReading, ClockSource } from '../../lib/clock/types.js'
import { openUptime } from '../../lib/clock/uptime.js'
import { contains, meet, subtract, width } from '../../lib/interval.js'

const libc = openLibc()
// Reasons to pass over: koffi is optional and has no Linux clocks elsewhere; the portable sources are held to the same tests everywhere.
const natively = libc === null ? test.skip : test
const onLinux = process.platform === 'linux' ? test : test.skip
const opened: ClockSource[] = []
const open = (prefer: 'native' | 'wasi' | 'edge'): ClockSource => {
  const source = openClockSource({ prefer })
  opened.push(source)
  return source
}
afterAll(() => {
  for (const source of opened) source.close()
})

/** Wall - mono by a reading of any source on Linux. */
const wallMinusMono = ({ line, asleep, rawNs }: ClockReading) =>
  rawNs === null ? line : { lowNs: line.lowNs + asleep.lowNs, highNs: line.highNs + asleep.highNs }

describe('each source', () => {
  test.each(['native', 'wasi', 'edge'] as const)('%s: reads its own clocks consistently', (prefer) => {
    const source = open(prefer)
    const before = source.auditNs()
    const reading = source.read()
    expect(reading.aNs).toBeGreaterThanOrEqual(before)
    expect(source.auditNs()).toBeGreaterThanOrEqual(reading.aNs)
    expect(width(reading.d)).toBeGreaterThan(0n)
    const wallMs = Number(reading.wallNs / 1_000_000n)
    expect(Math.abs(wallMs - Date.now())).toBeLessThan(10_000)
    expect(reading.wallNs - reading.d.highNs).toBeLessThanOrEqual(reading.aNs)
    // The wall clock's reading may be as old as its resolution.
    expect(contains(reading.d, reading.wallNs - reading.aNs)).toBe(true)
  })

  onLinux('of them all agree on wall - mono and on the boot', () => {
    const sources = (['native', 'wasi', 'edge'] as const).map(open)
    // A set in this very moment would part them; it would have to come in each of three rounds.
    const rounds = [0, 1, 2].map(() => {
      const [first, ...others] = sources.map((source) => wallMinusMono(source.read()))
      return others.every((other) => meet(first!, other) !== null)
    })
    expect(rounds).toContain(true)
    expect(new Set(sources.map(({ bootId }) => bootId)).size).toBe(1)
    expect(readBootId()).toMatch(/^[0-9a-f]{8}-/)
  })

  test('is the one asked for, or the next that can be had', () => {
    expect(open('edge').name).toBe('edge')
    expect(open('wasi').name).toBe('wasi')
    expect(open('native').name).toBe(libc === null ? 'wasi' : 'native')
    expect(openLibc('win32')).toBeNull()
    expect(openLibc('linux', 'ia32')).toBeNull()
    expect(openNative(null)).toBeNull()
  })

  test('elsewhere than on Linux runs free of the wall clock and through sleep', () => {
    const source = openPortable('wasi', 'darwin', 'some-boot')
    expect(source).toMatchObject({ steered: false, coupled: false, bootId: 'some-boot' })
    const reading = source.read()
    expect(reading.asleep).toEqual({ lowNs: 0n, highNs: 0n })
    expect([reading.monoNs, reading.bootNs]).toEqual([reading.aNs, reading.aNs])
  })
})

describe('native', () => {
  natively('A is steered by no daemon, TAI is whole seconds, the kernel tells of itself', () => {
    const source = open('native')
    const reading = source.read()
    expect(source).toMatchObject({ auditClock: 'CLOCK_MONOTONIC_RAW', steered: false, coupled: true, resolutionNs: 1n })
    expect(reading.rawNs).toBe(reading.aNs)
    expect(reading.kernelTaiNs! % 1_000_000_000n).toBe(0n)
    const kernel = source.kernel?.()
    expect(kernel?.state).toBeLessThanOrEqual(5)
    expect(kernel?.maxErrorNs).toBeGreaterThanOrEqual(0n)
  })

  natively('the notice is silent while nobody sets the clock, and ends with the source', () => {
    const source = openClockSource()
    expect(['none', 'absent']).toContain(source.notice())
    expect(observe(source).notice).not.toBe('seen')
    source.close()
    expect(source.notice()).toBe('absent')
  })

  natively('boot - mono does not move while awake', () => {
    const source = open('native')
    const [a, b] = [source.read(), source.read()]
    expect(contains(subtract(b.asleep, a.asleep), 0n)).toBe(true)
  })
})

describe('uptime', () => {
  onLinux('is read to 10 ms, and to a second where /proc has none', () => {
    const [proc, libuv] = [openUptime(), openUptime('/proc/no-such-file')]
    const [sharp, coarse] = [proc.read(), libuv.read()]
    expect(width(sharp)).toBe(10_000_000n)
    expect(width(coarse)).toBe(1_000_000_000n)
    expect(meet(sharp, { lowNs: coarse.lowNs - 1_000_000_000n, highNs: coarse.highNs })).not.toBeNull()
    proc.close()
  })
})

describe('the host application', () => {
  const script = fileURLToPath(new URL('./host.js', import.meta.url))
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', timeout: 20_000 })

  test.each(['native', 'wasi', 'edge'])('%s: is not warned, not kept alive, not held at its exit', (prefer) => {
    expect(existsSync(script)).toBe(true)
    for (const how of ['end', 'exit']) {
      const { status, stdout, stderr, signal } = run(prefer, how)
      expect({ status, stderr, signal }).toEqual({ status: 0, stderr: '', signal: null })
      expect(stdout).toBe('read\n')
    }
  })

  test('that fakes its clocks and timers does not fake ours', () => {
    const { stdout, stderr } = run('wasi', 'fake')
    expect(stderr).toBe('')
    expect(stdout).toBe('read\nticked\n')
  })

  test.each(['native', 'wasi', 'edge'])(
    '%s: works in a worker, which can be terminated at any time',
    async (prefer) => {
      const worker = new Worker(script, { argv: [prefer, 'spin'], stdout: true, stderr: true })
      const read = await new Promise((resolve, reject) => {
        worker.once('message', resolve)
        worker.once('error', reject)
      })
      expect(read).toBe(prefer === 'native' && libc === null ? 'wasi' : prefer)
      expect(await worker.terminate()).toBe(1)
    },
  )
})

test('the real timers can be unreferenced', () => {
  const handle = systemTimers.setTimeout(() => undefined, 1_000_000) as NodeJS.Timeout
  expect(handle.unref().hasRef()).toBe(false)
  systemTimers.clearTimeout(handle)
})
