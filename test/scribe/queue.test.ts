import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { DraftQueue } from '../../lib/scribe/queue.js'
import { decodeInterval } from '../../lib/trail/encode.js'
import { checkRecord } from '../../lib/trail/record.js'
import type { Draft, StoredStamp } from '../../lib/trail/types.js'
import { TrailBuilder } from '../support/trail-builder.js'

/** Drafts from a clock whose D wanders by `d` (ns) at each second; `kinds`: h heartbeat, c clock-change, g gap that breaks mono. */
function drafts(kinds: string, wander: (index: number) => bigint = () => 0n): Draft[] {
  const clock = new TrailBuilder()
  return [...kinds].map((kind, index) => {
    clock.advance(1)
    const stamp = clock.stamp()
    const d = BigInt(stamp.d.lowNs) + wander(index)
    const body: Draft['body'] =
      kind === 'h'
        ? { type: 'heartbeat' }
        : kind === 'g'
          ? {
              type: 'gap',
              fromNs: null,
              toNs: '1',
              wallFrom: stamp.wall,
              wallTo: stamp.wall,
              cause: 'boot',
              breaks: 'mono',
            }
          : {
              type: 'clock-change',
              earliestNs: '1',
              latestNs: '2',
              size: { lowNs: '1', highNs: '1' },
              class: 'step',
              by: 'unknown',
              seen: 'divergence',
              wallBefore: stamp.wall,
              wallAfter: stamp.wall,
            }
    const moved: StoredStamp = { ...stamp, d: { lowNs: d.toString(), highNs: (d + 800n).toString() } }
    return { stamp: moved, body, id: index, triggerId: null }
  })
}

function drain(queue: DraftQueue): Draft[] {
  const all: Draft[] = []
  for (let draft = queue.next(); draft; draft = queue.next()) {
    all.push(draft)
    queue.done(draft)
  }
  return all
}
const letters = (all: readonly Draft[]): string =>
  all
    .map(({ body }) =>
      body.type === 'gap' ? (body.cause === 'write-failed' ? '-' : 'g') : body.type === 'clock-change' ? 'c' : 'h',
    )
    .join('')

test('drafts come out as they went in', () => {
  const queue = new DraftQueue()
  const all = drafts('hchgh')
  for (const draft of all) queue.put(draft)
  expect(queue.size).toBe(5)
  expect(drain(queue)).toEqual(all)
  expect([queue.size, queue.dropped, queue.next()]).toEqual([0, 0, undefined])
})

test('a draft stays until it is done, and only the first can be', () => {
  const queue = new DraftQueue()
  const [a, b] = drafts('hh') as [Draft, Draft]
  queue.put(a)
  queue.put(b)
  queue.done(b)
  expect(queue.next()).toBe(a)
  queue.done(a)
  expect(queue.next()).toBe(b)
})

test('a draft that can never be written gives way to a gap, and that to nothing', () => {
  const queue = new DraftQueue()
  const all = drafts('chh')
  for (const draft of all) queue.put(draft)
  queue.spoil(all[1] as Draft)
  expect(queue.next()).toBe(all[0])
  queue.spoil(all[0] as Draft)
  const gap = queue.next()
  expect(gap?.stamp).toBe(all[0]?.stamp)
  expect(gap?.body).toMatchObject({ type: 'gap', cause: 'write-failed', breaks: 'wall' })
  expect([queue.size, queue.dropped]).toEqual([3, 1])
  queue.spoil(gap as Draft)
  expect(queue.next()).toBe(all[1])
  const nonsense = { ...(all[1] as Draft), stamp: { ...(all[1] as Draft).stamp, monoNs: 'x', rawNs: null } }
  const second = new DraftQueue()
  second.put(nonsense)
  second.spoil(nonsense)
  expect([second.size, second.dropped]).toEqual([0, 1])
})

