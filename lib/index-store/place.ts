/**
 * Where the index of a trail lies, and the key that its rows are signed with.
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { makeFolder } from '../make-folder.js'

/** The real path of a trail folder, by which its index is named and its rows are bound. */
export function trailIdentity(trail: string): string {
  try {
    return realpathSync(trail)
  } catch {
    return resolve(trail)
  }
}

/** The default file: in the user's cache folder, named after the trail's real path. */
export function defaultIndexPath(
  trail: string,
  env: NodeJS.ProcessEnv = process.env,
  platform = process.platform,
): string {
  const name = createHash('sha256').update(trailIdentity(trail)).digest('hex').slice(0, 32)
  return join(cacheFolder(env, platform), 'ntp-auditor', `${name}.sqlite`)
}

function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'win32' && env.LOCALAPPDATA) return env.LOCALAPPDATA
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches')
  return env.XDG_CACHE_HOME && env.XDG_CACHE_HOME !== '' ? env.XDG_CACHE_HOME : join(homedir(), '.cache')
}

/**
 * The key beside an index file, made where it is missing, readable by its owner alone. A lost key makes every row worthless, and
 * costs no more than building the index again.
 * @throws the system's error where the folder cannot be written
 */
export function keyOf(path: string): Buffer {
  if (path === ':memory:') return randomBytes(32)
  const file = `${path}.key`
  makeFolder(dirname(path), 0o700)
  try {
    writeFileSync(file, randomBytes(32), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = readFileSync(file)
  if (key.length === 32) return key
  writeFileSync(file, randomBytes(32), { mode: 0o600 })
  chmodSync(file, 0o600)
  return readFileSync(file)
}
