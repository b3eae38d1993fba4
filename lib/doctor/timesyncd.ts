/**
 * systemd's own client, systemd-timesyncd, and what systemd knows of the clock.
 * @module
 */
import type { Heard } from '../program.js'
import { type Finding, finding } from './finding.js'
import { pairs } from './machine.js'
import { healthy, type ServiceReport, stopped, unsynchronised } from './service.js'

/** What `timedatectl` says of the clock, whoever sets it. */
export interface TimeDate {
  /** Whether a network time service is switched on. */
  readonly enabled: boolean | null
  /** The kernel's word, as systemd reads it. */
  readonly synchronised: boolean | null
  /** The clock on the board runs in local time. */
  readonly localRtc: boolean | null
}

/** `timedatectl show` (systemd 239 and later), or the page of `timedatectl status` before it. */
export function parseTimeDate(text: string): TimeDate {
  const told = pairs(text)
  const yes = (value: string | undefined) => (value === undefined ? null : /^(?:yes|active|true)$/i.test(value))
  const line = (pattern: RegExp) => yes(pattern.exec(text)?.[1])
  return {
    enabled:
      yes(told.get('NTP')) ?? line(/^\s*(?:NTP enabled|Network time on|NTP service|NTP synchronization):\s*(\S+)/im),
    synchronised:
      yes(told.get('NTPSynchronized')) ?? line(/^\s*(?:System clock synchronized|NTP synchronized):\s*(\S+)/im),
    localRtc: yes(told.get('LocalRTC')) ?? line(/^\s*RTC in local TZ:\s*(\S+)/im),
  }
}

/** `timedatectl show-timesync --all`. */
export interface TimeSync {
  readonly server: string
  readonly address: string
  /** Where servers were named: by the link, the system, at run time, else the built-in ones. */
  readonly servers: ReadonlyMap<string, string>
  /** The last answer; `null` before there was one. */
  readonly message: { readonly leap: number; readonly stratum: number } | null
}

/** @returns `null` for anything else */
export function parseTimeSync(text: string): TimeSync | null {
  const told = pairs(text)
  if (!told.has('FallbackNTPServers') && !told.has('ServerName') && !told.has('PollIntervalUSec')) return null
  const named = ['LinkNTPServers', 'SystemNTPServers', 'RuntimeNTPServers', 'FallbackNTPServers']
  const message = /\bLeap=(\d+).*?\bStratum=(\d+)/.exec(told.get('NTPMessage') ?? '')
  return {
    server: told.get('ServerName') ?? '',
    address: told.get('ServerAddress') ?? '',
    servers: new Map(named.flatMap((name) => (told.get(name) ? [[name, told.get(name) ?? '']] : []))),
    message: message && { leap: Number(message[1]), stratum: Number(message[2]) },
  }
}

const service = 'systemd-timesyncd'

export interface TimesyncdFacts {
  readonly sync: Heard
  readonly date: Heard
  readonly running: boolean | null
}

/** @returns `null` where there is no trace of it */
export function timesyncdReport({ sync, date, running }: TimesyncdFacts): ServiceReport | null {
  const state = parseTimeSync(sync.output)
  if (running === null || (state === null && !running && sync.missing)) return null
  const { synchronised } = parseTimeDate(date.output)
  const [first] = [...(state?.servers ?? [])]
  return {
    service,
    running,
    synchronised: running ? synchronised : false,
    sources: state?.server ? [state.server] : [],
    settings: first ? [`${first[0]}=${first[1]}`] : [],
    findings: running ? stateFindings(state, synchronised) : [stopped(service, 'start it: "timedatectl set-ntp true"')],
  }
}

function stateFindings(state: TimeSync | null, synchronised: boolean | null): Finding[] {
  const single = finding('hint', 'service-single-source', service, [
    `${service} follows one server at a time${state?.server ? ` (${state.server})` : ''} and compares it with no other`,
    'a wrong server sets this clock wrong; the audit then is what tells',
    'where that matters, use chrony with three or more servers',
  ])
  if (synchronised === null) return [single]
  if (!synchronised) {
    const because = state === null || state.message === null ? 'no server has answered yet' : answered(state.message)
    const next =
      'look at "timedatectl timesync-status" and "journalctl -u systemd-timesyncd"; is UDP port 123 open to the outside?'
    return [unsynchronised(service, because, next), single]
  }
  return [healthy(service, state?.server ? `by ${state.server}` : ''), single]
}

function answered({ leap, stratum }: { leap: number; stratum: number }): string {
  return leap === 3 || stratum === 0 || stratum > 15
    ? `its server is not synchronised itself (leap ${leap}, stratum ${stratum})`
    : 'its server answers, but too vaguely or too far away'
}

/** Findings on what systemd says of the clock itself. */
export function timeDateFindings({ localRtc }: TimeDate): Finding[] {
  if (localRtc !== true) return []
  return [
    finding('warning', 'rtc-local-time', 'host', [
      'the clock on the board is kept in local time',
      'where a second system or a change of daylight saving meets it, the computer starts an hour or more off',
      'keep it in UTC: "timedatectl set-local-rtc 0"',
    ]),
  ]
}
