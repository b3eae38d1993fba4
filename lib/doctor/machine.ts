/**
 * What a diagnosis reads of the computer: small files, folders, the answers of its own tools, the kernel's word on its clock. Handed
 * in, so that recorded computers can be diagnosed in tests. Nothing is ever changed.
 * @module
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import type { TimexState } from '../clock/libc.js'
import { type Heard, hearProgram } from '../program.js'

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of a small file (its first 64 kB); `null` where it is not there or may not be read. */
  read(path: string): string | null
  /** Names in a folder; empty where it cannot be read. */
  list(path: string): readonly string[]
  /** Asks one of the system's tools. Never throws. */
  hear(command: readonly string[]): Promise<Heard>
  /** The kernel's clock state (adjtimex, read only); `null` where it cannot be read. */
  timex(): TimexState | null
}

/** How long one tool may take (ms). */
const toolMs = 5_000
const largest = 64 * 1024

/** This computer. @param timex how to read the kernel's state, where that can be done */
export function realMachine(timex: () => TimexState | null = () => null): Machine {
  return {
    platform: process.platform,
    env: process.env,
    read: readStart,
    list(path) {
      try {
        return readdirSync(path)
      } catch {
        return []
      }
    },
    hear: (command) => hearProgram(command, toolMs),
    timex,
  }
}

/** Files of /proc and /sys say that they are empty and are not; no file is read beyond a bound. */
function readStart(path: string): string | null {
  try {
    if (/^\/(?:proc|sys)\//.test(path)) return readFileSync(path, 'utf8').slice(0, largest)
    const descriptor = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(largest)
      return bytes.subarray(0, readSync(descriptor, bytes)).toString('utf8')
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return null
  }
}

/** Names of the processes that can be seen, as Linux shortens them (15 characters). */
export function processNames(machine: Machine): ReadonlySet<string> {
  const pids = machine.list('/proc').filter((name) => /^\d+$/.test(name))
  return new Set(pids.flatMap((pid) => machine.read(`/proc/${pid}/comm`)?.trim() ?? []))
}

/** Lines of `KEY=value`, as `systemctl show` and `timedatectl show` write them. */
export function pairs(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const at = line.indexOf('=')
      return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1).trim()] as const] : []
    }),
  )
}

/** Directives of a daemon's configuration that say where it gets its time and how it sets the clock. */
export function directives(text: string | null, names: readonly string[]): string[] {
  return (text ?? '')
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/^\s*[#!;%].*|\s+#.*$/g, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => names.includes(line.split(' ', 1)[0]?.toLowerCase() ?? ''))
    .slice(0, 50)
}
