import { expect, test } from '@jest/globals'
import fc from 'fast-check'

test('property tests draw from the seed of test/support/seed.ts', () => {
  const wanted = process.env.SEED
  const seed = wanted === 'random' ? undefined : Number(wanted ?? 20_361_207)
  expect(fc.readConfigureGlobal()?.seed).toBe(seed)
})
