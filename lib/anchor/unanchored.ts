/**
 * Which seal of a trail still waits to be taken outside: the newest that closed a day or a run, and who has not taken it.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sealPath } from '../trail/paths.js'
import { isPlaced, readTrail } from '../trail/read.js'
import { listSegments } from '../trail/segments.js'
import type { AnchorBody } from '../trail/types.js'
import { shownUrl } from './service.js'
import type { Keeper, Left, Seal } from './types.js'

/** How many segments at the end of the trail are looked through: an anchor stands soon behind its seal, or not at all. */
const segmentsBack = 4

/**
 * @returns the seal and those keepers of which no record says that they have it; `null` where there is nothing to do
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function unanchored(trail: string, keepers: readonly Keeper[]): Promise<Left | null> {
  const { segments } = await listSegments(trail)
  const fromSegment = segments.at(-segmentsBack)?.number ?? segments[0]?.number
  if (fromSegment === undefined) return null
  let label = ''
  let origin = ''
  let last: Omit<Seal, 'text'> | null = null
  let kept: AnchorBody[] = []
  for await (const items of readTrail(trail, { fromSegment })) {
    for (const item of items) {
      if (!isPlaced(item)) continue
      const { record } = item
      if (record.type === 'open') ({ label, origin } = record)
      else if (record.type === 'anchor' && record.ok) kept.push(record)
      else if (record.type === 'close' && record.final && record.nextKey !== '' && label !== '') {
        last = { path: sealPath(label, record.epoch), origin, epoch: record.epoch, size: record.seq }
        kept = []
      }
    }
  }
  if (!last) return null
  const to = keepers.filter((keeper) => !kept.some((body) => body.size === last.size && isKeeperOf(keeper, body)))
  if (to.length === 0) return null
  const text = await readFile(join(trail, last.path), 'utf8').catch(() => null)
  return text === null ? null : { seal: { ...last, text }, to }
}

function isKeeperOf(keeper: Keeper, { kind, keeper: name }: AnchorBody): boolean {
  return keeper.kind === 'command'
    ? kind === 'command' && name === keeper.command[0]
    : kind === 'rfc3161' && name === shownUrl(keeper.url)
}
