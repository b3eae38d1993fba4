/**
 * One writer per trail: a lock file that says who holds it, and an exclusive SQLite lock besides where that can be had.
 * A lock left by a process that is surely gone is taken over; in doubt (another computer, another container) it is not.
 * @module
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { TrailLockedError, TrailWriteError } from '../errors.js'
import { sha256 } from '../trail/hash.js'
import type { Files } from './files.js'
import { type Holder, isGone, type Processes, parseHolder, realProcesses } from './holder.js'
import { type SqliteLock, takeSqliteLock } from './sqlite-lock.js'

export interface LockOptions {
  readonly files: Files
  readonly processes?: Processes
  /** The token of a predecessor in this same process, which is over: its lock is ours. Default: a new one. */
  readonly token?: string
  readonly sqlite?: typeof takeSqliteLock
}

export class TrailLock {
  readonly token: string
  /** `file+sqlite` or `file`: for the `open` record. */
  readonly kind: string
  #folder: string
  #files: Files
  #sqlite: SqliteLock | null
  #identity: string | null

  private constructor(folder: string, files: Files, holder: Holder, sqlite: SqliteLock | null) {
    this.#folder = folder
    this.#files = files
    this.#sqlite = sqlite
    this.#identity = this.#present()
    this.token = holder.token
    this.kind = holder.sqlite ? 'file+sqlite' : 'file'
  }

  /**
   * Takes the lock of a trail folder, which must exist.
   * @throws {TrailLockedError} where another auditor holds it, or may
   * @throws {TrailWriteError} where the lock file cannot be written
   */
  static take(folder: string, options: LockOptions): TrailLock {
    const { files } = options
    const processes = options.processes ?? realProcesses
    const token = options.token ?? randomUUID()
    const sqlite = (options.sqlite ?? takeSqliteLock)(join(folder, 'lock.db'))
    const before = readHolder(files, join(folder, 'lock'))
    const self = processes.self()
    // A worker that died in this process may have left its connection open: then the lock is with us already.
    const inherited = before?.token === token && before.pid === self.pid && before.started === self.started
    if (sqlite === 'held' && !inherited) throw locked(folder, before, 'it holds lock.db')
    const own = typeof sqlite === 'string' ? null : sqlite
    const holder: Holder = { ...self, token, sqlite: sqlite !== 'unavailable' }
    try {
      settle(folder, holder, files, processes)
      return new TrailLock(folder, files, holder, own)
    } catch (error) {
      own?.release()
      throw error
    }
  }

  /** Whether the lock file is still ours: it is not after somebody deleted or moved the folder. */
  isHeld(): boolean {
    return this.#identity !== null && this.#present() === this.#identity
  }

  #present(): string | null {
    try {
      const { identity, modifiedMs } = this.#files.pathFacts(join(this.#folder, 'lock'))
      return `${identity}:${modifiedMs}`
    } catch {
      return null
    }
  }

  /** Gives the lock back. Never throws: a lock file that cannot be removed will be seen to be stale. */
  release(): void {
    try {
      if (this.isHeld()) this.#files.remove(join(this.#folder, 'lock'))
    } catch {
      // The next auditor finds our pid gone.
    }
    this.#sqlite?.release()
    this.#sqlite = null
  }
}

/** Puts our lock file in place, or throws. */
function settle(folder: string, holder: Holder, files: Files, processes: Processes): void {
  const lock = join(folder, 'lock')
  const mine = join(folder, `lock.${holder.token}.tmp`)
  try {
    writeWhole(files, mine, JSON.stringify(holder))
    for (let attempt = 0; attempt < 3; attempt++) {
      if (claim(files, mine, lock)) return
      if (succeed(folder, mine, holder, files, processes)) return
    }
    throw locked(folder, readHolder(files, lock), 'it takes the lock at this moment')
  } catch (cause) {
    if (cause instanceof TrailLockedError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    throw new TrailWriteError(
      `the lock of the trail ${folder} cannot be written (${code}): the folder must be writable for this user, and its disk must have room`,
      { cause },
    )
  } finally {
    discard(files, mine)
  }
}

/**
 * Takes over a lock whose holder is gone. Of several who try, the one that first creates the file named after the old token
 * may replace the lock; all others are refused. A successor that died in between is succeeded in the same way.
 * @returns `false` where the lock went away meanwhile
 */
function succeed(folder: string, mine: string, holder: Holder, files: Files, processes: Processes): boolean {
  const lock = join(folder, 'lock')
  const text = readText(files, lock)
  if (text === null) return false
  const claims: string[] = []
  for (let current = text; ; ) {
    const old = parseHolder(current)
    if (old?.token === holder.token && old.pid === holder.pid) break
    if (!holder.sqlite && old === null) throw locked(folder, null, 'its lock file says nothing readable')
    if (old !== null && !isGone(old, processes, holder.sqlite)) throw locked(folder, old, explain(old, processes))
    const path = join(folder, `lock.after-${old?.token ?? sha256(Buffer.from(current)).slice(0, 32)}`)
    claims.push(path)
    if (claim(files, mine, path)) break
    const successor = readText(files, path)
    if (successor === null) return false
    current = successor
  }
  if (readText(files, lock) !== text) {
    const last = claims.at(-1)
    if (last) discard(files, last)
    return false
  }
  const next = `${mine}.next`
  writeWhole(files, next, JSON.stringify(holder))
  files.rename(next, lock)
  for (const path of claims) discard(files, path)
  return true
}

/** Gives `mine` a second name, which only one can do; on file systems without links a new file does. */
function claim(files: Files, mine: string, path: string): boolean {
  try {
    files.link(mine, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV', 'EINVAL'].includes(code ?? '')) throw error
  }
  try {
    writeWhole(files, path, readText(files, mine) ?? '', 'wx')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function writeWhole(files: Files, path: string, text: string, flags = 'w'): void {
  const bytes = Buffer.from(text)
  const descriptor = files.open(path, flags)
  try {
    if (files.write(descriptor, bytes) !== bytes.length) {
      throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
    }
    files.syncFile(descriptor)
  } finally {
    files.close(descriptor)
  }
}

function readText(files: Files, path: string): string | null {
  try {
    return files.readAll(path).toString('utf8')
  } catch {
    return null
  }
}

function readHolder(files: Files, path: string): Holder | null {
  const text = readText(files, path)
  return text === null ? null : parseHolder(text)
}

function discard(files: Files, path: string): void {
  try {
    files.remove(path)
  } catch {
    // Not there, or not ours to remove: it does no harm.
  }
}

function explain(holder: Holder, processes: Processes): string {
  const self = processes.self()
  if (holder.host !== self.host) return `this is ${self.host}, from where nobody can tell whether it still runs`
  if (holder.namespace !== self.namespace) return 'it runs in another container, where nobody can tell from here'
  return 'it is running'
}

function locked(folder: string, holder: Holder | null, why: string): TrailLockedError {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'another auditor'
  return new TrailLockedError(
    `the trail ${folder} is held by ${who}: ${why}. Stop that auditor, or give this one a trail of its own; ` +
      `only if it is surely gone, delete ${join(folder, 'lock')}`,
  )
}
