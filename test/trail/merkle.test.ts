import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { leafHash } from '../../lib/trail/hash.js'
import {
  consistencyProof,
  emptyRoot,
  Frontier,
  inclusionProof,
  overLeaves,
  verifyConsistency,
  verifyInclusion,
} from '../../lib/trail/merkle.js'

// The reference tree of Certificate Transparency (merkle_tree_test.cc): eight leaves, the root of the first 0 to 8 of them.
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const reference = inputs.map((input) => leafHash(Buffer.from(input, 'hex')))
const over = (leaves: readonly string[]) => overLeaves((index) => leaves[index] ?? '')
const leavesOf = (size: number) => Array.from({ length: size }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)))
const rootOf = (leaves: readonly string[]) => {
  const frontier = new Frontier()
  for (const leaf of leaves) frontier.push(leaf)
  return frontier.root()
}

test('has the roots of the reference tree of Certificate Transparency at sizes 0 to 8', () => {
  const frontier = new Frontier()
  const found = [frontier.root()]
  for (const leaf of reference) {
    frontier.push(leaf)
    found.push(frontier.root())
  }
  expect(found).toEqual(roots)
  expect(roots[0]).toBe(emptyRoot)
})

test('gives the audit paths of the reference tree', () => {
  expect(inclusionProof(0, 1, over(reference))).toEqual([])
  expect(inclusionProof(0, 8, over(reference))).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ])
  expect(inclusionProof(2, 3, over(reference))).toEqual([roots[2]])
  expect(inclusionProof(1, 5, over(reference))).toEqual([
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  ])
})

test('gives the consistency proofs of the reference tree', () => {
  expect(consistencyProof(8, 8, over(reference))).toEqual([])
  expect(consistencyProof(2, 5, over(reference))).toEqual([
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  ])
  expect(consistencyProof(6, 8, over(reference))).toEqual([
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ])
})

test('every leaf of every tree of up to 40 leaves is proven, and at no other index', () => {
  for (let size = 1; size <= 40; size++) {
    const leaves = leavesOf(size)
    const root = rootOf(leaves)
    for (let index = 0; index < size; index++) {
      const leaf = leaves[index] ?? ''
      const proof = inclusionProof(index, size, over(leaves))
      const where = Array.from({ length: size }, (_, at) => at).filter((at) =>
        verifyInclusion(leaf, at, size, root, proof),
      )
      expect(where).toEqual([index])
    }
  }
})

test('every tree of up to 40 leaves is proven to continue every smaller one, and no other', () => {
  const leaves = leavesOf(40)
  const all = Array.from({ length: 41 }, (_, size) => rootOf(leaves.slice(0, size)))
  for (let size = 1; size <= 40; size++) {
    for (let old = 1; old <= size; old++) {
      const proof = consistencyProof(old, size, over(leaves))
      const root = all[size] ?? ''
      expect(verifyConsistency(old, all[old] ?? '', size, root, proof)).toBe(true)
      if (old < size) {
        expect(verifyConsistency(old, all[old - 1] ?? '', size, root, proof)).toBe(false)
        expect(verifyConsistency(old + 1, all[old + 1] ?? '', size, root, proof)).toBe(
          old + 1 === size && proof.length === 0,
        )
      }
    }
  }
})

test('one flipped bit in leaf, root or path, one step more or less: no proof of inclusion', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), fc.nat(), (size, a, b, bit) => {
      const leaves = leavesOf(size)
      const index = a % size
      const proof = inclusionProof(index, size, over(leaves))
      const claim = [leaves[index] ?? '', rootOf(leaves), ...proof]
      const holds = ([leaf = '', root = '', ...path]: string[]) => verifyInclusion(leaf, index, size, root, path)
      expect(holds(claim)).toBe(true)
      expect(holds(claim.with(b % claim.length, flip(claim[b % claim.length] ?? '', bit % 256)))).toBe(false)
      expect(holds([...claim, emptyRoot])).toBe(false)
      if (proof.length > 0) expect(holds(claim.slice(0, -1))).toBe(false)
    }),
    { numRuns: 60 },
  )
})

test('one flipped bit in a root or the path, one step more or less: no proof of consistency', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), fc.nat(), (size, a, b, bit) => {
      const leaves = leavesOf(size)
      const old = 1 + (a % size)
      const proof = consistencyProof(old, size, over(leaves))
      const claim = [rootOf(leaves.slice(0, old)), rootOf(leaves), ...proof]
      const holds = ([before = '', after = '', ...path]: string[]) => verifyConsistency(old, before, size, after, path)
      expect(holds(claim)).toBe(true)
      expect(holds(claim.with(b % claim.length, flip(claim[b % claim.length] ?? '', bit % 256)))).toBe(false)
      expect(holds([...claim, emptyRoot])).toBe(false)
      if (proof.length > 0) expect(holds(claim.slice(0, -1))).toBe(false)
    }),
    { numRuns: 60 },
  )
})

function flip(hex: string, bit: number): string {
  const bytes = Buffer.from(hex, 'hex')
  const at = bit >> 3
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
  return bytes.toString('hex')
}

test('goes on from a saved frontier as if it had never stopped', () => {
  const leaves = leavesOf(70)
  for (let size = 0; size <= 70; size++) {
    const before = new Frontier()
    for (const leaf of leaves.slice(0, size)) before.push(leaf)
    const after = Frontier.from(before.size, before.state())
    for (const leaf of leaves.slice(size)) after.push(leaf)
    expect([after.size, after.root()]).toEqual([70, rootOf(leaves)])
  }
})

test('refuses a frontier that no tree of the size has', () => {
  expect(() => Frontier.from(3, [emptyRoot])).toThrow('a tree of 3 leaves has 2 complete parts, got 1')
  expect(() => Frontier.from(1, ['00'])).toThrow('no SHA-256 in hexadecimal digits: 00')
  expect(() => Frontier.from(-1, [])).toThrow('no size of a tree: -1')
  expect(() => Frontier.from(1.5, [])).toThrow('no size of a tree: 1.5')
})

test('refuses to prove what there is not', () => {
  expect(() => inclusionProof(3, 3, over(reference))).toThrow('a tree of 3 leaves has no leaf 3')
  expect(() => consistencyProof(0, 3, over(reference))).toThrow('no tree of 0 leaves lies within one of 3')
  expect(() => consistencyProof(4, 3, over(reference))).toThrow('no tree of 4 leaves lies within one of 3')
  expect(verifyInclusion(emptyRoot, 0, 0, emptyRoot, [])).toBe(false)
  expect(verifyInclusion(emptyRoot, -1, 1, emptyRoot, [])).toBe(false)
  expect(verifyConsistency(0, emptyRoot, 3, roots[3] ?? '', [])).toBe(false)
})

test('a proof for the largest tree there can be costs one step for each doubling', () => {
  const size = Number.MAX_SAFE_INTEGER
  expect(verifyInclusion(emptyRoot, size - 1, size, emptyRoot, Array(53).fill(emptyRoot))).toBe(false)
  expect(inclusionProof(0, size, () => emptyRoot)).toHaveLength(53)
})
