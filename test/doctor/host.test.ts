/** Whose clock is it: containers, virtual machines, Windows' subsystem for Linux, rights. */
import { expect, test } from '@jest/globals'
import { containerOf, hostFindings, virtualOf } from '../../lib/doctor/host.js'
import { codes, fakeMachine, heard } from './machine.js'

test.each([
  ['Docker', { folders: { '/': ['.dockerenv', 'etc'] } }],
  ['Podman', { folders: { '/run': ['.containerenv'] } }],
  ['Kubernetes', { env: { KUBERNETES_SERVICE_HOST: '10.96.0.1' } }],
  ['Kubernetes', { files: { '/proc/1/cgroup': '0::/kubepods/besteffort/pod1/abc\n' } }],
  ['lxc', { files: { '/run/systemd/container': 'lxc\n' } }],
  [null, { files: { '/proc/1/cgroup': '0::/init.scope\n' } }],
])('a container: %s', (kind, given) => {
  expect(containerOf(fakeMachine(given))).toBe(kind)
})

const dmi = (vendor: string, product: string) => ({
  files: { '/sys/class/dmi/id/sys_vendor': `${vendor}\n`, '/sys/class/dmi/id/product_name': `${product}\n` },
})
test.each([
  ['KVM or QEMU', dmi('QEMU', 'Standard PC (Q35 + ICH9, 2009)')],
  ['Hyper-V', dmi('Microsoft Corporation', 'Virtual Machine')],
  [null, dmi('Microsoft Corporation', 'Surface Pro 9')],
  ['VMware', dmi('VMware, Inc.', 'VMware Virtual Platform')],
  ['Amazon EC2', dmi('Amazon EC2', 't3.micro')],
  ['a virtual machine', { files: { '/proc/cpuinfo': 'flags\t\t: fpu vme hypervisor lahf_lm\n' } }],
  [null, { files: { '/proc/cpuinfo': 'flags\t\t: fpu vme lahf_lm\n' } }],
  [
    'VirtualBox',
    {
      platform: 'win32' as const,
      answers: { 'reg query': heard('    SystemManufacturer    REG_SZ    innotek GmbH\r\n') },
    },
  ],
  ['a virtual machine', { platform: 'darwin' as const, answers: { '/usr/sbin/sysctl': heard('1\n') } }],
])('a virtual machine: %s', async (kind, given) => {
  expect(await virtualOf(fakeMachine(given))).toBe(kind)
})

test('a guest of KVM: who counts its time, and that the host offers its clock', async () => {
  const machine = fakeMachine({
    files: {
      ...dmi('QEMU', 'x').files,
      '/sys/devices/system/clocksource/clocksource0/current_clocksource': 'kvm-clock\n',
      '/sys/class/ptp/ptp0/clock_name': 'KVM virtual PTP\n',
    },
    folders: { '/sys/class/ptp': ['ptp0'] },
  })
  const [virtual] = await hostFindings(machine)
  expect(virtual).toMatchObject({ severity: 'hint', code: 'host-virtual' })
  expect(virtual?.what).toBe(
    'this is a virtual machine (KVM or QEMU); its time is counted by the hypervisor (kvm-clock)',
  )
  expect(virtual?.next).toContain('KVM virtual PTP')
})

test('Windows beneath, a slow counter, the right to set the clock', async () => {
  const wsl = { '/proc/sys/kernel/osrelease': '5.15.153.1-microsoft-standard-WSL2\n' }
  expect(codes(await hostFindings(fakeMachine({ files: wsl })))).toEqual(['warning host-wsl'])
  const hpet = { '/sys/devices/system/clocksource/clocksource0/current_clocksource': 'hpet\n' }
  expect(codes(await hostFindings(fakeMachine({ files: hpet })))).toEqual(['hint host-slow-clock'])
  const may = { '/proc/self/status': 'Name:\tnode\nCapEff:\t0000000002000000\n' }
  expect(codes(await hostFindings(fakeMachine({ files: may })))).toEqual(['hint host-may-set-clock'])
  const mayNot = { '/proc/self/status': 'Name:\tnode\nCapEff:\t00000000fdffffff\n' }
  expect(await hostFindings(fakeMachine({ files: mayNot }))).toEqual([])
})
