/** `prove` for programs: the same answers as the command's, from a trail alone. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { prove } from '../../lib/auditor/prove.js'
import { removeFolders, temporaryFolder } from '../support/simulated-audit.js'
import { TrailBuilder } from '../support/trail-builder.js'

let trail = ''
beforeAll(() => {
  trail = join(temporaryFolder(), 'trail')
  const builder = new TrailBuilder({ folder: trail, utc: '2026-03-03T14:00:00.000000000Z', wallAhead: 0.01 })
  builder.open()
  for (let i = 0; i < 20; i += 1) builder.advance(32).sample()
  builder.close()
})
afterAll(removeFolders)

test('an instant between two samples: the bound holds the truth, 10 ms fast', async () => {
  const proof = await prove({ trail, at: '2026-03-03T14:05:00.5Z', tolerance: '50ms', index: ':memory:' })
  expect(proof).toMatchObject({ at: '2026-03-03T14:05:00.500000000Z', scale: 'wall', tolerance: 0.05 })
  expect(proof.answers).toHaveLength(1)
  const [one] = proof.answers
  expect(one).toMatchObject({ verdict: 'PROVEN', cause: null })
  expect(one!.low!).toBeLessThanOrEqual(-0.01)
  expect(one!.high!).toBeGreaterThanOrEqual(-0.01)
  expect(one!.high! - one!.low!).toBeLessThan(0.01)
})

test('the tolerance decides, and an offset is understood', async () => {
  const tight = await prove({
    trail,
    at: '2026-03-03T15:05:00+01:00',
    scale: 'true',
    tolerance: '1ms',
    index: ':memory:',
  })
  expect(tight.answers[0]).toMatchObject({ verdict: 'VIOLATED', cause: 'out-of-tolerance' })
})

test('before the trail nothing is known', async () => {
  const [one] = (await prove({ trail, at: '2026-03-01T00:00:00Z', index: ':memory:' })).answers
  expect(one).toMatchObject({ verdict: 'UNMONITORED', low: null, high: null })
})

test.each(['yesterday', '2026-03-03T14:05:00', '2026-13-03T14:05:00Z', '2026-02-30T14:05:00Z'])(
  '%s is refused',
  async (at) => {
    await expect(prove({ trail, at, index: ':memory:' })).rejects.toMatchObject({ code: 'ERR_OPTION', option: 'at' })
  },
)

test('a folder that is no trail is named', async () => {
  await expect(prove({ trail: join(trail, 'nowhere'), at: '2026-03-03T14:05:00Z' })).rejects.toMatchObject({
    code: 'ERR_TRAIL_READ',
  })
})
