/**
 * One record as text of 80 or 132 columns, for eyes and line printers: ASCII as far as the record is, no control characters.
 * @module
 */
import { roles } from '../ntp/types.js'
import type { OpenBody, SampleBody, StoredReading, TrailRecord } from '../trail/types.js'
import { serviceLines } from './service-text.js'
import { harmless, moveText, plain, sideText, sizeText, wrap } from './text.js'

const indent = ' '.repeat(9)
/** Fields that every record has; they are not repeated for types that this version does not know. */
const commonFields = new Set(['seq', 'prev', 'type', 'wall', 'monoNs', 'bootNs', 'rawNs', 'bootId', 'd', 'since'])

/** How records are set. */
export interface Setting {
  readonly columns: number
  /** Plain 7-bit characters only: others are shown as `\u{e9}`. */
  readonly ascii: boolean
}

/** Text from outside as it can be set. */
export function settable(text: string, { ascii }: Pick<Setting, 'ascii'>): string {
  return ascii ? plain(harmless(text)) : harmless(text)
}

/** The heading above records. */
export function recordHeading(trail: string, setting: Setting): string {
  const first = wrap(`# trail ${settable(trail, setting)}`, setting.columns, '#   ')
  return `${first}\n# seq    time that the audited clock showed (UTC), event\n`
}

/** The record with its newline. */
export function recordText(record: TrailRecord, setting: Setting): string {
  const { columns } = setting
  const time = record.wall.replace('T', ' ').replace('Z', '')
  const lead = `${String(record.seq).padStart(8)} ${time} `
  const [first = '', ...more] = describe(record)
    .map((line) => settable(line, setting))
    .filter((line) => line !== '')
  const lines = [wrap(`${lead}${first}`.trimEnd(), columns, indent)]
  for (const line of more) lines.push(wrap(`${indent}${line}`, columns, `${indent}  `))
  return `${lines.join('\n')}\n`
}

/** Bytes that are no record, as one line. */
export function brokenText(
  broken: { segment: number; offset: number; length: number; why: string },
  setting: Setting,
): string {
  const { segment, offset, length, why } = broken
  const text = `   !!!!! segment ${segment}, ${length} bytes from byte ${offset} are no record: ${settable(why, setting)}`
  return `${wrap(text, setting.columns, indent)}\n`
}

/** What a record says, its first line without the time. */
function describe(record: TrailRecord): string[] {
  switch (record.type) {
    case 'open':
      return describeOpen(record)
    case 'sample':
      return describeSample(record)
    case 'clock-change': {
      const { lowNs, highNs } = record.size
      return [
        `CLOCK CHANGE ${record.class}, moved ${rangeText(BigInt(lowNs), BigInt(highNs), moveText)}`,
        `by ${record.by}, seen by ${record.seen}; the clock showed ${record.wallBefore} before, ${record.wallAfter} after`,
      ]
    }
    case 'gap':
      return [`GAP ${record.cause}, breaks ${record.breaks}`, `from ${record.wallFrom} to ${record.wallTo}`]
    case 'heartbeat':
      return [`heartbeat, ${record.since.looks} looks`]
    case 'reference':
      return [`reference ${record.role} ${record.server}: ${record.what} ${record.before} -> ${record.after}`]
    case 'note':
      return [`note on ${record.on} by ${record.by}: ${record.text}`]
    case 'imported': {
      const { on, source, event, account, program, wallBefore, wallAfter } = record
      const about = on === null ? '' : ` on ${on}`
      const set = wallBefore === null && wallAfter === null ? '' : `, from ${wallBefore} to ${wallAfter}`
      return [
        `SECOND-HAND${about}, ${source} ${event}: ${account ?? 'nobody named'} with ${program ?? 'no program named'}${set}`,
        record.text,
      ]
    }
    case 'anchor':
    case 'print':
    case 'report':
    case 'alert':
    case 'config':
    case 'discipline':
      return serviceLines(record)
    case 'recover':
      return [`RECOVERED ${record.finding}: ${record.message}`]
    case 'close':
      return [
        `close ${record.reason}, epoch ${record.epoch}, ${record.count} records from ${record.firstSeq}` +
          `${record.final ? ', final' : ''}${record.nextKey === '' ? ', unsealed' : ''}`,
        ...(record.nextKey === '' ? [] : [`the next epoch's key is ${record.nextKey}`]),
      ]
    case 'rekey':
      return [
        `NEW KEY for epoch ${record.epoch}: ${record.why}`,
        `${record.oldKey === '' ? 'there was none before' : `old ${record.oldKey}`}; new ${record.newKey}`,
      ]
    case 'prune':
      return [
        `PRUNED records ${record.fromSeq} to ${record.toSeq}, segments ${record.segments.from} to ${record.segments.to}`,
        `they lie under ${record.checkpoint}, whose last leaf is ${record.lastLeaf}`,
      ]
    default: {
      const { type, ...rest } = record as { type: string }
      const own = Object.fromEntries(Object.entries(rest).filter(([key]) => !commonFields.has(key)))
      return [Object.keys(own).length === 0 ? type : `${type} ${JSON.stringify(own)}`]
    }
  }
}

