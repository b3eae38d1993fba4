/**
 * Reads a file that is embedded in a PDF as this package writes it (PDF 1.7 with a classic cross-reference table, ISO 32000-1 sections
 * 7.5.4 and 7.11.4): enough to take `result.json` out of a report again, and no more. Whatever another program made of the file is
 * refused, not guessed at.
 * @module
 */
import { inflateSync } from 'node:zlib'
import { OptionRangeError } from '../lib/errors.js'

/** A name `/Type`, a reference `4 0 R`, or what JSON knows; strings are bytes in latin1. */
type Value = Name | Ref | Dict | readonly Value[] | string | number | boolean | null
class Name {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}
class Ref {
  readonly number: number
  constructor(number: number) {
    this.number = number
  }
}
type Dict = Map<string, Value>

/** More than any report of a year embeds. */
const mostBytes = 512 * 1024 * 1024
const deepest = 64

/**
 * The bytes of an embedded file.
 * @returns `null` where the PDF embeds none of that name
 * @throws {OptionRangeError} for bytes that are no PDF as this package writes it
 */
export function readAttachment(pdf: Buffer, name: string): Buffer | null {
  try {
    const file = new PdfFile(pdf)
    const spec = file.embedded(name)
    return spec && file.stream(spec)
  } catch (error) {
    const why = error instanceof Malformed ? error.message : 'its compressed data are broken'
    throw new OptionRangeError('check', `must be a PDF as ntp-auditor wrote it (${why})`, `${pdf.length} bytes`)
  }
}

class Malformed extends Error {}

class PdfFile {
  readonly #bytes: Buffer
  readonly #offsets = new Map<number, number>()
  readonly #root: Ref

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    if (bytes.subarray(0, 5).toString('latin1') !== '%PDF-') throw new Malformed('it does not begin as one')
    const tail = bytes.subarray(Math.max(0, bytes.length - 1024)).toString('latin1')
    const start = /startxref\s+(\d{1,12})\s+%%EOF\s*$/.exec(tail)?.[1]
    if (start === undefined) throw new Malformed('it does not end as one')
    this.#root = this.#table(Number(start))
  }

  /** Reads the cross-reference table. @returns the document's root */
  #table(offset: number): Ref {
    const parser = new Parser(this.#bytes, offset)
    parser.word('xref')
    for (let first = parser.digits(); first !== null; first = parser.digits()) {
      const count = parser.digits()
      if (count === null) throw new Malformed('its table of objects is broken')
      for (let i = 0; i < count; i += 1) {
        const [at, , kind] = [parser.digits(), parser.digits(), parser.letter()]
        if (at === null || (kind !== 'n' && kind !== 'f')) throw new Malformed('its table of objects is broken')
        if (kind === 'n') this.#offsets.set(first + i, at)
      }
    }
    parser.word('trailer')
    const trailer = parser.value()
    const root = trailer instanceof Map ? trailer.get('Root') : null
    if (!(root instanceof Ref)) throw new Malformed('it has no root')
    return root
  }

  /** The stream of an embedded file, by the names tree of the document. */
  embedded(name: string): Ref | null {
    const names = this.#dict(
      this.#dict(this.#dict(this.#root).get('Names') ?? new Map()).get('EmbeddedFiles') ?? new Map(),
    )
    const list = this.#resolve(names.get('Names') ?? null)
    if (!Array.isArray(list)) return null
    for (let i = 0; i + 1 < list.length; i += 2) {
      const spec = this.#dict(list[i + 1] ?? null)
      if (text(spec.get('UF')) !== name && text(spec.get('F')) !== name && text(list[i]) !== name) continue
      const stream = this.#dict(spec.get('EF') ?? new Map()).get('F')
      if (stream instanceof Ref) return stream
    }
    return null
  }

  /** The bytes of a stream, decompressed. */
  stream(ref: Ref): Buffer {
    const parser = this.#at(ref)
    const dict = parser.value()
    if (!(dict instanceof Map)) throw new Malformed('a stream has no dictionary')
    const length = this.#resolve(dict.get('Length') ?? null)
    const from = parser.startOfStream()
    if (typeof length !== 'number' || length < 0 || from + length > this.#bytes.length) {
      throw new Malformed('a stream has no length')
    }
    const data = this.#bytes.subarray(from, from + length)
    const filter = this.#resolve(dict.get('Filter') ?? null)
    if (filter === null) return data
    const single = Array.isArray(filter) && filter.length === 1 ? filter[0] : filter
    if (!(single instanceof Name) || single.name !== 'FlateDecode') throw new Malformed('a stream has a strange filter')
    return inflateSync(data, { maxOutputLength: mostBytes })
  }

  #dict(value: Value): Dict {
    const found = this.#resolve(value)
    if (!(found instanceof Map)) throw new Malformed('an object is no dictionary')
    return found
  }

  #resolve(value: Value): Value {
    let found = value
    for (let hops = 0; found instanceof Ref; hops += 1) {
      if (hops > deepest) throw new Malformed('its references go in a circle')
      found = this.#at(found).value()
    }
    return found
  }

  #at({ number }: Ref): Parser {
    const offset = this.#offsets.get(number)
    if (offset === undefined) throw new Malformed(`object ${number} is missing`)
    const parser = new Parser(this.#bytes, offset)
    const found = parser.digits()
    parser.digits()
    parser.word('obj')
    if (found !== number) throw new Malformed(`object ${number} stands elsewhere`)
    return parser
  }
}

