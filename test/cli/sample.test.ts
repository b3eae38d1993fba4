import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Parts } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import type { Configuration } from '../../lib/config/types.js'
import { InboxError, TrailLockedError, TrailWriteError } from '../../lib/errors.js'
import { documentOf } from './documents.js'
import { type FakeIo, fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: FakeIo
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sample-'))
  io = fakeIo({ cwd })
})
afterEach(() => rmSync(cwd, { recursive: true }))
const configure = (content: object) => writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify(content))
const sample = (parts: Partial<Parts>, ...args: string[]) => execute(['sample', ...args], io, fakeParts(parts))

test.each([
  ['PROVEN', {}, 0],
  ['VIOLATED', { wallAhead: 5 }, 1],
  ['INDETERMINATE', { tolerance: 0.001 }, 3],
  ['INDETERMINATE', { state: 'conflict' as const }, 3],
])('%s %j exits with %i', async (verdict, options, code) => {
  const document = documentOf(options)
  expect(document.verdict).toBe(verdict)
  expect(await sample({ sampleOnce: () => Promise.resolve(document) }, '--json', '--reference', 'a')).toBe(code)
  expect(io.stdout.text).toBe(`${JSON.stringify(document)}\n`)
  expect(io.stderr.text).toBe('')
})

test('a table for eyes', async () => {
  const document = documentOf({ state: 'agreed', silent: ['tertiary'], dissent: ['secondary'], wallAhead: -0.25 })
  await sample({ sampleOnce: () => Promise.resolve(document) }, '--reference', 'a')
  expect(io.stdout.text).toBe(
    [
      'reference  server                     address    stratum            clock is        delay          bound',
      'primary    primary.example.net:123    192.0.2.1        1  250.000000 ms slow  1.000000 ms  +-1.000000 ms',
      'secondary  secondary.example.net:123  192.0.2.2        1  250.000000 ms slow  1.000000 ms  +-1.000000 ms  dissents',
      'tertiary   tertiary.example.net:123   192.0.2.3        -                   -            -              -  no answer',
      'tertiary: no answer within 2 s [ERR_TIMEOUT]',
      '',
      'agreed, voted: the clock is between 248.999600 ms slow and 251.000400 ms slow',
      'PROVEN for a tolerance of 1.000000000 s',
      '',
    ].join('\n'),
  )
})

test('nothing known', async () => {
  await sample(
    { sampleOnce: () => Promise.resolve(documentOf({ state: 'none', cause: 'no-reference' })) },
    '--reference',
    'a',
  )
  expect(io.stdout.text).toContain(
    '\nnone: nothing is known of the clock\nINDETERMINATE (no-reference) for a tolerance',
  )
})

describe('what is asked', () => {
  let asked: Configuration | null = null
  const sampleOnce = (configuration: Configuration) => {
    asked = configuration
    return Promise.resolve(documentOf())
  }

  test('the options, without a configuration', async () => {
    const args = ['--reference', 'a', '--reference', 'b:1', '--tolerance', '50ms', '--trust-local']
    expect(await sample({ sampleOnce }, ...args)).toBe(0)
    expect(asked).toMatchObject({
      references: [
        { host: 'a', port: 123 },
        { host: 'b', port: 1 },
      ],
      toleranceNs: 50_000_000n,
      trustLocal: true,
    })
  })

  test('the configuration, of which options replace parts; paths are relative to it', async () => {
    configure({ references: ['c'], trail: 't', tolerance: '2s', interval: '128s' })
    expect(await sample({ sampleOnce }, '--tolerance', '1ms')).toBe(0)
    expect(asked).toMatchObject({
      references: [{ host: 'c' }],
      toleranceNs: 1_000_000n,
      intervalNs: 128_000_000_000n,
      trustLocal: false,
      keys: join(cwd, 'keys'),
    })
  })

  test('another configuration', async () => {
    writeFileSync(join(cwd, 'other.json'), JSON.stringify({ references: ['d,0x8'] }))
    expect(await sample({ sampleOnce }, '--config', 'other.json', '--json')).toBe(0)
    expect(asked).toMatchObject({ references: [{ host: 'd' }] })
    expect(io.stderr.text).toContain('note: "references[0]": the flag ",0x8"')
    expect(() => JSON.parse(io.stdout.text)).not.toThrow()
  })
})

