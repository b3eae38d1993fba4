import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { execute } from '../../lib/cli/program.js'
import { segmentPath } from '../../lib/trail/paths.js'
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
  expect(io.stdout.text).toContain(`${folder}: SELF-CONSISTENT, 4 records up to 4\n`)
  expect(io.stdout.text).toContain('no key or seal says that this is what was written')
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
