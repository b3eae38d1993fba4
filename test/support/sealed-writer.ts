/**
 * Writes sealed trails as the format says, beside the scribe's implementation: keys from a seed, one checkpoint for each
 * epoch, pruning. What a real writer must destroy (its keys) can be asked for here: attacks need them.
 * @module
 */
import { createHash, createPrivateKey, type KeyObject } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { OpenDraft } from '../../lib/scribe/scribe.js'
import { encodeCheckpoint } from '../../lib/trail/checkpoint.js'
import { encodeFrontier } from '../../lib/trail/frontier.js'
import { sha256 } from '../../lib/trail/hash.js'
import { Frontier } from '../../lib/trail/merkle.js'
import { formatVkey, rawPublicKey, signNote } from '../../lib/trail/note.js'
import { frontierPath, parseSegmentPath, prunedPath, sealPath } from '../../lib/trail/paths.js'
import type { Body, CloseBody, Draft, OpenBody, Placed, StoredStamp } from '../../lib/trail/types.js'
import { PlainWriter } from './plain-writer.js'
import { segmentFiles } from './trail-folder.js'

/** What a builder needs of a writer; the scribe is one. */
export interface Writer {
  begin(open: OpenDraft, stamp: StoredStamp): Placed[]
  append(draft: Draft): Placed
  close(reason: string, stamp: StoredStamp): Placed | null
  abandon(): void
}

/** The key of an epoch under a seed. */
export function epochKey(seed: string, epoch: number): KeyObject {
  const secret = createHash('sha256').update(`${seed} ${epoch}`).digest()
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret])
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}

export function publicHex(seed: string, epoch: number): string {
  return rawPublicKey(epochKey(seed, epoch)).toString('hex')
}

interface Sealed {
  readonly epoch: number
  readonly label: string
  readonly seq: number
  readonly hash: string
  /** The tree's parts before the `close` record. */
  readonly before: readonly string[]
}

export class SealedWriter implements Writer {
  readonly folder: string
  /** Where the keys come from; another one after a `rekey`. */
  seed: string
  epoch = 1
  readonly sealed: Sealed[] = []
  #writer: PlainWriter
  #frontier = new Frontier()
  #firstSeq = 1
  #previous = ''
  #run: OpenDraft | null = null
  #orderly = true
  #unsealed = false
  #open: OpenBody | null = null
  #origin = ''
  #seq = 0

  constructor(folder: string, zone: string, seed: string) {
    this.folder = folder
    this.seed = seed
    this.#writer = new PlainWriter(folder, zone)
  }

  /** The text of the key that this trail begins with. */
  vkey(origin: string): string {
    return formatVkey(origin, rawPublicKey(epochKey(this.seed, 1)))
  }

  /** A run without a usable key. */
  withoutKey(): this {
    this.#unsealed = true
    return this
  }

  begin(open: OpenDraft, stamp: StoredStamp): Placed[] {
    this.#run = open
    this.#origin = open.origin
    const placed = this.#start(open.reason, stamp)
    this.#orderly = false
    return [placed]
  }

  append(draft: Draft): Placed {
    return this.record(draft.body, draft.stamp)
  }

  /** Any record but an `open`, with a segment of its own where the label day has changed. */
  record(body: Exclude<Body, OpenBody>, stamp: StoredStamp): Placed {
    if (this.#writer.labelOf(stamp) !== this.#open?.label) {
      if (!this.#unsealed) this.seal('rotation', stamp, true)
      this.#start('rotation', stamp)
    }
    return this.#keep(this.#writer.append(body, stamp))
  }

