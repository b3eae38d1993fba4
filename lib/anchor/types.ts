/**
 * Words of the anchoring room: a seal on its way out of this computer, and who is to keep it.
 * @module
 */
import type { AnchorBody } from '../trail/types.js'

/** A signed checkpoint as it lies in the trail. */
export interface Seal {
  /** Path below the trail folder: `seals/2026/11/000000017.checkpoint`. */
  readonly path: string
  /** The file's bytes as text, exactly. */
  readonly text: string
  readonly origin: string
  readonly epoch: number
  /** Records under it. */
  readonly size: number
}

/** Where seals are taken to: a time-stamping service (RFC 3161), or a program that gets them on standard input. */
export type Keeper =
  | {
      readonly kind: 'rfc3161'
      readonly url: string
      /** PEM text of the certificates that its chain may end at; `null`: not judged, and the anchor says so. */
      readonly roots: string | null
      readonly policy: string | null
    }
  | { readonly kind: 'command'; readonly command: readonly string[] }

/** One try: what to record of it, and the token that came. */
export interface Taken {
  readonly body: AnchorBody
  readonly token: Buffer | null
}

/** Which seal still waits, and for whom. */
export interface Left {
  readonly seal: Seal
  readonly to: readonly Keeper[]
}

/** What a worker thread does: takes a seal to a keeper ({@link Taken}), or looks for one that waits ({@link Left} or null). */
export type Errand =
  | { readonly kind: 'take'; readonly seal: Seal; readonly keeper: Keeper; readonly timeoutMs: number }
  | { readonly kind: 'left'; readonly trail: string; readonly keepers: readonly Keeper[] }
