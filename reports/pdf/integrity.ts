/**
 * The section on the trail itself: what was checked, what was found, and the digests by which a reader checks again.
 * @module
 */
import type { Report, ReportResult } from '../types.js'
import { count, plainInstant } from '../words.js'
import { more, mostRows, type Pause, toSecond } from './cells.js'
import { drawFields } from './fields.js'
import { drawSeal, sealHeight } from './seal.js'
import { titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { type Cell, type ColumnSpec, drawTable, note } from './table.js'

/** What the trail holds and what was checked. */
export async function drawIntegrity(sheet: Sheet, { result }: Report, pause: Pause): Promise<void> {
  const { integrity } = result
  sheet.heading(titleOf('integrity'))
  for (const text of integrityWords(result)) sheet.paragraph(text)
  const mono = { face: 'mono', size: 7 } as const
  const { bySeal, byAnchor } = integrity.uncovered
  drawFields(
    sheet,
    [
      ['Records checked', String(integrity.records)],
      ['Used for this report', `${integrity.firstSeq} to ${integrity.lastSeq}`],
      ['Leaf hash of the first', integrity.firstHash, mono],
      ['Leaf hash of the last', integrity.lastHash, mono],
      ['Public key at the end', integrity.publicKey || 'none', integrity.publicKey ? mono : {}],
      ['Enrolled', integrity.enrolled ? 'yes: the key was known outside the computer' : enrolledNot],
      [
        'Sealed up to record',
        integrity.sealedUpTo === 0 ? 'by no seal in the files used here' : String(integrity.sealedUpTo),
      ],
      ['Under no seal', uncovered(bySeal)],
      ['Under no anchor', uncovered(byAnchor)],
      ['Complete', completeWords[integrity.complete]],
    ],
    { indent: 112, size: 7.5 },
  )
  sheet.y += 5
  await drawFindings(sheet, result, pause)
  await drawSeals(sheet, result, pause)
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
    'Every record of the trail was read and checked when this report was made, or when an earlier one was made on the same computer: a closed ' +
      'file is not read again while its size, its times and its identity on the disk stay the same, unless --verify all is given.',
  )
  note(
    sheet,
    `Check it yourself: ${integrity.command}. A file's digest covers its first bytes as counted here: ` +
      'head -c BYTES FILE | sha256sum. A hash is the RFC 6962 leaf hash of the record; record n + 1 repeats that of record n.',
  )
}

const enrolledNot = 'no: nothing outside the computer knew the key before it was used'

function uncovered({ fromSeq, records }: { readonly fromSeq: number; readonly records: number }): string {
  return records === 0
    ? 'no record'
    : `${count(records, 'record')}, from ${fromSeq} on: they rest on the custody of the files`
}

async function drawFindings(sheet: Sheet, { integrity }: ReportResult, pause: Pause): Promise<void> {
  if (integrity.findings.length === 0) return
  sheet.subheading('Findings', 50)
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
  more(sheet, integrity.findings.length, 'finding', 'the JSON inside this file')
}

/** More seals than this are left to the JSON: an hour has one. */
const mostSeals = 48

/** The seals over the period, what remembers them, and the last of them on paper. */
async function drawSeals(sheet: Sheet, { integrity }: ReportResult, pause: Pause): Promise<void> {
  const { seals, anchors } = integrity
  if (anchors.length > 0) {
    sheet.subheading('Anchors', 50)
    const columns = [
      { title: 'Record', width: 44 },
      { title: 'Clock showed', width: 96 },
      { title: 'Kind', width: 60 },
      { title: 'Where it is kept', width: 130 },
      { title: 'Up to record', width: 56, align: 'right' as const },
      { title: 'Words', width: 113 },
    ]
    const rows = anchors
      .slice(0, mostRows)
      .map((anchor): Cell[] => [
        String(anchor.seq),
        toSecond(anchor.wall),
        anchor.kind,
        anchor.where,
        anchor.size === null ? '\u2013' : String(anchor.size),
        anchor.words,
      ])
    await drawTable(sheet, columns, rows, { pause })
    more(sheet, anchors.length, 'anchor', 'the JSON inside this file')
  }
  const last = seals.at(-1)
  if (!last) return
  sheet.subheading('Seals', 50)
  const columns: readonly ColumnSpec[] = [
    { title: 'Epoch', width: 44, align: 'right' },
    { title: 'Up to record', width: 60, align: 'right' },
    { title: 'File of the trail', width: 146 },
    { title: 'SHA-256', width: 249.28, face: 'mono' },
  ]
  const shown = seals.slice(-mostSeals)
  await drawTable(
    sheet,
    columns,
    shown.map((seal): Cell[] => [String(seal.epoch), String(seal.size), seal.path, seal.sha256]),
    { pause, size: 6.2 },
  )
  if (shown.length < seals.length)
    note(sheet, `${count(seals.length - shown.length, 'earlier seal')}: see the JSON inside this file.`)
  const seal = {
    text: last.text,
    what: 'the signed checkpoint',
    words: [
      `The last seal that covers records of this period: epoch ${last.epoch}, records 1 to ${last.size}. This sheet is an anchor: whoever holds it can tell ` +
        'a trail that was made anew, or cut short, from this one.',
      'Read the code into a file on another computer and hold the trail against it:',
      { code: 'zbarimg --raw -Sbinary page.png > seal.txt' },
      { code: 'ntp-auditor verify TRAIL --anchor seal.txt' },
    ],
  } as const
  sheet.subheading('The last seal, on paper', sealHeight(sheet, seal))
  drawSeal(sheet, seal)
  sheet.y += 4
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
    return [
      'Every record is chained to the one before, and the seals hold under the chain of keys that begins with the given one. What lies ' +
        'behind the last seal is under none yet.',
    ]
  }
  return [
    'Self-consistent only: every record is chained to the one before, and nothing contradicts itself. ' +
      (integrity.keys.length === 0 ? 'No key was given' : 'No seal under the given key was found') +
      ', so somebody who could write the files could have made the whole trail anew. Until it is held against a key that was kept elsewhere, ' +
      'the trail rests on the custody of its files.',
  ]
}

async function drawFiles(sheet: Sheet, result: ReportResult, pause: Pause): Promise<void> {
  const rows = [
    ...result.integrity.files.map((file): Cell[] => [
      [file.path, `records ${file.firstSeq} to ${file.lastSeq}`],
      String(file.records),
      String(file.bytes),
      [file.sha256, `first ${file.firstHash}`, `last  ${file.lastHash}`],
    ]),
    ...result.files.map((file): Cell[] => [file.name, '\u2013', String(file.bytes), file.sha256]),
  ]
  if (rows.length === 0) return
  sheet.subheading('Files of the trail, then of this report', 50)
  const columns: readonly ColumnSpec[] = [
    { title: 'File', width: 130 },
    { title: 'Records', width: 46, align: 'right' },
    { title: 'Bytes', width: 54, align: 'right' },
    { title: 'SHA-256; leaf hashes', width: 269.28, face: 'mono' },
  ]
  await drawTable(sheet, columns, rows.slice(0, mostRows), { pause, size: 6.2 })
  more(sheet, rows.length, 'file', 'the JSON inside this file')
}