function describeOpen(record: OpenBody): string[] {
  const steered = record.steered ? ' (steered)' : ''
  const lines = [
    `open ${record.reason}, host ${record.host}, segment ${record.segment} of ${record.label} (${record.zone})`,
    `ntp-auditor ${record.versions.auditor}, node ${record.versions.node}, ${record.versions.os}, ${record.platform}`,
    `audit clock ${record.auditClock} (${record.clockSource})${steered}, rate ${record.ratePpb} ppb, lock ${record.lock}`,
  ]
  const { enrolled, epoch, publicKey, succeeds } = record
  if (publicKey === '') lines.push(`epoch ${epoch}, UNSEALED`)
  else lines.push(`epoch ${epoch}${enrolled ? ', enrolled' : ''}, key ${publicKey}`)
  if (succeeds) {
    const { origin, size, root, lastSeq } = succeeds
    lines.push(
      `succeeds the trail ${origin}, sealed up to record ${size} (root ${root}), which ends with record ${lastSeq}`,
    )
  }
  if (record.simulation) lines.splice(1, 0, 'SIMULATION: no clock of this trail is a real one')
  if (record.afterCrash) lines.push('after a crash: the auditor before did not close the trail')
  if (record.supersedes)
    lines.push(`supersedes segment ${record.supersedes.segment} from byte ${record.supersedes.offset}`)
  return lines
}

function describeSample(record: SampleBody): string[] {
  const { consensus } = record
  const trigger = record.trigger === null ? '' : ` (after ${record.trigger})`
  const cause = record.cause === null ? '' : ` (${record.cause})`
  const support = consensus.support === null || consensus.support === consensus.state ? '' : `, ${consensus.support}`
  const lines = [`sample ${record.reason}${trigger} ${record.verdict}${cause}, ${consensus.state}${support}`]
  if (consensus.lowNs !== null && consensus.highNs !== null) {
    const bound = rangeText(BigInt(consensus.lowNs), BigInt(consensus.highNs), sideText)
    lines.push(`clock ${bound}, tolerance ${sizeText(BigInt(record.toleranceNs))}`)
  }
  for (const role of roles) {
    const reading = record.readings[role]
    if (reading) lines.push(`${role} ${readingText(reading)}${consensus.dissent.includes(role) ? ' DISSENTS' : ''}`)
  }
  return lines
}

function readingText(reading: StoredReading): string {
  const where = `${reading.server}:${reading.port}`
  if (!reading.ok) return `${where}: ${reading.error.message} [${reading.error.code}]`
  const address = reading.address === reading.server ? '' : ` ${reading.address}`
  const self = reading.self ? ' SELF' : ''
  const { offsetNs, delayNs } = reading
  return (
    `${where}${address} stratum ${reading.stratum}${self}: ${sideText(BigInt(offsetNs))}, delay ${sizeText(BigInt(delayNs))}, ` +
    `bound +-${sizeText(BigInt(reading.rootDistanceNs))}`
  )
}

/** Both ends of an interval in words; one where they are the same. */
export function rangeText(lowNs: bigint, highNs: bigint, word: (ns: bigint) => string): string {
  return lowNs === highNs ? word(lowNs) : `between ${word(lowNs)} and ${word(highNs)}`
}
