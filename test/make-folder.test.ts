import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { makeFolder } from '../lib/make-folder.js'

let base = ''
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'make-folder-'))
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

test('all that is missing is made, what is there is kept', () => {
  makeFolder(join(base, 'a/b/c'), 0o700)
  makeFolder(join(base, 'a/b/c'))
  expect(statSync(join(base, 'a/b')).mode & 0o777).toBe(0o700)
})

test('a link to a folder is one', () => {
  mkdirSync(join(base, 'real'))
  symlinkSync(join(base, 'real'), join(base, 'link'))
  makeFolder(join(base, 'link/inside'))
  expect(statSync(join(base, 'real/inside')).isDirectory()).toBe(true)
})

test.each([
  ['a file in the way', () => writeFileSync(join(base, 'file'), ''), () => join(base, 'file/x'), 'ENOTDIR'],
  [
    'a link to nothing',
    () => symlinkSync(join(base, 'gone'), join(base, 'dangling')),
    () => join(base, 'dangling'),
    'EEXIST',
  ],
])('%s is an error', (_what, make, path, code) => {
  make()
  expect(() => makeFolder(path())).toThrow(expect.objectContaining({ code }))
})

// Node 20's mkdirSync(..., { recursive: true }) never returns from this.
const proc = process.platform === 'linux' ? test : test.skip
proc('a file system that has no room for folders is an error, not an endless loop', () => {
  expect(() => makeFolder('/proc/nowhere/trail')).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})
