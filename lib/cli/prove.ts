/**
 * `ntp-auditor prove`: what was provable at one instant.
 * @module
 */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { OutputError } from '../errors.js'
import { type Asked, proofDocument } from '../evidence/document.js'
import type { Answer } from '../evidence/types.js'
import { formatInstant } from '../instant.js'
import { readRecorded } from '../trail/recorded.js'
import { checkCertificate, writeCertificate } from './certificate.js'
import { exitOfVerdicts, UsageError } from './exit.js'
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { ProgressBar } from './progress.js'
import { rangeText } from './record-text.js'
import { type CommonOptions, trailOf } from './settings.js'
import { demandTrail } from './show.js'
import { paintVerdict, sideText, sizeText } from './text.js'
import { readAnchor } from './trust.js'

export interface ProveOptions extends CommonOptions {
  readonly at?: string
  /** The instant is UTC, not what the audited clock showed. */
  readonly true?: boolean
  readonly tolerance?: string
  readonly zone?: string
  readonly index?: string
  /** File for the answer with all that proves it. */
  readonly bundle?: string
  /** A checkpoint that the verifier has: the bundle's chain of keys begins there. */
  readonly anchor?: string
  /** Where to write a certificate. */
  readonly pdf?: string
  readonly paper?: string
}

/** @returns 0 PROVEN, 1 VIOLATED, 3 otherwise; of several answers the worst */
export async function prove(options: ProveOptions, io: Io, parts: Parts): Promise<number> {
  if (options.at === undefined) throw new UsageError('which instant? Give --at, such as --at 2026-11-21T08:00:00Z')
  if (options.pdf !== undefined) checkCertificate(options.pdf, options.paper)
  const trail = trailOf(options, io)
  await demandTrail(trail)
  const recorded = await readRecorded(trail)
  const { checkZone, parseMoment } = await import('../../reports/moment.js')
  const zone = checkZone(options.zone ?? recorded.zone)
  const atNs = parseMoment(options.at, { zone, nowNs: io.nowNs() }, '--at')
  const settings = recorded.settingsAt(atNs)
  const { parseDuration } = await import('../config/units.js')
  const toleranceNs =
    options.tolerance === undefined ? settings.toleranceNs : parseDuration(options.tolerance, '--tolerance')
  if (toleranceNs <= 0n) throw new UsageError(`--tolerance must be more than nothing, got "${options.tolerance}"`)
  const scale = options.true ? 'true' : 'wall'
  const since = options.anchor === undefined ? null : await readAnchor(options.anchor, io)
  if (since !== null && options.bundle === undefined)
    throw new UsageError('--anchor is for a bundle: give --bundle FILE')
  const bar = new ProgressBar(io)
  const facts = await parts
    .openFacts(trail, { ...(options.index === undefined ? {} : { index: options.index }), onProgress: bar.update })
    .finally(() => bar.clear())
  const question = { atNs, scale, toleranceNs, longestGapNs: settings.longestGapNs } as const
  let answers: readonly Answer[]
  try {
    answers = await parts.answer(facts.source, question)
  } finally {
    facts.close()
  }
  let bundled: Buffer | null = null
  if (options.bundle !== undefined) {
    const { makeBundle } = await import('../evidence/bundle-make.js')
    const bundle = await makeBundle(trail, question, answers, { since })
    const text = `${JSON.stringify(bundle)}\n`
    bundled = Buffer.from(text)
    await putBundle(resolve(io.cwd, options.bundle), text)
    const about = `${bundle.records.length} records and the keys of ${bundle.epochs.length} epochs`
    await io.stderr.write(
      `wrote ${options.bundle}: the answer with ${about}; check it with "ntp-auditor verify FILE --key genesis.vkey"\n`,
    )
    if (bundle.epochs.slice(1).some(({ consistency }) => consistency === null)) {
      const instead = since === null ? ', or give a later seal that the verifier has with --anchor' : ''
      await io.stderr.write(
        `records were pruned: that the oldest trees continue one another cannot be proven, and the verifier is told so${instead}\n`,
      )
    }
  }
  const asked = { at: formatInstant(atNs), scale, toleranceNs, simulation: settings.simulation } as const
  const { causeWords } = await import('../../reports/words.js')
  const proof = proofDocument(asked, answers)
  await io.stdout.write(options.json ? `${JSON.stringify(proof)}\n` : proofText(asked, answers, causeWords, io))
  if (options.pdf !== undefined) {
    const path = await writeCertificate({
      trail,
      proof,
      bundle: bundled,
      file: options.pdf,
      paper: options.paper,
      cwd: io.cwd,
    })
    await io.stderr.write(`wrote ${path}\n`)
  }
  return exitOfVerdicts(answers.map(({ verdict }) => verdict))
}

