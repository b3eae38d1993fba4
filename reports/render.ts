/**
 * Renders a report of a trail: builds it once, and writes what was asked for as PDF, CSV and JSON.
 * @module
 */
import { setImmediate as turn } from 'node:timers/promises'
import { OptionRangeError } from '../lib/errors.js'
import { type BuildOptions, type Built, buildReport } from './build.js'
import {
  type CsvForm,
  changesCsv,
  csvText,
  gapsCsv,
  intervalsCsv,
  type Row,
  readingColumns,
  readingRows,
  sampleColumns,
  sampleRow,
} from './csv/index.js'
import { toJson } from './json.js'
import { ZonedWriter } from './moment.js'
import { fileStem } from './name.js'
import { exitCode } from './policy.js'
import { type Published, Shelf } from './publish.js'
import type { Report, ReportResult } from './types.js'

export type ReportFormat = 'pdf' | 'csv' | 'json'

export interface RenderOptions extends BuildOptions {
  /** What to write. Default: PDF and CSV. */
  readonly formats?: readonly ReportFormat[] | undefined
  /** Folder for the files; made where it is missing. Without it nothing is written. */
  readonly out?: string | undefined
  /** `evidence` (default): exact values. `spreadsheet`: safe to open in a spreadsheet program. */
  readonly csvForm?: CsvForm | undefined
}

export interface Rendered {
  readonly result: ReportResult
  readonly files: readonly Published[]
  /** 0 policy met, 1 not met, 3 unmet only for lack of proof. */
  readonly exitCode: 0 | 1 | 3
}

/**
 * Renders a report.
 * @example
 * const { result, files } = await renderReport({ trail: './audit-trail', day: '2026-11-21', out: 'reports/' })
 * @throws {TrailReadError} there is no trail, or it cannot be read
 * @throws {OptionTypeError | OptionRangeError} a wrong option
 * @throws {PeriodError} an empty, reversed or future period
 * @throws {OutputError} the folder cannot be written
 */
export async function renderReport(options: RenderOptions): Promise<Rendered> {
  const { formats = ['pdf', 'csv'], out, csvForm = 'evidence', ...rest } = options
  for (const format of formats) {
    if (!['pdf', 'csv', 'json'].includes(format))
      throw new OptionRangeError('format', 'must be pdf, csv or json', format)
  }
  const built = await buildReport(rest)
  const { report } = built
  if (out === undefined) return { result: report.result, files: [], exitCode: exitCode(report.result) }

  const stem = fileStem(report.result.host, report.period.stem, report.result.profile)
  const shelf = await Shelf.open(out, report.result.asOf)
  const files: Published[] = []
  if (formats.includes('csv')) {
    for (const [name, text] of tables(built, csvForm)) files.push(await shelf.put(`${stem}_${name}.csv`, text))
  }
  const listed = files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes }))
  const complete: Report = { ...report, result: { ...report.result, files: listed } }
  if (formats.includes('pdf')) {
    options.onProgress?.({ stage: 'pdf', done: 0, total: null })
    const { drawPdf } = await import('./pdf/document.js')
    const bytes = await drawPdf(complete, { pause: () => pause(options.signal) })
    files.push(await shelf.put(`${stem}.pdf`, [bytes]))
  }
  if (formats.includes('json')) files.push(await shelf.put(`${stem}.json`, [toJson(complete.result)]))
  return { result: complete.result, files, exitCode: exitCode(complete.result) }
}

/** Lets the host's event loop turn. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await turn()
  signal?.throwIfAborted()
}

function tables({ report, samples }: Built, form: CsvForm): readonly (readonly [string, AsyncIterable<string>])[] {
  const zone = new ZonedWriter(report.period.zone)
  async function* sampleRows(): AsyncGenerator<Row> {
    for await (const batch of samples()) for (const { record } of batch) yield sampleRow(record, zone)
  }
  async function* answerRows(): AsyncGenerator<Row> {
    for await (const batch of samples()) for (const { record } of batch) yield* readingRows(record, zone)
  }
  return [
    ['samples', csvText(sampleColumns, sampleRows(), form)],
    ['readings', csvText(readingColumns, answerRows(), form)],
    ['changes', changesCsv(report, form)],
    ['gaps', gapsCsv(report, form)],
    ['intervals', intervalsCsv(report, form)],
  ]
}
