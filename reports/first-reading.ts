/**
 * The first reading of a trail of which the index holds nothing: it is verified, and index and counts hear of its records meanwhile, so
 * that each line is read and parsed once.
 * @module
 */
import type { Primer } from '../lib/index-store/index.js'
import type { VerifyResult } from '../lib/trail/types.js'
import type { SegmentListener } from '../lib/trail/verify.js'
import { type IntegrityOptions, verifyFor } from './integrity.js'
import { listenFor } from './inventory.js'
import type { Material } from './material.js'

export class FirstReading {
  /** What the verification found; `null` where there was none, since the index knows the trail. */
  verified: VerifyResult | null = null
  readonly #trail: string
  readonly #material: Material
  readonly #period: { readonly fromNs: bigint; readonly toNs: bigint }
  readonly #options: IntegrityOptions

  /** @param period of which a report is made: its files are counted at once */
  constructor(
    trail: string,
    material: Material,
    period: { readonly fromNs: bigint; readonly toNs: bigint },
    options: IntegrityOptions,
  ) {
    this.#trail = trail
    this.#material = material
    this.#period = period
    this.#options = options
  }

  /** To be given to who opens the index. */
  readonly prime = async ({ notebook, listen }: Primer): Promise<void> => {
    const { fromNs, toNs } = this.#period
    const count = listenFor(this.#material, this.#material.around(fromNs, toNs), notebook)
    this.verified = await verifyFor(this.#trail, this.#options, notebook, (segment) =>
      both(listen(segment), count(segment)),
    )
  }
}

function both(one: SegmentListener | null, other: SegmentListener | null): SegmentListener | null {
  if (!one || !other) return one ?? other
  return {
    record: (placed) => {
      one.record(placed)
      other.record(placed)
    },
    end: async (sha256) => {
      await one.end(sha256)
      await other.end(sha256)
    },
  }
}
