/**
 * The sentences of a report: its headline, what that means, what may honestly be said of the period, and of its trail.
 * @module
 */
import { formatInstant } from '../../lib/instant.js'
import { nanoseconds } from '../seconds.js'
import type { Report, ReportResult } from '../types.js'
import { between, count, percent, plainInstant, reach, rough, short, size, verdicts } from '../words.js'
import { refer } from './sections.js'

/** The headline a result earns. */
export function headline(result: Pick<ReportResult, 'policy'>): 'MET' | 'NOT PROVEN' | 'NOT MET' {
  const { met, failures } = result.policy
  if (met) return 'MET'
  return failures.every((failure) => failure.lack) ? 'NOT PROVEN' : 'NOT MET'
}

/** What the headline means, for somebody who reads nothing else. */
export function meaning({ result, stretches, toleranceNs }: Report): string {
  const within = `within \u00b1${short(toleranceNs)} of UTC`
  const violated = stretches.find((stretch) => stretch.verdict === 'VIOLATED')
  if (violated) {
    const total = rough(nanoseconds(result.seconds.VIOLATED))
    const first = plainInstant(formatInstant(violated.fromNs)).slice(0, 19)
    return `The clock was not ${within} for about ${total}, first at ${first} UTC.`
  }
  if (result.policy.met) return `The clock is proven to have been ${within} as long as the rule demands.`
  return `It is not proven that the clock was ${within} as long as the rule demands; nothing shows the contrary.`
}

/**
 * The one sentence that may honestly be said of the period.
 * @param assumptions where they are printed
 */
export function statement(report: Report, assumptions: string = refer('limits')): string {
  const { result } = report
  const whole = report.period.toNs - report.period.fromNs
  const samples = result.samples.scheduled + result.samples.unscheduled
  const references = Object.values(result.references).flatMap((reference) => reference?.servers ?? [])
  const shares = verdicts
    .filter((verdict) => verdict !== 'PROVEN' && (result.seconds[verdict] > 0 || verdict === 'UNMONITORED'))
    .map((verdict) => `${percent(nanoseconds(result.seconds[verdict]), whole, 'up')} is ${verdict}`)
    .join(', ')
  const start = `In this period the auditor took ${count(samples, 'sample')} against ${count(references.length, 'reference')}. `
  if (!result.provenWorst) return `${start}No instant of the period is PROVEN; ${shares}.`
  const { bound } = result.provenWorst
  return (
    `${start}Under the assumptions printed in ${assumptions}, this computer's clock differed from UTC as served by these ` +
    `references by at most ${size(reach(bound))} at every PROVEN instant (the widest bound there: ${between(bound)}); ` +
    `${percent(nanoseconds(result.seconds.PROVEN), whole, 'down')} of the period is PROVEN, ${shares}.`
  )
}

/** What the trail's verification said, in one line. */
export function integritySentence(result: ReportResult): string {
  const { intact, records, findings } = result.integrity
  const damage = findings.filter((finding) => finding.severity === 'damage').length
  const checked = `${count(records, 'record')} checked`
  if (intact === false) return `Trail: DAMAGED (${count(damage, 'finding')}, see ${refer('integrity')}); ${checked}.`
  if (intact === true) return `Trail: intact under its key; ${checked}.`
  const why = result.integrity.keys.length === 0 ? 'held against no key' : 'no seal under the given key vouches for it'
  return `Trail: self-consistent only \u2014 ${why} (see ${refer('integrity')}); ${checked}.`
}