  /** Ends the epoch: its `close` record and its checkpoint. */
  seal(reason: string, stamp: StoredStamp, final = false): Placed {
    const { epoch, seed } = this
    const count = this.#seq + 2 - this.#firstSeq
    const nextKey = publicHex(seed, epoch + 1)
    const close: CloseBody = {
      type: 'close',
      ...{ epoch, firstSeq: this.#firstSeq, count, previousCheckpoint: this.#previous, nextKey, final, reason },
    }
    const before = this.#frontier.state()
    const placed = this.#keep(this.#writer.append(close, stamp))
    const label = this.#open?.label ?? ''
    const bytes = this.checkpoint(epochKey(seed, epoch))
    this.put(sealPath(label, epoch), bytes)
    this.sealed.push({ epoch, label, seq: placed.record.seq, hash: placed.hash, before })
    this.#previous = sha256(Buffer.from(bytes))
    this.#firstSeq = placed.record.seq + 1
    this.epoch += 1
    return placed
  }

  /** The tree as it stands now, signed with any key. */
  checkpoint(key: KeyObject): string {
    const head = { origin: this.#origin, size: this.#frontier.size, root: this.#frontier.root() }
    return signNote(encodeCheckpoint(head), this.#origin, key)
  }

  /** The present epoch goes on under the key of another seed. */
  rekey(seed: string, why: string, stamp: StoredStamp): Placed {
    const oldKey = this.#unsealed && this.seed === '' ? '' : publicHex(this.seed, this.epoch)
    this.seed = seed
    this.#unsealed = false
    return this.record({ type: 'rekey', epoch: this.epoch, oldKey, newKey: publicHex(seed, this.epoch), why }, stamp)
  }

  /** Takes away the first `count` segments, as the format says. The last of them must end with a sealing `close`. */
  prune(count: number, stamp: StoredStamp): Placed {
    const paths = segmentFiles(this.folder).filter((path) => !path.includes('.pruned.'))
    const segments = paths.slice(0, count).map((path) => parseSegmentPath(path))
    const last = this.#lastOf(paths[count - 1] ?? '')
    const end = this.sealed.find(({ seq }) => seq === last)
    if (!end) throw new Error(`segment ${count} does not end with a seal`)
    for (const { label, epoch, seq, before } of this.sealed) {
      if (seq <= end.seq) this.put(frontierPath(label, epoch), encodeFrontier(before))
    }
    const after = Frontier.from(end.seq - 1, end.before)
    after.push(end.hash)
    const placed = this.record(
      {
        type: 'prune',
        fromSeq: 1,
        toSeq: end.seq,
        lastLeaf: end.hash,
        frontier: after.state(),
        checkpoint: sealPath(end.label, end.epoch),
        segments: { from: 1, to: count },
      },
      stamp,
    )
    this.seal('prune', stamp)
    for (const segment of segments) {
      if (!segment) continue
      const lines = readFileSync(join(this.folder, segment.path), 'utf8').split('\n').slice(0, -1)
      const kept = lines.filter((line) => /"type":"(?:open|close|rekey|prune)"/.test(line))
      this.put(prunedPath(segment.label, segment.number), kept.map((line) => `${line}\n`).join(''))
      rmSync(join(this.folder, segment.path))
    }
    return placed
  }

  close(reason: string, stamp: StoredStamp): Placed {
    this.#orderly = true
    if (!this.#unsealed) return this.seal(reason, stamp, true)
    return this.#keep(this.#writer.close(reason, stamp))
  }

  abandon(): void {
    this.#orderly = false
  }

  put(path: string, text: string): void {
    const whole = join(this.folder, path)
    mkdirSync(dirname(whole), { recursive: true })
    writeFileSync(whole, text)
  }

  #start(reason: OpenBody['reason'], stamp: StoredStamp): Placed {
    const run = this.#run
    if (!run) throw new Error('begin first')
    const body: OpenBody = {
      ...run,
      segment: 1,
      label: '',
      zone: 'UTC',
      lock: 'file',
      syncsFolders: true,
      epoch: this.epoch,
      publicKey: this.#unsealed ? '' : publicHex(this.seed, this.epoch),
      afterCrash: reason === 'start' && !this.#orderly,
      reason,
      configuration: reason === 'start' ? run.configuration : null,
      supersedes: null,
    }
    const placed = this.#keep(this.#writer.open(body, stamp))
    this.#open = placed.record as Placed['record'] & OpenBody
    return placed
  }

  #keep(placed: Placed): Placed {
    this.#frontier.push(placed.hash)
    this.#seq = placed.record.seq
    return placed
  }

  #lastOf(path: string): number {
    const line = readFileSync(join(this.folder, path), 'utf8').trimEnd().split('\n').at(-1) ?? ''
    return (JSON.parse(line) as { seq: number }).seq
  }
}
