/** A reference that is outvoted sample after sample is suspected once, however many records lie between. */
import { rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { buildReport } from '../../reports/build.js'
import { TrailBuilder } from '../support/trail-builder.js'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

test('runs of dissent are one suspicion each, and end where it agrees again', async () => {
  const trail = new TrailBuilder({ utc: '2026-03-03T00:00:00.000000000Z' })
  folders.push(trail.folder)
  trail.open()
  const sample = (dissent: readonly ('primary' | 'secondary' | 'tertiary')[]) => {
    const { record } = trail.sample({
      state: 'agreed',
      width: 0.01,
      dissent,
    })
    trail.advance(30).heartbeat()
    trail.advance(30)
    return record.seq
  }
  const lying = ['tertiary'] as const
  sample([])
  const first = [sample(lying), sample(lying), sample(lying)]
  sample([])
  const second = sample(lying)
  sample([])
  trail.close()
  const { report } = await buildReport({
    trail: trail.folder,
    from: '2026-03-03T00:00:00Z',
    to: '2026-03-03T00:06:00Z',
    index: ':memory:',
    nowNs: 1_900_000_000_000_000_000n,
  })
  const tertiary = report.result.health.find(({ role }) => role === 'tertiary')
  expect(tertiary?.suspicions.map(({ samples, fromSeq, toSeq }) => [samples, fromSeq, toSeq])).toEqual([
    [3, first[0], first[2]],
    [1, second, second],
  ])
})
