/**
 * Where a report's facts come from: the readers' index where it can be had, else the trail itself. The answers are the same.
 * @module
 */
import { type IndexedSource, type OpenIndexOptions, openIndex } from '../lib/index-store/index.js'
import type { ReportProgress } from './types.js'

/** @throws {TrailReadError} where the trail cannot be read */
export function openSource(
  trail: string,
  options: {
    readonly index?: string | undefined
    readonly signal?: AbortSignal | undefined
    readonly onProgress?: ((progress: ReportProgress) => void) | undefined
    readonly prime?: OpenIndexOptions['prime']
  },
): Promise<IndexedSource> {
  const { index, signal, onProgress, prime } = options
  return openIndex({
    trail,
    index,
    signal,
    prime,
    onProgress: ({ done, total }) => onProgress?.({ stage: 'index', done, total }),
  })
}
