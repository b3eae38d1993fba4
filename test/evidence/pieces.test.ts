import { expect, test } from '@jest/globals'
import { since, Tape } from './tape.js'

test('one sample: its cones open by the drift bound to both sides, as far as the longest gap', async () => {
  const tape = new Tape().open(0).sample(100, -1, 1).beat(300)
  expect(await tape.at(100)).toEqual([-1, 1])
  expect(await tape.at(110)).toEqual([-2, 2])
  expect(await tape.at(80)).toEqual([-3, 3])
  expect(await tape.words(0, 300, 4)).toEqual([
    '0..40 UNMONITORED too-far-from-sample',
    '40..70 INDETERMINATE bound-too-wide',
    '70..130.000000001 PROVEN',
    '130.000000001..160 INDETERMINATE bound-too-wide',
    '160..300 UNMONITORED too-far-from-sample',
  ])
})

test('as known then only the past counts', async () => {
  const tape = new Tape().open(0).sample(100, -1, 1).sample(120, -1, 1)
  expect(await tape.known(90)).toBe('UNMONITORED no-sample')
  expect(await tape.known(119)).toEqual([-2.9, 2.9])
  expect(await tape.at(119)).toEqual([-1.1, 1.1])
})

test('between two samples the cones cross where they are equally wide', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).sample(100, -1, 1)
  const of = async (gap: number): Promise<unknown[]> =>
    (await tape.pieces(0, 100, gap)).map(({ fromNs, bound }) => [since(fromNs), bound?.from.highNs, bound?.to.highNs])
  expect(await of(60)).toEqual([
    [0, 1_000_000n, 6_000_000n],
    [50, 6_000_000n, 5_000_000n],
    [60, 5_000_000n, 1_000_000n],
  ])
  expect(await of(30)).toEqual([
    [0, 1_000_000n, 4_000_000n],
    [30, undefined, undefined],
    [70, 4_000_000n, 1_000_000n],
  ])
})

test('no sample at all: nothing is monitored, and UTC is what the wall clock showed', async () => {
  const tape = new Tape().open(0).beat(60).beat(120)
  expect(await tape.words(-10, 130, 4)).toEqual(['-10..130 UNMONITORED no-sample'])
  expect((await tape.pieces(0, 120)).every(({ estimated }) => estimated)).toBe(true)
})

test('no record at all', async () => {
  expect(await new Tape().words(0, 10, 4)).toEqual(['0..10 UNMONITORED no-sample'])
})

test('before the first and behind the last record: no sample', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  expect(await tape.words(-5, 15, 4)).toEqual([
    '-5..0 UNMONITORED no-sample',
    '0..10 PROVEN',
    '10..15 UNMONITORED no-sample',
  ])
})

test('an empty period has no pieces', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  expect(await tape.pieces(5, 5)).toEqual([])
  expect(await tape.pieces(5, 4)).toEqual([])
})

test('samples that contradict the drift bound: nothing from the one that is contradicted to the one that contradicts', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).sample(20, -60, 60).sample(40, 49, 51).sample(60, 49, 51)
  // UTC goes with M: behind the stretch it is 50 ms later than A alone would tell.
  expect(await tape.words(0, 60, 55)).toEqual(['0..40.05 INDETERMINATE drift-bound-exceeded', '40.05..60 PROVEN'])
  // Neither cone crosses: the bound behind comes from behind alone.
  expect(await tape.at(41.05)).toEqual([48.9, 51.1])
  // The wide sample between does not contradict: as known then the first one still counted.
  expect(await tape.known(30)).toMatchObject([expect.closeTo(-4, 1), expect.closeTo(4, 1)])
  expect(await tape.known(41.05)).toEqual([48.9, 51.1])
})

test('the stretch that is refuted begins at the latest sample that is contradicted, not at the first', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).sample(20, -1, 1).sample(40, 49, 51)
  expect(await tape.words(0, 40.05, 5)).toEqual(['0..20 PROVEN', '20..40.05 INDETERMINATE drift-bound-exceeded'])
  expect(await tape.at(19)).toEqual([-1.1, 1.1])
})

test('what just meets the drift bound is not refuted, a nanosecond more is', async () => {
  const meets = new Tape().open(0).sample(0, -1, 1).sample(20, 3, 5).beat(21)
  expect(await meets.words(0.001, 20, 10)).toEqual(['0.001..20 PROVEN'])
  expect(await meets.at(10.002)).toEqual([2, 2])
  const misses = new Tape().open(0).sample(0, -1, 1).sample(20, 3.000001, 5).beat(21)
  expect(await misses.words(0, 20, 10)).toEqual(['0..20 INDETERMINATE drift-bound-exceeded'])
})

