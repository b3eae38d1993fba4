/**
 * Findings on the disk: the folders of trail and keys, their rights, and for how long there is room.
 * @module
 */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Finding, finding } from './finding.js'

/** What is asked of a file system; handed in by tests. */
export interface Disk {
  exists(path: string): boolean
  /** Whether files can be made in a folder. */
  writable(path: string): boolean
  /** Free bytes for us, and the type's magic number (statfs); `null` where it cannot be read. */
  space(path: string): { readonly freeBytes: number; readonly type: number } | null
  /** Permission bits; `null` on Windows, which has others. */
  mode(path: string): number | null
}

export const realDisk: Disk = {
  exists: existsSync,
  writable(path) {
    try {
      accessSync(path, constants.W_OK | constants.X_OK)
      return true
    } catch {
      return false
    }
  },
  space(path) {
    try {
      const { bavail, bsize, type } = statfsSync(path)
      return { freeBytes: bavail * bsize, type }
    } catch {
      return null
    }
  },
  mode(path) {
    if (process.platform === 'win32') return null
    try {
      return statSync(path).mode & 0o777
    } catch {
      return null
    }
  },
}

export interface Places {
  readonly trail: string
  readonly keys: string
  readonly bytesPerYear: number
}

/** Types of statfs(2) on Linux that lie on another computer. */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x47504653, 'GPFS'],
])

/** The folder itself, or the nearest one above that is there. */
function nearest(path: string, disk: Disk): string {
  let at = path
  while (!disk.exists(at) && dirname(at) !== at) at = dirname(at)
  return at
}

export function storageFindings(
  { trail, keys, bytesPerYear }: Places,
  platform: NodeJS.Platform,
  disk: Disk = realDisk,
): Finding[] {
  return [...trailFindings(trail, bytesPerYear, platform, disk), ...keyFindings(keys, disk)]
}

function trailFindings(trail: string, bytesPerYear: number, platform: NodeJS.Platform, disk: Disk): Finding[] {
  const folder = nearest(trail, disk)
  const findings: Finding[] = []
  if (!disk.writable(folder)) {
    findings.push(
      finding('problem', 'trail-not-writable', 'trail', [
        folder === trail
          ? `this user may not write to ${trail}`
          : `${trail} is not there, and this user may not make it in ${folder}`,
        'the auditor cannot start',
        'run the diagnosis as the user of the auditor; else change the owner or the rights of that folder, or name another "trail"',
      ]),
    )
  }
  const space = disk.space(folder)
  const megabytes = Math.ceil(bytesPerYear / 1e6)
  const network =
    platform === 'linux' && space ? networkTypes.get(space.type >>> 0) : /^\\\\/.test(trail) ? 'a share' : undefined
  if (network !== undefined) {
    findings.push(
      finding('warning', 'trail-on-network', 'trail', [
        `${trail} lies on another computer (${network})`,
        'locks and the promise that written bytes stay written are weak there, and the audit stops with the network',
        'keep the trail on a local disk, and copy finished days',
      ]),
    )
  }
  if (space !== null) {
    const years = space.freeBytes / bytesPerYear
    const free = `${Math.floor(space.freeBytes / 1e6)} MB free, about ${megabytes} MB a year`
    findings.push(
      years < 1
        ? finding(years < 1 / 12 ? 'problem' : 'warning', 'trail-disk-space', 'trail', [
            `the disk of ${trail} has ${free}: enough for ${Math.floor(years * 365)} days`,
            'with a full disk nothing is recorded: those stretches are UNMONITORED for ever',
            'make room, move the trail, or raise "interval" and "heartbeat"',
          ])
        : finding('ok', 'trail-disk-space', 'trail', [`the disk of ${trail} has ${free}`]),
    )
  }
  return findings
}

function keyFindings(keys: string, disk: Disk): Finding[] {
  if (!disk.exists(keys)) {
    return [
      finding('hint', 'keys-absent', 'keys', [
        `there is no key folder ${keys}`,
        'the first start makes one; keys that "ntp-auditor init" made are told to somebody beforehand, which is worth more',
        'run "ntp-auditor init", and give the enrolment sheet to an auditor',
      ]),
    ]
  }
  const mode = disk.mode(keys)
  if (mode !== null && (mode & 0o077) !== 0) {
    return [
      finding('problem', 'keys-open', 'keys', [
        `${keys} can be entered by others (mode ${mode.toString(8).padStart(3, '0')})`,
        'who reads the key of the present epoch can write a trail that looks genuine',
        `"chmod -R go= ${keys}"; if others could read it until now, begin a new chain: "ntp-auditor init --rekey"`,
      ]),
    ]
  }
  return [finding('ok', 'keys-closed', 'keys', [`${keys} is closed to others`])]
}
