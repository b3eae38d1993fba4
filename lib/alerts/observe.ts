/**
 * What durable records and problems of the auditor say of the conditions that operators are told of. Pure: records in, signs out.
 * @module
 */
import { largest, smallest } from '../interval.js'
import { type Role, roles } from '../ntp/types.js'
import { decodeInterval } from '../trail/encode.js'
import type { ClockChangeBody, DisciplineBody, SampleBody, StoredReading, TrailRecord } from '../trail/types.js'
import { moveText, sideText, sizeText } from '../words.js'
import type { Condition, Sign } from './types.js'

export interface ObserverOptions {
  /** Warn where the clock is certainly further off than this (ns); `null`: no such warning. */
  readonly warnNs: bigint | null
}

export class Observer {
  readonly #warnNs: bigint | null

  constructor({ warnNs }: ObserverOptions) {
    this.#warnNs = warnNs
  }

  /** Signs of a record that is durable. That there is one at all shows that the trail can be written. */
  heard(record: TrailRecord): Sign[] {
    return [off('write-failed'), ...this.#told(record)]
  }

  /** Signs of something that failed inside the auditor. */
  problem(code: string, message: string): Sign[] {
    if (code === 'ERR_ANCHOR') return [] // its record tells it
    const [condition, next] = problems[code] ?? ['auditor-trouble', 'see the message; the audit goes on']
    if (condition === 'write-failed' || condition === 'disk-low' || condition === 'key-lost') {
      return [sign(condition, 'on', null, message, next)]
    }
    return [sign(condition, 'event', null, message, next, code)]
  }

  /** Signs of hearing no sample for so long (ns): the engine hangs, or cannot write. */
  silent(ns: bigint): Sign[] {
    const cause = `no sample was recorded for ${ns / 1_000_000_000n} s`
    const next = 'see whether the process has been stopped or starved, and restart it'
    return [sign('no-reference', 'on', null, cause, next), sign('not-proven', 'on', null, cause, next)]
  }

  #told(record: TrailRecord): Sign[] {
    switch (record.type) {
      case 'open':
        return record.publicKey === ''
          ? [
              sign(
                'key-lost',
                'on',
                record.seq,
                'the trail is recorded without seals: there is no usable key',
                keyAdvice,
              ),
            ]
          : [off('key-lost')]
      case 'sample':
        return this.#sample(record)
      case 'clock-change':
        return clockChange(record)
      case 'gap':
        return record.cause === 'write-failed'
          ? [
              sign(
                'write-failed',
                'event',
                record.seq,
                'records were lost while the disk took none',
                diskAdvice,
                'lost',
              ),
            ]
          : []
      case 'reference':
        if (record.what !== 'kiss') return []
        return [
          sign(
            'kiss-of-death',
            'event',
            record.seq,
            `${record.role} ${record.server} answers with a kiss-o'-death ${record.after}`,
            'ask its operator whether you may use it, or name another reference',
            record.role,
          ),
        ]
      case 'recover':
        return record.finding === 'damaged'
          ? [sign('trail-damaged', 'event', record.seq, record.message, damageAdvice)]
          : []
      case 'anchor':
        return record.ok
          ? [off('anchor-failed', record.keeper)]
          : [
              sign(
                'anchor-failed',
                'on',
                record.seq,
                `${record.keeper}: ${record.message}`,
                anchorAdvice,
                record.keeper,
              ),
            ]
      case 'print':
        return record.ok
          ? [off('print-failed')]
          : [sign('print-failed', 'on', record.seq, `${record.file}: ${record.message}`, printAdvice)]
      case 'report':
        return record.intact === 'false'
          ? [
              sign(
                'trail-damaged',
                'on',
                record.seq,
                `the nightly verification found damage: ${record.message}`,
                damageAdvice,
                'verify',
              ),
            ]
          : [off('trail-damaged', 'verify')]
      case 'discipline':
        return discipline(record)
      default:
        return []
    }
  }

