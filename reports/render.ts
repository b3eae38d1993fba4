/**
 * Renders reports of trails: builds each once, and writes what was asked for as PDF, CSV and JSON.
 * @module
 */
import { setImmediate as turn } from 'node:timers/promises'
import { OptionRangeError } from '../lib/errors.js'
import { type BuildOptions, type Built, buildReport } from './build.js'
import { breachesCsv, type CsvForm, changesCsv, daysCsv, gapsCsv, intervalsCsv, LongTables } from './csv/index.js'
import { columnsJson } from './csv/schema.js'
import { toJson } from './json.js'
import { ZonedWriter } from './moment.js'
import { fileStem } from './name.js'
import { LongLines } from './ndjson.js'
import { exitCode } from './policy.js'
import { type Published, Shelf } from './publish.js'
import type { Paper, Report, ReportResult } from './types.js'

export type ReportFormat = 'pdf' | 'csv' | 'json'

/** What is written of a report, and where. */
export interface OutputOptions {
  /** What to write. Default: PDF and CSV. */
  readonly formats?: readonly ReportFormat[] | undefined
  /** Folder for the files; made where it is missing. Without it nothing is written. */
  readonly out?: string | undefined
  /** `evidence` (default): exact values. `spreadsheet`: safe to open in a spreadsheet program. */
  readonly csvForm?: CsvForm | undefined
  /** Default: A4. */
  readonly paper?: Paper | undefined
}

export interface RenderOptions extends BuildOptions, OutputOptions {}

export interface Rendered {
  readonly result: ReportResult
  readonly files: readonly Published[]
  /** 0 policy met, 1 not met, 3 unmet only for lack of proof. */
  readonly exitCode: 0 | 1 | 3
  /** Which records were verified now, and which at an earlier time. */
  readonly verification?: Report['verification']
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
  checkFormats(options)
  return writeReport(await buildReport(options), options)
}

/** @throws {OptionRangeError} for a format or a form that there is not */
export function checkFormats({ formats = [], csvForm = 'evidence', paper = 'a4' }: OutputOptions): void {
  for (const format of formats) {
    if (!['pdf', 'csv', 'json'].includes(format))
      throw new OptionRangeError('format', 'must be pdf, csv or json', format)
  }
  if (!['evidence', 'spreadsheet'].includes(csvForm)) {
    throw new OptionRangeError('csv', 'must be evidence or spreadsheet', csvForm)
  }
  if (!['a4', 'letter'].includes(paper)) throw new OptionRangeError('paper', 'must be a4 or letter', paper)
}

export type WriteOptions = OutputOptions & Pick<BuildOptions, 'onProgress' | 'signal'>

/** Writes what was asked for of a report that was built. */
export async function writeReport(built: Built, options: WriteOptions): Promise<Rendered> {
  const { formats = ['pdf', 'csv'], out, csvForm = 'evidence', paper = 'a4' } = options
  const { report } = built
  const verification = report.verification ? { verification: report.verification } : {}
  if (out === undefined) return { result: report.result, files: [], exitCode: exitCode(report.result), ...verification }

  const stem = fileStem(report.result.host, report.period.stem, report.result.profile)
  const shelf = await Shelf.open(out, report.result.asOf)
  const files: Published[] = []
  if (formats.includes('csv')) files.push(...(await writeTables(built, shelf, stem, csvForm, options)))
  const listed = files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes }))
  const complete: Report = { ...report, result: { ...report.result, files: listed } }
  if (formats.includes('pdf')) {
    options.onProgress?.({ stage: 'pdf', done: 0, total: null })
    const { drawPdf } = await import('./pdf/document.js')
    const bytes = await drawPdf(complete, { paper, pause: () => pause(options.signal) })
    files.push(await shelf.put(`${stem}.pdf`, [bytes]))
  }
  if (formats.includes('json')) files.push(...(await writeJson({ ...built, report: complete }, shelf, stem, options)))
  return { result: complete.result, files, exitCode: exitCode(complete.result), ...verification }
}

/** Lets the host's event loop turn. */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  await turn()
  signal?.throwIfAborted()
}

async function writeTables(
  built: Built,
  shelf: Shelf,
  stem: string,
  form: CsvForm,
  options: WriteOptions,
): Promise<Published[]> {
  const { report } = built
  const zone = new ZonedWriter(report.period.zone)
  const files = await writeSamples(built, shelf, options, {
    names: [`${stem}_samples.csv`, `${stem}_readings.csv`],
    rows: new LongTables({ zone, simulation: report.result.simulation, form }),
  })
  const lists = {
    days: daysCsv(report, form),
    intervals: intervalsCsv(report, form),
    changes: changesCsv(report, form),
    breaches: breachesCsv(report, form),
    gaps: gapsCsv(report, form),
  }
  for (const [name, text] of Object.entries(lists)) files.push(await shelf.put(`${stem}_${name}.csv`, text))
  const tables = ['samples', 'readings', ...Object.keys(lists)]
  const called = Object.fromEntries(tables.map((table, i) => [table, files[i]?.name ?? '']))
  files.push(await shelf.put(`${stem}_columns.json`, [columnsJson(called, form)]))
  return files
}

/** The result, and beside it what is too long for it: samples and readings, one a line. */
async function writeJson(built: Built, shelf: Shelf, stem: string, options: WriteOptions): Promise<Published[]> {
  const { period, result } = built.report
  const files = await writeSamples(built, shelf, options, {
    names: [`${stem}_samples.ndjson`, `${stem}_readings.ndjson`],
    rows: new LongLines(new ZonedWriter(period.zone), result.simulation),
  })
  return [await shelf.put(`${stem}.json`, [toJson(result)]), ...files]
}

interface SampleFiles {
  readonly names: readonly [string, string]
  readonly rows: LongTables | LongLines
}

/** Rows are written to the files when there are so many bytes of them. */
const writtenBytes = 256 * 1024

/** Samples and readings, in one walk over the records. */
async function writeSamples(
  { report, feed }: Built,
  shelf: Shelf,
  { onProgress, signal }: WriteOptions,
  { names, rows }: SampleFiles,
): Promise<Published[]> {
  const total = report.result.samples.scheduled + report.result.samples.unscheduled
  const sheets = names.map((name) => shelf.begin(name))
  const write = async (least: number) => {
    const written = rows.written()
    if (written[0].length + written[1].length < least) return
    await Promise.all(written.map((piece, i) => sheets[i]?.write(piece)))
    rows.clear()
  }
  let done = 0
  try {
    for await (const count of feed(rows)) {
      signal?.throwIfAborted()
      await write(writtenBytes)
      done += count
      onProgress?.({ stage: 'tables', done, total })
    }
    await write(0)
    const files: Published[] = []
    for (const sheet of sheets) files.push(await sheet.end())
    return files
  } catch (error) {
    for (const sheet of sheets) await sheet.drop()
    throw error
  }
}
