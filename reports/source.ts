/**
 * Where a report's facts come from: the readers' index where it can be had, else the trail itself. The answers are the same.
 * @module
 */
import { trailSource } from '../lib/evidence/index.js'
import type { FactSource } from '../lib/evidence/types.js'

/** @throws {TrailReadError} where the trail cannot be read */
export async function openSource(
  trail: string,
  { signal }: { readonly index?: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<FactSource & { close(): void }> {
  const source = await trailSource(trail, signal)
  return { lastSeq: source.lastSeq, block: (index) => source.block(index), close: () => {} }
}
