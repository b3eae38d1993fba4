import { createPrivateKey } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodeCheckpoint, encodeCheckpoint, readScannedCheckpoint } from '../../lib/trail/checkpoint.js'
import { formatVkey, openNote, rawPublicKey, signNote } from '../../lib/trail/note.js'
import { parseSealPath, sealPath } from '../../lib/trail/paths.js'

// The example of the C2SP specification.
const example = [
  'example.com/behind-the-sofa',
  '20852163',
  'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=',
  '',
  '\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=',
  '',
].join('\n')
const head = {
  origin: 'example.com/behind-the-sofa',
  size: 20852163,
  root: '0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62',
}

test('reads the example of the specification and writes its text again', () => {
  const read = decodeCheckpoint(Buffer.from(example))
  expect(read).toMatchObject(head)
  expect(read.signatures.map(({ name, id }) => [name, id])).toEqual([['example.com/behind-the-sofa', '033de0ae']])
  expect(encodeCheckpoint(head)).toBe(read.text)
})

test('a printed checkpoint is read as scanners give it', () => {
  const lines = example.slice(0, -1).split('\n')
  for (const scanned of [
    example,
    example.slice(0, -1),
    lines.join('\r\n'),
    `\ufeff\n\n  ${lines.join(' \n\t')}   \n\n\n`,
  ]) {
    expect(readScannedCheckpoint(scanned)).toEqual(decodeCheckpoint(Buffer.from(example)))
  }
})

test.each([
  ['a letter', example.replace('CsUY', 'CsuY').replace('q2I=', 'q2J=')],
  ['a blank inside a line', example.replace('CsUY', 'CsUY ')],
  ['a line broken in two', example.replace('CsUY', 'CsUY\n')],
  ['two blank lines in the middle', example.replace('\n\n', '\n\n\n')],
  ['no blank line', example.replace('\n\n', '\n')],
])('a scan is refused that has %s wrong', (_, scanned) => {
  expect(() => readScannedCheckpoint(scanned)).toThrow(SyntaxError)
})

test.each([
  ['no newline at its end', example.slice(0, -1)],
  ['a newline more', `${example}\n`],
  ['an extension line', example.replace('q2I=\n', 'q2I=\nmore\n')],
  ['a leading zero', example.replace('20852163', '020852163')],
  ['a plus sign before its size', example.replace('20852163', '+20852163')],
  ['a size beyond 2^53', example.replace('20852163', '9007199254740992')],
  [
    'a root of 31 bytes',
    example.replace('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=', 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw=='),
  ],
  ['no origin', example.replace(/^example.com\/behind-the-sofa/, '')],
  ['two lines only', example.replace('20852163\n', '')],
])('is no checkpoint with %s', (_, bytes) => {
  expect(() => decodeCheckpoint(Buffer.from(bytes))).toThrow(SyntaxError)
})

test('every head is read back from what was signed, to the same bytes', () => {
  const seed = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)])
  const key = createPrivateKey({ key: seed, format: 'der', type: 'pkcs8' })
  const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'))
  fc.assert(
    fc.property(fc.maxSafeNat(), hex, (size, root) => {
      const origin = 'ntp-auditor.invalid/one'
      const bytes = Buffer.from(signNote(encodeCheckpoint({ origin, size, root }), origin, key))
      const read = decodeCheckpoint(bytes)
      expect(read).toMatchObject({ origin, size, root })
      expect(encodeCheckpoint(read)).toBe(read.text)
      expect(openNote(bytes, [formatVkey(origin, rawPublicKey(key))]).verifiedBy).toHaveLength(1)
    }),
    { numRuns: 100 },
  )
})

test('refuses to say what no checkpoint can', () => {
  expect(() => encodeCheckpoint({ ...head, origin: '' })).toThrow('an origin is one line of text')
  expect(() => encodeCheckpoint({ ...head, origin: 'a\nb' })).toThrow('an origin is one line of text')
  expect(() => encodeCheckpoint({ ...head, size: -1 })).toThrow('no size of a tree: -1')
  expect(() => encodeCheckpoint({ ...head, root: 'AB' })).toThrow('no SHA-256 in hexadecimal digits: AB')
})

test('a seal lies where year, month and number of its epoch say', () => {
  expect(sealPath('2026-11-22', 2951)).toBe('seals/2026/11/000002951.checkpoint')
  expect(parseSealPath('seals/2026/11/000002951.checkpoint')).toEqual({
    path: 'seals/2026/11/000002951.checkpoint',
    epoch: 2951,
    month: '2026/11',
  })
  for (const other of [
    'seals/2026/11/2951.checkpoint',
    'seals/2026/11/0000002951.checkpoint',
    'seals/2026/11/000000000.checkpoint',
  ]) {
    expect(parseSealPath(other)).toBeNull()
  }
})
