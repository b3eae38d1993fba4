import { createHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { type MachineAccess, machinePseudonym, trailOrigin } from '../../lib/config/host.js'

const id = '0123456789abcdef0123456789abcdef'
const absent = () => {
  throw new Error('ENOENT')
}
const access = (more: Partial<MachineAccess>): MachineAccess => ({
  platform: 'linux',
  read: absent,
  run: absent,
  ...more,
})
const expected = createHmac('sha256', id).update('ntp-auditor machine pseudonym 1').digest('hex').slice(0, 32)

describe('the pseudonym', () => {
  test('is an HMAC under the machine id, never the id', () => {
    const pseudonym = machinePseudonym(access({ read: (path) => (path === '/etc/machine-id' ? `${id}\n` : absent()) }))
    expect(pseudonym).toBe(expected)
    expect(pseudonym).not.toContain(id.slice(0, 8))
  })

  test('falls back to the second place, and to unknown', () => {
    const second = (path: string) => (path === '/var/lib/dbus/machine-id' ? id : '')
    expect(machinePseudonym(access({ read: second }))).toBe(expected)
    expect(machinePseudonym(access({}))).toBe('unknown')
    expect(machinePseudonym(access({ read: () => 'uninitialized\n' }))).toBe('unknown')
  })

  test('asks macOS and Windows their own way', () => {
    const mac = (command: string) =>
      command === '/usr/sbin/ioreg' ? `  "IOPlatformUUID" = "${id.toUpperCase()}"\n` : ''
    expect(machinePseudonym(access({ platform: 'darwin', run: mac }))).toBe(expected)
    const windows = (command: string) => (command === 'reg' ? `    MachineGuid    REG_SZ    ${id}\r\n` : '')
    expect(machinePseudonym(access({ platform: 'win32', run: windows }))).toBe(expected)
    expect(machinePseudonym(access({ platform: 'win32', run: () => '' }))).toBe('unknown')
  })

  test('of this computer is stable', () => {
    expect(machinePseudonym()).toBe(machinePseudonym())
  })
})

test.each([
  ['pluto.example.net', 'ntp-auditor/pluto.example.net'],
  ['Till 3+4', 'ntp-auditor/Till-3-4'],
  [' \u00a0+/', 'ntp-auditor/unnamed'],
  ['K\u00fcche', 'ntp-auditor/K\u00fcche'],
])('origin of %j', (label, origin) => {
  expect(trailOrigin(label)).toBe(origin)
})
