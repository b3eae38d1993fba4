/**
 * `ntp-auditor index rebuild`: makes the readers' index anew from the trail.
 * @module
 */
import { exitEnvironment, UsageError } from './exit.js'
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { ProgressBar } from './progress.js'
import { type CommonOptions, trailOf } from './settings.js'
import { demandTrail } from './show.js'

export interface IndexOptions extends CommonOptions {
  readonly index?: string
}

/** @returns 0 where the index lies in a file; 4 where it could only be made in memory, and is gone again */
export async function rebuildIndex(options: IndexOptions, io: Io, parts: Parts): Promise<number> {
  if (options.index === ':memory:') {
    throw new UsageError('an index in memory is gone when the command ends: name a file with --index, or leave it out')
  }
  const trail = trailOf(options, io)
  await demandTrail(trail)
  const bar = new ProgressBar(io)
  const { path, records, reason } = await parts
    .rebuildIndex(trail, { ...(options.index === undefined ? {} : { index: options.index }), onProgress: bar.update })
    .finally(() => bar.clear())
  const text = path === null ? '' : `indexed ${records} records of ${trail} in ${path}\n`
  await io.stdout.write(options.json ? `${JSON.stringify({ trail, index: path, records, reason })}\n` : text)
  if (path !== null) return 0
  await io.stderr.write(
    `ntp-auditor: no index of ${trail} could be kept: ${reason ?? 'its file cannot be written'}\n` +
      '  Answers stay the same, they only take longer. Name a file that can be written with --index.\n',
  )
  return exitEnvironment
}
