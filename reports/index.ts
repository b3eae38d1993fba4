/**
 * `ntp-auditor/reports`: proof from a trail as PDF, CSV and JSON. No PDF code is loaded before a PDF is drawn.
 * @module
 */
export { type BuildOptions, type Built, buildReport } from './build.js'
export type { CsvForm } from './csv/index.js'
export type { PeriodChoice } from './period.js'
export { exitCode } from './policy.js'
export type { Published } from './publish.js'
export { type Rendered, type RenderOptions, type ReportFormat, renderReport } from './render.js'
export type { Bound, Report, ReportFile, ReportProgress, ReportResult } from './types.js'
