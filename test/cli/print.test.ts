import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Parts } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import { InboxError, TrailLockedError } from '../../lib/errors.js'
import { checkServiceBody } from '../../lib/trail/service-check.js'
import type { ServiceBody } from '../../lib/trail/types.js'
import { fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: ReturnType<typeof fakeIo>
let records: ServiceBody[]
const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' // of "abc", FIPS 180-2
const held: Parts['startAuditor'] = () => Promise.reject(new TrailLockedError('held by process 5'))
const requestRecord: Parts['requestRecord'] = (trail, body) => {
  expect(trail).toBe(join(cwd, 't'))
  records.push(checkServiceBody(body))
  return Promise.resolve({ seq: 20 + records.length })
}

/** A program in place of `lp`: prints into the spool, fails for files called `off.pdf`. */
const program = `
  const { appendFileSync, readFileSync } = require('node:fs')
  const [file, spool] = process.argv.slice(1)
  if (file.endsWith('off.pdf')) { console.error('audit: printer is\\x1b[31m off'); process.exit(1) }
  appendFileSync(spool, readFileSync(file))
  console.log('request id is audit-7')`

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'printing-'))
  io = fakeIo({ cwd })
  records = []
  configure({ command: [process.execPath, '-e', program, '{file}', join(cwd, 'spool')] })
  for (const name of ['a.pdf', 'off.pdf', 'b.pdf']) writeFileSync(join(cwd, name), 'abc')
})
afterEach(() => rmSync(cwd, { recursive: true }))

function configure(print: object): void {
  writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify({ references: ['127.0.0.1'], trail: 't', print }))
}
const run = (command: string, parts: Partial<Parts>, ...words: string[]) =>
  execute([command, ...words], io, fakeParts(parts))

test('a file is printed and recorded beside a live run; printing it again works', async () => {
  const parts = { startAuditor: held, requestRecord }
  expect(await run('print', parts, 'a.pdf')).toBe(0)
  expect(await run('print', parts, 'a.pdf')).toBe(0)
  expect(readFileSync(join(cwd, 'spool'), 'utf8')).toBe('abcabc')
  expect(io.stdout.text).toBe(
    'printed a.pdf: request id is audit-7 (record 21)\nprinted a.pdf: request id is audit-7 (record 22)\n',
  )
  expect(records).toMatchObject([
    { type: 'print', ok: true, file: 'a.pdf', bytes: 3, sha256, message: 'request id is audit-7' },
    { type: 'print', ok: true, file: 'a.pdf' },
  ])
})

test('a printer that is off: 4, told with the next step, recorded; the other files are printed', async () => {
  expect(await run('print', { startAuditor: held, requestRecord }, 'off.pdf', 'b.pdf', '--json')).toBe(4)
  expect(readFileSync(join(cwd, 'spool'), 'utf8')).toBe('abc')
  expect(io.stderr.text).toBe(
    `ntp-auditor: off.pdf was not printed: ${process.execPath} ended with 1; audit: printer is\\u{1b}[31m off\n` +
      `  The file is kept. See to the printer and to node, then: ntp-auditor print ${join(cwd, 'off.pdf')}\n`,
  )
  expect(JSON.parse(io.stdout.text).printed).toMatchObject([
    { file: 'off.pdf', ok: false, seq: 21, bytes: 3, sha256 },
    { file: 'b.pdf', ok: true, seq: 22, message: 'request id is audit-7' },
  ])
  expect(records.map((body) => body.type === 'print' && body.ok)).toEqual([false, true])
})

test('printed, but the auditor that holds the trail does not answer: 4, and told so', async () => {
  const silent = () => Promise.reject(new InboxError('no answer in 10 s'))
  expect(await run('print', { startAuditor: held, requestRecord: silent }, 'a.pdf')).toBe(4)
  expect(io.stdout.text).toBe('printed a.pdf: request id is audit-7\n')
  expect(io.stderr.text).toBe('ntp-auditor: the trail does not tell of the printing of a.pdf: no answer in 10 s\n')
})

test('no such file, and nothing to print with: 2, before anything starts', async () => {
  expect(await run('print', {}, 'a.pdf', 'gone.pdf')).toBe(2)
  expect(io.stderr.text).toBe(`ntp-auditor: there is no file ${join(cwd, 'gone.pdf')} to print\n`)
  configure({})
  expect(await run('print', {}, 'a.pdf')).toBe(2)
  expect(io.stderr.text).toContain('the configuration needs "print": { "command": ["lp", "{file}"] }')
})
