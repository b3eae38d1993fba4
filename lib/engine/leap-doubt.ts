/**
 * What an expired leap second table takes from a sample: whether a leap second came, or is coming, that nobody here knows of.
 * @module
 */
import type { LeapTable } from '../clock/types.js'
import type { Sample } from '../consensus/types.js'
import { formatInstant } from '../instant.js'
import { middle } from '../interval.js'
import type { ErrorData } from '../scribe/messages.js'
import type { Collected } from './rounds.js'
import { indicatesLeap } from './witnessing.js'

/** UTC at a sample (ns since the Unix epoch) as its references have it; as the wall clock has it where they tell nothing. */
function utcOf({ wallNs, error }: Sample): bigint {
  return error === null ? wallNs : wallNs + middle(error)
}

/** Whether the table says nothing of this sample's instant. */
export function tableExpired(sample: Sample, table: LeapTable): boolean {
  return sample.error !== null && table.expired(utcOf(sample))
}

/**
 * Whether a leap second at the nearest month's ends may go unknown: the table has expired, and most of the references that answered
 * announce none. (That they announce none proves nothing: many never announce one.)
 */
export function leapDoubt(sample: Sample, collected: Collected, table: LeapTable): boolean {
  return tableExpired(sample, table) && !indicatesLeap(collected)
}

/** What is to be done about it, for people. */
export function expiryProblem(table: LeapTable): ErrorData {
  const which = table.source === 'shipped' ? 'that this version of ntp-auditor brought' : table.source
  return {
    code: 'ERR_LEAP_TABLE_EXPIRED',
    message:
      `the leap second table ${which} expired on ${formatInstant(table.expiresNs).slice(0, 10)}: from midnight UTC of each month's end to the ` +
      'next sample nothing is proven (leap-doubt); install a newer tzdata (leap-seconds.list) or a newer ntp-auditor, and start again',
  }
}
