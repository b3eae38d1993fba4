/**
 * The index at work: what of it matches the trail is used, the rest is read from the trail block by block.
 * @module
 */
import { TrailReadError } from '../errors.js'
import { blockOfSeq, blockSize, type Fact } from '../evidence/types.js'
import type { Placed } from '../trail/types.js'
import { blocksFrom, chunkOf, type Start } from './build.js'
import { type Origin, originOf, sha256, toRow } from './chunk.js'
import { decodeFacts, factsFormat } from './codec.js'
import { findRecord } from './find.js'
import { Layout, type Position } from './layout.js'
import { inMemory, type Kept, openStore } from './open.js'
import type { Head } from './store.js'
import type { IndexedSource, IndexOptions, IndexStats } from './types.js'

/** A chunk that is believed so far. */
interface Known {
  readonly origin: Origin
  readonly digest: Uint8Array
  /** Behind its last record. */
  readonly to: Position
  /** Whether the bytes of the trail were compared since the index was opened. */
  compared: boolean
}

/** The block at the end of the trail, to which records may be added: never kept. */
interface Open {
  readonly block: number
  readonly facts: readonly Fact[]
  readonly places: readonly Placed[]
}

/** How often reading begins again where the trail changes under the reader. */
const patience = 5

export class Index implements IndexedSource {
  readonly #options: IndexOptions
  #kept: Kept
  #layout: Layout
  /** Chunks in order of block; together they tile the trail from its first byte on. */
  readonly #known = new Map<number, Known>()
  /** Facts that the store did not take: another reader held it too long. */
  readonly #spare = new Map<number, Uint8Array>()
  #open: Open | null = null
  #trailing: readonly Fact[] = []
  #lastSeq = 0
  #version = 0
  readonly #count = { found: 0, built: 0, refused: 0 }
  #busy: Promise<unknown> = Promise.resolve()

  private constructor(options: IndexOptions, kept: Kept, layout: Layout) {
    this.#options = options
    this.#kept = kept
    this.#layout = layout
  }

  /** @param options with the real path of the trail */
  static async open(options: IndexOptions): Promise<Index> {
    const layout = await Layout.of(options.trail, options.signal)
    const index = new Index(options, await openStore(options.trail, options.index), layout)
    try {
      index.#believe()
      await index.#tail()
      return index
    } catch (error) {
      index.close()
      throw error
    }
  }

  get lastSeq(): number {
    return this.#lastSeq
  }

  get version(): number {
    return this.#version
  }

