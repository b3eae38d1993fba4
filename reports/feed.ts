/**
 * The samples of a period, in order, with their instants: what the tables of samples and readings are made of.
 * @module
 */
import { ceilDivide, floorDivide, parseInstant } from '../lib/instant.js'
import type { SampleRecord } from './csv/samples.js'
import { type Material, SampleClock, type SampleSink, type SeqRange, type Wanted } from './material.js'

const perSecond = 1_000_000_000n

/** A sample and its UTC. */
export interface DatedSample {
  readonly record: SampleRecord
  readonly utcNs: bigint
}

/** From (inclusive) and to (exclusive), UTC in nanoseconds. */
interface Span {
  readonly fromNs: bigint
  readonly toNs: bigint
}

/** How the samples of a period are had: in batches, or handed to a sink. */
export function feedsOf(material: Material, range: SeqRange, period: Span) {
  return {
    samples: () => batches(material, range, period),
    feed: (sink: SampleSink) => feed(material, range, period, (record) => sink.record(record), sink),
  }
}

async function* batches(material: Material, range: SeqRange, period: Span): AsyncGenerator<readonly DatedSample[]> {
  let batch: DatedSample[] = []
  for await (const _ of feed(material, range, period, (record, utcNs) => batch.push({ record, utcNs }))) {
    yield batch
    batch = []
  }
}

/**
 * @param take gets the samples of the period, less those lines that `reader` took
 * @returns how many samples were taken since the last time
 */
async function* feed(
  material: Material,
  range: SeqRange,
  period: Span,
  take: (record: SampleRecord, utcNs: bigint) => void,
  reader?: SampleSink,
): AsyncGenerator<number> {
  const clock = new SampleClock()
  let count = 0
  /** The last line that nobody parsed: it had a bound, by which a sample without one may have to be dated. */
  let unread: Buffer | null = null
  const sink: SampleSink = {
    line: (line, wanted) => {
      if (!reader?.line?.(line, wanted)) return false
      unread = line
      count += 1
      return true
    },
    record: (record) => {
      if (unread && !record.consensus.m) clock.utcNs(JSON.parse(unread.toString('utf8')) as SampleRecord, 0n)
      unread = null
      const utcNs = clock.utcNs(record, parseInstant(record.wall))
      if (utcNs < period.fromNs || utcNs >= period.toNs) return
      count += 1
      take(record, utcNs)
    },
  }
  for await (const _ of material.samples(wantedOf(range, period), sink)) {
    yield count
    count = 0
  }
  // The walk may end within a batch.
  if (count > 0) yield count
}

function wantedOf({ firstSeq, lastSeq }: SeqRange, { fromNs, toNs }: Span): Wanted {
  const [fromSeconds, toSeconds] = [Number(ceilDivide(fromNs, perSecond)), Number(floorDivide(toNs, perSecond))]
  return { firstSeq, lastSeq, fromSeconds, toSeconds }
}
