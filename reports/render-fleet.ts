/**
 * Renders several computers: the files of each, and all of them side by side as PDF, CSV and JSON.
 * @module
 */
import type { Built } from './build.js'
import { hostsCsv } from './csv/hosts.js'
import { buildFleet, type FleetOptions, type FleetResult, fleetExitCode } from './fleet.js'
import { fileStem } from './name.js'
import { type Published, Shelf } from './publish.js'
import { checkFormats, type OutputOptions, pause, writeReport } from './render.js'
import type { ReportResult } from './types.js'

export interface RenderFleetOptions extends FleetOptions, OutputOptions {}

export interface RenderedFleet {
  readonly result: FleetResult
  readonly files: readonly Published[]
  /** 1 where the policy of one computer is not met, 3 where proof is lacking, 0 where all are met. */
  readonly exitCode: 0 | 1 | 3
}

/**
 * Renders a fleet.
 * @example
 * const { result } = await renderFleet({ trails: ['./till-1', './till-2'], month: '2026-11', out: 'reports/' })
 * @throws {OptionRangeError} for two trails of one computer
 */
export async function renderFleet(options: RenderFleetOptions): Promise<RenderedFleet> {
  checkFormats(options)
  const { fleet, built } = await buildFleet(options)
  const { out, formats = ['pdf', 'csv'], csvForm = 'evidence', paper } = options
  if (out === undefined) return { result: fleet.result, files: [], exitCode: fleetExitCode(fleet.result) }
  const { files, reports } = await writeEach(built, options)
  const first = fleet.reports[0]!
  const stem = fileStem('fleet', first.period.stem, fleet.result.profile)
  const shelf = await Shelf.open(out, Math.max(...fleet.result.hosts.map(({ asOf }) => asOf)))
  if (formats.includes('csv')) files.push(await shelf.put(`${stem}_hosts.csv`, hostsCsv(fleet.result, csvForm)))
  const listed = files.map(({ name, sha256, bytes }) => ({ name, sha256, bytes }))
  const result = { ...fleet.result, reports, files: listed }
  if (formats.includes('pdf')) {
    const { drawFleet } = await import('./pdf/fleet.js')
    const bytes = await drawFleet({ result, reports: fleet.reports }, { paper, pause: () => pause(options.signal) })
    files.push(await shelf.put(`${stem}.pdf`, [bytes]))
  }
  if (formats.includes('json')) files.push(await shelf.put(`${stem}.json`, [`${JSON.stringify(result, null, 2)}\n`]))
  return { result, files, exitCode: fleetExitCode(result) }
}

async function writeEach(
  built: readonly Built[],
  options: RenderFleetOptions,
): Promise<{ readonly files: Published[]; readonly reports: readonly ReportResult[] }> {
  const files: Published[] = []
  const reports: ReportResult[] = []
  for (const one of built) {
    const rendered = await writeReport(one, options)
    files.push(...rendered.files)
    reports.push(rendered.result)
  }
  return { files, reports }
}
