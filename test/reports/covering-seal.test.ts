import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { prove } from '../../lib/auditor/prove.js'
import { decodeCheckpoint } from '../../lib/trail/checkpoint.js'
import { readKept } from '../../lib/trail/kept.js'
import { verifyInclusion } from '../../lib/trail/merkle.js'
import { frontierPath } from '../../lib/trail/paths.js'
import { listSegments } from '../../lib/trail/segments.js'
import { renderCertificate } from '../../reports/certificate.js'
import { coveringSeal } from '../../reports/covering-seal.js'
import { readExcerpt } from '../../reports/excerpt.js'
import { needs } from '../support/tools.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { pagesOf } from './pdf/reading.js'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const trail = new TrailBuilder({ sealedBy: 'covering' })
folders.push(trail.folder)
trail.open()
const first = trail.advance(64).sample()
const firstSeal = trail.endEpoch()
const second = trail.advance(64).sample()
const secondSeal = trail.advance(1).endEpoch()
const unsealed = trail.advance(64).heartbeat()

test('the first seal behind a record covers it, and its proof verifies', async () => {
  const covered = await coveringSeal(trail.folder, first.record.seq)
  expect(covered.unsealed).toBeNull()
  expect(covered.seal?.prunedUpTo).toBe(0)
  expect(covered.seal?.size).toBe(firstSeal.record.seq)
  const { root, size } = decodeCheckpoint(Buffer.from(covered.seal!.text))
  const { path } = covered.inclusion!
  expect(verifyInclusion(first.hash, first.record.seq - 1, size, root, path)).toBe(true)
  expect(verifyInclusion(second.hash, first.record.seq - 1, size, root, path)).toBe(false)
})

test('a record behind the last seal is covered by none', async () => {
  expect(await coveringSeal(trail.folder, unsealed.record.seq)).toEqual({ seal: null, inclusion: null, unsealed: null })
})

test('a seal that is missing, or whose root the records do not give, is passed over for the next', async () => {
  const covered = await coveringSeal(trail.folder, first.record.seq)
  const path = join(trail.folder, covered.seal!.path)
  const kept = readFileSync(path, 'utf8')
  const other = (await coveringSeal(trail.folder, second.record.seq))!.seal!.text
  writeFileSync(path, kept.replace(/\n[A-Za-z0-9+/=]{44}\n/, other.match(/\n[A-Za-z0-9+/=]{44}\n/)![0]))
  expect((await coveringSeal(trail.folder, first.record.seq)).seal?.size).toBe(secondSeal.record.seq)
  rmSync(path)
  expect((await coveringSeal(trail.folder, first.record.seq)).seal?.size).toBe(secondSeal.record.seq)
})

test('records are read again word for word, with their hashes', async () => {
  const lines = await readExcerpt(trail.folder, [second.record.seq, first.record.seq, 999])
  expect(lines.map(({ seq, type, hash }) => [seq, type, hash])).toEqual([
    [first.record.seq, 'sample', first.hash],
    [second.record.seq, 'sample', second.hash],
  ])
  expect(JSON.parse(lines[0]!.text)).toEqual(first.record)
})

/** An hour around midnight on each of three days, an epoch every quarter of an hour; a segment each day. */
function threeDays(): TrailBuilder {
  const trail = new TrailBuilder({
    utc: '2026-03-02T23:30:00.000000000Z',
    sealedBy: 'pruned',
    open: { simulation: true },
  })
  folders.push(trail.folder)
  trail.open()
  for (let minute = 0; minute < 120; minute += 1) {
    trail.sample()
    trail.advance(60)
    if (minute % 15 === 14) trail.endEpoch()
    if (minute === 59) trail.advance(82_800)
  }
  trail.sample()
  return trail
}

function copyOf(trail: TrailBuilder): string {
  const folder = mkdtempSync(join(tmpdir(), 'pruned-'))
  folders.push(folder)
  cpSync(trail.folder, folder, { recursive: true })
  return folder
}

const whole = threeDays()
const pruned = threeDays()
pruned.prune(1)
const prunedUpTo = pruned.placed.flatMap(({ record }) => (record.type === 'prune' ? [record.toSeq] : []))[0]!
/** A sample behind the pruned part, in the epoch whose seal is not the first behind it. */
const sample = pruned.placed.find(({ record }) => record.type === 'sample' && record.seq > prunedUpTo + 20)!
const { seq } = sample.record

