/** The command that seals now and takes the seal to its keepers. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Taken } from '../../lib/anchor/types.js'
import type { Parts } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import { TrailLockedError, UnsealedError } from '../../lib/errors.js'
import type { SealNews } from '../../lib/scribe/messages.js'
import { encodeCheckpoint } from '../../lib/trail/checkpoint.js'
import { sha256 } from '../../lib/trail/hash.js'
import { signNote } from '../../lib/trail/note.js'
import type { Attachment, ServiceBody } from '../../lib/trail/types.js'
import { fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: ReturnType<typeof fakeIo>
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'anchor-'))
  io = fakeIo({ cwd })
})
afterEach(() => rmSync(cwd, { recursive: true }))

const configure = (anchor: object) =>
  writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify({ references: ['127.0.0.1'], trail: 't', anchor }))

const { privateKey } = generateKeyPairSync('ed25519')
const text = signNote(encodeCheckpoint({ origin: 'pluto', size: 40, root: 'ab'.repeat(32) }), 'pluto', privateKey)
const seal: SealNews = {
  epoch: 3,
  seq: 40,
  root: 'ab'.repeat(32),
  path: 'seals/2026/03/000000003.checkpoint',
  text,
  digest: sha256(Buffer.from(text)),
  label: '2026-03-03',
  final: false,
  reason: 'requested',
  wall: '2026-03-03T10:00:00.000000000Z',
}
const token = Buffer.from('token')
const takeSeal: Parts['takeSeal'] = (given, keeper, timeoutMs): Promise<Taken> => {
  expect(given).toEqual({ path: seal.path, text, origin: 'pluto', epoch: 3, size: 40 })
  expect(timeoutMs).toBe(30_000)
  const ok = keeper.kind === 'rfc3161'
  const named = ok ? { path: 'seals/2026/03/000000003.tsr', sha256: sha256(token) } : null
  const common = { type: 'anchor', checkpoint: seal.path, size: 40, sha256: seal.digest } as const
  return Promise.resolve({
    body: { ...common, ok, kind: keeper.kind, keeper: 'k', at: null, token: named, message: ok ? '' : 'refused' },
    token: ok ? token : null,
  })
}
const recorded: [ServiceBody, Attachment | undefined][] = []
const record = (body: ServiceBody, attachment?: Attachment) => {
  recorded.push([body, attachment])
  return Promise.resolve({ seq: 40 + recorded.length })
}
beforeEach(() => void recorded.splice(0))
const anchor = (parts: Partial<Parts>, ...words: string[]) =>
  execute(['anchor', ...words], io, fakeParts({ takeSeal, ...parts }))
const startAuditor: Parts['startAuditor'] = (configuration) => {
  expect(configuration.anchor).toMatchObject({ tsa: null, command: null })
  return Promise.resolve({
    sample: () => Promise.reject(new Error('not asked for')),
    record,
    seal: () => Promise.resolve(seal),
    prune: () => Promise.reject(new Error('not asked for')),
    stop: () => Promise.resolve(),
  })
}

test('each keeper gets the seal, each try is recorded, and one that fails fails the command', async () => {
  configure({ tsa: 'http://tsa.example.net/', command: ['mail'] })
  expect(await anchor({ startAuditor }, '--json')).toBe(4)
  expect(recorded.map(([{ type }]) => type)).toEqual(['anchor', 'anchor'])
  expect(recorded[0]?.[1]).toEqual({ path: 'seals/2026/03/000000003.tsr', base64: token.toString('base64') })
  expect(recorded[1]?.[1]).toBe(undefined)
  expect(JSON.parse(io.stdout.text)).toMatchObject({
    checkpoint: { path: seal.path, text, epoch: 3, size: 40, sha256: seal.digest },
    anchors: [
      { seq: 41, kind: 'rfc3161', ok: true },
      { seq: 42, kind: 'command', ok: false, message: 'refused' },
    ],
  })
})

test('beside a running auditor it is asked, and everybody took it', async () => {
  configure({ tsa: 'http://tsa.example.net/' })
  const parts: Partial<Parts> = {
    startAuditor: () => Promise.reject(new TrailLockedError('held')),
    requestSeal: (trail) => {
      expect(trail).toBe(join(cwd, 't'))
      return Promise.resolve(seal)
    },
    requestRecord: (_, body, attachment) => record(body, attachment),
  }
  expect(await anchor(parts)).toBe(0)
  expect(io.stdout.text.startsWith(text)).toBe(true)
  expect(io.stdout.text).toContain('anchor rfc3161: seals/2026/03/000000003.checkpoint of 40 records kept by k')
})

test('without keepers the seal is printed, to be kept by hand', async () => {
  configure({})
  expect(await anchor({ startAuditor })).toBe(0)
  expect(io.stdout.text).toContain('keep these lines yourself')
  expect(recorded).toEqual([])
})

test('a trail that is not sealed has nothing to anchor', async () => {
  configure({})
  const unsealed: Parts['startAuditor'] = async (configuration, tell) => ({
    ...(await startAuditor(configuration, tell)),
    seal: () => Promise.reject(new UnsealedError('there is no key')),
  })
  expect(await anchor({ startAuditor: unsealed })).toBe(4)
  expect(io.stderr.text).toBe('ntp-auditor: there is no key\n')
})
