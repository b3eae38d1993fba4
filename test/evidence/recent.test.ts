/** The last few are kept, the others found again. */
import { expect, test } from '@jest/globals'
import { Recent } from '../../lib/evidence/recent.js'

test('what was asked for last is kept, in that order; what could not be found is not', async () => {
  const recent = new Recent<string>(2)
  const found: number[] = []
  const get = (index: number) =>
    recent.get(index, async () => {
      found.push(index)
      if (index === 9) throw new Error('not there')
      return `block ${index}`
    })
  expect(await Promise.all([get(1), get(1), get(2), get(1), get(3)])).toEqual([
    'block 1',
    'block 1',
    'block 2',
    'block 1',
    'block 3',
  ])
  expect(found).toEqual([1, 2, 3])
  // 2 was asked for longest ago.
  expect([recent.has(1), recent.has(2), recent.has(3)]).toEqual([true, false, true])
  await expect(get(9)).rejects.toThrow('not there')
  await expect(get(9)).rejects.toThrow('not there')
  expect([recent.has(9), recent.has(3)]).toEqual([false, true])
  expect(found).toEqual([1, 2, 3, 9, 9])
  recent.clear()
  expect([await get(3), await get(3)]).toEqual(['block 3', 'block 3'])
  expect(found).toEqual([1, 2, 3, 9, 9, 3])
})
