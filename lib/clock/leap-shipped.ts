/**
 * The leap seconds as announced when this version was made: Bulletin C of the IERS, through the end of June 2027.
 * @module
 */
import type { LeapEntry, LeapList } from './leap-list.js'

/** The midnights from which TAI - UTC was 10, 11, 12, ... 37 seconds. */
const midnights = [
  '1972-01-01',
  '1972-07-01',
  '1973-01-01',
  '1974-01-01',
  '1975-01-01',
  '1976-01-01',
  '1977-01-01',
  '1978-01-01',
  '1979-01-01',
  '1980-01-01',
  '1981-07-01',
  '1982-07-01',
  '1983-07-01',
  '1985-07-01',
  '1988-01-01',
  '1990-01-01',
  '1991-01-01',
  '1992-07-01',
  '1993-07-01',
  '1994-07-01',
  '1996-01-01',
  '1997-07-01',
  '1999-01-01',
  '2006-01-01',
  '2009-01-01',
  '2012-07-01',
  '2015-07-01',
  '2017-01-01',
]

function midnightNs(date: string): bigint {
  return BigInt(Date.parse(`${date}T00:00:00Z`)) * 1_000_000n
}

export const shippedLeapList: LeapList = {
  entries: midnights.map((date, n): LeapEntry => ({ fromNs: midnightNs(date), taiUtc: 10 + n })),
  expiresNs: midnightNs('2027-06-28'),
}
