import { expect, test } from '@jest/globals'
import { leafHash, sha256 } from '../../lib/trail/hash.js'

test('hashes the empty leaf as RFC 6962 implementations do', () => {
  expect(leafHash(Buffer.alloc(0))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
})

test('hashes the leaf 00 as the reference tree of Certificate Transparency does', () => {
  expect(leafHash(Buffer.from([0]))).toBe('96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7')
})

test('hashes a file without the leaf prefix', () => {
  expect(sha256(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
