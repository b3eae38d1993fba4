/** A worker inside native code, played by one that works on in shared memory; and real auditors ended at every moment of their start. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from '@jest/globals'
import { NativeGate, shutAtExit } from '../../lib/clock/native-gate.js'

const workers: Worker[] = []
let folder = ''
afterEach(async () => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
  folder = ''
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()))
})

/** A worker that passes the gate without end: inside for `insideMs`, and counts how often it was. */
function passing(gate: NativeGate, insideMs: number): { worker: Worker; count: Int32Array } {
  const count = new Int32Array(new SharedArrayBuffer(8))
  const code = `
    const { workerData } = require('node:worker_threads')
    import(${JSON.stringify(new URL('../../lib/clock/native-gate.js', import.meta.url).href)}).then(({ NativeGate }) => {
      const gate = new NativeGate(workerData.buffer)
      const sleep = new Int32Array(new SharedArrayBuffer(4))
      for (;;) {
        gate.inside(() => gate.inside(() => {
          Atomics.store(workerData.count, 0, 1)
          Atomics.notify(workerData.count, 0)
          Atomics.add(workerData.count, 1, 1)
          if (workerData.insideMs > 0) Atomics.wait(sleep, 0, 0, workerData.insideMs)
          Atomics.store(workerData.count, 0, 0)
        }))
      }
    })`
  const worker = new Worker(code, { eval: true, workerData: { buffer: gate.buffer, count, insideMs } })
  workers.push(worker)
  return { worker, count }
}

/** Until the worker is inside. */
function entered(count: Int32Array): void {
  while (Atomics.load(count, 0) === 0) Atomics.wait(count, 0, 0, 1_000)
}

test('an exit waits until the worker is outside, and then it stays there', () => {
  const gate = new NativeGate()
  const { count } = passing(gate, 50)
  entered(count)
  expect(gate.shut()).toBe(true)
  expect(Atomics.load(count, 0)).toBe(0)
  const before = Atomics.load(count, 1)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120)
  expect([Atomics.load(count, 0), Atomics.load(count, 1)]).toEqual([0, before])
})

test('one that does not come out is waited for so long and no longer', async () => {
  const gate = new NativeGate()
  const { worker, count } = passing(gate, 60_000)
  entered(count)
  expect(gate.close()).toBe(false)
  expect(gate.shut(30)).toBe(false)
  expect(await worker.terminate()).toBe(1)
})

test('kept outside, the worker can be terminated', async () => {
  const gate = new NativeGate()
  const { worker, count } = passing(gate, 0)
  entered(count)
  expect(gate.shut()).toBe(true)
  expect(await worker.terminate()).toBe(1)
})

test('outside, and after work that threw, nothing is waited for', () => {
  const gate = new NativeGate()
  expect(gate.inside(() => 7)).toBe(7)
  expect(() =>
    gate.inside(() => {
      throw new Error('work')
    }),
  ).toThrow('work')
  expect(gate.shut(0)).toBe(true)
})

test('one listener serves all gates, and goes with the last', () => {
  const before = process.listenerCount('exit')
  const gates = Array.from({ length: 20 }, () => new NativeGate())
  const undo = gates.map(shutAtExit)
  expect(process.listenerCount('exit')).toBe(before + 1)
  for (const each of undo) each()
  expect(process.listenerCount('exit')).toBe(before)
})

test('an application may end while its auditor starts: no abort, no hanging', () => {
  const main = join(import.meta.dirname, '../support/exit-while-starting.js')
  folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-exit-'))
  for (let ms = 40; ms < 200; ms += 16) {
    const { status, signal, stderr } = spawnSync(process.execPath, [main, String(ms), join(folder, String(ms))], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect({ ms, status, signal, stderr }).toEqual({ ms, status: 7, signal: null, stderr: '' })
  }
}, 60_000)
