/** bound() and assertWithin() of an auditor with real workers: hung, killed, under the host's fake timers, asked from a forked child. */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, expect, jest, test } from '@jest/globals'
import type { ClockBound } from '../../lib/auditor/live.js'
import { Auditor } from '../../lib/auditor.js'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import type { ReferenceChange } from '../../lib/testing/loopback-settings.js'
import { removeFolders, temporaryFolder } from '../support/simulated-audit.js'

const open: { stop(): Promise<void> }[] = []

afterEach(async () => {
  jest.useRealTimers()
  for (const each of open.splice(0).reverse()) await each.stop()
})
afterAll(removeFolders)

async function audited(
  change: ReferenceChange = {},
): Promise<{ auditor: Auditor; trail: string; port: number; reference: LoopbackReference }> {
  const reference = await LoopbackReference.start(change)
  open.push(reference)
  const trail = join(temporaryFolder(), 'trail')
  const auditor = await Auditor.start({
    trail,
    references: [reference.at],
    trustLocal: true,
    interval: '1s',
    tolerance: '500ms',
  })
  open.push(auditor)
  return { auditor, trail, port: reference.port, reference }
}

/** Asks until it is so: the workers live in threads of their own. */
async function until(ask: () => ClockBound, verdict: string): Promise<ClockBound> {
  for (;;) {
    const bound = ask()
    if (bound.verdict === verdict) return bound
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('from the first durable sample on it is PROVEN, around zero; after stop UNMONITORED', async () => {
  const { auditor, reference } = await audited({ faults: ['silent'] })
  expect(auditor.bound()).toMatchObject({ verdict: 'UNMONITORED', low: null, high: null, support: null, expires: null })
  expect(() => auditor.assertWithin('1d')).toThrow(
    expect.objectContaining({ code: 'ERR_CLOCK_NOT_PROVEN', bound: null }),
  )
  reference.set({ faults: [] })
  const bound = await until(() => auditor.bound(), 'PROVEN')
  expect(bound).toMatchObject({ support: 'single', witness: 'looks', cause: null })
  // The reference tells this computer's own time.
  expect(bound.low).toBeLessThanOrEqual(0)
  expect(bound.high).toBeGreaterThanOrEqual(0)
  expect(bound.asOf).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
  expect(bound.expires! > bound.asOf).toBe(true)
  expect(auditor.assertWithin('400ms').verdict).toBe('PROVEN')
  expect(() => auditor.assertWithin('1ns')).toThrow(
    expect.objectContaining({ verdict: 'INDETERMINATE', cause: 'bound-too-wide', limit: '1ns' }),
  )
  expect(() => auditor.assertWithin('soon')).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option: 'limit' }))
  await auditor.stop()
  expect(auditor.bound()).toMatchObject({ verdict: 'UNMONITORED', cause: 'auditor-down' })
  expect(() => auditor.assertWithin('1d')).toThrow(/UNMONITORED, auditor-down/)
}, 30_000)

test('the host fakes Date, timers, hrtime and performance: the answer is about the real clock all the same', async () => {
  jest.useFakeTimers({ now: 0 })
  const { auditor } = await audited()
  jest.useRealTimers()
  await until(() => auditor.bound(), 'PROVEN')
  jest.useFakeTimers({ now: 0 })
  expect(Date.now()).toBe(0)
  expect(process.hrtime.bigint()).toBe(0n)
  const bound = auditor.bound()
  expect(bound.verdict).toBe('PROVEN')
  expect(Number(bound.asOf.slice(0, 4))).toBeGreaterThan(2020)
  expect(auditor.assertWithin('400ms').verdict).toBe('PROVEN')
  jest.useRealTimers()
}, 30_000)

test('a forked child does not inherit the auditor: it attaches, hears, and is UNMONITORED once the auditor is gone', async () => {
  const { auditor, trail } = await audited()
  await until(() => auditor.bound(), 'PROVEN')
  const script = join(import.meta.dirname, '../support/attached-application.js')
  const child = fork(script, [trail], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const lines: Record<string, unknown>[] = []
  let told: () => void = () => {}
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(JSON.parse(line))
    told()
  })
  const next = async (event: string, wanted: (line: Record<string, unknown>) => boolean = () => true) => {
    for (;;) {
      const at = lines.findIndex((line) => line.event === event && wanted(line))
      if (at >= 0) return lines.splice(0, at + 1).at(-1)!
      await new Promise<void>((resolve) => {
        told = resolve
      })
    }
  }
  await next('attached')
  let bound: Record<string, unknown>
  do {
    child.send('bound')
    bound = await next('bound')
  } while (bound.verdict !== 'PROVEN')
  expect(bound).toMatchObject({ support: 'single', cause: null })
  expect(bound.low).toBeLessThanOrEqual(0)
  expect(bound.high).toBeGreaterThanOrEqual(0)
  const sample = await auditor.sample()
  await next('sample', ({ seq }) => seq === sample.seq)
  await auditor.stop()
  do {
    child.send('bound')
    bound = await next('bound')
  } while (bound.verdict === 'PROVEN')
  expect(bound).toMatchObject({ verdict: 'UNMONITORED', cause: 'auditor-down', low: null })
  child.disconnect()
  await once(child, 'exit')
  expect(child.exitCode).toBe(0)
}, 60_000)

test('engine-hangs-and-is-killed: UNMONITORED within four periods, PROVEN again only by new evidence', async () => {
  const reference = await LoopbackReference.start()
  open.push(reference)
  const script = join(import.meta.dirname, '../support/asking-application.js')
  const args = [script, join(temporaryFolder(), 'trail'), `${reference.port}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  await once(child, 'close')
  expect(child.exitCode).toBe(0)
  interface Seen {
    ms: number
    verdict: string
    cause: string | null
    samples: number
  }
  const told = JSON.parse(out) as {
    first: ClockBound
    hung: Seen[]
    killed: Seen[]
    after: ClockBound
  }
  expect(told.first).toMatchObject({ verdict: 'PROVEN' })
  expect(told.after).toMatchObject({ verdict: 'UNMONITORED', cause: 'auditor-down' })
  // Hung for three seconds: four periods are one second. Then the same cone goes on, as A did.
  expect(told.hung.map(({ verdict, cause }) => `${verdict} ${cause}`)).toEqual([
    'PROVEN null',
    'UNMONITORED starved',
    'PROVEN null',
  ])
  expect(told.hung[1]!.ms).toBeLessThan(1_500)
  expect(told.hung[2]!.ms).toBeGreaterThan(told.hung[1]!.ms)
  // Killed and started again: nothing of the old engine counts.
  const [before, ...killed] = told.killed.map(({ verdict, cause }) => `${verdict} ${cause}`)
  expect(before).toBe('PROVEN null')
  expect(killed.at(-1)).toBe('PROVEN null')
  expect(killed).toContain('UNMONITORED worker-died')
  for (const one of killed.slice(0, -1)) expect(one).toMatch(/^UNMONITORED (worker-died|starved)$/)
  expect(told.killed.at(-1)!.samples).toBeGreaterThan(0)
}, 90_000)
