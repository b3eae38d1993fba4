/**
 * The nightly job: sample, verify, report every period that is due, print, mail, anchor. What can fail fails by itself: the rest is
 * done all the same, and the result says what was not.
 * @module
 */
import type { ReportResult } from '../../reports/types.js'
import { parseDuration } from '../config/units.js'
import type { SampleDocument } from '../trail/document.js'
import type { AnchorBody, PrintBody, ReportBody, ServiceBody, VerifyResult } from '../trail/types.js'
import { type Due, due, type Unit } from './due.js'
import { periodText, type TrailState } from './state.js'

export interface JobSettings {
  readonly units: readonly Unit[]
  readonly profiles: readonly string[]
  readonly zone: string
  /** Whether PDFs are printed. */
  readonly print: boolean
  /** Whether there is somebody to mail to. */
  readonly mail: boolean
}

export interface MadeFile {
  readonly path: string
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** What the job uses, as functions. */
export interface JobParts {
  sample(): Promise<SampleDocument>
  verify(): Promise<VerifyResult>
  state(): Promise<TrailState>
  /** @param nowNs UTC that has surely passed */
  render(
    period: Due,
    nowNs: bigint,
  ): Promise<{ readonly result: ReportResult; readonly files: readonly MadeFile[]; readonly exitCode: 0 | 1 | 3 }>
  record(body: ServiceBody): Promise<{ readonly seq: number }>
  print(path: string): Promise<PrintBody>
  /** @throws {Error} saying why it could not be sent */
  mail(report: Reported): Promise<string>
  /** Seals now and takes the seal to its keepers; none: an empty list. */
  anchor(): Promise<readonly (AnchorBody & { readonly seq: number })[]>
  /** Tells of a step. */
  say(text: string): Promise<void>
}

/** A report that was made and recorded. */
export interface Reported extends ReportBody {
  readonly seq: number
  readonly paths: readonly string[]
}

export interface Outcome {
  readonly exitCode: 0 | 1 | 3 | 4
  /** Nothing was due, and nothing was done. */
  readonly idle: boolean
  readonly sample: { readonly seq: number | null; readonly verdict: SampleDocument['verdict'] } | null
  readonly intact: ReportBody['intact']
  readonly reports: readonly Reported[]
  readonly prints: readonly (PrintBody & { readonly seq: number })[]
  readonly anchors: readonly (AnchorBody & { readonly seq: number })[]
  readonly mails: readonly { readonly report: number; readonly ok: boolean; readonly message: string }[]
  /** What could not be done, and why. */
  readonly failures: readonly string[]
}

/** No message in a record is longer. */
const longest = 2000

/** The worst of several exit codes: 4 > 1 > 3 > 0. */
export function worst(codes: readonly number[]): 0 | 1 | 3 | 4 {
  return ([4, 1, 3] as const).find((code) => codes.includes(code)) ?? 0
}

/**
 * Runs the job once.
 * @throws {AuditorError} where the trail cannot be written any more: then nothing else makes sense
 */
export async function nightlyJob(settings: JobSettings, parts: JobParts): Promise<Outcome> {
  const codes: number[] = []
  const failures: string[] = []
  /** Does one thing; a failure is told and counts 4. */
  const attempt = async <T>(what: string, run: () => Promise<T>): Promise<T | null> => {
    try {
      return await run()
    } catch (error) {
      const text = `${what}: ${(error as Error).message}`
      codes.push(4)
      failures.push(text)
      await parts.say(`FAILED ${text}`)
      return null
    }
  }
  const sample = await attempt('sample', () => parts.sample())
  if (sample) {
    codes.push(sample.verdict === 'PROVEN' ? 0 : sample.verdict === 'VIOLATED' ? 1 : 3)
    await parts.say(`sample ${sample.seq}: ${sample.verdict}${sample.cause === null ? '' : ` (${sample.cause})`}`)
  }
  const verified = await attempt('verify', () => parts.verify())
  const intact = verified === null ? 'not-verified' : (String(verified.intact) as ReportBody['intact'])
  if (verified) {
    codes.push(verified.intact === true ? 0 : verified.intact === false ? 1 : 3)
    await parts.say(`trail ${intactWords[intact]}: ${verified.records} records up to ${verified.upTo}`)
  }

  const state = await parts.state()
  if (state.known === null) {
    codes.push(3)
    await parts.say('no sample of this trail has a bound: nothing is known of any day yet')
  }
  const reports: Reported[] = []
  const prints: (PrintBody & { seq: number })[] = []
  const mails: { report: number; ok: boolean; message: string }[] = []
  for (const period of dueNow(settings, state)) {
    const text = periodText(period.name, period.unit)
    const made = await attempt(`report of ${text} under ${period.profile}`, () =>
      parts.render(period, state.known?.nowNs ?? period.toNs),
    )
    if (!made) continue
    codes.push(made.exitCode)
    const body = bodyOf(period, made, intact)
    const { seq } = await parts.record(body)
    const report: Reported = { ...body, seq, paths: made.files.map(({ path }) => path) }
    reports.push(report)
    await parts.say(`report of ${text} under ${period.profile}: policy ${body.met} (record ${seq})`)
    for (const path of settings.print ? report.paths.filter((one) => one.endsWith('.pdf')) : []) {
      const printed = await attempt(`print ${path}`, () => parts.print(path))
      if (!printed) continue
      prints.push({ ...printed, ...(await parts.record(printed)) })
      if (!printed.ok) {
        codes.push(4)
        failures.push(`print ${printed.file}: ${printed.message}`)
      }
      await parts.say(printed.ok ? `printed ${printed.file}` : `FAILED print ${printed.file}: ${printed.message}`)
    }
    if (!settings.mail) continue
    const answer = await attempt(`mail of ${text}`, () => parts.mail(report))
    mails.push({ report: seq, ok: answer !== null, message: answer ?? failures.at(-1) ?? '' })
    if (answer !== null) await parts.say(`mailed report of ${text}: ${answer}`)
  }

  const anchors = (await attempt('anchor', () => parts.anchor())) ?? []
  for (const { ok, keeper, size, message } of anchors) {
    codes.push(ok ? 0 : 4)
    if (!ok) failures.push(`anchor at ${keeper}: ${message}`)
    await parts.say(ok ? `seal of ${size} records kept by ${keeper}` : `FAILED anchor at ${keeper}: ${message}`)
  }
  const taken = sample && { seq: sample.seq, verdict: sample.verdict }
  const exitCode = worst(codes)
  return { exitCode, idle: false, sample: taken, intact, reports, prints, anchors, mails, failures }
}

/** Nothing was due, and nothing was done. */
export const idleOutcome: Outcome = {
  ...{ exitCode: 0, idle: true, sample: null, intact: 'not-verified' },
  ...{ reports: [], prints: [], anchors: [], mails: [], failures: [] },
}

/** What of the configured periods is due. */
export function dueNow({ units, profiles, zone }: JobSettings, { known, firstNs, done }: TrailState): Due[] {
  return known === null || firstNs === null ? [] : due({ units, profiles, zone, known, firstNs, done })
}

function bodyOf(
  { name, unit, profile }: Due,
  { result, files, exitCode }: Awaited<ReturnType<JobParts['render']>>,
  intact: ReportBody['intact'],
): ReportBody {
  return {
    type: 'report',
    period: periodText(name, unit),
    from: result.from,
    to: result.to,
    profile,
    toleranceNs: parseDuration(`${result.tolerance.toFixed(9)}s`).toString(),
    met: exitCode === 0 ? 'met' : exitCode === 1 ? 'not-met' : 'not-proven',
    asOf: result.asOf,
    files: files.map((file) => ({ name: file.name, bytes: file.bytes, sha256: file.sha256 })),
    intact,
    message: result.policy.failures
      .map(({ message }) => message)
      .join('; ')
      .slice(0, longest)
      .replace(/[\ud800-\udbff]$/, ''), // no half character
  }
}

const intactWords = {
  true: 'intact under its key',
  false: 'DAMAGED',
  'self-consistent': 'self-consistent, without a seal under a trusted key',
  'not-verified': 'not verified',
} as const
