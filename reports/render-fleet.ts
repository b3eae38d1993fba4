/**
 * Renders several computers at once: a page for all of them, beside the files of each.
 * @module
 */
import { setImmediate as turn } from 'node:timers/promises'
import { parseDuration } from '../lib/config/units.js'
import { buildFleet, type FleetOptions, type FleetResult, fleetExitCode } from './fleet.js'
import { toJson } from './json.js'
import { fileStem } from './name.js'
import type { Paper } from './pdf/archive.js'
import { type Published, Shelf } from './publish.js'

export interface RenderFleetOptions extends FleetOptions {
  /** A duration such as `50ms`. Default: what each auditor was configured with. */
  readonly tolerance?: string | undefined
  /** Folder for the files; made where it is missing. */
  readonly out: string
  readonly formats?: readonly ('pdf' | 'json')[] | undefined
  readonly paper?: Paper | undefined
}

export interface RenderedFleet {
  readonly result: FleetResult
  readonly files: readonly Published[]
  /** 0 all met, 1 one is not, 3 unmet only for lack of proof. */
  readonly exitCode: 0 | 1 | 3
}

/**
 * Renders the table of all computers.
 * @throws {OptionRangeError} for two trails of one computer, and for trails of different zones where none is chosen
 * @throws {TrailReadError} a trail cannot be read
 * @throws {OutputError} the folder cannot be written
 */
export async function renderFleet(options: RenderFleetOptions): Promise<RenderedFleet> {
  const { out, formats = ['pdf', 'json'], paper, tolerance, ...rest } = options
  const given = tolerance === undefined ? {} : { toleranceNs: parseDuration(tolerance, 'tolerance') }
  const { fleet } = await buildFleet({ ...rest, ...given })
  const { result, reports } = fleet
  const stem = fileStem(`fleet-of-${result.hosts.length}`, reports[0]!.period.stem, result.profile)
  const shelf = await Shelf.open(out, Math.max(...result.hosts.map(({ asOf }) => asOf)))
  const files: Published[] = []
  if (formats.includes('pdf')) {
    const { drawFleet } = await import('./pdf/fleet.js')
    const pause = async () => {
      await turn()
      options.signal?.throwIfAborted()
    }
    files.push(await shelf.put(`${stem}.pdf`, [await drawFleet(fleet, { pause, paper })]))
  }
  if (formats.includes('json')) files.push(await shelf.put(`${stem}.json`, [toJson(result)]))
  return { result, files, exitCode: fleetExitCode(result) }
}
