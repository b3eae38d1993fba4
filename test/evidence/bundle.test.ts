import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Bundle, parseBundle } from '../../lib/evidence/bundle.js'
import { type BundleResult, type CheckOptions, checkBundle } from '../../lib/evidence/bundle-check.js'
import { makeBundle } from '../../lib/evidence/bundle-make.js'
import { answer, trailSource } from '../../lib/evidence/index.js'
import type { Question } from '../../lib/evidence/types.js'
import { parseInstant } from '../../lib/instant.js'
import { type Anchor, anchorOf } from '../../lib/trail/anchors.js'
import { canonicalize } from '../../lib/trail/canonical.js'
import { leafHash } from '../../lib/trail/hash.js'
import { formatVkey } from '../../lib/trail/note.js'
import { sealPath } from '../../lib/trail/paths.js'
import { publicHex } from '../support/sealed-writer.js'
import { openDraft, TrailBuilder } from '../support/trail-builder.js'

const { origin } = openDraft

/** Samples each minute, the clock set back by two seconds and put right, an epoch each five minutes. */
function auditedTrail(): TrailBuilder {
  const trail = new TrailBuilder({
    sealedBy: 'bundle',
    open: { configuration: { toleranceNs: '50000000', longestGapNs: '256000000000' } },
  })
  trail.open()
  trail.sample({ reason: 'startup' })
  for (let minute = 1; minute <= 30; minute++) {
    trail.advance(59.75).heartbeat()
    trail.advance(0.25)
    if (minute === 12) trail.set(-2).change(-2)
    if (minute === 13) trail.set(2).change(2)
    trail.sample({ triggered: minute === 12 || minute === 13 })
    if (minute % 5 === 0) trail.endEpoch()
  }
  return trail
}
const trail = auditedTrail()
const { folder, vkey } = trail
const question = (at: string, scale: 'wall' | 'true' = 'true'): Question => ({
  atNs: parseInstant(`2026-03-03T${at}.000000000Z`),
  scale,
  toleranceNs: 50_000_000n,
  longestGapNs: 256_000_000_000n,
})
async function bundleAt(at: string, scale: 'wall' | 'true' = 'true', since: Anchor | null = null): Promise<Bundle> {
  const asked = question(at, scale)
  return makeBundle(folder, asked, await answer(await trailSource(folder), asked), { since })
}
const check = (bundle: Bundle, options: CheckOptions = {}) => checkBundle(bundle, { keys: [vkey], ...options })
const brief = ({ findings }: BundleResult) => findings.map(({ code, file, line }) => [code, file, line])
const sealOf = (epoch: number): Anchor =>
  anchorOf(readFileSync(join(folder, sealPath('2026-03-03', epoch))), `sheet ${epoch}`)
const bundle = await bundleAt('10:07:30')

