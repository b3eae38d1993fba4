/**
 * Seven years of nights: summer time, leap seconds, suspends, boots, days without any reference, and a wall clock that is set at
 * the worst moments. Every day, week, month, quarter and year is reported once.
 */
import { expect, test } from '@jest/globals'
import { DateTime } from 'luxon'
import { parseInstant } from '../../lib/instant.js'
import { type Due, due, marginNs } from '../../lib/nightly/due.js'
import { TrailTime } from '../../lib/nightly/trail-time.js'
import { nextNight, Trigger } from '../../lib/nightly/trigger.js'
import { seeded } from '../../lib/testing/random.js'
import { otherFact, sampleFact, suspendFact } from './facts.js'

const minute = 60_000_000_000n
const hour = 60n * minute
const day = 24n * hour
const units = ['day', 'week', 'month', 'quarter', 'year'] as const
const begin = parseInstant('2026-01-05T10:17:00.000000000Z')
/** From when on TAI - UTC is how much. */
const leaps = [
  [parseInstant('2028-07-01T00:00:00.000000000Z'), 38],
  [parseInstant('2030-01-01T00:00:00.000000000Z'), 37],
] as const

/** What befalls the computer, by the true time. */
interface Event {
  readonly atNs: bigint
  readonly kind: 'set' | 'right' | 'boot' | 'suspend' | 'deaf' | 'hears'
  readonly byNs: bigint
}

/** Around nearly every second night something happens, at the worst moment; the last week is quiet. */
function events(zone: string, end: bigint, random: () => number): Event[] {
  const all: Event[] = []
  const moves = [2n * day, -hour, 366n * day, -366n * day, 25n * hour, -(2n * day), 15n * minute, -15n * minute]
  let night = begin
  while (night < end - 7n * day) {
    night = nextNight(night, { at: '00:10', zone })
    const pick = Math.floor(random() * 16)
    const before = night + [-minute, -11n * minute, minute, 0n][pick % 4]!
    if (pick < 8) {
      all.push({ atNs: before, kind: 'set', byNs: moves[pick]! })
      const backNs = before + [2n * minute, 20n * minute, 30n * hour, 9n * hour][Math.floor(random() * 4)]!
      all.push({ atNs: backNs, kind: 'right', byNs: 0n })
    } else if (pick === 8)
      all.push({ atNs: before, kind: 'boot', byNs: [hour, 9n * hour, 5n * day][night % 3n === 0n ? 0 : 2]! })
    else if (pick === 9) all.push({ atNs: before, kind: 'suspend', byNs: 8n * hour })
    else if (pick === 10) {
      all.push({ atNs: before, kind: 'deaf', byNs: 0n })
      all.push({ atNs: before + 3n * day, kind: 'hears', byNs: 0n })
    }
  }
  return all.sort((a, b) => (a.atNs < b.atNs ? -1 : 1))
}

/** What wakes the job up: node-cron by the wall clock, the samples of a running auditor, or both. */
type Wakers = 'cron' | 'samples' | 'both'

