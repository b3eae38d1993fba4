/** When an operator is told: not too early, not again and again, and once more when it is over. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { AlertBook } from '../../lib/alerts/book.js'
import type { Condition, Notice, Rule, Sign } from '../../lib/alerts/types.js'

const s = 1_000_000_000n
const rule: Rule = {
  condition: 'not-proven',
  severity: 'alert',
  afterNs: 10n * s,
  clearNs: 30n * s,
  repeatNs: 100n * s,
  channels: ['ops'],
}
const sign = (state: Sign['state'], cause = 'it is wrong', key = ''): Sign => ({
  condition: 'not-proven',
  key,
  state,
  on: 7,
  cause,
  next: 'mend it',
})
const book = (change: Partial<Rule> = {}) =>
  new AlertBook(new Map<Condition, Rule>([['not-proven', { ...rule, ...change }]]))
const states = (notices: Notice[]) => notices.map(({ state }) => state)

test('what holds is told after its time, again after the repeat interval, and cleared after it stayed away', () => {
  const one = book()
  expect(one.see(sign('on'), 0n)).toEqual([])
  expect(one.nextNs()).toBe(10n * s)
  expect(one.look(10n * s - 1n)).toEqual([])
  expect(one.look(10n * s)).toEqual([
    {
      condition: 'not-proven',
      key: '',
      state: 'raised',
      severity: 'alert',
      on: 7,
      cause: 'it is wrong',
      next: 'mend it',
      count: 0,
      channels: ['ops'],
    },
  ])
  expect(states(one.see(sign('on'), 50n * s))).toEqual([])
  expect(one.nextNs()).toBe(110n * s)
  expect(states(one.look(110n * s))).toEqual(['repeated'])
  expect(states(one.see(sign('off'), 120n * s))).toEqual([])
  expect(one.nextNs()).toBe(150n * s)
  expect(states(one.look(150n * s))).toEqual(['cleared'])
  expect(one.nextNs()).toBe(null)
  expect(one.open()).toEqual([])
})

test('a short spell is not told, and flapping is told once', () => {
  const one = book()
  one.see(sign('on'), 0n)
  expect(states(one.see(sign('off'), 9n * s))).toEqual([])
  expect(states(one.look(1000n * s))).toEqual([])
  const told: string[] = []
  for (let second = 2000n; second < 2090n; second += 5n) {
    told.push(...states(one.see(sign(second % 2n === 0n ? 'on' : 'off'), second * s)))
  }
  expect(told).toEqual([])
  const two = book({ afterNs: 0n })
  for (let second = 0n; second < 90n; second += 5n) {
    told.push(...states(two.see(sign(second % 2n === 0n ? 'on' : 'off'), second * s)))
  }
  expect(told).toEqual(['raised'])
})

test('events are told at once, counted while they follow one another, and cleared when they have stopped', () => {
  const one = book()
  expect(one.see(sign('event'), 0n)).toMatchObject([{ state: 'raised', count: 1 }])
  for (let second = 1n; second <= 99n; second += 7n)
    expect(one.see(sign('event', `no ${second}`), second * s)).toEqual([])
  expect(one.look(100n * s)).toMatchObject([{ state: 'repeated', count: 15, cause: 'no 99' }])
  expect(states(one.look(129n * s))).toEqual([])
  expect(one.look(130n * s)).toMatchObject([{ state: 'cleared', cause: 'over: no 99' }])
})

test('an event between an alert and its all-clear is told at the repeat interval, or at once after the all-clear', () => {
  const one = book({ repeatNs: 0n })
  one.see(sign('event'), 0n)
  expect(one.see(sign('event'), 5n * s)).toEqual([])
  expect(one.nextNs()).toBe(35n * s)
  expect(states(one.look(35n * s))).toEqual(['cleared'])
  expect(one.see(sign('event'), 36n * s)).toMatchObject([{ state: 'raised' }])
})

test('cases of one condition are kept apart, and a condition without a rule is not told', () => {
  const one = book({ afterNs: 0n })
  expect(one.see(sign('on', 'a', 'primary'), 0n)).toMatchObject([{ key: 'primary' }])
  expect(one.see(sign('on', 'b', 'tertiary'), 0n)).toMatchObject([{ key: 'tertiary' }])
  expect(one.open()).toEqual([
    { condition: 'not-proven', key: 'primary', cause: 'a' },
    { condition: 'not-proven', key: 'tertiary', cause: 'b' },
  ])
  expect(one.see({ ...sign('on'), condition: 'disk-low' }, 0n)).toEqual([])
})

test('whatever happens: raised and cleared alternate for each case, and no repeat comes before its interval', () => {
  const step = fc.tuple(fc.constantFrom('on', 'off', 'event', 'look'), fc.constantFrom('a', 'b'), fc.bigInt(0n, 120n))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const one = book()
      const last = new Map<string, { state: string; atNs: bigint }>()
      let nowNs = 0n
      for (const [what, key, seconds] of steps) {
        nowNs += seconds * s
        const notices = what === 'look' ? one.look(nowNs) : one.see(sign(what as Sign['state'], 'c', key), nowNs)
        for (const notice of notices) {
          const before = last.get(notice.key)
          if (notice.state === 'raised') expect(before?.state ?? 'cleared').toBe('cleared')
          else expect(['raised', 'repeated']).toContain(before?.state)
          if (notice.state === 'repeated') expect(nowNs - (before?.atNs ?? 0n)).toBeGreaterThanOrEqual(100n * s)
          last.set(notice.key, { state: notice.state, atNs: nowNs })
        }
        expect(one.look(nowNs)).toEqual([])
      }
    }),
  )
})
