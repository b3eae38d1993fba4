/**
 * Outlines of blocks as bytes and back. A law: decode(encode(x)) = x.
 * @module
 */

import { ByteReader, ByteWriter } from '../evidence/bytes.js'
import type { Calm, Edge, Edges, Fact, Near, Outline, Stamp } from '../evidence/types.js'
import { readFact, readMaybeInterval, writeFact, writeInterval } from './codec.js'

export function encodeOutline(outline: Outline): Buffer {
  const to = new ByteWriter()
  to.number(outline.count)
  writeMaybe(to, outline.first, writeStamp)
  writeMaybe(to, outline.last, writeStamp)
  to.flag(outline.bounded)
  writeList(to, outline.rates, (rate) => to.ns(rate))
  writeMaybe(to, outline.calm, writeCalm)
  for (const list of [outline.near.samples, outline.near.changes, outline.near.gaps]) {
    writeList(to, list, (near) => writeNear(to, near))
  }
  writeInterval(to, outline.firstWall)
  writeInterval(to, outline.wall)
  writeList(to, outline.kept, (fact) => writeFact(to, fact))
  return to.finish()
}

/** @throws {TypeError | RangeError | SyntaxError} for bytes that {@link encodeOutline} did not write */
export function decodeOutline(bytes: Buffer): Outline {
  const from = new ByteReader(bytes)
  const outline = {
    count: from.number(),
    first: readMaybe(from, readStamp),
    last: readMaybe(from, readStamp),
    bounded: from.flag(),
    rates: readList(from, () => from.ns()),
    calm: readMaybe(from, readCalm),
    near: {
      samples: readList(from, () => readNear(from)),
      changes: readList(from, () => readNear(from)),
      gaps: readList(from, () => readNear(from)),
    },
    firstWall: readMaybeInterval(from),
    wall: readMaybeInterval(from),
  }
  const { offset } = from
  return {
    ...outline,
    /**
     * Read each time: outlines live long, and facts that live as long make the engine put all facts where only a long pause of the
     * collector frees them.
     */
    get kept(): readonly Fact[] {
      const again = new ByteReader(bytes)
      again.seek(offset)
      return readList(again, () => readFact(again))
    },
  }
}

function writeMaybe<T>(to: ByteWriter, value: T | null, write: (to: ByteWriter, value: T) => void): void {
  to.flag(value !== null)
  if (value !== null) write(to, value)
}

function readMaybe<T>(from: ByteReader, read: (from: ByteReader) => T): T | null {
  return from.flag() ? read(from) : null
}

function writeList<T>(to: ByteWriter, list: readonly T[], write: (value: T) => void): void {
  to.number(list.length)
  for (const value of list) write(value)
}

function readList<T>(from: ByteReader, read: () => T): T[] {
  const list: T[] = []
  for (let left = from.number(); left > 0; left -= 1) list.push(read())
  return list
}

function writeStamp(to: ByteWriter, { seq, boot, aNs, bootNs, wallNs }: Stamp): void {
  to.number(seq)
  to.word(boot)
  to.ns(aNs)
  to.ns(bootNs)
  to.ns(wallNs)
}

function readStamp(from: ByteReader): Stamp {
  return { seq: from.number(), boot: from.word(), aNs: from.ns(), bootNs: from.ns(), wallNs: from.ns() }
}

function writeNear(to: ByteWriter, { seq, boot, atNs, bootNs }: Near): void {
  to.number(seq)
  to.word(boot)
  to.ns(atNs)
  to.ns(bootNs)
}

function readNear(from: ByteReader): Near {
  return { seq: from.number(), boot: from.word(), atNs: from.ns(), bootNs: from.ns() }
}

function writeCalm(to: ByteWriter, calm: Calm): void {
  to.word(calm.boot)
  to.word(calm.clock)
  to.ns(calm.ratePpb)
  to.number(calm.taiUtc)
  writeMaybe(to, calm.edges, (_, { forward, backward }) => {
    for (const { low, high } of [forward, backward]) for (const edge of [low, high]) writeEdge(to, edge)
  })
  to.ns(calm.firstNs)
  to.ns(calm.lastNs)
  writeList(to, [...calm.keep], (seq) => to.number(seq))
}

function readCalm(from: ByteReader): Calm {
  const boot = from.word()
  const clock = from.word<Calm['clock']>()
  const ratePpb = from.maybeNs()
  const taiUtc = from.maybeNumber()
  const edges = readMaybe(from, () => ({ forward: readEdges(from), backward: readEdges(from) }))
  const [firstNs, lastNs] = [from.maybeNs(), from.maybeNs()]
  return { boot, clock, ratePpb, taiUtc, edges, firstNs, lastNs, keep: new Set(readList(from, () => from.number())) }
}

function writeEdge(to: ByteWriter, { k, seq, support }: Edge): void {
  to.ns(k)
  to.number(seq)
  to.word(support)
}

function readEdges(from: ByteReader): Edges {
  const edge = (): Edge => ({ k: from.ns(), seq: from.number(), support: from.word() })
  return { low: edge(), high: edge() }
}
