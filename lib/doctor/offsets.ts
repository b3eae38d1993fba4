/**
 * What an offset looks like: mistakes of people and of firmware have round sizes, failed synchronisation has not.
 * @module
 */

const second = 1_000_000_000n
const minute = 60n * second
const hour = 60n * minute
const day = 24n * hour
/** 1024 weeks: the number of a week in GPS starts anew. */
const gpsEra = 1024n * 7n * day

export interface OffsetClass {
  readonly code: string
  /** What it looks like, to stand behind the size. */
  readonly what: string
  readonly why: string
  readonly next: string
}

/** How far a clock that was set by hand, or set long ago, strays from the round size (ns). */
const byHand = 2n * second
const strayed = 90n * second

/**
 * The likely cause of an offset, from its size alone; `null` below a second, where nothing can be told.
 * @param offsetNs reference minus local: positive = the local clock is behind
 * @param uncertaintyNs how far the offset itself may be wrong
 */
export function classifyOffset(offsetNs: bigint, uncertaintyNs: bigint): OffsetClass | null {
  const size = offsetNs < 0n ? -offsetNs : offsetNs
  if (size < second) return null
  const near = (unit: bigint, within: bigint): boolean => {
    const rest = size % unit
    return size > unit / 2n && (rest <= within + uncertaintyNs || unit - rest <= within + uncertaintyNs)
  }
  if (near(gpsEra, day)) return classes.gps
  if (size > 360n * day) return classes.years
  if (near(day, strayed)) return classes.days
  if (size <= 14n * hour + strayed && near(hour, strayed)) {
    const hours = (size + hour / 2n) / hour
    return hours === 1n ? classes.hour : { ...classes.hours, what: `about ${hours} hours: ${classes.hours.what}` }
  }
  if (size <= 14n * hour && (near(hour / 2n, byHand) || near(hour / 4n, byHand))) return classes.quarter
  if (near(minute, byHand)) return classes.minutes
  return size < 3n * minute ? classes.slewing : classes.large
}

const zone =
  'set the time zone and its daylight saving right, and then the clock from the network; never the clock by hand to make up for a zone'

const classes = {
  hour: {
    code: 'offset-one-hour',
    what: 'exactly one hour: time zone or daylight saving setting, not synchronisation',
    why: 'the minutes are right, so the clock was synchronised or set carefully; the hour came from a wrong zone, or from a board clock in local time',
    next: zone,
  },
  hours: {
    code: 'offset-hours',
    what: 'the hours are wrong and the minutes right: time zone setting, not synchronisation',
    why: 'the clock was set to the local time of another zone, or the board clock is kept in local time and read as UTC',
    next: zone,
  },
  quarter: {
    code: 'offset-part-hour',
    what: 'a round part of an hour: a zone such as +05:30 or +05:45, or set by hand',
    why: 'failed synchronisation gives no round sizes',
    next: zone,
  },
  minutes: {
    code: 'offset-whole-minutes',
    what: 'whole minutes: set by hand',
    why: 'people set clocks to the minute; crystals and networks do not',
    next: 'find out who sets this clock (the trail tells when), take the right away, and let a time service set it',
  },
  days: {
    code: 'offset-days',
    what: 'whole days: the date is wrong and the time of day right',
    why: 'the date was set by hand, or the computer came back from a snapshot',
    next: 'set the date, then see that a time service keeps it',
  },
  years: {
    code: 'offset-years',
    what: 'more than a year: a board clock without power, or a date set for a test',
    why: 'certificates, tokens and backups fail with such a date, and many time services refuse to correct so much',
    next: 'replace the battery of the board clock; let the time service step once at start ("makestep", "ntpd -g")',
  },
  gps: {
    code: 'offset-gps-era',
    what: 'a multiple of 1024 weeks: a GPS receiver lost count of its weeks',
    why: 'the error then lies most likely in the reference, or in the receiver that this clock was set by',
    next: 'compare with a reference of another operator; renew the firmware of the receiver',
  },
  slewing: {
    code: 'offset-slewing',
    what: 'under three minutes: a time service may be slewing it away on purpose',
    why: 'services turn small errors back slowly so that time never jumps: Windows does so up to three minutes, chronyd at any size after its start',
    next: 'look again in ten minutes: where the offset shrinks all is well; where it stays, the service is not synchronised',
  },
  large: {
    code: 'offset-large',
    what: 'no round size: this clock has run free for long, or its source is wrong',
    why: 'a quartz is off by a second in a few days, and by minutes in a year',
    next: 'see to the time service first; it may refuse to correct so much (ntpd above 1000 s, Windows above MaxPosPhaseCorrection)',
  },
} satisfies Readonly<Record<string, OffsetClass>>

/** `1 h 0 min 0.003 s behind`, `0.412 ms ahead`: the local clock against the reference. */
export function offsetText(offsetNs: bigint): string {
  return `${spanText(offsetNs < 0n ? -offsetNs : offsetNs)} ${offsetNs < 0n ? 'ahead' : 'behind'}`
}

/** A span in the units that people use; rounded to microseconds below a second, to milliseconds above. */
export function spanText(ns: bigint): string {
  if (ns < second) return `${(Number(ns) / 1e6).toFixed(3)} ms`
  const parts: [bigint, string][] = [
    [ns / day, 'd'],
    [(ns / hour) % 24n, 'h'],
    [(ns / minute) % 60n, 'min'],
  ]
  const large = parts.filter(([count], index) => count > 0n || parts.slice(0, index).some(([before]) => before > 0n))
  return [...large.map(([count, unit]) => `${count} ${unit}`), `${(Number(ns % minute) / 1e9).toFixed(3)} s`].join(' ')
}
