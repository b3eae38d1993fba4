/** `verify --anchor FILE.tsr`: what a time-stamping service saw is held against the trail. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { take } from '../../lib/anchor/take.js'
import { execute } from '../../lib/cli/program.js'
import { sealPath, segmentPath } from '../../lib/trail/paths.js'
import { TimeStampingService } from '../support/time-stamping.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { type FakeIo, fakeIo, fakeParts } from './fake-io.js'

let service: TimeStampingService
let home: string
let trail: string
let io: FakeIo
beforeAll(async () => {
  service = await TimeStampingService.start()
})
afterAll(() => service.stop())
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'stamp-'))
  trail = join(home, 'trail')
  io = fakeIo({ cwd: home })
  const builder = new TrailBuilder({ folder: trail, sealedBy: 'one' })
  builder.open()
  builder.advance(64).sample()
  builder.endEpoch()
  builder.advance(64).sample()
  builder.endEpoch()
  writeFileSync(join(home, 'genesis.vkey'), `${builder.vkey}\n`)
  const path = sealPath('2026-03-03', 2)
  const text = readFileSync(join(trail, path), 'utf8')
  const seal = { path, text, origin: 'o', epoch: 2, size: 5 }
  const keeper = { kind: 'rfc3161', url: service.url, roots: service.authority, policy: null } as const
  const { token, body } = await take(seal, keeper, { timeoutMs: 10_000 })
  if (!token) throw new Error(body.message)
  writeFileSync(join(home, 'kept.tsr'), token)
  writeFileSync(join(home, 'authority.pem'), service.authority)
  writeFileSync(join(home, 'stranger.pem'), service.stranger)
})
afterEach(() => rmSync(home, { recursive: true }))

const verify = (...args: string[]) =>
  execute(['verify', trail, '--key', 'genesis.vkey', '--anchor', 'kept.tsr', ...args], io, fakeParts())

test('the seal that was stamped is found in the trail, and the trail is complete up to it', async () => {
  expect(await verify('--tsa-certificates', 'authority.pem', '--json')).toBe(0)
  expect(JSON.parse(io.stdout.text)).toMatchObject({
    intact: true,
    complete: 'anchored',
    anchoredUpTo: 5,
    stamps: [{ file: 'kept.tsr', signer: 'Tests, stamps', trusted: true, size: 5 }],
  })
})

test('in words, with the instant that the service states; and that nobody vouches for it is said', async () => {
  expect(await verify()).toBe(0)
  expect(io.stdout.text).toMatch(
    /The first 5 records existed at 20\d\d-.*Z, says Tests, stamps \(kept\.tsr\); nobody vouches for it: give its certificates/,
  )
})

test('a chain that ends elsewhere proves nothing', async () => {
  expect(await verify('--tsa-certificates', 'stranger.pem')).toBe(2)
  expect(io.stderr.text).toContain('--anchor kept.tsr proves nothing: ')
})

test('a stamped seal that was taken off is damage; its copy beside the token tells how many records there were', async () => {
  const path = join(trail, sealPath('2026-03-03', 2))
  const copy = readFileSync(path)
  rmSync(path)
  const segment = join(trail, segmentPath('2026-03-03', 1))
  const lines = readFileSync(segment, 'utf8').split('\n')
  writeFileSync(segment, `${lines.slice(0, 3).join('\n')}\n`)
  expect(await verify('--json')).toBe(1)
  expect(JSON.parse(io.stdout.text)).toMatchObject({
    intact: false,
    findings: [{ severity: 'damage', code: 'truncated', message: expect.stringMatching(/^kept\.tsr: stamps a seal/) }],
    stamps: [{ size: null }],
  })
  writeFileSync(join(home, 'kept.checkpoint'), copy)
  io.stdout.text = ''
  expect(await verify('--json')).toBe(1)
  const { findings } = JSON.parse(io.stdout.text)
  expect(findings).toContainEqual(
    expect.objectContaining({
      code: 'truncated',
      message: expect.stringContaining('remembers 5 records, the trail has 3'),
    }),
  )
})

test('a token that was altered is none', async () => {
  const bytes = readFileSync(join(home, 'kept.tsr'))
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1
  writeFileSync(join(home, 'kept.tsr'), bytes)
  expect(await verify()).toBe(2)
  expect(io.stderr.text).toContain('--anchor kept.tsr proves nothing: its signature does not hold')
})

test('tokens lie beside the seals without offence', async () => {
  copyFileSync(join(home, 'kept.tsr'), join(trail, sealPath('2026-03-03', 2).replace('.checkpoint', '.tsr')))
  copyFileSync(join(home, 'kept.tsr'), join(trail, sealPath('2026-03-03', 2).replace('.checkpoint', '.2.tsr')))
  expect(await verify('--tsa-certificates', 'authority.pem', '--json')).toBe(0)
  expect(JSON.parse(io.stdout.text).findings).toEqual([])
})
