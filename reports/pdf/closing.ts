/**
 * The last sections: how the numbers came about, on what they rest, and the lines that people sign.
 * @module
 */
import { formulas } from '../method.js'
import { nanoseconds } from '../seconds.js'
import type { Report } from '../types.js'
import { short } from '../words.js'
import { faint, soft } from './pattern.js'
import type { Sheet } from './sheet.js'
import { headline, statement } from './statement.js'

/** Method, formulas and assumptions. */
export function drawMethod(sheet: Sheet, { result }: Report): void {
  const { method } = result
  sheet.heading('6  Method and assumptions')
  const ppm = (rate: number) => `${Math.round(rate * 1e9) / 1000} ppm`
  const length = (seconds: number) => short(nanoseconds(seconds))
  sheet.paragraph(
    `One sample of all references every ${length(method.interval)}, and an unscheduled one after each change of the clock. ` +
      `Between samples the clock was watched every ${length(method.witnessPeriod)} against ${method.auditClock} ` +
      `(${method.clockSource}); departures of ${length(method.witnessReport)} or more are recorded as changes, smaller ones ` +
      `widen the bound. Bounds widen by ${ppm(method.rate)} of the time that passes; further than ` +
      `${length(method.longestGap)} from every sample nothing is stated. Recorded by ${method.recorder}.`,
  )
  for (const formula of formulas) sheet.paragraph(formula, { size: 8, indent: 12, gap: 0 })
  sheet.y += 5
  sheet.ensure(40)
  sheet.paragraph('Every statement of this report rests on these assumptions:', { face: 'bold', gap: 2 })
  sheet.bullets(method.assumptions)
  sheet.y += 3
  sheet.paragraph(
    'This report does not say that the clock was accurate, that anybody did or did not change it, or that it is traceable to ' +
      'a national standard; it says what the records prove under the assumptions above, and what they do not.',
    { size: 8, color: soft },
  )
}

/** Statement and signatures. */
export function drawSignatures(sheet: Sheet, report: Report): void {
  sheet.heading('8  Statement', 190)
  const { result } = report
  sheet.paragraph(`${statement(report)} Verdict of the rule ${result.profile}: ${headline(result)}.`)
  sheet.paragraph(
    `Report ${result.id}, as of record ${result.asOf}. Number sheets and keep them together: a page without its report id is ` +
      'no part of this report.',
    { color: soft, size: 8 },
  )
  sheet.y += 10
  const half = (sheet.width - 24) / 2
  for (const [index, title] of ['Prepared by', 'Reviewed by'].entries()) {
    const x = sheet.left + index * (half + 24)
    sheet.line(title, x, sheet.y, { face: 'bold', size: 9 })
    for (const [row, label] of ['Name', 'Signature', 'Date', 'Place'].entries()) {
      const y = sheet.y + 38 + row * 28
      sheet.paint((doc) => {
        doc.lineWidth(0.6).moveTo(x, y)
        doc.lineTo(x + half, y).stroke(faint)
      })
      sheet.line(label, x, y + 2, { size: 7, color: soft })
    }
  }
  sheet.y += 38 + 4 * 28
}
