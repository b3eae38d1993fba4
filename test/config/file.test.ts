import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { loadConfiguration, readConfigurationFile } from '../../lib/config/file.js'

const folder = mkdtempSync(join(tmpdir(), 'config-'))
afterAll(() => rmSync(folder, { recursive: true }))
function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

test('paths in a file are relative to the file, with or without a byte order mark', () => {
  const path = write('a.json', '\ufeff{ "references": ["time.example.net"], "trail": "trail" }')
  expect(loadConfiguration(path)).toMatchObject({ trail: join(folder, 'trail'), keys: join(folder, 'keys') })
})

test('a mistake names the file', () => {
  const path = write('b.json', '{ "references": ["a"], "trail": "t", "tolerence": "1s" }')
  expect(() => loadConfiguration(path)).toThrow('b.json: "tolerence" is an unknown option; did you mean "tolerance"?')
})

test('broken JSON names line and column', () => {
  const path = write('c.json', '{\n  "trail": "t",\n}\n')
  expect(() => readConfigurationFile(path)).toThrow(/c\.json" must be JSON at line 3, column 1 \(.*\), got "}\\n"$/)
})

test('no file names the next step', () => {
  expect(() => readConfigurationFile(join(folder, 'none.json'))).toThrow('"ntp-auditor init" writes one')
  expect(() => readConfigurationFile(folder)).toThrow('must name a readable configuration file: EISDIR')
})
