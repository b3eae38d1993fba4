import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { formatVkey, keyId, openNote, parseNote, parseVkey, rawPublicKey, signNote } from '../../lib/trail/note.js'

// The example of the notes in Go's checksum database.
const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1)
const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
const line =
  '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'
const note = `${text}\n${line}`

test("signs the example of Go's checksum database to the same bytes", () => {
  expect(signNote(text, 'PeterNeumann', privateKey)).toBe(note)
})

test('opens it and says whose key signed', () => {
  const opened = openNote(Buffer.from(note), [vkey])
  expect(opened.text).toBe(text)
  expect(opened.verifiedBy.map(({ name, id }) => [name, id])).toEqual([['PeterNeumann', 'c74f20a3']])
})

test('reads and writes verifier keys of others, one with a plus sign in its base64', () => {
  for (const one of [
    vkey,
    'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop',
    'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    'TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6',
  ]) {
    const { name, id, publicKey } = parseVkey(`${one}\n`)
    expect(formatVkey(name, publicKey)).toBe(one)
    expect(keyId(name, publicKey)).toBe(id)
  }
})

test('no part of a verifier key and no mangled one is a verifier key', () => {
  for (let from = 0; from < vkey.length; from++) {
    for (let to = from; to <= vkey.length; to++) {
      if (from > 0 || to < vkey.length) expect(() => parseVkey(vkey.slice(from, to))).toThrow(SyntaxError)
    }
  }
  for (let at = 0; at < vkey.length; at++) {
    const other = String.fromCharCode(vkey.charCodeAt(at) + 1)
    expect(() => parseVkey(vkey.slice(0, at) + other + vkey.slice(at + 1))).toThrow(SyntaxError)
  }
  // Longer than a key, with the id made to fit; another algorithm, with the id made to fit.
  expect(() => parseVkey('PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==')).toThrow(
    'holds no Ed25519 public key',
  )
  expect(() => parseVkey('PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')).toThrow(
    'holds no Ed25519 public key',
  )
  expect(() => parseVkey('PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')).toThrow(
    'has the id c74f20a4, but its bytes give c74f20a3',
  )
})

test('every flipped bit of a note is refused or leaves nobody who signed it', () => {
  const bytes = Buffer.from(note)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const other = Buffer.from(bytes)
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(signers(other)).toBe(0)
  }
})

test('every truncation of a note is refused', () => {
  const bytes = Buffer.from(note)
  for (let length = 0; length < bytes.length; length++) expect(signers(bytes.subarray(0, length))).toBe(0)
})

function signers(bytes: Buffer): number {
  try {
    return openNote(bytes, [vkey]).verifiedBy.length
  } catch (error) {
    if (error instanceof SyntaxError) return 0
    throw error
  }
}

test('passes over signatures of unknown keys, also under a known name', () => {
  const { privateKey: other } = generateKeyPairSync('ed25519')
  const foreign = signNote(text, 'EnochRoot', other).slice(text.length + 1)
  const namesake = signNote(text, 'PeterNeumann', other).slice(text.length + 1)
  expect(openNote(Buffer.from(note + foreign + namesake), [vkey]).verifiedBy).toHaveLength(1)
  expect(openNote(Buffer.from(`${text}\n${foreign}`), [vkey]).verifiedBy).toEqual([])
})

test('a wrong signature under a known key refuses the whole note', () => {
  const wrong = note.replace('cryptography', 'cryptografy')
  expect(() => openNote(Buffer.from(wrong), [vkey])).toThrow(
    'the signature of PeterNeumann (c74f20a3) is not of that key, or the text was altered',
  )
  const second = line.replace('NIuG', 'NIuH')
  expect(() => openNote(Buffer.from(note + second), [vkey])).toThrow('is not of that key')
})

test('the text may hold blank lines: the last one ends it', () => {
  const poem = 'one\n\ntwo\n'
  const opened = openNote(Buffer.from(signNote(poem, 'PeterNeumann', privateKey)), [vkey])
  expect(opened.text).toBe(poem)
  expect(opened.verifiedBy).toHaveLength(1)
})

test.each([
  ['nothing', ''],
  ['no blank line', `${text}${line}`],
  ['no signature', `${text}\n`],
  ['no newline at the end', note.slice(0, -1)],
  ['a line more behind the signatures', `${note}more\n`],
  ['carriage returns', note.replaceAll('\n', '\r\n')],
  ['a tab', note.replace('If you', 'If\tyou')],
  ['two blanks', note.replace(' x08', '  x08')],
  ['a hyphen for the dash', note.replace('\u2014', '-')],
  ['base64 of the wrong padding', note.replace('JnAM=', 'JnAN=')],
  ['base64 without padding', note.replace('JnAM=', 'JnAM')],
  ['a signature of four bytes', `${text}\n\u2014 PeterNeumann x08gow==\n`],
  ['a plus sign in the name', note.replace('PeterNeumann', 'Peter+Neumann')],
])('is no note: %s', (_, bytes) => {
  expect(() => parseNote(Buffer.from(bytes))).toThrow(SyntaxError)
})

test('is no note: bytes that are not UTF-8, a hundred signatures and one, a megabyte', () => {
  expect(() => parseNote(Buffer.concat([Buffer.from([0xff]), Buffer.from(note)]))).toThrow('the note is not UTF-8')
  expect(() => parseNote(Buffer.from(note + line.repeat(100)))).toThrow('more than 100 signatures')
  expect(() => parseNote(Buffer.alloc(1024 * 1024, 'a'))).toThrow('a note of more than 65536 bytes')
})

test('whatever text is signed opens again, and to no other text', () => {
  const { privateKey: key } = generateKeyPairSync('ed25519')
  const own = formatVkey('test/one', rawPublicKey(key))
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (lines) => {
      const said = `${lines.map((one) => one.replace(/[\0-\x1f]/g, ' ')).join('\n')}\n`
      const signed = Buffer.from(signNote(said, 'test/one', key))
      expect(openNote(signed, [own])).toMatchObject({ text: said, verifiedBy: [{ name: 'test/one' }] })
    }),
    { numRuns: 100 },
  )
})

test('refuses to sign or to name what no note can have', () => {
  expect(() => signNote('no newline', 'a', privateKey)).toThrow('the text of a note ends in a newline')
  expect(() => signNote('a\tb\n', 'a', privateKey)).toThrow('no other control character')
  expect(() => signNote('a\n', 'a b', privateKey)).toThrow('has no blank and no "+" in it, got "a b"')
  expect(() => formatVkey('a+b', Buffer.alloc(32))).toThrow('has no blank and no "+" in it, got "a+b"')
  expect(() => formatVkey('a', Buffer.alloc(31))).toThrow('has 32 bytes, got 31')
})
