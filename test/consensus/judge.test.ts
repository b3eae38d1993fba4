import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { judge } from '../../lib/consensus/judge.js'
import { contains } from '../../lib/interval.js'

test('a bound that ends exactly at the tolerance is PROVEN', () => {
  expect(judge({ lowNs: -50n, highNs: 50n }, 50n)).toEqual({ verdict: 'PROVEN', cause: null })
})

test('one nanosecond more is not', () => {
  expect(judge({ lowNs: -50n, highNs: 51n }, 50n)).toEqual({ verdict: 'INDETERMINATE', cause: 'bound-too-wide' })
  expect(judge({ lowNs: -51n, highNs: 50n }, 50n)).toEqual({ verdict: 'INDETERMINATE', cause: 'bound-too-wide' })
})

test('a bound that only touches the tolerance from outside is not yet VIOLATED', () => {
  expect(judge({ lowNs: 50n, highNs: 90n }, 50n)).toEqual({ verdict: 'INDETERMINATE', cause: 'bound-too-wide' })
  expect(judge({ lowNs: 51n, highNs: 90n }, 50n)).toEqual({ verdict: 'VIOLATED', cause: 'out-of-tolerance' })
  expect(judge({ lowNs: -90n, highNs: -51n }, 50n)).toEqual({ verdict: 'VIOLATED', cause: 'out-of-tolerance' })
})

test('no bound is never PROVEN, and only the absence of any reference is UNMONITORED', () => {
  expect(judge(null, 50n, 'conflict')).toEqual({ verdict: 'INDETERMINATE', cause: 'conflict' })
  expect(judge(null, 50n, 'self-reference')).toEqual({ verdict: 'INDETERMINATE', cause: 'self-reference' })
  expect(judge(null, 50n, 'no-reference')).toEqual({ verdict: 'UNMONITORED', cause: 'no-reference' })
  expect(judge(null, 50n)).toEqual({ verdict: 'UNMONITORED', cause: 'no-reference' })
})

test('PROVEN means that no error in the bound is out of tolerance, VIOLATED that every one is', () => {
  const numbers = fc.integer({ min: -60, max: 60 })
  fc.assert(
    fc.property(numbers, fc.nat(40), fc.nat(50), (low, span, tolerance) => {
      const error = { lowNs: BigInt(low), highNs: BigInt(low + span) }
      const inside: boolean[] = []
      for (let e = -60n; e <= 100n; e += 1n) {
        if (contains(error, e)) inside.push((e < 0n ? -e : e) <= BigInt(tolerance))
      }
      const expected = inside.every(Boolean) ? 'PROVEN' : inside.some(Boolean) ? 'INDETERMINATE' : 'VIOLATED'
      expect(judge(error, BigInt(tolerance)).verdict).toBe(expected)
    }),
  )
})
