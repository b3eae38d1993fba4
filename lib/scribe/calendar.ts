/**
 * The label day of a wall time: the date in the zone of the configuration, for people who look for a file.
 * @module
 */
import { DateTime, IANAZone } from 'luxon'
import { OptionRangeError } from '../errors.js'

export class Calendar {
  readonly zone: string
  #label = ''
  #fromMs = 0
  #toMs = 0

  /** @throws {OptionRangeError} for an unknown zone */
  constructor(zone: string) {
    if (!IANAZone.isValidZone(zone)) {
      throw new OptionRangeError('zone', 'must be an IANA time zone such as UTC or Europe/Berlin', zone)
    }
    this.zone = zone
  }

  /** @param wall an instant as records hold it */
  label(wall: string): string {
    const ms = Date.parse(`${wall.slice(0, 23)}Z`)
    if (ms < this.#fromMs || ms >= this.#toMs) {
      const day = DateTime.fromMillis(ms, { zone: this.zone })
      this.#label = day.toFormat('yyyy-MM-dd', { locale: 'en', numberingSystem: 'latn' })
      this.#fromMs = day.startOf('day').toMillis()
      this.#toMs = day.plus({ days: 1 }).startOf('day').toMillis()
    }
    return this.#label
  }
}
