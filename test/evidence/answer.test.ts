import { expect, test } from '@jest/globals'
import { answer } from '../../lib/evidence/answer.js'
import type { Answer } from '../../lib/evidence/types.js'
import { ms, s, since, start, Tape } from './tape.js'

async function ask(
  tape: Tape,
  at: number,
  scale: 'wall' | 'true',
  toleranceMs = 5,
  longestGap = 60,
): Promise<Answer[]> {
  return answer(tape.source, { atNs: start + s(at), scale, toleranceNs: ms(toleranceMs), longestGapNs: s(longestGap) })
}

const day = 86_400

test('one instant: bound in hindsight and as known then, what it rests on, what is near', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).sample(20, -1, 1).sample(40, -1, 1)
  const [one, ...more] = await ask(tape, 15, 'wall')
  expect(more).toEqual([])
  expect(one).toMatchObject({
    utcNs: start + s(15),
    wallNs: start + s(15),
    verdict: 'PROVEN',
    cause: null,
    bound: { lowNs: -1_500_000n, highNs: 1_500_000n },
    support: 'voted',
    witness: 'complete',
    estimated: false,
    asKnownThen: { verdict: 'PROVEN', bound: { lowNs: -2_500_000n, highNs: 2_500_000n } },
    records: [3, 4],
    nearest: { sample: 4, clockChange: null, gap: null },
  })
  // The sample behind shapes both edges; record 3 and 4 carry D.
  const [early] = await ask(tape, 2, 'wall')
  expect(early?.records).toEqual([2, 3])
})

test('a tolerance in between: known in hindsight only', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).sample(50, -1, 1).beat(60)
  const [one] = await ask(tape, 49, 'wall', 2)
  expect(one).toMatchObject({ verdict: 'PROVEN', asKnownThen: { verdict: 'INDETERMINATE' } })
})

test('a time that the wall clock showed twice gets two answers', async () => {
  const tape = new Tape()
    .open(0)
    .sample(0, -1, 1)
    .beat(39.75)
    .change(39.75, 40, -30_000)
    .sample(42, -1, 1)
    .sample(80, -1, 1)
  const two = await ask(tape, 30, 'wall')
  expect(two.map(({ utcNs, verdict }) => [since(utcNs), verdict])).toEqual([
    [30, 'PROVEN'],
    [60, 'VIOLATED'],
  ])
  expect(two[1]).toMatchObject({ cause: 'out-of-tolerance', wallNs: start + s(30), nearest: { clockChange: 4 } })
  expect((await ask(tape, 5, 'wall')).map(({ utcNs }) => since(utcNs))).toEqual([5])
  expect((await ask(tape, 45, 'wall')).map(({ utcNs }) => since(utcNs))).toEqual([75])
})

test('a time that a set forward skipped gets none, true time always one', async () => {
  const tape = new Tape()
    .open(0)
    .sample(0, -1, 1)
    .beat(39.75)
    .change(39.75, 40, 30_000)
    .sample(42, -1, 1)
    .sample(80, -1, 1)
  expect(await ask(tape, 55, 'wall')).toEqual([])
  expect(await ask(tape, 55, 'true')).toMatchObject([{ verdict: 'VIOLATED', bound: { highNs: expect.anything() } }])
  // Inside the look the clock may have shown a little more than its last reading.
  const edge = await ask(tape, 39.9, 'wall')
  expect(edge).toMatchObject([
    { verdict: 'INDETERMINATE', cause: 'clock-change', bound: null, records: expect.arrayContaining([4]) },
  ])
})

test('true time is known within the doubt of M only: near a step nothing is decided', async () => {
  const tape = new Tape()
    .open(0)
    .sample(0, -100, 100)
    .beat(39.75)
    .change(39.75, 40, 30_000)
    .sample(42, -100, 100)
    .sample(80, -100, 100)
  expect(await ask(tape, 40.05, 'true')).toMatchObject([{ verdict: 'INDETERMINATE', cause: 'clock-change' }])
  expect(await ask(tape, 41, 'true')).toMatchObject([{ verdict: 'VIOLATED' }])
  expect(await ask(tape, 40.05, 'wall')).toEqual([])
})

test('true time that may lie in a sleep decides nothing', async () => {
  const tape = new Tape().open(0).sample(0, -100, 100).beat(10).shift(1000).gap(10, 10.25, 'suspend', 'mono')
  tape.sample(12, -100, 100).beat(20)
  expect(await ask(tape, 9.95, 'true')).toMatchObject([{ verdict: 'INDETERMINATE', cause: 'suspend', bound: null }])
  expect(await ask(tape, 1010.3, 'true')).toMatchObject([{ verdict: 'INDETERMINATE', cause: 'suspend' }])
  expect(await ask(tape, 9, 'true', 200)).toMatchObject([{ verdict: 'PROVEN' }])
  expect(await ask(tape, 1011, 'true', 200)).toMatchObject([{ verdict: 'PROVEN' }])
})

