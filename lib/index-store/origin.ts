/**
 * Where the facts of one block came from: spans of the trail's bytes without a hole, their digests, and the record at their
 * end. Whatever is done to these bytes, or to the row, shows.
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { version } from '../version.js'
import type { Row } from './database.js'

/** Bytes of one segment. */
export interface Span {
  readonly path: string
  /** Its place in the order of segments. */
  readonly order: number
  readonly from: number
  /** `null`: to the end of what counts of the segment, which is complete. */
  readonly to: number | null
  readonly sha256: string
}

/** A record, and where it stands. */
export interface Mark {
  readonly seq: number
  readonly hash: string
  readonly order: number
  readonly offset: number
  /** Of its line, without the newline. */
  readonly length: number
}

export interface Origin {
  /** From behind the last record of the block before to behind the last record of this one. */
  readonly spans: readonly Span[]
  /** The last record so far: where the block behind begins to be read; `null` where there is none yet. */
  readonly last: Mark | null
}

export function writeOrigin(origin: Origin): string {
  return JSON.stringify(origin)
}

/** @returns `null` for text that {@link writeOrigin} did not write */
export function readOrigin(text: string): Origin | null {
  try {
    const origin = JSON.parse(text) as Origin
    return Array.isArray(origin.spans) && origin.last !== undefined ? origin : null
  } catch {
    return null
  }
}

/** Signs texts for one trail and one purpose: no other trail and no other purpose is meant by it. */
export function signed(key: Buffer, trail: string, purpose: string, ...parts: readonly (string | Buffer)[]): string {
  const mac = createHmac('sha256', key)
  for (const part of [`ntp-auditor ${version} index 3`, trail, purpose, ...parts]) {
    mac.update(`${Buffer.byteLength(part)}:`).update(part)
  }
  return mac.digest('hex')
}

/** Signs a row: it speaks of this block of this trail and no other. */
export function macOf(key: Buffer, trail: string, row: Omit<Row, 'mac' | 'facts'>): string {
  return signed(key, trail, 'row', String(row.block), row.digest, row.outline, row.origin)
}

export function sameMac(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