describe('of a pruned trail', () => {
  test('the same seal with the same proof is named as of the whole one', async () => {
    const { seal, inclusion, unsealed } = await coveringSeal(pruned.folder, seq)
    const other = await coveringSeal(whole.folder, seq)
    expect(other.seal?.prunedUpTo).toBe(0)
    expect({ seal, inclusion, unsealed }).toEqual({ ...other, seal: { ...other.seal, prunedUpTo } })
    const { root, size } = decodeCheckpoint(Buffer.from(seal!.text))
    expect(size).toBeGreaterThan(seq)
    expect(verifyInclusion(sample.hash, seq - 1, size, root, inclusion!.path)).toBe(true)
  })

  test('it is named of every record that is left and sealed, also where it was pruned again', async () => {
    const again = threeDays()
    again.prune(1)
    again.advance(82_800)
    for (let minute = 0; minute < 30; minute += 1) again.advance(60).sample()
    again.endEpoch()
    again.prune(1)
    const left = again.placed.flatMap(({ record }) => (record.type === 'prune' ? [record.toSeq] : [])).at(-1)!
    expect(left).toBeGreaterThan(prunedUpTo)
    const lastSealed = again.placed.findLast(({ record }) => record.type === 'close')!.record.seq
    for (const placed of again.placed.filter(({ record }) => record.seq > left && record.seq <= lastSealed)) {
      const { seal, inclusion } = await coveringSeal(again.folder, placed.record.seq)
      const { root, size } = decodeCheckpoint(Buffer.from(seal!.text))
      expect(verifyInclusion(placed.hash, placed.record.seq - 1, size, root, inclusion!.path)).toBe(true)
      expect(seal?.prunedUpTo).toBe(left)
    }
  })

  test('none is named where what pruning left is missing or other, and it is said why', async () => {
    const { record, label } = (await readKept(pruned.folder)).closes.at(-1)!
    const frontier = frontierPath(label, record.epoch)
    const altered = copyOf(pruned)
    const path = join(altered, frontier)
    const text = readFileSync(path, 'latin1')
    writeFileSync(
      path,
      text.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    )
    const { seal, inclusion, unsealed } = await coveringSeal(altered, seq)
    expect([seal, inclusion]).toEqual([null, null])
    expect(unsealed).toMatch(
      /^each of the \d seals behind them is missing, or not that of these records; run "ntp-auditor verify"$/,
    )
    rmSync(path)
    expect((await coveringSeal(altered, seq)).unsealed).toBe(
      `what pruning left cannot be used: ${frontier}: what was pruned cannot be tested without this file; run "ntp-auditor verify"`,
    )
  })

  test('none is named where records are missing that nobody pruned', async () => {
    const folder = copyOf(whole)
    rmSync(join(folder, (await listSegments(folder)).segments[0]!.path))
    expect((await coveringSeal(folder, seq)).unsealed).toMatch(/ run "ntp-auditor verify"$/)
  })

  needs('pdftotext')('the certificate names the seal and what was pruned, or why there is none', async () => {
    const at = sample.record.wall
    const proof = await prove({ trail: pruned.folder, at, scale: 'true', index: ':memory:', tolerance: '50ms' })
    const last = Math.max(...proof.answers.flatMap(({ records }) => records))
    const covering = await coveringSeal(pruned.folder, last)
    const print = async (options: object) =>
      pagesOf(await renderCertificate(pruned.folder, proof, options)).map((page) => page.replaceAll(/\s+/g, ' '))
    const [page, ...more] = await print(covering)
    expect(more).toEqual([])
    expect(page).toContain(
      `Signed checkpoint over records 1 to ${covering.seal!.size}, of which 1 to ${prunedUpTo} were pruned (${covering.seal!.path}).`,
    )
    expect(page).toContain(`Proof that record ${last} is among them (RFC 6962):`)
    for (const hash of covering.inclusion!.path) expect(page).toContain(hash)
    const [without, ...rest] = await print({ unsealed: 'x'.repeat(2000) })
    expect(rest).toEqual([])
    expect(without).toContain('No seal is named: xxx')
    expect((await print({}))[0]).toContain('No seal covers these records yet')
  })
})
