import { expect, test } from '@jest/globals'
import { verifyTrail } from '../../lib/trail/verify.js'
import { type Child, startChild } from '../support/child.js'
import { freshFolder, readAll } from '../support/trail-folder.js'

function acknowledged(child: Child): [number, string][] {
  return child.lines
    .filter((line) => line.startsWith('record '))
    .map((line) => line.split(' '))
    .map(([, seq, hash]) => [Number(seq), hash ?? ''])
}

test('thirty kills, at thirty places: nothing acknowledged is lost, every start takes the trail over', async () => {
  const folder = freshFolder()
  const known = new Map<number, string>()
  for (let round = 0; round < 30; round++) {
    const child = startChild('writer-process', [folder, String(1 + (round % 9))])
    const wanted = round % 10
    // Round 0 of ten: as soon as it lives, while it takes the lock or reads the tail; then after so many records.
    await child.until((line, lines) => (wanted === 0 ? line.startsWith('pid ') : lines.length >= wanted * 4))
    await child.kill('SIGKILL')
    expect(child.lines.filter((line) => line.startsWith('error '))).toEqual([])
    for (const [seq, hash] of acknowledged(child)) {
      expect(known.has(seq)).toBe(false)
      known.set(seq, hash)
    }
    const { placed, broken } = await readAll(folder)
    expect(broken).toEqual([])
    expect(placed.map(({ record }) => record.seq)).toEqual(placed.map((_, index) => index + 1))
    for (const [seq, hash] of known) expect(placed[seq - 1]?.hash).toBe(hash)
    for (const { record, hash } of placed) known.set(record.seq, hash)
  }
  expect(known.size).toBeGreaterThan(300)
  expect((await verifyTrail(folder)).intact).toBe('self-consistent')
}, 120_000)
