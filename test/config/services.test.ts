/** Options of anchors, printing and the nightly job. */
import { describe, expect, test } from '@jest/globals'
import { decodeConfiguration, encodeConfiguration, recordedConfiguration } from '../../lib/config/encode.js'
import { parseConfiguration } from '../../lib/config/parse.js'

const parse = (more: object) =>
  parseConfiguration({ references: ['192.0.2.1'], trail: 'trail', ...more }, { base: '/srv/audit', hostName: 'pluto' })

test('what is given is taken, paths from the folder of the file', () => {
  const { anchor, print, nightly } = parse({
    anchor: {
      every: '6h',
      tsa: { url: 'https://tsa.example.net/', certificates: 'tsa.pem', policy: '1.3.6.1' },
      command: ['mail', '-s', 'seal', 'notary@example.net'],
      timeout: '5s',
    },
    print: { command: ['lp', '-d', 'audit', '{file}'], timeout: '2m' },
    nightly: {
      at: '23:59',
      reports: ['year', 'day'],
      profiles: ['finra-50ms'],
      formats: ['json'],
      out: 'out',
      print: true,
      mail: ['a@b'],
    },
    alerts: { channels: [{ kind: 'mail', server: 'smtp://mail.example.net', from: 'a@b', to: ['c@d'] }] },
  })
  expect(anchor).toEqual({
    everyNs: 21_600_000_000_000n,
    tsa: { url: 'https://tsa.example.net/', certificates: '/srv/audit/tsa.pem', policy: '1.3.6.1' },
    command: ['mail', '-s', 'seal', 'notary@example.net'],
    timeoutNs: 5_000_000_000n,
  })
  expect(print).toEqual({ command: ['lp', '-d', 'audit', '{file}'], timeoutNs: 120_000_000_000n })
  expect(nightly).toEqual({
    at: '23:59',
    reports: ['day', 'year'],
    profiles: ['finra-50ms'],
    formats: ['json'],
    out: '/srv/audit/out',
    print: true,
    mail: ['a@b'],
  })
})

test('what sets the clock is looked at every five minutes, as given, or never', () => {
  expect(parse({}).discipline).toEqual({ everyNs: 300_000_000_000n })
  expect(parse({ discipline: { every: '1h' } }).discipline).toEqual({ everyNs: 3_600_000_000_000n })
  const off = parse({ discipline: false })
  expect(off.discipline).toEqual({ everyNs: 0n })
  expect(decodeConfiguration(encodeConfiguration(off))).toEqual(off)
})

test('an empty nightly job has its defaults; an address alone is a service', () => {
  expect(parse({ nightly: {} }).nightly).toEqual({
    at: '00:10',
    reports: ['day', 'week', 'month', 'year'],
    profiles: ['custom'],
    formats: ['pdf', 'csv'],
    out: '/srv/audit/reports',
    print: false,
    mail: [],
  })
  expect(parse({ anchor: { tsa: 'http://tsa.example.net/' } }).anchor.tsa).toEqual({
    url: 'http://tsa.example.net/',
    certificates: null,
    policy: null,
  })
})

test('receipts: what, how wide, on what; paths from the folder of the file', () => {
  expect(parse({ receipts: null }).receipts).toBeNull()
  expect(parse({ receipts: { command: ['lp'] } }).receipts).toEqual({
    what: 'samples',
    columns: 80,
    command: ['lp'],
    file: null,
    newline: 'lf',
    timeoutNs: 60_000_000_000n,
    state: '/srv/audit/trail.receipts.json',
  })
  const given = { what: 'changes', columns: 132, newline: 'crlf', timeout: '5s', state: '../state' }
  expect(parse({ receipts: { ...given, file: '/dev/usb/lp0' } }).receipts).toEqual({
    what: 'changes',
    columns: 132,
    command: null,
    file: '/dev/usb/lp0',
    newline: 'crlf',
    timeoutNs: 5_000_000_000n,
    state: '/srv/state',
  })
  expect(parse({ receipts: { file: 'trail.txt' } }).receipts?.file).toBe('/srv/audit/trail.txt')
})

describe('refused, naming option, rule and value', () => {
  test.each<[object, string]>([
    [{ anchor: { every: '2d' } }, '"anchor.every" must be from 1s to 1d, got "2d"'],
    [
      { anchor: { tsa: 'tsa.example.net' } },
      '"anchor.tsa" must be an address such as "https://tsa.example.net/", got "tsa.example.net"',
    ],
    [{ anchor: { tsa: 'ftp://tsa.example.net/' } }, '"anchor.tsa" must be an address'],
    [{ anchor: { tsa: { url: 1 } } }, '"anchor.tsa.url" must be an address'],
    [{ anchor: { tsa: { uri: 'x' } } }, '"anchor.tsa.uri" is an unknown option; did you mean "url"?'],
    [
      { anchor: { tsa: { url: 'http://a/', policy: 'x' } } },
      '"anchor.tsa.policy" must be an object identifier such as "1.2.3.4", got "x"',
    ],
    [{ anchor: { command: 'mail' } }, '"anchor.command" must be a list: the program, then its arguments'],
    [{ anchor: { command: [] } }, '"anchor.command" must be a list'],
    [{ anchor: { command: ['a\0b'] } }, '"anchor.command" must have words of at most 4000 characters without NUL'],
    [{ print: { command: ['lp'] } }, '"print.command" must have "{file}" where the path of the file goes'],
    [{ nightly: { print: true } }, '"nightly.print" needs "print.command", the program that prints, got true'],
    [
      { nightly: { reports: ['day', 'decade'] } },
      '"nightly.reports" must name day, week, month, quarter, year, got "decade"',
    ],
    [{ nightly: { formats: 'pdf' } }, '"nightly.formats" must be a list of words, got "pdf"'],
    [{ nightly: { time: '00:10' } }, '"nightly.time" is an unknown option; did you mean "at"?'],
    [{ receipts: {} }, '"receipts" must have either "command"'],
    [{ receipts: { file: 'a', command: ['lp'] } }, '"receipts" must have either "command"'],
    [{ receipts: { command: ['lp', '{file}'] } }, '"receipts.command" gets the text on its standard input'],
    [{ receipts: { file: 'a', columns: 100 } }, '"receipts.columns" must be 80 or 132, got 100'],
    [{ receipts: { file: 'a', what: 'all' } }, '"receipts.what" must be "samples" or "changes", got "all"'],
    [{ receipts: { file: 'trail/a' } }, '"receipts.file" must not lie in the trail folder, got "trail/a"'],
    [{ receipts: { file: 'a', state: 'x/../trail' } }, '"receipts.state" must not lie in the trail folder'],
    [{ receipts: { device: '/dev/lp0' } }, '"receipts.device" is an unknown option; did you mean "file"?'],
    [{ nightly: 'daily' }, '"nightly" must be an object with the options at, reports'],
  ])('%j', (more, message) => {
    expect(() => parse(more)).toThrow(message)
  })
})

test('what goes to the workers comes back equal, and no password reaches a record', () => {
  const configuration = parse({
    anchor: { tsa: 'https://ann:secret@tsa.example.net/' },
    print: { command: ['lp', '{file}'] },
    nightly: { print: true },
    receipts: { file: 'receipts.txt' },
  })
  expect(decodeConfiguration(encodeConfiguration(configuration))).toEqual(configuration)
  expect(JSON.stringify(recordedConfiguration(configuration))).not.toContain('secret')
})
