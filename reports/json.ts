/**
 * The JSON text of a result: stable order, two blanks of indentation, a newline at its end.
 * @module
 */
import type { FleetResult } from './fleet.js'
import type { ReportResult } from './types.js'

export function toJson(result: ReportResult | FleetResult): string {
  return `${JSON.stringify(result, null, 2)}\n`
}
