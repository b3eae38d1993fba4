/**
 * W32Time, the time service of Windows: what it follows, whether it succeeds, and the settings that make it fail.
 * @module
 */
import type { Heard } from '../program.js'
import { type Finding, finding } from './finding.js'
import { healthy, type ServiceReport, stopped, unreadable, unsynchronised } from './service.js'
import {
  parseEvents,
  parseNtpServer,
  parseRegistry,
  parseServiceState,
  parseW32Configuration,
  parseW32Peers,
  parseW32Status,
  saysNotStarted,
  type W32Peer,
  type W32Server,
  type W32Status,
} from './w32time-parse.js'

const service = 'w32time'

/** What was asked; every part may have failed. */
export interface W32Facts {
  readonly status: Heard
  readonly configuration: Heard
  readonly peers: Heard
  /** `reg query` of Parameters, and of the same below Policies. */
  readonly parameters: Heard
  readonly policy: Heard
  readonly service: Heard
  /** Events 47 of the last day. */
  readonly events: Heard
}

export function w32Report(facts: W32Facts): ServiceReport {
  const status = parseW32Status(facts.status.output)
  const running = runs(facts, status)
  const settings = settingsOf(facts)
  const servers = settings.type === 'NT5DS' ? [] : parseNtpServer(settings.ntpServer ?? '')
  const synchronised = running === false ? false : status && isSynchronised(status)
  return {
    service,
    running,
    synchronised,
    sources: status === null ? [] : [sourceName(status.source)],
    settings: [
      ...(settings.type === null ? [] : [`Type=${settings.type}`]),
      ...(settings.ntpServer === null ? [] : [`NtpServer=${settings.ntpServer}`]),
      ...(settings.policy ? ['Policy=yes'] : []),
    ],
    findings: [
      ...stateFindings(status, running),
      ...typeFindings(settings.type),
      ...flagFindings(servers, parseW32Peers(facts.peers.output), settings.policy),
      ...eventFindings(facts.events),
    ],
  }
}

function runs({ service: asked, status: told, peers }: W32Facts, status: W32Status | null): boolean | null {
  if (status !== null) return true
  const state = parseServiceState(asked.output)
  if (state !== null) return state === 4
  return [told, peers].some(({ output, message }) => saysNotStarted(`${output}${message}`)) ? false : null
}

interface Settings {
  readonly type: string | null
  readonly ntpServer: string | null
  /** A group policy decides. */
  readonly policy: boolean
}

/** The registry speaks one language; a policy goes before what is set by hand. */
function settingsOf({ parameters, policy, configuration }: W32Facts): Settings {
  const told = parseW32Configuration(configuration.output)
  const own = parseRegistry(parameters.output)
  const above = parseRegistry(policy.output)
  const value = (name: string) => above.get(name) ?? own.get(name) ?? told.get(name)?.value ?? null
  return {
    type: value('Type'),
    ntpServer: value('NtpServer'),
    policy: above.has('NtpServer') || above.has('Type') || (told.get('NtpServer') ?? told.get('Type'))?.policy === true,
  }
}

/** A source may carry its flags: `time.windows.com,0x9`. */
function sourceName(source: string): string {
  return source.replace(/,0x[0-9a-f]+$/i, '')
}

/** These names are written in English on every Windows; the number LOCL says the same. */
function runsFree(status: W32Status): boolean {
  return status.referenceId === '4C4F434C' || /^(?:Local CMOS Clock|Free-running System Clock)$/i.test(status.source)
}

function isSynchronised(status: W32Status): boolean {
  return status.leap !== 3 && status.stratum > 0 && status.stratum < 16 && !runsFree(status)
}

