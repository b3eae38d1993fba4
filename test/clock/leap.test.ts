import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { loadLeapTable } from '../../lib/clock/leap.js'
import { parseLeapList } from '../../lib/clock/leap-list.js'
import { shippedLeapList } from '../../lib/clock/leap-shipped.js'

const folder = mkdtempSync(join(tmpdir(), 'leap-'))
afterAll(() => rmSync(folder, { recursive: true }))

const at = (iso: string): bigint => BigInt(Date.parse(iso)) * 1_000_000n
const ntp = (iso: string): bigint => at(iso) / 1_000_000_000n + 2_208_988_800n

/** Writes a list as the IERS does; `more` are entries behind the shipped ones. */
function write(name: string, expires: string, more: readonly (readonly [string, number])[] = [], skip = 0): string {
  const rows = [
    ...shippedLeapList.entries.slice(skip).map((e) => [e.fromNs / 1_000_000_000n + 2_208_988_800n, e.taiUtc] as const),
    ...more.map(([date, tai]) => [ntp(`${date}T00:00:00Z`), tai] as const),
  ]
  const updated = ntp('2026-07-06T00:00:00Z')
  const until = ntp(`${expires}T00:00:00Z`)
  const sum = createHash('sha1')
    .update(`${updated}${until}${rows.map(([seconds, tai]) => `${seconds}${tai}`).join('')}`)
    .digest('hex')
  // As NIST prints it: without leading zeros.
  const words = (sum.match(/.{8}/g) ?? []).map((word) => word.replace(/^0+(?=.)/, '')).join(' ')
  const lines = rows.map(([seconds, tai]) => `${seconds}\t${tai}\t# some day`)
  const path = join(folder, name)
  writeFileSync(path, [`#$\t${updated}`, `#@\t${until}`, '# NTP Time', ...lines, `#h\t${words}`, ''].join('\n'))
  return path
}

describe('the shipped table', () => {
  const table = loadLeapTable([])

  test.each([
    ['1960-01-01T00:00:00Z', 10],
    ['1972-01-01T00:00:00Z', 10],
    ['1972-06-30T23:59:59Z', 10],
    ['1972-07-01T00:00:00Z', 11],
    ['2016-12-31T23:59:59.999Z', 36],
    ['2017-01-01T00:00:00Z', 37],
    ['2026-11-22T00:00:00Z', 37],
  ])('TAI - UTC at %s is %i s', (iso, seconds) => {
    expect(table.taiUtc(at(iso))).toBe(seconds)
  })

  test('expires on 2027-06-28', () => {
    expect(table.source).toBe('shipped')
    expect(table.expired(at('2027-06-27T23:59:59.999Z'))).toBe(false)
    expect(table.expired(at('2027-06-28T00:00:00Z'))).toBe(true)
  })

  test('leaps are found from behind one instant up to and with another', () => {
    const leap = at('2017-01-01T00:00:00Z')
    expect(table.leapsBetween(leap - 1n, leap)).toEqual([{ atNs: leap, seconds: 1 }])
    expect(table.leapsBetween(leap, leap + 10n)).toEqual([])
    expect(table.leapsBetween(at('2010-01-01T00:00:00Z'), at('2020-01-01T00:00:00Z'))).toHaveLength(3)
  })
})

describe('a list of the system', () => {
  test('that expires later is preferred', () => {
    const path = write('newer', '2028-06-28', [['2028-01-01', 38]])
    const table = loadLeapTable([path])
    expect(table.source).toBe(path)
    expect(table.taiUtc(at('2028-01-01T00:00:00Z'))).toBe(38)
    expect(table.expiresNs).toBe(at('2028-06-28T00:00:00Z'))
  })

  test('may hold a second that was left out', () => {
    const path = write('negative', '2030-06-28', [['2030-01-01', 36]])
    const leap = at('2030-01-01T00:00:00Z')
    expect(loadLeapTable([path]).leapsBetween(leap - 1n, leap)).toEqual([{ atNs: leap, seconds: -1 }])
  })

  test('of two the one that expires last is taken', () => {
    const [early, late] = [write('early', '2027-12-28'), write('late', '2029-06-28')]
    expect(loadLeapTable([late, early]).source).toBe(late)
    expect(loadLeapTable([early, late]).source).toBe(late)
  })

  test('that is older, absent, or rewrites the past is left', () => {
    const older = write('older', '2026-06-28')
    const rewritten = write('rewritten', '2028-06-28', [['2027-01-01', 38]])
    const shorter = write('shorter', '2028-06-28', [], 1)
    expect(loadLeapTable([older, join(folder, 'none'), rewritten, shorter]).source).toBe('shipped')
  })

  test('with one changed digit, a cut or an entry out of order is refused', () => {
    const text = readFileSync(write('good', '2028-06-28', [['2028-01-01', 38]]), 'latin1')
    expect(parseLeapList(text)).not.toBeNull()
    expect(parseLeapList(text.replace(/\t38\t/, '\t39\t'))).toBeNull()
    expect(parseLeapList(text.replace(/^#h.*$/m, ''))).toBeNull()
    expect(parseLeapList(text.replace(/^3692217600.*\n/m, ''))).toBeNull()
    const jump = readFileSync(write('jump', '2028-06-28', [['2028-01-01', 40]]), 'latin1')
    expect(parseLeapList(jump)).toBeNull()
  })

  const debian = '/usr/share/zoneinfo/leap-seconds.list'
  // Reason to pass over: a computer without the tz database's list has nothing to compare; the shipped list is tested above.
  const here = existsSync(debian) ? test : test.skip
  here('as the tz database ships it is read and agrees with ours', () => {
    const list = parseLeapList(readFileSync(debian, 'latin1'))
    expect(list?.entries.slice(0, shippedLeapList.entries.length)).toEqual(shippedLeapList.entries)
  })
})
