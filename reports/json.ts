/**
 * The JSON text of a result: stable order, two blanks of indentation, a newline at its end.
 * @module
 */
import type { ReportResult } from './types.js'

export function toJson(result: ReportResult): string {
  return `${JSON.stringify(result, null, 2)}\n`
}
