/**
 * `ntp-auditor profiles`: the rules that a report can answer to.
 * @module
 */
import { basename, dirname } from 'node:path'
import { readConfigurationFile } from '../config/file.js'
import { parseConfiguration } from '../config/parse.js'
import { formatDuration } from '../config/units.js'
import type { Io } from './io.js'
import { type CommonOptions, configurationPath } from './settings.js'
import { harmless, table } from './text.js'

/**
 * The profiles of the operator, from the configuration.
 * @param wanted the profile that is asked for: where it is a preset, no configuration needs to be read
 */
export async function ownProfiles(
  options: Pick<CommonOptions, 'config'>,
  io: Io,
  wanted: string | undefined,
): Promise<unknown> {
  const { presetIds } = await import('../../reports/profiles/index.js')
  if (options.config === undefined && presetIds.includes(wanted ?? 'custom')) return null
  return configured(options, io)
}

function configured(options: Pick<CommonOptions, 'config'>, io: Io): unknown {
  const path = configurationPath(options, io)
  if (path === null) return null
  return parseConfiguration(readConfigurationFile(path), {
    base: dirname(path),
    source: basename(path),
    trail: 'optional',
  }).profiles
}

/** @returns 0 */
export async function profiles(options: Pick<CommonOptions, 'config' | 'json'>, io: Io): Promise<number> {
  const { allProfiles } = await import('../../reports/profiles/index.js')
  const all = allProfiles(configured(options, io))
  if (options.json) {
    const documents = all.map(({ id, definition }) => ({ id, ...definition }))
    await io.stdout.write(`${JSON.stringify(documents)}\n`)
    return 0
  }
  const rows = all.map(({ id, toleranceNs, status, title }) => [
    harmless(id),
    toleranceNs === null ? 'you choose' : formatDuration(toleranceNs),
    status,
    harmless(title),
  ])
  await io.stdout.write(
    table(['profile', 'tolerance', 'status', 'rule'], rows) +
      '\nOnly a rule in force is concluded upon under its name. Presets are no legal advice: read the rule.\n' +
      'With --json: clause, source and the day it was looked up, hours, notes, worksheet. Your own stand under "profiles" in the configuration.\n',
  )
  return 0
}
