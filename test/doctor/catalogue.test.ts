/** docs/troubleshooting.md knows every finding, and each row of its catalogue is tested. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from '@jest/globals'

const root = resolve(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8')
const section = (title: string) => page.split(/^## /m).find((text) => text.startsWith(title)) ?? ''
const read = (folder: string, end: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(end))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))
    .join('\n')

const pattern =
  /(?:reference|references|clock|service|w32|host|trail|keys|kernel|offset|tolerance|interval|configuration|udp|rtc)-[a-z0-9-]+/
const codesIn = (text: string, quote: string) =>
  new Set([...text.matchAll(new RegExp(`${quote}(${pattern.source})${quote}`, 'g'))].map(([, code]) => code))

test('every code of the source is on the page, and no other', () => {
  const source = codesIn(read('lib/doctor', '.ts') + readFileSync(join(root, 'lib/cli/doctor.ts'), 'utf8'), "'")
  expect(source.size).toBeGreaterThan(70)
  expect([...codesIn(section('All findings'), '`')].sort()).toEqual([...source].sort())
})

test('every row of the catalogue names findings, and each of them has a test', () => {
  const rows = section('What you see')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| what you see'))
  expect(rows.length).toBeGreaterThan(14)
  const tests = read('test/doctor', '.test.ts')
  for (const row of rows) {
    const codes = [...codesIn(row, '`')]
    expect(codes.length).toBeGreaterThan(0)
    expect(codes.filter((code) => !new RegExp(`${code}\\b`).test(tests))).toEqual([])
  }
})