describe('refused with 2', () => {
  test.each([
    [[], 'there is no ntp-auditor.json in'],
    [['--reference', 'a..b'], '"--reference[0]" must be a host name'],
    [['--reference', 'a', '--tolerance', '5'], '"--tolerance" must be a duration'],
    [['--config', 'none.json'], '"ntp-auditor init" writes one'],
    [['--record', '--reference', 'a'], 'or give --reference HOST and --trail DIR'],
    [['a'], 'too many arguments'],
    [['--referenc', 'a'], "unknown option '--referenc'\n(Did you mean --reference?)"],
  ])('%j', async (args, message) => {
    expect(await sample({}, ...args)).toBe(2)
    expect(io.stderr.text).toContain(message)
    expect(io.stdout.text).toBe('')
  })

  test('a configuration with a mistake names the file', async () => {
    configure({ references: ['a'], trial: 't' })
    expect(await sample({})).toBe(2)
    expect(io.stderr.text).toBe(
      'ntp-auditor: ntp-auditor.json: "trial" is an unknown option; did you mean "trail"?, got "t"\n',
    )
    configure(['a'])
    expect(await sample({})).toBe(2)
    expect(io.stderr.text).toContain('must hold one JSON object')
  })
})

describe('--record', () => {
  const document = documentOf()
  beforeEach(() => configure({ references: ['a'], trail: 't' }))

  test('takes the lock itself where no auditor runs', async () => {
    const calls: string[] = []
    const startAuditor: Parts['startAuditor'] = (configuration) => {
      calls.push(configuration.trail)
      return Promise.resolve({
        sample: () => {
          calls.push('sample')
          return Promise.resolve(document)
        },
        record: () => Promise.reject(new Error('not asked for')),
        seal: () => Promise.reject(new Error('not asked for')),
        prune: () => Promise.reject(new Error('not asked for')),
        stop: () => {
          calls.push('stop')
          return Promise.resolve()
        },
      })
    }
    expect(await sample({ startAuditor }, '--record', '--json')).toBe(0)
    expect(calls).toEqual([join(cwd, 't'), 'sample', 'stop'])
    expect(JSON.parse(io.stdout.text).seq).toBe(2)
  })

  test('asks the auditor that holds the trail', async () => {
    const startAuditor = () => Promise.reject(new TrailLockedError('held by process 5'))
    const requestSample = (trail: string) => {
      expect(trail).toBe(join(cwd, 't'))
      return Promise.resolve(document)
    }
    expect(await sample({ startAuditor, requestSample }, '--record', '--tolerance', '5s', '--json')).toBe(0)
    expect(JSON.parse(io.stdout.text).seq).toBe(2)
    expect(io.stderr.text).toBe(
      'note: the auditor that holds the trail asks its own references, under its own tolerance\n',
    )
  })

  test('says what to do when that one is silent', async () => {
    const startAuditor = () => Promise.reject(new TrailLockedError('held by process 5'))
    const requestSample = () => Promise.reject(new InboxError('no answer in 10 s'))
    expect(await sample({ startAuditor, requestSample }, '--record')).toBe(4)
    expect(io.stderr.text).toBe('ntp-auditor: no answer in 10 s\n')
  })

  test('stops the auditor also when the sample fails', async () => {
    let stopped = false
    const startAuditor: Parts['startAuditor'] = () =>
      Promise.resolve({
        sample: () => Promise.reject(new TrailWriteError('no space')),
        record: () => Promise.reject(new Error('not asked for')),
        seal: () => Promise.reject(new Error('not asked for')),
        prune: () => Promise.reject(new Error('not asked for')),
        stop: () => {
          stopped = true
          return Promise.resolve()
        },
      })
    expect(await sample({ startAuditor }, '--record')).toBe(4)
    expect(stopped).toBe(true)
  })
})