/** Strings of a PDF are UTF-16 with a byte order mark, or bytes. */
function text(value: Value | undefined): string | null {
  if (typeof value !== 'string') return null
  const bytes = Buffer.from(value, 'latin1')
  if (bytes[0] !== 0xfe || bytes[1] !== 0xff) return value
  return Buffer.from(bytes.subarray(2)).swap16().toString('utf16le')
}

const space = /[\0\t\n\f\r ]/
const delimiter = /[\0\t\n\f\r ()<>[\]{}/%]/

/** Reads one value after the other from an offset on. */
class Parser {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at: number) {
    if (at < 0 || at >= bytes.length) throw new Malformed('an offset leads out of the file')
    this.#bytes = bytes
    this.#at = at
  }

  word(wanted: string): void {
    this.#skip()
    const found = this.#bytes.subarray(this.#at, this.#at + wanted.length).toString('latin1')
    if (found !== wanted) throw new Malformed(`"${wanted}" is missing`)
    this.#at += wanted.length
  }

  /** A whole number, or `null` where none stands here. */
  digits(): number | null {
    this.#skip()
    const found = /^\d{1,12}/.exec(this.#bytes.subarray(this.#at, this.#at + 12).toString('latin1'))?.[0]
    if (found === undefined) return null
    this.#at += found.length
    return Number(found)
  }

  letter(): string {
    this.#skip()
    return this.#next()
  }

  /** Where the bytes of a stream begin. */
  startOfStream(): number {
    this.word('stream')
    if (this.#peek() === '\r') this.#at += 1
    if (this.#next() !== '\n') throw new Malformed('a stream does not begin as one')
    return this.#at
  }

  value(depth = 0): Value {
    if (depth > deepest) throw new Malformed('an object is nested too deeply')
    this.#skip()
    const first = this.#peek()
    if (first === '/') return this.#name()
    if (first === '(') return this.#literal()
    if (first === '[') return this.#array(depth)
    if (first === '<') return this.#bytes[this.#at + 1] === 0x3c ? this.#dict(depth) : this.#hexadecimal()
    return this.#plain()
  }

  #name(): Name {
    this.#at += 1
    return new Name(
      this.#token().replaceAll(/#([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    )
  }

  #array(depth: number): Value[] {
    this.#at += 1
    const values: Value[] = []
    for (;;) {
      this.#skip()
      if (this.#peek() === ']') break
      values.push(this.value(depth + 1))
    }
    this.#at += 1
    return values
  }

  #dict(depth: number): Dict {
    this.#at += 2
    const dict: Dict = new Map()
    for (;;) {
      this.#skip()
      if (this.#peek() === '>') break
      const key = this.value(depth + 1)
      if (!(key instanceof Name)) throw new Malformed('a dictionary is broken')
      dict.set(key.name, this.value(depth + 1))
    }
    this.#at += 2
    return dict
  }

  #hexadecimal(): string {
    const end = this.#bytes.indexOf('>', this.#at)
    if (end < 0) throw new Malformed('a string does not end')
    const digits = this.#bytes
      .subarray(this.#at + 1, end)
      .toString('latin1')
      .replaceAll(/\s/g, '')
    this.#at = end + 1
    return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex').toString('latin1')
  }

  #literal(): string {
    this.#at += 1
    let made = ''
    for (let open = 1; ; ) {
      const character = this.#next()
      if (character === '(') open += 1
      if (character === ')') open -= 1
      if (open === 0) return made
      made += character === '\\' ? this.#escape() : character
    }
  }

  #escape(): string {
    const octal = /^[0-7]{1,3}/.exec(this.#bytes.subarray(this.#at, this.#at + 3).toString('latin1'))?.[0]
    if (octal !== undefined) {
      this.#at += octal.length
      return String.fromCharCode(Number.parseInt(octal, 8) & 255)
    }
    const character = this.#next()
    const known: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '\n': '' }
    return known[character] ?? character
  }

  /** A number, a reference, true, false or null. */
  #plain(): Value {
    const word = this.#token()
    if (word === 'true' || word === 'false') return word === 'true'
    if (word === 'null') return null
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) throw new Malformed('an object is broken')
    const after = /^\s+\d+\s+R(?![A-Za-z])/.exec(this.#bytes.subarray(this.#at, this.#at + 16).toString('latin1'))?.[0]
    if (after === undefined || !/^\d+$/.test(word)) return Number(word)
    this.#at += after.length
    return new Ref(Number(word))
  }

  #token(): string {
    let made = ''
    while (this.#at < this.#bytes.length && !delimiter.test(this.#peek())) made += this.#next()
    return made
  }

  #skip(): void {
    while (this.#at < this.#bytes.length) {
      if (space.test(this.#peek())) this.#at += 1
      else if (this.#peek() === '%') while (this.#at < this.#bytes.length && !/[\r\n]/.test(this.#peek())) this.#at += 1
      else return
    }
  }

  #peek(): string {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw new Malformed('it ends too early')
    return String.fromCharCode(byte)
  }

  #next(): string {
    const character = this.#peek()
    this.#at += 1
    return character
  }
}
