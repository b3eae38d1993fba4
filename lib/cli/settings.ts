/**
 * What the options common to all commands amount to: which configuration, which trail.
 * @module
 */
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isPlainObject } from '../config/fields.js'
import { defaultFile, readConfigurationFile } from '../config/file.js'
import { parseConfiguration } from '../config/parse.js'
import { parseReferences } from '../config/references.js'
import type { Configuration } from '../config/types.js'
import { parseDuration } from '../config/units.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'

/** Options that every command takes. */
export interface CommonOptions {
  readonly config?: string
  readonly trail?: string
  readonly json?: boolean
}

/** Options of the commands that audit; each replaces what the configuration says. */
export interface AuditOptions extends CommonOptions {
  readonly reference?: readonly string[]
  readonly tolerance?: string
  readonly trustLocal?: boolean
}

/** The path of the configuration in force: the one given, or the default one where it exists; else `null`. */
export function configurationPath(options: CommonOptions, io: Io): string | null {
  if (options.config !== undefined) return resolve(io.cwd, options.config)
  const usual = join(io.cwd, defaultFile)
  return existsSync(usual) ? usual : null
}

/**
 * The configuration for `run` and `sample`, with the options of the command line in it.
 * @throws {UsageError} where there is neither a configuration nor what would replace it
 */
export function auditSettings(options: AuditOptions, needs: 'trail' | 'references', io: Io): Configuration {
  const path = configurationPath(options, io)
  const written = path === null ? {} : readConfigurationFile(path)
  if (path === null && (options.reference === undefined || (needs === 'trail' && options.trail === undefined))) {
    const need = needs === 'trail' ? '--reference HOST and --trail DIR' : '--reference HOST'
    throw new UsageError(
      `there is no ${defaultFile} in ${io.cwd}. Write one with "ntp-auditor init", name one with --config FILE, or give ${need}.`,
    )
  }
  if (options.reference !== undefined) parseReferences(options.reference, '--reference')
  if (options.tolerance !== undefined) parseDuration(options.tolerance, '--tolerance')
  if (!isPlainObject(written)) throw new UsageError(`${path} must hold one JSON object`)
  const input: Record<string, unknown> = {
    ...written,
    ...(options.reference === undefined ? {} : { references: options.reference }),
    ...(options.tolerance === undefined ? {} : { tolerance: options.tolerance }),
    ...(options.trustLocal === undefined ? {} : { trustLocal: options.trustLocal }),
    ...(options.trail === undefined ? {} : { trail: resolve(io.cwd, options.trail) }),
  }
  return parseConfiguration(input, {
    ...(path === null ? { base: io.cwd } : { base: dirname(path), source: basename(path) }),
    trail: needs === 'trail' ? 'required' : 'optional',
  })
}

/**
 * The trail that a reader was asked for: `--trail`, else the one of the configuration, of which nothing else counts: what
 * holds for a trail stands in the trail.
 * @throws {UsageError} where neither names one
 */
export function trailOf(options: CommonOptions, io: Io): string {
  if (options.trail !== undefined) return resolve(io.cwd, options.trail)
  const path = configurationPath(options, io)
  if (path === null) {
    throw new UsageError(`which trail? Give --trail DIR, or --config FILE (there is no ${defaultFile} in ${io.cwd}).`)
  }
  return parseConfiguration(readConfigurationFile(path), { base: dirname(path), source: basename(path) }).trail
}

/**
 * The file of the genesis key that the configuration names, where it is the configuration of this trail (or was given by name);
 * else `null`. Nothing beside a trail is taken for its key.
 */
export function genesisOf(options: CommonOptions, trail: string, io: Io): string | null {
  return configuredFor(options, trail, io)?.genesis ?? null
}

/** The configuration that speaks of a trail: the one named, or the one found here where its trail is that one; else `null`. */
export function configuredFor(options: CommonOptions, trail: string, io: Io): Configuration | null {
  const path = configurationPath(options, io)
  if (path === null) return null
  let configuration: Configuration
  try {
    configuration = parseConfiguration(readConfigurationFile(path), { base: dirname(path), source: basename(path) })
  } catch (error) {
    if (options.config === undefined) return null // it was only found here, and is another command's business
    throw error
  }
  return options.config !== undefined || configuration.trail === trail ? configuration : null
}

/** Notes of the configuration, for the operator. */
export async function tellNotes(notes: readonly string[], io: Io): Promise<void> {
  for (const note of notes) await io.stderr.write(`note: ${note}\n`)
}