  get stats(): IndexStats {
    const { path, why } = this.#kept
    return { kind: path === null ? 'memory' : 'file', path, why, blocks: this.#known.size, ...this.#count }
  }

  block(index: number): Promise<readonly Fact[]> {
    return this.#alone(() => this.#block(index))
  }

  place(seq: number): Promise<Placed | null> {
    return this.#alone(async () => {
      const block = blockOfSeq(seq)
      await this.#block(block)
      if (this.#open?.block === block) return this.#open.places.find(({ record }) => record.seq === seq) ?? null
      return findRecord(this.#layout, this.#known.get(block)?.origin.extents ?? [], seq)
    })
  }

  refresh(): Promise<void> {
    return this.#alone(async () => {
      this.#layout = await Layout.of(this.#options.trail, this.#options.signal)
      await this.#tail()
    })
  }

  rebuild(): Promise<void> {
    return this.#alone(async () => {
      await this.#forget(0)
    })
  }

  close(): void {
    try {
      this.#kept.store.close()
    } catch {
      // A file that fails when it is closed held nothing that the trail does not hold.
    }
  }

  /** One after the other: reading a block may turn into building the index again. */
  #alone<T>(run: () => Promise<T>): Promise<T> {
    const next = this.#busy.then(run, run)
    this.#busy = next.catch(() => undefined)
    return next
  }

  /** Takes from the store the rows that we wrote and whose extents tile this trail from its first byte on. */
  #believe(): void {
    const heads = this.#try(() => this.#kept.store.heads()) ?? []
    let at = this.#layout.start
    for (const head of heads) {
      const known = at && this.#follow(head, at)
      if (!known) break
      this.#known.set(head.block, known)
      at = known.to
    }
    this.#count.found = this.#known.size
    const doubtful = heads.length - this.#known.size
    if (doubtful > 0) this.#refuse((this.#lastBlock() ?? -1) + 1, doubtful)
  }

  #follow(head: Head, at: Position): Known | null {
    const origin = originOf(head, this.#kept.key, factsFormat)
    const last = origin?.extents.at(-1)
    if (!origin || !last) return null
    const to = { segment: last.segment, offset: last.offset + last.length }
    const tiles = this.#layout.between(at, to)
    const same = tiles?.every((tile, i) => {
      const extent = origin.extents[i]
      return extent?.segment === tile.segment && extent.offset === tile.offset && extent.length === tile.length
    })
    if (!same || tiles?.length !== origin.extents.length) return null
    return { origin, digest: head.digest, to, compared: false }
  }

  #lastBlock(): number | null {
    return [...this.#known.keys()].at(-1) ?? null
  }

  async #block(index: number): Promise<readonly Fact[]> {
    await this.#compare(index)
    if (this.#open?.block === index) return this.#open.facts
    const known = this.#known.get(index)
    if (!known) return []
    const facts = this.#facts(index, known)
    if (facts) return index === blockOfSeq(this.#lastSeq) ? [...facts, ...this.#trailing] : facts
    await this.#forget(index)
    return this.#block(index)
  }

  /**
   * Compares the trail with what the index was made from, once, up to this block: what a record is worth depends on those
   * before it. Where a block ends early because records are missing, the next one tells whether they still are.
   */
  async #compare(index: number): Promise<void> {
    let whole = true
    for (const [block, known] of [...this.#known]) {
      if (block > index && whole) return
      whole = isWhole(known)
      if (known.compared) continue
      known.compared = await this.#matches(known)
      if (known.compared) continue
      await this.#forget(block)
      return
    }
  }

  /** The facts of a block as the store has them, or `null` where it has others than it said. */
  #facts(index: number, known: Known): Fact[] | null {
    const bytes = this.#spare.get(index) ?? this.#try(() => this.#kept.store.facts(index))
    return bytes && sha256(bytes).equals(known.digest) ? decodeFacts(bytes) : null
  }

  /** Throws a block and all behind it away and reads them from the trail; those before it too that may go on in it. */
  async #forget(fromBlock: number): Promise<void> {
    const before = [...this.#known].filter(([block]) => block < fromBlock)
    const from = (before.findLast(([, known]) => isWhole(known))?.[0] ?? -1) + 1
    const blocks = [...this.#known.keys()].filter((block) => block >= from)
    for (const block of blocks) this.#known.delete(block)
    this.#refuse(from, blocks.length)
    this.#version++
    this.#layout = await Layout.of(this.#options.trail, this.#options.signal)
    await this.#tail()
  }

  #refuse(fromBlock: number, blocks: number): void {
    this.#count.refused += blocks
    for (const block of [...this.#spare.keys()]) if (block >= fromBlock) this.#spare.delete(block)
    this.#try(() => this.#kept.store.drop(fromBlock))
  }

  /**
   * Runs something on the store. Where another reader holds the file too long it is left out; where the file fails, all
   * goes on in memory and nothing of the file is believed.
   */
  #try<T>(run: () => T): T | null {
    try {
      return run()
    } catch (error) {
      if (!isBusy(error)) {
        this.close()
        this.#known.clear()
        this.#version++
        this.#kept = inMemory(`${this.#kept.path ?? 'the index'} failed (${(error as Error).message})`)
      }
      return null
    }
  }

  /** Reads the trail from behind the last known block to its end; again, where the trail or the store changed meanwhile. */
  async #tail(): Promise<void> {
    for (let attempt = 0; attempt < patience; attempt++) {
      const { store } = this.#kept
      if ((await this.#tailOnce()) && store === this.#kept.store) return
      if (store !== this.#kept.store) this.#known.clear()
      this.#version++
      this.#layout = await Layout.of(this.#options.trail, this.#options.signal)
    }
    throw new TrailReadError(`${this.#options.trail} changes while it is read; make a copy of it and read that`)
  }

  async #tailOnce(): Promise<boolean> {
    const { trail, signal, onProgress } = this.#options
    const start = await this.#start()
    this.#open = null
    this.#trailing = []
    this.#lastSeq = start?.last?.seq ?? 0
    if (!start) return true
    const done = { bytes: 0, totalBytes: this.#layout.rest(start.at), records: 0 }
    const onRead = (bytes: number, records: number): void => {
      done.bytes += bytes
      done.records += records
      onProgress?.({ ...done })
    }
    let refused = false
    for await (const built of blocksFrom(trail, start, { signal, onRead })) {
      this.#lastSeq = built.places.at(-1)?.record.seq ?? this.#lastSeq
      this.#trailing = built.trailing
      if (!built.whole) {
        this.#open = { block: built.block, facts: [...built.facts, ...built.trailing], places: built.places }
        continue
      }
      if (!this.#layout.has(built.to.segment)) this.#layout = await Layout.of(trail, signal)
      const chunk = await chunkOf(this.#layout, built)
      if (!chunk) return false
      const row = toRow(chunk, this.#kept.key, factsFormat)
      // Who waited once for another reader does not wait again for each block.
      refused ||= this.#try(() => this.#kept.store.put(row) ?? true) === null
      if (refused) this.#spare.set(chunk.block, chunk.facts)
      this.#known.set(chunk.block, { origin: chunk, digest: row.digest, to: built.to, compared: true })
      this.#count.built++
    }
    return true
  }

  /** Where reading goes on, and what stands before it. Chunks at the end that do not match are thrown away. */
  async #start(): Promise<Start | null> {
    for (let block = this.#lastBlock(); block !== null; block = this.#lastBlock()) {
      const known = this.#known.get(block)
      const last = known && isWhole(known) && (await this.#matches(known)) && this.#facts(block, known)?.at(-1)
      if (known && last) return { at: known.to, last, hash: known.origin.lastHash }
      this.#known.delete(block)
      this.#refuse(block, 1)
    }
    const at = this.#layout.start
    return at && { at, last: null, hash: null }
  }

  async #matches(known: Known): Promise<boolean> {
    for (const extent of known.origin.extents) if (!(await this.#layout.holds(extent))) return false
    return true
  }
}

/** Whether no record can be missing at the end of a block. */
function isWhole({ origin }: Known): boolean {
  return origin.lastSeq % blockSize === 0
}

/** Whether another connection holds the file. */
function isBusy(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
}
