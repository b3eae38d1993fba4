/**
 * Several computers in one report: a table of all, and a report of each. Every trail speaks for one computer; two that claim to be the
 * same one are refused.
 * @module
 */
import { createHash } from 'node:crypto'
import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Verdict } from '../lib/consensus/types.js'
import { OptionRangeError, TrailReadError } from '../lib/errors.js'
import { listSegments } from '../lib/trail/segments.js'
import { type BuildOptions, type Built, buildReport } from './build.js'
import type { BoundAt } from './document.js'
import { Material } from './material.js'
import { exitCode } from './policy.js'
import type { Report, ReportFile, ReportResult } from './types.js'
import { toolName } from './version.js'

/** A row of the table of all computers. */
export interface FleetRow {
  readonly host: string
  readonly origin: string
  readonly identity: ReportResult['identity']
  readonly simulation: boolean
  /** The id of its own report. */
  readonly report: string
  readonly asOf: number
  readonly closed: boolean
  readonly outcome: 'met' | 'not-met' | 'not-proven'
  /** The first reason for an outcome other than `met`. */
  readonly reason: string | null
  readonly tolerance: number
  readonly provenShare: number
  readonly seconds: Readonly<Record<Verdict, number>>
  readonly worst: BoundAt | null
  readonly clockChanges: number
  readonly breaches: number
  readonly gaps: number
  readonly intact: ReportResult['integrity']['intact']
}

/** The document of a fleet: what `--json` prints for several trails. */
export interface FleetResult {
  /** Twelve hexadecimal digits of the SHA-256 of this document less `id`, `reports` and `files`. */
  readonly id: string
  readonly tool: string
  readonly from: string
  readonly to: string
  readonly zone: string
  readonly period: string
  readonly profile: string
  readonly simulation: boolean
  /** In order of their names. */
  readonly hosts: readonly FleetRow[]
  /** The result of each computer, in the same order. */
  readonly reports: readonly ReportResult[]
  readonly files: readonly ReportFile[]
}

/** A fleet before it is printed. */
export interface Fleet {
  readonly result: FleetResult
  readonly reports: readonly Report[]
}

export interface FleetOptions extends Omit<BuildOptions, 'trail' | 'asOf'> {
  /** Trail folders; at least one. */
  readonly trails: readonly string[]
}

/** @throws {OptionRangeError} for two trails of one computer, and for trails of different zones where none is chosen */
export async function buildFleet(
  options: FleetOptions,
): Promise<{ readonly fleet: Fleet; readonly built: readonly Built[] }> {
  const { trails, ...rest } = options
  const known = await identifyAll(trails, options.signal)
  const zone = options.zone ?? commonZone(known)
  const built: Built[] = []
  for (const { trail } of known) {
    options.signal?.throwIfAborted()
    built.push(await buildReport({ ...rest, trail, zone }))
  }
  built.sort((a, b) => (a.report.result.host < b.report.result.host ? -1 : 1))
  return { fleet: assemble(built.map(({ report }) => report)), built }
}

/** Puts the table together; pure. */
export function assemble(reports: readonly Report[]): Fleet {
  const first = reports[0]?.result
  if (!first) throw new RangeError('a fleet has at least one computer')
  const { from, to, zone, period, profile } = first
  const hosts = reports.map(({ result }) => rowOf(result))
  const simulation = hosts.some((host) => host.simulation)
  const body = { tool: toolName(), from, to, zone, period, profile, simulation, hosts }
  const id = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 12)
  return { result: { id, ...body, reports: reports.map(({ result }) => result), files: [] }, reports }
}

/** The row of a computer, by its report. */
export function rowOf(result: ReportResult): FleetRow {
  const { host, origin, identity, simulation, asOf, closed, tolerance, seconds, policy, worst } = result
  return {
    ...{ host, origin, identity, simulation, report: result.id, asOf, closed },
    outcome: policy.met ? 'met' : exitCode(result) === 1 ? 'not-met' : 'not-proven',
    reason: policy.failures[0]?.message ?? null,
    ...{ tolerance, provenShare: policy.provenShare, seconds },
    worst: worst && { ...worst.bound, at: worst.at },
    clockChanges: result.clockChanges.length,
    breaches: result.breaches.length,
    gaps: result.gaps.length,
    intact: result.integrity.intact,
  }
}

/** 1 where one computer's policy is not met, 3 where proof is lacking, 0 where all are met. */
export function fleetExitCode({ hosts }: Pick<FleetResult, 'hosts'>): 0 | 1 | 3 {
  if (hosts.some(({ outcome }) => outcome === 'not-met')) return 1
  return hosts.some(({ outcome }) => outcome === 'not-proven') ? 3 : 0
}

/** Whose trail it is, by its newest `open` record. */
export interface TrailIdentity {
  readonly trail: string
  readonly path: string
  readonly host: string
  readonly origin: string
  readonly machine: string
  readonly zone: string
  /** Leaf hash of its first record. */
  readonly first: string
}

/**
 * Whose trails they are.
 * @throws {OptionRangeError} for two trails of one computer
 */
export async function identifyAll(trails: readonly string[], signal?: AbortSignal): Promise<readonly TrailIdentity[]> {
  const known: TrailIdentity[] = []
  for (const trail of trails) known.push(await identify(trail, signal))
  refuseClashes(known)
  return known
}

async function identify(trail: string, signal: AbortSignal | undefined): Promise<TrailIdentity> {
  const material = await Material.open(trail, signal)
  const open = material.newest()?.open
  if (!open) {
    throw new TrailReadError(`${trail} holds no records: is it the trail of an auditor? "ntp-auditor run" makes one`)
  }
  const { host, origin, zone, identity } = open
  const path = await realpath(trail)
  return { trail, path, host, origin, zone, machine: identity.machine, first: await material.firstHash() }
}

function refuseClashes(known: readonly TrailIdentity[]): void {
  for (const [i, one] of known.entries()) {
    const other = known.slice(0, i).find((before) => before.path === one.path || before.first === one.first)
    if (other) {
      const same = other.path === one.path ? 'is the same folder as' : 'holds the same trail as'
      throw new OptionRangeError('trail', `must be given once: it ${same} ${other.trail}`, one.trail)
    }
    const twin = known.slice(0, i).find((before) => before.origin === one.origin || before.host === one.host)
    if (!twin) continue
    const what = twin.origin === one.origin ? `origin "${one.origin}"` : `host label "${one.host}"`
    throw new OptionRangeError(
      'trail',
      `must be of another computer than ${twin.trail}: both have the ${what}, and nobody could tell them apart. ` +
        'Give each computer an "identity.hostLabel" of its own, or report them one by one',
      one.trail,
    )
  }
}

function commonZone(known: readonly TrailIdentity[]): string {
  const zones = [...new Set(known.map(({ zone }) => zone))]
  const [zone] = zones
  if (zone !== undefined && zones.length === 1) return zone
  throw new OptionRangeError('zone', `is required: the trails have different zones (${zones.join(', ')})`, undefined)
}

/**
 * The trails that a folder stands for: itself where it is one, else the folders in it that are.
 * @throws {TrailReadError} where the folder cannot be read
 */
export async function trailsIn(folder: string): Promise<readonly string[]> {
  if ((await listSegments(folder)).segments.length > 0) return [folder]
  const entries = await readdir(folder, { withFileTypes: true })
  const found: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (!entry.isDirectory() && !entry.isSymbolicLink()) continue
    const segments = await listSegments(path).then(
      ({ segments: some }) => some.length,
      () => 0,
    )
    if (segments > 0) found.push(path)
  }
  return found.length > 0 ? found : [folder]
}
