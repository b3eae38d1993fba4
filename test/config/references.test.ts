import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isLocalHost } from '../../lib/config/address.js'
import { parseReference, parseReferences } from '../../lib/config/references.js'

function hostPort(text: string): [string, number] {
  const { host, port } = parseReference(text).reference
  return [host, port]
}

describe('one reference', () => {
  test.each([
    ['time.example.net', 'time.example.net', 123],
    ['time.example.net:1234', 'time.example.net', 1234],
    ['192.0.2.1', '192.0.2.1', 123],
    ['192.0.2.1:11123', '192.0.2.1', 11_123],
    ['[2001:db8::1]:1123', '2001:db8::1', 1123],
    ['[2001:db8::1]', '2001:db8::1', 123],
    ['2001:db8::1', '2001:db8::1', 123],
    ['fe80::1%eth0', 'fe80::1%eth0', 123],
    ['::1', '::1', 123],
    ['localhost', 'localhost', 123],
    ['ntp_1.example.net.', 'ntp_1.example.net.', 123],
  ])('%s', (text, host, port) => {
    expect(hostPort(text)).toEqual([host, port])
  })

  test('a pasted flag of the Windows time service is left out with a note', () => {
    const { reference, notes } = parseReference('192.0.2.1,0x8', 'references[0]')
    expect(reference.host).toBe('192.0.2.1')
    expect(notes).toEqual([
      '"references[0]": the flag ",0x8" of the Windows time service was left out of "192.0.2.1,0x8"',
    ])
  })

  test('octets with leading zeros are refused with the right spelling', () => {
    expect(() => parseReference('192.000.002.010', 'references[1]')).toThrow(
      '"references[1]" must not have octets with leading zeros: write "192.0.2.10", got "192.000.002.010"',
    )
    expect(() => parseReference('010.1.1.1:123')).toThrow('write "10.1.1.1"')
  })

  test.each([
    '',
    ' ',
    'server time.example.net iburst',
    'ntp://time.example.net',
    'https://time.example.net:443/x',
    'time.example.net:0',
    'time.example.net:65536',
    'time.example.net:',
    'time.example.net:0123',
    '256.1.1.1',
    '1.2.3',
    '3221225985',
    '0x7f000001',
    'a..b',
    '-a.example',
    'a-.example',
    'a/b',
    '[192.0.2.1]:123',
    '[time.example.net]',
    '[::1',
    '1:2:3',
    `${'a'.repeat(64)}.example`,
    'time.example.net\n',
  ])('%j is refused', (text) => {
    expect(() => parseReference(text, 'references[0]')).toThrow('"references[0]" must')
  })

  test('a name outside ASCII is refused with its ASCII form', () => {
    expect(() => parseReference('zeit.b\u00fccher.example')).toThrow('write "zeit.xn--bcher-kva.example"')
  })

  test('an object', () => {
    const input = { host: '192.0.2.7', port: 1123, operator: 'NIST', traceableTo: 'UTC(NIST)', smear: 'none' }
    expect(parseReference(input).reference).toEqual(input)
    expect(parseReference({ host: '[::1]' }).reference.host).toBe('::1')
  })

  test('an object with a mistake names the path', () => {
    expect(() => parseReference({ host: 'a', port: 70_000 }, 'references[1]')).toThrow(
      '"references[1].port" must be a whole number from 1 to 65535, got 70000',
    )
    expect(() => parseReference({ host: 'a:123' }, 'references[1]')).toThrow('give it as "port"')
    expect(() => parseReference({ host: 'a', prot: 1 }, 'references[1]')).toThrow(
      '"references[1].prot" is an unknown option; did you mean "port"?, got 1',
    )
    expect(() => parseReference({ server: 'a' }, 'references[0]')).toThrow('did you mean "host"?')
    expect(() => parseReference({ port: 1 }, 'references[0]')).toThrow('"references[0].host" must be a host name')
    expect(() => parseReference(5, 'references[0]')).toThrow('"references[0]" must be "host"')
  })

  test('every address literal with a port comes back as it went in', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        expect(hostPort(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)).toEqual([host, port])
        expect(hostPort(host)).toEqual([host, 123])
      }),
    )
  })
})

describe('the list', () => {
  test('one to three', () => {
    expect(() => parseReferences(undefined)).toThrow('"references" is required')
    expect(() => parseReferences('a')).toThrow('"references" must be a list')
    expect(() => parseReferences([])).toThrow('"references" must have one to three entries, has 0')
    expect(() => parseReferences(['a', 'b', 'c', 'd'])).toThrow('has 4')
    expect(parseReferences(['a', 'b', 'c']).references.map(({ host }) => host)).toEqual(['a', 'b', 'c'])
  })

  test.each([
    [['a.example', 'A.example.']],
    [['::1', '[0:0:0:0:0:0:0:1]:123']],
    [['192.0.2.1', { host: '192.0.2.1', operator: 'x' }]],
  ])('two that are the same are refused: %j', (list) => {
    expect(() => parseReferences(list)).toThrow('"references[1]" must differ from "references[0]"')
  })

  test('one host with two ports is two references', () => {
    expect(parseReferences(['127.0.0.1:1', '127.0.0.1:2']).references).toHaveLength(2)
  })

  test('a declared smear mix is refused', () => {
    expect(() => parseReferences([{ host: 'a', smear: 'google' }, 'b'])).toThrow(
      '"references" must not mix servers that treat leap seconds differently (a: google, b: none)',
    )
    expect(() => parseReferences([{ host: 'a', smear: 'none' }, 'time.google.com'])).toThrow('time.google.com: google')
    const both = [
      { host: 'a', smear: 'google' },
      { host: 'b', smear: 'google' },
    ]
    expect(parseReferences(both)).toMatchObject({ references: [{ smear: 'google' }, { smear: 'google' }], notes: [] })
  })

  test('a known smear that all share is taken over with a note', () => {
    const { references, notes } = parseReferences(['time1.google.com', 'TIME2.google.com'])
    expect(references.map(({ smear }) => smear)).toEqual(['google', 'google'])
    expect(notes).toHaveLength(2)
    expect(notes[0]).toBe(
      '"references[0]": time1.google.com is known to smear leap seconds ("google"); taken as such. Declare "smear": "google" to silence this note',
    )
  })

  test('a known smear among others is a warning', () => {
    const { references, notes } = parseReferences(['time.example.net', '169.254.169.123'])
    expect(references.map(({ smear }) => smear)).toEqual(['none', 'none'])
    expect(notes).toHaveLength(1)
    expect(notes[0]).toContain(
      '"references[1]": 169.254.169.123 is known to smear leap seconds ("aws"); the others are not',
    )
  })

  test('a known smear declared otherwise is a warning', () => {
    const { references, notes } = parseReferences([{ host: 'time.facebook.com', smear: 'none' }])
    expect(references[0]?.smear).toBe('none')
    expect(notes).toEqual([
      '"references[0]": time.facebook.com is known to smear leap seconds ("meta"), but is declared "none"',
    ])
  })
})

test.each([
  ['127.0.0.1', true],
  ['127.255.0.1', true],
  ['10.1.2.3', true],
  ['172.31.255.255', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['192.0.2.1', false],
  ['169.254.169.123', true],
  ['::1', true],
  ['fd00::1', true],
  ['fe80::1%eth0', true],
  ['2001:db8::1', false],
  ['localhost', true],
  ['10.example.net', false],
])('%s is local: %s', (host, local) => {
  expect(isLocalHost(host)).toBe(local)
})
