/**
 * The law of the whole house, from simulated packets to the page: on days of all kinds on which the printed assumptions hold, the truth
 * lies in every bound, in hindsight and as known then, PROVEN and VIOLATED are never wrong, and seconds sum to the period.
 * `DAYS=10000 npm run unit -- dist/test/scenarios/truth` tries as many; `npm run soak:days` does so without Jest, and goes on after
 * a day that is wrong.
 */
import { expect, test } from '@jest/globals'
import { tryDay } from './day.js'

const days = Number(process.env.DAYS ?? 60)
const first = Number(process.env.FIRST ?? 1)
const perTest = 10

test.each(Array.from({ length: Math.ceil(days / perTest) }, (_, i) => first + i * perTest))(
  'days %d and nine more: truth lies in every bound, no verdict is wrong',
  async (seed) => {
    let bounded = 0
    for (let i = seed; i < seed + perTest; i++) {
      const result = await tryDay(i, 60)
      expect({ seed: i, wrong: result.wrong.slice(0, 3) }).toEqual({ seed: i, wrong: [] })
      bounded += result.bounded
    }
    expect(bounded).toBeGreaterThan(500)
  },
  120_000,
)
