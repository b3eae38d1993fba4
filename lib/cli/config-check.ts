/**
 * `ntp-auditor config check`: everything that is wrong with a configuration file, each with line and column.
 * @module
 */
import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { defaultFile } from '../config/file.js'
import { examine } from '../config/problems.js'
import type { Configuration } from '../config/types.js'
import { OptionRangeError } from '../errors.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import { type CommonOptions, configurationPath } from './settings.js'
import { harmless } from './text.js'

/** @returns 0 nothing is wrong, 2 something is, or the file cannot be read */
export async function checkConfiguration(options: Omit<CommonOptions, 'trail'>, io: Io): Promise<number> {
  const path = configurationPath(options, io)
  if (path === null) {
    throw new UsageError(
      `which configuration? There is no ${defaultFile} in ${io.cwd}; name one with --config FILE, or write one with "ntp-auditor init".`,
    )
  }
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  const profiles = await profileCheck()
  const { problems, configuration } = examine(text, { base: dirname(path), source: basename(path) }, [profiles])
  const notes = configuration?.notes ?? []
  if (options.json) {
    await io.stdout.write(`${JSON.stringify({ file: path, ok: problems.length === 0, problems, notes })}\n`)
  } else {
    const lines = problems.map(({ line, column, message }) => `${path}:${line}:${column}: ${harmless(message)}\n`)
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    const result = problems.length === 0 ? `${path}: nothing is wrong\n` : `${count} in ${path}\n`
    await io.stdout.write([...lines, ...notes.map((note) => `note: ${harmless(note)}\n`), result].join(''))
  }
  return problems.length === 0 ? 0 : 2
}

/**
 * Refuses profiles that no report could be made under: the operator's own must be right, and the nightly job must name known ones.
 * @throws {OptionTypeError | OptionRangeError} from what it returns
 */
export async function profileCheck(): Promise<(configuration: Configuration) => void> {
  const { allProfiles } = await import('../../reports/profiles/index.js')
  return ({ profiles, nightly }) => {
    const known = allProfiles(profiles).map(({ id }) => id)
    for (const [index, id] of (nightly?.profiles ?? []).entries()) {
      if (known.includes(id)) continue
      throw new OptionRangeError(
        `nightly.profiles[${index}]`,
        'must be the id of a profile ("ntp-auditor profiles" lists them)',
        id,
      )
    }
  }
}
