/**
 * Whose clock is it? Virtual machines, containers and Windows' subsystem for Linux run on a clock that somebody else may set.
 * @module
 */
import { type Finding, finding } from './finding.js'
import { type Machine, pairs } from './machine.js'

/** Whether we run inside a container. */
export function isContainer(machine: Machine): boolean {
  return containerOf(machine) !== null
}

/** The kind of container, `null` outside of one. */
export function containerOf(machine: Machine): string | null {
  if (machine.platform !== 'linux') return null
  if (machine.env.KUBERNETES_SERVICE_HOST) return 'Kubernetes'
  if (machine.list('/').includes('.dockerenv')) return 'Docker'
  if (machine.list('/run').includes('.containerenv')) return 'Podman'
  const named = machine.read('/run/systemd/container')?.trim()
  if (named) return named
  const groups = machine.read('/proc/1/cgroup') ?? ''
  const [, kind] = /(docker|kubepods|containerd|libpod|lxc)/.exec(groups) ?? []
  return kind === undefined ? null : kind === 'kubepods' ? 'Kubernetes' : kind
}

/** Names of makers and products, as firmware tells them, and who they are. */
const makers: readonly [RegExp, string][] = [
  [/Amazon EC2/i, 'Amazon EC2'],
  [/Google( Compute Engine)?/i, 'Google Compute Engine'],
  [/Microsoft Corporation.*Virtual Machine|Hyper-V/is, 'Hyper-V'],
  [/VMware/i, 'VMware'],
  [/innotek|VirtualBox/i, 'VirtualBox'],
  [/Xen|HVM domU/i, 'Xen'],
  [/Parallels/i, 'Parallels'],
  [/Apple Virtualization/i, 'Apple Virtualization'],
  [/QEMU|KVM|OpenStack|DigitalOcean|Hetzner|Bochs|oVirt|RHEV/i, 'KVM or QEMU'],
]

/** Which virtual machine this is, `null` where nothing tells of one. */
export async function virtualOf(machine: Machine): Promise<string | null> {
  const { platform } = machine
  if (platform === 'win32') {
    const { output } = await machine.hear(['reg', 'query', 'HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS'])
    return makers.find(([pattern]) => pattern.test(output))?.[1] ?? null
  }
  if (platform === 'darwin') {
    const { output } = await machine.hear(['/usr/sbin/sysctl', '-n', 'kern.hv_vmm_present'])
    return output.trim() === '1' ? 'a virtual machine' : null
  }
  const dmi = ['sys_vendor', 'product_name', 'board_vendor', 'bios_vendor']
    .map((name) => machine.read(`/sys/class/dmi/id/${name}`) ?? '')
    .join('\n')
  const named = makers.find(([pattern]) => pattern.test(dmi))?.[1]
  if (named !== undefined) return named
  const guest = machine.read('/sys/hypervisor/type')?.trim()
  if (guest) return guest
  return /^flags\s*:.*\bhypervisor\b/m.test(machine.read('/proc/cpuinfo') ?? '') ? 'a virtual machine' : null
}

/** Findings on the place where this clock runs. */
export async function hostFindings(machine: Machine): Promise<Finding[]> {
  return [
    ...wslFindings(machine),
    ...containerFindings(machine),
    ...(await virtualFindings(machine)),
    ...capabilityFindings(machine),
  ]
}

function isWsl(machine: Machine): boolean {
  return machine.platform === 'linux' && /microsoft|WSL/i.test(machine.read('/proc/sys/kernel/osrelease') ?? '')
}

function wslFindings(machine: Machine): Finding[] {
  if (!isWsl(machine)) return []
  return [
    finding('warning', 'host-wsl', 'host', [
      "this is Windows' subsystem for Linux",
      'its clock stands still while Windows sleeps and is set by jumps afterwards; two systems set one clock',
      'audit Windows itself, with an auditor that runs in Windows',
    ]),
  ]
}

function containerFindings(machine: Machine): Finding[] {
  const kind = containerOf(machine)
  if (kind === null) return []
  return [
    finding('hint', 'host-container', 'host', [
      `this runs in a container (${kind})`,
      "a container has no clock of its own: what is audited is the host's, once for all its containers",
      'set "identity.hostLabel" to the name of the host, and keep trail and keys on a volume that outlives the container',
    ]),
  ]
}

const guestClocks: Readonly<Record<string, string>> = {
  'kvm-clock': 'the hypervisor (kvm-clock)',
  hyperv_clocksource_tsc_page: 'the hypervisor (Hyper-V)',
  xen: 'the hypervisor (Xen)',
}

async function virtualFindings(machine: Machine): Promise<Finding[]> {
  const kind = isWsl(machine) ? null : await virtualOf(machine)
  const source = machine.read('/sys/devices/system/clocksource/clocksource0/current_clocksource')?.trim() ?? ''
  const findings: Finding[] = []
  if (kind !== null) {
    const by = guestClocks[source] === undefined ? '' : `; its time is counted by ${guestClocks[source]}`
    const precise = machine
      .list('/sys/class/ptp')
      .map((name) => machine.read(`/sys/class/ptp/${name}/clock_name`)?.trim() ?? '')
      .filter((name) => /kvm|hyperv|ena/i.test(name))
    const offered = precise.length === 0 ? '' : ` The host offers its own clock to be followed (${precise.join(', ')}).`
    findings.push(
      finding('hint', 'host-virtual', 'host', [
        `this is ${kind === 'a virtual machine' ? kind : `a virtual machine (${kind})`}${by}`,
        'while the host pauses, snapshots or moves it, its clock stands still, and a bound that crosses such a pause does not hold',
        `switch the time synchronisation of the guest tools off where an NTP service runs in here, and audit the host as well.${offered}`,
      ]),
    )
  }
  if (/^(?:hpet|acpi_pm|jiffies|refined-jiffies)$/.test(source)) {
    findings.push(
      finding('hint', 'host-slow-clock', 'host', [
        `the kernel counts time by ${source}`,
        'it gave up its faster counter, mostly since that ran unevenly: readings are coarse and bounds wider',
        'look into the kernel log for "clocksource" and "TSC unstable"',
      ]),
    )
  }
  return findings
}

/** CAP_SYS_TIME, bit 25 of capabilities(7). */
const capSysTime = 1n << 25n

function capabilityFindings(machine: Machine): Finding[] {
  if (machine.platform !== 'linux') return []
  const mask = pairs((machine.read('/proc/self/status') ?? '').replace(/:/g, '=')).get('CapEff')
  if (mask === undefined || !/^[0-9a-f]+$/i.test(mask) || (BigInt(`0x${mask}`) & capSysTime) === 0n) return []
  return [
    finding('hint', 'host-may-set-clock', 'host', [
      'this process may set the clock (CAP_SYS_TIME)',
      'the auditor never does, and needs no such right: what cannot set the clock cannot be accused of it',
      'run the auditor as a user of its own; in a container drop SYS_TIME, in a systemd unit leave CapabilityBoundingSet empty',
    ]),
  ]
}
