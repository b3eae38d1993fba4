/**
 * `ntp-auditor/reports`: proof from a trail as PDF, CSV and JSON. No PDF code is loaded before a PDF is drawn.
 * @module
 */
export { type BuildOptions, type Built, buildReport } from './build.js'
export { type CheckDocument, type CheckOptions, checkExitCode, checkReport } from './check.js'
export type { Difference, FileState, PageState } from './check-document.js'
export { checkFleet, type FleetCheckDocument, type FleetCheckOptions, type FleetDifference } from './check-fleet.js'
export type { CsvForm } from './csv/index.js'
export { buildFleet, type Fleet, type FleetOptions, type FleetResult, type FleetRow, trailsIn } from './fleet.js'
export type { PeriodChoice } from './period.js'
export { exitCode } from './policy.js'
export { allProfiles, findProfile, type Profile, type ProfileInput } from './profiles/index.js'
export type { Published } from './publish.js'
export {
  type OutputOptions,
  type Rendered,
  type RenderOptions,
  type ReportFormat,
  renderReport,
} from './render.js'
export { type RenderedFleet, type RenderFleetOptions, renderFleet } from './render-fleet.js'
export type { Bound, Paper, Report, ReportFile, ReportProgress, ReportResult } from './types.js'
