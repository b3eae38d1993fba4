/**
 * What `report --check` says, for eyes.
 * @module
 */
import type { CheckDocument } from '../../reports/check.js'
import type { Io } from './io.js'
import { harmless, paint } from './text.js'

export function checkText({ file, report, result, page, files }: CheckDocument, io: Io): string {
  const { id, host, period, profile, asOf, tool } = report
  const state = {
    same: paint(io, io.stdout, 'green', 'SAME'),
    different: paint(io, io.stdout, 'red', 'DIFFERENT'),
    unknown: paint(io, io.stdout, 'yellow', 'UNKNOWN'),
    'not-compared': paint(io, io.stdout, 'yellow', 'NOT COMPARED'),
  }
  const because = (reason: string | null) => (reason === null ? '' : `: ${harmless(reason)}`)
  const lines = [
    `${harmless(file)}: report ${harmless(id)} of ${harmless(host)}, ${harmless(period)}, profile ${harmless(profile)}, ` +
      `as of record ${asOf}, by ${harmless(tool)}`,
    `result  ${state[result.state]}${because(result.reason)}`,
    ...result.differences.map(
      (one) => `  ${harmless(one.path)}: the file says ${harmless(one.file)}, the trail ${harmless(one.trail)}`,
    ),
    `page    ${state[page.state]}${because(page.reason)}`,
    ...files.map(({ name, state: found }) => `  ${harmless(name)}: ${found}`),
  ]
  return `${lines.join('\n')}\n`
}
