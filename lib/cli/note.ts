/**
 * `ntp-auditor note`: adds a remark on a record to the trail: who looked into a clock change, and what it was.
 * @module
 */
import { userInfo } from 'node:os'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { type AuditOptions, auditSettings, tellNotes } from './settings.js'
import { withWriter } from './writer.js'

export interface NoteOptions extends AuditOptions {
  readonly by?: string
}

/** @returns 0 when the note is durable */
export async function note(words: readonly string[], options: NoteOptions, io: Io, parts: Parts): Promise<number> {
  const [given = '', ...rest] = words
  const text = rest.join(' ').trim()
  if (!/^[1-9][0-9]{0,14}$/.test(given)) {
    throw new UsageError(`which record? The first word must be its seq, a whole number from 1; got "${given}".`)
  }
  if (text === '' || text.length > 4000) {
    throw new UsageError(`the note must have 1 to 4000 characters; got ${text.length}.`)
  }
  const by = options.by ?? userInfo().username
  if (by.trim() === '' || by.length > 200) throw new UsageError(`--by must have 1 to 200 characters; got ${by.length}.`)
  const configuration = auditSettings(options, 'trail', io)
  await tellNotes(configuration.notes, io)
  const on = Number(given)
  const last = await parts.lastSeq(configuration.trail)
  if (on > last)
    throw new UsageError(`the trail ${configuration.trail} ends with record ${last}; there is no ${on} to note.`)
  const { seq } = await withWriter(configuration, io, parts, (writer) => writer.record({ type: 'note', on, text, by }))
  await io.stdout.write(
    options.json ? `${JSON.stringify({ seq, on, text, by })}\n` : `note ${seq} on record ${on} by ${by}\n`,
  )
  return 0
}
