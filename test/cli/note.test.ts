import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Parts } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import { InboxError, TrailLockedError } from '../../lib/errors.js'
import type { ServiceBody } from '../../lib/trail/types.js'
import { fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: ReturnType<typeof fakeIo>
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'note-'))
  io = fakeIo({ cwd })
  writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify({ references: ['127.0.0.1'], trail: 't' }))
})
afterEach(() => rmSync(cwd, { recursive: true }))

const lastSeq: Parts['lastSeq'] = () => Promise.resolve(20)
const note = (parts: Partial<Parts>, ...words: string[]) =>
  execute(['note', ...words], io, fakeParts({ lastSeq, ...parts }))

test('an auditor of its own writes the note and stops in good order', async () => {
  const calls: unknown[] = []
  const startAuditor: Parts['startAuditor'] = () =>
    Promise.resolve({
      sample: () => Promise.reject(new Error('not asked for')),
      record: (body: ServiceBody) => {
        calls.push(body)
        return Promise.resolve({ seq: 21 })
      },
      seal: () => Promise.reject(new Error('not asked for')),
      prune: () => Promise.reject(new Error('not asked for')),
      stop: () => {
        calls.push('stop')
        return Promise.resolve()
      },
    })
  expect(await note({ startAuditor }, '17', 'a', 'drill', '--by', 'ops', '--json')).toBe(0)
  expect(calls).toEqual([{ type: 'note', on: 17, text: 'a drill', by: 'ops' }, 'stop'])
  expect(JSON.parse(io.stdout.text)).toEqual({ seq: 21, on: 17, text: 'a drill', by: 'ops' })
})

test('the auditor that holds the trail is asked', async () => {
  const startAuditor = () => Promise.reject(new TrailLockedError('held by process 5'))
  const requestRecord: Parts['requestRecord'] = (trail, body) => {
    expect(trail).toBe(join(cwd, 't'))
    expect(body).toEqual({ type: 'note', on: 17, text: 'a drill', by: userInfo().username })
    return Promise.resolve({ seq: 30 })
  }
  expect(await note({ startAuditor, requestRecord }, '17', 'a drill')).toBe(0)
  expect(io.stdout.text).toBe(`note 30 on record 17 by ${userInfo().username}\n`)
})

test('no answer is told, and is a failure of the environment', async () => {
  const startAuditor = () => Promise.reject(new TrailLockedError('held by process 5'))
  const requestRecord = () => Promise.reject(new InboxError('no answer in 10 s'))
  expect(await note({ startAuditor, requestRecord }, '17', 'x')).toBe(4)
  expect(io.stderr.text).toBe('ntp-auditor: no answer in 10 s\n')
})

test.each([
  [['0', 'x'], 'must be its seq'],
  [['seven', 'x'], 'got "seven"'],
  [['7', ' '], '1 to 4000 characters; got 0'],
  [['7', 'x'.repeat(4001)], 'got 4001'],
  [['7', 'x', '--by', ''], '--by must have 1 to 200'],
  [['21', 'x'], 'ends with record 20; there is no 21'],
])('wrong words %j are refused before anything starts', async (words, message) => {
  expect(await note({}, ...words)).toBe(2)
  expect(io.stderr.text).toContain(message)
})
