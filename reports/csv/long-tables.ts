/**
 * samples.csv and readings.csv, written in one walk over the records: from the bytes of a line where its form is known, else from the parsed
 * record, whose form is then learnt. Both give the same bytes; a test holds them against each other.
 * @module
 */
import type { Role } from '../../lib/ntp/types.js'
import type { Wanted } from '../material.js'
import type { ZonedWriter } from '../moment.js'
import { Bytes } from './bytes.js'
import { type Learnt, learn, mostSpans, type ReadingForm, type SampleForm, type Setting } from './forms.js'
import { mostSeconds, Sum, UtcText, WallText } from './instants.js'
import { readingColumns, readingRows } from './readings.js'
import type { Context } from './row-form.js'
import { type SampleRecord, sampleColumns, sampleRow } from './samples.js'
import { type CsvForm, RowWriter } from './table.js'

/** How many forms of a kind are kept: those that were met last. */
const mostForms = 32
/** Learning costs ten times as much as reading: what lines that fitted have paid in, and the most that is saved up. */
const [paidByLine, mostCredit] = [1 / 16, 64]

export class LongTables {
  readonly #setting: Setting
  readonly #samples = new Bytes(1 << 18)
  readonly #readings = new Bytes(1 << 19)
  /** The cells that place the rows of a sample. */
  readonly #place = new Bytes(1 << 10)
  readonly #sampleForms: SampleForm[] = []
  readonly #readingForms: { readonly [role in Role]: ReadingForm[] } = { primary: [], secondary: [], tertiary: [] }
  readonly #spans = new Int32Array(mostSpans)
  readonly #readingSpans = [1, 2, 3].map(() => new Int32Array(mostSpans))
  /** The forms of the present line's readings, in the order of its slots. */
  readonly #found: ReadingForm[] = []
  readonly #context: Context
  #credit = mostCredit

  constructor({ zone, simulation, form }: { zone: ZonedWriter; simulation: boolean; form: CsvForm }) {
    const [samples, readings] = [new RowWriter(sampleColumns, form), new RowWriter(readingColumns, form)]
    this.#setting = { zone, simulation, samples, readings }
    this.#context = {
      ...{ utc: new UtcText(), wall: new WallText(zone), earliest: new Sum(), latest: new Sum() },
      vote: new Uint8Array(),
    }
    this.#samples.text(samples.header())
    this.#readings.text(readings.header())
  }

  /** What was written of samples.csv and readings.csv since the last {@link clear}; good until the next row. */
  written(): readonly [Buffer, Buffer] {
    return [this.#samples.view(), this.#readings.view()]
  }

  clear(): void {
    this.#samples.clear()
    this.#readings.clear()
  }

  /**
   * Writes the rows of a line, where its form is known and it is wanted beyond doubt.
   * @param line a line of a verified trail
   * @returns whether it did; else nothing was written
   */
  line(line: Buffer, wanted: Wanted): boolean {
    const form = this.#match(line)
    if (!form || !this.#read(form, line, wanted)) return false
    const context = this.#context
    const [samples, readings, place] = [this.#samples, this.#readings, this.#place]
    place.clear()
    form.place.write(place, line, this.#spans, context)
    const placed = place.view()
    samples.reserve(placed.length)
    samples.copy(placed, 0, placed.length)
    form.row.write(samples, line, this.#spans, context)
    for (let i = 0; i < form.roles.length; i += 1) {
      context.vote = form.votes[i]!
      readings.reserve(placed.length)
      readings.copy(placed, 0, placed.length)
      this.#found[i]!.row.write(readings, line, this.#readingSpans[i]!, context)
    }
    this.#credit = Math.min(this.#credit + paidByLine, mostCredit)
    return true
  }

  /** Writes the rows of a record; lines like its own are known from then on. */
  record(record: SampleRecord): void {
    const { zone, simulation, samples, readings } = this.#setting
    this.#samples.text(samples.row(sampleRow(record, zone, simulation)))
    for (const row of readingRows(record, zone, simulation)) this.#readings.text(readings.row(row))
    if (this.#credit < 1) return
    this.#credit -= 1
    const learnt = learn(record, this.#setting)
    if (learnt) this.#keep(learnt)
  }

  #keep({ sample, readings }: Learnt): void {
    keep(this.#sampleForms, sample, ({ key }) => key)
    for (const [role, form] of readings) keep(this.#readingForms[role], form, ({ template }) => template.key)
  }

  /** The form of a line, whose spans are then known. */
  #match(line: Buffer): SampleForm | null {
    const forms = this.#sampleForms
    for (let i = 0; i < forms.length; i += 1) {
      const form = forms[i]!
      if (!this.#matches(form, line)) continue
      if (i > 0) toFront(forms, i)
      return form
    }
    return null
  }

  #matches({ templates, roles }: SampleForm, line: Buffer): boolean {
    let [at, span] = [0, 0]
    for (let i = 0; i < templates.length; i += 1) {
      const template = templates[i]!
      at = template.match(line, at, this.#spans, span)
      if (at >= 0 && i < roles.length) at = this.#matchReading(roles[i]!, line, at, i)
      if (at < 0) return false
      span += template.size
    }
    return at === line.length
  }

  /** @returns the offset behind the reading; -1 where none of the known forms stands there */
  #matchReading(role: Role, line: Buffer, start: number, slot: number): number {
    const forms = this.#readingForms[role]
    for (let i = 0; i < forms.length; i += 1) {
      const form = forms[i]!
      const at = form.template.match(line, start, this.#readingSpans[slot]!, 0)
      if (at < 0) continue
      this.#found[slot] = form
      if (i > 0) toFront(forms, i)
      return at
    }
    return -1
  }

  /** Works out when a line was; whether it is one that is wanted, beyond doubt. */
  #read(form: SampleForm, line: Buffer, wanted: Wanted): boolean {
    const { seq, wall, low, high } = form.at
    const spans = this.#spans
    let number = 0
    for (let i = spans[seq]!; i < spans[seq + 1]!; i += 1) number = 10 * number + line[i]! - 48
    return (
      number >= wanted.firstSeq &&
      number <= wanted.lastSeq &&
      this.#context.wall.read(line, spans[wall]!) &&
      this.#readEnd(this.#context.earliest, form, line, low, wanted) &&
      this.#readEnd(this.#context.latest, form, line, high, wanted)
    )
  }

  /** UTC = A + M - (TAI - UTC), of one end of M. A sample whose ends lie in the period lies in it. */
  #readEnd(sum: Sum, { at, taiUtc }: SampleForm, line: Buffer, end: number, wanted: Wanted): boolean {
    const spans = this.#spans
    sum.seconds = -taiUtc
    sum.nanos = 0
    sum.add(line, spans[at.clock]!, spans[at.clock + 1]!)
    sum.add(line, spans[end]!, spans[end + 1]!)
    sum.settle()
    const { seconds } = sum
    return seconds >= 0 && seconds >= wanted.fromSeconds && seconds < wanted.toSeconds && seconds < mostSeconds
  }
}

function keep<Form>(forms: Form[], form: Form, keyOf: (form: Form) => string): void {
  const key = keyOf(form)
  if (forms.some((one) => keyOf(one) === key)) return
  forms.unshift(form)
  if (forms.length > mostForms) forms.pop()
}

function toFront<Form>(forms: Form[], index: number): void {
  const form = forms[index]!
  forms.copyWithin(1, 0, index)
  forms[0] = form
}
