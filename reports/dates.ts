/**
 * Finds the records whose wall time lies outside the day that their file is named after.
 * @module
 */
import { Calendar } from '../lib/scribe/calendar.js'
import type { Placed } from '../lib/trail/types.js'

/** Labels of the segments' days, by segment number. */
export type Labels = ReadonlyMap<number, { readonly label: string; readonly zone: string }>

export interface Misdated {
  readonly seq: number
  readonly wall: string
  readonly label: string
}

export class Dates {
  readonly misdated: Misdated[] = []
  readonly #labels: Labels
  readonly #calendars = new Map<string, Calendar>()

  constructor(labels: Labels) {
    this.#labels = labels
  }

  see({ record, segment }: Placed): void {
    const day = this.#labels.get(segment)
    if (!day) return
    let calendar = this.#calendars.get(day.zone)
    if (!calendar) {
      calendar = new Calendar(day.zone)
      this.#calendars.set(day.zone, calendar)
    }
    if (calendar.label(record.wall) === day.label) return
    this.misdated.push({ seq: record.seq, wall: record.wall, label: day.label })
  }
}
