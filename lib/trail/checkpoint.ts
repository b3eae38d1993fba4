/**
 * Checkpoints (C2SP tlog-checkpoint): the origin, how many records there are, and the root of the tree over them, as three lines
 * of text that a signature stands under. A seal is one, word for word; so is the text on a printed sheet.
 * @module
 */
import { decodeBase64, type NoteSignature, parseNote } from './note.js'

/** What a checkpoint says. */
export interface Head {
  /** Which trail. */
  readonly origin: string
  /** How many records: the seq of the last. */
  readonly size: number
  /** RFC 6962 root of the tree over them, 64 hexadecimal digits. */
  readonly root: string
}

/** A checkpoint as its bytes say it, with nothing verified. */
export interface Checkpoint extends Head {
  readonly signatures: readonly NoteSignature[]
  /** What is signed: three lines, each with its newline. */
  readonly text: string
}

const rootForm = /^[0-9a-f]{64}$/
const sizeForm = /^(?:0|[1-9]\d{0,15})$/

/**
 * The text of a checkpoint, to be signed.
 * @throws {RangeError} for what no checkpoint can say
 */
export function encodeCheckpoint({ origin, size, root }: Head): string {
  if (origin === '' || /[\0-\x1f]/.test(origin)) throw new RangeError('an origin is one line of text')
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`no size of a tree: ${size}`)
  if (!rootForm.test(root)) throw new RangeError(`no SHA-256 in hexadecimal digits: ${root}`)
  return `${origin}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\n`
}

/**
 * Reads a signed checkpoint: exact bytes, no extension lines, at least one signature line.
 * @throws {SyntaxError} for anything else, naming what is wrong
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { text, signatures } = parseNote(bytes)
  const [origin = '', size = '', root = '', ...more] = text.slice(0, -1).split('\n')
  if (more.length > 0) throw new SyntaxError('the checkpoint has more than three lines above its signatures')
  const hash = decodeBase64(root)
  if (origin === '' || !sizeForm.test(size) || !Number.isSafeInteger(Number(size)) || hash?.length !== 32) {
    throw new SyntaxError('the checkpoint is not origin, size and root, each on its line')
  }
  return { origin, size: Number(size), root: hash.toString('hex'), signatures, text }
}

/**
 * Reads a checkpoint as a QR code or an OCR scanner gave it: CR LF, a missing last newline, blank lines before and after and
 * blanks around a line are forgiven; nothing else is.
 * @throws {SyntaxError} where the rest is no checkpoint
 */
export function readScannedCheckpoint(text: string): Checkpoint {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
  const trimmed = lines.map((line) => line.replace(/^[ \t]+|[ \t]+$/g, ''))
  const clean = `${trimmed.join('\n').replace(/^\n+|\n+$/g, '')}\n`
  return decodeCheckpoint(Buffer.from(clean))
}
