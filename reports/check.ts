/**
 * Holds a report against its trail: is its result what the trail says up to the record it names (by any version), and are its pages the
 * very bytes that this version draws?
 * @module
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { formatDuration } from '../lib/config/units.js'
import { OptionRangeError } from '../lib/errors.js'
import { parseInstant } from '../lib/instant.js'
import { readAttachment } from './attachment.js'
import { type BuildOptions, buildBy } from './build.js'
import { toJson } from './json.js'
import type { PeriodChoice } from './period.js'
import { parseProfile } from './profiles/input.js'
import { nanoseconds } from './seconds.js'
import type { Report, ReportResult } from './types.js'
import { toolName } from './version.js'

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
    readonly differences: readonly { readonly path: string; readonly file: string; readonly trail: string }[]
  }
  /** `not-compared`: another version drew it; `reason` names it. */
  readonly page: { readonly state: 'same' | 'different' | 'not-compared'; readonly reason: string | null }
  /** The files that the report names, as they lie beside it. */
  readonly files: readonly { readonly name: string; readonly state: 'same' | 'different' | 'missing' }[]
}

const mostDifferences = 20

/**
 * @throws {OptionRangeError} where the file is no report of this package
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function checkReport(options: CheckOptions): Promise<CheckDocument> {
  const { file } = options
  const bytes = await readReport(file)
  const kind = bytes.subarray(0, 5).toString('latin1') === '%PDF-' ? 'pdf' : 'json'
  const text = kind === 'pdf' ? readAttachment(bytes, 'result.json') : bytes
  if (!text) throw new OptionRangeError('check', 'must be a report of ntp-auditor: no result is embedded', file)
  const printed = parseResult(text.toString('utf8'), file)
  const { id, host, period, from, to, asOf, profile, tool } = printed
  const made = await again(printed, options)
  const report = typeof made === 'string' ? null : made
  const differences = report ? compare(printed, { ...report.result, files: printed.files }) : []
  if (idOf(printed) !== id) {
    differences.unshift({ path: 'id', file: id, trail: `${idOf(printed)} (by the rest of the file itself)` })
  }
  const state = differences.length > 0 ? 'different' : report ? 'same' : 'unknown'
  return {
    file,
    kind,
    report: { id, host, period, from, to, asOf, profile, tool },
    result: {
      state,
      reason: typeof made === 'string' ? made : null,
      differences: differences.slice(0, mostDifferences),
    },
    page: await comparePage(kind, bytes, printed, report),
    files: await compareFiles(printed, dirname(file)),
  }
}

async function readReport(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
    throw new OptionRangeError('check', `must be a report of ntp-auditor: ${why}`, file)
  }
}

/** Reads a result; of its fields those that the check itself rests on must be what they should be. */
function parseResult(text: string, file: string): ReportResult {
  const refuse = (): never => {
    throw new OptionRangeError('check', 'must be a report of ntp-auditor as PDF or JSON', basename(file))
  }
  let found: Partial<ReportResult>
  try {
    found = JSON.parse(text) as Partial<ReportResult>
  } catch {
    return refuse()
  }
  const texts = [
    found?.id,
    found?.host,
    found?.tool,
    found?.from,
    found?.to,
    found?.zone,
    found?.period,
    found?.profile,
  ]
  const whole = Number.isSafeInteger(found?.asOf) && typeof found.tolerance === 'number' && Array.isArray(found.files)
  if (!texts.every((one) => typeof one === 'string') || !whole || typeof found.rule?.definition !== 'object') refuse()
  return found as ReportResult
}

/** The report made again. A text says why it cannot be made. */
async function again(
  printed: ReportResult,
  { trail, keys, index, onProgress, signal }: CheckOptions,
): Promise<Report | string> {
  const warning = printed.warning ? { warning: formatDuration(nanoseconds(printed.warning.threshold)) } : {}
  const { report } = await buildBy(parseProfile(printed.profile, printed.rule.definition), {
    ...choiceOf(printed.period),
    ...warning,
    ...{ trail, index, onProgress, signal, zone: printed.zone, asOf: printed.asOf },
    keys: keys ?? printed.integrity?.keys,
    toleranceNs: nanoseconds(printed.tolerance),
    nowNs: parseInstant(printed.to),
  })
  const { host, asOf } = report.result
  if (host !== printed.host) return `the trail is that of "${host}", the report speaks of "${printed.host}"`
  if (asOf < printed.asOf)
    return `the trail ends with record ${asOf}, the report rests on records up to ${printed.asOf}`
  return report
}

