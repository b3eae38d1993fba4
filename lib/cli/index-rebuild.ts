/**
 * `ntp-auditor index rebuild`: makes the readers' index anew from the trail.
 * @module
 */
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { ProgressBar } from './progress.js'
import { type CommonOptions, trailOf } from './settings.js'
import { demandTrail } from './show.js'

export interface IndexOptions extends CommonOptions {
  readonly index?: string
}

/** @returns 0 */
export async function rebuildIndex(options: IndexOptions, io: Io, parts: Parts): Promise<number> {
  const trail = trailOf(options, io)
  await demandTrail(trail)
  const bar = new ProgressBar(io)
  const { path, records } = await parts
    .rebuildIndex(trail, { ...(options.index === undefined ? {} : { index: options.index }), onProgress: bar.update })
    .finally(() => bar.clear())
  const text = `indexed ${records} records of ${trail} in ${path ?? 'memory: no folder for it can be written'}\n`
  await io.stdout.write(options.json ? `${JSON.stringify({ trail, index: path, records })}\n` : text)
  return 0
}
