/**
 * Signed notes (C2SP signed-note) with Ed25519: a text, a blank line, signature lines. Strict: one text of bytes for one note,
 * so that whatever is accepted is written again to the same bytes.
 * @module
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** Signature type of plain Ed25519 over the text. */
const ed25519 = 1
/** More signatures than any trail's seal has; a limit keeps a hostile note from costing time. */
const mostSignatures = 100
const longestNote = 64 * 1024
const nameForm = /^[^\s\u0085+\p{Cc}]+$/u
const base64Form = /^[A-Za-z0-9+/]*={0,2}$/

/** A key that somebody trusts, as `NAME+ID+BASE64` says it. */
export interface VerifierKey {
  readonly name: string
  /** The key id: 8 hexadecimal digits. */
  readonly id: string
  /** The raw Ed25519 public key: 32 bytes. */
  readonly publicKey: Buffer
}

/** A signature line. */
export interface NoteSignature {
  readonly name: string
  readonly id: string
  readonly signature: Buffer
}

/** A note as its bytes say it, with nothing verified. */
export interface Note {
  /** What is signed: ends in a newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/**
 * The id of a key: the first four bytes of SHA-256(name, newline, 0x01, public key) as 8 hexadecimal digits.
 * @param publicKey 32 raw bytes
 */
export function keyId(name: string, publicKey: Uint8Array): string {
  const sum = createHash('sha256').update(`${name}\n`).update(Buffer.of(ed25519)).update(publicKey)
  return sum.digest('hex').slice(0, 8)
}

/**
 * The text of a public key: `NAME+ID+BASE64`, without a newline.
 * @throws {RangeError} for a name with blanks or a plus sign, or a key that has not 32 bytes
 */
export function formatVkey(name: string, publicKey: Uint8Array): string {
  if (!nameForm.test(name))
    throw new RangeError(`a key's name has no blank and no "+" in it, got ${JSON.stringify(name)}`)
  if (publicKey.length !== 32) throw new RangeError(`an Ed25519 public key has 32 bytes, got ${publicKey.length}`)
  const encoded = Buffer.concat([Buffer.of(ed25519), publicKey]).toString('base64')
  return `${name}+${keyId(name, publicKey)}+${encoded}`
}

/**
 * Reads what {@link formatVkey} writes; a newline at its end is allowed, as files have it.
 * @throws {SyntaxError} for anything else, naming what is wrong
 */
export function parseVkey(text: string): VerifierKey {
  const line = text.replace(/\r?\n$/, '')
  const [name = '', id = '', ...rest] = line.split('+')
  // Base64 may hold plus signs of its own.
  const encoded = rest.join('+')
  if (!nameForm.test(name) || !/^[0-9a-f]{8}$/.test(id)) {
    throw new SyntaxError('not a verifier key: the form is NAME+ID+BASE64, as "init" writes it into genesis.vkey')
  }
  const bytes = decodeBase64(encoded)
  if (bytes === null || bytes.length !== 33 || bytes[0] !== ed25519) {
    throw new SyntaxError(`the verifier key of ${name} holds no Ed25519 public key`)
  }
  const publicKey = bytes.subarray(1)
  const right = keyId(name, publicKey)
  if (right !== id)
    throw new SyntaxError(`the verifier key of ${name} has the id ${id}, but its bytes give ${right}: a misprint?`)
  return { name, id, publicKey }
}

/** The key object of a raw Ed25519 public key (32 bytes). */
export function publicKeyObject(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

/** The 32 raw bytes of an Ed25519 key's public half. */
export function rawPublicKey(key: KeyObject): Buffer {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' })
  return spki.subarray(spki.length - 32)
}

/**
 * Signs a text: the whole note, text included. Ed25519 draws no random numbers, so signing again gives the same bytes.
 * @throws {RangeError} where the text or the name is none that a note can have
 */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  if (!nameForm.test(name))
    throw new RangeError(`a key's name has no blank and no "+" in it, got ${JSON.stringify(name)}`)
  if (!text.endsWith('\n') || /[\0-\x09\x0b-\x1f]/.test(text)) {
    throw new RangeError('the text of a note ends in a newline and holds no other control character')
  }
  const id = Buffer.from(keyId(name, rawPublicKey(privateKey)), 'hex')
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)])
  return `${text}\n\u2014 ${name} ${signature.toString('base64')}\n`
}

/**
 * Takes a note apart without verifying anything.
 * @throws {SyntaxError} where the bytes are no note, naming what is wrong
 */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > longestNote) throw new SyntaxError(`a note of more than ${longestNote} bytes`)
  let whole: string
  try {
    whole = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SyntaxError('the note is not UTF-8')
  }
  if (/[\0-\x09\x0b-\x1f]/.test(whole)) throw new SyntaxError('the note holds a control character')
  const cut = whole.lastIndexOf('\n\n')
  if (cut < 0) throw new SyntaxError('the note has no blank line before its signatures')
  if (!whole.endsWith('\n')) throw new SyntaxError('the note does not end in a newline')
  const lines = whole.slice(cut + 2, -1).split('\n')
  if (lines.length > mostSignatures) throw new SyntaxError(`the note has more than ${mostSignatures} signatures`)
  return { text: whole.slice(0, cut + 1), signatures: lines.map(parseSignature) }
}

function parseSignature(line: string): NoteSignature {
  const [dash, name = '', encoded = '', ...more] = line.split(' ')
  const bytes = decodeBase64(encoded)
  if (dash !== '\u2014' || more.length > 0 || !nameForm.test(name) || bytes === null || bytes.length < 5) {
    throw new SyntaxError('the note has a line below its blank line that is no signature')
  }
  return { name, id: bytes.subarray(0, 4).toString('hex'), signature: bytes.subarray(4) }
}

/**
 * Opens a note: its text and the keys that signed it. Signatures of keys that nobody named are passed over.
 * @param vkeys texts as {@link formatVkey} writes them
 * @throws {SyntaxError} where the bytes are no note, or where a named key's signature is wrong
 */
export function openNote(
  bytes: Uint8Array,
  vkeys: readonly string[],
): { readonly text: string; readonly verifiedBy: readonly VerifierKey[] } {
  const note = parseNote(bytes)
  const verifiedBy: VerifierKey[] = []
  for (const key of vkeys.map(parseVkey)) {
    const own = note.signatures.filter(({ name, id }) => name === key.name && id === key.id)
    if (own.length === 0) continue
    if (!own.every(({ signature }) => signedBy(key.publicKey, note.text, signature))) {
      throw new SyntaxError(`the signature of ${key.name} (${key.id}) is not of that key, or the text was altered`)
    }
    verifiedBy.push(key)
  }
  return { text: note.text, verifiedBy }
}

/** Whether a signature over a text is of a raw public key. */
export function signedBy(publicKey: Uint8Array, text: string, signature: Uint8Array): boolean {
  return signature.length === 64 && verify(null, Buffer.from(text), publicKeyObject(publicKey), signature)
}

/** Standard base64 with its padding, of which there is one text for some bytes; `null` for any other. */
export function decodeBase64(text: string): Buffer | null {
  if (text.length % 4 !== 0 || !base64Form.test(text)) return null
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}
