/**
 * Where an index lies, and the key that its rows are signed with.
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** What decides where the user's caches lie. */
export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export const here: Surroundings = { platform: process.platform, home: homedir(), env: process.env }

/** The user's cache folder for our files. */
export function cacheFolder({ platform, home, env }: Surroundings = here): string {
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'ntp-auditor')
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'ntp-auditor', 'Cache')
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'ntp-auditor')
  return join(home, '.cache', 'ntp-auditor')
}

/** The index of a trail where none is named: one file per trail. */
export function defaultIndex(trail: string, surroundings: Surroundings = here): string {
  const name = createHash('sha256').update(trail).digest('hex').slice(0, 24)
  return join(cacheFolder(surroundings), `${name}.sqlite`)
}

const keyBytes = 32

/**
 * The key of an index, made where there is none. It keeps rows that somebody else wrote from being believed.
 * @throws where it can be neither read nor made
 */
export function indexKey(index: string): Buffer {
  const path = `${index}.key`
  const known = readKey(path)
  if (known) return known
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // What stands there was cut off while it was written, or others can read it: such a key protects nothing.
  rmSync(path, { force: true })
  try {
    writeFileSync(path, randomBytes(keyBytes), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const made = readKey(path)
  if (!made) throw new Error(`${path} is no key; remove it`)
  return made
}

function readKey(path: string): Buffer | null {
  try {
    const key = readFileSync(path)
    const open = process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0
    return key.length === keyBytes && !open ? key : null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
