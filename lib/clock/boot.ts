/**
 * A name for the time between two boots: equal for all processes of one boot, whatever is done to the wall clock.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'

/** Inode of the time namespace that every process starts in (linux/proc_ns.h, PROC_TIME_INIT_INO). */
const initialTimeNamespace = 'time:[4026531834]'

/**
 * Identifies the boot.
 *
 * - Linux: the kernel's random `boot_id`; in a time namespace, whose clocks start elsewhere, with its number behind it.
 * - macOS: the kernel's boot session (`kern.bootsessionuuid`).
 * - Windows: the boot counter that the system keeps in its registry.
 *
 * None of them follows the wall clock, as "now minus uptime" would. Where there is no such name the process gets one of its
 * own: two processes then never seem to share a boot, and what lies between them is unknown rather than guessed.
 */
export function readBootId(platform: NodeJS.Platform = process.platform): string {
  try {
    if (platform === 'linux') return linuxBoot()
    if (platform === 'darwin') return `darwin-${uuid(ask('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']))}`
    if (platform === 'win32') return `win32-${windowsBoot()}`
  } catch {
    // Falls through: no name of this boot can be had.
  }
  return `process-${randomUUID()}`
}

function linuxBoot(): string {
  const id = uuid(readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'))
  const space = timeNamespace()
  return space === initialTimeNamespace ? id : `${id}-${space}`
}

function timeNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/time')
  } catch {
    return initialTimeNamespace
  }
}

function windowsBoot(): string {
  const key = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management\\PrefetchParameters'
  const boots = /BootId\s+REG_DWORD\s+0x([0-9a-f]+)/i.exec(ask('reg.exe', ['query', key, '/v', 'BootId']))?.[1]
  if (boots === undefined) throw new Error('the registry counts no boots')
  return boots.toLowerCase()
}

function ask(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'latin1', timeout: 5_000, stdio: ['ignore', 'pipe', 'ignore'] })
}

function uuid(text: string): string {
  const id = text.trim().toLowerCase()
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new Error('no boot identifier')
  return id
}
