/**
 * Instants as people write them (`2026-11-21T08:00`, `yesterday`) and as pages print them beside UTC: with nanoseconds, in a
 * zone. Luxon knows the zones; nanoseconds and the two traps of summer time are kept here.
 * @module
 */
import { DateTime, IANAZone } from 'luxon'
import { OptionRangeError } from '../lib/errors.js'
import { floorDivide, formatInstant, parseInstant } from '../lib/instant.js'

const nsPerMs = 1_000_000n

/** What relative words are relative to. */
export interface MomentContext {
  /** IANA zone in which dates and times without an offset are meant. */
  readonly zone: string
  /** What `now` means: nanoseconds since the Unix epoch. */
  readonly nowNs: bigint
}

/**
 * Refuses a zone that the calendar does not know.
 * @throws {OptionRangeError} naming the option `zone`
 */
export function checkZone(zone: string): string {
  if (zone.toUpperCase() === 'UTC') return 'UTC'
  if (!IANAZone.isValidZone(zone)) {
    throw new OptionRangeError('zone', 'must be UTC or an IANA zone such as Europe/Berlin', zone)
  }
  return zone
}

/** The local midnight that starts the day of `nowNs`, moved by `days`. */
export function startOfDay({ zone, nowNs }: MomentContext, days: number): DateTime {
  const now = DateTime.fromMillis(Number(floorDivide(nowNs, nsPerMs)), { zone })
  return now.startOf('day').plus({ days }).startOf('day')
}

const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9}))?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

/**
 * Reads an instant: ISO 8601 (a date alone is its local midnight; without an offset the time is meant in the zone; up to nine
 * decimals), `now`, `today`, `yesterday`.
 * @param option the option's name, for the message
 * @returns nanoseconds since the Unix epoch
 * @throws {OptionRangeError} for other texts, for a local time that a zone skips and for one that it shows twice
 */
export function parseMoment(text: string, context: MomentContext, option: string): bigint {
  const word = text.trim().toLowerCase()
  if (word === 'now') return context.nowNs
  if (word === 'today') return fromMs(startOfDay(context, 0))
  if (word === 'yesterday') return fromMs(startOfDay(context, -1))
  const match = iso.exec(text.trim())
  if (!match) {
    throw new OptionRangeError(
      option,
      'must be an ISO 8601 instant (2026-11-21T08:00:00Z, 2026-11-21T08:00, 2026-11-21), now, today or yesterday',
      text,
    )
  }
  const [, date = '', time, fraction = '', offset] = match
  const local = time === undefined ? date : `${date}T${time}`
  const parsed = DateTime.fromISO(offset ? `${local}${offset.toUpperCase()}` : local, { zone: context.zone })
  if (!parsed.isValid) throw new OptionRangeError(option, 'must be a date and time that exist', text)
  if (!offset) checkLocal(time === undefined ? parsed.startOf('day') : parsed, local, context.zone, option, text)
  return fromMs(parsed) + BigInt(fraction.padEnd(9, '0'))
}

function checkLocal(parsed: DateTime, local: string, zone: string, option: string, text: string): void {
  const wanted = local.length === 10 ? parsed.toISODate() : parsed.toFormat("yyyy-MM-dd'T'HH:mm:ss")
  const asked = local.length === 16 ? `${local}:00` : local
  if (wanted !== asked) {
    throw new OptionRangeError(option, `must exist in ${zone} (clocks there skip it); write it with an offset`, text)
  }
  if (local.length > 10 && parsed.getPossibleOffsets().length > 1) {
    throw new OptionRangeError(option, `must be shown once in ${zone} (it occurs twice); write it with an offset`, text)
  }
}

/** A luxon instant as nanoseconds since the Unix epoch. */
export function fromMs(instant: DateTime): bigint {
  return BigInt(instant.toMillis()) * nsPerMs
}

/** Writes instants in one zone, with nanoseconds and the offset in force: `2026-11-21T09:00:00.000000000+01:00`. */
export class ZonedWriter {
  readonly zone: string
  readonly #zone: IANAZone | null
  /** Offsets change on quarters of an hour: one look-up a quarter is enough. */
  #quarter = -1n
  #minutes = 0
  #last = { iso: '', text: '' }

  /** @throws {OptionRangeError} for an unknown zone */
  constructor(zone: string) {
    this.zone = checkZone(zone)
    this.#zone = this.zone === 'UTC' ? null : IANAZone.create(this.zone)
  }

  /** Minutes east of UTC at an instant. */
  offsetMinutes(ns: bigint): number {
    if (!this.#zone) return 0
    const quarter = floorDivide(ns, 900_000_000_000n)
    if (quarter !== this.#quarter) {
      this.#minutes = this.#zone.offset(Number(quarter) * 900_000)
      this.#quarter = quarter
    }
    return this.#minutes
  }

  /** The same of an instant as {@link formatInstant} writes it. The last one is kept: the rows of one sample share it. */
  writeText(iso: string): string {
    if (!this.#zone) return iso
    if (iso !== this.#last.iso) this.#last = { iso, text: this.write(parseInstant(iso)) }
    return this.#last.text
  }

  /** ISO 8601 with nine decimals and offset; for UTC the same text as {@link formatInstant}. */
  write(ns: bigint): string {
    if (!this.#zone) return formatInstant(ns)
    const minutes = this.offsetMinutes(ns)
    const seconds = Math.round(minutes * 60)
    const local = formatInstant(ns + BigInt(seconds) * 1_000_000_000n)
    const size = Math.abs(seconds)
    const pad = (value: number) => String(Math.floor(value)).padStart(2, '0')
    const rest = size % 60 === 0 ? '' : `:${pad(size % 60)}`
    return `${local.slice(0, -1)}${seconds < 0 ? '-' : '+'}${pad(size / 3600)}:${pad((size / 60) % 60)}${rest}`
  }
}
