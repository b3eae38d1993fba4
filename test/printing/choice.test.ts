import { rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { Choice, receiptsName } from '../../lib/printing/choice.js'
import { readTrail } from '../../lib/trail/read.js'
import type { TrailItem } from '../../lib/trail/types.js'
import { TrailBuilder } from '../support/trail-builder.js'

const builder = new TrailBuilder({})
afterAll(() => rmSync(builder.folder, { recursive: true }))
const printed = { type: 'print', ok: false, bytes: 1, sha256: '0'.repeat(64), command: ['lp'], message: 'off' } as const

async function chosen(choice: Choice): Promise<number[]> {
  const items: TrailItem[] = []
  for await (const some of readTrail(builder.folder)) items.push(...some)
  return items.flatMap((item) => ('record' in item && choice.wants(item) ? [item.record.seq] : []))
}

test('samples: all but heartbeats and receipts; changes: what says something new', async () => {
  builder.open() // 1
  builder.advance(1).sample({ reason: 'startup' }) // 2
  builder.advance(64).sample() // 3: the same again
  builder.advance(10).heartbeat() // 4
  builder.advance(1).set(-180).change(-180) // 5
  builder.advance(1).sample({ triggered: true }) // 6
  builder.advance(64).sample() // 7: the same again
  builder.advance(5).gap('starved', 'wall', 5) // 8
  builder.service({ ...printed, file: receiptsName }) // 9
  builder.service({ ...printed, file: 'a.pdf' }) // 10
  builder.note(5, 'looked into') // 11
  builder.advance(86_400).sample() // 12: the open of a new day, 13: the same again
  builder.close() // 14
  expect(await chosen(new Choice('samples'))).toEqual([1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13, 14])
  expect(await chosen(new Choice('changes'))).toEqual([1, 2, 5, 6, 8, 11, 14])
})

test('a choice that goes on knows what was said last', async () => {
  const choice = new Choice('changes')
  await chosen(choice)
  expect(choice.verdict).toBe('VIOLATED out-of-tolerance')
  expect(await chosen(new Choice('changes', 'PROVEN'))).toEqual([1, 5, 6, 8, 11, 14])
})
