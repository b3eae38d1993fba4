/**
 * Sample documents for tests, made from records of a built trail.
 * @module
 */
import { rmSync } from 'node:fs'
import { type SampleDocument, sampleDocument } from '../../lib/trail/document.js'
import type { SampleBody, TrailRecord } from '../../lib/trail/types.js'
import { type SampleOptions, TrailBuilder } from '../support/trail-builder.js'

export function documentOf(options: SampleOptions & { wallAhead?: number } = {}): SampleDocument {
  const builder = new TrailBuilder({ wallAhead: options.wallAhead ?? 0 })
  try {
    builder.open()
    return sampleDocument(builder.advance(1).sample(options).record as TrailRecord & SampleBody)
  } finally {
    rmSync(builder.folder, { recursive: true })
  }
}
