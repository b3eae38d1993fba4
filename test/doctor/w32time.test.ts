/** W32Time by its own words, in English, German and French, and the settings that make it fail. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type W32Facts, w32Report } from '../../lib/doctor/w32time.js'
import {
  parseEvents,
  parseNtpServer,
  parseRegistry,
  parseServiceState,
  parseW32Configuration,
  parseW32Peers,
  parseW32Status,
  saysNotStarted,
} from '../../lib/doctor/w32time-parse.js'
import '../support/seed.js'
import { codes, heard, recorded, refused } from './machine.js'

const text = (name: string) => recorded(`windows/${name}`)

describe('parsers', () => {
  test('a status in three languages and two code pages', () => {
    expect(parseW32Status(text('status-en-2019.txt'))).toEqual({
      leap: 0,
      stratum: 4,
      referenceId: 'C0000207',
      lastSync: '12/20/2023 9:30:13 AM',
      source: 'time.example.net,0x8',
      state: 2,
      lastError: 0,
    })
    expect(parseW32Status(text('status-de-11.txt'))).toEqual({
      leap: 0,
      stratum: 4,
      referenceId: 'C6336414',
      lastSync: '20.09.2024 10:43:13',
      source: 'time.windows.com,0x9',
      state: 2,
      lastError: 0,
    })
    expect(parseW32Status(text('status-fr-10.txt'))).toEqual({
      leap: 0,
      stratum: 3,
      referenceId: 'C6336414',
      lastSync: '10/09/2026 19:58:02',
      source: 'time.windows.com,0x9',
      state: null,
      lastError: null,
    })
    expect(parseW32Status(text('status-de-cmos-cp850.txt'))).toMatchObject({
      leap: 3,
      stratum: 0,
      lastSync: null,
      source: 'Local CMOS Clock',
    })
  })

  test('that the service does not run, in three languages', () => {
    for (const name of ['not-started-en.txt', 'not-started-de.txt', 'not-started-fr.txt']) {
      expect(parseW32Status(text(name))).toBe(null)
      expect(saysNotStarted(text(name))).toBe(true)
    }
    expect(saysNotStarted(text('status-en-2019.txt'))).toBe(false)
    expect(parseServiceState(text('sc-en-running.txt'))).toBe(4)
    expect(parseServiceState(text('sc-fr-stopped.txt'))).toBe(1)
  })

  test('flags behind servers, and servers without any', () => {
    expect(parseNtpServer('time.windows.com,0x9 192.0.2.7,0x1  ntp.example.net')).toEqual([
      { host: 'time.windows.com', flags: 9, text: 'time.windows.com,0x9' },
      { host: '192.0.2.7', flags: 1, text: '192.0.2.7,0x1' },
      { host: 'ntp.example.net', flags: 0, text: 'ntp.example.net' },
    ])
  })

  test('the registry, the configuration with who decides it, peers with their mode, events', () => {
    expect(parseRegistry(text('reg-parameters.txt')).get('NtpServer')).toBe('time.windows.com,0x9')
    expect(parseRegistry(text('reg-parameters.txt')).get('ServiceDllUnloadOnStop')).toBe('1')
    expect(parseW32Configuration(text('configuration-en-domain.txt')).get('Type')).toEqual({
      value: 'NT5DS',
      policy: false,
    })
    expect(parseW32Configuration(text('configuration-de-policy.txt')).get('NtpServer')).toEqual({
      value: 'dc01.example.net,0x1',
      policy: true,
    })
    expect(parseW32Configuration(text('configuration-de-policy.txt')).get('Enabled')?.value).toBe('1')
    expect(parseW32Peers(text('peers-en.txt'))).toEqual([
      { peer: 'time.windows.com,0x9', mode: 3, stratum: 1 },
      { peer: '192.0.2.7,0x4', mode: 1, stratum: 0 },
    ])
    expect(parseW32Peers(text('peers-de.txt'))).toEqual([{ peer: 'time.windows.com,0x9', mode: 3, stratum: 3 }])
    expect(parseEvents(text('event-47.xml'))).toEqual([
      { id: 47, at: '2026-11-21T21:19:52.5823812Z', data: ['time.example.net,0x1'] },
    ])
  })

  test('no text makes a parser throw', () => {
    fc.assert(
      fc.property(fc.string(), (anything) => {
        parseW32Status(anything)
        parseW32Configuration(anything)
        parseW32Peers(anything)
        parseRegistry(anything)
        parseNtpServer(anything)
        parseEvents(anything)
      }),
    )
  })
})

const nothing = refused('')
function report(given: Partial<Record<keyof W32Facts, string>>) {
  const facts = { status: nothing, configuration: nothing, peers: nothing, parameters: nothing, policy: nothing }
  const told = Object.entries(given).map(([name, file]) => [name, heard(text(file))])
  return w32Report({ ...facts, service: nothing, events: nothing, ...Object.fromEntries(told) })
}

describe('what it comes to', () => {
  test('all is well', () => {
    const told = report({ status: 'status-de-11.txt', parameters: 'reg-parameters.txt', peers: 'peers-de.txt' })
    expect(told).toMatchObject({
      service: 'w32time',
      running: true,
      synchronised: true,
      sources: ['time.windows.com'],
      settings: ['Type=NTP', 'NtpServer=time.windows.com,0x9'],
    })
    expect(codes(told.findings)).toEqual(['ok service-synchronised'])
  })

  test('service not started: told in any language, also by sc alone', () => {
    for (const status of ['not-started-en.txt', 'not-started-de.txt', 'not-started-fr.txt']) {
      const told = report({ status })
      expect(told).toMatchObject({ running: false, synchronised: false })
      expect(codes(told.findings)).toEqual(['problem service-stopped'])
    }
    expect(report({ service: 'sc-fr-stopped.txt' }).running).toBe(false)
    expect(codes(report({ service: 'sc-en-running.txt' }).findings)).toEqual(['warning service-unreadable'])
    expect(report({}).running).toBe(null)
  })

  test('not synchronised: the board clock, or one that runs free at stratum 1', () => {
    expect(codes(report({ status: 'status-en-cmos.txt' }).findings)).toEqual([
      'problem service-unsynchronised',
      'warning w32-last-sync-failed',
    ])
    const free = report({ status: 'status-en-free-running.txt' })
    expect(free.synchronised).toBe(false)
    expect(free.findings[0]?.what).toContain('its source is "Free-running System Clock"')
  })

  test('the last try failed although it calls itself synchronised', () => {
    const told = report({ status: 'status-en-stale.txt' })
    expect(codes(told.findings)).toEqual(['ok service-synchronised', 'warning w32-last-sync-failed'])
    expect(told.findings[1]?.what).toContain('only stale time data came')
  })

  test('the flag that was set back to 0x1, and symmetric active', () => {
    const { findings } = report({
      status: 'status-en-2019.txt',
      parameters: 'reg-parameters-0x1.txt',
      peers: 'peers-en.txt',
    })
    expect(codes(findings)).toEqual([
      'ok service-synchronised',
      'warning w32-symmetric-active',
      'warning w32-client-flag',
    ])
    expect(findings[1]?.what).toBe('asks in symmetric active mode: 192.0.2.7,0x4')
    expect(findings[2]).toMatchObject({
      what: 'without client mode (0x8): time.example.net,0x1',
      why: expect.stringContaining('set back to 0x1'),
      next: expect.stringContaining('time.example.net,0x9 192.0.2.7,0x8'),
    })
  })

  test('the flag changes by itself: a group policy sets it', () => {
    for (const given of [
      { policy: 'reg-policy.txt', parameters: 'reg-parameters.txt' },
      { configuration: 'configuration-de-policy.txt' },
    ]) {
      const { findings, settings } = report({ status: 'status-de-11.txt', ...given })
      expect(settings).toEqual(['Type=NTP', 'NtpServer=dc01.example.net,0x1', 'Policy=yes'])
      expect(codes(findings)).toEqual(['ok service-synchronised', 'warning w32-client-flag', 'hint w32-policy'])
      expect(findings[1]?.next).toContain('group policy')
    }
  })

  test('a member of a domain, a guest of Hyper-V, one that follows nothing', () => {
    const domain = report({ status: 'status-en-2019.txt', configuration: 'configuration-en-domain.txt' })
    expect(codes(domain.findings)).toEqual(['ok service-synchronised', 'hint w32-domain'])
    expect(codes(report({ status: 'status-en-hyperv.txt' }).findings)).toEqual([
      'ok service-synchronised',
      'hint w32-host-clock',
    ])
    const parameters = heard(text('reg-parameters.txt').replace('REG_SZ    NTP\r', 'REG_SZ    NoSync\r'))
    const facts = { status: nothing, configuration: nothing, peers: nothing, policy: nothing, service: nothing }
    expect(codes(w32Report({ ...facts, events: nothing, parameters }).findings)).toContain('problem w32-nosync')
  })

  test('event 47 names the server that gave no valid response', () => {
    const { findings } = report({ status: 'status-en-2019.txt', events: 'event-47.xml' })
    expect(codes(findings)).toEqual(['ok service-synchronised', 'warning w32-event-47'])
    expect(findings[1]?.what).toContain('time.example.net,0x1')
  })
})
