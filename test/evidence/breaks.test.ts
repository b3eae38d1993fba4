import { expect, test } from '@jest/globals'
import { course } from '../../lib/evidence/digest.js'
import { ms, s, since, start, Tape } from './tape.js'

const hours = 3600

test('a suspend overnight is OFF for as long as UTC says, and no cone crosses it', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  tape
    .shift(8 * hours)
    .gap(10, 10.2, 'suspend', 'mono')
    .sample(12, -1, 1)
    .beat(20)
  expect(await tape.words(0, 8 * hours + 20, 5)).toEqual([
    '0..10 PROVEN',
    `10..${8 * hours + 10.2} OFF suspend`,
    `${8 * hours + 10.2}..${8 * hours + 20} PROVEN`,
  ])
  expect(await tape.at(8 * hours + 11)).toEqual([-1.1, 1.1])
  expect(await tape.known(8 * hours + 11)).toBe('UNMONITORED no-sample')
})

test('a set during a suspend is unknown from the look before to the look behind', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).shift(100)
  // Both records stand at the look behind, which sees the clock as it was set.
  tape.ahead = s(3)
  tape.gap(10, 10.2, 'suspend', 'mono').change(9.75, 10.2, 0, { class: 'set-during-suspend', looks: 0 })
  tape.sample(12, -1, 1).beat(20)
  expect(await tape.words(0, 120, 5)).toEqual([
    '0..9.75 PROVEN',
    '9.75..10 INDETERMINATE clock-change',
    '10..110.2 OFF suspend',
    '110.2..120 VIOLATED out-of-tolerance',
  ])
})

test('where A runs on through sleep, sleep is OFF all the same, although nobody looked', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  tape.gap(10, 50, 'suspend', 'none').gap(10, 50, 'starved', 'wall', { looks: 0 }).sample(52, -1, 1)
  expect(await tape.words(0, 52, 10)).toEqual(['0..10 PROVEN', '10..50 OFF suspend', '50..52 PROVEN'])
})

test('a reboot: presumed off to the boot, then the auditor was down until it started', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  tape.reboot(500).open(20).gap(null, 20, 'boot', 'mono', { looks: 0 }).sample(22, -1, 1).beat(30)
  expect(await tape.words(0, 530, 5)).toEqual([
    '0..10 PROVEN',
    '10..500 OFF presumed-off',
    '500..520 UNMONITORED auditor-down',
    '520..530 PROVEN',
  ])
  expect((await tape.pieces(10, 500)).every(({ estimated }) => estimated)).toBe(true)
})

test('a reboot without any gap record is told by the open alone', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).reboot(500).open(20).sample(22, -1, 1)
  expect(await tape.words(0, 520, 5)).toEqual([
    '0..10 PROVEN',
    '10..500 OFF presumed-off',
    '500..520 UNMONITORED auditor-down',
  ])
})

test('a boot whose open was lost is not presumed to have been off', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).reboot(500).open(20).beat(21).sample(22, -1, 1).beat(30)
  const cut = new Tape()
  cut.facts.push(...tape.facts.filter(({ kind, boot }) => !(kind === 'open' && boot === 'boot-2')))
  expect(await cut.words(0, 530, 5)).toEqual(['0..10 PROVEN', '10..521 UNMONITORED trail-damaged', '521..530 PROVEN'])
})

test('a boot without a sample between two that have some: placed by its wall clock, its own time counted by A', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  tape.reboot(100).open(20).beat(80)
  tape.reboot(300).open(20).sample(22, -1, 1)
  expect(await tape.words(0, 320, 5)).toEqual([
    '0..10 PROVEN',
    '10..100 OFF presumed-off',
    '100..120 UNMONITORED auditor-down',
    '120..180 UNMONITORED no-sample',
    '180..300 OFF presumed-off',
    '300..320 UNMONITORED auditor-down',
  ])
})

test('a dead battery: the boot at 1970 lies behind the one before, and its time counts once', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  tape.reboot(100).open(20)
  tape.ahead = -start
  // The open was stamped before the clock was known to be wrong: rewrite it.
  tape.facts.pop()
  tape.open(20).beat(80)
  tape.ahead = 0n
  tape.reboot(300).open(20).sample(22, -1, 1)
  const words = await tape.words(0, 320, 5)
  expect(words[0]).toBe('0..10 PROVEN')
  expect(words.some((word) => word === '10..70 UNMONITORED no-sample')).toBe(true)
  expect(words.at(-1)).toBe('300..320 UNMONITORED auditor-down')
})

test('a clock that stands in 2099 during a boot without samples does not swallow what follows', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).reboot(100)
  tape.ahead = s(2_300_000_000)
  tape.open(20).beat(80)
  tape.ahead = 0n
  tape.reboot(300).open(20).sample(22, -1, 1).beat(40)
  const words = await tape.words(0, 340, 5)
  expect(words[0]).toBe('0..10 PROVEN')
  expect(words.at(-1)).toBe('320..340 PROVEN')
})

