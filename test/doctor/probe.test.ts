/** Findings on answers that loopback cannot give: silence from outside, no route, several addresses. */
import { expect, test } from '@jest/globals'
import { type Answer, type Probe, routeTo } from '../../lib/doctor/probe.js'
import { referenceFindings } from '../../lib/doctor/references.js'
import type { ReadingErrorCode } from '../../lib/errors.js'
import type { GoodReading } from '../../lib/ntp/types.js'
import { codes } from './machine.js'

const failed = (address: string, code: ReadingErrorCode): Answer => ({
  address,
  route: 'eth0, 192.0.2.17',
  reading: {
    ok: false,
    host: 'time.example.net',
    port: 123,
    address,
    error: { code, message: 'the message' },
    header: null,
    tests: null,
    ignored: 0,
  },
})
const served = (address: string): Answer => ({
  address,
  route: 'eth0, 192.0.2.17',
  reading: {
    ok: true,
    self: false,
    offsetNs: 0n,
    delayNs: 1_000_000n,
    rootDistanceNs: 1_000_000n,
    header: { stratum: 2, li: 0, referenceId: 0x0a000001, rootDelay: 0, rootDispersion: 0 },
  } as unknown as GoodReading,
})
const probe = (answers: readonly Answer[], host = 'time.example.net', role: Probe['role'] = 'primary'): Probe => ({
  role,
  reference: { host, port: 123, operator: null, traceableTo: null, smear: 'none' },
  addresses: answers.map(({ address }) => address),
  unresolved: null,
  answers,
})

test('UDP port 123 blocked: nobody answers at all', () => {
  const silent = [
    probe([failed('192.0.2.1', 'ERR_TIMEOUT')]),
    probe([failed('192.0.2.2', 'ERR_TIMEOUT')], 'b', 'secondary'),
  ]
  expect(codes(referenceFindings(silent, false))).toEqual([
    'problem reference-silent',
    'problem reference-silent',
    'problem udp-blocked',
    'hint reference-pair',
  ])
  const one = [silent[0] as Probe, probe([served('192.0.2.2')], 'b', 'secondary')]
  expect(codes(referenceFindings(one, false))).not.toContain('problem udp-blocked')
})

test('what one address of a name lacks is no problem where another serves', () => {
  const six = probe([served('192.0.2.1'), failed('2001:db8::1', 'ERR_UNREACHABLE'), failed('192.0.2.3', 'ERR_TIMEOUT')])
  expect(codes(referenceFindings([six], false))).toEqual([
    'ok reference-answers',
    'hint reference-unreachable',
    'warning reference-silent',
    'hint reference-single',
  ])
  expect(codes(referenceFindings([probe([failed('10.0.0.9', 'ERR_UNREACHABLE')])], false))).toContain(
    'problem reference-unreachable',
  )
})

test('a firewall of our own, a clock that is being set, more addresses than are asked', () => {
  expect(codes(referenceFindings([probe([failed('192.0.2.1', 'ERR_SOCKET')])], false))).toContain(
    'problem reference-socket',
  )
  expect(codes(referenceFindings([probe([failed('192.0.2.1', 'ERR_CLOCK_CHANGED')])], false))).toContain(
    'problem clock-moving',
  )
  const many = { ...probe([served('192.0.2.1')]), addresses: Array.from({ length: 9 }, (_, i) => `192.0.2.${i + 1}`) }
  expect(codes(referenceFindings([many], false))).toContain('hint reference-many-addresses')
})

test('one source behind two names, the pool, DNS without an answer', () => {
  const two = [probe([served('192.0.2.1')]), probe([served('192.0.2.2')], '2.pool.ntp.org', 'secondary')]
  expect(codes(referenceFindings(two, false))).toEqual([
    'ok reference-answers',
    'ok reference-answers',
    'hint reference-pool',
    'hint reference-same-source',
    'hint reference-pair',
  ])
  const unresolved = {
    ...probe([]),
    unresolved: { code: 'ERR_DNS' as const, message: 'DNS gave no answer: check DNS' },
  }
  expect(referenceFindings([unresolved], false)[0]).toMatchObject({ code: 'reference-dns', next: 'check DNS' })
})

test('a reading of our own is a problem unless local servers are trusted', () => {
  const own = served('192.0.2.1')
  const self = probe([{ ...own, reading: { ...own.reading, self: true } as GoodReading }])
  expect(codes(referenceFindings([self], false))).toContain('problem reference-self')
  expect(codes(referenceFindings([self], true))).toEqual(['ok reference-answers', 'hint reference-single'])
})

test('the route is known without sending anything', async () => {
  expect(await routeTo('127.0.0.1', 9)).toMatch(/127\.0\.0\.1$/)
})
