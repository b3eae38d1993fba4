/** Pieces of a block fill its mark from end to end: small seams are drawn on, wider ones say that nothing is known. */
import { expect, test } from '@jest/globals'
import { blockPieces } from '../../lib/evidence/pieces.js'
import { memorySource } from '../../lib/evidence/source.js'
import { Evidence } from '../../lib/evidence/timeline.js'
import { hour, minute, ms, second, simulate } from './sim.js'

const sim = simulate({ length: 30n * hour, every: 64n * second, delay: [2n * ms, 30n * ms] })

test.each([
  ['as it is', 0n, 0n, 0],
  ['seams of nanoseconds at both ends', 3n, 5n, 0],
  ['a second at both ends', second, second, 0],
  ['more than a second in front', second + 1n, 0n, 1],
  ['more than a second behind', 0n, second + 1n, 1],
  ['both', 2n * second, 2n * second, 2],
])('%s', async (_, before, behind, bare) => {
  const evidence = Evidence.of(memorySource(sim.facts))
  const marks = await evidence.timeline()
  const mark = marks[1]!
  const plain = blockPieces(await evidence.block(mark.block), mark, 5n * minute)
  const wide = { ...mark, fromNs: mark.fromNs - before, toNs: mark.toNs + behind }
  const pieces = blockPieces(await evidence.block(mark.block), wide, 5n * minute)
  expect([pieces[0]?.fromNs, pieces.at(-1)?.toNs]).toEqual([wide.fromNs, wide.toNs])
  for (const [i, piece] of pieces.entries()) {
    expect(piece.fromNs < piece.toNs).toBe(true)
    if (i > 0) expect(piece.fromNs).toBe(pieces[i - 1]?.toNs)
  }
  expect(pieces.length).toBe(plain.length + bare)
  expect(pieces.filter(({ lack }) => lack?.cause === 'no-sample').length).toBe(bare)
})
