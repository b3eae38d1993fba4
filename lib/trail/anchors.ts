/**
 * Holds a trail against what others remember of it: heads of its tree that were printed, time-stamped or sent away. An anchor
 * is what shows that the newest records of a trail were taken off, or that all of it was made anew. Pure.
 * @module
 */
import { type Checkpoint, decodeCheckpoint, type Head, readScannedCheckpoint } from './checkpoint.js'
import type { Findings } from './findings.js'
import { keyId, signedBy } from './note.js'
import type { FindingCode } from './types.js'

/** A head of the tree as something outside the trail remembers it. */
export interface Anchor extends Head {
  /** For messages: the name of the file that it was read from. */
  readonly name: string
  /** Its checkpoint, where it was one: tells two checkpoints under one key. */
  readonly checkpoint?: Checkpoint
}

/**
 * The anchor that a text is: a checkpoint file byte for byte, or what a scanner read from a sheet.
 * @param name for messages
 * @throws {SyntaxError} where the text is no checkpoint, naming what is wrong
 */
export function anchorOf(bytes: Uint8Array, name: string): Anchor {
  const checkpoint = readCheckpoint(bytes)
  const { origin, size, root } = checkpoint
  return { name, origin, size, root, checkpoint }
}

function readCheckpoint(bytes: Uint8Array): Checkpoint {
  try {
    return decodeCheckpoint(bytes)
  } catch {
    return readScannedCheckpoint(Buffer.from(bytes).toString('utf8'))
  }
}

interface Held {
  readonly anchor: Anchor
  state: 'open' | 'held' | 'untested' | 'differs'
  found: string
}

export class Anchors {
  readonly #held: Held[]
  readonly #bySize = new Map<number, Held[]>()
  readonly #findings: Findings
  readonly #keys = new Map<string, { readonly epoch: number; readonly publicKey: Buffer }>()
  readonly #sealed = new Map<number, Head>()

  constructor(anchors: readonly Anchor[], findings: Findings) {
    this.#findings = findings
    this.#held = anchors.map((anchor) => ({ anchor, state: 'open', found: '' }))
    for (const held of this.#held) {
      const same = this.#bySize.get(held.anchor.size)
      if (same) same.push(held)
      else this.#bySize.set(held.anchor.size, [held])
    }
  }

  /** Whether there is nothing to hold the trail against. */
  get none(): boolean {
    return this.#held.length === 0
  }

  /** The tree of `size` records has this root; `null`: it cannot be told. */
  atSize(size: number, root: () => string | null): void {
    const here = this.#bySize.get(size)
    if (!here) return
    const found = root()
    for (const held of here) {
      held.found = found ?? ''
      held.state = found === null ? 'untested' : found === held.anchor.root ? 'held' : 'differs'
    }
  }

  /** An epoch of the trail has this key: it may be one that signed an anchor. */
  onKey(origin: string, epoch: number, publicKey: string): void {
    if (this.#held.length === 0) return
    const key = Buffer.from(publicKey, 'hex')
    const id = keyId(origin, key)
    const wanted = this.#held.some(({ anchor }) => anchor.checkpoint?.signatures.some((one) => one.id === id))
    if (wanted) this.#keys.set(id, { epoch, publicKey: key })
  }

  /** A good seal of the trail: it also answers for a size whose records were pruned. */
  onSeal(epoch: number, head: Head): void {
    if (this.#held.length === 0) return
    if ([...this.#keys.values()].some((key) => key.epoch === epoch)) this.#sealed.set(epoch, head)
    this.atSize(head.size, () => head.root)
  }

  /** A good seal of the trail, of which nothing shows that the trail goes on from it: it contradicts an anchor, and confirms none. */
  onLooseSeal(epoch: number, head: Head): void {
    this.onSeal(epoch, head)
    for (const held of this.#bySize.get(head.size) ?? []) if (held.state === 'held') held.state = 'untested'
  }

  /**
   * Tells what contradicts the trail.
   * @param damaged whether damage was found elsewhere: then an anchor that cannot be tested needs no word of its own
   * @returns seq up to which the trail is proven complete; 0: by no anchor
   */
  finish(origin: string, upTo: number): number {
    let anchored = 0
    let contradicted = false
    for (const held of this.#held) {
      const told = this.#tell(held, origin, upTo)
      if (!told && held.state === 'held') anchored = Math.max(anchored, held.anchor.size)
      contradicted ||= told
    }
    return contradicted ? 0 : anchored
  }

  #tell({ anchor, state, found }: Held, origin: string, upTo: number): boolean {
    const { name, size, root } = anchor
    const damage = (code: FindingCode, detail: string, extra: { expected: string; found: string }): true => {
      this.#findings.add('damage', code, { file: null, line: null }, size, `${name}: ${detail}`, extra)
      return true
    }
    if (anchor.origin !== origin) {
      return damage('genesis-mismatch', 'is the anchor of another trail', { expected: anchor.origin, found: origin })
    }
    if (state === 'held') return false
    const twin = this.#twin(anchor)
    if (twin) {
      const detail = `epoch ${twin.epoch} was sealed twice: its key signed this anchor and another seal in the trail`
      return damage('equivocation', detail, { expected: root, found: twin.root })
    }
    if (size > upTo) {
      const detail = `remembers ${size} records, the trail has ${upTo}`
      return damage('truncated', detail, { expected: String(size), found: String(upTo) })
    }
    if (state === 'differs') {
      const detail = `the first ${size} records are not those that it remembers`
      return damage('edited', detail, { expected: root, found })
    }
    const detail = `${name}: cannot be tested: records that it covers are missing`
    this.#findings.add('note', 'pruned', { file: null, line: null }, size, detail)
    return false
  }

  /** The seal of the trail that stands under the key that signed this anchor, where it is another. */
  #twin({ checkpoint, size, root }: Anchor): (Head & { readonly epoch: number }) | null {
    for (const { id, signature } of checkpoint?.signatures ?? []) {
      const key = this.#keys.get(id)
      const head = key && this.#sealed.get(key.epoch)
      if (!key || !head || !checkpoint || !signedBy(key.publicKey, checkpoint.text, signature)) continue
      if (head.size !== size || head.root !== root) return { ...head, epoch: key.epoch }
    }
    return null
  }
}
