import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { verifyTrail } from '../../lib/trail/verify.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { allFiles, copyTrail, linesOf, putLines, segmentFiles } from '../support/trail-folder.js'

/** One segment, two sealed epochs and a tail of one record. */
function tiny(): TrailBuilder {
  const trail = new TrailBuilder({ sealedBy: 'tiny' })
  trail.open()
  trail.seal()
  trail.advance(1).heartbeat()
  trail.seal()
  trail.advance(1).heartbeat()
  return trail
}
const damaged = async (folder: string, key: string) => (await verifyTrail(folder, { keys: [key] })).intact === false

test('every bit of a small sealed trail flipped is found, but for those of the record behind the last seal', async () => {
  const { folder, vkey } = tiny()
  const paths = allFiles(folder)
  expect(paths).toHaveLength(3)
  const [segment = ''] = segmentFiles(folder)
  const whole = readFileSync(join(folder, segment))
  const tailStart = whole.lastIndexOf(10, -2) + 1
  let flips = 0
  let missed = 0
  const wrong: [string, number][] = []
  for (const path of paths) {
    const bytes = readFileSync(join(folder, path))
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      flips += 1
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      writeFileSync(join(folder, path), bytes)
      if (!(await damaged(folder, vkey))) {
        missed += 1
        if (path !== segment || bit < tailStart * 8) wrong.push([path, bit])
      }
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    }
    writeFileSync(join(folder, path), bytes)
  }
  expect(wrong).toEqual([])
  expect([flips > 20_000, missed]).toEqual([true, 0])
}, 600_000)
