/** The command that diagnoses: what it prints, and what it exits with. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Parts } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import type { Diagnosis } from '../../lib/doctor/diagnose.js'
import { type Finding, finding } from '../../lib/doctor/finding.js'
import { fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: ReturnType<typeof fakeIo>
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'doctor-'))
  io = fakeIo({ cwd })
})
afterEach(() => rmSync(cwd, { recursive: true }))

const problem = finding('problem', 'reference-silent', 'primary time.example.net', [
  '192.0.2.7 does not \u001b[31m answer',
  'it is switched off',
  'switch it on',
])
const fine = finding('ok', 'clock-within', 'clock', ['inside the tolerance'])
const asked: Parameters<Parts['diagnose']>[] = []
beforeEach(() => void asked.splice(0))

function doctor(findings: readonly Finding[], ...words: string[]): Promise<number> {
  const diagnosis: Diagnosis = {
    findings,
    discipline: {
      type: 'discipline',
      service: 'chronyd',
      running: true,
      synchronised: true,
      sources: ['time.example.net'],
      settings: [],
      kernel: { maxErrorNs: '26000001', frequencyPpb: -12_345, status: 1 },
      changed: [],
    },
    probes: null,
  }
  const diagnose: Parts['diagnose'] = (...given) => {
    asked.push(given)
    return Promise.resolve(diagnosis)
  }
  return execute(['doctor', ...words], io, fakeParts({ diagnose }))
}

test('problems exit with 1 and say what, why and next; what is in order comes last, in a line', async () => {
  expect(await doctor([problem, fine], '--reference', 'time.example.net')).toBe(1)
  expect(io.stdout.text).toBe(
    [
      'problem  primary time.example.net [reference-silent]',
      '  192.0.2.7 does not \\u{1b}[31m answer',
      '  why:  it is switched off',
      '  next: switch it on',
      '',
      'ok  clock: inside the tolerance',
      '',
      '1 problem, no warnings, no hints',
      '',
    ].join('\n'),
  )
  expect(asked[0]?.[0]?.references[0]?.host).toBe('time.example.net')
  expect(asked[0]?.[1]).toBe(null) // no trail is known, so nothing is said of its disk
})

test('no problem exits with 0; with a configuration the disk is looked at too', async () => {
  writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify({ references: ['192.0.2.7'], trail: 't' }))
  expect(await doctor([fine])).toBe(0)
  expect(asked[0]?.[0]?.trail).toBe(join(cwd, 't'))
  expect(asked[0]?.[1]).toBeGreaterThan(1e8)
})

test('without a configuration the computer alone is looked at, and that is said', async () => {
  expect(await doctor([fine])).toBe(0)
  expect(asked).toEqual([[null, null]])
  expect(io.stdout.text).toContain('hint  configuration [configuration-absent]')
})

test('a wrong configuration is a finding, the rest is looked at, and it exits with 2', async () => {
  writeFileSync(join(cwd, 'ntp-auditor.json'), '{ "references": ["192.0.2.7"], "trial": "t" }')
  expect(await doctor([fine])).toBe(2)
  expect(io.stdout.text).toContain('problem  configuration [configuration-wrong]')
  expect(io.stdout.text).toContain('did you mean "trail"?')
  expect(io.stdout.text).toContain('ok  clock: inside the tolerance')
  expect(await doctor([], '--config', 'nowhere.json')).toBe(2)
  expect(await doctor([], '--reference', 'a b')).toBe(2)
})

test('as JSON: findings, service, references; numbers in seconds', async () => {
  expect(await doctor([problem], '--reference', 'time.example.net', '--json')).toBe(1)
  expect(JSON.parse(io.stdout.text)).toEqual({
    wall: '2026-03-04T12:00:00.000000000Z',
    findings: [problem],
    service: {
      service: 'chronyd',
      running: true,
      synchronised: true,
      sources: ['time.example.net'],
      settings: [],
      kernel: { maxError: 0.026000001, frequencyPpb: -12_345, status: 1 },
    },
    references: [],
  })
})