test('asleep and off', async () => {
  const tape = new Tape()
    .open(0)
    .sample(0, -1, 1)
    .beat(10)
    .shift(1000)
    .gap(10, 10.25, 'suspend', 'mono')
    .sample(12, -1, 1)
    .beat(20)
  tape.reboot(2000).open(20).sample(22, -1, 1).beat(30)
  expect(await ask(tape, 500, 'wall')).toMatchObject([
    { verdict: 'OFF', cause: 'suspend', bound: null, nearest: { gap: 4 } },
  ])
  expect(await ask(tape, 500, 'true')).toMatchObject([{ verdict: 'OFF', cause: 'suspend', utcNs: start + s(500) }])
  expect(await ask(tape, 1500, 'true')).toMatchObject([{ verdict: 'OFF', cause: 'presumed-off' }])
  expect(await ask(tape, 1500, 'wall')).toMatchObject([{ verdict: 'OFF', cause: 'presumed-off' }])
  expect(await ask(tape, 2010, 'true')).toMatchObject([{ verdict: 'UNMONITORED', cause: 'auditor-down' }])
  expect(await ask(tape, 2010, 'wall')).toMatchObject([{ verdict: 'UNMONITORED', cause: 'auditor-down' }])
})

test('a reading that may have been shown anywhere while nobody watched: its UTC is an estimate, and says within what', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).open(30).sample(32, -1, 1).beat(40)
  const [one] = await ask(tape, 20, 'wall')
  expect(one).toMatchObject({ verdict: 'UNMONITORED', cause: 'auditor-down', estimated: true })
  expect([since(one!.within.lowNs), since(one!.within.highNs)]).toEqual([10, 30])
  expect(await ask(tape, 20, 'true')).toMatchObject([
    { verdict: 'UNMONITORED', cause: 'auditor-down', estimated: false, utcNs: start + s(20) },
  ])
  expect(await ask(tape, 9, 'wall')).toMatchObject([{ verdict: 'PROVEN', estimated: false }])
})

test('a reading inside a reboot lies somewhere between the last record and the first', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).reboot(1000)
  tape.open(30).sample(32, -1, 1).beat(40)
  const [one] = await ask(tape, 500, 'wall')
  expect(one).toMatchObject({ verdict: 'OFF', cause: 'presumed-off', estimated: true })
  expect([since(one!.within.lowNs), since(one!.within.highNs)]).toEqual([10, 1030])
})

test('nobody looked', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).gap(10, 20, 'starved', 'wall').sample(22, -1, 1).beat(30)
  expect(await ask(tape, 15, 'wall')).toMatchObject([{ verdict: 'UNMONITORED', cause: 'starved', records: [3, 4] }])
  expect(await ask(tape, 15, 'true')).toMatchObject([{ verdict: 'UNMONITORED', cause: 'starved' }])
})

test('before the first and behind the last record', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  for (const at of [-5, 20]) {
    for (const scale of ['wall', 'true'] as const) {
      expect(await ask(tape, at, scale)).toMatchObject([{ verdict: 'UNMONITORED', cause: 'no-sample', records: [] }])
    }
  }
  expect(await ask(new Tape(), 0, 'wall')).toMatchObject([{ verdict: 'UNMONITORED', cause: 'no-sample' }])
})

test('too far from every sample', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(200)
  expect(await ask(tape, 100, 'wall')).toMatchObject([{ verdict: 'UNMONITORED', cause: 'too-far-from-sample' }])
})

test('the nearest change and gap are found also days away', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(29.75).change(29.75, 30, 5)
  for (let i = 1; i <= 3000; i++) tape.sample(i * 64, -1, 1)
  const [one] = await ask(tape, 2 * day, 'wall')
  expect(one).toMatchObject({ nearest: { sample: 4 + (2 * day) / 64, clockChange: 4, gap: null } })
})

test('a wide D makes a stretch of instants: the bound holds over all of it', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1, { d: { lowNs: start - ms(500), highNs: start + ms(500) } })
  tape.sample(40, -1, 1, { d: { lowNs: start - ms(500), highNs: start + ms(500) } }).beat(50, { wide: ms(500) })
  const [one] = await ask(tape, 20, 'wall', 5000)
  // D is 0 at 0 and within 500 ms at 40: within 250 ms at 20, where the clock may have shown it a quarter second to each side.
  expect(one?.bound?.lowNs).toBeLessThanOrEqual(-ms(253))
  expect(one?.verdict).toBe('PROVEN')
  const narrow = new Tape({ ratePpb: 0n })
    .open(0)
    .sample(0, -1, 1)
    .beat(19, { wide: ms(500) })
  narrow.beat(21, { chord: { lowNs: 0n, highNs: 0n }, widestSilenceNs: 0n }).sample(40, -1, 1)
  const [two] = await ask(narrow, 20, 'wall', 5000)
  // The doubt shrinks from 500 to 0 ms within the two seconds: the wider, earlier end of the stretch counts.
  expect(two?.bound?.lowNs).toBeLessThan(-ms(300))
})
