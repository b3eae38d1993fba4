/**
 * What was measured, against whom, and how the numbers came about.
 * @module
 */
import { roles } from '../../lib/ntp/types.js'
import { formulas } from '../method.js'
import { nanoseconds } from '../seconds.js'
import type { Report } from '../types.js'
import { short } from '../words.js'
import type { Pause } from './cells.js'
import { refer, titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { type Cell, drawTable, note } from './table.js'

/** Draws the section. */
export async function drawScope(sheet: Sheet, { result }: Report, pause: Pause): Promise<void> {
  const { method } = result
  sheet.heading(titleOf('scope'))
  const length = (seconds: number) => short(nanoseconds(seconds))
  sheet.paragraph(
    `All references are asked every ${length(method.interval)}, and at once after each change of the clock. Between samples the clock ` +
      `is watched every ${length(method.witnessPeriod)} against ${method.auditClock} (${method.clockSource}` +
      `${method.steered ? ', steered by the time service' : ', which no time service steers'}); departures of ` +
      `${length(method.witnessReport)} or more are recorded as changes, smaller ones widen the bound. Further than ` +
      `${length(method.longestGap)} from every sample nothing is stated. Recorded by ${method.recorder}.`,
  )
  await drawServers(sheet, result, pause)
  sheet.paragraph(
    `A bound widens by ${ppm(method.rate)} of the time that passes (rho)${method.rate === method.driftBound ? '' : `, ${ppm(method.driftBound)} of it for the crystal`}: ` +
      `what the crystal is trusted to err by at most, tested against the rates that were observed (${refer('references')}).`,
  )
  sheet.ensure(formulas.length * 11 + 6)
  sheet.tags.group('Div', () => {
    for (const formula of formulas) sheet.paragraph(formula, { size: 8, indent: 12, gap: 0 })
  })
  sheet.y += 5
}

async function drawServers(sheet: Sheet, result: Report['result'], pause: Pause): Promise<void> {
  const rows = roles.flatMap((role): Cell[][] => {
    const reference = result.references[role]
    if (!reference) return []
    const health = result.health.find((entry) => entry.role === role)
    return [
      [
        { strong: role },
        reference.servers.join(', ') || '\u2013',
        reference.addresses.join(', ') || '\u2013',
        reference.stratum.join(', ') || '\u2013',
        [
          reference.operator ?? 'operator not named',
          reference.traceableTo ? `claims ${reference.traceableTo}` : 'claims no UTC(k)',
        ],
        health?.smear ?? '\u2013',
        'none',
      ],
    ]
  })
  if (rows.length === 0) {
    sheet.paragraph('No reference was asked in this period.', { face: 'bold' })
    return
  }
  const columns = [
    { title: 'Reference', width: 48 },
    { title: 'Name as configured', width: 122 },
    { title: 'Address', width: 96 },
    { title: 'Stratum', width: 42 },
    { title: 'Operator', width: 106 },
    { title: 'Smear', width: 38 },
    { title: 'Authentic.', width: 48 },
  ]
  await drawTable(sheet, columns, rows, { pause, tail: 26 })
  note(sheet, 'Operators and what they claim are as configured. Plain NTP is not authenticated.')
}

export function ppm(rate: number): string {
  return `${Math.round(rate * 1e9) / 1000} ppm`
}
