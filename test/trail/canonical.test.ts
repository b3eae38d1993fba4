import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { canonicalize, parseCanonical } from '../../lib/trail/canonical.js'

const parse = (text: string): unknown => parseCanonical(Buffer.from(text))

describe('canonicalize', () => {
  test('orders keys by UTF-16 units, as the example of RFC 8785 section 3.2.3 does', () => {
    const value = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 }
    expect(canonicalize(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}')
  })

  test('orders keys that look like numbers by their digits', () => {
    expect(canonicalize({ 10: 1, 9: 2 })).toBe('{"10":1,"9":2}')
  })

  test('escapes what must be escaped and nothing else (RFC 8785 section 3.2.2.2)', () => {
    expect(canonicalize('€$\u000f\nA\'B"\\\\"/')).toBe('"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"')
    expect(canonicalize('\u007f\u2028')).toBe('"\u007f\u2028"')
  })

  test('writes literals, arrays and whole numbers', () => {
    expect(canonicalize([null, true, false, 0, -1, 9007199254740991, -9007199254740991, [], {}])).toBe(
      '[null,true,false,0,-1,9007199254740991,-9007199254740991,[],{}]',
    )
  })

  test.each([
    ['a fraction', { a: 0.5 }, 'a is no whole number up to 2^53 - 1: 0.5'],
    ['a number beyond 2^53 - 1', { a: 2 ** 53 }, 'a is no whole number up to 2^53 - 1: 9007199254740992'],
    ['minus zero', { a: [-0] }, 'a[0] is no whole number up to 2^53 - 1: 0'],
    ['infinity', Number.POSITIVE_INFINITY, 'the value is no whole number up to 2^53 - 1: Infinity'],
    ['undefined', { a: { b: undefined } }, 'a.b is of a kind that JSON cannot say: undefined'],
    ['a bigint', { a: 1n }, 'a is of a kind that JSON cannot say: bigint'],
    ['half of a surrogate pair', { a: '\ud83d' }, 'a holds half of a surrogate pair'],
    ['a key with half of a surrogate pair', { '\udc00': 1 }, '\udc00 holds half of a surrogate pair'],
    ['a date', { a: new Date(0) }, 'a is no plain object: Date'],
  ])('refuses %s', (_, value, message) => {
    expect(() => canonicalize(value)).toThrow(new TypeError(message))
  })

  test('refuses what lies deeper than any record', () => {
    let value: unknown = 1
    for (let depth = 0; depth < 33; depth++) value = [value]
    expect(() => canonicalize(value)).toThrow('lies deeper than 32 levels')
  })
})

describe('parseCanonical', () => {
  test.each([
    ['a blank', '{"a": 1}'],
    ['a blank at the end', '{"a":1} '],
    ['another order', '{"b":1,"a":2}'],
    ['a key twice', '{"a":1,"a":1}'],
    ['digits in another order', '{"9":2,"10":1}'],
    ['a fraction that is whole', '1.0'],
    ['an exponent', '1e3'],
    ['minus zero', '-0'],
    ['a fraction', '0.5'],
    ['a number beyond 2^53 - 1', '9007199254740992'],
    ['an infinite number', '1e999'],
    ['an escaped letter', '"\\u0041"'],
    ['an escaped slash', '"\\/"'],
    ['an upper-case escape', '"\\u000F"'],
    ['half of a surrogate pair', '"\\ud83d"'],
    ['an escaped pair', '"\\ud83d\\ude00"'],
    ['a byte order mark', '\ufeff{}'],
    ['nothing', ''],
    ['no JSON', 'nonsense'],
  ])('refuses %s', (_, text) => {
    expect(() => parse(text)).toThrow(SyntaxError)
  })

  test('refuses bytes that are no UTF-8', () => {
    expect(() => parseCanonical(Buffer.from([0x22, 0xff, 0x22]))).toThrow('the line is not UTF-8')
    expect(() => parseCanonical(Buffer.from([0x22, 0xed, 0xa0, 0xbd, 0x22]))).toThrow('the line is not UTF-8')
  })

  test('refuses a hostile depth without exhausting the stack', () => {
    expect(() => parse('['.repeat(100_000) + ']'.repeat(100_000))).toThrow(SyntaxError)
  })

  test('keeps a key called __proto__ as any other', () => {
    const text = '{"__proto__":{"a":1},"b":2}'
    expect(canonicalize(parse(text))).toBe(text)
  })

  test('takes a text with a backslash before ud800 for what it is', () => {
    expect(parse('"\\\\ud800"')).toBe('\\ud800')
  })

  const leaf = fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf.map((v) => (Object.is(v, -0) ? 0 : v)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(fc.string({ unit: 'binary' }), fc.nat().map(String)), tie('value'), { maxKeys: 5 }),
    ),
  }))

  test('reads back what canonicalize writes', () => {
    fc.assert(
      fc.property(value, (v) => {
        const text = canonicalize(v)
        expect(canonicalize(parse(text))).toBe(text)
        expect(parse(text)).toEqual(JSON.parse(JSON.stringify(v)))
      }),
    )
  })

  test('accepts a damaged text only where it is the canonical text of another value', () => {
    fc.assert(
      fc.property(value, fc.nat(), fc.integer({ min: 0, max: 7 }), (v, at, bit) => {
        const bytes = Buffer.from(canonicalize(v))
        const index = at % bytes.length
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit)
        let parsed: unknown
        try {
          parsed = parseCanonical(bytes)
        } catch {
          return
        }
        expect(Buffer.from(canonicalize(parsed))).toEqual(bytes)
      }),
    )
  })
})

