/**
 * What sets this computer's clock: all services that it may have are asked, the one that runs is told, and two that run are a finding.
 * @module
 */
import type { TimexState } from '../clock/libc.js'
import type { DisciplineBody } from '../trail/types.js'
import { chronyReport } from './chrony.js'
import { type Finding, finding } from './finding.js'
import { isContainer } from './host.js'
import { macReport } from './mac.js'
import { type Machine, pairs, processNames } from './machine.js'
import { ntpdReport } from './ntpd.js'
import { spanText } from './offsets.js'
import type { ServiceReport } from './service.js'
import { parseTimeDate, timeDateFindings, timesyncdReport } from './timesyncd.js'
import { w32Report } from './w32time.js'

export interface Discipline {
  /** For the trail; `changed` is empty. */
  readonly body: DisciplineBody
  readonly findings: readonly Finding[]
}

/** Reads everything once. Takes as long as the slowest tool, at most some seconds; changes nothing; never rejects. */
export async function readDiscipline(machine: Machine): Promise<Discipline> {
  const timex = machine.timex()
  const kernel = timex && {
    maxErrorNs: String(timex.maxErrorNs),
    frequencyPpb: Number(timex.ratePpb),
    status: timex.status,
  }
  const reports =
    machine.platform === 'win32'
      ? [await windows(machine)]
      : machine.platform === 'darwin'
        ? [await mac(machine)]
        : await linux(machine)
  const chosen = choose(reports, machine, timex)
  const { service, running, synchronised, sources, settings } = chosen
  return {
    body: {
      type: 'discipline',
      service,
      running,
      // A kernel that is not called synchronised may be all the same: chronyd only does so with "rtcsync".
      synchronised: synchronised ?? (running === true && timex !== null && !isUnsynchronised(timex) ? true : null),
      sources: bounded(sources),
      settings: bounded(settings),
      kernel,
      changed: [],
    },
    findings: [...chosen.findings, ...rivals(reports), ...(reports.length === 0 ? kernelFindings(timex) : [])],
  }
}

/** A record stays small, whatever a tool or a file says. Counts characters, so that none is cut in half. */
function bounded(texts: readonly string[]): string[] {
  return texts.slice(0, 50).map((text) => [...text].slice(0, 200).join(''))
}

/** STA_UNSYNC of linux/timex.h. */
const unsynchronisedBit = 0x40

function isUnsynchronised({ status }: Pick<TimexState, 'status'>): boolean {
  return (status & unsynchronisedBit) !== 0
}

async function windows(machine: Machine): Promise<ServiceReport> {
  const key = 'W32Time\\Parameters'
  const lastDay =
    "*[System[Provider[@Name='Microsoft-Windows-Time-Service'] and (EventID=47) and TimeCreated[timediff(@SystemTime) <= 86400000]]]"
  const [status, configuration, peers, parameters, policy, service, events] = await Promise.all([
    machine.hear(['w32tm', '/query', '/status', '/verbose']),
    machine.hear(['w32tm', '/query', '/configuration']),
    machine.hear(['w32tm', '/query', '/peers']),
    machine.hear(['reg', 'query', `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${key}`]),
    machine.hear(['reg', 'query', `HKLM\\SOFTWARE\\Policies\\Microsoft\\${key}`]),
    machine.hear(['sc', 'query', 'w32time']),
    machine.hear(['wevtutil', 'qe', 'System', `/q:${lastDay}`, '/c:1', '/rd:true', '/f:xml']),
  ])
  return w32Report({ status, configuration, peers, parameters, policy, service, events })
}

async function mac(machine: Machine): Promise<ServiceReport> {
  const [using, server] = await Promise.all([
    machine.hear(['/usr/sbin/systemsetup', '-getusingnetworktime']),
    machine.hear(['/usr/sbin/systemsetup', '-getnetworktimeserver']),
  ])
  return macReport(using, server, machine.read('/etc/ntp.conf'))
}

const units = ['chronyd', 'chrony', 'ntpd', 'ntp', 'ntpsec', 'systemd-timesyncd', 'openntpd', 'ntpd-rs']

async function linux(machine: Machine): Promise<ServiceReport[]> {
  const [tracking, named, variables, peers, date, sync, systemd] = await Promise.all([
    machine.hear(['chronyc', '-c', '-n', 'tracking']),
    machine.hear(['chronyc', '-c', '-N', 'sources']),
    machine.hear(['ntpq', '-n', '-c', 'rv']),
    machine.hear(['ntpq', '-pn']),
    machine.hear(['timedatectl', 'show']),
    machine.hear(['timedatectl', 'show-timesync', '--all']),
    machine.hear(['systemctl', 'show', '-p', 'Id,LoadState,ActiveState', ...units.map((unit) => `${unit}.service`)]),
  ])
  // Older versions of both know fewer options.
  const sources = named.ok || named.missing ? named : await machine.hear(['chronyc', '-c', '-n', 'sources'])
  const page = date.ok || date.missing ? date : await machine.hear(['timedatectl', 'status'])
  const processes = processNames(machine)
  const states = unitStates(systemd.output)
  /** true or false where systemd knows the unit or a process was seen, else `null`. */
  const runs = (process: string, ...names: string[]): boolean | null => {
    if (processes.has(process)) return true
    const known = names.flatMap((name) => states.get(name) ?? [])
    return known.length === 0 ? null : known.includes('active')
  }
  const first = (...paths: string[]) => paths.map((path) => machine.read(path)).find((text) => text !== null) ?? null
  const told = [
    chronyReport({
      tracking,
      sources,
      configuration: first('/etc/chrony/chrony.conf', '/etc/chrony.conf'),
      running: runs('chronyd', 'chronyd', 'chrony'),
    }),
    ntpdReport({
      variables,
      peers,
      configuration: first('/etc/ntpsec/ntp.conf', '/etc/ntp.conf'),
      running: runs('ntpd', 'ntpd', 'ntp', 'ntpsec'),
    }),
    timesyncdReport({ sync, date: page, running: runs('systemd-timesyn', 'systemd-timesyncd') }),
    ...others.flatMap(([process, name, unit]) =>
      processes.has(process) || states.get(unit) === 'active' ? [plain(name)] : [],
    ),
  ]
  const extra = timeDateFindings(parseTimeDate(page.output))
  const found = told.flatMap((report) => report ?? [])
  return found.map((report, index) => (index === 0 ? { ...report, findings: [...report.findings, ...extra] } : report))
}

