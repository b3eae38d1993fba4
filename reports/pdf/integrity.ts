/**
 * The section on the trail itself: what was checked, what was found, and the digests by which a reader checks again.
 * @module
 */
import type { Report, ReportResult } from '../types.js'
import { plainInstant } from '../words.js'
import { more, mostRows, type Pause } from './registers.js'
import type { Sheet } from './sheet.js'
import { type Cell, type ColumnSpec, drawTable, note } from './table.js'

/** What the trail holds and what was checked. */
export async function drawIntegrity(sheet: Sheet, { result }: Report, pause: Pause): Promise<void> {
  const { integrity } = result
  sheet.heading('7  Integrity of the trail')
  for (const text of integrityWords(result)) sheet.paragraph(text)
  const facts: readonly (readonly [string, string])[] = [
    ['Records checked', String(integrity.records)],
    ['Used for this report', `${integrity.firstSeq} to ${integrity.lastSeq}`],
    ['Leaf hash of the first', integrity.firstHash],
    ['Leaf hash of the last', integrity.lastHash],
    ['Sealed up to record', integrity.sealedUpTo === 0 ? 'none is sealed' : String(integrity.sealedUpTo)],
    ['Complete', completeWords[integrity.complete]],
  ]
  for (const [label, value] of facts) {
    sheet.ensure(11)
    sheet.line(label, sheet.left, sheet.y, { size: 7.5 })
    const mono = /^[0-9a-f]{64}$/.test(value)
    sheet.line(
      value,
      sheet.left + 112,
      sheet.y,
      mono ? { face: 'mono', size: 7 } : { size: 7.5, width: sheet.width - 112 },
    )
    sheet.y += 11
  }
  sheet.y += 5
  if (integrity.findings.length > 0) {
    sheet.paragraph('Findings', { face: 'bold' })
    const rows = integrity.findings
      .slice(0, mostRows)
      .map((finding): Cell[] => [
        finding.severity === 'damage' ? { strong: 'DAMAGE' } : finding.severity,
        finding.code,
        finding.message,
      ])
    const columns = [
      { title: 'Severity', width: 56 },
      { title: 'Code', width: 104 },
      { title: 'Message', width: 339.28 },
    ]
    await drawTable(sheet, columns, rows, { pause })
    more(sheet, integrity.findings.length, 'finding', 'findings in the JSON')
  }
  await drawFiles(sheet, result, pause)
  if (integrity.misdated.length > 0) {
    const shown = integrity.misdated.slice(0, 20).map((record) => `${record.seq} (${plainInstant(record.wall)})`)
    const rest = integrity.misdated.length - shown.length
    sheet.paragraph(
      `Records whose clock time lies outside the day of their file, as a set clock makes them: ${shown.join(', ')}` +
        `${rest > 0 ? ` and ${rest} more` : ''}. The order of records, not their clock time, decides.`,
    )
  }
  note(
    sheet,
    `Check it yourself: ntp-auditor verify TRAIL. A file's digest covers its first bytes as counted here: ` +
      'head -c BYTES FILE | sha256sum. A hash is the RFC 6962 leaf hash of the record; record n + 1 repeats that of record n.',
  )
}

const completeWords = {
  anchored: 'proven by an anchor',
  expected: 'as far as expected',
  unknown: 'unknown: nothing outside this computer remembers how far the trail reached',
} as const

function integrityWords({ integrity }: ReportResult): string[] {
  if (integrity.intact === false) {
    return [
      'The trail is DAMAGED: records were edited, removed or lost. What this report says rests on what is left; where records ' +
        'are missing, nothing is stated. Explain the findings below before you rely on it.',
    ]
  }
  if (integrity.intact === true) {
    return ['Every record is chained to the one before and lies under a seal that its key confirms.']
  }
  return [
    'Self-consistent only: every record is chained to the one before, and nothing contradicts itself. No seal was checked, so ' +
      'somebody who could write the files could have made the whole trail anew. Until seals and an anchor cover it, the ' +
      'trail rests on the custody of its files.',
  ]
}

async function drawFiles(sheet: Sheet, result: ReportResult, pause: Pause): Promise<void> {
  const rows = [
    ...result.integrity.files.map((file): Cell[] => [file.path, String(file.records), String(file.bytes), file.sha256]),
    ...result.files.map((file): Cell[] => [file.name, '\u2013', String(file.bytes), file.sha256]),
  ]
  if (rows.length === 0) return
  const columns: readonly ColumnSpec[] = [
    { title: 'File (of the trail, then of this report)', width: 144 },
    { title: 'Records', width: 48, align: 'right' },
    { title: 'Bytes', width: 58, align: 'right' },
    { title: 'SHA-256', width: 249.28, face: 'mono' },
  ]
  await drawTable(sheet, columns, rows, { pause, size: 6.2 })
}