describe('a bundle', () => {
  test('holds the records between the samples around the instant, and the keys up to their seal', () => {
    const types = bundle.records.map((line) => JSON.parse(line) as { seq: number; type: string })
    expect(types.every(({ seq }, index) => index === 0 || seq === (types[index - 1]?.seq ?? 0) + 1)).toBe(true)
    expect(bundle.epochs).toHaveLength(2)
    expect(bundle.records.length).toBeLessThan(20)
    expect(JSON.parse(bundle.open.line)).toMatchObject({
      type: 'open',
      seq: 1,
      configuration: { toleranceNs: '50000000' },
    })
  })

  test('gives the answer of the whole trail, worked out again from its own records', async () => {
    const asked = question('10:07:30')
    const [whole] = await answer(await trailSource(folder), asked)
    const result = await check(parseBundle(JSON.stringify(bundle)))
    expect(result).toMatchObject({ intact: true, complete: 'unknown', origin, sealedUpTo: 24, findings: [] })
    const [again] = result.answer?.answers ?? []
    expect(again).toMatchObject({ verdict: 'PROVEN', records: whole?.records })
    expect(BigInt(Math.round((again?.low ?? 0) * 1e9))).toBe(whole?.bound?.lowNs)
    expect(BigInt(Math.round((again?.high ?? 0) * 1e9))).toBe(whole?.bound?.highNs)
  })

  test('can be made of every minute of the trail that lies under a seal', async () => {
    for (let minute = 0; minute < 30; minute++) {
      const made = await bundleAt(`10:${String(minute).padStart(2, '0')}:20`)
      const result = await check(made)
      expect([minute, result.intact, result.findings]).toEqual([minute, true, []])
    }
  })

  test('answers twice where the clock showed the time twice', async () => {
    const twice = await bundleAt('10:11:59', 'wall')
    const result = await check(twice)
    expect(result).toMatchObject({ intact: true, findings: [] })
    expect(result.answer?.answers.length).toBe(2)
    expect(twice.records.map((line) => (JSON.parse(line) as { type: string }).type)).toContain('clock-change')
  })

  test('without a key is self-consistent; under a foreign one it is damage', async () => {
    expect(await checkBundle(bundle)).toMatchObject({ intact: 'self-consistent', findings: [] })
    const foreign = formatVkey(origin, Buffer.from(publicHex('other', 1), 'hex'))
    expect(brief(await checkBundle(bundle, { keys: [foreign] }))).toEqual([['genesis-mismatch', 'epochs', 1]])
    const otherName = formatVkey('elsewhere', Buffer.from(publicHex('bundle', 1), 'hex'))
    expect((await checkBundle(bundle, { keys: [otherName] })).intact).toBe(false)
  })

  test('is anchored by a checkpoint of its chain; one that contradicts it is damage', async () => {
    expect(await check(bundle, { anchors: [sealOf(1)] })).toMatchObject({
      intact: true,
      complete: 'anchored',
      anchoredUpTo: 13,
    })
    const fork = { ...sealOf(1), root: 'f'.repeat(64) }
    expect((await check(bundle, { anchors: [fork] })).intact).toBe(false)
  })

  test('begins at a checkpoint that the verifier has, and then needs no key', async () => {
    for (const [epoch, epochs] of [
      [2, 1],
      [1, 2],
      [4, 1],
    ] as const) {
      const short = await bundleAt('10:07:30', 'true', sealOf(epoch))
      expect(short.epochs).toHaveLength(epochs)
      const result = await checkBundle(short, { anchors: [sealOf(epoch)] })
      expect(result).toMatchObject({ intact: true, complete: 'anchored', findings: [] })
      expect((await checkBundle(short)).intact).toBe('self-consistent')
    }
  })

  test('cannot be made of what is under no seal yet, or was never recorded', async () => {
    trail.advance(60).sample()
    trail.advance(60).sample()
    await expect(bundleAt('10:31:30')).rejects.toThrow('is under no seal yet; ask again when its epoch has ended')
    await expect(bundleAt('23:00:00')).rejects.toThrow('the trail holds no record of that instant')
    await expect(bundleAt('10:07:30', 'true', { ...sealOf(2), size: 14 })).rejects.toThrow(
      'is it a checkpoint of this trail?',
    )
    await expect(bundleAt('10:07:30', 'true', { ...sealOf(2), root: '0'.repeat(64) })).rejects.toThrow(
      'is not of this trail',
    )
  })
})

