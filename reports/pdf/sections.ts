/**
 * The sections of a report and their numbers: whatever refers to a section takes its number from here.
 * @module
 */
export const sections = {
  scope: { number: '1', title: 'Scope and method' },
  budget: { number: '2', title: 'Error budget' },
  days: { number: '3', title: 'Days' },
  plots: { number: '4', title: 'The error of the clock over the period' },
  changes: { number: '5', title: 'Changes of the clock' },
  breaches: { number: '6', title: 'Breaches of the tolerance' },
  gaps: { number: '7', title: 'Gaps, and all that is not PROVEN' },
  references: { number: '8', title: 'Health of the references' },
  history: { number: '9', title: 'The auditor and its configuration' },
  integrity: { number: '10', title: 'Integrity of the trail' },
  limits: { number: '11', title: 'Assumptions, limits and words' },
  statement: { number: '12', title: 'Rule, statement and signatures' },
  excerpt: { number: 'Annex B', title: 'Records of the worst breach' },
  columns: { number: 'Annex A', title: 'Files that belong to this report' },
} as const

export type SectionName = keyof typeof sections

/** `5  Changes of the clock`. */
export function titleOf(name: SectionName): string {
  const { number, title } = sections[name]
  return `${number}  ${title}`
}

/** `section 5`, `annex A`. */
export function refer(name: SectionName): string {
  const { number } = sections[name]
  return number.startsWith('Annex') ? number.replace('Annex', 'annex') : `section ${number}`
}
