/**
 * A profile as the report prints it: what the rule states, what the operator chose, what the reader must check.
 * @module
 */
import { formatDuration } from '../lib/config/units.js'
import type { Role } from '../lib/ntp/types.js'
import type { RuleDocument } from './document.js'
import type { CheckBefore, Hours, Profile } from './profiles/types.js'
import type { ReferenceClaim } from './references.js'
import { seconds } from './seconds.js'

const legal =
  'Presets repeat what the source named here said on that day. They are no legal advice: read the rule, and ask those who enforce it.'

export interface RuleContext {
  readonly toleranceNs: bigint
  readonly warningNs: bigint | null
  readonly longestGapNs: bigint
  /** The zone of the report: what hours without a zone are meant in. */
  readonly zone: string
  readonly claims: Readonly<Partial<Record<Role, ReferenceClaim>>>
  readonly met: boolean
}

export function describeRule(profile: Profile, context: RuleContext): RuleDocument {
  const { zone, claims, toleranceNs } = context
  const notes = [...profile.notes]
  if (profile.unprovable !== null) notes.unshift(profile.unprovable)
  if (profile.toleranceNs === null) {
    notes.unshift(
      profile.status === 'own'
        ? `The tolerance of ${formatDuration(toleranceNs)} was chosen by the operator.`
        : `The tolerance of ${formatDuration(toleranceNs)} was chosen by the operator; the rule states none.`,
    )
  } else if (toleranceNs < profile.toleranceNs) {
    notes.unshift(
      `The operator chose ${formatDuration(toleranceNs)}, tighter than the ${formatDuration(profile.toleranceNs)} of the rule.`,
    )
  }
  return {
    id: profile.id,
    title: profile.title,
    clause: profile.clause,
    status: profile.status,
    source: profile.source,
    checkedOn: profile.checkedOn,
    tolerance: profile.toleranceNs === null ? null : seconds(profile.toleranceNs),
    warning: context.warningNs === null ? null : seconds(context.warningNs),
    granularity: profile.granularityNs === null ? null : seconds(profile.granularityNs),
    longestGap: seconds(context.longestGapNs),
    leastReferences: profile.leastReferences,
    leastSupport: profile.leastSupport,
    standard: profile.standard,
    retention: profile.retention,
    reviewPeriod: profile.reviewPeriod,
    hours: profile.hours && hoursWords(profile.hours, profile.holidays, zone),
    checkBefore: profile.checkBefore && checkWords(profile.checkBefore, profile.holidays, zone),
    statement: profile.statement,
    conclusion: conclusionOf(profile, context),
    worksheet: profile.worksheet.map((field) => ({ ...field, value: null })),
    notes,
    otherStandards: profile.standard === null ? [] : strangers(profile.standard, claims),
    legal,
    definition: profile.definition,
  }
}

/** Only a rule in force is concluded upon under its name, and only where evidence can meet it. */
function conclusionOf(profile: Profile, { met, toleranceNs }: RuleContext): string | null {
  if (profile.status !== 'in-force') return null
  const name = `${profile.title} (${profile.clause})`
  if (profile.unprovable !== null) return `${name}: not provable over this path. ${profile.unprovable}`
  const within = `within ${formatDuration(toleranceNs)} of UTC as served by the references named here`
  return met
    ? `${name}: for the time that was judged, the evidence meets what this profile demands (${within}), under the assumptions listed.`
    : `${name}: the evidence does not meet what this profile demands (${within}); the reasons are listed.`
}

/** References that do not claim the standard that a rule names. */
function strangers(standard: string, claims: RuleContext['claims']): string[] {
  return Object.entries(claims).flatMap(([role, claim]) =>
    claim && claim.traceableTo !== standard
      ? [`${role}: ${claim.traceableTo === null ? 'claims no traceability' : `claims ${claim.traceableTo}`}`]
      : [],
  )
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** `08:00 to 16:30 Europe/Berlin on Mon, Tue; 2 holidays left out`. */
export function hoursWords(hours: Hours, holidays: readonly string[], zone: string): string {
  const span =
    hours.fromMinute === 0 && hours.toMinute === 1440
      ? 'all day'
      : `${clockTime(hours.fromMinute)} to ${clockTime(hours.toMinute)}`
  return `${span} ${hours.zone ?? zone} on ${daysWords(hours.days)}${holidayWords(holidays)}`
}

/** `a PROVEN check before 09:30 America/New_York on Mon, Tue, Wed, Thu, Fri`. */
function checkWords(check: CheckBefore, holidays: readonly string[], zone: string): string {
  const when = `${clockTime(check.minute)} ${check.zone ?? zone} on ${daysWords(check.days)}`
  return `a PROVEN check before ${when}${holidayWords(holidays)}`
}

function daysWords(days: readonly number[]): string {
  return days.length === 7 ? 'every day' : days.map((day) => weekdays[day - 1]).join(', ')
}

function holidayWords(holidays: readonly string[]): string {
  if (holidays.length === 0) return ''
  return holidays.length === 1 ? '; 1 holiday left out' : `; ${holidays.length} holidays left out`
}

/** `09:30`. */
export function clockTime(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}