  #sample(record: SampleBody & { readonly seq: number }): Sign[] {
    const { consensus, verdict, cause, seq } = record
    const tolerance = sizeText(BigInt(record.toleranceNs))
    const signs: Sign[] = []
    if (consensus.lowNs === null || consensus.highNs === null) {
      const disagree = consensus.state === 'conflict'
      if (disagree) signs.push(sign('references-disagree', 'on', seq, conflictText(record), conflictAdvice))
      else signs.push(sign('no-reference', 'on', seq, silenceText(record), silenceAdvice))
      signs.push(off(disagree ? 'no-reference' : 'references-disagree'))
    } else {
      const error = decodeInterval({ lowNs: consensus.lowNs, highNs: consensus.highNs })
      const text = `the clock is ${sideText(error.lowNs)} to ${sideText(error.highNs)}`
      const certain = smallest(error)
      const violated = verdict === 'VIOLATED'
      const near = !violated && this.#warnNs !== null && certain > this.#warnNs
      signs.push(
        violated
          ? sign('out-of-tolerance', 'on', seq, `${text}; the tolerance is ${tolerance}`, setAdvice)
          : off('out-of-tolerance'),
        near
          ? sign(
              'near-tolerance',
              'on',
              seq,
              `${text}: more than ${sizeText(this.#warnNs ?? 0n)}; the tolerance is ${tolerance}`,
              setAdvice,
            )
          : off('near-tolerance'),
        off('no-reference'),
        off('references-disagree'),
      )
    }
    signs.push(
      verdict === 'PROVEN'
        ? off('not-proven')
        : sign(
            'not-proven',
            'on',
            seq,
            `nothing proves the clock within ${tolerance}: ${verdict} (${cause ?? 'bound too wide'})`,
            proofAdvice,
          ),
      cause === 'self-reference'
        ? sign(
            'self-reference',
            'on',
            seq,
            'only this computer itself answered: that proves nothing of its clock',
            selfAdvice,
          )
        : off('self-reference'),
    )
    for (const role of roles) signs.push(...referenceSigns(role, record.readings[role], record))
    return signs
  }
}

function referenceSigns(
  role: Role,
  reading: StoredReading | undefined,
  { consensus, seq }: SampleBody & { seq: number },
): Sign[] {
  if (!reading) return []
  const name = `${role} ${reading.server}`
  const signs: Sign[] = []
  if (consensus.dissent.includes(role)) {
    const cause = `${name} contradicts the others, which agree`
    signs.push(
      sign('reference-dissents', 'on', seq, cause, 'find out what it follows; replace it if this goes on', role),
    )
  } else if (consensus.agree.includes(role)) signs.push(off('reference-dissents', role))
  const untimed = reading.stratum === 16 || reading.stratum === 0 || reading.li === 3
  if (!reading.ok && untimed && reading.stratum !== null) {
    const cause = `${name} says that it is not synchronised (stratum ${reading.stratum}, leap indicator ${reading.li ?? '?'})`
    signs.push(
      sign('reference-unsynchronised', 'on', seq, cause, 'see to its own sources, or name another reference', role),
    )
  } else if (reading.ok) {
    signs.push(off('reference-unsynchronised', role))
    const leap = reading.li === 1 ? 'inserted' : reading.li === 2 ? 'deleted' : null
    signs.push(
      leap === null
        ? off('leap-announced', role)
        : sign('leap-announced', 'on', seq, `${name} announces that a leap second will be ${leap}`, leapAdvice, role),
    )
  }
  return signs
}