describe('the canonical text of a value is the only one that is accepted', () => {
  const accepted = (text: string): boolean => {
    try {
      parse(text)
      return true
    } catch (error) {
      if (error instanceof SyntaxError) return false
      throw error
    }
  }
  const right = (text: string): boolean => {
    try {
      return canonicalize(JSON.parse(text)) === text
    } catch {
      return false
    }
  }

  test.each([
    ['{"a":1e5,"b":"x"}  '.trim()],
    ['{"a":1e5   }'],
    ['{"a":100000,"b":1e2}'],
    ['{"a":1e2}'],
    ['{"a":100,"b":{"a":1e2}}'],
    ['{"a":100,"b":{"a":100}}'],
    ['{"a":[100,1e2]}'],
    ['{"a":[100,200]}'],
    ['{"a":-1e3,"b":0}'],
    ['{"a":0e1,"b":100}'],
    ['{"a":-0}'],
    ['{"a":1.0}'],
    ['{"1":0,"a":1}'],
    ['{"a":1,"1":0}'],
    ['{"":1,"a":2}'],
    ['{"a":1,"a":1}'],
    ['{"a":1e5,"b":{"c":"a:100000"}}'],
    ['{"a":9007199254740993}'],
    ['{"a":1e400}'],
    ['[1 ,2]'],
    ['[]'],
    ['{"a":[],"b":{}}'],
    ['100'],
    ['1e2'],
  ])('%s', (text) => {
    expect(accepted(text)).toBe(right(text))
  })

  test('whatever is written in another way', () => {
    const number = fc.oneof(fc.integer(), fc.constantFrom(0, 100, 1000, 123_000, 100_000, -5000, 2 ** 53 - 1))
    const leafs = fc.oneof(
      number,
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('a:100', '1e5', ' 1.5'),
    )
    const key = fc.oneof(fc.constantFrom('a', 'b', 'c', 'ratePpb', '1', '10', ''), fc.string({ maxLength: 3 }))
    const value = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leafs,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 5 }),
      ),
    })).tree
    const respell = (text: string, kind: number): string =>
      [
        text,
        text.replace(/00(?=[,}\]])/, 'e2'),
        text.replace(/000(?=[,}\]])/, 'e3').replace(/^\{/, '{ '),
        text.replace(/(\d)000(?=[,}\]])/, '$1e3').replace(/:/, ': '),
        text.replace(/([,{])("[^"]*":)(\d+)/, '$1$2$3,$2$3'),
        text.replace(/(\d)(?=[,}\]])/, '$1.0'),
        text.replace(/,/, ' ,'),
        text.replace(/\{("[^"]*":\d+),("[^"]*":\d+)/, '{$2,$1'),
      ][kind] ?? text
    fc.assert(
      fc.property(value, fc.nat({ max: 7 }), (one, kind) => {
        const text = respell(canonicalize(one), kind)
        expect([text, accepted(text)]).toEqual([text, right(text)])
      }),
      { numRuns: 3000 },
    )
  })
})
