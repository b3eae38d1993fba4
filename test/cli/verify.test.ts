import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { execute } from '../../lib/cli/program.js'
import { sealPath, segmentPath } from '../../lib/trail/paths.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { type FakeIo, fakeIo, fakeParts } from './fake-io.js'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

let io: FakeIo
beforeEach(() => {
  io = fakeIo({ cwd: tmpdir() })
})
const verify = (...args: string[]) => execute(['verify', ...args], io, fakeParts())

function trail(): string {
  const builder = new TrailBuilder({ folder: mkdtempSync(join(tmpdir(), 'verify-')) })
  folders.push(builder.folder)
  builder.open()
  builder.advance(64).sample()
  builder.advance(64).sample()
  builder.close()
  return builder.folder
}

/** A sealed trail that is running, in a folder with its key and a configuration. */
function sealed(): { home: string; folder: string; key: string } {
  const home = mkdtempSync(join(tmpdir(), 'verify-'))
  folders.push(home)
  const folder = join(home, 'trail')
  const builder = new TrailBuilder({ folder, sealedBy: 'one' })
  builder.open()
  builder.advance(64).sample()
  builder.endEpoch()
  builder.advance(64).sample()
  const key = join(home, 'genesis.vkey')
  writeFileSync(key, `${builder.vkey}\n`)
  const configuration = { references: ['192.0.2.1'], trail: './trail', genesis: './genesis.vkey' }
  writeFileSync(join(home, 'ntp-auditor.json'), JSON.stringify(configuration))
  return { home, folder, key }
}

function falsify(folder: string): void {
  const path = join(folder, segmentPath('2026-03-03', 1))
  const text = readFileSync(path, 'utf8')
  const at = text.indexOf('"verdict":"PROVEN"')
  writeFileSync(path, `${text.slice(0, at)}"verdict":"OFF"${text.slice(at + 18)}`)
}

test('without a key a good trail is self-consistent: 3', async () => {
  const folder = trail()
  expect(await verify('--json', '--trail', folder)).toBe(3)
  expect(JSON.parse(io.stdout.text)).toMatchObject({
    intact: 'self-consistent',
    records: 4,
    upTo: 4,
    complete: 'unknown',
  })
  expect(io.stderr.text).toBe('')
  io.stdout.text = ''
  expect(await verify(folder)).toBe(3)
  expect(io.stdout.text).toContain(`${folder}: SELF-CONSISTENT, 4 records up to 4, none sealed\n`)
  expect(io.stdout.text).toContain('no key says that this is what was written. Give the genesis key with --key.')
})

