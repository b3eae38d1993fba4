import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { printFile } from '../../lib/printing/print.js'
import { checkServiceBody } from '../../lib/trail/service-check.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'print-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const timeoutNs = 20_000_000_000n
const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' // of "abc", FIPS 180-2

test('the program gets the path, and the record says what was printed and what the program answered', async () => {
  const path = join(folder, 'a day; rm.pdf')
  writeFileSync(path, 'abc')
  const spool = join(folder, 'spool')
  const script = `
    const { copyFileSync } = require('node:fs')
    copyFileSync(process.argv[1], process.argv[2])
    console.log('request id is audit-7 (1 file(s))')`
  const command = [process.execPath, '-e', script, '{file}', spool]
  const body = await printFile(path, { command, timeoutNs })
  expect(checkServiceBody(body)).toEqual({
    type: 'print',
    ok: true,
    file: 'a day; rm.pdf',
    bytes: 3,
    sha256,
    command,
    message: 'request id is audit-7 (1 file(s))',
  })
  expect(readFileSync(spool, 'utf8')).toBe('abc')
})

test('a printer that is off is a result that can be recorded', async () => {
  const path = join(folder, 'a.pdf')
  writeFileSync(path, 'abc')
  const command = [process.execPath, '-e', `console.error('printer is off'); process.exit(1)`, '{file}']
  const body = await printFile(path, { command, timeoutNs })
  expect(checkServiceBody(body)).toMatchObject({
    ok: false,
    sha256,
    message: `${process.execPath} ended with 1\nprinter is off`,
  })
})

test('a file that is gone, and a program that is not configured', async () => {
  const gone = await printFile(join(folder, 'gone.pdf'), { command: ['lp', '{file}'], timeoutNs })
  expect(checkServiceBody(gone)).toMatchObject({
    ok: false,
    bytes: 0,
    message: expect.stringContaining('cannot be read'),
  })
  await expect(printFile('a.pdf', { command: null, timeoutNs })).rejects.toThrow(
    '"print.command" must name the program',
  )
})
