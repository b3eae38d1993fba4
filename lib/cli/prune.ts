/**
 * `ntp-auditor prune`: takes away the records of old days, and keeps what proves the rest.
 * @module
 */
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { type AuditOptions, auditSettings, tellNotes } from './settings.js'
import { withWriter } from './writer.js'

export interface PruneOptions extends AuditOptions {
  readonly before?: string
  readonly yes?: boolean
}

/** @returns 0 when nothing is left to prune */
export async function prune(options: PruneOptions, io: Io, parts: Parts): Promise<number> {
  const { before } = options
  if (before === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(before) || Number.isNaN(Date.parse(before))) {
    throw new UsageError(`up to which day? Give --before DAY, such as 2026-01-01; got ${JSON.stringify(before ?? '')}.`)
  }
  const configuration = auditSettings(options, 'trail', io)
  await tellNotes(configuration.notes, io)
  const { trail } = configuration
  if (!options.yes) {
    const question = `The records of ${trail} before ${before} will be gone for ever; seals and keys stay. Type "prune" to go on`
    if (io.ask === null) throw new UsageError('nobody can be asked here: give --yes to prune')
    if ((await io.ask(question, '')) !== 'prune') {
      await io.stdout.write('nothing was pruned\n')
      return 0
    }
  }
  const news = await withWriter(configuration, io, parts, (writer) => writer.prune(before))
  if (options.json) await io.stdout.write(`${JSON.stringify({ trail, before, ...news })}\n`)
  else if (news.segments === 0)
    await io.stdout.write(`nothing of ${trail} lies before ${before} and ends with a seal\n`)
  else {
    const what =
      news.seq === null ? 'an earlier pruning was finished' : `records ${news.fromSeq} to ${news.toSeq} are gone`
    const record = news.seq === null ? '' : ` (record ${news.seq})`
    await io.stdout.write(`${what}: ${news.segments} segments, ${Math.floor(news.bytes / 1e6)} MB${record}\n`)
  }
  return 0
}
