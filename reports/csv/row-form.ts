/**
 * The row of a template: which bytes every line of it gives, and how the cells of measured values are made of the line's bytes. All other
 * cells are what the columns make of the record that the template was learnt from.
 * @module
 */
import type { Bytes } from './bytes.js'
import type { Sum, UtcText, WallText } from './instants.js'
import type { Spans } from './template.js'

/** How a cell is made of a hole: `copy`: as it stands; `hex`: behind `0x`; `short`: unsigned 16.16 seconds in hexadecimal, as nanoseconds. */
export type Cut = readonly [how: 'copy' | 'hex' | 'short' | 'local' | 'earliest' | 'latest' | 'vote', path: string]

const copy = (path: string): Cut => ['copy', path]
const hex = (path: string): Cut => ['hex', path]

/** Cells of a sample that differ from line to line, by the name of their column. */
export const sampleCuts: Readonly<Record<string, Cut>> = {
  seq: copy('seq'),
  wall_utc: copy('wall'),
  wall_local: ['local', 'wall'],
  earliest_utc: ['earliest', 'consensus.m.lowNs'],
  latest_utc: ['latest', 'consensus.m.highNs'],
  trigger_seq: copy('trigger'),
  error_low_ns: copy('consensus.lowNs'),
  error_high_ns: copy('consensus.highNs'),
  tolerance_ns: copy('toleranceNs'),
  audit_clock_ns: copy('atNs'),
  d_low_ns: copy('d.lowNs'),
  d_high_ns: copy('d.highNs'),
  looks: copy('since.looks'),
  widest_silence_ns: copy('since.widestSilenceNs'),
  small_changes: copy('since.small.count'),
  small_changes_sum_ns: copy('since.small.sumNs'),
}

/** Cells of a reading behind those that place it. `vote` follows from the sample. */
export const readingCuts: Readonly<Record<string, Cut>> = {
  vote: ['vote', ''],
  offset_ns: copy('offsetNs'),
  delay_ns: copy('delayNs'),
  root_distance_ns: copy('rootDistanceNs'),
  low_ns: copy('lowNs'),
  high_ns: copy('highNs'),
  root_delay_ns: ['short', 'rootDelay'],
  root_dispersion_ns: ['short', 'rootDispersion'],
  t1: hex('t1'),
  t2: hex('t2'),
  t3: hex('t3'),
  t4: hex('t4'),
  reference_time: hex('referenceTime'),
  reading_ns: copy('readingNs'),
}

/** What cells are made of besides the values of their own holes. */
export interface Context {
  readonly utc: UtcText
  readonly wall: WallText
  readonly earliest: Sum
  readonly latest: Sum
  /** How the reference voted, as the cell holds it. */
  vote: Uint8Array
}

interface Step {
  /** What stands before the cell. */
  readonly text: Uint8Array
  readonly how: Cut[0]
  /** Where the start and, behind it, the end of the hole stand in the spans. */
  readonly span: number
}

/** More than a cell of {@link Cut} ever takes. */
const widestCell = 64

/** Some cells of a row, each with the comma or the line end behind it. */
export class RowForm {
  readonly #steps: readonly Step[]
  readonly #rest: Uint8Array
  /** Bytes that it writes at most. */
  readonly #most: number

  /**
   * @param cells the cells of the record that the template was learnt from, as they are written, by the name of their column
   * @param cuts the cells that are made of holes
   * @param find where the spans of the hole of a path stand; -1 where there is no such hole: then the record's cell holds for every line
   */
  constructor(
    cells: readonly (readonly [column: string, cell: string])[],
    cuts: Readonly<Record<string, Cut>>,
    find: (path: string) => number,
    end: ',' | '\r\n',
  ) {
    const steps: Step[] = []
    let text = ''
    for (const [i, [column, cell]] of cells.entries()) {
      const [how, path] = cuts[column] ?? ['copy', '']
      const span = how === 'vote' ? 0 : find(path)
      if (i > 0) text += ','
      if (cuts[column] === undefined || span < 0) text += cell
      else {
        steps.push({ text: Buffer.from(how === 'hex' ? `${text}0x` : text), how, span })
        text = ''
      }
    }
    this.#steps = steps
    this.#rest = Buffer.from(text + end)
    this.#most = steps.reduce((sum, step) => sum + step.text.length + widestCell, this.#rest.length)
  }

  /** Writes the cells of a line that its template matches. */
  write(out: Bytes, line: Uint8Array, spans: Spans, context: Context): void {
    out.reserve(this.#most)
    for (const { text, how, span } of this.#steps) {
      out.copy(text, 0, text.length)
      if (how === 'copy' || how === 'hex') out.copy(line, spans[span]!, spans[span + 1]!)
      else if (how === 'short') writeShort(out, line, spans[span]!)
      else if (how === 'local') context.wall.write(out, line, spans[span]!)
      else if (how === 'vote') out.copy(context.vote, 0, context.vote.length)
      else context.utc.write(out, context[how])
    }
    out.copy(this.#rest, 0, this.#rest.length)
  }
}

/** Unsigned 16.16 seconds in eight hexadecimal digits, as nanoseconds rounded up. */
function writeShort(out: Bytes, line: Uint8Array, at: number): void {
  const seconds = hexadecimal(line, at)
  const parts = hexadecimal(line, at + 4)
  // 10^9 / 2^16 = 5^9 / 2^7: exact below 2^53.
  const ns = seconds * 1_000_000_000 + Math.ceil((parts * 1_953_125) / 128)
  out.digits(ns, digitsOf(ns))
}

/** Four hexadecimal digits. */
function hexadecimal(line: Uint8Array, at: number): number {
  let value = 0
  for (let i = at; i < at + 4; i += 1) {
    const byte = line[i]!
    value = 16 * value + byte - (byte < 58 ? 48 : 87)
  }
  return value
}

function digitsOf(value: number): number {
  let digits = 1
  for (let most = 10; value >= most; most *= 10) digits += 1
  return digits
}
