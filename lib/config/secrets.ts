/**
 * Secrets of a configuration: named, never held. A configuration, a record, a message and a worker's start data carry the name of a
 * variable or the path of a file; the value is read where it is used, and goes nowhere else.
 * @module
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { OptionRangeError, OptionTypeError } from '../errors.js'
import { checkText, isPlainObject } from './fields.js'

/** Where a secret is to be had. */
export type Secret = { readonly env: string } | { readonly file: string }

/**
 * Takes `{ "env": NAME }` or `{ "file": PATH }`.
 * @param base folder that a relative path is relative to
 * @throws {OptionTypeError} for a secret that was written down, and for anything else
 */
export function parseSecret(value: unknown, option: string, base: string): Secret | null {
  if (value === undefined || value === null) return null
  const rule = 'must be { "env": NAME } or { "file": PATH }: a secret in the configuration would end up in the trail'
  if (!isPlainObject(value) || Object.keys(value).length !== 1) {
    throw new OptionTypeError(option, rule, typeof value === 'string' ? '(a text)' : value)
  }
  if ('env' in value) {
    const env = checkText(value.env, `${option}.env`)
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(env)) return { env }
    throw new OptionRangeError(`${option}.env`, 'must be the name of an environment variable', env)
  }
  if ('file' in value) return { file: resolve(base, checkText(value.file, `${option}.file`)) }
  throw new OptionTypeError(option, rule, value)
}

/**
 * The secret itself, without a newline at its end.
 * @throws {Error} naming the variable or the file, never the value
 */
export function readSecret(secret: Secret, environment: NodeJS.ProcessEnv = process.env): string {
  if ('env' in secret) {
    const value = environment[secret.env]
    if (value === undefined || value === '') throw new Error(`the environment variable ${secret.env} is not set`)
    return value
  }
  let text: string
  try {
    text = readFileSync(secret.file, 'utf8')
  } catch (error) {
    throw new Error(`the secret in ${secret.file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  const value = text.replace(/\r?\n$/, '')
  if (value === '') throw new Error(`the file ${secret.file} holds no secret`)
  return value
}