describe('at its bound', () => {
  test('a run of samples and heartbeats becomes one gap', () => {
    const queue = new DraftQueue({ limit: 10 })
    const all = drafts('hhhhhhhhhhh')
    for (const draft of all) queue.put(draft)
    const kept = drain(queue)
    expect(letters(kept)).toBe('h-hhhhhhh')
    expect(kept[0]).toBe(all[0])
    expect(kept.slice(2)).toEqual(all.slice(4))
    expect(queue.dropped).toBe(3)
    const gap = kept[1] as Draft
    const [first, last] = [all[0] as Draft, all[3] as Draft]
    expect(gap.body).toEqual({
      type: 'gap',
      fromNs: first.stamp.monoNs,
      toNs: last.stamp.monoNs,
      wallFrom: first.stamp.wall,
      wallTo: last.stamp.wall,
      cause: 'write-failed',
      breaks: 'none',
    })
    const { wall, monoNs, d, since } = gap.stamp
    expect({ wall, monoNs, d }).toEqual({ wall: last.stamp.wall, monoNs: last.stamp.monoNs, d: last.stamp.d })
    expect(since.looks).toBe([1, 2, 3].reduce((sum, i) => sum + (all[i]?.stamp.since.looks ?? 0), 0))
    expect(gap.id).toBeLessThan(0)
    checkRecord({ seq: 2, prev: 'a'.repeat(64), ...gap.stamp, ...gap.body })
  })

  test('changes and gaps are kept, and what stood between becomes gaps', () => {
    const queue = new DraftQueue({ limit: 12 })
    for (const draft of drafts('hhhhchhhghhhh')) queue.put(draft)
    expect(letters(drain(queue))).toBe('h-chhhghhhh')
  })

  test('of changes alone the oldest give way in the end, and the gap then breaks what they told', () => {
    const queue = new DraftQueue({ limit: 8 })
    for (const draft of drafts('cccccccccc')) queue.put(draft)
    const kept = drain(queue)
    expect(letters(kept)).toBe('c-cccccc')
    expect(kept[1]?.body).toMatchObject({ breaks: 'wall' })
  })

  test('of gaps alone the oldest give way in the end, and the gap breaks as much', () => {
    const queue = new DraftQueue({ limit: 8 })
    for (const draft of drafts('gggggggggg')) queue.put(draft)
    const kept = drain(queue)
    expect(kept.length).toBeLessThanOrEqual(8)
    expect(
      kept.some(({ body }) => body.type === 'gap' && body.cause === 'write-failed' && body.breaks === 'mono'),
    ).toBe(true)
  })

  test('a gap over a reboot has no beginning on the audit clock', () => {
    const queue = new DraftQueue({ limit: 8 })
    const all = drafts('hhhhhhhhh').map((draft, index) => ({
      ...draft,
      stamp: { ...draft.stamp, bootId: index < 1 ? 'boot-1' : 'boot-2' },
    }))
    for (const draft of all) queue.put(draft)
    expect(drain(queue)[1]?.body).toMatchObject({ cause: 'write-failed', fromNs: null })
  })

  test('the first stays, however long it lasts: it may stand half in the trail', () => {
    const queue = new DraftQueue({ limit: 8 })
    const all = drafts('h'.repeat(500))
    for (const draft of all) {
      queue.put(draft)
      expect(queue.size).toBeLessThanOrEqual(8)
      expect(queue.next()).toBe(all[0])
    }
    const kept = drain(queue)
    expect(kept.at(-1)).toBe(all.at(-1))
    expect(queue.dropped).toBe(500 - kept.length + 1)
  })
})

test('D stays inside the lines and chords of what is kept, wherever it wandered', () => {
  // D at each draft is exact to the width of its interval; between two drafts it runs straight, so that their chords are zero.
  const plan = fc.record({
    kinds: fc.array(fc.constantFrom('h', 'h', 'h', 'c'), { minLength: 12, maxLength: 40 }),
    steps: fc.array(fc.bigInt({ min: -5_000_000n, max: 5_000_000n }), { minLength: 40, maxLength: 40 }),
  })
  fc.assert(
    fc.property(plan, ({ kinds, steps }) => {
      const path = steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0n))
      const all = drafts(kinds.join(''), (index) => path[index] ?? 0n)
      const queue = new DraftQueue({ limit: 9 })
      for (const draft of all) queue.put(draft)
      const kept = drain(queue)
      for (const [index, draft] of kept.entries()) {
        const before = kept[index - 1]
        if (!before) continue
        const [t0, t1] = [BigInt(before.stamp.monoNs), BigInt(draft.stamp.monoNs)]
        const [d0, d1, chord] = [before.stamp.d, draft.stamp.d, draft.stamp.since.chord].map(decodeInterval)
        if (!d0 || !d1 || !chord) throw new Error('incomplete')
        for (const { stamp } of all) {
          const t = BigInt(stamp.monoNs)
          if (t < t0 || t > t1) continue
          const line = (a: bigint, b: bigint): bigint => a + ((b - a) * (t - t0)) / (t1 - t0)
          const d = decodeInterval(stamp.d)
          expect(d.lowNs >= line(d0.lowNs, d1.lowNs) + chord.lowNs - 1n).toBe(true)
          expect(d.highNs <= line(d0.highNs, d1.highNs) + chord.highNs + 1n).toBe(true)
        }
      }
    }),
    { numRuns: 200 },
  )
})
