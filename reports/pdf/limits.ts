/**
 * On what every statement rests, what is not said, and what the words mean.
 * @module
 */

import type { Report } from '../types.js'
import { causeWords, supports, supportWords, verdicts, verdictWords } from '../words.js'
import { drawFields, type Field } from './fields.js'
import { titleOf } from './sections.js'
import type { Sheet } from './sheet.js'

/** Draws the section. */
export function drawLimits(sheet: Sheet, { result, stretches }: Report): void {
  sheet.heading(titleOf('limits'), 60)
  sheet.paragraph('Every statement of this report rests on these assumptions:', { face: 'bold', gap: 2 })
  sheet.bullets(result.method.assumptions)
  sheet.y += 4
  sheet.ensure(40)
  sheet.paragraph('What this report does not say:', { face: 'bold', gap: 2 })
  sheet.bullets(result.method.limits)
  sheet.y += 4
  sheet.subheading('Words', 40)
  const causes = [...new Set(stretches.flatMap(({ cause }) => (cause ? [cause] : [])))].sort()
  const words: Field[] = [
    ['slow, fast', 'The clock is behind UTC (error and offset positive), or ahead of it (negative).'],
    ['bound', 'An interval that holds the error under the assumptions above: never an average, never an estimate.'],
    ...verdicts.map((verdict): Field => [verdict, `${verdictWords[verdict]}.`]),
    ...supports
      .filter((support) => result.provenBySupport[support] > 0)
      .map((support): Field => [support, `${supportWords[support]}.`]),
    ...causes.map((cause): Field => [cause, `${causeWords[cause]}.`]),
  ]
  drawFields(sheet, words, { indent: 112, size: 7.8 })
}
