/**
 * What is told of one time service, and the findings that all services have in common.
 * @module
 */
import { type Finding, finding } from './finding.js'

export interface ServiceReport {
  readonly service: string
  /** `null`: it could not be found out. */
  readonly running: boolean | null
  readonly synchronised: boolean | null
  /** Where it gets its time, in an order that does not change by itself. */
  readonly sources: readonly string[]
  /** Settings that matter, as they are written. */
  readonly settings: readonly string[]
  readonly findings: readonly Finding[]
}

/** The service is there and does not run. @param next how it is started */
export function stopped(service: string, next: string): Finding {
  return finding('problem', 'service-stopped', service, [
    `${service} is installed and does not run`,
    'nothing keeps this clock right: a quartz is off by a second in a few days, and by minutes in a year',
    next,
  ])
}

/** It runs and says that it has no time. @param because what its sources say */
export function unsynchronised(service: string, because: string, next: string): Finding {
  return finding('problem', 'service-unsynchronised', service, [
    `${service} runs and is not synchronised${because === '' ? '' : `: ${because}`}`,
    'the clock runs free although a service is there to set it, and no one is told',
    next,
  ])
}

/** Its own tool gives no answer that can be read. */
export function unreadable(service: string, tool: string, next: string): Finding {
  return finding('warning', 'service-unreadable', service, [
    `${tool} gives no answer that tells whether ${service} runs`,
    'nobody can tell whether this clock is being set',
    next,
  ])
}

/** It runs and is synchronised, as it says of itself. */
export function healthy(service: string, detail: string): Finding {
  return finding('ok', 'service-synchronised', service, [
    `${service} runs and says that it is synchronised${detail === '' ? '' : `: ${detail}`}`,
  ])
}

/** It serves its own clock, which proves nothing of it. */
export function ownClock(service: string, detail: string): Finding {
  return finding('warning', 'service-own-clock', service, [
    `${service} calls itself synchronised to this computer's own clock (${detail})`,
    'an undisciplined clock that claims a stratum looks right to everybody who follows it, however wrong it is',
    'remove the local reference, or give the service real sources and let the local one stay far behind them',
  ])
}

/** Sources that never answered it. */
export function silentSources(service: string, names: readonly string[], all: number): Finding[] {
  if (names.length === 0 || names.length === all) return []
  return [
    finding('warning', 'service-source-silent', service, [
      `${names.length} of the ${all} sources of ${service} do not answer: ${names.join(', ')}`,
      'with fewer sources a wrong one is not outvoted',
      'check the spelling of these names, and that nothing drops UDP port 123 on the way to them',
    ]),
  ]
}
