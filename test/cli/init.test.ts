import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { bytesPerYear, recordBytes } from '../../lib/cli/init.js'
import { execute } from '../../lib/cli/program.js'
import { loadConfiguration } from '../../lib/config/file.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import { canonicalize } from '../../lib/trail/canonical.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { type FakeIo, fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: FakeIo
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'init-'))
  io = fakeIo({ cwd })
})
afterEach(() => rmSync(cwd, { recursive: true }))
const init = (...args: string[]) => execute(['init', ...args], io, fakeParts())

test('writes a configuration that loads, and nothing else', async () => {
  expect(
    await init('--reference', 'time.example.net', '--reference', '[2001:db8::1]:1123', '--tolerance', '50ms'),
  ).toBe(0)
  const path = join(cwd, 'ntp-auditor.json')
  expect(readFileSync(path, 'utf8')).toBe(
    `${JSON.stringify(
      {
        references: ['time.example.net', '[2001:db8::1]:1123'],
        trail: './audit-trail',
        interval: '64s',
        tolerance: '50ms',
      },
      null,
      2,
    )}\n`,
  )
  expect(loadConfiguration(path)).toMatchObject({ trail: join(cwd, 'audit-trail'), toleranceNs: 50_000_000n })
  expect(existsSync(join(cwd, 'audit-trail'))).toBe(false)
  expect(io.stdout.text).toContain(`wrote ${path}\n`)
  expect(io.stdout.text).toContain('grow by about 1553 MB a year\n(a sample of 2 references every 64s)')
  expect(io.stdout.text).toContain('  ntp-auditor run ')
  expect(io.stdout.text).not.toMatch(/key|genesis|fingerprint|seal/i)
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
    megabytesPerYear: 1134,
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
    references: ['a', 'b', 'c'],
    trail: './t',
    interval: '32s',
    tolerance: '1s',
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
    expect(year({ interval: '60s' })).toBe(525_600 * 1800)
    expect(year({ interval: '61s' })).toBe(516_983 * 2300)
    expect(year({ interval: '1h' })).toBe(8760 * (1800 + 59 * 500))
  })

  test('is within a fifth of what records are', () => {
    const builder = new TrailBuilder()
    builder.open()
    const size = (record: object) => Buffer.byteLength(canonicalize(record)) + 1
    const one = size(builder.advance(64).sample({ state: 'single' }).record)
    const three = size(builder.advance(64).sample({ state: 'agreed' }).record)
    const heartbeat = size(builder.advance(60).heartbeat().record)
    rmSync(builder.folder, { recursive: true })
    for (const [estimate, real] of [
      [recordBytes.sample + recordBytes.reading, one],
      [recordBytes.sample + 3 * recordBytes.reading, three],
      [recordBytes.heartbeat, heartbeat],
    ] as const) {
      expect(Math.abs(estimate / real - 1)).toBeLessThan(0.2)
    }
  })
})
