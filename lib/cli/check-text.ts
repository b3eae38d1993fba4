/**
 * What `report --check` says, for eyes.
 * @module
 */
import type { CheckDocument } from '../../reports/check.js'
import type { Difference } from '../../reports/check-document.js'
import type { FleetCheckDocument, FleetDifference } from '../../reports/check-fleet.js'
import type { Io } from './io.js'
import { harmless, paint } from './text.js'

type Checked = CheckDocument | FleetCheckDocument

export function checkText(checked: CheckDocument, io: Io): string {
  const { id, host, period, profile, asOf, tool } = checked.report
  const head =
    `${harmless(checked.file)}: report ${harmless(id)} of ${harmless(host)}, ${harmless(period)}, profile ${harmless(profile)}, ` +
    `as of record ${asOf}, by ${harmless(tool)}`
  return text(head, checked, [], io)
}

/** The same of several computers, each named with the trail it was held against. */
export function fleetCheckText(checked: FleetCheckDocument, io: Io): string {
  const { id, period, profile, tool } = checked.report
  const head =
    `${harmless(checked.file)}: report ${harmless(id)} of ${checked.hosts.length} computers, ${harmless(period)}, ` +
    `profile ${harmless(profile)}, by ${harmless(tool)}`
  const hosts = checked.hosts.map(({ host, report, asOf, trail, state }) => {
    const against = trail === null ? 'against no trail' : `against ${harmless(trail)}`
    return `  ${harmless(host)}: ${state}, report ${harmless(report)} as of record ${asOf}, ${against}`
  })
  return text(head, checked, hosts, io)
}

function text(head: string, { result, page, files }: Checked, hosts: readonly string[], io: Io): string {
  const state = {
    same: paint(io, io.stdout, 'green', 'SAME'),
    different: paint(io, io.stdout, 'red', 'DIFFERENT'),
    unknown: paint(io, io.stdout, 'yellow', 'UNKNOWN'),
    'not-compared': paint(io, io.stdout, 'yellow', 'NOT COMPARED'),
  }
  const because = (reason: string | null) => (reason === null ? '' : `: ${harmless(reason)}`)
  const lines = [
    head,
    `result  ${state[result.state]}${because(result.reason)}`,
    ...hosts,
    ...result.differences.map((one) => `  ${differenceText(one)}`),
    `page    ${state[page.state]}${because(page.reason)}`,
    ...files.map(({ name, state: found }) => `  ${harmless(name)}: ${found}`),
  ]
  return `${lines.join('\n')}\n`
}

function differenceText(one: Difference | FleetDifference): string {
  const whose = 'host' in one && one.host !== null ? `${harmless(one.host)}, ` : ''
  return `${whose}${harmless(one.path)}: the file says ${harmless(one.file)}, the trail ${harmless(one.trail)}`
}
