/**
 * Prints files by the program of the configuration and writes into the trail how that went: `report --print`, and
 * `ntp-auditor print` for a file that a printer missed.
 * @module
 */
import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Configuration } from '../config/types.js'
import type { PrintBody } from '../trail/types.js'
import { exitEnvironment, UsageError } from './exit.js'
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { type AuditOptions, auditSettings, tellNotes } from './settings.js'
import { harmless } from './text.js'
import { withWriter } from './writer.js'

/** What became of one file. */
interface Printed extends Omit<PrintBody, 'type' | 'command'> {
  /** The record that tells of it; `null`: none could be written. */
  readonly seq: number | null
}

/** `ntp-auditor print FILE...` @returns 0 when every file was printed, and recorded */
export async function print(words: readonly string[], options: AuditOptions, io: Io, parts: Parts): Promise<number> {
  const paths = words.map((word) => resolve(io.cwd, word))
  for (const path of paths) {
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new UsageError(`there is no file ${path} to print`)
  }
  const configuration = printSettings(options, io)
  await tellNotes(configuration.notes, io)
  const { printed, ok } = await printFiles(paths, configuration, io, parts)
  await io.stdout.write(options.json ? `${JSON.stringify({ printed })}\n` : printed.map(line).join(''))
  return ok ? 0 : exitEnvironment
}

/**
 * The configuration of whoever prints.
 * @throws {UsageError} where it names no program that prints
 */
export function printSettings(options: AuditOptions, io: Io): Configuration {
  const configuration = auditSettings(options, 'trail', io)
  if (configuration.print.command !== null) return configuration
  throw new UsageError(
    'there is nothing to print with: the configuration needs "print": { "command": ["lp", "{file}"] }, or another program',
  )
}

/**
 * Prints one file after the other, then writes a record of each into the configured trail, beside a live run too. What failed is told on
 * stderr with the next step.
 */
export async function printFiles(
  paths: readonly string[],
  configuration: Configuration,
  io: Io,
  parts: Parts,
): Promise<{ readonly printed: readonly Printed[]; readonly ok: boolean }> {
  const { printFile } = await import('../printing/print.js')
  const stop = new AbortController()
  const undo = io.onSignal(() => stop.abort())
  const bodies: PrintBody[] = []
  try {
    for (const path of paths) bodies.push(await printFile(path, configuration.print, { signal: stop.signal }))
  } finally {
    undo()
  }
  const seqs: number[] = []
  let unrecorded: Error | null = null
  try {
    await withWriter(configuration, io, parts, async (writer) => {
      for (const body of bodies) seqs.push((await writer.record(body)).seq)
    })
  } catch (error) {
    unrecorded = error as Error
  }
  for (const [index, body] of bodies.entries()) {
    if (!body.ok) await io.stderr.write(failure(body, paths[index] ?? '', configuration.print))
  }
  if (unrecorded !== null) {
    const which = bodies.slice(seqs.length).map(({ file }) => harmless(file))
    await io.stderr.write(
      `ntp-auditor: the trail does not tell of the printing of ${which.join(', ')}: ${harmless(unrecorded.message)}\n`,
    )
  }
  const printed = bodies.map(({ ok, file, bytes, sha256, message }, index) => {
    return { file, ok, seq: seqs[index] ?? null, bytes, sha256, message }
  })
  return { printed, ok: unrecorded === null && bodies.every(({ ok }) => ok) }
}

/** What was printed, for eyes. */
export function printedText(printed: readonly Printed[]): string {
  return printed
    .filter(({ ok }) => ok)
    .map(line)
    .join('')
}

function line({ file, ok, seq, message }: Printed): string {
  const answer = message === '' ? '' : `: ${harmless(message.replaceAll('\n', '; '))}`
  return `${ok ? 'printed' : 'NOT printed'} ${harmless(file)}${answer}${seq === null ? '' : ` (record ${seq})`}\n`
}

function failure({ file, message }: PrintBody, path: string, { command }: Configuration['print']): string {
  const program = basename(command?.[0] ?? '')
  return (
    `ntp-auditor: ${harmless(file)} was not printed: ${harmless(message.replaceAll('\n', '; '))}\n` +
    `  The file is kept. See to the printer and to ${harmless(program)}, then: ntp-auditor print ${harmless(path)}\n`
  )
}