describe('a bundle is refused', () => {
  const change = async (at = '10:12:30'): Promise<Bundle> => bundleAt(at)
  const edited = (line: string | undefined, fields: object): string =>
    canonicalize({ ...(JSON.parse(line ?? '') as object), ...fields })

  test('with a clock-change left out, whether or not its neighbours are chained again', async () => {
    const whole = await bundleAt('10:11:59', 'wall')
    const at = whole.records.findIndex((line) => line.includes('"type":"clock-change"'))
    const hole = { ...whole, records: whole.records.toSpliced(at, 1) }
    expect(brief(await check(hole))).toEqual([['deleted', 'records', at + 1]])
    const before = whole.records[at - 1] ?? ''
    const seq = (JSON.parse(before) as { seq: number }).seq
    const chained: string[] = whole.records.slice(0, at)
    for (const line of whole.records.slice(at + 1)) {
      const prev = leafHash(Buffer.from(chained.at(-1) ?? ''))
      chained.push(edited(line, { seq: seq + chained.length - at + 1, prev }))
    }
    const result = await check({ ...whole, records: chained })
    expect(result.intact).toBe(false)
    expect(brief(result)).toContainEqual(['edited', 'records', chained.length])
  })

  test('with another answer', async () => {
    const [first] = bundle.answer.answers
    const better = { ...bundle.answer, answers: [{ ...first, high: 0 }] } as Bundle['answer']
    const result = await check({ ...bundle, answer: better })
    expect(brief(result)).toEqual([['wrong-answer', 'answer', null]])
    expect(result.answer?.answers[0]?.high).toBe(first?.high)
  })

  test('with another question, or a longer gap than was configured', async () => {
    const { question: asked } = bundle
    for (const other of [
      { ...asked, at: '2026-03-03T10:07:31.000000000Z' },
      { ...asked, toleranceNs: '1' },
      { ...asked, scale: 'wall' as const },
      { ...asked, longestGapNs: '999000000000' },
      { ...asked, at: 'soon' },
    ]) {
      const result = await check({ ...bundle, question: other })
      expect(result.intact).toBe(false)
      expect(new Set(result.findings.map(({ code }) => code))).toEqual(new Set(['wrong-answer']))
    }
  })

  test('with an edited record, an edited configuration, or no records', async () => {
    const made = await change()
    const last = made.records.length - 1
    const first = { ...made, records: made.records.with(0, edited(made.records[0], { bootId: 'x' })) }
    expect(brief(await check(first))).toEqual([['edited', 'records', 2]])
    const end = { ...made, records: made.records.with(last, edited(made.records[last], { bootId: 'x' })) }
    expect(brief(await check(end))).toContainEqual(['edited', 'records', last + 1])
    const garbled = { ...made, records: made.records.with(0, `${made.records[0]} `) }
    expect(brief(await check(garbled))).toEqual([['edited', 'records', 1]])
    const open = { ...made, open: { ...made.open, line: edited(made.open.line, { host: 'x' }) } }
    expect(brief(await check(open))).toEqual([['edited', 'open', null]])
    expect(brief(await check({ ...made, records: [] }))).toEqual([['deleted', 'records', null]])
    const other = { ...made, open: { line: made.records[0] ?? '', proof: [] } }
    expect((await check(other)).intact).toBe(false)
  })

  test('with an epoch dropped, swapped or of another trail, and without any', async () => {
    const made = await bundleAt('10:22:30')
    const [one, two, three, four, five] = made.epochs
    if (!one || !two || !three || !four || !five) throw new Error('five epochs')
    const codes = async (epochs: Bundle['epochs']) => [
      ...new Set((await check({ ...made, epochs })).findings.map(({ code }) => code)),
    ]
    expect(await codes([one, three, four, five])).toEqual(['wrong-epoch-key', 'genesis-mismatch'].slice(0, 1))
    expect(await codes([two, three, four, five])).toEqual(['genesis-mismatch'])
    expect(await codes([one, three, two, four, five])).toEqual(['wrong-epoch-key'])
    expect(await codes([one, { ...two, consistency: null }, three, four, five])).toEqual(['edited'])
    expect(await codes([one, { ...two, proof: [] }, three, four, five])).toEqual(['edited'])
    expect(await codes([one, { ...two, checkpoint: one.checkpoint }, three, four, five])).toEqual(['wrong-epoch-key'])
    expect(await codes([one, { ...two, checkpoint: two.checkpoint.slice(0, -1) }, three, four, five])).toEqual([
      'seal-not-canonical',
    ])
    expect(await codes([one, two, three, four])).toContain('edited')
    expect(await codes([])).toContain('seal-missing')
    const foreign = { ...one, close: edited(one.close, { nextKey: publicHex('other', 2) }) }
    expect(await codes([foreign, two, three, four, five])).toEqual(['edited'])
  })

  test('immudb GHSA-672p: with one proof that is right beside another that is not', async () => {
    const made = await bundleAt('10:22:30')
    const flip = (proof: readonly string[]): string[] =>
      proof.map((step) => step.replace(/^./, (c) => (c === '0' ? '1' : '0')))
    const wrong: Bundle[] = [
      { ...made, proof: flip(made.proof) },
      { ...made, open: { ...made.open, proof: flip(made.open.proof) } },
      ...made.epochs.flatMap((epoch, index) => [
        { ...made, epochs: made.epochs.with(index, { ...epoch, proof: flip(epoch.proof) }) },
        { ...made, epochs: made.epochs.with(index, { ...epoch, consistency: flip(epoch.consistency ?? []) }) },
      ]),
    ]
    const verdicts = await Promise.all(wrong.map(async (one) => (await check(one)).intact))
    // The first epoch continues nothing: its empty consistency stays as it is.
    expect(verdicts).toEqual(verdicts.map((_, index) => index === 3))
  })

  test('that is no bundle, naming what is wrong', () => {
    expect(() => parseBundle('{')).toThrow('the file is not JSON')
    expect(() => parseBundle('{}')).toThrow('the file is no bundle: "format" is missing')
    expect(() => parseBundle(JSON.stringify({ ...bundle, proof: ['x'] }))).toThrow(
      'the file is no bundle: "proof.0" must be 64 lower-case hexadecimal digits',
    )
  })
})
