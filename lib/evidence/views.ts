/**
 * Views of a source: up to a record, or with an ear at every block that is read. They hand on what their source keeps (outlines,
 * parts, its memory): who wraps a source by hand and leaves that out reads every record again.
 * @module
 */
import { blockOfSeq, type Fact, type FactSource, type Memory, type Outline } from './types.js'

/** A source as if its trail ended with a record: the answers are those that it gave then. */
export function upToSeq(source: FactSource, lastSeq: number): FactSource {
  return lastSeq >= source.lastSeq ? source : new Until(source, lastSeq)
}

/** @param heard is told of every block before it is read */
export function heard(source: FactSource, hear: (index: number) => Promise<void> | void): FactSource {
  return new Heard(source, hear)
}

class View implements FactSource {
  readonly source: FactSource
  readonly lastSeq: number

  constructor(source: FactSource, lastSeq: number) {
    this.source = source
    this.lastSeq = lastSeq
  }

  get version(): number {
    return this.source.version ?? 0
  }

  get memory(): Memory | undefined {
    return this.source.memory
  }

  block(index: number): Promise<readonly Fact[]> {
    return this.source.block(index)
  }

  async part(index: number, from: number, end: number): Promise<readonly Fact[]> {
    return this.source.part ? this.source.part(index, from, end) : (await this.block(index)).slice(from, end)
  }

  async outline(index: number): Promise<Outline | null> {
    return (await this.source.outline?.(index)) ?? null
  }
}

/** What is kept of the block that is cut, or of what lies behind it, was worked out from more than this view shows. */
class Until extends View {
  readonly #cut: number
  readonly #memory: Memory | undefined

  constructor(source: FactSource, lastSeq: number) {
    super(source, lastSeq)
    const cut = blockOfSeq(lastSeq)
    const { memory } = source
    this.#cut = cut
    this.#memory = memory && {
      recall: (name, first, last) => (last < cut ? memory.recall(name, first, last) : null),
      keep: (name, first, last, text) => {
        if (last < cut) memory.keep(name, first, last, text)
      },
    }
  }

  override get memory(): Memory | undefined {
    return this.#memory
  }

  override async block(index: number): Promise<readonly Fact[]> {
    if (index > this.#cut) return []
    const facts = await this.source.block(index)
    return index < this.#cut ? facts : facts.filter(({ seq }) => seq <= this.lastSeq)
  }

  override async part(index: number, from: number, end: number): Promise<readonly Fact[]> {
    return index < this.#cut ? super.part(index, from, end) : (await this.block(index)).slice(from, end)
  }

  override async outline(index: number): Promise<Outline | null> {
    return index < this.#cut ? super.outline(index) : null
  }
}

class Heard extends View {
  readonly #hear: (index: number) => Promise<void> | void

  constructor(source: FactSource, hear: (index: number) => Promise<void> | void) {
    super(source, source.lastSeq)
    this.#hear = hear
  }

  override async block(index: number): Promise<readonly Fact[]> {
    await this.#hear(index)
    return this.source.block(index)
  }

  override async outline(index: number): Promise<Outline | null> {
    await this.#hear(index)
    return super.outline(index)
  }
}
