/**
 * The part of a fleet's report that speaks of one computer: its row, its result, and whose trail they must be held against.
 * @module
 */
import { type AgainOptions, again } from './check-again.js'
import { compare, compareId, type Difference, show } from './check-document.js'
import { type FleetResult, rowOf, type TrailIdentity } from './fleet.js'
import type { Report, ReportResult } from './types.js'

export interface Part {
  readonly printed: ReportResult
  /** The trail that it was held against; `null`: its own was not given. */
  readonly trail: string | null
  /** Why the trail cannot tell; `null`: it can. */
  readonly reason: string | null
  readonly differences: readonly Difference[]
  /** The report made again; `null` where it could not be. */
  readonly report: Report | null
}

/** A trail for a report, or why there is none. */
export type Found = { readonly trail: string } | { readonly reason: string }

/**
 * Finds to each report its trail, by the name that a trail carries in its seals (`origin`).
 * @returns the finds in order of the reports, and the trails that no report asked for
 */
export function pair(
  reports: readonly ReportResult[],
  given: readonly TrailIdentity[],
): { readonly found: readonly Found[]; readonly others: readonly TrailIdentity[] } {
  const others = new Set(given)
  const take = (is: (one: TrailIdentity) => boolean) => {
    const one = [...others].find(is)
    if (one) others.delete(one)
    return one
  }
  const own = reports.map(({ origin }) => take((one) => one.origin === origin))
  const found = reports.map(({ host, origin }, i): Found => {
    const right = own[i]
    if (right) return { trail: right.trail }
    const namesake = take((one) => one.host === host)
    if (namesake) {
      const { trail, origin: other } = namesake
      return { reason: `the trail of "${host}" must be the one named ${origin}, got ${other} at ${trail}` }
    }
    const rest = given.length === 0 ? 'none' : `only ${namesOf(given)}`
    return { reason: `the trail of "${host}" (${origin}) must be given too, got ${rest}` }
  })
  return { found, others: [...others] }
}

const mostNames = 5

function namesOf(given: readonly TrailIdentity[]): string {
  const names = given.slice(0, mostNames).map(({ host, origin }) => `"${host}" (${origin})`)
  return given.length > mostNames ? `${names.join(', ')} and ${given.length - mostNames} more` : names.join(', ')
}

/** Holds the part at `index` of a fleet's report against itself and against its trail. */
export async function checkPart(
  fleet: FleetResult,
  index: number,
  found: Found,
  options: Omit<AgainOptions, 'trail'>,
): Promise<Part> {
  const printed = fleet.reports[index]!
  const own = contradictions(fleet, index)
  if ('reason' in found) return { printed, trail: null, reason: found.reason, differences: own, report: null }
  const { trail } = found
  const made = await again(printed, { ...options, trail })
  const at = (some: readonly Difference[]) => some.map((one) => ({ ...one, path: `reports[${index}].${one.path}` }))
  if (made.kind === 'impossible') {
    return { printed, trail, reason: null, differences: [...own, ...at([made.difference])], report: null }
  }
  if (made.kind === 'unknown') {
    return { printed, trail, reason: `"${printed.host}": ${made.reason}`, differences: own, report: null }
  }
  const { report } = made
  const row = fleet.hosts[index]
  const differences = [
    ...own,
    // The id of another version's report is another; that it is the printed one was asked already.
    ...(row ? compare(row, { ...rowOf(report.result), report: row.report }, `hosts[${index}]`) : []),
    ...at(compare(printed, { ...report.result, files: printed.files })),
  ]
  return { printed, trail, reason: null, differences, report }
}

/** What all reports of a fleet share. */
const shared = ['tool', 'from', 'to', 'zone', 'period', 'profile'] as const

/** Where the part contradicts the rest of the document. */
function contradictions(fleet: FleetResult, index: number): Difference[] {
  const { files, hosts, reports } = fleet
  const printed = reports[index]!
  const first = reports[0]!
  const found: Difference[] = compareId(printed)
  const demand = (path: string, value: unknown, right: unknown) => {
    if (JSON.stringify(value) === JSON.stringify(right)) return
    found.push({ path, file: show(value), trail: `${show(right)} (by the rest of the file itself)` })
  }
  for (const name of shared) demand(name, printed[name], first[name])
  demand('rule.definition', printed.rule.definition, first.rule.definition)
  demand('integrity.keys', printed.integrity?.keys, first.integrity?.keys)
  for (const [i, one] of printed.files.entries()) {
    demand(`files[${i}]`, one, files.find(({ name }) => name === one.name) ?? null)
  }
  const { origin } = printed
  if (reports.slice(0, index).some((other) => other.origin === origin)) {
    found.push({ path: 'origin', file: show(origin), trail: 'that of another computer: each stands in a report once' })
  }
  const row = hosts[index]
  return [
    ...found.map((one) => ({ ...one, path: `reports[${index}].${one.path}` })),
    ...(row && row.report !== printed.id
      ? [
          {
            path: `hosts[${index}].report`,
            file: show(row.report),
            trail: `${show(printed.id)} (by the rest of the file itself)`,
          },
        ]
      : []),
  ]
}
