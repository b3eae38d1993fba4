/**
 * macOS: its own `timed`, as `systemsetup` tells of it.
 * @module
 */
import type { Heard } from '../program.js'
import { finding } from './finding.js'
import type { ServiceReport } from './service.js'

/** `systemsetup -getusingnetworktime`; `null` where it needs rights that we have not, or says something else. */
export function parseUsingNetworkTime(text: string): boolean | null {
  const word = /^\s*Network Time:\s*(On|Off)\s*$/im.exec(text)?.[1]
  return word === undefined ? null : /on/i.test(word)
}

/** `systemsetup -getnetworktimeserver`; `null` where it says something else. */
export function parseTimeServer(text: string): string | null {
  return /^\s*Network Time Server:\s*(\S+)\s*$/im.exec(text)?.[1] ?? null
}

/** @param configuration the text of /etc/ntp.conf, which holds the server and may be read by everybody */
export function macReport(using: Heard, server: Heard, configuration: string | null): ServiceReport {
  const on = parseUsingNetworkTime(using.output)
  const named = parseTimeServer(server.output) ?? /^\s*server\s+(\S+)/im.exec(configuration ?? '')?.[1] ?? null
  const next = 'switch it on: System Settings, General, Date & Time, or "sudo systemsetup -setusingnetworktime on"'
  return {
    service: 'timed',
    running: on,
    synchronised: on === false ? false : null,
    sources: named === null ? [] : [named],
    settings: on === null ? [] : [`NetworkTime=${on ? 'On' : 'Off'}`],
    findings: [
      on === null
        ? finding('hint', 'service-unreadable', 'timed', [
            'whether macOS sets its clock by the network could not be read',
            'systemsetup tells administrators only',
            'run the diagnosis once with sudo, or look into System Settings, General, Date & Time',
          ])
        : on
          ? finding('ok', 'service-running', 'timed', [`macOS sets its clock by ${named ?? 'a server that it chose'}`])
          : finding('problem', 'service-stopped', 'timed', [
              'macOS does not set its clock by the network',
              'nothing keeps this clock right: a quartz is off by a second in a few days, and by minutes in a year',
              next,
            ]),
    ],
  }
}
