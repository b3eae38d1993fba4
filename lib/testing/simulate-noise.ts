/**
 * Chance without memory: a number that depends on the seed and on where and when it is asked for, so that a simulation that
 * leaves out looks draws the same numbers as one that takes them all.
 * @module
 */

/** A number in [0, 1) for this seed, stream and instant (ns). */
export function noise(seed: number, stream: number, atNs: bigint): number {
  const low = Number(BigInt.asUintN(32, atNs))
  const high = Number(BigInt.asUintN(32, atNs >> 32n))
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ low ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ high ^ (mixed >>> 12), 0x297a2d39)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}

/** A whole number from 0 to `most` (ns, both included). */
export function noiseUpTo(most: bigint, seed: number, stream: number, atNs: bigint): bigint {
  return BigInt(Math.floor(noise(seed, stream, atNs) * (Number(most) + 1)))
}
