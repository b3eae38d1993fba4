/**
 * Hands a file to the program that prints, and says how that went as a record of the trail.
 * @module
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { PrintConfig } from '../config/types.js'
import { OptionRangeError } from '../errors.js'
import { runProgram } from '../program.js'
import type { PrintBody } from '../trail/types.js'

/**
 * Runs `print.command` with the path in place of each `{file}`. What the record says of the file is what was read just before
 * the program ran. A failure of the program is a result, never an error.
 * @throws {OptionRangeError} where no program is configured
 */
export async function printFile(
  path: string,
  { command, timeoutNs }: PrintConfig,
  options: { readonly signal?: AbortSignal } = {},
): Promise<PrintBody> {
  if (command === null) {
    throw new OptionRangeError(
      'print.command',
      'must name the program that prints, such as ["lp", "{file}"]',
      undefined,
    )
  }
  const whole = resolve(path)
  const common = { type: 'print', file: basename(path), command: [...command] } as const
  let facts: { bytes: number; sha256: string }
  try {
    facts = await factsOf(whole)
  } catch (error) {
    const sha256 = createHash('sha256').digest('hex')
    return { ...common, ok: false, bytes: 0, sha256, message: `${path} cannot be read: ${(error as Error).message}` }
  }
  const ran = await runProgram(
    command.map((word) => word.replaceAll('{file}', whole)),
    {
      input: Buffer.alloc(0),
      environment: { NTP_AUDITOR_FILE: whole, NTP_AUDITOR_SHA256: facts.sha256 },
      timeoutMs: Number(timeoutNs / 1_000_000n),
      ...options,
    },
  )
  return { ...common, ok: ran.ok, ...facts, message: ran.message }
}

async function factsOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const digest = createHash('sha256')
  await pipeline(createReadStream(path), digest)
  return { bytes: (await stat(path)).size, sha256: digest.digest('hex') }
}
