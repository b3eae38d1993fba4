/**
 * `ntp-auditor report`: what a trail proves of a period, as PDF, CSV and JSON.
 * @module
 */
import { resolve } from 'node:path'
import type { ReportResult } from '../../reports/types.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import type { Parts, ReportFormat } from './parts.js'
import { ProgressBar } from './progress.js'
import { trailOf } from './settings.js'
import { demandTrail } from './show.js'
import { harmless, nanosecondsOf, paint, sizeText, table } from './text.js'

export interface ReportOptions {
  readonly config?: string
  readonly trail?: readonly string[]
  readonly json?: boolean
  readonly day?: string
  readonly month?: string
  readonly year?: string
  readonly from?: string
  readonly to?: string
  readonly zone?: string
  readonly tolerance?: string
  readonly format?: string
  readonly out?: string
  readonly index?: string
}

const formats: readonly ReportFormat[] = ['pdf', 'csv', 'json']

/** @returns 0 policy met, 1 not met, 3 unmet only for lack of proof or no records; of several trails the worst */
export async function report(options: ReportOptions, io: Io, parts: Parts): Promise<number> {
  const wanted = formatsOf(options.format)
  const { parseDuration } = await import('../config/units.js')
  const toleranceNs = options.tolerance === undefined ? null : parseDuration(options.tolerance, '--tolerance')
  if (toleranceNs === 0n) throw new UsageError(`--tolerance must be more than nothing, got "${options.tolerance}"`)
  const out = options.out ?? (options.json ? null : '.')
  const codes: number[] = []
  const common = options.config === undefined ? {} : { config: options.config }
  const trails = options.trail?.map((trail) => trailOf({ trail }, io)) ?? [trailOf(common, io)]
  for (const trail of trails) {
    await demandTrail(trail)
    const bar = new ProgressBar(io)
    const { day, month, year, from, to, zone, index } = options
    const { result, paths, exitCode } = await parts
      .renderReport({
        trail,
        period: { day, month, year, from, to },
        zone: zone ?? null,
        nowNs: io.nowNs(),
        toleranceNs,
        formats: wanted,
        out: out === null ? null : resolve(io.cwd, out),
        index: index ?? null,
        onProgress: bar.update,
      })
      .finally(() => bar.clear())
    await io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : reportText(result, paths, io))
    codes.push(exitCode)
  }
  return codes.includes(1) ? 1 : codes.includes(3) ? 3 : 0
}

function formatsOf(text = 'pdf,csv'): ReportFormat[] {
  const words = text.split(',')
  const unknown = words.find((word) => !(formats as readonly string[]).includes(word))
  if (unknown !== undefined) throw new UsageError(`--format must list ${formats.join(', ')}, got "${text}"`)
  return formats.filter((format) => words.includes(format))
}

const verdicts = ['PROVEN', 'VIOLATED', 'INDETERMINATE', 'UNMONITORED', 'OFF'] as const

/** The result for eyes: what was asked, the seconds by verdict, what the policy says, what was written. */
function reportText(result: ReportResult, paths: readonly string[], io: Io): string {
  const rows = verdicts
    .filter((verdict) => result.seconds[verdict] > 0)
    .map((verdict) => [verdict, `${result.seconds[verdict].toFixed(3)} s`])
  const policy = result.policy.met
    ? paint(io, io.stdout, 'green', 'POLICY MET')
    : result.policy.failures.every(({ lack }) => lack)
      ? paint(io, io.stdout, 'yellow', 'POLICY NOT MET for lack of proof')
      : paint(io, io.stdout, 'red', 'POLICY NOT MET')
  return [
    `${harmless(result.host)}, ${result.period} (${result.zone})${result.simulation ? ', SIMULATION' : ''}: ${result.from} to ${result.to}\n`,
    `tolerance ${sizeText(nanosecondsOf(result.tolerance))}, profile ${result.profile}, as of record ${result.asOf}\n\n`,
    table(['verdict', '>time'], rows),
    `\n${result.clockChanges.length} clock changes, ${result.gaps.length} gaps\n${policy}\n`,
    ...result.policy.failures.map(({ message }) => `  ${harmless(message)}\n`),
    ...paths.map((path) => `wrote ${path}\n`),
  ].join('')
}
