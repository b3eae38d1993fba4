/**
 * The facts of a trail by its index: a row is believed where its signature is ours and the bytes that it came from still hash to
 * what it says. Where one is not, the index is thrown away and the trail itself is read.
 * @module
 */
import { trailSource } from '../evidence/source.js'
import { blockOfSeq, blockSize, type Fact, type FactSource, type Memory, type Outline } from '../evidence/types.js'
import { sha256 } from '../trail/hash.js'
import type { Rest } from './builder.js'
import { decodeFacts } from './codec.js'
import type { Held } from './marks.js'
import { IndexMemory } from './memory.js'
import { type Notebook, notebookOf } from './notebook.js'
import { macOf, type Origin, readOrigin, sameMac } from './origin.js'
import { decodeOutline } from './outline-codec.js'
import { SpanDigests } from './spans.js'

export interface IndexParts extends Held {
  readonly signal: AbortSignal | undefined
  /** What stands behind the last row. */
  readonly rest: Rest
  readonly reason: string | null
}

interface IndexRow {
  readonly block: number
  readonly digest: string
  readonly outline: Buffer
  readonly text: string
  readonly mac: string
  readonly origin: Origin
  /** Whether its signature is ours. */
  readonly ours: boolean
}

export class IndexSource implements FactSource {
  readonly lastSeq: number
  readonly path: string
  reason: string | null
  readonly #parts: IndexParts
  readonly #rows: readonly IndexRow[]
  readonly #rest = new Map<number, Fact[]>()
  /** Blocks whose bytes in the trail were hashed since this was opened. */
  readonly #held = new Set<number>()
  readonly #memory: IndexMemory
  readonly #digests: SpanDigests
  /** The row that was read last, as it was signed. */
  #last: { readonly block: number; readonly bytes: Buffer } | null = null
  /** The trail itself, once the index was found wrong. */
  #trail: Promise<FactSource> | null = null

  constructor(parts: IndexParts) {
    const { database, key, identity, rest } = parts
    this.#parts = parts
    this.#digests = new SpanDigests(parts.trail)
    this.lastSeq = rest.lastSeq
    this.path = database.path
    this.reason = parts.reason
    this.#rows = database.outlines().flatMap((row) => {
      const origin = readOrigin(row.origin)
      if (!origin) return []
      const { block, digest, outline, origin: text, mac } = row
      return [{ block, digest, outline, text, mac, origin, ours: sameMac(macOf(key, identity, row), mac) }]
    })
    for (const fact of rest.facts) {
      const block = blockOfSeq(fact.seq)
      const facts = this.#rest.get(block)
      if (facts) facts.push(fact)
      else this.#rest.set(block, [fact])
    }
    this.#memory = new IndexMemory(database, key, identity, (block) => this.#signed(block)?.mac ?? null)
  }

  /** Another one once the trail itself is read: what was worked out before may rest on bytes that are gone. */
  get version(): number {
    return this.#trail === null ? 0 : 1
  }

  get memory(): Memory {
    return this.#memory
  }

  async block(index: number): Promise<readonly Fact[]> {
    if (this.#trail !== null) return this.#plain(index)
    const facts = await this.#fetch(index)
    return facts ?? this.#mistrust(index)
  }

  async part(index: number, from: number, end: number): Promise<readonly Fact[]> {
    const row = this.#signed(index)
    const bytes = row && this.#bytes(row)
    if (!bytes) return (await this.block(index)).slice(from, end)
    return decodeFacts(bytes, from, end)
  }

  async outline(index: number): Promise<Outline | null> {
    const row = this.#signed(index)
    return row ? decodeOutline(row.outline) : null
  }

  get notebook(): Notebook {
    const { database, key, identity } = this.#parts
    return notebookOf(database, key, identity)
  }

  close(): void {
    if (this.#trail === null) this.#memory.flush()
    this.#parts.database.close()
  }

  /** The row of a block of which nothing stands outside the index, where it is believed. */
  #signed(index: number): IndexRow | null {
    const row = this.#rows[index]
    return this.#trail === null && row?.ours && row.block === index && !this.#rest.has(index) ? row : null
  }

  async #mistrust(index: number): Promise<readonly Fact[]> {
    this.reason = `block ${index} of the index was not what the trail says; the index was thrown away`
    this.#parts.database.dropFrom(0)
    this.#trail ??= trailSource(this.#parts.trail, this.#parts.signal)
    return this.#plain(index)
  }

  async #plain(index: number): Promise<readonly Fact[]> {
    const facts = (await (await this.#trail)?.block(index)) ?? []
    return facts.filter(({ seq }) => seq <= this.lastSeq)
  }

  /** @returns `null` where the index cannot be believed */
  async #fetch(index: number): Promise<readonly Fact[] | null> {
    const row = this.#rows[index]
    const rest = this.#rest.get(index)
    if (!row) return rest ?? (index * blockSize >= this.lastSeq || index < 0 ? [] : null)
    if (!row.ours || row.block !== index || !(await this.#stands(row))) return null
    const bytes = this.#bytes(row)
    if (!bytes) return null
    const facts = decodeFacts(bytes)
    return rest ? [...facts, ...rest] : facts
  }

  /** The facts of a row; `null` where they are not those that were signed. */
  #bytes(row: IndexRow): Buffer | null {
    // Both ends of a block are asked for one after the other.
    if (this.#last?.block === row.block) return this.#last.bytes
    try {
      const bytes = this.#parts.database.facts(row.block)
      if (bytes === null || sha256(bytes) !== row.digest) return null
      this.#last = { block: row.block, bytes }
      return bytes
    } catch {
      return null
    }
  }

  /** Whether the bytes of the trail that a row came from are still what they were. */
  async #stands({ block, origin }: IndexRow): Promise<boolean> {
    if (this.#held.has(block)) return true
    const { segments } = this.#parts
    try {
      for (const { order, from, to, sha256: digest } of origin.spans) {
        const segment = segments.find((one) => one.order === order)
        if (!segment || digest === '' || (await this.#digests.of(segment, from, to)) !== digest) return false
      }
    } catch {
      return false
    }
    this.#held.add(block)
    return true
  }
}
