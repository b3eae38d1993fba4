/**
 * How the numbers came about, in words: the method of a period's evidence and the assumptions that every statement of the
 * report rests on. docs/method.md derives them.
 * @module
 */

import type { Stretch, Witnessed } from '../lib/evidence/types.js'
import type { OpenBody } from '../lib/trail/types.js'
import { seconds } from './seconds.js'
import type { Subject } from './subject.js'
import type { ReportResult } from './types.js'
import { short } from './words.js'

export type Method = ReportResult['method']

/** The sign convention and the formulas of the page; each line stands alone. */
export const formulas: readonly string[] = [
  'error = UTC \u2212 clock of this computer; positive: the clock is slow, negative: it is fast.',
  'offset \u03b8 = ((T2 \u2212 T1) + (T3 \u2212 T4)) / 2;  delay \u03b4 = (T4 \u2212 T1) \u2212 (T3 \u2212 T2)   (RFC 5905 section 8)',
  '\u039b = \u03b4/2 + rootDelay/2 + max(rootDispersion, 15 ppm \u00b7 (T3 \u2212 referenceTime)) + 2^precision + reading + rate \u00b7 (T4 \u2212 T1)',
  'one answer: the error lies in [\u03b8 \u2212 \u039b, \u03b8 + \u039b]; several: in what at least two of three, or both of two together, allow.',
  'between samples: the bounds from before and after, each widened by rate \u00b7 time, and by what the witness saw the clock move.',
  'PROVEN: all of the bound within \u00b1tolerance. VIOLATED: all of it outside. INDETERMINATE: neither, or no bound.',
]

/** States the method of a period. */
export function describeMethod(subject: Subject, stretches: readonly Stretch[]): Method {
  const { open, settings } = subject
  return {
    interval: seconds(settings.intervalNs),
    driftBound: open.driftPpb / 1e9,
    rate: open.ratePpb / 1e9,
    configuredTolerance: seconds(settings.toleranceNs),
    configurations: subject.configurations,
    longestGap: seconds(settings.longestGapNs),
    auditClock: open.auditClock,
    clockSource: open.clockSource,
    recorder: `ntp-auditor ${open.versions.auditor}, node ${open.versions.node}, ${open.versions.os}`,
    steered: open.steered,
    coupled: open.coupled,
    witnessPeriod: seconds(settings.witnessPeriodNs),
    witnessReport: seconds(settings.witnessReportNs),
    assumptions: assumptions(subject, stretches),
    limits,
  }
}

/** What no report of this kind can say. */
const limits: readonly string[] = [
  'It does not say that the clock "was accurate": only that its error lay within the bounds given, under the assumptions listed.',
  'It does not say that time was traceable to UTC(k) of an institute: plain NTP carries no proof of where a reference had its time from.',
  'It does not say that nobody changed the clock: only that no step of the size given was seen while it was watched.',
  'It does not say that the trail is authentic beyond its seals and anchors: what comes behind the last of them rests on custody.',
  'A gap is never filled in: what is not known stays not known, whatever lies on both sides.',
]

function ppm(ppb: number): string {
  return `${ppb / 1000} ppm`
}

function leapSeconds({ source, expires, expired }: NonNullable<OpenBody['leapTable']>): string {
  const table = `The leap second table (${source === 'shipped' ? 'that of this version' : source}) tells of leap seconds until ${expires.slice(0, 10)}`
  return expired
    ? `${table} and had EXPIRED: from 00:00:00 UTC of each possible leap date to the next sample nothing is stated ("leap-doubt") ` +
        'unless most references announced the leap second.'
    : `${table}.`
}

function assumptions({ open, settings, configurations, simulation }: Subject, stretches: readonly Stretch[]): string[] {
  const supports = new Set(stretches.map((stretch) => stretch.support))
  const witnesses = new Set<Witnessed>(stretches.map((stretch) => stretch.witness))
  const list = [
    'The references state their distance from UTC honestly (root delay, root dispersion, leap announcement). Plain NTP does ' +
      'not authenticate them: UTC here means UTC as these references serve it.',
  ]
  if (supports.has('voted')) list.push('Where support is "voted": at most one of three references is wrong.')
  if (supports.has('paired')) list.push('Where support is "paired": not both of two references are wrong.')
  if (supports.has('single')) list.push('Where support is "single": that one reference is right.')
  list.push(
    `This computer's crystal is wrong by at most ${ppm(open.driftPpb)}; samples that contradict this are reported as ` +
      '"drift-bound-exceeded", not averaged.',
    'The computer was not paused, restored from a snapshot or moved as a virtual machine since the sample before.',
    'The trail is unaltered since its anchor; what no seal and no anchor covers rests on the custody of the files.',
  )
  if (open.leapTable) list.push(leapSeconds(open.leapTable))
  if (open.steered) {
    list.push(
      `The audit clock ${open.auditClock} is itself steered by this computer's time service: every rate is ` +
        `${ppm(open.ratePpb)}. A slew faster than this, or undone inside one interval, is not seen.`,
    )
  }
  if (witnesses.has('looks')) {
    list.push(
      `Where the witness is "looks": nothing was set and undone inside one look (${short(settings.witnessPeriodNs)}).`,
    )
  }
  if (witnesses.has('complete')) {
    list.push(
      'Where the witness is "complete": the kernel announces every set of the clock, so no step goes unnoticed.',
    )
  }
  list.push(
    `No slew goes out and comes back inside one look (${short(settings.witnessPeriodNs)}; a kernel slews at most 10 %).`,
  )
  if (stretches.some((stretch) => stretch.cause === 'presumed-off')) {
    list.push('Between a last record and the next boot the computer is presumed off; it may have run on unobserved.')
  }
  if (stretches.some((stretch) => stretch.estimated)) {
    list.push('Where marked "estimated", the UTC of an end lies across a break of the audit clock and was estimated.')
  }
  if (configurations > 1) list.push(`${configurations} configurations were in force; the last one is described here.`)
  if (simulation) list.unshift('SIMULATION: no clock in this report is a real one.')
  return list
}