test('a falsified record is damage: 1', async () => {
  const folder = trail()
  falsify(folder)
  expect(await verify('--json', folder)).toBe(1)
  const result = JSON.parse(io.stdout.text)
  expect(result.intact).toBe(false)
  expect(result.findings[0]).toMatchObject({ severity: 'damage', file: '2026/03/2026-03-03.000001.ndjson' })
  io.stdout.text = ''
  await verify(folder)
  expect(io.stdout.text).toMatch(/^DAMAGE [a-z-]+ \(2026\/03\/2026-03-03\.000001\.ndjson, line \d/)
  expect(io.stdout.text).toContain(': DAMAGED, ')
})

test('--until says whether the trail reaches an instant', async () => {
  const folder = trail()
  expect(await verify('--json', folder, '--until', '2026-03-03T10:02:00Z')).toBe(3)
  expect(JSON.parse(io.stdout.text).complete).toBe('expected')
  io.stdout.text = ''
  await verify('--json', folder, '--until', '2026-03-03T12:00', '--zone', 'Europe/Berlin')
  expect(JSON.parse(io.stdout.text).complete).toBe('unknown')
})

test('a bar on a terminal, never on stdout', async () => {
  io.stderr.isTerminal = true
  await verify('--json', trail())
  expect(io.stderr.text).toContain('verify  [##############################] 100 %')
  expect(io.stderr.text.endsWith(' \r')).toBe(true)
  expect(() => JSON.parse(io.stdout.text)).not.toThrow()
})

test('wrong usage and no trail', async () => {
  const folder = trail()
  expect(await verify(folder, '--trail', folder)).toBe(2)
  expect(await verify(folder, '--until', 'soon')).toBe(2)
  expect(io.stderr.text).toContain('"--until" must be an ISO 8601 instant')
  expect(await verify(folder, folder)).toBe(2)
  expect(await verify(join(folder, 'nowhere'))).toBe(4)
  expect(await verify(join(folder, '2026'))).toBe(4)
  expect(io.stdout.text).toBe('')
})

test('under its key a healthy running trail is intact: 0', async () => {
  const { home, folder, key } = sealed()
  expect(await verify(folder, '--key', key)).toBe(0)
  expect(io.stdout.text).toBe(
    [
      'note unsealed-tail: 1 record since 2026-03-03T10:02:08.000000000Z is under no seal yet: who can write these files can alter them unnoticed',
      `${folder}: INTACT under its key, 4 records up to 4, sealed up to 3 in 1 epoch`,
      'Whether its newest records are missing, the trail alone cannot tell.',
      '',
    ].join('\n'),
  )
  io = fakeIo({ cwd: home })
  expect(await verify('--json')).toBe(0)
  expect(JSON.parse(io.stdout.text)).toMatchObject({ intact: true, sealedUpTo: 3, seals: 1 })
})

test('the key comes from --key or the configuration of this trail, never from beside the trail', async () => {
  const { home, folder } = sealed()
  expect(await verify(folder)).toBe(3)
  rmSync(join(home, 'ntp-auditor.json'))
  io = fakeIo({ cwd: home })
  expect(await verify(folder)).toBe(3)
  writeFileSync(
    join(home, 'ntp-auditor.json'),
    JSON.stringify({ references: ['192.0.2.1'], trail: './other', genesis: './genesis.vkey' }),
  )
  expect(await verify(folder)).toBe(3)
  expect(await verify(folder, '--config', 'ntp-auditor.json')).toBe(0)
})

test('a foreign key: 1, and both keys are told', async () => {
  const { home, folder } = sealed()
  const other = new TrailBuilder({ folder: join(home, 'x'), sealedBy: 'two' })
  writeFileSync(join(home, 'other.vkey'), other.vkey)
  expect(await verify(folder, '--key', join(home, 'other.vkey'))).toBe(1)
  expect(io.stdout.text).toMatch(/^DAMAGE genesis-mismatch \(seq 1\): .*\n {2}expected .*\n {2}found {4}ntp-auditor/)
})

test('--anchor takes a checkpoint, and what a scanner read of a sheet', async () => {
  const { home, folder, key } = sealed()
  const seal = readFileSync(join(folder, sealPath('2026-03-03', 1)), 'utf8')
  writeFileSync(join(home, 'sheet.txt'), `\r\n${seal.replaceAll('\n', ' \r\n').trimEnd()}`)
  for (const anchor of [join(folder, sealPath('2026-03-03', 1)), join(home, 'sheet.txt')]) {
    io.stdout.text = ''
    expect(await verify('--json', folder, '--key', key, '--anchor', anchor)).toBe(0)
    expect(JSON.parse(io.stdout.text)).toMatchObject({ complete: 'anchored', anchoredUpTo: 3 })
  }
  io.stdout.text = ''
  await verify(folder, '--key', key, '--anchor', join(home, 'sheet.txt'))
  expect(io.stdout.text).toContain('Complete up to record 3, which an anchor remembers.')
  rmSync(join(folder, segmentPath('2026-03-03', 1)))
  new TrailBuilder({ folder, sealedBy: 'one' }).open()
  expect(await verify(folder, '--key', key, '--anchor', join(home, 'sheet.txt'))).toBe(1)
})

test('a key or an anchor that is none is wrong usage, and names what is wrong', async () => {
  const { home, folder, key } = sealed()
  writeFileSync(join(home, 'empty'), '\n# nothing\n')
  writeFileSync(join(home, 'bad.vkey'), 'a+b')
  writeFileSync(join(home, 'long'), Buffer.alloc(2 * 1024 * 1024))
  for (const [option, path, why] of [
    ['--key', 'nowhere', 'cannot be read (ENOENT)'],
    ['--key', 'empty', 'holds no key'],
    ['--key', 'bad.vkey', 'not a verifier key'],
    ['--anchor', 'nowhere', 'cannot be read (ENOENT)'],
    ['--anchor', 'bad.vkey', 'the note has no blank line'],
    ['--anchor', 'long', 'is too long'],
  ] as const) {
    io.stderr.text = ''
    expect(await verify(folder, '--key', key, option, join(home, path))).toBe(2)
    expect(io.stderr.text).toContain(`${option} ${join(home, path)}`)
    expect(io.stderr.text).toContain(why)
  }
  expect(io.stdout.text).toBe('')
})
