/**
 * Follows the chain of keys through a trail, and its tree: from where the last seal is remembered, from behind what was pruned, or
 * from the first record on.
 * @module
 */
import { sealPath } from '../trail/paths.js'
import { orderSegments } from '../trail/segments.js'
import type { CloseBody, Placed, StoredStamp, TrailRecord } from '../trail/types.js'
import type { Files } from './files.js'
import type { LastSeal } from './last-seal.js'
import { type FoundClose, type firstOpen, recordsFrom, type Scan, type ScanStart, scanTrail } from './scan.js'
import { frontiers, hashesTo, readSeal } from './seals.js'
import { listPaths } from './tail.js'

/** What is known when a trail is begun. */
export interface Found {
  readonly folder: string
  readonly files: Files
  /** The last record; `null`: the trail holds none. */
  readonly last: Placed | null
  /** The epoch that the last `open` stands in. */
  readonly epoch: number
  readonly origin: string
  readonly machine: string
}

/** The tree that is remembered, where its checkpoint bears it out. */
export function startFrom(seal: LastSeal, { folder, files }: Found, at: At): ScanStart | null {
  if (seal.epoch === 0) return null
  const close = at(seal.size)
  if (!close || !isClose(close.placed.record)) return null
  const found = readSeal(folder, sealPath(close.label, seal.epoch), files)
  if (found?.digest !== seal.digest || found.checkpoint.size !== seal.size) return null
  return hashesTo(seal.size, seal.frontier, found.checkpoint.root) ? seal : null
}

/** Where the tree of a trail goes on whose first records were pruned; else its beginning. */
export function treeStart(folder: string, files: Files, at: At = recordsAt(folder, files)): ScanStart {
  const { segments } = orderSegments(listPaths(folder, files))
  if (segments[0]?.pruned !== true) return { size: 0, frontier: [] }
  for (const { size, root, before } of frontiers(folder, files)) {
    const close = at(size)
    if (!close) continue
    before.push(close.placed.hash)
    if (before.root() === root) return { size, frontier: before.state() }
  }
  return { size: 0, frontier: [] }
}

/** Whether the record at the remembered place is the close that was sealed there. */
export function remembers(seal: LastSeal, { folder, files }: Found, scan: Scan, at: At): boolean {
  const close = at(seal.size)
  if (!close || !isClose(close.placed.record) || close.placed.hash !== seal.lastLeaf) return false
  const found = readSeal(folder, sealPath(close.label, seal.epoch), files)
  const scanned = scan.closes.find(({ record }) => record.seq === seal.size)
  return found === null || !scanned || scanned.root === found.checkpoint.root
}

/** The record of a seq and the label day of its segment. */
export type At = (seq: number) => { readonly placed: Placed; readonly label: string } | null

/** Reads each record once. */
export function recordsAt(folder: string, files: Files): At {
  const known = new Map<number, ReturnType<At>>()
  return (seq) => {
    const before = known.get(seq)
    if (before !== undefined) return before
    const { value } = recordsFrom(folder, files, seq).next()
    const found = value?.placed.record.seq === seq ? value : null
    known.set(seq, found)
    return found
  }
}

function isClose(record: TrailRecord): record is TrailRecord & CloseBody {
  return record.type === 'close' && record.nextKey !== ''
}

export interface Walked {
  readonly scan: Scan
  readonly epoch: number
  readonly firstSeq: number
  /** The key that the trail says its present epoch has; `''`: none. */
  readonly expected: string
  readonly since: StoredStamp | null
  readonly closes: readonly { readonly close: FoundClose; readonly publicKey: string }[]
  /** The close that the walk began behind. */
  readonly base: Pick<FoundClose, 'record' | 'hash' | 'label' | 'state'> | null
  /** Where the chain of keys cannot be followed: seq. */
  readonly broken: number | null
}

/** Follows the chain of keys from a start to the end of the trail. */
export function walk(
  { folder, files }: Found,
  { first, last, at }: { readonly first: ReturnType<typeof firstOpen>; readonly last: Placed; readonly at: At },
  start: ScanStart,
): Walked {
  const scan = scanTrail(folder, files, start, last.record.seq)
  const base = start.size === 0 ? null : at(start.size)
  const closed = base && isClose(base.placed.record) ? base.placed.record : null
  const behind = base && closed && { record: closed, hash: base.placed.hash, label: base.label }
  let epoch = closed ? closed.epoch + 1 : 1
  let expected = closed ? closed.nextKey : (first?.publicKey ?? '')
  let firstSeq = start.size + 1
  const closes: { close: FoundClose; publicKey: string }[] = []
  const turns = [
    ...scan.closes.map((close) => ({ close, record: close.record })),
    ...scan.rekeys.map((record) => ({ record })),
  ]
  turns.sort((a, b) => a.record.seq - b.record.seq)
  for (const turn of turns) {
    if ('close' in turn) {
      closes.push({ close: turn.close, publicKey: expected })
      epoch = turn.close.record.epoch + 1
      expected = turn.close.record.nextKey
      firstSeq = turn.close.record.seq + 1
    } else expected = turn.record.newKey
  }
  const broken = start.size > 0 && !closed ? start.size : null
  const since = scan.stamps.get(firstSeq) ?? null
  return {
    scan,
    epoch,
    firstSeq,
    expected,
    closes,
    since,
    broken,
    base: behind && { ...behind, state: start.frontier },
  }
}

/** What should be remembered of a trail's last seal, from the trail alone. */
export function lastSealOf({ folder, files, machine }: Found, { base, closes }: Walked, origin: string): LastSeal {
  const all = [...(base ? [base] : []), ...closes.map(({ close }) => close)]
  for (const close of all.reverse()) {
    const { epoch, seq } = close.record
    const seal = readSeal(folder, sealPath(close.label, epoch), files)
    if (!seal) continue
    const { digest } = seal
    return { epoch, size: seq, digest, origin, machine, lastLeaf: close.hash, frontier: close.state, begun: true }
  }
  return { epoch: 0, size: 0, digest: '', origin, machine, lastLeaf: '', frontier: [], begun: true }
}
