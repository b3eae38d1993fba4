/**
 * Writes facts as the records they would have been taken from, into segments on disk: simulated days become real trails.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Fact } from '../../lib/evidence/types.js'
import { formatInstant } from '../../lib/instant.js'
import type { IntervalNs } from '../../lib/interval.js'
import { canonicalize } from '../../lib/trail/canonical.js'
import { leafHash } from '../../lib/trail/hash.js'
import { segmentPath } from '../../lib/trail/paths.js'
import type { TrailRecord } from '../../lib/trail/types.js'
import { openDraft } from './trail-builder.js'

function stored({ lowNs, highNs }: IntervalNs): { lowNs: string; highNs: string } {
  return { lowNs: lowNs.toString(), highNs: highNs.toString() }
}

/** The record of a fact, as canonical text; a record follows the one whose hash is `prev`. */
export function lineOf(fact: Fact, prev: string, segment: number): string {
  const stamp = {
    seq: fact.seq,
    prev,
    wall: formatInstant(fact.wallNs),
    monoNs: fact.aNs.toString(),
    bootNs: fact.bootNs.toString(),
    rawNs: fact.aNs.toString(),
    bootId: fact.boot,
    d: stored(fact.d),
    since: {
      looks: fact.looks,
      widestSilenceNs: fact.widestSilenceNs.toString(),
      notice: fact.notice,
      small: { count: fact.small, sumNs: '0' },
      chord: stored(fact.chord),
    },
  }
  return canonicalize({ ...stamp, ...bodyOf(fact, segment) } as unknown as TrailRecord)
}

function bodyOf(fact: Fact, segment: number): object {
  switch (fact.kind) {
    case 'open': {
      const { ratePpb, reason } = fact
      const place = {
        segment,
        label: '2026-06-01',
        zone: 'UTC',
        lock: 'file',
        syncsFolders: true,
        afterCrash: false,
        supersedes: null,
      }
      return { ...openDraft, ...place, reason, ratePpb: Number(ratePpb) }
    }
    case 'sample': {
      const { m, error, state, support } = fact
      const consensus = {
        ...{ state, support, m: m && stored(m), agree: [], dissent: [], faults: 0, configured: 3 },
        lowNs: error === null ? null : error.lowNs.toString(),
        highNs: error === null ? null : error.highNs.toString(),
      }
      return {
        ...{ type: 'sample', reason: fact.reason, trigger: fact.trigger, part: 'all', atNs: fact.atNs.toString() },
        ...{ taiUtc: fact.taiUtc, ratePpb: Number(fact.ratePpb), resolutionNs: '1', readings: {}, consensus },
        ...{ toleranceNs: '1000000000', verdict: 'INDETERMINATE', cause: fact.cause },
      }
    }
    case 'clock-change':
      return {
        ...{ type: 'clock-change', earliestNs: fact.earliestNs.toString(), latestNs: fact.latestNs.toString() },
        ...{ size: stored(fact.size), class: fact.class, by: fact.by, seen: 'divergence' },
        ...{ wallBefore: formatInstant(fact.wallBeforeNs), wallAfter: formatInstant(fact.wallAfterNs) },
      }
    case 'gap':
      return {
        ...{ type: 'gap', fromNs: fact.fromNs?.toString() ?? null, toNs: fact.toNs?.toString() ?? null },
        ...{ wallFrom: formatInstant(fact.wallFromNs), wallTo: formatInstant(fact.wallToNs) },
        ...{ cause: fact.cause, breaks: fact.breaks },
      }
    case 'other':
      return { type: fact.type }
    default:
      throw new Error(`no record tells of ${fact.kind}`)
  }
}

/** A segment as it was written. */
export interface Written {
  readonly path: string
  readonly number: number
  /** Offsets of its lines, and its length. */
  readonly offsets: readonly number[]
  readonly bytes: number
}

/** Writes facts as a trail of segments of at most `perSegment` records; goes on where `prev` and `first` say. */
export function writeTrail(
  folder: string,
  facts: readonly Fact[],
  { perSegment = 400, first = 1, prev = '' }: { perSegment?: number; first?: number; prev?: string } = {},
): { segments: Written[]; prev: string } {
  const segments: Written[] = []
  let last = prev
  for (let from = 0, number = first; from < facts.length; from += perSegment, number++) {
    const lines: string[] = []
    const offsets: number[] = []
    let bytes = 0
    for (const fact of facts.slice(from, from + perSegment)) {
      const line = lineOf(fact, last, number)
      last = leafHash(Buffer.from(line))
      offsets.push(bytes)
      bytes += Buffer.byteLength(line) + 1
      lines.push(line)
    }
    const path = segmentPath('2026-06-01', number)
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), `${lines.join('\n')}\n`)
    segments.push({ path, number, offsets, bytes })
  }
  return { segments, prev: last }
}
