/** What an offset looks like: round sizes are mistakes of people. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { classifyOffset, offsetText, spanText } from '../../lib/doctor/offsets.js'
import '../support/seed.js'

const s = 1_000_000_000n
const h = 3600n * s

test.each([
  [h, 'offset-one-hour'],
  [h + 45n * s, 'offset-one-hour'],
  [-2n * h, 'offset-hours'],
  [12n * h - 30n * s, 'offset-hours'],
  [5n * h + h / 2n, 'offset-part-hour'],
  [5n * h + (3n * h) / 4n + s, 'offset-part-hour'],
  [24n * h, 'offset-days'],
  [-7n * 24n * h + 20n * s, 'offset-days'],
  [7n * 60n * s, 'offset-whole-minutes'],
  [-60n * s + s, 'offset-whole-minutes'],
  [20n * h, 'offset-whole-minutes'],
  [94n * s, 'offset-slewing'],
  [-5n * s, 'offset-slewing'],
  [1024n * 7n * 24n * h, 'offset-gps-era'],
  [20_000n * 24n * h, 'offset-years'],
  [1000n * s, 'offset-large'],
  [h + 300n * s + 20n * s, 'offset-large'],
])('%d ns: %s', (offset, code) => {
  expect(classifyOffset(offset, 0n)?.code).toBe(code)
})

test('below a second nothing is read into it; the sign does not matter; the error of the offset is allowed for', () => {
  expect(classifyOffset(999_999_999n, 0n)).toBe(null)
  expect(classifyOffset(7n * 60n * s + 5n * s, 0n)?.code).toBe('offset-large')
  expect(classifyOffset(7n * 60n * s + 5n * s, 4n * s)?.code).toBe('offset-whole-minutes')
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }), (offset) => {
      expect(classifyOffset(-offset, 0n)).toEqual(classifyOffset(offset, 0n))
    }),
  )
})

test('in words', () => {
  expect(offsetText(h + 3_000_000n)).toBe('1 h 0 min 0.003 s behind')
  expect(offsetText(-412_000n)).toBe('0.412 ms ahead')
  expect(spanText(26n * h + 61n * s)).toBe('1 d 2 h 1 min 1.000 s')
  expect(spanText(64n * s)).toBe('1 min 4.000 s')
})
