/**
 * The rule that the report answers to, the statement that people sign, the worksheet of the rule, and lines for ink.
 * @module
 */
import { nanoseconds } from '../seconds.js'
import type { Report, ReportResult } from '../types.js'
import { count, short } from '../words.js'
import type { Pause } from './cells.js'
import { drawFields, type Field } from './fields.js'
import { soft } from './pattern.js'
import { titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { drawSigners, signersHeight } from './signers.js'
import { headline, statement } from './statement.js'
import { type Cell, type ColumnSpec, drawTable } from './table.js'

/** Draws the section. */
export async function drawClosing(sheet: Sheet, report: Report, pause: Pause): Promise<void> {
  const { result } = report
  const { rule } = result
  sheet.heading(titleOf('statement'), 120)
  drawFields(sheet, ruleFields(result), { indent: 112, size: 8 })
  sheet.y += 4
  for (const text of rule.notes) sheet.paragraph(text, { size: 8, gap: 2 })
  if (rule.status !== 'own') sheet.paragraph(rule.legal, { size: 7.5, color: soft })
  await drawWorksheet(sheet, result, pause)
  const words = [
    statement(report),
    rule.conclusion ?? `Verdict of the policy ${rule.title}: ${headline(result)}.`,
    rule.statement,
  ]
  // What is signed and the lines for it stand on one page.
  const lines = words.reduce((sum, text) => sum + sheet.wrap(text, sheet.width).length, 0)
  sheet.subheading('Statement', lines * 12 + signersHeight + 60)
  for (const text of words) sheet.paragraph(text)
  sheet.paragraph(
    `Report ${result.id}, as of record ${result.asOf}. Keep all sheets together: a page without its report id is ` +
      'no part of this report.',
    { color: soft, size: 8 },
  )
  sheet.y += 6
  drawSigners(sheet, ['Prepared by', 'Reviewed by'])
}

const statusWords: Readonly<Record<ReportResult['rule']['status'], string>> = {
  'in-force': 'in force when it was looked up',
  superseded: 'superseded: no conclusion is drawn under its name',
  unverified: 'not verified: no conclusion is drawn under its name',
  own: 'chosen by the operator',
}

function ruleFields({ rule, policy }: ReportResult): Field[] {
  const fields: Field[] = [
    ['Rule', `${rule.title} (${rule.id})`],
    ...(rule.clause ? [['Clause', rule.clause] as const] : []),
    ['Status', statusWords[rule.status]],
    ['Source', `${rule.source}${rule.checkedOn ? `, looked up on ${rule.checkedOn}` : ''}`],
    ['Tolerance of the rule', rule.tolerance === null ? 'states none' : `\u00b1${short(nanoseconds(rule.tolerance))}`],
  ]
  if (rule.granularity !== null) fields.push(['Granularity', `${short(nanoseconds(rule.granularity))} or finer`])
  fields.push(
    ['Longest without a bound', short(nanoseconds(rule.longestGap))],
    ['References', `at least ${count(rule.leastReferences, 'reference')}, support "${rule.leastSupport}" or better`],
    ['Judged', policy.judged.words],
  )
  if (rule.checkBefore) fields.push(['Check', rule.checkBefore])
  if (rule.standard) fields.push(['Standard', rule.standard])
  if (rule.otherStandards.length > 0) fields.push(['Other than the standard', rule.otherStandards.join('; ')])
  if (rule.retention) fields.push(['Retention', rule.retention])
  if (rule.reviewPeriod) fields.push(['Review', rule.reviewPeriod])
  return fields
}

/** What the rule wants filled in, with room for ink. */
async function drawWorksheet(sheet: Sheet, { rule }: ReportResult, pause: Pause): Promise<void> {
  if (rule.worksheet.length === 0) return
  sheet.subheading('Worksheet', 60)
  const columns: readonly ColumnSpec[] = [
    { title: 'Item', width: 150 },
    { title: 'What belongs here', width: 160 },
    { title: 'Value, or done by and when', width: 190 },
  ]
  const rows = rule.worksheet.map(({ label, hint, value }): Cell[] => [
    [{ strong: label }],
    hint,
    // Without a value two lines of room for ink.
    value ?? [' ', ' '],
  ])
  await drawTable(sheet, columns, rows, { pause, size: 7.8 })
}