/** Slews and leaps are steered; a set is somebody's doing, unless a daemon's step is told as such. */
function clockChange(record: ClockChangeBody & { readonly seq: number }): Sign[] {
  if (record.class === 'leap') return []
  const size = decodeInterval(record.size)
  const by =
    record.by === 'foreign'
      ? ', not by the local time service'
      : record.by === 'daemon'
        ? ', perhaps by the local time service'
        : ''
  const moved = largest(size) === 0n ? 'touched' : `moved ${moveText(size.lowNs)} to ${moveText(size.highNs)}`
  const cause = `the clock was ${moved} (${record.class})${by}; it showed ${record.wallBefore} before and ${record.wallAfter} after`
  return [sign('clock-changed', 'event', record.seq, cause, changeAdvice, record.class === 'slew' ? 'slew' : 'set')]
}

function discipline(record: DisciplineBody & { readonly seq: number }): Sign[] {
  const { service, running, synchronised, changed, seq } = record
  const stopped = running === false || service === 'none'
  const signs: Sign[] = [
    stopped
      ? sign(
          'time-service-stopped',
          'on',
          seq,
          `${service === 'none' ? 'no time service' : `${service} does not run`}: nothing keeps this clock right`,
          serviceAdvice,
        )
      : synchronised === false
        ? sign('time-service-stopped', 'on', seq, `${service} runs and is not synchronised`, serviceAdvice)
        : off('time-service-stopped'),
  ]
  const settings = changed.filter((name) => name === 'settings' || name === 'service' || name === 'sources')
  if (settings.length > 0) {
    const cause = `${service}: ${settings.join(', ')} changed; now ${[...record.settings, ...record.sources].join(', ')}`
    signs.push(
      sign('time-service-changed', 'event', seq, cause, 'find out who changed it, and note that on this record'),
    )
  }
  return signs
}

function conflictText({ readings }: SampleBody): string {
  const said = roles.flatMap((role) => {
    const reading = readings[role]
    return reading?.ok ? [`${role} ${sideText(BigInt(reading.offsetNs))}`] : []
  })
  return `the references contradict one another: by them the clock is ${said.join(', ')}`
}

function silenceText({ readings }: SampleBody): string {
  const said = roles.flatMap((role) => {
    const reading = readings[role]
    if (!reading) return []
    return [`${role} ${reading.server}: ${reading.ok ? 'no vote' : reading.error.message}`]
  })
  return `no reference gave a usable answer (${said.join('; ')})`
}

function sign(
  condition: Condition,
  state: 'on' | 'event',
  on: number | null,
  cause: string,
  next: string,
  key = '',
): Sign {
  return { condition, key, state, on, cause, next }
}

function off(condition: Condition, key = ''): Sign {
  return { condition, key, state: 'off', on: null, cause: '', next: '' }
}

const setAdvice = 'see to the local time service; the auditor never sets the clock'
const proofAdvice =
  'a nearer reference or a third one narrows the bound; "ntp-auditor doctor" says what this path can prove'
const selfAdvice = 'name a reference on another computer'
const silenceAdvice = 'see whether UDP port 123 is open and the servers are up: "ntp-auditor doctor" tells them apart'
const conflictAdvice = 'at least one is wrong: compare them with a server of your own, or name a third reference'
const changeAdvice = 'find out who did it and why, and write that down: ntp-auditor note SEQ TEXT'
const leapAdvice = 'nothing, if it is true: the last minute of the month will tell'
const damageAdvice = 'keep the files as they are, run "ntp-auditor verify", and find out who could write there'
const keyAdvice = 'restore the key folder, or start a new chain of keys with "ntp-auditor init --rekey"'
const diskAdvice = 'make room on the disk of the trail, and see to its health'
const anchorAdvice = 'see whether the keeper can be reached; it is asked again'
const printAdvice = 'see to the printer; print the file again with "ntp-auditor print"; receipts go on by themselves'
const serviceAdvice = 'start it again, and see to its sources'

const problems: Readonly<Record<string, readonly [Condition, string]>> = {
  ERR_TRAIL_WRITE: ['write-failed', diskAdvice],
  ERR_DISK_SPACE: ['disk-low', diskAdvice],
  ERR_UNSEALED: ['key-lost', keyAdvice],
  ERR_TRAIL_DAMAGED: ['trail-damaged', damageAdvice],
}
