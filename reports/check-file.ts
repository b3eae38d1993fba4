/**
 * Holds a file against the trails that were given for it, whether it is the report of one computer or of several.
 * @module
 */
import { OptionRangeError } from '../lib/errors.js'
import { type CheckDocument, checkPrinted } from './check.js'
import { isFleet, readPrinted } from './check-document.js'
import { checkPrintedFleet, type FleetCheckDocument, type FleetCheckOptions } from './check-fleet.js'

export { checkExitCode } from './check.js'

export interface FileCheckOptions extends FleetCheckOptions {
  /** Keys for a report of one computer, where `keys` names none. */
  readonly genesis?: readonly string[] | undefined
}

/** @throws {OptionRangeError} where the file is no report, or is one of one computer and several trails were given */
export async function checkFile({
  genesis,
  ...options
}: FileCheckOptions): Promise<CheckDocument | FleetCheckDocument> {
  const printed = await readPrinted(options.file)
  if (isFleet(printed.document)) return checkPrintedFleet(printed, options)
  const { trails, keys = genesis, ...rest } = options
  const [trail] = trails
  if (trail === undefined || trails.length > 1) {
    const { host } = printed.document
    throw new OptionRangeError('trail', `must be given once: the report is of one computer, "${host}"`, trails)
  }
  return checkPrinted(printed, { ...rest, trail, keys })
}
