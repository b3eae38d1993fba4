/**
 * Which alerts of a trail are not over, as its records tell.
 * @module
 */
import { isPlaced, readTrail } from '../trail/read.js'
import { listSegments } from '../trail/segments.js'

export interface OpenAlert {
  readonly seq: number
  readonly condition: string
  /** What the wall clock showed when it was raised. */
  readonly since: string
  readonly cause: string
}

/** How many segments at the end of the trail are looked through: what is older was repeated since, or is over. */
const segmentsBack = 8

/** @throws {TrailReadError} where the trail cannot be read */
export async function openAlerts(trail: string): Promise<OpenAlert[]> {
  const { segments } = await listSegments(trail)
  const fromSegment = segments.at(-segmentsBack)?.number ?? segments[0]?.number
  if (fromSegment === undefined) return []
  const open = new Map<string, OpenAlert>()
  for await (const items of readTrail(trail, { fromSegment })) {
    for (const item of items) {
      if (!isPlaced(item) || item.record.type !== 'alert') continue
      const { seq, wall, condition, state, cause } = item.record
      if (state === 'cleared') open.delete(condition)
      else if (state === 'raised' || state === 'repeated') {
        open.set(condition, { seq, condition, since: open.get(condition)?.since ?? wall, cause })
      }
    }
  }
  return [...open.values()]
}