/** `day 2026-11-21`, `week 2026-W47`, or two instants: as the period's words have it. */
function choiceOf(words: string): PeriodChoice {
  const [, unit, name] = /^(day|week|month|quarter|year) (\S+)$/.exec(words) ?? []
  if (unit !== undefined && name !== undefined) return { [unit]: name }
  const [from = '', to = ''] = words.split(' to ')
  return { from, to }
}

type Difference = CheckDocument['result']['differences'][number]

/** What changes from version to version, or with what else was written. */
const passedOver = new Set(['id', 'tool'])

/**
 * Every field of the printed document against the one made again. Fields that a later version added are passed over: fields are never
 * renamed or removed.
 */
function compare(printed: unknown, made: unknown, path = ''): Difference[] {
  if (Array.isArray(printed) && Array.isArray(made) && printed.length === made.length) {
    return printed.flatMap((one, i) => compare(one, made[i], `${path}[${i}]`))
  }
  if (isObject(printed) && isObject(made)) {
    return Object.keys(printed).flatMap((key) => {
      if (path === '' && passedOver.has(key)) return []
      return compare(printed[key], made[key], path === '' ? key : `${path}.${key}`)
    })
  }
  if (Object.is(printed, made)) return []
  return [{ path, file: show(printed), trail: show(made) }]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  const text = Array.isArray(value) ? `a list of ${value.length}` : (JSON.stringify(value) ?? 'nothing')
  return text.length > 100 ? `${text.slice(0, 100)}...` : text
}

/** What {@link ReportResult.id} must be by the rest of the document. */
function idOf(printed: ReportResult): string {
  const { id: _, files: __, ...body } = printed
  return createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 12)
}

async function comparePage(
  kind: 'pdf' | 'json',
  bytes: Buffer,
  printed: ReportResult,
  made: Report | null,
): Promise<CheckDocument['page']> {
  if (!made) return { state: 'not-compared', reason: 'the result could not be made again' }
  if (printed.tool !== toolName()) {
    const version = printed.tool.replace(/^ntp-auditor /, 'ntp-auditor@')
    return { state: 'not-compared', reason: `run ${version}: another version drew it` }
  }
  const report: Report = { ...made, result: { ...made.result, files: printed.files } }
  if (kind === 'json') {
    // As a file has it, or as `--json` printed it.
    const forms = [toJson(report.result), `${JSON.stringify(report.result)}\n`]
    return pageState(forms.some((form) => bytes.equals(Buffer.from(form))))
  }
  const { drawPdf } = await import('./pdf/document.js')
  for (const paper of ['a4', 'letter'] as const) {
    if (bytes.equals(await drawPdf(report, { paper, pause: async () => {} }))) return pageState(true)
  }
  return pageState(false)
}

function pageState(same: boolean): CheckDocument['page'] {
  return { state: same ? 'same' : 'different', reason: null }
}

async function compareFiles({ files }: ReportResult, folder: string): Promise<CheckDocument['files']> {
  const found: CheckDocument['files'][number][] = []
  for (const { name, sha256 } of files) {
    // A name that leads elsewhere is none that a report has.
    const bytes = basename(name) === name ? await readFile(join(folder, name)).catch(() => null) : null
    const state =
      bytes === null ? 'missing' : createHash('sha256').update(bytes).digest('hex') === sha256 ? 'same' : 'different'
    found.push({ name, state })
  }
  return found
}

/** 0: the trail says what the report says, and the page (where it was compared) is the same; 1: they differ; 3: the trail cannot tell. */
export function checkExitCode({ result, page, files }: CheckDocument): 0 | 1 | 3 {
  const differs =
    result.state === 'different' || page.state === 'different' || files.some(({ state }) => state === 'different')
  if (differs) return 1
  return result.state === 'same' ? 0 : 3
}