test('a conflict: nothing from the sample before to the next on which references agree', async () => {
  const tape = new Tape()
    .open(0)
    .sample(0, -1, 1)
    .sample(20, -1, 1)
    .none(40, 'conflict', 'conflict')
    .sample(50, -1, 1, { state: 'single', support: 'single' })
    .none(60, 'conflict', 'conflict')
    .sample(80, -1, 1)
    .sample(100, -1, 1)
  expect(await tape.words(0, 100, 5)).toEqual(['0..20 PROVEN', '20..80 INDETERMINATE conflict', '80..100 PROVEN'])
  expect(await tape.known(30)).toEqual([-2, 2])
  expect(await tape.known(45)).toBe('INDETERMINATE conflict')
  expect(await tape.known(81)).toEqual([-1.1, 1.1])
})

test('one reference alone settles no conflict, two or three do', async () => {
  const after = async (support: 'single' | 'paired' | 'voted'): Promise<string[]> => {
    const tape = new Tape().open(0).sample(0, -1, 1).sample(20, -1, 1).none(40, 'conflict', 'conflict')
    return tape
      .sample(50, -1, 1, { support })
      .sample(70, -1, 1, { support })
      .sample(90, -1, 1)
      .beat(100)
      .words(0, 100, 5)
  }
  expect(await after('single')).toEqual(['0..20 PROVEN', '20..90 INDETERMINATE conflict', '90..100 PROVEN'])
  for (const support of ['paired', 'voted'] as const) {
    expect((await after(support)).slice(0, 2)).toEqual(['0..20 PROVEN', '20..50 INDETERMINATE conflict'])
  }
})

test('a record beside the witness (no looks) does not bend the line of D', async () => {
  const tape = new Tape({ ratePpb: 0n }).open(0).sample(0, -1, 1)
  tape.ahead = 40_000_000n
  tape.beat(5, { looks: 0 })
  tape.ahead = 0n
  tape.beat(10).sample(20, -1, 1)
  expect(await tape.at(4)).toEqual([-1, 1])
  expect(await tape.at(6)).toEqual([-1, 1])
})

test('a conflict that is never settled lasts to the end, one before any sample from the beginning', async () => {
  const tape = new Tape()
    .open(0)
    .none(10, 'conflict', 'conflict')
    .sample(20, -1, 1)
    .none(40, 'conflict', 'conflict')
    .beat(60)
  expect(await tape.words(0, 60, 5)).toEqual(['0..60 INDETERMINATE conflict'])
})

test('samples of this computer itself bound nothing, and the cones run on over them', async () => {
  const tape = new Tape()
    .open(0)
    .sample(0, -1, 1)
    .none(20, 'none', 'self-reference')
    .none(100, 'none', 'self-reference')
    .beat(200)
  expect(await tape.at(30)).toEqual([-4, 4])
  expect(await tape.words(0, 200, 10)).toEqual([
    '0..60 PROVEN',
    '60..160 INDETERMINATE self-reference',
    '160..200 UNMONITORED too-far-from-sample',
  ])
})

test('where no reference answered, the cones run on; where none ever did, the cause says so', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).none(20, 'none', 'no-reference').beat(70)
  expect(await tape.words(0, 70, 10)).toEqual(['0..60 PROVEN', '60..70 UNMONITORED too-far-from-sample'])
  const never = new Tape().open(0).none(20, 'none', 'no-reference').beat(70)
  expect(await never.words(0, 70, 10)).toEqual(['0..70 UNMONITORED no-reference'])
})

test('a step: nothing between the two looks that enclose it, the line of D before and behind', async () => {
  const tape = new Tape()
    .open(0)
    .sample(0, -1, 1)
    .beat(29.75)
    .change(29.75, 30, 1000)
    .sample(32, -1, 1)
    .sample(60, -1, 1)
  expect(await tape.words(0, 60, 100)).toEqual([
    '0..29.75 PROVEN',
    '29.75..30 INDETERMINATE clock-change',
    '30..60 VIOLATED out-of-tolerance',
  ])
  expect(await tape.at(29.74)).toEqual([-1.226, 1.226])
  expect(await tape.at(30)).toEqual([-1001.2, -998.8])
})

test('without a record of the look before, the chord makes the time before a step as uncertain as the step is large', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1)
  tape.change(29.75, 30, 1000, { chord: { lowNs: -991_666_667n, highNs: 0n } }).sample(60, -1, 1)
  const before = await tape.at(29)
  expect(before).not.toBeInstanceOf(String)
  // Truth before the step is 0: it must be inside.
  expect((before as [number, number])[0]).toBeLessThanOrEqual(0)
  expect((before as [number, number])[1]).toBeGreaterThanOrEqual(0)
  expect((before as [number, number])[0]).toBeLessThan(-900)
})

test('a slew is measured: no hole, D runs on its line, widened by the chord', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1)
  tape.change(9, 10, 5, { class: 'slew', chord: { lowNs: -1_000_000n, highNs: 2_000_000n } }).sample(20, -1, 1)
  expect(await tape.words(0, 20, 20)).toEqual(['0..20 PROVEN'])
  expect(await tape.at(5)).toEqual([-6.125, 0.125])
  expect(await tape.at(10)).toEqual([-7, -3])
})