test('a clock that stands in 2099 for weeks without samples, beyond any window', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).reboot(100)
  tape.ahead = s(2_300_000_000)
  tape.open(20)
  for (let i = 1; i < 24 * 60 * 16; i += 4) tape.beat(60 * i)
  tape.ahead = 0n
  tape
    .reboot(16 * 86_400)
    .open(20)
    .sample(22, -1, 1)
    .beat(40)
  const words = await tape.words(0, 16 * 86_400 + 40, 5)
  expect(words[0]).toBe('0..10 PROVEN')
  expect(words.at(-1)).toBe(`${16 * 86_400 + 20}..${16 * 86_400 + 40} PROVEN`)
})

test('one reference that lies by a day for one sample does not move the day', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1, { support: 'single' }).sample(20, -1, 1, { support: 'single' })
  tape.sample(40, 86_400_000 - 1, 86_400_000 + 1, { support: 'single' })
  tape.sample(60, -1, 1, { support: 'single' }).sample(80, -1, 1, { support: 'single' }).beat(90)
  expect(await tape.words(0, 90, 5)).toEqual([
    '0..20 PROVEN',
    '20..60 INDETERMINATE drift-bound-exceeded',
    '60..90 PROVEN',
  ])
  const back = new Tape().open(0).sample(0, -1, 1).sample(20, -1, 1).sample(40, -86_400_001, -86_399_999)
  back.sample(60, -1, 1).sample(80, -1, 1).beat(90)
  expect(await back.words(0, 90, 5)).toEqual([
    '0..20 PROVEN',
    '20..60 INDETERMINATE drift-bound-exceeded',
    '60..90 PROVEN',
  ])
})

test('a clock set back over midnight counts nothing twice', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(29.75)
  tape
    .change(29.75, 30, -7_200_000)
    .sample(32, -1, 1)
    .beat(49.75)
    .change(49.75, 50, 7_200_000)
    .sample(52, -1, 1)
    .beat(60)
  const list = await tape.stretches(0, 60, 5)
  expect(list.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0n)).toBe(s(60))
  expect(await tape.words(0, 60, 5)).toEqual([
    '0..29.75 PROVEN',
    '29.75..30 INDETERMINATE clock-change',
    '30..49.75 VIOLATED out-of-tolerance',
    '49.75..50 INDETERMINATE clock-change',
    '50..60 PROVEN',
  ])
})

test('an auditor that was down while the computer slept: not OFF, nobody knows how long it slept', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10).shift(1000).open(100)
  tape
    .gap(10, 100, 'suspend', 'mono', { looks: 0 })
    .gap(10, 100, 'auditor-down', 'wall', { looks: 0 })
    .sample(102, -1, 1)
    .beat(110)
  expect(await tape.words(0, 1110, 5)).toEqual([
    '0..10 PROVEN',
    '10..1100 UNMONITORED auditor-down',
    '1100..1110 PROVEN',
  ])
})

test('another audit clock after a restart ends M', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(10)
  tape.open(5000, { clock: 'mono' })
  tape.shift(-4980)
  const open = tape.facts.at(-1)
  if (open) tape.facts[tape.facts.length - 1] = { ...open, d: { lowNs: tape.right, highNs: tape.right } }
  tape.beat(5001, { clock: 'mono' }).sample(5002, -1, 1, { clock: 'mono' }).beat(5010, { clock: 'mono' })
  expect(await tape.words(0, 30, 5)).toEqual(['0..10 PROVEN', '10..20 UNMONITORED auditor-down', '20..30 PROVEN'])
  expect(await tape.at(21)).toEqual([-1.1, 1.1])
})

test('A that goes back within one boot (a restored machine) ends M', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).beat(30).shift(100).beat(20).sample(21, -1, 1).beat(30)
  expect(await tape.words(0, 130, 5)).toEqual(['0..30 PROVEN', '30..120 UNMONITORED auditor-down', '120..130 PROVEN'])
})

test('a period that begins and ends inside gaps', async () => {
  const tape = new Tape()
    .open(0)
    .sample(0, -1, 1)
    .beat(10)
    .shift(8 * hours)
    .gap(10, 10.2, 'suspend', 'mono')
    .sample(12, -1, 1)
    .beat(20)
  tape
    .reboot(9 * hours)
    .open(20)
    .sample(22, -1, 1)
    .beat(30)
  expect(await tape.words(3600, 8.9 * hours, 5)).toEqual([
    `3600..${8 * hours + 10.2} OFF suspend`,
    `${8 * hours + 10.2}..${8 * hours + 20} PROVEN`,
    `${8 * hours + 20}..${8.9 * hours} OFF presumed-off`,
  ])
  expect(await tape.words(3600, 7200, 5)).toEqual(['3600..7200 OFF suspend'])
})

