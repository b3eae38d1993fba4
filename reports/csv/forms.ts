/**
 * The forms of sample lines that were met: how a line is told apart, and what rows it gives. A sample is a text with holes and a slot for each
 * reference that was asked; what stands in a slot has forms of its own, so that a server's new reference id makes one form, not one
 * for each combination with the others.
 * @module
 */
import { type Role, roles } from '../../lib/ntp/types.js'
import type { ZonedWriter } from '../moment.js'
import { readingColumns, readingRows } from './readings.js'
import { RowForm, readingCuts, sampleCuts } from './row-form.js'
import { placeColumns, type SampleRecord, sampleColumns, sampleRow } from './samples.js'
import type { Row, RowWriter } from './table.js'
import { type Part, partsOf, Template } from './template.js'

/** What the rows of a report depend on besides its records. */
export interface Setting {
  readonly zone: ZonedWriter
  readonly simulation: boolean
  readonly samples: RowWriter
  readonly readings: RowWriter
}

/** A form of what one reference said. */
export interface ReadingForm {
  readonly template: Template
  /** The cells behind those that place the row. */
  readonly row: RowForm
}

/** A form of a sample, less what its references said. */
export interface SampleForm {
  readonly key: string
  /** Before, between and behind the slots. */
  readonly templates: readonly Template[]
  /** Whose slots they are, in the order of the line; and the cell `vote` of each. */
  readonly roles: readonly Role[]
  readonly votes: readonly Uint8Array[]
  /** The cells that place a row, and those of the sample behind them. */
  readonly place: RowForm
  readonly row: RowForm
  /** Where the spans of these holes stand. */
  readonly at: {
    readonly seq: number
    readonly wall: number
    readonly clock: number
    readonly low: number
    readonly high: number
  }
  readonly taiUtc: number
}

/** What a line taught. */
export interface Learnt {
  readonly sample: SampleForm
  readonly readings: readonly (readonly [Role, ReadingForm])[]
}

/** More holes than any record has; a line with more is not learnt from. */
export const mostSpans = 512

const slots = new Map(roles.map((role) => [`readings.${role}`, role]))

/**
 * Learns the forms of a record that was parsed from a line. What a line of these forms says follows from the record alone, so nothing
 * depends on how its own line was written.
 * @returns `null` for a sample without a bound, and for records of more holes than any has
 */
export function learn(record: SampleRecord, setting: Setting): Learnt | null {
  const sample = sampleForm(partsOf(record, slots), record, setting)
  if (!sample) return null
  const rows = readingRows(record, setting.zone, setting.simulation)
  const asked = roles.filter((role) => record.readings[role])
  const readings = asked.map((role, i) => [role, readingForm(record.readings[role]!, rows[i]!, setting)] as const)
  return readings.some(([, { template }]) => template.size > mostSpans) ? null : { sample, readings }
}

function sampleForm(parts: readonly Part[], record: SampleRecord, setting: Setting): SampleForm | null {
  const templates: Template[] = []
  const found: Role[] = []
  let begun: Part[] = []
  for (const part of parts) {
    const role = part.hole?.kind === 'slot' ? slots.get(part.hole.path) : undefined
    begun.push(role ? { ...part, hole: null } : part)
    if (!role && part.hole) continue
    templates.push(new Template(begun))
    if (role) found.push(role)
    begun = []
  }
  const spans = new Map<string, number>()
  let size = 0
  for (const { holes } of templates) {
    for (const { path } of holes) {
      spans.set(path, size)
      size += 2
    }
  }
  const find = (path: string) => spans.get(path) ?? -1
  const at = {
    ...{ seq: find('seq'), wall: find('wall'), clock: find('atNs') },
    ...{ low: find('consensus.m.lowNs'), high: find('consensus.m.highNs') },
  }
  if (size > mostSpans || Object.values(at).some((span) => span < 0)) return null
  const cells = cellsOf(setting.samples, sampleColumns, sampleRow(record, setting.zone, setting.simulation))
  const vote = readingColumns.findIndex(({ name }) => name === 'vote')
  const { zone, simulation, readings } = setting
  const voteOf = (role: Role): string =>
    readings.cell(vote, readingColumns[vote]!.of({ record, zone, simulation, role, reading: record.readings[role]! }))
  return {
    ...{ key: JSON.stringify(templates.map(({ key }) => key)), templates, roles: found, at, taiUtc: record.taiUtc },
    votes: found.map((role) => Buffer.from(voteOf(role))),
    place: new RowForm(cells.slice(0, placeColumns.length), sampleCuts, find, ','),
    row: new RowForm(cells.slice(placeColumns.length), sampleCuts, find, '\r\n'),
  }
}

function readingForm(reading: object, row: Row, { readings }: Setting): ReadingForm {
  const template = new Template(partsOf(reading))
  const cells = cellsOf(readings, readingColumns, row).slice(placeColumns.length)
  return { template, row: new RowForm(cells, readingCuts, (path) => 2 * template.find(path), '\r\n') }
}

type Cells = (readonly [column: string, cell: string])[]

function cellsOf(writer: RowWriter, columns: readonly { readonly name: string }[], row: Row): Cells {
  return columns.map(({ name }, i) => [name, writer.cell(i, row[i] ?? null)])
}
