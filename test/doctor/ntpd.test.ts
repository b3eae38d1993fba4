/** ntpd and ntpsec by their own words: answers of ntpq as they were recorded. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ntpdReport, parsePeers, parseVariables } from '../../lib/doctor/ntpd.js'
import '../support/seed.js'
import { codes, heard, missing, recorded, refused } from './machine.js'

const text = (name: string) => recorded(`ntp/${name}.txt`)

test('variables, whatever their order, quotes and line breaks', () => {
  const told = parseVariables(text('rv-4.2.8'))
  expect(told.get('version')).toBe('ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1)')
  expect([told.get('leap'), told.get('stratum'), told.get('refid')]).toEqual(['00', '2', '192.0.2.7'])
  const sec = parseVariables(text('rv-ntpsec-1.2.2-unsynchronised'))
  expect([sec.get('leap'), sec.get('stratum'), sec.get('version')]).toEqual(['11', '16', 'ntpd ntpsec-1.2.2'])
})

test('peers: tally, reach in octal; header and rule are none', () => {
  expect(parsePeers(text('peers')).map(({ tally, remote, reach, type }) => [tally, remote, reach, type])).toEqual([
    [' ', '0.debian.pool.n', 0, 'p'],
    ['*', '192.0.2.7', 255, 'u'],
    ['+', '198.51.100.20', 255, 'u'],
    [' ', '203.0.113.5', 0, 'u'],
  ])
})

test('no text makes a parser throw', () => {
  fc.assert(
    fc.property(fc.string(), (anything) => {
      parseVariables(anything)
      parsePeers(anything)
    }),
  )
})

const report = (variables: string, peers = 'peers') =>
  ntpdReport({
    variables: heard(text(variables)),
    peers: heard(text(peers)),
    configuration: recorded('ntp/ntp.conf'),
    running: null,
  })

test('synchronised; a pool is no source, its servers are; a silent one is told', () => {
  const told = report('rv-4.2.8')
  expect(told).toMatchObject({
    service: 'ntpd',
    running: true,
    synchronised: true,
    sources: ['192.0.2.7', '198.51.100.20', '203.0.113.5'],
    settings: ['pool 0.debian.pool.ntp.org iburst', 'server 127.127.1.0', 'fudge 127.127.1.0 stratum 10'],
  })
  expect(codes(told?.findings ?? [])).toEqual(['ok service-synchronised', 'warning service-source-silent'])
})

test('not synchronised in every version; a kiss is the cause', () => {
  for (const name of ['rv-ntpsec-1.2.2-unsynchronised', 'rv-4.2.0-old']) expect(report(name)?.synchronised).toBe(false)
  const denied = report('rv-4.2.0-old', 'peers-denied')
  expect(denied?.findings[0]).toMatchObject({ severity: 'problem', code: 'service-unsynchronised' })
  expect(denied?.findings[0]?.what).toContain('192.0.2.7 sent .DENY.')
})

test('the undisciplined local clock is told', () => {
  expect(codes(report('rv-local', 'refused')?.findings ?? [])).toEqual(['warning service-own-clock'])
})

test('installed and stopped; the tool alone is no service; nothing at all', () => {
  const none = refused(text('refused'))
  const silent = { variables: none, peers: none, configuration: null }
  expect(ntpdReport({ ...silent, running: false })?.findings).toMatchObject([{ code: 'service-stopped' }])
  expect(ntpdReport({ ...silent, running: null })).toBe(null)
  expect(ntpdReport({ variables: missing, peers: missing, configuration: null, running: null })).toBe(null)
})
