/**
 * The files inside the report's file: its result as JSON, and its lists as CSV. Samples and readings lie beside it; the page on
 * integrity names them with their digests.
 * @module
 */
import { breachesCsv, changesCsv, daysCsv, gapsCsv, intervalsCsv } from '../csv/index.js'
import { toJson } from '../json.js'
import type { Report } from '../types.js'
import type { Attachment } from './archive.js'

/** In the order in which a reader will want them. */
export async function attachmentsOf(report: Report): Promise<Attachment[]> {
  const lists = [
    ['days', 'The days of the period and what they roll up to', daysCsv(report, 'evidence')],
    ['intervals', 'The verdicts of the period, one stretch a row', intervalsCsv(report, 'evidence')],
    ['changes', 'The changes of the clock', changesCsv(report, 'evidence')],
    ['breaches', 'The breaches of the tolerance', breachesCsv(report, 'evidence')],
    ['gaps', 'The gaps', gapsCsv(report, 'evidence')],
  ] as const
  const files: Attachment[] = [
    {
      name: 'result.json',
      type: 'application/json',
      description: 'The result of this report as data',
      relationship: 'Source',
      bytes: Buffer.from(toJson(report.result)),
    },
  ]
  for (const [name, description, text] of lists) {
    let whole = ''
    for await (const chunk of text) whole += chunk
    const bytes = Buffer.from(whole)
    files.push({ name: `${name}.csv`, type: 'text/csv', description, relationship: 'Data', bytes })
  }
  if (report.excerpt && report.excerpt.length > 0) {
    files.push({
      name: 'excerpt.ndjson',
      type: 'application/x-ndjson',
      description: 'The records of the worst breach, line by line',
      relationship: 'Supplement',
      bytes: Buffer.from(report.excerpt.map(({ text }) => `${text}\n`).join('')),
    })
  }
  return files
}