function stateFindings(status: W32Status | null, running: boolean | null): Finding[] {
  if (running === false) {
    return [stopped(service, 'start it as administrator: "sc config w32time start= auto", "net start w32time"')]
  }
  if (status === null) {
    const next = 'run "w32tm /query /status" by hand, as administrator if it is refused (0x80070005)'
    return [unreadable(service, 'w32tm', next)]
  }
  const findings: Finding[] = []
  if (!isSynchronised(status)) {
    const because = runsFree(status)
      ? `its source is "${status.source}"`
      : `leap indicator ${status.leap}, stratum ${status.stratum}`
    const next = 'check "NtpServer" and UDP port 123, then "w32tm /resync /rediscover" as administrator'
    findings.push(unsynchronised(service, because, next))
  } else
    findings.push(
      healthy(
        service,
        `stratum ${status.stratum}, by ${status.source}, last at ${status.lastSync ?? 'an unknown time'}`,
      ),
    )
  if (status.lastError !== null && status.lastError !== 0) {
    findings.push(
      finding('warning', 'w32-last-sync-failed', service, [
        `its last try failed (error ${status.lastError}: ${lastErrors[status.lastError] ?? 'unknown'})`,
        'Windows goes on with the clock as it is and tells nobody',
        'look for events 36, 47 and 134 of source Time-Service in the System log',
      ]),
    )
  }
  if (/^VM IC Time Synchronization Provider/i.test(status.source)) {
    findings.push(
      finding('hint', 'w32-host-clock', service, [
        'the clock is set by the virtual machine host (VM IC Time Synchronization Provider)',
        'it is as right as the host is, and nothing in this machine can change that',
        'audit the host as well, or switch its time integration off and give this machine NTP servers',
      ]),
    )
  }
  return findings
}

const lastErrors: Readonly<Record<number, string>> = { 1: 'no time data came', 2: 'only stale time data came' }

function typeFindings(type: string | null): Finding[] {
  if (type === 'NoSync') {
    return [
      finding('problem', 'w32-nosync', service, [
        '"Type" is NoSync: the service runs and follows nothing',
        'the clock is never corrected',
        'as administrator: "w32tm /config /syncfromflags:manual /manualpeerlist:time.example.net,0x8 /update"',
      ]),
    ]
  }
  if (type === 'NT5DS') {
    return [
      finding('hint', 'w32-domain', service, [
        '"Type" is NT5DS: the time comes from the domain, and "NtpServer" is not looked at',
        'this computer is as right as its domain controller, in the end as the PDC emulator',
        'see to the time of the PDC emulator; servers of its own need "w32tm /config /syncfromflags:manual"',
      ]),
    ]
  }
  return []
}

function flagFindings(servers: readonly W32Server[], peers: readonly W32Peer[], policy: boolean): Finding[] {
  const findings: Finding[] = []
  const by = policy
    ? 'change it in the group policy (Computer Configuration, Administrative Templates, System, Windows Time Service): it overwrites what is set here'
    : 'as administrator: "w32tm /config /manualpeerlist:' +
      `${servers.map(({ host, flags }) => `${host},0x${((flags | 8) & ~4).toString(16)}`).join(' ')}" /syncfromflags:manual /update"`
  const symmetric = servers.filter(({ flags }) => (flags & 4) !== 0)
  const active = peers.filter(({ mode }) => mode === 1).map(({ peer }) => peer)
  if (symmetric.length > 0 || active.length > 0) {
    findings.push(
      finding('warning', 'w32-symmetric-active', service, [
        `asks in symmetric active mode: ${[...new Set([...symmetric.map(({ text }) => text), ...active])].join(', ')}`,
        'many servers do not answer peers that they do not know: Windows then waits in vain',
        by,
      ]),
    )
  }
  const bare = servers.filter(({ flags }) => (flags & 12) === 0)
  if (bare.length > 0) {
    findings.push(
      finding('warning', 'w32-client-flag', service, [
        `without client mode (0x8): ${bare.map(({ text }) => text).join(', ')}`,
        bare.some(({ flags }) => flags === 1)
          ? 'the flag was set back to 0x1, as the dialogue "Internet time", updates and policies do: servers may then not answer'
          : 'without it some versions of Windows ask as a peer, which many servers do not answer',
        by,
      ]),
    )
  }
  if (policy && servers.length > 0) {
    findings.push(
      finding('hint', 'w32-policy', service, [
        'a group policy sets the servers',
        'a flag or server that was changed by hand comes back by itself',
        'change it where the policy is made, and look at it with "gpresult /h"',
      ]),
    )
  }
  return findings
}

function eventFindings(events: Heard): Finding[] {
  const [last] = parseEvents(events.output).filter(({ id }) => id === 47)
  if (!last) return []
  return [
    finding('warning', 'w32-event-47', service, [
      `event 47 at ${last.at}: no valid response from ${last.data[0] ?? 'a server'} after eight tries`,
      'the server is wrong, not synchronised, does not answer in this mode, or UDP port 123 is blocked',
      'see what this diagnosis says of that server (--reference), and of the flags of "NtpServer"',
    ]),
  ]
}
