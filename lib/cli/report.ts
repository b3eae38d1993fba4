/**
 * `ntp-auditor report`: what a trail, or several, prove of a period, as PDF, CSV and JSON; and whether a report is what its trail says.
 * @module
 */
import { resolve } from 'node:path'
import type { FleetResult } from '../../reports/fleet.js'
import type { PeriodChoice } from '../../reports/period.js'
import type { ReportResult } from '../../reports/types.js'
import type { Configuration } from '../config/types.js'
import { checkText, fleetCheckText } from './check-text.js'
import { exitEnvironment, UsageError } from './exit.js'
import type { Io } from './io.js'
import type { CheckRequest, Parts, ReportFormat } from './parts.js'
import { ownProfiles } from './profiles.js'
import { ProgressBar } from './progress.js'
import { genesisOf, trailOf } from './settings.js'
import { demandTrail } from './show.js'
import { harmless, nanosecondsOf, paint, sizeText, table } from './text.js'
import { readKeys } from './trust.js'

export interface ReportOptions extends PeriodChoice {
  readonly config?: string
  readonly trail?: readonly string[]
  readonly json?: boolean
  readonly zone?: string
  readonly profile?: string
  readonly tolerance?: string
  readonly warning?: string
  readonly format?: string
  readonly csv?: string
  readonly paper?: string
  readonly out?: string
  readonly key?: readonly string[]
  readonly index?: string
  readonly verify?: string
  readonly check?: string
  readonly print?: boolean
}

const formats: readonly ReportFormat[] = ['pdf', 'csv', 'json']

/** @returns 0 policy met, 1 not met, 3 unmet only for lack of proof or no records; of several trails the worst */
export async function report(options: ReportOptions, io: Io, parts: Parts): Promise<number> {
  const trails = await trailsOf(options, io)
  const given = options.key === undefined ? null : await readKeys(options.key, io)
  const genesis = given === null ? await genesisKeys(options, trails, io) : null
  const printing = options.print ? await printingOf(options, io) : null
  if (options.check !== undefined) {
    return check(options, { file: resolve(io.cwd, options.check), trails, keys: given, genesis }, io, parts)
  }
  const wanted = formatsOf(options.format)
  const { parseDuration } = await import('../config/units.js')
  const toleranceNs = options.tolerance === undefined ? null : parseDuration(options.tolerance, '--tolerance')
  if (toleranceNs === 0n) throw new UsageError(`--tolerance must be more than nothing, got "${options.tolerance}"`)
  const out = options.out ?? (options.json && printing === null ? null : '.')
  const { day, week, month, quarter, year, from, to, zone, index } = options
  const bar = new ProgressBar(io)
  const { result, paths, exitCode, verification } = await parts
    .renderReport({
      trails,
      period: { day, week, month, quarter, year, from, to },
      zone: zone ?? null,
      nowNs: io.nowNs(),
      profile: options.profile ?? null,
      profiles: await ownProfiles(options, io, options.profile),
      toleranceNs,
      warning: options.warning ?? null,
      formats: wanted,
      csvForm: choice('--csv', options.csv, ['evidence', 'spreadsheet']),
      paper: choice('--paper', options.paper, ['a4', 'letter']),
      out: out === null ? null : resolve(io.cwd, out),
      keys: given ?? genesis ?? [],
      index: index ?? null,
      verify: choice<'changed' | 'all'>('--verify', options.verify, ['changed', 'all']) ?? undefined,
      onProgress: bar.update,
    })
    .finally(() => bar.clear())
  if (verification) await io.stderr.write(verifiedText(verification))
  const text = () => ('hosts' in result ? fleetText(result, paths, io) : reportText(result, paths, io))
  await io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : text())
  if (printing === null) return exitCode
  const { printFiles, printedText } = await import('./print.js')
  const pages = paths.filter((path) => path.endsWith('.pdf'))
  const { printed, ok } = await printFiles(pages, printing, io, parts)
  if (!options.json) await io.stdout.write(printedText(printed))
  return ok ? exitCode : exitEnvironment
}

/** The configuration of the computer that prints; its trail tells of it. */
async function printingOf({ config, format, check }: ReportOptions, io: Io): Promise<Configuration> {
  if (check !== undefined) throw new UsageError('--check makes no report to --print: leave one out')
  if (!formatsOf(format).includes('pdf'))
    throw new UsageError(`--print prints the PDF: --format must list it, got "${format}"`)
  return (await import('./print.js')).printSettings(config === undefined ? {} : { config }, io)
}

/** What was read now; nothing to tell where that is everything. */
function verifiedText({ earlierUpTo, upTo }: { readonly earlierUpTo: number; readonly upTo: number }): string {
  if (earlierUpTo === 0) return ''
  const now = upTo > earlierUpTo ? `records ${earlierUpTo + 1} to ${upTo} were verified now` : 'nothing is new'
  return `${now}; records 1 to ${earlierUpTo} were verified earlier, and no file of them has changed since (--verify all reads everything)\n`
}

