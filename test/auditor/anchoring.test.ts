/** Seals on their way out of a running auditor: with real workers, a real time-stamping service, a real program. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { Auditor } from '../../lib/auditor.js'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import { sha256 } from '../../lib/trail/hash.js'
import { only, recordsOf, removeFolders, temporaryFolder } from '../support/simulated-audit.js'
import { TimeStampingService } from '../support/time-stamping.js'

let service: TimeStampingService
let reference: LoopbackReference
let trail: string
const open: Auditor[] = []
beforeAll(async () => {
  service = await TimeStampingService.start()
})
beforeEach(async () => {
  service.behaviour = {}
  reference = await LoopbackReference.start()
  trail = join(temporaryFolder(), 'trail')
})
afterEach(async () => {
  for (const auditor of open.splice(0)) await auditor.stop()
  await reference.stop()
})
afterAll(async () => {
  await service.stop()
  removeFolders()
})

async function start(anchor: object): Promise<Auditor> {
  const auditor = await Auditor.start({
    trail,
    references: [`127.0.0.1:${reference.port}`],
    trustLocal: true,
    interval: '1s',
    anchor,
  })
  auditor.on('problem', () => {})
  open.push(auditor)
  return auditor
}

/** Waits for so many anchor records. */
async function anchors(count: number) {
  for (;;) {
    const found = existsSync(trail) ? only(recordsOf(trail), 'anchor') : []
    if (found.length >= count) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('a seal is stamped and handed to a program; both stand in the trail, and the token beside the seal', async () => {
  const out = join(temporaryFolder(), 'kept')
  const script = `require('node:fs').writeFileSync(${JSON.stringify(out)}, require('node:fs').readFileSync(0))`
  const auditor = await start({
    every: '1s',
    tsa: { url: service.url, certificates: join(service.folder, 'authority.pem') },
    command: [process.execPath, '-e', script],
  })
  const seal = await auditor.seal()
  const found = await anchors(2)
  expect(found.map(({ kind }) => kind).sort()).toEqual(['command', 'rfc3161'])
  for (const { ok, checkpoint, size, sha256: digest } of found) {
    expect({ ok, checkpoint, size, digest }).toEqual({
      ok: true,
      checkpoint: seal.path,
      size: seal.seq,
      digest: seal.digest,
    })
  }
  expect(readFileSync(out, 'utf8')).toBe(seal.text)
  const token = found.find(({ kind }) => kind === 'rfc3161')?.token
  if (!token) throw new Error('no token')
  const bytes = readFileSync(join(trail, token.path))
  expect(token).toEqual({ path: seal.path.replace('.checkpoint', '.tsr'), sha256: sha256(bytes) })
  expect(service.verifies(bytes, Buffer.from(seal.text))).toBe(true)
})

test('what an earlier run left behind is taken out at the next start, once, and not by who has it already', async () => {
  const first = await start({ tsa: service.url })
  await first.stop()
  expect(only(recordsOf(trail), 'anchor')).toEqual([])
  const second = await start({ tsa: service.url })
  const [anchor] = await anchors(1)
  const [close] = only(recordsOf(trail), 'close')
  expect(anchor).toMatchObject({ ok: true, kind: 'rfc3161', size: close?.seq, keeper: service.url })
  const before = service.asked
  await second.record({ type: 'note', on: 1, text: 'x', by: 'y' })
  expect(service.asked).toBe(before)
})

test('a service that is down is a record and a problem, and holds nothing up', async () => {
  service.behaviour = { answer: () => ({ status: 503, body: Buffer.alloc(0) }) }
  const auditor = await start({ every: '1s', tsa: service.url })
  const problems: string[] = []
  auditor.on('problem', ({ message }) => problems.push(message))
  const seal = await auditor.seal()
  const [anchor] = await anchors(1)
  expect(anchor).toMatchObject({ ok: false, size: seal.seq, token: null, message: expect.stringContaining('HTTP 503') })
  expect(problems.join()).toContain(`the seal of ${seal.seq} records is not anchored`)
})

test('certificates that cannot be read are a mistake of the configuration', async () => {
  await expect(start({ tsa: { url: service.url, certificates: '/nowhere.pem' } })).rejects.toThrow(
    '"anchor.tsa.certificates" must name a file that can be read (ENOENT), got "/nowhere.pem"',
  )
})