/** Services that are known by their process alone. */
const others: readonly [process: string, name: string, unit: string][] = [
  ['openntpd', 'openntpd', 'openntpd'],
  ['ntp-daemon', 'ntpd-rs', 'ntpd-rs'],
  ['phc2sys', 'phc2sys', 'phc2sys'],
  ['VBoxService', 'VBoxService', 'vboxadd-service'],
]

function plain(service: string): ServiceReport {
  const what = finding('ok', 'service-running', service, [`${service} runs; what it says of itself is not asked`])
  return { service, running: true, synchronised: null, sources: [], settings: [], findings: [what] }
}

/** Unit name -> ActiveState of the units that are there. */
function unitStates(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n\s*\r?\n/).flatMap((block) => {
      const told = pairs(block)
      const id = told.get('Id')?.replace(/\.service$/, '')
      return id === undefined || told.get('LoadState') !== 'loaded'
        ? []
        : [[id, told.get('ActiveState') ?? ''] as const]
    }),
  )
}

function choose(reports: readonly ServiceReport[], machine: Machine, timex: TimexState | null): ServiceReport {
  const found = reports.find(({ running }) => running === true) ?? reports[0]
  if (found) return found
  const nothing = { running: null, synchronised: null, sources: [], settings: [] }
  if (isContainer(machine)) {
    const what = finding('hint', 'service-outside', 'host', [
      'no time service in this container',
      "its clock is the host's clock: the host sets it, and nothing in here can tell how well",
      'run the diagnosis on the host, and audit the host; a container needs no time service of its own',
    ])
    return { service: 'unknown', ...nothing, findings: [what] }
  }
  if (timex !== null && !isUnsynchronised(timex)) {
    const what = finding('hint', 'service-unknown', 'host', [
      "something keeps the kernel's clock synchronised, but it is none of the services that are known here",
      'what it follows cannot be recorded',
      'find it ("systemctl list-units", "ps"), and note it for the auditors',
    ])
    return { service: 'unknown', ...nothing, findings: [what] }
  }
  const what = finding('problem', 'service-none', 'host', [
    'no time service was found',
    'nothing keeps this clock right: a quartz is off by a second in a few days, and by minutes in a year',
    'install and start one: chrony, ntpsec or systemd-timesyncd ("timedatectl set-ntp true")',
  ])
  return { service: 'none', ...nothing, running: false, synchronised: false, findings: [what] }
}

/** Where no service can be asked, the kernel's own word is all there is. */
function kernelFindings(timex: TimexState | null): Finding[] {
  if (timex === null || !isUnsynchronised(timex)) return []
  return [
    finding('hint', 'kernel-unsynchronised', 'host', [
      `the kernel does not call its clock synchronised (its own bound of the error is ${spanText(timex.maxErrorNs)})`,
      'nobody disciplines it, or chronyd does without "rtcsync"; in a container it is the kernel of the host that says so',
      'look at the time service of the host',
    ]),
  ]
}

/** Two that run set the clock against one another. */
function rivals(reports: readonly ServiceReport[]): Finding[] {
  const running = reports.filter(({ running }) => running === true).map(({ service }) => service)
  if (running.length < 2) return []
  return [
    finding('warning', 'service-rivals', 'host', [
      `several time services run: ${running.join(', ')}`,
      'each undoes what the other does: the clock is slewed and stepped back and forth',
      'keep one of them and disable the others',
    ]),
  ]
}

/** Status bits of the kernel that tell who steers: PLL, FLL, leap announcements, synchronised; the others jitter. */
const steadyBits = 0x1 | 0x8 | 0x10 | 0x20 | unsynchronisedBit

/** Names of the fields of `now` that are otherwise than before: what is worth a record. Numbers that jitter are not. */
export function changedFields(before: DisciplineBody, now: DisciplineBody): string[] {
  const view = ({ service, running, synchronised, sources, settings, kernel }: DisciplineBody) => {
    return { service, running, synchronised, sources, settings, kernel: kernel && kernel.status & steadyBits }
  }
  const [old, fresh] = [view(before), view(now)]
  return (Object.keys(fresh) as (keyof typeof fresh)[]).filter(
    (name) => JSON.stringify(old[name]) !== JSON.stringify(fresh[name]),
  )
}
