import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { AuditorListeners, Parts } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import type { Configuration } from '../../lib/config/types.js'
import { TrailLockedError, TrailWriteError } from '../../lib/errors.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { documentOf } from './documents.js'
import { type FakeIo, fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: FakeIo
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'run-'))
  io = fakeIo({ cwd })
  writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify({ references: ['127.0.0.1'], trail: 't' }))
})
afterEach(() => rmSync(cwd, { recursive: true }))

/** An auditor that does `script` right after it started, then gets `signal`. */
function scripted(script: (tell: AuditorListeners) => void, signal: NodeJS.Signals = 'SIGTERM') {
  const log: string[] = []
  let configuration: Configuration | null = null
  const parts: Partial<Parts> = {
    startAuditor: (given, tell) => {
      configuration = given
      setImmediate(() => {
        script(tell)
        setImmediate(() => io.signal(signal))
      })
      return Promise.resolve({
        sample: () => Promise.reject(new Error('not asked for')),
        record: () => Promise.reject(new Error('not asked for')),
        seal: () => Promise.reject(new Error('not asked for')),
        prune: () => Promise.reject(new Error('not asked for')),
        stop: () => {
          log.push('stop')
          return Promise.resolve()
        },
      })
    },
  }
  return {
    log,
    configuration: () => configuration,
    run: (...args: string[]) => execute(['run', ...args], io, fakeParts(parts)),
  }
}

const change = {
  seq: 7,
  latest: '2026-03-03T10:00:00.250000000Z',
  size: { low: -180.0000008, high: -179.9999992 },
  class: 'step' as const,
  by: 'foreign' as const,
}
const gap = {
  seq: 8,
  from: '2026-03-03T10:00:00.000000000Z',
  to: '2026-03-03T10:00:05.000000000Z',
  cause: 'starved' as const,
  breaks: 'wall' as const,
}
const verdict = {
  verdict: 'VIOLATED' as const,
  at: '2026-03-03T10:00:01.000000000Z',
  cause: 'out-of-tolerance',
  bound: { low: 1.5, high: 2 },
}

function everything(tell: AuditorListeners): void {
  tell.sample(documentOf({ state: 'none', cause: 'no-reference' }))
  tell.sample(documentOf())
  tell.sample(documentOf())
  tell.clockChange(change)
  tell.verdict(verdict)
  tell.gap(gap)
  tell.problem(new TrailWriteError('the disk is\u001b[2J full'))
}

test('ready once, the first usable sample once, a line for each event, an orderly stop', async () => {
  const { run, log, configuration } = scripted(everything)
  expect(await run()).toBe(0)
  expect(log).toEqual(['stop'])
  expect(configuration()).toMatchObject({ trail: join(cwd, 't'), keys: join(cwd, 'keys') })
  expect(io.stdout.text).toBe(
    [
      'ready',
      'first-sample PROVEN, clock between 1.000400 ms fast and 1.000400 ms slow',
      '2026-03-03T10:00:00.250000000Z clock-change step, moved between 180.000000800 s back and 179.999999200 s back, by foreign (seq 7)',
      '2026-03-03T10:00:01.000000000Z verdict VIOLATED (out-of-tolerance), clock between 1.500000000 s slow and 2.000000000 s slow',
      '2026-03-03T10:00:05.000000000Z gap starved since 2026-03-03T10:00:00.000000000Z, breaks wall (seq 8)',
      '',
    ].join('\n'),
  )
  expect(io.stderr.text).toBe('ntp-auditor: the disk is\\u{1b}[2J full\n')
})