/** 2026-07-01T00:00:00Z, the end of a month that could have a leap second. */
const july = 1_782_864_000_000_000_000n
const from = Number(july - start) / 1e9

test.each([
  ['of 23 hours, when Berlin goes forward', '2026-03-28T23:00:00Z', 23],
  ['of 25 hours, when Berlin goes back', '2026-10-24T22:00:00Z', 25],
])('a day %s: seconds by verdict sum to it exactly', async (_what, from, length) => {
  const fromNs = BigInt(Date.parse(from)) * 1_000_000n
  const tape = new Tape({ startUtc: fromNs - s(3_600) }).open(0)
  for (let at = 0; at <= 30 * 3_600; at += 64) if (at % 9_600 !== 0) tape.sample(at, -1, 1)
  const period = { fromNs, toNs: fromNs + s(length * 3_600), longestGapNs: s(60) }
  const found = await course(tape.source, period, ms(10))
  expect(found.reduce((sum, one) => sum + one.toNs - one.fromNs, 0n)).toBe(s(length * 3_600))
  expect(found[0]?.fromNs).toBe(fromNs)
  expect(found.every(({ fromNs: begin }, i) => i === 0 || begin === found[i - 1]?.toNs)).toBe(true)
  expect(new Set(found.map(({ verdict }) => verdict))).toEqual(new Set(['PROVEN', 'UNMONITORED']))
})

test('a period in the future, and one before the trail: nothing is monitored, all of it is accounted for', async () => {
  const tape = new Tape().open(0).sample(0, -1, 1).sample(60, -1, 1)
  for (const fromNs of [start + s(86_400), start - s(86_400)]) {
    const found = await course(tape.source, { fromNs, toNs: fromNs + s(3_600), longestGapNs: s(60) }, ms(5))
    expect(found).toMatchObject([
      { fromNs, toNs: fromNs + s(3_600), verdict: 'UNMONITORED', cause: 'no-sample', worst: null },
    ])
  }
})

test('a leap second between two samples: the kernel steps with it, the error stays what it was', async () => {
  const tape = new Tape({ startUtc: july - s(100) }).open(0).sample(60, -1, 1).beat(99.75)
  // In TAI nothing happens; UTC and the wall clock both repeat the second before midnight.
  tape.change(99.75, 100, -1000, { class: 'leap' })
  tape.taiUtc = 38
  tape.sample(140, 999, 1001 - 0, {})
  const facts = tape.facts.map((fact) =>
    fact.kind === 'sample' && fact.taiUtc === 38 && fact.m
      ? { ...fact, m: { lowNs: fact.m.lowNs - ms(2000), highNs: fact.m.highNs - ms(2000) } }
      : fact,
  )
  const leap = new Tape()
  leap.facts.push(...facts)
  const words = await leap.words(from - 40, from + 39, 10)
  expect(words).toEqual([
    `${from - 40}..${from - 0.25} PROVEN`,
    `${from - 0.25}..${from} INDETERMINATE bound-too-wide`,
    `${from}..${from + 39} PROVEN`,
  ])
})

test('a wall clock that did not make the leap second is a second fast from midnight on', async () => {
  const tape = new Tape({ startUtc: july - s(100) }).open(0).sample(60, -1, 1)
  tape.taiUtc = 38
  tape.sample(140, -1001, -999)
  const words = await new Tape().words(0, 1, 1)
  expect(words).toHaveLength(1)
  const stretch = await tape.stretches(from - 40, from + 30, 500)
  expect(stretch.map(({ verdict }) => verdict)).toEqual(['PROVEN', 'INDETERMINATE', 'VIOLATED'])
  expect(Math.abs(since(stretch[1]?.fromNs ?? 0n) - from)).toBeLessThan(0.02)
})

test('a leap second that may have been missed: nothing from midnight to the next sample', async () => {
  const tape = new Tape({ startUtc: july - s(100) })
    .open(0)
    .sample(60, -1, 1)
    .sample(140, -1, 1, { cause: 'leap-doubt' })
    .beat(150)
  const words = await tape.words(from - 40, from + 50, 10)
  expect(words[0]).toContain('PROVEN')
  expect(words[1]).toMatch(/\.\.\d+ INDETERMINATE leap-doubt$/)
  expect(words[1]).toContain(`..${from + 40} `)
  expect(words[2]).toContain('PROVEN')
})

test('a leap second that may have been missed, and no sample since: nothing from midnight to the end', async () => {
  const tape = new Tape({ startUtc: july - s(100) }).open(0).sample(60, -1, 1, { cause: 'leap-doubt' }).beat(150)
  const words = await tape.words(from - 40, from + 50, 10)
  expect(words[0]).toContain('PROVEN')
  expect(words[1]).toMatch(/\.\.\d+ INDETERMINATE leap-doubt$/)
  expect(words[1]).toContain(`..${from + 50} `)
  expect(words).toHaveLength(2)
})
