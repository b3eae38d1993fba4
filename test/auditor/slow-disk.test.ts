/** A disk that takes five seconds for each record: the engine, in another thread, misses no look. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import { expect, test } from '@jest/globals'
import { parseConfiguration } from '../../lib/config/parse.js'
import { Engine } from '../../lib/engine/engine.js'
import type { AuditorToEngine, EngineToAuditor } from '../../lib/engine/messages.js'
import { realParts } from '../../lib/engine/parts.js'
import { LocalBoard } from '../../lib/evidence/live-board.js'
import { linkPair, portLink } from '../../lib/scribe/link.js'
import type { EngineToScribe, ScribeToAuditor, ScribeToEngine } from '../../lib/scribe/messages.js'
import type { TrailRecord } from '../../lib/trail/types.js'

test('the witness goes on while every sync takes five seconds', async () => {
  const base = mkdtempSync(join(tmpdir(), 'slow-disk-'))
  const configuration = parseConfiguration(
    { trail: join(base, 'trail'), references: ['127.0.0.1:9'], timeout: '100ms', interval: '16s' },
    { base },
  )
  const { port1, port2 } = new MessageChannel()
  const workerData = { configuration, engine: port1 }
  const scribe = new Worker(new URL('../support/slow-scribe-worker.js', import.meta.url), {
    workerData,
    transferList: [port1],
  })
  const [auditor, engineSide] = linkPair<AuditorToEngine, EngineToAuditor>()
  const records: TrailRecord[] = []
  const closed = new Promise<void>((resolve, reject) => {
    scribe.on('error', reject)
    scribe.on('message', (message: ScribeToAuditor) => {
      if (message.kind === 'record') records.push(message.placed.record)
      if (message.kind === 'record' && records.length === 2) auditor.post({ kind: 'stop', reason: 'stop', budgetMs: 0 })
      if (message.kind === 'failed') reject(new Error(message.error.message))
      if (message.kind === 'closed') resolve()
    })
  })
  const parts = realParts()
  const engine = new Engine({
    configuration,
    parts,
    scribe: portLink<EngineToScribe, ScribeToEngine>(port2),
    auditor: engineSide,
    kind: 'worker',
    simulation: false,
    generation: 0,
    live: new LocalBoard(),
  })
  await closed
  engine.end()
  port2.close()
  await scribe.terminate()
  const [open, ...more] = records
  const last = more.at(-1)
  const types = records.map(({ type }) => type)
  expect([types[0], types[1], types.at(-1)]).toEqual(['open', 'sample', 'close'])
  // Nobody answered: the sample was tried again meanwhile.
  expect(types.slice(2, -1).every((type) => type === 'sample')).toBe(true)
  const seconds = Number(BigInt(last?.bootNs ?? 0) - BigInt(open?.bootNs ?? 0)) / 1e9
  // `open` and the first sample took five seconds each; the close then tells of the time between.
  expect(seconds).toBeGreaterThan(9)
  const looks = more.reduce((sum, { since }) => sum + since.looks, 0)
  expect(looks).toBeGreaterThan(seconds * 2)
  for (const { since } of more) expect(Number(since.widestSilenceNs) / 1e9).toBeLessThan(2.5)
  rmSync(base, { recursive: true })
}, 90_000)
