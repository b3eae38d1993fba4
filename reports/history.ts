/**
 * The life of the auditor in a period: starts, stops, versions, configurations, repairs, and the boots it was lived in; and what
 * people and other logs say of clock changes.
 * @module
 */
import type { AnchorBody, DisciplineBody, TrailRecord } from '../lib/trail/types.js'
import type { AnchorDocument, ChangeDocument, HistoryEntry } from './document.js'
import type { ReportResult } from './types.js'

export type Boot = ReportResult['boots'][number]
type Remarks = Pick<ChangeDocument, 'notes' | 'attributions'>
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Collects records in order of seq. */
export class HistoryTally {
  readonly #entries: HistoryEntry[] = []
  readonly #boots: Mutable<Boot>[] = []
  readonly #remarks = new Map<
    number,
    { notes: Remarks['notes'][number][]; attributions: Remarks['attributions'][number][] }
  >()
  readonly #seen = new Map<number, { readonly seen: ChangeDocument['seen']; readonly latestNs: bigint }>()
  readonly #anchors: AnchorDocument[] = []
  #versions = ''
  enrolled = false
  publicKey = ''

  /** @param used whether the record belongs to those that the evidence rests on; others only follow it */
  record(record: TrailRecord, used: boolean): void {
    if (used)
      this.boot({ id: record.bootId, firstSeq: record.seq, lastSeq: record.seq, from: record.wall, to: record.wall })
    this.event(record)
  }

  /** What a record tells besides the boot that it was written in. */
  event(record: TrailRecord): void {
    switch (record.type) {
      case 'open': {
        const { versions, configurationDigest } = record
        const all = [versions.auditor, versions.node, versions.os, configurationDigest].join(' ')
        const first = this.#versions === ''
        this.enrolled = record.enrolled
        this.publicKey = record.publicKey
        if (!first && record.reason === 'rotation' && all === this.#versions) return
        this.#push(
          record,
          first && record.reason === 'rotation' ? 'in-force' : record.reason,
          openWords(record, first),
          {
            version: versions.auditor,
            node: versions.node,
            os: versions.os,
            configurationDigest,
          },
        )
        this.#versions = all
        return
      }
      case 'close':
        if (record.final) this.#push(record, 'stop', `the auditor was stopped (${record.reason})`)
        return
      case 'recover':
        this.#push(record, 'recover', record.message)
        return
      case 'clock-change':
        this.#seen.set(record.seq, { seen: record.seen, latestNs: BigInt(record.latestNs) })
        return
      case 'note':
        this.#remarksOn(record.on).notes.push({ seq: record.seq, wall: record.wall, by: record.by, text: record.text })
        this.#push(record, 'note', `${record.by} on record ${record.on}: ${record.text}`)
        return
      case 'imported':
        if (record.on !== null) {
          const { seq, source, event, eventId, at, account, program } = record
          this.#remarksOn(record.on).attributions.push({ seq, source, event, eventId, at, account, program })
        }
        return
      case 'config':
        this.#push(record, 'config', `the configuration was changed: ${record.keys.join(', ')}`, {
          configurationDigest: record.newDigest,
        })
        return
      case 'discipline':
        this.#push(record, 'discipline', disciplineWords(record))
        return
      case 'rekey':
        this.#push(record, 'rekey', `epoch ${record.epoch} goes on under another key: ${record.why}`)
        return
      case 'prune':
        this.#push(record, 'prune', `records ${record.fromSeq} to ${record.toSeq} were pruned`)
        return
      case 'anchor':
        if (record.ok) this.#anchors.push(anchorOf(record))
        return
      default:
    }
  }

  get entries(): readonly HistoryEntry[] {
    return this.#entries
  }

  get boots(): readonly Boot[] {
    return this.#boots
  }

  get anchors(): readonly AnchorDocument[] {
    return this.#anchors
  }

  seenBy(seq: number): ChangeDocument['seen'] {
    return this.#seen.get(seq)?.seen ?? null
  }

  /** When a change was seen first, on the audit clock. */
  latestOf(seq: number): bigint | null {
    return this.#seen.get(seq)?.latestNs ?? null
  }

  remarksOn(seq: number): Remarks {
    return this.#remarks.get(seq) ?? { notes: [], attributions: [] }
  }

  #remarksOn(seq: number) {
    const known = this.#remarks.get(seq)
    if (known) return known
    const made = { notes: [], attributions: [] }
    this.#remarks.set(seq, made)
    return made
  }

  /** Records in a row that were written in one boot. */
  boot(next: Boot): void {
    const last = this.#boots.at(-1)
    if (last?.id === next.id) {
      last.lastSeq = next.lastSeq
      last.to = next.to
    } else this.#boots.push({ ...next })
  }

  #push(
    { seq, wall, bootId }: TrailRecord,
    event: HistoryEntry['event'],
    words: string,
    more: Partial<HistoryEntry> = {},
  ): void {
    const nothing = { version: null, node: null, os: null, configurationDigest: null }
    this.#entries.push({ seq, wall, event, words, ...nothing, boot: bootId, ...more })
  }
}

function openWords(record: Extract<TrailRecord, { type: 'open' }>, first: boolean): string {
  const { reason, afterCrash, auditClock, engine } = record
  const what = {
    start: 'the auditor was started',
    restart: 'a part of the auditor was restarted',
    rotation: first ? 'in force when the period began' : 'a new day file was begun under other settings',
    repair: 'a new file was begun after damage',
  }[reason]
  return `${what}${afterCrash ? ' after a crash' : ''}; audit clock ${auditClock}, engine ${engine}`
}

/** What sets the clock, second hand: as the system's own tools told it. */
function disciplineWords({ service, running, synchronised, sources }: DisciplineBody): string {
  const state = [running === false ? 'not running' : null, synchronised === false ? 'not synchronised' : null]
  const from = sources.length === 0 ? '' : `, from ${sources.join(', ')}`
  return [`the clock is set by ${service}${from}`, ...state.filter((one) => one !== null)].join('; ')
}

function anchorOf({ seq, wall, kind, keeper, size, sha256, at, message }: TrailRecord & AnchorBody): AnchorDocument {
  return { seq, wall, kind, where: keeper, size, sha256, at, words: message }
}
