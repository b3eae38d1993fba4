import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { bytesPerYear, recordBytes } from '../../lib/cli/init.js'
import type { Parts } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import { loadConfiguration, schemaFile } from '../../lib/config/file.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import { fingerprint } from '../../lib/scribe/genesis.js'
import { canonicalize } from '../../lib/trail/canonical.js'
import { parseVkey } from '../../lib/trail/note.js'
import { checkSeals } from '../support/check-seals.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { type FakeIo, fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: FakeIo
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'init-'))
  io = fakeIo({ cwd })
})
afterEach(() => rmSync(cwd, { recursive: true }))
const enrolmentPage: Parts['enrolmentPage'] = ({ vkey }) => Promise.resolve(Buffer.from(`%PDF ${vkey}`))
const init = (...args: string[]) => execute(['init', ...args], io, fakeParts({ enrolmentPage }))

test('writes a configuration that loads, the genesis key and its sheet, and nothing else', async () => {
  expect(
    await init('--reference', 'time.example.net', '--reference', '[2001:db8::1]:1123', '--tolerance', '50ms'),
  ).toBe(0)
  const path = join(cwd, 'ntp-auditor.json')
  expect(readFileSync(path, 'utf8')).toBe(
    `${JSON.stringify(
      {
        $schema: pathToFileURL(schemaFile).href,
        references: ['time.example.net', '[2001:db8::1]:1123'],
        trail: './audit-trail',
        interval: '64s',
        tolerance: '50ms',
        genesis: './genesis.vkey',
      },
      null,
      2,
    )}\n`,
  )
  expect(loadConfiguration(path)).toMatchObject({ trail: join(cwd, 'audit-trail'), toleranceNs: 50_000_000n })
  expect(readdirSync(cwd).sort()).toEqual([
    'enrolment.pdf',
    'enrolment.txt',
    'genesis.vkey',
    'keys',
    'ntp-auditor.json',
  ])
  expect(io.stdout.text).toContain(`wrote ${path}\n`)
  expect(io.stdout.text).toContain('grow by about 1595 MB a year\n(a sample of 2 references every 64s)')
  expect(io.stdout.text).toContain('  ntp-auditor run ')
  const vkey = readFileSync(join(cwd, 'genesis.vkey'), 'utf8').trimEnd()
  expect(parseVkey(vkey).name).toMatch(/^ntp-auditor\//)
  expect(io.stdout.text).toContain(`  fingerprint  ${fingerprint(vkey)}\n`)
  expect(fingerprint(vkey)).toMatch(/^(?:[0-9a-f]{4} ){9}[0-9a-f]{4}$/)
  const sheet = readFileSync(join(cwd, 'enrolment.txt'), 'utf8')
  expect(sheet).toContain(`  Public key   ${vkey}\n  Fingerprint  ${fingerprint(vkey)}\n`)
  expect(sheet).toContain('2026-03-04T12:00:00.000000000Z (by its own clock)')
  expect(io.stderr.text).toBe('')
})

test('another file: the next steps name it, a trail above it is absolute, one below relative', async () => {
  mkdirSync(join(cwd, 'etc'))
  expect(await init('--reference', 'a', '--config', 'etc/a.json', '--trail', 'trail')).toBe(0)
  expect(JSON.parse(readFileSync(join(cwd, 'etc/a.json'), 'utf8')).trail).toBe(join(cwd, 'trail'))
  expect(io.stdout.text).toContain(`  ntp-auditor run --config ${join(cwd, 'etc/a.json')} `)
  expect(await init('--reference', 'a', '--config', 'etc/b.json', '--trail', 'etc/x/y')).toBe(0)
  expect(JSON.parse(readFileSync(join(cwd, 'etc/b.json'), 'utf8')).trail).toBe('./x/y')
  expect(await init('--reference', 'a', '--config', 'etc/c.json', '--trail', 'etc')).toBe(0)
  expect(JSON.parse(readFileSync(join(cwd, 'etc/c.json'), 'utf8')).trail).toBe(join(cwd, 'etc'))
  io.stdout.text = ''
  expect(await init('--reference', 'a')).toBe(0)
  expect(io.stdout.text).not.toContain('--config')
})

test('without references it suggests some, says whose they are, and uses none', async () => {
  expect(await init('--yes')).toBe(2)
  expect(io.stderr.text).toContain('There is no default')
  expect(io.stderr.text).toMatch(/ptbtime1\.ptb\.de +PTB, national metrology institute of Germany/)
  expect(existsSync(join(cwd, 'ntp-auditor.json'))).toBe(false)
})

test('an existing file is left as it is', async () => {
  const path = join(cwd, 'ntp-auditor.json')
  writeFileSync(path, 'mine')
  expect(await init('--reference', 'time.example.net')).toBe(2)
  expect(readFileSync(path, 'utf8')).toBe('mine')
  expect(io.stderr.text).toBe(
    `ntp-auditor: ${path} exists already and is left as it is; edit it, or write another with --config FILE\n`,
  )
})

test.each([
  [['--reference', 'a..b'], 'ntp-auditor.json: "references[0]" must be a host name'],
  [['--reference', 'a', '--reference', 'a'], 'must differ from'],
  [['--reference', 'a', '--interval', '64'], '"--interval" must be a duration'],
  [['--reference', 'a', '--interval', '1s'], '"interval" must be at least 16s'],
  [['--reference', 'a', '--tolerance', '0s'], '"tolerance" must be from 1ns'],
])('%j: refused, nothing written', async (args, message) => {
  expect(await init(...args)).toBe(2)
  expect(io.stderr.text).toContain(message)
  expect(existsSync(join(cwd, 'ntp-auditor.json'))).toBe(false)
})

test('a folder that cannot be written is the environment', async () => {
  expect(await init('--reference', 'a', '--config', 'no/such/folder/a.json')).toBe(4)
  expect(io.stderr.text).toContain('ENOENT')
})

test('--json is pure', async () => {
  expect(await init('--json', '--reference', 'time.google.com', '--trail', '/var/lib/audit')).toBe(0)
  expect(JSON.parse(io.stdout.text)).toEqual({
    config: join(cwd, 'ntp-auditor.json'),
    trail: '/var/lib/audit',
    keys: join(cwd, 'keys'),
    genesis: join(cwd, 'genesis.vkey'),
    sheet: join(cwd, 'enrolment.txt'),
    page: join(cwd, 'enrolment.pdf'),
    vkey: readFileSync(join(cwd, 'genesis.vkey'), 'utf8').trimEnd(),
    fingerprint: expect.stringMatching(/^[0-9a-f ]{49}$/),
    succeeds: null,
    megabytesPerYear: 1176,
    notes: [expect.stringContaining('time.google.com is known to smear')],
  })
  expect(io.stderr.text).toContain('note: "references[0]": time.google.com is known to smear')
})

test('asks on a terminal until the answers are right', async () => {
  const asked: string[] = []
  const answers = ['192.000.002.001', 'a b c d', 'a, b;c', './t', '64', '32s', '']
  io = fakeIo({
    cwd,
    ask: (question, fallback) => {
      asked.push(question)
      return Promise.resolve(answers.shift() || fallback)
    },
  })
  expect(await init()).toBe(0)
  expect(asked).toEqual([
    'References',
    'References',
    'References',
    'Folder of the audit trail',
    'Time between samples',
    'Time between samples',
    'Tolerance',
  ])
  expect(JSON.parse(readFileSync(join(cwd, 'ntp-auditor.json'), 'utf8'))).toEqual({
    $schema: pathToFileURL(schemaFile).href,
    references: ['a', 'b', 'c'],
    trail: './t',
    interval: '32s',
    tolerance: '1s',
    genesis: './genesis.vkey',
  })
  expect(io.stderr.text).toContain('write "192.0.2.1"')
})

test('--yes does not ask even on a terminal', async () => {
  io = fakeIo({ cwd, ask: () => Promise.reject(new Error('asked')) })
  expect(await init('--yes', '--reference', 'a')).toBe(0)
})

describe('the estimate', () => {
  test('counts heartbeats only where samples leave room for them', () => {
    const year = (more: object) =>
      bytesPerYear(parseConfiguration({ references: ['127.0.0.1'], trail: 't', ...more }, { base: '/' }))
    const seals = 8760 * (720 + 4096)
    expect(year({ interval: '60s' })).toBe(525_600 * 1800 + seals)
    expect(year({ interval: '61s' })).toBe(516_983 * 2300 + seals)
    expect(year({ interval: '1h' })).toBe(8760 * (1800 + 59 * 500) + seals)
    expect(year({ interval: '60s', epoch: '1d' })).toBe(525_600 * 1800 + seals / 24)
  })

  test('is within a fifth of what records are', () => {
    const builder = new TrailBuilder()
    builder.open()
    const size = (record: object) => Buffer.byteLength(canonicalize(record)) + 1
    const one = size(builder.advance(64).sample({ state: 'single' }).record)
    const three = size(builder.advance(64).sample({ state: 'agreed' }).record)
    const heartbeat = size(builder.advance(60).heartbeat().record)
    const sealed = new TrailBuilder({ seals: {} })
    sealed.open()
    const close = size(sealed.close().record)
    rmSync(builder.folder, { recursive: true })
    for (const [estimate, real] of [
      [recordBytes.sample + recordBytes.reading, one],
      [recordBytes.sample + 3 * recordBytes.reading, three],
      [recordBytes.heartbeat, heartbeat],
      [recordBytes.close, close],
    ] as const) {
      expect(Math.abs(estimate / real - 1)).toBeLessThan(0.2)
    }
  })
})

describe('keys', () => {
  const text = (name: string) => readFileSync(join(cwd, name), 'utf8')

  test('that were made and never used are taken by the next init', async () => {
    expect(await init('--reference', 'a')).toBe(0)
    const before = text('genesis.vkey')
    rmSync(join(cwd, 'ntp-auditor.json'))
    expect(await init('--reference', 'b')).toBe(0)
    expect(text('genesis.vkey')).toBe(before)
  })

  test('of several configurations in one folder lie apart', async () => {
    expect(await init('--reference', 'a', '--trail', 'one')).toBe(0)
    expect(await init('--reference', 'a', '--trail', 'two', '--config', 'two.json')).toBe(0)
    expect(JSON.parse(text('two.json'))).toMatchObject({ keys: './two.keys', genesis: './two.genesis.vkey' })
    expect(text('two.genesis.vkey')).not.toBe(text('genesis.vkey'))
  })

  test('never lie inside the trail', async () => {
    expect(await init('--reference', 'a', '--trail', '.')).toBe(0)
    expect(JSON.parse(text('ntp-auditor.json'))).toMatchObject({ keys: `${cwd}.keys`, genesis: `${cwd}.genesis.vkey` })
    for (const name of ['keys', 'genesis.vkey', 'enrolment.txt', 'enrolment.pdf'])
      rmSync(`${cwd}.${name}`, { recursive: true })
  })

  test('of another trail are not touched', async () => {
    mkdirSync(join(cwd, 'keys'))
    writeFileSync(join(cwd, 'keys/000000007.key'), 'secret')
    expect(await init('--reference', 'a')).toBe(2)
    expect(io.stderr.text).toContain('holds keys of another trail')
    expect(readdirSync(cwd)).toEqual(['keys'])
  })

  test('of a trail that was begun are kept when its configuration is written anew', async () => {
    expect(await init('--reference', 'a')).toBe(0)
    const trail = begun()
    trail.close()
    rmSync(join(cwd, 'ntp-auditor.json'))
    expect(await init('--reference', 'b')).toBe(0)
    expect(io.stdout.text).toContain(`The keys in ${join(cwd, 'keys')} are kept.`)
    rmSync(join(cwd, 'ntp-auditor.json'))
    rmSync(join(cwd, 'keys'), { recursive: true })
    expect(await init('--reference', 'b')).toBe(2)
    expect(io.stderr.text).toContain('"init --rekey" goes on with a new key')
    expect(existsSync(join(cwd, 'keys'))).toBe(false)
  })

  /** The trail of the configuration, begun on this computer. */
  function begun(folder = join(cwd, 'audit-trail'), genesis = join(cwd, 'genesis.vkey')): TrailBuilder {
    const { machine } = JSON.parse(text('keys/last-seal'))
    const open = { identity: { organisation: '', asset: '', site: '', machine } }
    const trail = new TrailBuilder({ folder, open, seals: { keys: join(cwd, 'keys'), genesis } })
    trail.open()
    expect(trail.problems).toEqual([])
    return trail
  }

  test('make an enrolled trail, whose seals hold under the key on the sheet', async () => {
    expect(await init('--reference', 'a')).toBe(0)
    const trail = begun()
    trail.close()
    expect(trail.placed[0]?.record).toMatchObject({ enrolled: true, origin: parseVkey(text('genesis.vkey')).name })
    const genesis = parseVkey(text('genesis.vkey')).publicKey.toString('hex')
    expect(checkSeals(trail.folder, genesis)).toMatchObject({ epochs: [1], wrong: [] })
  })

  test('--succeed: the first record cites the last seal and the last record of the old trail', async () => {
    const old = new TrailBuilder({ seals: {} })
    old.open()
    const seal = old.seal()
    const last = old.advance(1).heartbeat()
    old.crash()
    expect(await init('--reference', 'a', '--succeed', old.folder)).toBe(0)
    const succeeds = {
      origin: 'ntp-auditor.example/builder',
      size: 2,
      root: seal.root,
      sha256: seal.digest,
      lastSeq: 3,
      lastHash: last.hash,
    }
    expect(io.stdout.text).toContain('The first record will cite the last seal of ntp-auditor.example/builder')
    const trail = begun()
    trail.advance(86_400).heartbeat()
    trail.close()
    expect(trail.placed[0]?.record).toMatchObject({ succeeds, seq: 1 })
    expect(JSON.stringify(trail.placed.slice(1))).not.toContain('succeeds')
    expect(checkSeals(trail.folder).wrong).toEqual([])
    expect(
      await init('--reference', 'a', '--config', 'b.json', '--trail', 'audit-trail', '--succeed', old.folder),
    ).toBe(2)
    rmSync(old.folder, { recursive: true })
  })

  test('--succeed: there must be a seal to cite, and it must be over the records that are there', async () => {
    expect(await init('--reference', 'a', '--succeed', 'nowhere')).toBe(4)
    expect(io.stderr.text).toContain('there is no trail that can be read at')
    const old = new TrailBuilder({ seals: {} })
    old.open()
    old.crash()
    expect(await init('--reference', 'a', '--succeed', old.folder)).toBe(4)
    expect(io.stderr.text).toContain('has no seal that could be cited')
    old.open()
    old.close()
    const path = join(old.folder, '2026/03/2026-03-03.000002.ndjson')
    cpSync(path, `${path}.bak`)
    writeFileSync(path, readFileSync(path, 'utf8').replace('"reason":"stop"', '"reason":"stap"'))
    expect(await init('--reference', 'a', '--succeed', old.folder)).toBe(4)
    expect(io.stderr.text).toContain('is not over the records that are there')
    expect(readdirSync(cwd)).toEqual([])
    rmSync(old.folder, { recursive: true })
  })

  test('--rekey asks why, and for a trail with records', async () => {
    expect(await init('--reference', 'a')).toBe(0)
    const rekey = (lastSeq: number, ...args: string[]) =>
      execute(
        ['init', '--rekey', ...args],
        io,
        fakeParts({
          lastSeq: async () => lastSeq,
          rekey: async (configuration, why) => {
            expect([configuration.trail, why]).toEqual([join(cwd, 'audit-trail'), 'lost'])
            return { seq: 9, epoch: 3, oldKey: 'aa', vkey: 'ntp-auditor/pc+00000000+AAAA', fingerprint: '0011' }
          },
        }),
      )
    expect(await rekey(8)).toBe(2)
    expect(io.stderr.text).toContain('Give --why TEXT')
    expect(await rekey(0, '--why', 'lost')).toBe(2)
    expect(io.stderr.text).toContain('holds no records')
    expect(await rekey(8, '--why', 'lost', '--succeed', 'x')).toBe(2)
    expect(await rekey(8, '--why', 'lost')).toBe(0)
    expect(text('rekey-000000003.vkey')).toBe('ntp-auditor/pc+00000000+AAAA\n')
    expect(io.stdout.text).toContain('record 9: from epoch 3 on another chain of keys seals the trail')
  })
})
