/**
 * What the lists of a report have in common: numbered rows, the zone, the flag of a simulation, and the columns of a bound.
 * @module
 */
import type { BoundAt } from '../document.js'
import { ZonedWriter } from '../moment.js'
import { nanoseconds } from '../seconds.js'
import type { Report } from '../types.js'
import { type Column, type CsvForm, csvText, rowOf } from './table.js'

/** What a row is made of besides its own source. */
export interface Placed {
  readonly no: number
  readonly zone: ZonedWriter
  readonly simulation: boolean
}

export interface Numbered<Entry> extends Placed {
  readonly entry: Entry
}

export const number: Column<Placed> = {
  name: 'no',
  kind: 'integer',
  words: 'Number of the row from 1, as in the PDF.',
  of: ({ no }) => no,
}

/** The last column of every table. */
export const simulated: Column<{ readonly simulation: boolean }> = {
  name: 'simulation',
  kind: 'flag',
  words: 'Whether no clock of it is a real one: demo and simulations.',
  of: ({ simulation }) => simulation,
}

/** The three columns of a bound and its instant. */
export function bound<Source>(
  name: string,
  words: string,
  of: (source: Source) => BoundAt | null,
): readonly Column<Source>[] {
  return [
    {
      name: `${name}_low_ns`,
      kind: 'integer',
      words: `Lower end of ${words}; empty where there is none.`,
      of: (source) => whole(of(source)?.low),
    },
    { name: `${name}_high_ns`, kind: 'integer', words: 'Its upper end.', of: (source) => whole(of(source)?.high) },
    {
      name: `${name}_at_utc`,
      kind: 'instant',
      words: 'When that bound holds, UTC.',
      of: (source) => of(source)?.at ?? null,
    },
  ]
}

export function whole(value: number | undefined): bigint | null {
  return value === undefined ? null : nanoseconds(value)
}

export function entries<Entry>(list: readonly Entry[]): { readonly entry: Entry }[] {
  return list.map((entry) => ({ entry }))
}

/** The rows of sources, numbered from 1. */
export function numbered<Source>(
  columns: readonly Column<Source & Placed>[],
  sources: readonly Source[],
  { period, result: { simulation } }: Report,
  form: CsvForm,
): AsyncIterable<string> {
  const zone = new ZonedWriter(period.zone)
  function* rows() {
    for (const [index, source] of sources.entries())
      yield rowOf(columns, { ...source, no: index + 1, zone, simulation })
  }
  return csvText(columns, rows(), form)
}
