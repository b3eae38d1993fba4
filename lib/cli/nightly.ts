/**
 * `ntp-auditor nightly`: the nightly job, for `run` and for external schedulers, also beside an auditor that holds the trail.
 * @module
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { keepersOf } from '../anchor/keepers.js'
import type { Configuration, NightlyConfig } from '../config/types.js'
import { TrailLockedError } from '../errors.js'
import { makeFolder } from '../make-folder.js'
import {
  dueNow,
  idleOutcome,
  type JobParts,
  type JobSettings,
  type MadeFile,
  nightlyJob,
  type Outcome,
} from '../nightly/job.js'
import { readState, type TrailState } from '../nightly/state.js'
import { anchorNow, quietly } from './anchor.js'
import { profileCheck } from './config-check.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import { mailReport } from './nightly-mail.js'
import type { Parts } from './parts.js'
import { type AuditOptions, auditSettings, tellNotes } from './settings.js'
import { harmless } from './text.js'
import { readKeys } from './trust.js'
import { type Writer, withWriter } from './writer.js'

export interface NightlyOptions extends AuditOptions {
  readonly ifDue?: boolean
}

/** @returns the worst of its parts: 4 something could not be done, 1 violated, not met or damaged, 3 not proven, 0 all well */
export async function nightly(options: NightlyOptions, io: Io, parts: Parts): Promise<number> {
  const configuration = auditSettings(options, 'trail', io)
  const { nightly: job, trail } = configuration
  if (job === null) {
    throw new UsageError(
      'what is to be done nightly? Configure "nightly", at least as "nightly": {} (docs/nightly.md).',
    )
  }
  await tellNotes(configuration.notes, io)
  const check = await profileCheck()
  check(configuration)
  const keys = configuration.genesis === null ? [] : await readKeys([configuration.genesis], io)
  const release = await alone(trail)
  try {
    const work = { io, parts, configuration, job, keys, json: options.json === true }
    const settings: JobSettings = {
      units: job.reports,
      profiles: job.profiles,
      zone: configuration.zone,
      print: job.print,
      mail: job.mail.length > 0,
    }
    const outcome =
      options.ifDue && (await nothingDue(settings, work))
        ? idleOutcome
        : await withWriter(quietly(configuration), io, parts, (writer) => nightlyJob(settings, jobParts(work, writer)))
    await io.stdout.write(options.json ? `${JSON.stringify(outcome)}\n` : lastLine(outcome))
    return outcome.exitCode
  } finally {
    release()
  }
}

interface Work {
  readonly io: Io
  readonly parts: Parts
  readonly configuration: Configuration
  readonly job: NightlyConfig
  readonly keys: readonly string[]
  readonly json: boolean
}

/** A look at the trail takes no writer: where nothing is due, none is asked, and none started. */
async function nothingDue(settings: JobSettings, { parts, configuration: { trail } }: Work): Promise<boolean> {
  return (await parts.lastSeq(trail)) === 0 || dueNow(settings, await stateOf(trail, parts)).length === 0
}

async function stateOf(trail: string, parts: Parts): Promise<TrailState> {
  const [{ readSeqs }, facts] = await Promise.all([
    import('../trail/read.js'),
    parts.openFacts(trail, { onProgress: () => {} }),
  ])
  try {
    return await readState(facts.source, (seqs) => readSeqs(trail, seqs))
  } finally {
    facts.close()
  }
}

function jobParts({ io, parts, configuration, job, keys, json }: Work, writer: Writer): JobParts {
  const { trail } = configuration
  const onProgress = () => {}
  return {
    sample: () => writer.sample(),
    record: (body) => writer.record(body),
    verify: async () => {
      const { verifyTrail } = await import('../trail/verify.js')
      return verifyTrail(trail, { keys, anchors: [] })
    },
    state: () => stateOf(trail, parts),
    render: async ({ unit, name, profile }, nowNs) => {
      const { result, paths, exitCode } = await parts.renderReport({
        ...{ trails: [trail], period: { [unit]: name }, zone: configuration.zone, nowNs },
        ...{ profile, profiles: configuration.profiles, toleranceNs: null, warning: null },
        ...{ formats: job.formats, csvForm: null, paper: null, out: job.out, keys, index: null, onProgress },
      })
      if ('hosts' in result) throw new Error('a report of one trail was asked for, and one of several came back')
      return { result, files: await Promise.all(paths.map(madeFile)), exitCode }
    },
    print: async (path) => {
      const { printFile } = await import('../printing/print.js')
      return printFile(path, configuration.print)
    },
    mail: (report) => mailReport(report, configuration, job.mail, io.env),
    anchor: async () => {
      if (keepersOf(configuration.anchor).length === 0) return []
      return (await anchorNow(configuration, writer, parts)).anchors
    },
    say: (text) => (json ? Promise.resolve() : io.stdout.write(`${harmless(text)}\n`)),
  }
}

/** A file as it lies on the disk now. */
async function madeFile(path: string): Promise<MadeFile> {
  const bytes = await readFile(path)
  return {
    path,
    name: basename(path),
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
}

function lastLine({ idle, exitCode, reports, failures }: Outcome): string {
  if (idle) return 'nothing is due\n'
  const made = reports.length === 1 ? '1 report' : `${reports.length} reports`
  const failed = failures.length === 0 ? '' : `, ${failures.length} FAILED`
  return `nightly: ${made}${failed}; exit code ${exitCode}\n`
}

/**
 * One nightly job at a time on a trail.
 * @returns the undoing
 * @throws {TrailLockedError} another one is at work
 */
async function alone(trail: string): Promise<() => void> {
  const [{ TrailLock }, { realFiles }] = await Promise.all([import('../scribe/lock.js'), import('../scribe/files.js')])
  const folder = join(trail, '.nightly')
  makeFolder(folder)
  try {
    const lock = TrailLock.take(folder, { files: realFiles })
    return () => lock.release()
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_TRAIL_LOCKED') throw cause
    throw new TrailLockedError(
      `another nightly job is at work on the trail ${trail}; this one did nothing. Let that one end; ` +
        `only if there is surely none, delete ${join(folder, 'lock')}`,
      { cause },
    )
  }
}