function simulate(
  zone: string,
  end: bigint,
  wakers: Wakers,
): { done: Due[]; early: number; prompts: number; sets: number } {
  const random = seeded(zone.length)
  const list = events(zone, end, random)
  const time = new TrailTime()
  const trigger = new Trigger({ at: '00:10', zone })
  const done: Due[] = []
  let [early, prompts, sets, next, seq] = [0, 0, 0, 0, 0]
  let [offset, deaf, boot, lost, shown] = [0n, false, 1, 0n, begin]
  let cronNs = nextNight(begin, { at: '00:10', zone })
  const look = (nowNs: bigint) => {
    prompts += 1
    const known = time.known()
    if (!known || time.firstNs === null) return
    if (known.nowNs > nowNs + 2_000_000_000n) throw new Error('the evidence runs ahead of the time')
    for (const one of due({ units, profiles: ['custom'], zone, known, firstNs: time.firstNs, done })) {
      if (one.toNs > nowNs) early += 1
      done.push(one)
    }
  }
  for (let nowNs = begin; nowNs < end; nowNs += 20n * minute) {
    for (let event = list[next]; event && event.atNs <= nowNs; event = list[++next]) {
      if (event.kind === 'set' || event.kind === 'right') {
        sets += 1
        offset = event.kind === 'set' ? event.byNs : 0n
      } else if (event.kind === 'deaf') deaf = true
      else if (event.kind === 'hears') deaf = false
      else {
        if (event.kind === 'boot') boot += 1
        else lost += event.byNs
        nowNs += event.byNs
        if (event.kind === 'suspend') time.hear(suspendFact({ seq, boot: `${boot}`, aNs: nowNs - lost, wallNs: nowNs }))
      }
    }
    seq += 1
    const wallNs = nowNs + offset
    const at = { seq, boot: `${boot}`, aNs: nowNs - lost, wallNs }
    const taiUtc = leaps.findLast(([fromNs]) => fromNs <= nowNs)?.[1] ?? 37
    time.hear(deaf ? otherFact(at, 'heartbeat') : sampleFact(at, nowNs, taiUtc))
    if (wakers !== 'cron' && !deaf && trigger.sample(nowNs)) look(nowNs)
    // A timer of cron goes off when the wall clock has passed the hour, however it came there; set back, it goes off once more.
    const setBack = wallNs < shown
    shown = wallNs
    if (wallNs >= cronNs || setBack) {
      if (wallNs >= cronNs && wakers !== 'samples') look(nowNs)
      cronNs = nextNight(wallNs, { at: '00:10', zone })
    }
  }
  return { done, early, prompts, sets }
}

/** All periods of a calendar that touch the audit and end in it. */
function calendar(unit: (typeof units)[number], zone: string, end: bigint): string[] {
  const names: string[] = []
  let start = DateTime.fromMillis(Number(begin / 1_000_000n), { zone }).startOf(unit)
  for (;;) {
    const stop = start.plus({ [`${unit}s`]: 1 }).startOf(unit)
    if (BigInt(stop.toMillis()) * 1_000_000n > end - 2n * hour) return names
    names.push(`${start.toISO()}/${stop.toISO()}`)
    start = stop
  }
}

const seven = parseInstant('2033-01-03T04:00:00.000000000Z')
const two = parseInstant('2028-01-03T04:00:00.000000000Z')

test.each<[string, Wakers, bigint]>([
  ['Europe/Berlin', 'both', seven],
  ['America/New_York', 'both', seven],
  ['Europe/Berlin', 'samples', two],
  ['America/New_York', 'cron', two],
])(
  '%s, woken by %s: every period once, none before it is over',
  (zone, wakers, end) => {
    const { done, early, prompts, sets } = simulate(zone, end, wakers)
    const years = end === seven ? 7 : 2
    expect(early).toBe(0)
    expect(sets).toBeGreaterThan(150 * years)
    expect(prompts).toBeGreaterThan(200 * years)
    const iso = (ns: bigint) => DateTime.fromMillis(Number(ns / 1_000_000n), { zone }).toISO()
    for (const unit of units) {
      const reported = done.filter((one) => one.unit === unit).map(({ fromNs, toNs }) => `${iso(fromNs)}/${iso(toNs)}`)
      expect(reported).toEqual(calendar(unit, zone, end))
    }
    const hours = done.filter(({ unit }) => unit === 'day').map(({ fromNs, toNs }) => (toNs - fromNs) / hour)
    expect(hours.filter((count) => count === 23n)).toHaveLength(years)
    expect(hours.filter((count) => count === 25n)).toHaveLength(years)
    expect(new Set(done.map(({ unit, name }) => `${unit} ${name}`)).size).toBe(done.length)
  },
  120_000,
)

test('a sample five minutes behind the day closes it', () => {
  expect(marginNs).toBe(5n * minute)
})