test('--json: one object a line, everything on stdout', async () => {
  const { run } = scripted(everything, 'SIGINT')
  expect(await run('--json')).toBe(0)
  const events = io.stdout.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(events.map(({ event }) => event)).toEqual([
    'ready',
    'first-sample',
    'clock-change',
    'verdict',
    'gap',
    'problem',
    'stopped',
  ])
  expect(events[0]).toEqual({ event: 'ready', trail: join(cwd, 't') })
  expect(events[1]).toMatchObject({ verdict: 'PROVEN', consensus: { state: 'single' } })
  expect(events[2]).toEqual({ event: 'clock-change', ...change })
  expect(events[5]).toEqual({ event: 'problem', code: 'ERR_TRAIL_WRITE', message: 'the disk is\u001b[2J full' })
  expect(events[6]).toEqual({ event: 'stopped', signal: 'SIGINT' })
  expect(io.stderr.text).toBe('')
})

test('ready comes first even if something happens before', async () => {
  const startAuditor: Parts['startAuditor'] = (_, tell) => {
    tell.gap(gap)
    setImmediate(() => io.signal('SIGTERM'))
    return Promise.resolve({
      sample: () => Promise.reject(new Error()),
      record: () => Promise.reject(new Error()),
      seal: () => Promise.reject(new Error('not asked for')),
      prune: () => Promise.reject(new Error('not asked for')),
      stop: () => Promise.resolve(),
    })
  }
  await execute(['run'], io, fakeParts({ startAuditor }))
  expect(io.stdout.text.split('\n')[0]).toBe('ready')
  expect(io.stdout.text).toContain('gap starved')
})

test('a signal during the start is obeyed', async () => {
  let stopped = false
  const startAuditor: Parts['startAuditor'] = () => {
    io.signal('SIGTERM')
    return Promise.resolve({
      sample: () => Promise.reject(new Error()),
      record: () => Promise.reject(new Error('not asked for')),
      seal: () => Promise.reject(new Error('not asked for')),
      prune: () => Promise.reject(new Error('not asked for')),
      stop: () => {
        stopped = true
        return Promise.resolve()
      },
    })
  }
  expect(await execute(['run'], io, fakeParts({ startAuditor }))).toBe(0)
  expect(stopped).toBe(true)
})

test('an output that cannot be written ends no audit', async () => {
  const { run, log } = scripted(everything)
  io.stdout.write = () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }))
  expect(await run()).toBe(0)
  expect(log).toEqual(['stop'])
})

test('a trail that is held: 4', async () => {
  const startAuditor = () => Promise.reject(new TrailLockedError('the trail is held by process 5'))
  expect(await execute(['run'], io, fakeParts({ startAuditor }))).toBe(4)
  expect(io.stderr.text).toBe('ntp-auditor: the trail is held by process 5\n')
  expect(io.stdout.text).toBe('')
})

test('a failing system call: its cause is told, the stack only under DEBUG', async () => {
  const cause = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  const startAuditor = () => Promise.reject(new Error('cannot begin', { cause }))
  expect(await execute(['run'], io, fakeParts({ startAuditor }))).toBe(4)
  expect(io.stderr.text).toBe(
    'ntp-auditor: cannot begin\n  cause: EACCES: permission denied\n  Check the owner and the permissions of that path.\n',
  )
  io = fakeIo({ cwd, env: { DEBUG: '1' } })
  await execute(['run'], io, fakeParts({ startAuditor }))
  expect(io.stderr.text).toContain('Error: cannot begin\n    at ')
})

test('receipts hear every durable record and print the last ones before the end', async () => {
  const builder = new TrailBuilder({ folder: join(cwd, 't') })
  const receipts = { file: 'receipts.txt' }
  writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify({ references: ['127.0.0.1'], trail: 't', receipts }))
  const { run } = scripted((tell) => {
    tell.record?.(builder.open())
    tell.record?.(builder.advance(1).sample())
  })
  expect(await run()).toBe(0)
  expect(readFileSync(join(cwd, 'receipts.txt'), 'utf8')).toMatch(/^\n# receipts, [^!]*\n {7}1 2026-[^!]*\n {7}2 2026-/)
  expect(JSON.parse(readFileSync(join(cwd, 't.receipts.json'), 'utf8')).seq).toBe(2)
  expect(io.stderr.text).toBe('')
})
