/**
 * Which computer this is, for records and pages: a name for the trail's origin, and a pseudonym of the machine id.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** What the look-up of the machine id needs of the system; handed in by tests. */
export interface MachineAccess {
  readonly platform: NodeJS.Platform
  read(path: string): string
  run(command: string, args: readonly string[]): string
}

const system: MachineAccess = {
  platform: process.platform,
  read: (path) => readFileSync(path, 'utf8'),
  run: (command, args) =>
    spawnSync(command, args, { encoding: 'utf8', timeout: 2_000, windowsHide: true }).stdout ?? '',
}

/**
 * A pseudonym of this computer: HMAC-SHA-256 under its machine id, so that the id itself never leaves the computer and other
 * programs' pseudonyms do not match. 32 hexadecimal digits, or `unknown` where the system has no id.
 * Reads a file on Linux; starts `ioreg` (macOS) or `reg` (Windows): call it once, at start.
 */
export function machinePseudonym(access: MachineAccess = system): string {
  const id = machineId(access)
  if (id === null) return 'unknown'
  return createHmac('sha256', id).update('ntp-auditor machine pseudonym 1').digest('hex').slice(0, 32)
}

function machineId(access: MachineAccess): string | null {
  const attempts: (() => string | undefined)[] = []
  if (access.platform === 'darwin') {
    const list = () => access.run('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice'])
    attempts.push(() => /"IOPlatformUUID" = "([^"]+)"/.exec(list())?.[1])
  } else if (access.platform === 'win32') {
    const query = ['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid', '/reg:64']
    attempts.push(() => /MachineGuid\s+REG_SZ\s+(\S+)/.exec(access.run('reg', query))?.[1])
  } else {
    for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
      attempts.push(() => access.read(path).trim())
    }
  }
  for (const attempt of attempts) {
    try {
      const id = attempt()
      // systemd writes "uninitialized" into images that were never booted
      if (id !== undefined && id !== '' && id !== 'uninitialized') return id.toLowerCase()
    } catch {
      // absent or unreadable: the next place may have it
    }
  }
  return null
}

/**
 * Origin of a trail, as signed notes demand it: no white space, no plus sign.
 * @returns `ntp-auditor/<host label>`
 */
export function trailOrigin(hostLabel: string): string {
  const name = hostLabel.replace(/[\s+/\p{C}\p{Z}]+/gu, '-').replace(/^-+|-+$/g, '')
  return `ntp-auditor/${name === '' ? 'unnamed' : name}`
}
