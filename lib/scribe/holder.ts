/**
 * Who holds a lock: enough to tell whether that process can still be alive.
 * @module
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** The content of a lock file. */
export interface Holder {
  readonly pid: number
  /** Start of the process in clock ticks since boot, where the system tells (Linux). */
  readonly started: string | null
  readonly bootId: string | null
  readonly host: string
  /** The pid namespace: in another one the same pid is another process. */
  readonly namespace: string | null
  /** Unique for each run; a worker that is started again after its death comes with the token of its predecessor. */
  readonly token: string
  /** Whether it also holds the SQLite lock beside the lock file. */
  readonly sqlite: boolean
}

/** What the operating system tells of processes; injected in tests. */
export interface Processes {
  self(): Omit<Holder, 'token' | 'sqlite'>
  /** Whether a process of this pid exists, as far as this process may see. */
  exists(pid: number): boolean
  started(pid: number): string | null
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

function startOf(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

function namespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return null
  }
}

export const realProcesses: Processes = {
  self: () => ({
    pid: process.pid,
    started: startOf(process.pid),
    bootId: readText('/proc/sys/kernel/random/boot_id'),
    host: hostname(),
    namespace: namespace(),
  }),
  exists: (pid) => {
    try {
      process.kill(pid, 0)
      return true
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'ESRCH'
    }
  },
  started: startOf,
}

/** Reads a lock file; `null` where it holds anything else. */
export function parseHolder(text: string): Holder | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { pid, started, bootId, host, namespace, token, sqlite } = value as Record<string, unknown>
  const word = (entry: unknown): entry is string | null => entry === null || typeof entry === 'string'
  if (!Number.isSafeInteger(pid) || (pid as number) < 1) return null
  if (typeof host !== 'string' || typeof token !== 'string' || !/^[0-9A-Za-z-]{1,64}$/.test(token)) return null
  if (!word(started) || !word(bootId) || !word(namespace) || typeof sqlite !== 'boolean') return null
  return { pid: pid as number, started, bootId, host, namespace, token, sqlite }
}

/**
 * Whether a holder is surely gone. In doubt it is not: two writers would be worse than a wait.
 * @param exclusive we hold the SQLite lock beside the lock file
 */
export function isGone(holder: Holder, processes: Processes, exclusive: boolean): boolean {
  const self = processes.self()
  const sameKernel = holder.bootId === self.bootId && (holder.bootId !== null || holder.host === self.host)
  // On one kernel the SQLite lock decides, also between containers: it dies with its process.
  if (sameKernel && holder.sqlite && exclusive) return true
  if (holder.host !== self.host) return false
  if (holder.bootId !== null && self.bootId !== null && !sameKernel) return true
  if (holder.namespace !== self.namespace) return false
  if (!processes.exists(holder.pid)) return true
  const started = processes.started(holder.pid)
  return holder.started !== null && started !== null && started !== holder.started
}
