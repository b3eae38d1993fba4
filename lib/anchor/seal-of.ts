/**
 * What the scribe says of a seal, as those who keep seals see it.
 * @module
 */
import type { SealNews } from '../scribe/messages.js'
import { decodeCheckpoint } from '../trail/checkpoint.js'
import type { Seal } from './types.js'

export function sealOf({ path, text, epoch, seq }: SealNews): Seal {
  return { path, text, origin: decodeCheckpoint(Buffer.from(text)).origin, epoch, size: seq }
}
