/**
 * Reading `ntp-auditor.json`.
 * @module
 */
import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OptionRangeError, OptionTypeError } from '../errors.js'
import { parseConfiguration } from './parse.js'
import type { Configuration } from './types.js'

/** Where the command looks when it is not told. */
export const defaultFile = 'ntp-auditor.json'

/** The JSON Schema of a configuration as it is installed with this package. */
export const schemaFile = fileURLToPath(new URL('../../../schema/ntp-auditor.schema.json', import.meta.url))

/**
 * What a configuration file holds, unchecked.
 * @throws {OptionRangeError} where the file cannot be read; {OptionTypeError} where it is no JSON, with line and column
 */
export function readConfigurationFile(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8').replace(/^\ufeff/, '')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
    const hint = code === 'ENOENT' ? 'there is none; "ntp-auditor init" writes one' : code
    throw new OptionRangeError('config', `must name a readable configuration file: ${hint}`, path)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = (error as Error).message
    const position = /position (\d+)/.exec(reason)?.[1]
    const before = position === undefined ? null : text.slice(0, Number(position)).split('\n')
    const where = before === null ? '' : ` at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
    const excerpt = before === null ? text.slice(-40) : text.slice(Number(position), Number(position) + 40)
    throw new OptionTypeError(path, `must be JSON${where} (${reason.replace(/ in JSON.*| \(line.*/s, '')})`, excerpt)
  }
}

/** Reads and parses a configuration file; relative paths in it are relative to the file. */
export function loadConfiguration(path: string): Configuration {
  const base = dirname(resolve(path))
  return parseConfiguration(readConfigurationFile(path), { base, source: basename(path) })
}
