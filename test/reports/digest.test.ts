/** What was counted in whole files before gives the same report as their records. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import type { Notebook } from '../../lib/index-store/index.js'
import { formatInstant } from '../../lib/instant.js'
import { buildReport } from '../../reports/build.js'
import { SegmentDigest } from '../../reports/digest.js'
import { TrailBuilder } from '../support/trail-builder.js'

const folder = mkdtempSync(join(tmpdir(), 'digest-'))
const trail = new TrailBuilder({ utc: '2026-03-02T23:50:00.000000000Z' })
afterAll(() => {
  for (const one of [folder, trail.folder]) rmSync(one, { recursive: true, force: true })
})

function write(): void {
  trail.open()
  let n = 0
  while (formatInstant(trail.utcNs) < '2026-03-07T00:20:00') {
    n += 1
    // A file begins with samples that found nothing; some in the middle do, too.
    const found = n % 97 < 3 || n % 288 < 12 ? 'none' : 'agreed'
    trail.sample({ state: found, width: 0.01 + (n % 7) / 1000 })
    if (n % 211 === 100) {
      trail.set(0.2).change(0.2)
      trail.sample({ state: 'agreed', triggered: true })
      trail.note(3, 'a note')
    }
    if (n % 400 === 0) trail.sample({ state: 'conflict' })
    // For a while the clock is further off than four bytes can say, and once by more than sums of doubles keep: its day begins a file, its return another.
    if (n === 500) trail.set(5).change(5)
    if (n === 520) trail.set(-5).change(-5)
    if (n === 600) trail.set(-3e7).change(-3e7)
    if (n === 604) trail.set(3e7).change(3e7)
    trail.advance(150).heartbeat()
    trail.advance(150)
  }
}

const note = (head: string): Buffer => {
  const bytes = Buffer.alloc(4 + head.length)
  bytes.writeUInt32LE(head.length, 0)
  bytes.write(head, 4)
  return bytes
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one))

test('a report from files that were counted before is that of their records', async () => {
  write()
  const index = join(folder, 'index.sqlite')
  const build = async (more: object = {}) => {
    const period = { from: '2026-03-03T06:00:00Z', to: '2026-03-06T18:00:00Z' }
    const options = { trail: trail.folder, index, nowNs: 1_900_000_000_000_000_000n, ...period, ...more }
    const { verification: _verification, ...report } = (await buildReport(options)).report
    return text(report)
  }
  const cold = await build()
  let recalled = 0
  const { recall } = SegmentDigest
  SegmentDigest.recall = (notebook: Notebook, segment: number, sha256: string) => {
    const found = recall(notebook, segment, sha256)
    if (found) recalled += 1
    return found
  }
  try {
    expect(await build()).toBe(cold)
    expect(recalled).toBe(4)
    expect(await build({ verify: 'all' })).toBe(cold)
    expect(recalled).toBe(8)
    // Under another sum of its bytes nothing is recalled.
    const kept: Notebook = { recall: () => note('{"version":2,"sha256":"00"}'), keep: () => {} }
    expect(recall(kept, 1, '11')).toBeNull()
  } finally {
    SegmentDigest.recall = recall
  }
  expect(await build({ index: ':memory:' })).toBe(cold)
})
