/**
 * What a report says of itself: reads the document out of a PDF or a JSON file, and holds it against itself and against the files that
 * it names. Whoever wrote the file may be a forger: nothing of it is believed here.
 * @module
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { OptionRangeError } from '../lib/errors.js'
import { readAttachment } from './attachment.js'
import type { FleetResult } from './fleet.js'
import type { ReportFile, ReportResult } from './types.js'
import { toolName } from './version.js'

/** A place where a document and its trail differ. */
export interface Difference {
  readonly path: string
  /** What the file has there. */
  readonly file: string
  /** What the trail says; or what the file must have there, by the rest of it. */
  readonly trail: string
}

/** Whether the page is, byte for byte, the one that this version draws. `not-compared`: `reason` says why. */
export interface PageState {
  readonly state: 'same' | 'different' | 'not-compared'
  readonly reason: string | null
}

/** A file that the report names, as it lies beside it. */
export interface FileState {
  readonly name: string
  readonly state: 'same' | 'different' | 'missing'
}

/** A file that holds a document. */
export interface Printed {
  readonly file: string
  readonly kind: 'pdf' | 'json'
  readonly bytes: Buffer
  readonly document: ReportResult | FleetResult
}

/** More are not listed. */
export const mostDifferences = 20

/** @throws {OptionRangeError} where the file is no report of this package */
export async function readPrinted(file: string): Promise<Printed> {
  const bytes = await readReport(file)
  const kind = bytes.subarray(0, 5).toString('latin1') === '%PDF-' ? 'pdf' : 'json'
  const text = kind === 'pdf' ? readAttachment(bytes, 'result.json') : bytes
  if (!text) throw new OptionRangeError('check', 'must be a report of ntp-auditor: no result is embedded', file)
  return { file, kind, bytes, document: parse(text.toString('utf8'), file) }
}

/** A report of one computer into which somebody wrote a list of reports stays one. */
export function isFleet(document: ReportResult | FleetResult): document is FleetResult {
  return isFleetResult(document)
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

/** Of the fields, those that the check itself rests on must be what they should be. */
function parse(text: string, file: string): ReportResult | FleetResult {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    found = null
  }
  if (isObject(found) && (isResult(found) || isFleetResult(found))) return found
  throw new OptionRangeError('check', 'must be a report of ntp-auditor as PDF or JSON', basename(file))
}

function isResult(found: object): found is ReportResult {
  const one = found as Partial<ReportResult>
  const texts = [one.id, one.host, one.tool, one.from, one.to, one.zone, one.period, one.profile]
  return (
    texts.every((text) => typeof text === 'string') &&
    Number.isSafeInteger(one.asOf) &&
    typeof one.tolerance === 'number' &&
    isFiles(one.files) &&
    isObject(one.rule) &&
    isObject(one.rule.definition)
  )
}

function isFleetResult(found: object): found is FleetResult {
  const one = found as Partial<FleetResult>
  const texts = [one.id, one.tool, one.from, one.to, one.zone, one.period, one.profile]
  const hosts: unknown = one.hosts
  const reports: unknown = one.reports
  return (
    texts.every((text) => typeof text === 'string') &&
    isFiles(one.files) &&
    Array.isArray(hosts) &&
    hosts.every(isObject) &&
    Array.isArray(reports) &&
    reports.length > 0 &&
    reports.every((report) => isObject(report) && isResult(report) && typeof report.origin === 'string')
  )
}

function isFiles(value: unknown): value is readonly ReportFile[] {
  return Array.isArray(value) && value.every((one) => isObject(one) && typeof one.name === 'string')
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Twelve digits of a document's SHA-256, as its `id` has them. */
export function digitsOf(body: object): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 12)
}

/** What {@link ReportResult.id} must be by the rest of the document. */
export function compareId({ id, files: _, ...body }: ReportResult): Difference[] {
  return ownId(id, digitsOf(body))
}

/** An id, and what it must be by the rest of the document. */
export function ownId(id: string, right: string): Difference[] {
  return id === right ? [] : [{ path: 'id', file: id, trail: `${right} (by the rest of the file itself)` }]
}

/** What changes from version to version, or with what else was written. */
const passedOver = new Set(['id', 'tool'])

/**
 * Every field of the printed document against the one made again. Fields that a later version added are passed over: fields are never
 * renamed or removed.
 */
export function compare(printed: unknown, made: unknown, path = ''): Difference[] {
  if (Array.isArray(printed) && Array.isArray(made) && printed.length === made.length) {
    return printed.flatMap((one, i) => compare(one, made[i], `${path}[${i}]`))
  }
  if (isObject(printed) && isObject(made)) {
    return Object.keys(printed).flatMap((key) => {
      if (path === '' && passedOver.has(key)) return []
      return compare(
        printed[key],
        Object.hasOwn(made, key) ? made[key] : undefined,
        path === '' ? key : `${path}.${key}`,
      )
    })
  }
  if (Object.is(printed, made)) return []
  return [{ path, file: show(printed), trail: show(made) }]
}

/** A value in a line. */
export function show(value: unknown): string {
  const text = Array.isArray(value) ? `a list of ${value.length}` : (JSON.stringify(value) ?? 'nothing')
  return text.length > 100 ? `${text.slice(0, 100)}...` : text
}

/** @returns why another version's page is not compared; `null` for one of this version */
export function otherVersion(tool: string): PageState | null {
  if (tool === toolName()) return null
  const version = tool.replace(/^ntp-auditor /, 'ntp-auditor@')
  return { state: 'not-compared', reason: `run ${version}: another version drew it` }
}

/**
 * Whether the bytes are one of the forms that this version gives a document.
 * @param pages draws the document for a size of paper
 */
export async function comparePage(
  { kind, bytes }: Printed,
  document: ReportResult | FleetResult,
  pages: (paper: 'a4' | 'letter') => Promise<Buffer>,
): Promise<PageState> {
  if (kind === 'json') {
    // As a file has it, or as `--json` printed it.
    const forms = [`${JSON.stringify(document, null, 2)}\n`, `${JSON.stringify(document)}\n`]
    return pageState(forms.some((form) => bytes.equals(Buffer.from(form))))
  }
  for (const paper of ['a4', 'letter'] as const) {
    if (bytes.equals(await pages(paper))) return pageState(true)
  }
  return pageState(false)
}

function pageState(same: boolean): PageState {
  return { state: same ? 'same' : 'different', reason: null }
}

/** Holds the files that a report names against those that lie in its folder. */
export async function compareFiles(files: readonly ReportFile[], folder: string): Promise<FileState[]> {
  const found: FileState[] = []
  for (const { name, sha256, bytes } of files) {
    // A name that leads elsewhere is none that a report has.
    const there = basename(name) === name ? await readFile(join(folder, name)).catch(() => null) : null
    const same = there !== null && there.length === bytes && createHash('sha256').update(there).digest('hex') === sha256
    found.push({ name, state: there === null ? 'missing' : same ? 'same' : 'different' })
  }
  return found
}
