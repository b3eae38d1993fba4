/**
 * Facts as bytes and back, each where it can be read alone. A law: decode(encode(x)) = x.
 * @module
 */

import { ByteReader, ByteWriter } from '../evidence/bytes.js'
import type { Fact } from '../evidence/types.js'
import type { IntervalNs } from '../interval.js'

/** @param facts in order; @returns a row of the index */
export function encodeFacts(facts: readonly Fact[]): Buffer {
  const writer = new ByteWriter()
  const offsets = Buffer.allocUnsafe(4 * (facts.length + 1))
  offsets.writeUInt32LE(facts.length, 0)
  for (const [i, fact] of facts.entries()) {
    offsets.writeUInt32LE(writer.length, 4 * (i + 1))
    writeFact(writer, fact)
  }
  return Buffer.concat([offsets, writer.finish()])
}

/**
 * @param from index of the first fact wanted
 * @param end index behind the last one
 * @throws {TypeError | RangeError | SyntaxError} for bytes that {@link encodeFacts} did not write
 */
export function decodeFacts(bytes: Buffer, from = 0, end = Number.POSITIVE_INFINITY): Fact[] {
  const count = bytes.readUInt32LE(0)
  const reader = new ByteReader(bytes.subarray(4 * (count + 1)))
  const facts: Fact[] = []
  const last = Math.min(end, count)
  if (from < last) reader.seek(bytes.readUInt32LE(4 * (from + 1)))
  for (let i = from; i < last; i += 1) facts.push(readFact(reader))
  return facts
}

/** How many facts a row holds. */
export function countOf(bytes: Buffer): number {
  return bytes.readUInt32LE(0)
}

export function writeFact(to: ByteWriter, fact: Fact): void {
  to.word(fact.kind)
  to.number(fact.seq)
  to.word(fact.boot)
  to.ns(fact.aNs)
  to.ns(fact.bootNs)
  to.ns(fact.wallNs)
  writeInterval(to, fact.d)
  writeInterval(to, fact.chord)
  to.number(fact.looks)
  to.number(fact.small)
  to.ns(fact.widestSilenceNs)
  to.word(fact.notice)
  to.word(fact.clock)
  switch (fact.kind) {
    case 'open':
      to.word(fact.reason)
      to.ns(fact.ratePpb)
      to.flag(fact.steered)
      to.flag(fact.coupled)
      break
    case 'sample':
      to.word(fact.reason)
      to.word(fact.state)
      to.word(fact.support)
      to.ns(fact.atNs)
      writeInterval(to, fact.m)
      writeInterval(to, fact.error)
      to.number(fact.taiUtc)
      to.ns(fact.ratePpb)
      to.word(fact.cause)
      to.number(fact.trigger)
      break
    case 'clock-change':
      to.ns(fact.earliestNs)
      to.ns(fact.latestNs)
      writeInterval(to, fact.size)
      to.word(fact.class)
      to.word(fact.by)
      to.ns(fact.wallBeforeNs)
      to.ns(fact.wallAfterNs)
      break
    case 'gap':
      to.word(fact.cause)
      to.word(fact.breaks)
      to.ns(fact.fromNs)
      to.ns(fact.toNs)
      to.ns(fact.wallFromNs)
      to.ns(fact.wallToNs)
      break
    case 'damage':
      to.word(fact.why)
      break
    case 'other':
      to.word(fact.type)
      break
    case 'close':
      break
  }
}

export function readFact(from: ByteReader): Fact {
  const kind = from.word<Fact['kind']>()
  const seq = from.number()
  const boot = from.word()
  const aNs = from.ns()
  const bootNs = from.ns()
  const wallNs = from.ns()
  const d: IntervalNs = { lowNs: from.ns(), highNs: from.ns() }
  const chord: IntervalNs = { lowNs: from.ns(), highNs: from.ns() }
  const looks = from.number()
  const small = from.number()
  const widestSilenceNs = from.ns()
  const notice = from.word<'none'>()
  const clock = from.word<'raw'>()
  // Spelled out: an object that is spread into another costs more than all of its values.
  switch (kind) {
    case 'open': {
      const reason = from.word<'start'>()
      const ratePpb = from.ns()
      const steered = from.flag()
      const coupled = from.flag()
      return {
        ...{ kind, seq, boot, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice, clock },
        ...{ reason, ratePpb, steered, coupled },
      }
    }
    case 'sample':
      return {
        kind,
        seq,
        boot,
        aNs,
        bootNs,
        wallNs,
        d,
        chord,
        looks,
        small,
        widestSilenceNs,
        notice,
        clock,
        reason: from.word(),
        state: from.word(),
        support: from.maybeWord(),
        atNs: from.ns(),
        m: readMaybeInterval(from),
        error: readMaybeInterval(from),
        taiUtc: from.number(),
        ratePpb: from.ns(),
        cause: from.maybeWord(),
        trigger: from.maybeNumber(),
      }
    case 'clock-change': {
      const earliestNs = from.ns()
      const latestNs = from.ns()
      const size: IntervalNs = { lowNs: from.ns(), highNs: from.ns() }
      const own = { class: from.word<'step'>(), by: from.word<'daemon'>() }
      const [wallBeforeNs, wallAfterNs] = [from.ns(), from.ns()]
      return {
        ...{ kind, seq, boot, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice, clock },
        ...{ earliestNs, latestNs, size, ...own, wallBeforeNs, wallAfterNs },
      }
    }
    case 'gap': {
      const own = { cause: from.word<'boot'>(), breaks: from.word<'mono'>() }
      const [fromNs, toNs] = [from.maybeNs(), from.maybeNs()]
      const [wallFromNs, wallToNs] = [from.ns(), from.ns()]
      return {
        ...{ kind, seq, boot, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice, clock },
        ...{ ...own, fromNs, toNs, wallFromNs, wallToNs },
      }
    }
    case 'damage': {
      const why = from.word()
      return { kind, seq, boot, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice, clock, why }
    }
    case 'other':
      return {
        kind,
        seq,
        boot,
        aNs,
        bootNs,
        wallNs,
        d,
        chord,
        looks,
        small,
        widestSilenceNs,
        notice,
        clock,
        type: from.word(),
      }
    case 'close':
      return { kind, seq, boot, aNs, bootNs, wallNs, d, chord, looks, small, widestSilenceNs, notice, clock }
    default:
      throw new TypeError(`no fact is of the kind ${JSON.stringify(kind)}`)
  }
}

export function writeInterval(to: ByteWriter, interval: IntervalNs | null): void {
  to.ns(interval === null ? null : interval.lowNs)
  if (interval !== null) to.ns(interval.highNs)
}

export function readMaybeInterval(from: ByteReader): IntervalNs | null {
  const lowNs = from.maybeNs()
  return lowNs === null ? null : { lowNs, highNs: from.ns() }
}
