/**
 * Holds a report against its trail: is its result what the trail says up to the record it names (by any version), and are its pages the
 * very bytes that this version draws?
 * @module
 */
import { dirname } from 'node:path'
import { OptionRangeError } from '../lib/errors.js'
import type { BuildOptions } from './build.js'
import { again } from './check-again.js'
import {
  compare,
  compareFiles,
  compareId,
  comparePage,
  type Difference,
  type FileState,
  isFleet,
  mostDifferences,
  otherVersion,
  type PageState,
  type Printed,
  readPrinted,
} from './check-document.js'
import type { Report, ReportResult } from './types.js'

export interface CheckOptions extends Pick<BuildOptions, 'trail' | 'keys' | 'index' | 'onProgress' | 'signal'> {
  /** A report as PDF or JSON. */
  readonly file: string
}

export interface CheckDocument {
  readonly file: string
  readonly kind: 'pdf' | 'json'
  /** What the file says it is. */
  readonly report: Pick<ReportResult, 'id' | 'host' | 'period' | 'from' | 'to' | 'asOf' | 'profile' | 'tool'>
  /** `same`: the trail says what the report says. `unknown`: the trail cannot tell, `reason` says why. */
  readonly result: {
    readonly state: 'same' | 'different' | 'unknown'
    readonly reason: string | null
    /** Where both differ, the first twenty: a path in the document, what the file has there and what the trail says. */
    readonly differences: readonly Difference[]
  }
  /** `not-compared`: another version drew it; `reason` names it. */
  readonly page: PageState
  /** The files that the report names, as they lie beside it. */
  readonly files: readonly FileState[]
}

/**
 * @throws {OptionRangeError} where the file is no report of this package about one computer
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function checkReport(options: CheckOptions): Promise<CheckDocument> {
  return checkPrinted(await readPrinted(options.file), options)
}

/** The same of a file that was read already. */
export async function checkPrinted(printed: Printed, options: Omit<CheckOptions, 'file'>): Promise<CheckDocument> {
  const { file, kind, document } = printed
  if (isFleet(document)) {
    throw new OptionRangeError('check', 'must be a report of one computer: checkFleet checks one of several', file)
  }
  const { id, host, period, from, to, asOf, profile, tool } = document
  const made = await again(document, options)
  const report = made.kind === 'made' ? made.report : null
  const differences = [
    ...compareId(document),
    ...(made.kind === 'impossible' ? [made.difference] : []),
    ...(report ? compare(document, { ...report.result, files: document.files }) : []),
  ]
  return {
    file,
    kind,
    report: { id, host, period, from, to, asOf, profile, tool },
    result: {
      state: differences.length > 0 ? 'different' : report ? 'same' : 'unknown',
      reason: made.kind === 'unknown' ? made.reason : null,
      differences: differences.slice(0, mostDifferences),
    },
    page: await pageOf(printed, document, report),
    files: await compareFiles(document.files, dirname(file)),
  }
}

async function pageOf(printed: Printed, document: ReportResult, made: Report | null): Promise<PageState> {
  if (!made) return { state: 'not-compared', reason: 'the result could not be made again' }
  const report: Report = { ...made, result: { ...made.result, files: document.files } }
  return (
    otherVersion(document.tool) ??
    comparePage(printed, report.result, async (paper) => {
      const { drawPdf } = await import('./pdf/document.js')
      return drawPdf(report, { paper, pause: async () => {} })
    })
  )
}

/** 0: the trail says what the report says, and the page (where it was compared) is the same; 1: they differ; 3: the trail cannot tell. */
export function checkExitCode({ result, page, files }: Pick<CheckDocument, 'result' | 'page' | 'files'>): 0 | 1 | 3 {
  const differs =
    result.state === 'different' || page.state === 'different' || files.some(({ state }) => state === 'different')
  if (differs) return 1
  return result.state === 'same' ? 0 : 3
}
