/**
 * Holds the report of several computers against their trails: the report of each is made again from its trail, and the table of all from
 * these; then the pages are drawn again. What differs is told with the computer that it is about.
 * @module
 */
import { dirname } from 'node:path'
import { OptionRangeError } from '../lib/errors.js'
import {
  compare,
  compareFiles,
  comparePage,
  type Difference,
  digitsOf,
  type FileState,
  isFleet,
  mostDifferences,
  otherVersion,
  ownId,
  type PageState,
  type Printed,
  readPrinted,
} from './check-document.js'
import { checkPart, type Part, pair } from './check-fleet-part.js'
import { assemble, type FleetOptions, type FleetResult, identifyAll, type TrailIdentity } from './fleet.js'
import type { ReportResult } from './types.js'

export interface FleetCheckOptions extends Pick<FleetOptions, 'trails' | 'keys' | 'index' | 'onProgress' | 'signal'> {
  /** A report of several computers as PDF or JSON. */
  readonly file: string
}

/** A difference, and whose. */
export interface FleetDifference extends Difference {
  /** `null`: of no computer in particular. */
  readonly host: string | null
}

export interface FleetCheckDocument {
  readonly file: string
  readonly kind: 'pdf' | 'json'
  /** What the file says it is. */
  readonly report: Pick<FleetResult, 'id' | 'period' | 'from' | 'to' | 'profile' | 'tool'>
  /** A computer that the report speaks of, and how its part was found. */
  readonly hosts: readonly {
    readonly host: string
    readonly origin: string
    /** The id of its own report. */
    readonly report: string
    readonly asOf: number
    /** The trail it was held against; `null`: none that was given is its own. */
    readonly trail: string | null
    readonly state: 'same' | 'different' | 'unknown'
    readonly reason: string | null
  }[]
  /** Trails that were given, and of whose computers the report says nothing. */
  readonly others: readonly { readonly trail: string; readonly host: string; readonly origin: string }[]
  /**
   * `same`: the trails say what the report says, of every computer that was given and of no other. `unknown`: they cannot tell, `reason`
   * says why.
   */
  readonly result: {
    readonly state: 'same' | 'different' | 'unknown'
    readonly reason: string | null
    /** The first twenty. */
    readonly differences: readonly FleetDifference[]
  }
  readonly page: PageState
  readonly files: readonly FileState[]
}

/**
 * Holds a fleet's report against its trails.
 * @example
 * const { result, page } = await checkFleet({ file: 'fleet_2026-11_month_custom.pdf', trails: ['./till-1', './till-2'] })
 * @throws {OptionRangeError} where the file is no report of several computers, and for two trails of one computer
 * @throws {TrailReadError} where a trail cannot be read
 */
export async function checkFleet(options: FleetCheckOptions): Promise<FleetCheckDocument> {
  return checkPrintedFleet(await readPrinted(options.file), options)
}

/** The same of a file that was read already. */
export async function checkPrintedFleet(
  printed: Printed,
  { trails, ...options }: Omit<FleetCheckOptions, 'file'>,
): Promise<FleetCheckDocument> {
  const { file, kind, document } = printed
  if (!isFleet(document)) {
    throw new OptionRangeError('check', 'must be a report of several computers: checkReport checks that of one', file)
  }
  const { id, period, from, to, profile, tool } = document
  const { found, others } = pair(document.reports, await identifyAll(trails, options.signal))
  const parts: Part[] = []
  for (const [i, one] of found.entries()) parts.push(await checkPart(document, i, one, options))
  const differences: FleetDifference[] = [
    ...compareTable(document).map((one) => ({ host: null, ...one })),
    ...parts.flatMap((part) => part.differences.map((one) => ({ host: part.printed.host, ...one }))),
  ]
  const reasons = [...parts.flatMap(({ reason }) => reason ?? []), ...others.map(unasked)]
  return {
    file,
    kind,
    report: { id, period, from, to, profile, tool },
    hosts: parts.map(describe),
    others: others.map(({ trail, host, origin }) => ({ trail, host, origin })),
    result: {
      state: differences.length > 0 ? 'different' : reasons.length > 0 ? 'unknown' : 'same',
      reason: reasons.length > 0 ? reasons.join('; ') : null,
      differences: differences.slice(0, mostDifferences),
    },
    page: await pageOf(printed, document, parts),
    files: await compareFiles(document.files, dirname(file)),
  }
}

function unasked({ trail, host, origin }: TrailIdentity): string {
  return `the report must speak of every computer whose trail is given, it says nothing of "${host}" (${origin}) at ${trail}`
}

function describe({ printed, trail, reason, differences }: Part): FleetCheckDocument['hosts'][number] {
  const { host, origin, id, asOf } = printed
  const state = differences.length > 0 ? 'different' : reason === null ? 'same' : 'unknown'
  return { host, origin, report: id, asOf, trail, state, reason }
}

/** What stands beside the parts, by the parts. */
function compareTable(document: FleetResult): Difference[] {
  const { id, reports, files: _, ...body } = document
  const { hosts, tool, ...rest } = body
  const { tool: by, from, to, zone, period, profile } = reports[0]!
  const simulation = hosts.some((row) => row.simulation)
  const names = reports.map(({ host }) => host)
  const ordered = [...names].sort((a, b) => (a < b ? -1 : 1))
  return [
    ...ownId(id, digitsOf(body)),
    ...(tool === by ? [] : [{ path: 'tool', file: tool, trail: `${by} (by the rest of the file itself)` }]),
    ...compare(rest, { from, to, zone, period, profile, simulation }),
    ...(hosts.length === reports.length ? [] : compare(hosts, reports, 'hosts')),
    ...compare(names, ordered, 'hosts'),
  ]
}

async function pageOf(printed: Printed, document: FleetResult, parts: readonly Part[]): Promise<PageState> {
  const made = parts.flatMap(({ report }) => report ?? [])
  if (made.length < parts.length) return { state: 'not-compared', reason: 'not all results could be made again' }
  const fleet = assemble(made)
  const reports = made.map(({ result }, i): ReportResult => ({ ...result, files: document.reports[i]!.files }))
  const result: FleetResult = { ...fleet.result, reports, files: document.files }
  return (
    otherVersion(document.tool) ??
    comparePage(printed, result, async (paper) => {
      const { drawFleet } = await import('./pdf/fleet.js')
      return drawFleet({ result, reports: fleet.reports }, { paper, pause: async () => {} })
    })
  )
}