test('D between two looks lies between its values there: the line may run ahead of it by its slope times the silence', async () => {
  const tape = new Tape({ ratePpb: 0n }).open(0).sample(0, -1, 1)
  tape.ahead = 1_000_000n
  tape.beat(10, { widestSilenceNs: 1_000_000_000n }).sample(20, -1, 1)
  // D rises by 1 ms in 10 s, at most 0.1 ms in a second's silence.
  expect(await tape.at(5)).toEqual([-1.6, 0.6])
})

test('silence of the witness: D is unknown, M is not', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).gap(10, 15, 'starved', 'wall').sample(20, -1, 1)
  expect(await tape.words(0, 20, 5)).toEqual(['0..10 PROVEN', '10..15 UNMONITORED starved', '15..20 PROVEN'])
  expect(await tape.at(16)).toEqual([-1.4, 1.4])
  expect(await tape.known(12)).toBe('UNMONITORED starved')
  expect(await tape.known(16)).toEqual([-2.6, 2.6])
})

test('stopped and started within one boot: nobody watched D, the cones run on', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).open(30).sample(40, -1, 1)
  expect(await tape.words(0, 40, 5)).toEqual(['0..10 PROVEN', '10..30 UNMONITORED auditor-down', '30..40 PROVEN'])
  expect(await tape.known(35)).toEqual([-4.5, 4.5])
})

test('a worker that was restarted: the gap beside the open tells whether D is known, without one the worst is assumed', async () => {
  const of = (breaks: 'wall' | 'none' | null): Tape => {
    const tape = new Tape().open(0).sample(0, -1, 1).beat(10).open(12, { reason: 'restart' })
    if (breaks) tape.gap(10, 12, 'worker-died', breaks)
    return tape.beat(13, { looks: 4 }).sample(20, -1, 1)
  }
  const hole = ['0..10 PROVEN', '10..12 UNMONITORED worker-died', '12..20 PROVEN']
  expect(await of('wall').words(0, 20, 5)).toEqual(hole)
  expect(await of(null).words(0, 20, 5)).toEqual(hole)
  expect(await of('none').words(0, 20, 5)).toEqual(['0..20 PROVEN'])
})

test('a rotation or a repaired segment cuts nothing', async () => {
  const tape = new Tape()
    .open(0)
    .sample(0, -1, 1)
    .open(10, { reason: 'rotation' })
    .beat(11)
    .open(12, { reason: 'repair' })
    .sample(20, -1, 1)
  expect(await tape.words(0, 20, 5)).toEqual(['0..20 PROVEN'])
})

test('lost records: neither D nor M is carried across', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  const lost = tape.facts.length
  tape.beat(20).beat(30).sample(40, -1, 1).beat(60)
  const facts = tape.facts.filter((_, i) => i !== lost)
  const whole = new Tape()
  whole.facts.push(...facts)
  expect(await whole.words(0, 60, 5)).toEqual(['0..10 PROVEN', '10..30 UNMONITORED trail-damaged', '30..60 PROVEN'])
  expect(await whole.at(9)).toEqual([-1.9, 1.9])
})

test('support is the weakest of the samples that shape the bound', async () => {
  const tape = new Tape()
    .open(0)
    .sample(0, -1, 1)
    .sample(20, -9, 0, { state: 'single', support: 'single' })
    .sample(40, -1, 1, { support: 'paired' })
  const supports = (await tape.pieces(0, 40)).map(({ support, fromNs, toNs }) => [
    Math.round(Number(toNs - fromNs) / 1e9),
    support,
  ])
  // The single sample gives the upper edge where its 0 ms, widened, lies below what the others say.
  expect(supports).toEqual([
    [5, 'voted'],
    [15, 'single'],
    [15, 'single'],
    [5, 'paired'],
  ])
})

test('witness: complete with a kernel notice, unless a small change hides what else happened in its look', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  tape
    .beat(20, { notice: 'absent' })
    .beat(30, { notice: 'seen' })
    .beat(40, { notice: 'seen', small: 1 })
    .sample(50, -1, 1)
  const list = await tape.stretches(0, 50, 10)
  expect(list.map(({ witness, toNs, fromNs }) => [Number(toNs - fromNs) / 1e9, witness])).toEqual([
    [10, 'complete'],
    [10, 'looks'],
    [10, 'complete'],
    [10, 'looks'],
    [10, 'complete'],
  ])
})

test('the rate of each sample holds up to its neighbours, the larger one between two', async () => {
  const tape = new Tape()
    .open(0)
    .sample(0, -1, 1)
    .sample(10, -1, 1, { ratePpb: 500_000n })
    .sample(30, -1, 1, { ratePpb: 500_000n })
    .beat(40)
  expect(await tape.known(5)).toEqual([-3.5, 3.5])
  expect(await tape.at(20)).toEqual([-6, 6])
  expect(await tape.at(35)).toEqual([-3.5, 3.5])
})
