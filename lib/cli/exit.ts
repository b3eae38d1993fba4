/**
 * Exit codes, and how a failure is told: the message on stderr, with cause and next step, the stack only under DEBUG.
 * @module
 */
import { CommanderError } from 'commander'
import type { Verdict } from '../consensus/types.js'
import type { Io } from './io.js'

/** What every command may exit with besides its own results. */
const exitUsage = 2
export const exitEnvironment = 4

/** The command was asked for something that cannot be; `message` says what and how it is done right. */
export class UsageError extends Error {
  readonly code = 'ERR_OPTION'
  override readonly name = 'UsageError'
}

/** `sample`, `prove`: 0 PROVEN, 1 VIOLATED, 3 otherwise; of several answers the worst; 3 where there is none. */
export function exitOfVerdicts(verdicts: readonly Verdict[]): 0 | 1 | 3 {
  if (verdicts.includes('VIOLATED')) return 1
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 'PROVEN') ? 0 : 3
}

/** Codes of errors that are the caller's mistake. */
const usageCodes = ['ERR_OPTION', 'ERR_PERIOD']

/** What to do next where the system refused something; the library's own errors say it themselves. */
const nextSteps: Readonly<Record<string, string>> = {
  EACCES: 'Check the owner and the permissions of that path.',
  EPERM: 'Check the owner and the permissions of that path.',
  EROFS: 'That file system is mounted read-only: choose another folder.',
  ENOSPC: 'The disk is full: make room or choose another folder.',
  ENOENT: 'A folder on that path does not exist: create it, or choose another.',
}

/** Tells a failure on stderr. @returns the exit code */
export async function tellFailure(error: unknown, io: Io): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitUsage // commander wrote its message itself
  const { code, message, stack } = describe(error)
  const lines = [`ntp-auditor: ${message}`]
  if (!code.startsWith('ERR_')) {
    const cause = describe((error as { cause?: unknown } | null)?.cause)
    if (cause.message !== '' && !message.includes(cause.message)) lines.push(`  cause: ${cause.message}`)
    const step = nextSteps[code] ?? nextSteps[cause.code]
    if (step !== undefined) lines.push(`  ${step}`)
  }
  if (io.env.DEBUG) lines.push(stack)
  await io.stderr.write(`${lines.join('\n')}\n`)
  return usageCodes.includes(code) ? exitUsage : exitEnvironment
}

function describe(error: unknown): { code: string; message: string; stack: string } {
  if (typeof error !== 'object' || error === null) {
    return { code: '', message: error === undefined ? '' : String(error), stack: '' }
  }
  const { code, message, stack } = error as { code?: unknown; message?: unknown; stack?: unknown }
  return { code: String(code ?? ''), message: String(message ?? error), stack: String(stack ?? '') }
}