/** Writes a file whole or not at all. @throws {OutputError} where it cannot be written, or other bytes lie there */
async function putBundle(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EEXIST') await rm(path, { force: true })
    if (code === 'EEXIST' && (await readFile(path, 'utf8')) === text) return
    const why =
      code === 'EEXIST' ? 'another file of that name is there; give another name' : `it cannot be written (${code})`
    throw new OutputError(`${path}: ${why}`, { cause })
  }
}

type CauseWords = Readonly<Record<NonNullable<Answer['cause']>, string>>

function proofText(
  { at, scale, toleranceNs, simulation }: Asked,
  answers: readonly Answer[],
  words: CauseWords,
  io: Io,
): string {
  const what = scale === 'wall' ? `the audited clock showed ${at}` : `it was ${at} UTC`
  if (answers.length === 0) {
    return [
      `Nobody saw an instant when ${what}: while it was watched, it was set forward over that time.`,
      'What it showed while nobody watched is not known: for an instant in such a stretch, ask by UTC (--true).\n',
    ].join('\n')
  }
  const note = simulation ? ['SIMULATION: no clock of this trail is a real one'] : []
  const lines = [...note, `When ${what}, for a tolerance of ${sizeText(toleranceNs)}:`]
  for (const [index, answer] of answers.entries()) {
    if (answers.length > 1) lines.push(`${index + 1} of ${answers.length} instants that the records allow:`)
    lines.push(...answerLines(answer, words, io))
  }
  return `${lines.join('\n')}\n`
}

function answerLines(answer: Answer, words: CauseWords, io: Io): string[] {
  const { bound, support, cause, asKnownThen, nearest, within } = answer
  const clock =
    bound === null ? 'nothing is known of the clock' : `the clock was ${rangeText(bound.lowNs, bound.highNs, sideText)}`
  const looks =
    answer.witness === 'complete' ? 'no step goes unnoticed' : 'assuming nothing was set and undone within one look'
  const wide = within.lowNs < within.highNs
  const doubt = wide
    ? ` (estimated: between ${formatInstant(within.lowNs)} and ${formatInstant(within.highNs)})`
    : ' (estimated)'
  const where = `UTC ${formatInstant(answer.utcNs)}${answer.estimated ? doubt : ''}`
  const then =
    asKnownThen.bound === null ? '' : `, ${rangeText(asKnownThen.bound.lowNs, asKnownThen.bound.highNs, sideText)}`
  const near = Object.entries({ sample: nearest.sample, 'clock change': nearest.clockChange, gap: nearest.gap })
    .filter(([, seq]) => seq !== null)
    .map(([name, seq]) => `${name} ${seq}`)
  return [
    `  ${paintVerdict(io, answer.verdict)}${cause === null ? '' : ` (${cause}: ${words[cause]})`}: ${clock}`,
    ...(bound === null
      ? [`  ${where}`]
      : [`  ${support ?? 'no support'}; ${looks}`, `  ${where}, clock ${formatInstant(answer.wallNs)}`]),
    `  as known then: ${asKnownThen.verdict}${then}`,
    ...(answer.records.length === 0 ? [] : [`  rests on records ${answer.records.join(', ')}`]),
    ...(near.length === 0 ? [] : [`  nearest: ${near.join(', ')}`]),
  ]
}