/** The trails that were named; a folder of trails stands for all of them. */
async function trailsOf({ config, trail }: ReportOptions, io: Io): Promise<readonly string[]> {
  const named = trail?.map((one) => trailOf({ trail: one }, io)) ?? [
    trailOf(config === undefined ? {} : { config }, io),
  ]
  const { trailsIn } = await import('../../reports/fleet.js')
  const found: string[] = []
  for (const folder of named) found.push(...(await trailsIn(folder)))
  for (const one of found) await demandTrail(one)
  return found
}

/** The genesis key of the configuration, where that is about the only trail; `null`: none. */
async function genesisKeys(
  options: ReportOptions,
  trails: readonly string[],
  io: Io,
): Promise<readonly string[] | null> {
  const [trail] = trails
  if (trail === undefined || trails.length > 1) return null
  const common = options.config === undefined ? {} : { config: options.config }
  const genesis = genesisOf(options.trail === undefined ? common : { ...common, trail }, trail, io)
  return genesis === null ? null : readKeys([genesis], io)
}

async function check(
  { json, index }: ReportOptions,
  asked: Pick<CheckRequest, 'file' | 'trails' | 'keys' | 'genesis'>,
  io: Io,
  parts: Parts,
): Promise<number> {
  const bar = new ProgressBar(io)
  const { document, exitCode } = await parts
    .checkReport({ ...asked, index: index ?? null, onProgress: bar.update })
    .finally(() => bar.clear())
  const text = () => ('hosts' in document ? fleetCheckText(document, io) : checkText(document, io))
  await io.stdout.write(json ? `${JSON.stringify(document)}\n` : text())
  return exitCode
}

function formatsOf(text = 'pdf,csv'): ReportFormat[] {
  const words = text.split(',')
  const unknown = words.find((word) => !(formats as readonly string[]).includes(word))
  if (unknown !== undefined) throw new UsageError(`--format must list ${formats.join(', ')}, got "${text}"`)
  return formats.filter((format) => words.includes(format))
}

function choice<T extends string>(option: string, value: string | undefined, known: readonly T[]): T | null {
  if (value === undefined) return null
  if (known.includes(value as T)) return value as T
  throw new UsageError(`${option} must be ${known.join(' or ')}, got "${value}"`)
}

const verdicts = ['PROVEN', 'VIOLATED', 'INDETERMINATE', 'UNMONITORED', 'OFF'] as const

/** The result for eyes: what was asked, the seconds by verdict, what the policy says, what was written. */
function reportText(result: ReportResult, paths: readonly string[], io: Io): string {
  const rows = verdicts
    .filter((verdict) => result.seconds[verdict] > 0)
    .map((verdict) => [verdict, `${result.seconds[verdict].toFixed(3)} s`])
  const lack = result.policy.failures.every((failure) => failure.lack)
  return [
    `${harmless(result.host)}, ${result.period} (${result.zone})${result.simulation ? ', SIMULATION' : ''}: ${result.from} to ${result.to}\n`,
    `tolerance ${sizeText(nanosecondsOf(result.tolerance))}, profile ${result.profile}, as of record ${result.asOf}` +
      `${result.closed ? '' : ' (the period is not closed yet: it may say more later)'}\n\n`,
    table(['verdict', '>time'], rows),
    `\n${result.clockChanges.length} clock changes, ${result.gaps.length} gaps\n`,
    `${outcomeText(result.policy.met ? 'met' : lack ? 'not-proven' : 'not-met', io)}\n`,
    ...result.policy.failures.map(({ message }) => `  ${harmless(message)}\n`),
    ...(result.rule?.conclusion ? [`${harmless(result.rule.conclusion)}\n`] : []),
    ...paths.map((path) => `wrote ${path}\n`),
  ].join('')
}

function outcomeText(outcome: 'met' | 'not-met' | 'not-proven', io: Io): string {
  if (outcome === 'met') return paint(io, io.stdout, 'green', 'POLICY MET')
  if (outcome === 'not-met') return paint(io, io.stdout, 'red', 'POLICY NOT MET')
  return paint(io, io.stdout, 'yellow', 'POLICY NOT MET for lack of proof')
}

/** A line per computer. */
function fleetText(result: FleetResult, paths: readonly string[], io: Io): string {
  const rows = result.hosts.map((row) => [
    harmless(row.host),
    row.outcome,
    `${(Math.floor(row.provenShare * 1e5) / 1e3).toFixed(3)} %`,
    String(row.clockChanges),
    String(row.gaps),
    harmless(row.reason ?? ''),
  ])
  return [
    `${result.hosts.length} computers, ${result.period} (${result.zone})${result.simulation ? ', SIMULATION' : ''}: ${result.from} to ${result.to}\n`,
    `profile ${result.profile}\n\n`,
    table(['computer', 'policy', '>PROVEN', '>changes', '>gaps', 'reason'], rows),
    '\n',
    ...result.hosts.flatMap(({ host, outcome }) =>
      outcome === 'met' ? [] : [`${harmless(host)}: ${outcomeText(outcome, io)}\n`],
    ),
    ...paths.map((path) => `wrote ${path}\n`),
  ].join('')
}
