/** The watch over what sets the clock: in steps of fake timers, and once with a real auditor and a real worker. */
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { disciplineWatch } from '../../lib/auditor/discipline.js'
import { Auditor } from '../../lib/auditor.js'
import type { Timers } from '../../lib/clock/types.js'
import type { Reader } from '../../lib/doctor/aside.js'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import type { DisciplineBody } from '../../lib/trail/types.js'
import { only, recordsOf, removeFolders, temporaryFolder } from '../support/simulated-audit.js'

afterAll(() => removeFolders())

const right: DisciplineBody = {
  type: 'discipline',
  service: 'chronyd',
  running: true,
  synchronised: true,
  sources: ['time.example.net'],
  settings: [],
  kernel: null,
  changed: [],
}
const stopped: DisciplineBody = { ...right, running: false, synchronised: false }

/** A watch whose readings and pauses the test gives out one by one. */
function watch(readings: readonly (DisciplineBody | Error)[], every: bigint = 300_000_000_000n) {
  const left = [...readings]
  const recorded: unknown[] = []
  const problems: string[] = []
  const pauses: number[] = []
  let due: (() => void) | null = null
  const cancelled: string[] = []
  const timers: Timers = {
    setTimeout: (run, ms) => {
      pauses.push(ms)
      due = run
      return 'timer'
    },
    clearTimeout: (handle) => {
      cancelled.push(String(handle))
      due = null
    },
  }
  const read = (): Reader => {
    const next = left.shift()
    const body =
      next instanceof Error ? Promise.reject(next) : next ? Promise.resolve(next) : new Promise<never>(() => {})
    return { body, cancel: () => cancelled.push('reader') }
  }
  const host = {
    record: (body: object) => {
      recorded.push(body)
      return Promise.resolve({ seq: recorded.length })
    },
    problem: (code: string, message: string) => void problems.push(`${code} ${message}`),
  }
  const service = disciplineWatch({ discipline: { everyNs: every } }, host, timers, read)
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    service,
    recorded,
    problems,
    pauses,
    cancelled,
    async start() {
      service?.started?.()
      await settle()
    },
    async next() {
      const run = due
      due = null
      run?.()
      await settle()
    },
  }
}

test('a record at the start, none while nothing changes, one when a second look confirms the change', async () => {
  const { start, next, recorded, pauses } = watch([right, right, stopped, stopped, stopped])
  await start()
  expect(recorded).toEqual([right])
  await next()
  await next()
  expect(recorded).toEqual([right])
  await next()
  expect(recorded).toEqual([right, { ...stopped, changed: ['running', 'synchronised'] }])
  await next()
  expect(recorded.length).toBe(2)
  expect(pauses).toEqual([300_000, 300_000, 10_000, 300_000, 300_000])
})

test('what one look alone saw is no change, and two that differ are looked at again in their time', async () => {
  const { start, next, recorded, pauses } = watch([right, stopped, right, stopped, { ...right, sources: [] }, right])
  await start()
  for (let count = 0; count < 5; count++) await next()
  expect(recorded).toEqual([right])
  expect(pauses).toEqual([300_000, 10_000, 300_000, 10_000, 300_000, 300_000])
})

test('a reading that fails is told once, and the watch goes on', async () => {
  const { start, next, recorded, problems } = watch([new Error('no'), new Error('no'), right, new Error('again')])
  await start()
  await next()
  expect(problems).toEqual(['ERR_DISCIPLINE no'])
  await next()
  await next()
  expect(recorded).toEqual([right])
  expect(problems).toEqual(['ERR_DISCIPLINE no', 'ERR_DISCIPLINE again'])
})

test('a stop ends the pause, and a reading that is under way', async () => {
  const waiting = watch([right])
  await waiting.start()
  await waiting.service?.stop?.(100)
  expect(waiting.cancelled).toEqual(['timer'])
  const reading = watch([])
  await reading.start()
  await reading.service?.stop?.(100)
  expect(reading.cancelled).toEqual(['reader'])
})

test('switched off there is no watch', () => {
  expect(watch([], 0n).service).toBe(null)
})

test('a real auditor records what sets the clock, from a worker of its own', async () => {
  await using reference = await LoopbackReference.start()
  const trail = join(temporaryFolder(), 'trail')
  const auditor = await Auditor.start({ trail, references: [reference.at], trustLocal: true })
  try {
    for (;;) {
      const found = only(recordsOf(trail), 'discipline')
      if (found.length > 0) {
        expect(found[0]?.service).not.toBe('')
        expect(found[0]?.changed).toEqual([])
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  } finally {
    await auditor.stop()
  }
})
