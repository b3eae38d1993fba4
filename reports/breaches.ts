/**
 * The breach register: every time in which the clock was outside the tolerance, between what is proven of its beginning and of its
 * end; and the counts that rules on self-reporting ask for.
 * @module
 */
import type { ChangeEntry, Stretch } from '../lib/evidence/types.js'
import { formatInstant } from '../lib/instant.js'
import { type IntervalNs, largest, middle, smallest } from '../lib/interval.js'
import { boundAt } from './days.js'
import type { Breach, CounterWindow } from './document.js'
import { seconds } from './seconds.js'

const dayNs = 86_400_000_000_000n

/** A breach before it is written down. */
export interface BreachEntry {
  /** End of the last PROVEN instant before, first and end of the last VIOLATED one, first PROVEN instant behind. UTC. */
  readonly earliestNs: bigint
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly latestNs: bigint
  /** Sum of what is VIOLATED. */
  readonly violatedNs: bigint
  readonly worst: IntervalNs & { readonly atNs: bigint }
  /** The least distance from UTC that is certain, at its largest. */
  readonly certainNs: bigint
  readonly open: Breach['open']
  /** Whether nobody was looking, or nobody could tell, between the last PROVEN instant and the first VIOLATED one. */
  readonly unwatched: boolean
}

/** The breaches in the stretches of a period: between two of them some instant is PROVEN. */
export function findBreaches(stretches: readonly Stretch[]): BreachEntry[] {
  const found: BreachEntry[] = []
  let open: { -readonly [K in keyof BreachEntry]: BreachEntry[K] } | null = null
  let provenEnd: bigint | null = null
  let unwatched = false
  for (const { verdict, fromNs, toNs, worst } of stretches) {
    if (verdict === 'PROVEN') {
      if (open) found.push({ ...open, latestNs: fromNs })
      open = null
      provenEnd = toNs
      unwatched = false
    } else if (verdict !== 'VIOLATED') unwatched ||= verdict === 'UNMONITORED' || verdict === 'OFF'
    else if (worst && open) {
      open.toNs = toNs
      open.violatedNs += toNs - fromNs
      if (largest(worst) > largest(open.worst)) open.worst = worst
      if (smallest(worst) > open.certainNs) open.certainNs = smallest(worst)
    } else if (worst) {
      open = {
        ...{ earliestNs: provenEnd ?? stretches[0]?.fromNs ?? fromNs, fromNs, toNs, latestNs: toNs, worst, unwatched },
        ...{ violatedNs: toNs - fromNs, certainNs: smallest(worst), open: { start: provenEnd === null, end: false } },
      }
    }
  }
  if (open) found.push({ ...open, latestNs: stretches.at(-1)?.toNs ?? open.toNs, open: { ...open.open, end: true } })
  return found
}

/** A sample as the counters see it: when, and what its own bound says under the tolerance of the report. */
export interface OutsideSample {
  readonly seq: number
  readonly utcNs: bigint
}

/** Writes the breaches down, each with the changes in which it began and the first sample that found it. */
export function describeBreaches(
  entries: readonly BreachEntry[],
  changes: readonly ChangeEntry[],
  outside: readonly OutsideSample[],
): Breach[] {
  return entries.map((entry, index) => {
    const began = changes.filter(
      ({ earliestNs, latestNs }) => latestNs >= entry.earliestNs - 1n && earliestNs <= entry.fromNs,
    )
    const cause = began[0]?.class ?? (entry.open.start ? 'before' : entry.unwatched ? 'unwatched' : 'drift')
    const found = outside.find(({ utcNs }) => utcNs >= entry.earliestNs && utcNs < entry.latestNs)
    return {
      no: index + 1,
      start: { earliest: formatInstant(entry.earliestNs), latest: formatInstant(entry.fromNs) },
      end: { earliest: formatInstant(entry.toNs), latest: formatInstant(entry.latestNs) },
      open: entry.open,
      duration: {
        least: seconds(entry.violatedNs, 'down'),
        most: seconds(entry.latestNs - entry.earliestNs, 'up'),
      },
      worst: boundAt(entry.worst),
      estimate: seconds(middle(entry.worst)),
      cause,
      changes: began.map(({ seq }) => seq),
      sample: found?.seq ?? null,
    }
  })
}

/** The 24 hours in which the most of some instants lie; `null` where there are none. The window begins at one of them. */
export function densestDay(instants: readonly bigint[]): CounterWindow | null {
  const sorted = [...instants].sort((a, b) => (a < b ? -1 : Number(a > b)))
  let best: CounterWindow | null = null
  let end = 0
  for (const [start, fromNs] of sorted.entries()) {
    while (end < sorted.length && sorted[end]! < fromNs + dayNs) end += 1
    const count = end - start
    if (!best || count > best.count) {
      best = { count, from: formatInstant(fromNs), to: formatInstant(fromNs + dayNs) }
    }
  }
  return best
}
