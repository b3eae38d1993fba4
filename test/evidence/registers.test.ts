import { expect, test } from '@jest/globals'
import { changes, gaps } from '../../lib/evidence/registers.js'
import type { ChangeEntry, GapEntry } from '../../lib/evidence/types.js'
import { ms, s, since, start, Tape } from './tape.js'

const changesOf = (tape: Tape, from: number, to: number): Promise<ChangeEntry[]> =>
  changes(tape.source, { fromNs: start + s(from), toNs: start + s(to) })
const gapsOf = async (tape: Tape, from: number, to: number): Promise<unknown[]> =>
  (await gaps(tape.source, { fromNs: start + s(from), toNs: start + s(to) })).map(
    ({ seq, fromNs, toNs, cause, breaks }: GapEntry) => [seq, since(fromNs), since(toNs), cause, breaks],
  )

test('a clock change with the unscheduled sample that it caused and the error found', async () => {
  const error = { lowNs: -ms(1001), highNs: -ms(999) }
  const tape = new Tape().open(0).sample(0, -1, 1).beat(9.75).change(9.75, 10, 1000)
  tape.beat(11).sample(12, -1, 1, { trigger: 4, reason: 'clock-change', error }).sample(20, -1, 1)
  expect(await changesOf(tape, 0, 20)).toEqual([
    {
      ...{ seq: 4, earliestNs: start + s(9.75), latestNs: start + s(10), size: { lowNs: ms(1000), highNs: ms(1000) } },
      ...{ class: 'step', by: 'unknown', wallBeforeNs: start + s(9.75), wallAfterNs: start + s(11) },
      ...{ sample: 6, error },
    },
  ])
  expect(await changesOf(tape, 0, 9.75)).toEqual([])
  expect((await changesOf(tape, 0, 9.8)).length).toBe(1)
  expect((await changesOf(tape, 10, 20)).length).toBe(1)
  expect(await changesOf(tape, 10.1, 20)).toEqual([])
})

test('a change whose sample never came', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(9.75).change(9.75, 10, 1000).beat(20)
  expect(await changesOf(tape, 0, 20)).toMatchObject([{ seq: 4, sample: null, error: null }])
})

test('a change and its sample in different blocks', async () => {
  const tape = new Tape().open(0)
  for (let i = 1; i <= 510; i++) tape.sample(i, -1, 1)
  tape.change(510.75, 511, 1000)
  for (let i = 512; i <= 600; i++) tape.beat(i)
  tape.sample(601, -1, 1, { trigger: 512, reason: 'clock-change' })
  for (let i = 602; i <= 1700; i++) tape.sample(i, -1, 1)
  expect(tape.facts[511]?.kind).toBe('clock-change')
  expect(await changesOf(tape, 0, 1700)).toMatchObject([{ seq: 512, sample: 602 }])
})

test('a sample that came long after its change, where most records of the window are left out', async () => {
  const tape = new Tape().open(0)
  for (let i = 1; i < 2047; i++) tape.sample(60 * i, -1, 1)
  tape.change(60 * 2046.9, 60 * 2047, 1)
  expect(tape.seq).toBe(2048)
  for (let i = 2048; i < 2200; i++) tape.beat(60 * i)
  tape.sample(60 * 2200, -1, 1, { trigger: 2048, reason: 'clock-change' })
  for (let i = 2201; i < 4000; i++) tape.sample(60 * i, -1, 1)
  expect(await changesOf(tape, 60 * 2000, 60 * 2300)).toMatchObject([{ seq: 2048, sample: 2201 }])
})

test('every kind of gap, each once, in order of time', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  tape.gap(10, 12, 'starved', 'wall').beat(13).gap(13, 20, 'no-reference', 'none').beat(25)
  tape.shift(100).gap(25, 25.25, 'suspend', 'mono').sample(26, -1, 1).beat(30)
  tape.open(40).gap(30, 40, 'auditor-down', 'wall', { looks: 0 }).sample(41, -1, 1).beat(50).open(60).sample(61, -1, 1)
  tape.reboot(300).open(20).gap(null, 20, 'boot', 'mono', { looks: 0 }).sample(22, -1, 1).beat(30)
  const all = [
    [4, 10, 12, 'starved', 'wall'],
    [6, 13, 20, 'no-reference', 'none'],
    [8, 25, 125.25, 'suspend', 'mono'],
    [12, 130, 140, 'auditor-down', 'wall'],
    [15, 150, 160, 'auditor-down', 'wall'],
    [18, 161, 300, 'presumed-off', 'mono'],
    [18, 300, 320, 'auditor-down', 'mono'],
  ]
  expect(await gapsOf(tape, 0, 330)).toEqual(all)
  // Those that touch the period, whole.
  expect(await gapsOf(tape, 50, 60)).toEqual([all[2]])
  expect(await gapsOf(tape, 200, 310)).toEqual([all[5], all[6]])
  expect(await gapsOf(tape, 0, 10)).toEqual([])
})

test('damage of the trail is a gap', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).beat(20).beat(30).sample(40, -1, 1)
  const lost = new Tape()
  lost.facts.push(...tape.facts.filter(({ seq }) => seq !== 4))
  expect(await gapsOf(lost, 0, 40)).toEqual([[5, 10, 30, 'trail-damaged', 'mono']])
})

test('a gap across the border of two blocks is told once', async () => {
  const tape = new Tape().open(0)
  for (let i = 1; i <= 511; i++) tape.sample(i, -1, 1)
  tape.gap(511, 520, 'starved', 'wall')
  for (let i = 521; i <= 1100; i++) tape.sample(i, -1, 1)
  expect(await gapsOf(tape, 0, 1100)).toEqual([[513, 511, 520, 'starved', 'wall']])
  expect(await gapsOf(tape, 515, 516)).toEqual([[513, 511, 520, 'starved', 'wall']])
})
