/**
 * The instants of A between which everything about a run is one straight line or one reason.
 * @module
 */
import type { RunModel } from './model.js'

/** Every instant between two others at which an edge may bend or a reason may change, and those two, in order. */
export function cutsOf(model: RunModel, fromNs: bigint, toNs: bigint, gapNs: bigint): bigint[] {
  const found = [fromNs, toNs]
  const cut = (ns: bigint): void => {
    if (ns > fromNs && ns < toNs) found.push(ns)
  }
  const ends = (list: readonly { readonly fromNs: bigint; readonly toNs: bigint }[]): void => {
    for (const one of list) {
      cut(one.fromNs)
      cut(one.toNs)
    }
  }
  const { cones } = model
  ends(model.links)
  ends(model.holes)
  ends(cones.refuted)
  ends(cones.segments)
  for (const { samples } of cones.segments) {
    for (const [i, { atNs }] of samples.entries()) {
      cut(atNs)
      const next = samples[i + 1]
      if (i === 0) cut(atNs - gapNs)
      if (next && next.atNs - atNs <= 2n * gapNs) continue
      cut(atNs + gapNs)
      if (next) cut(next.atNs - gapNs)
    }
  }
  for (const { atNs } of model.self) {
    cut(atNs - gapNs)
    cut(atNs + gapNs)
  }
  for (const [i, known] of cones.known.entries()) {
    cut(known.fromNs)
    const farNs = known.atNs + gapNs
    const next = cones.known[i + 1]
    if (known.edges && !(next && next.fromNs <= farNs)) cut(farNs)
  }
  for (const ns of [...cones.line.bends, ...model.leap.bends]) cut(ns)
  return sorted(found, fromNs, toNs)
}

/** In order and once each. Distances of up to a hundred days are sorted as numbers, which is faster. */
function sorted(found: bigint[], fromNs: bigint, toNs: bigint): bigint[] {
  if (toNs - fromNs > BigInt(Number.MAX_SAFE_INTEGER)) {
    found.sort((a, b) => (a < b ? -1 : Number(a > b)))
    return found.filter((ns, i) => ns !== found[i - 1])
  }
  const distances = Float64Array.from(found, (ns) => Number(ns - fromNs)).sort()
  const cuts: bigint[] = []
  let last = -1
  for (const distance of distances) {
    if (distance !== last) cuts.push(fromNs + BigInt(distance))
    last = distance
  }
  return cuts
}
