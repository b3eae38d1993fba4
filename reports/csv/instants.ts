/**
 * Instants and whole nanoseconds in the bytes of a line, as seconds and nanoseconds, both exact: no big integers, and one look at the
 * calendar a day.
 * @module
 */
import type { ZonedWriter } from '../moment.js'
import type { Bytes } from './bytes.js'

const perSecond = 1_000_000_000
const secondsPerDay = 86_400
/** Offsets change on quarters of an hour. */
const secondsPerQuarter = 900
/** What this file writes lies in the years 1970 to 9998, also in local time: 9999-01-01T00:00:00Z. */
export const mostSeconds = 253_370_764_800

/** Seconds and, from 0 to 999,999,999, nanoseconds: their sum is the value. */
export class Sum {
  seconds = 0
  nanos = 0

  /** Adds a decimal number of nanoseconds of at most 24 digits, then {@link settle} must be called. */
  add(bytes: Uint8Array, from: number, to: number): void {
    const negative = bytes[from] === 45
    const split = to - 9
    let [seconds, nanos] = [0, 0]
    let at = negative ? from + 1 : from
    for (; at < split; at += 1) seconds = 10 * seconds + bytes[at]! - 48
    for (; at < to; at += 1) nanos = 10 * nanos + bytes[at]! - 48
    this.seconds += negative ? -seconds : seconds
    this.nanos += negative ? -nanos : nanos
  }

  /** Brings the nanoseconds to 0 to 999,999,999. */
  settle(): void {
    const carried = Math.floor(this.nanos / perSecond)
    this.seconds += carried
    this.nanos -= carried * perSecond
  }
}

/** Writes dates and times of day. */
class Calendar {
  #day = Number.NaN
  readonly #date = Buffer.alloc(10)

  /** `2026-03-03T14:02:00` of seconds since 1970, in the years 1970 to 9999. */
  write(out: Bytes, seconds: number): void {
    const day = Math.floor(seconds / secondsPerDay)
    if (day !== this.#day) {
      this.#date.write(new Date(day * secondsPerDay * 1000).toISOString().slice(0, 10), 'latin1')
      this.#day = day
    }
    const rest = seconds - day * secondsPerDay
    const hours = Math.floor(rest / 3600)
    const minutes = Math.floor(rest / 60) - hours * 60
    out.copy(this.#date, 0, 10)
    out.byte(84)
    out.digits(hours, 2)
    out.byte(58)
    out.digits(minutes, 2)
    out.byte(58)
    out.digits(rest - hours * 3600 - minutes * 60, 2)
  }
}

/** Writes what `formatInstant` writes. */
export class UtcText {
  readonly #calendar = new Calendar()

  write(out: Bytes, { seconds, nanos }: Sum): void {
    this.#calendar.write(out, seconds)
    out.byte(46)
    out.digits(nanos, 9)
    out.byte(90)
  }
}

/** The wall clock of a line: 30 bytes as `formatInstant` writes them; and what a {@link ZonedWriter} makes of it. */
export class WallText {
  readonly #zone: ZonedWriter
  readonly #calendar = new Calendar()
  readonly #date = Buffer.alloc(10)
  /** Seconds from 1970 to the start of the day of {@link #date}; `NaN` where there is no such day. */
  #midnight = Number.NaN
  #quarter = Number.NaN
  /** Of the quarter of an hour: seconds east of UTC, and how that is written. */
  #east = 0
  #suffix = Buffer.alloc(0)
  #seconds = 0

  constructor(zone: ZonedWriter) {
    this.#zone = zone
  }

  /** Reads the instant at `at`. @returns whether it is one, in the years that {@link write} can write */
  read(bytes: Uint8Array, at: number): boolean {
    if (!this.#isDate(bytes, at)) this.#setDate(bytes, at)
    const [hours, minutes, seconds] = [pair(bytes, at + 11), pair(bytes, at + 14), pair(bytes, at + 17)]
    this.#seconds = this.#midnight + hours * 3600 + minutes * 60 + seconds
    return hours < 24 && minutes < 60 && seconds < 60 && this.#seconds >= secondsPerDay && this.#seconds < mostSeconds
  }

  /** Writes the instant that was read from the same place, in the zone. */
  write(out: Bytes, bytes: Uint8Array, at: number): void {
    if (this.#zone.zone === 'UTC') {
      out.copy(bytes, at, at + 30)
      return
    }
    const quarter = Math.floor(this.#seconds / secondsPerQuarter)
    if (quarter !== this.#quarter) {
      const ns = BigInt(quarter * secondsPerQuarter) * 1_000_000_000n
      this.#quarter = quarter
      this.#east = Math.round(this.#zone.offsetMinutes(ns) * 60)
      this.#suffix = Buffer.from(this.#zone.write(ns).slice(29))
    }
    this.#calendar.write(out, this.#seconds + this.#east)
    out.copy(bytes, at + 19, at + 29)
    out.copy(this.#suffix, 0, this.#suffix.length)
  }

  #isDate(bytes: Uint8Array, at: number): boolean {
    for (let i = 0; i < 10; i += 1) if (bytes[at + i] !== this.#date[i]) return false
    return true
  }

  #setDate(bytes: Uint8Array, at: number): void {
    this.#date.set(bytes.subarray(at, at + 10))
    const date = this.#date.toString('latin1')
    const ms = Date.parse(`${date}T00:00:00.000Z`)
    // The 30th of February is taken for the 2nd of March.
    this.#midnight = Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date ? Number.NaN : ms / 1000
  }
}

function pair(bytes: Uint8Array, at: number): number {
  return 10 * bytes[at]! + bytes[at + 1]! - 528
}
