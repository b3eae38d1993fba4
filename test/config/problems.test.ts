/** Everything that is wrong with a configuration, with its place. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { JsonSyntaxError, scanJson } from '../../lib/config/places.js'
import { examine } from '../../lib/config/problems.js'
import { OptionRangeError } from '../../lib/errors.js'
import '../support/seed.js'

const at = { base: '/srv/audit', source: 'ntp-auditor.json', hostName: 'pluto' }
const found = (text: string) => examine(text, at).problems.map(({ line, column, option }) => [line, column, option])

test('a right one has none, and is parsed as ever', () => {
  const { problems, configuration } = examine('{"references": ["127.0.0.1"], "trail": "t"}', at)
  expect(problems).toEqual([])
  expect(configuration).toMatchObject({ trail: '/srv/audit/t', keys: '/srv/audit/keys' })
})

test('all at once, in the order of the text', () => {
  const text = `{
  "references": ["127.0.0.1", "010.0.0.1", 5],
  "trial": "x",
  "interval": "64",
  "witness": { "perod": "1s", "report": 5 },
  "nightly": { "at": "25:00", "reports": ["day", "decade"], "mail": ["x"] },
  "zone": "Mars",
  "zone": "UTC"
}`
  const { problems, configuration } = examine(text, at)
  expect(configuration).toBe(null)
  expect(problems.map(({ line, column, option }) => [line, column, option])).toEqual([
    [1, 1, 'trail'],
    [2, 31, 'references[1]'],
    [2, 44, 'references[2]'],
    [3, 3, 'trial'],
    [4, 3, 'interval'],
    [5, 16, 'witness.perod'],
    [5, 31, 'witness.report'],
    [6, 16, 'nightly.at'],
    [6, 31, 'nightly.reports'],
    [6, 70, 'nightly.mail[0]'],
    [8, 3, 'zone'],
  ])
  expect(problems[2]?.message).toContain('"references[2]" must be "host"')
  expect(problems[3]?.message).toBe('"trial" is an unknown option; did you mean "trail"?, got "x"')
  expect(problems.at(-1)?.message).toBe('"zone" stands twice; only the last of them would count')
})

test('an element behind one that is wrong keeps its own place and name', () => {
  const text = `{"references": ["127.0.0.1"], "trail": "t", "alerts": {"channels": [
    {"kind": "mail", "server": "smtp://a", "from": "x@y", "to": []},
    {"kind": "pigeon"},
    {"kind": "command"}]}}`
  const { problems } = examine(text, at)
  expect(problems.map(({ line, option }) => [line, option])).toEqual([
    [2, 'alerts.channels[0].to'],
    [3, 'alerts.channels[1].kind'],
    [4, 'alerts.channels[2].command'],
  ])
  expect(problems[1]?.message).toContain('"alerts.channels[1].kind" must be one of')
})

describe('what is no JSON is told where that shows', () => {
  test.each([
    ['', [1, 1, '']],
    ['{\n  "references": ["a"],\n}', [3, 1, '']],
    ['{"trail": \'t\'}', [1, 11, '']],
    ['{"trail": "t" "zone": "UTC"}', [1, 15, '']],
    ['{"trail": "a\tb"}', [1, 11, '']],
    ['{} {}', [1, 4, '']],
    ['{"a": 01}', [1, 8, '']],
  ])('%j', (text, place) => {
    expect(found(text)).toEqual([place])
  })

  test('in words', () => {
    expect(examine('{"trail": nope}', at).problems[0]?.message).toBe(
      'must be JSON: a value should stand here, but there is "n"',
    )
    expect(examine('{"trail": ', at).problems[0]?.message).toBe(
      'must be JSON: a value should stand here, but the text ends',
    )
  })
})

test('a whole of another kind, a byte order mark, a list a thousand deep', () => {
  expect(found('[]')).toEqual([[1, 1, '']])
  expect(found('\ufeff{"references": ["127.0.0.1"], "trail": "t"}')).toEqual([])
  expect(found(`${'['.repeat(1000)}${']'.repeat(1000)}`)).toEqual([[1, 102, '']])
})

test('further checks are told with their place', () => {
  const text = '{"references": ["127.0.0.1"], "trail": "t",\n "nightly": {"profiles": ["custom", "nope"]}}'
  const { problems } = examine(text, at, [
    () => {
      throw new OptionRangeError('nightly.profiles[1]', 'must be known', 'nope')
    },
  ])
  expect(problems).toEqual([
    { line: 2, column: 37, option: 'nightly.profiles[1]', message: '"nightly.profiles[1]" must be known, got "nope"' },
  ])
})

test('the scanner takes what JSON.parse takes, and nothing else', () => {
  const cut = fc.tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.constantFrom('', ',', '"', '}', ']', '0', '-', '\\', ' ', '\u0001', 'e'),
  )
  fc.assert(
    fc.property(cut, ([json, place, put]) => {
      const i = place % (json.length + 1)
      for (const text of [json, json.slice(0, i) + put + json.slice(i), json.slice(0, i) + put + json.slice(i + 1)]) {
        let right = true
        try {
          JSON.parse(text)
        } catch {
          right = false
        }
        let scanned = true
        try {
          scanJson(text)
        } catch (error) {
          expect(error).toBeInstanceOf(JsonSyntaxError)
          scanned = false
        }
        expect(`${text}: ${scanned}`).toBe(`${text}: ${right}`)
      }
    }),
    { numRuns: 500 },
  )
})

test('a wrong configuration of any shape ends in problems, never in an error or an endless search', () => {
  const junk = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 3 }),
    fc.object({ maxDepth: 2 }),
  )
  const options = [
    'references',
    'trail',
    'interval',
    'witness',
    'nightly',
    'anchor',
    'alerts',
    'print',
    'zone',
    'xyzzy',
  ] as const
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...options), junk, { noNullPrototype: true }), (value) => {
      const { problems, configuration } = examine(JSON.stringify(value), at)
      expect(problems.length > 0).toBe(configuration === null)
    }),
    { numRuns: 300 },
  )
})
