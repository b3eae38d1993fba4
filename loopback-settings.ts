/**
 * What can be told to a loopback reference: its clock, the path to it, its header, and what it does wrong.
 * @module
 */
import { OptionRangeError, OptionTypeError } from '../errors.js'

/**
 * What a reference can do wrong, by name; several together are carried out in the order given.
 *
 * | fault | the answer |
 * |---|---|
 * | `silent` | none |
 * | `kiss-DENY`, `kiss-RSTR`, `kiss-RATE`, `kiss-XABC`, ... | a kiss-o'-death: LI 3, stratum 0, the code as reference id (RFC 5905 section 7.4) |
 * | `unsynchronised` | LI 3 |
 * | `stratum-0`, `stratum-16` | that stratum; 0 without a kiss code |
 * | `mode-3` | mode 3 instead of 4 |
 * | `wrong-origin` | an origin that is not the request's transmit timestamp |
 * | `bogus-first` | a forged one (wrong origin, an hour ahead) at once, the good one 5 ms later |
 * | `other-port` | comes from another UDP port |
 * | `truncated`, `ragged` | 20 bytes; 50 bytes (no whole words) |
 * | `duplicate` | comes twice |
 * | `late` | comes after `path.lateMs` |
 * | `zero-receive`, `zero-transmit` | T2, T3 zero |
 * | `transmit-before-receive` | T3 five seconds before T2 |
 * | `era-1` | from a clock 5,113 days (14 years) ahead: 2040 and its era 1, if it is 2026 |
 * | `root-dispersion-20s` | root dispersion 20 s |
 * | `reference-time-ahead` | reference time one day after T3 |
 * | `extension-field`, `mac` | followed by an extension field of 28 bytes (RFC 7822), by a MAC of 20 bytes |
 */
export type ReferenceFault = (typeof faultNames)[number] | `kiss-${string}`

export const faultNames = [
  'silent',
  'unsynchronised',
  'stratum-0',
  'stratum-16',
  'mode-3',
  'wrong-origin',
  'bogus-first',
  'other-port',
  'truncated',
  'ragged',
  'duplicate',
  'late',
  'zero-receive',
  'zero-transmit',
  'transmit-before-receive',
  'era-1',
  'root-dispersion-20s',
  'reference-time-ahead',
  'extension-field',
  'mac',
] as const

/** The way a packet takes. Milliseconds; 0 delays nothing. */
export interface ReferencePath {
  /** From the client to the reference. Default 0. */
  readonly toMs: number
  /** From the reference to the client. Default 0. */
  readonly fromMs: number
  /** What the reference takes between T2 and T3. Default 0. */
  readonly serverMs: number
  /** Up to so much is added to each way, evenly distributed. Default 0. */
  readonly jitterMs: number
  /** The share of packets that are lost on each way, 0 to 1. Default 0. */
  readonly loss: number
  /** How much later a `late` answer comes. Default 3000. */
  readonly lateMs: number
}

/** What stands in the header of the answers. */
export interface ReferenceHeader {
  /** Leap indicator: 0 none, 1 insert, 2 delete, 3 unsynchronised. Default 0. */
  readonly leap: number
  /** `null`: as in the request. Default `null`. */
  readonly version: number | null
  /** Default 1. */
  readonly stratum: number
  /** log2 of seconds; `null`: as in the request. Default `null`. */
  readonly poll: number | null
  /** log2 of seconds, signed. Default -19 (2 us). */
  readonly precision: number
  /** Default 0. Goes on the wire in units of 2^-16 s, rounded up. */
  readonly rootDelayNs: bigint
  /** Default 0. Goes on the wire in units of 2^-16 s, rounded up. */
  readonly rootDispersionNs: bigint
  /** Up to four ASCII characters, or 32 bits. Default `LOOP`. */
  readonly referenceId: string | number
  /** T3 less the reference time; negative: a reference time in the future. Default 1 s. */
  readonly referenceAgeNs: bigint
  /** Added to T2, so that it lies. Default 0. */
  readonly receiveShiftNs: bigint
  /** Added to T3, so that it lies. Default 0. */
  readonly transmitShiftNs: bigint
}

/** Everything about a reference that can be changed while it runs. */
export interface ReferenceSettings {
  /** How far its clock is ahead of `clock` (ns). Default 0. Setting it starts a new drift from here. */
  readonly offsetNs: bigint
  /** By how much its clock runs fast from now on (parts per billion). Default 0. */
  readonly driftPpb: bigint
  readonly path: ReferencePath
  readonly header: ReferenceHeader
  readonly faults: readonly ReferenceFault[]
}

/** A change of some settings; what is not named stays. */
export type ReferenceChange = Partial<Omit<ReferenceSettings, 'path' | 'header'>> & {
  readonly path?: Partial<ReferencePath>
  readonly header?: Partial<ReferenceHeader>
}

export const defaultSettings: ReferenceSettings = {
  offsetNs: 0n,
  driftPpb: 0n,
  path: { toMs: 0, fromMs: 0, serverMs: 0, jitterMs: 0, loss: 0, lateMs: 3_000 },
  header: {
    leap: 0,
    version: null,
    stratum: 1,
    poll: null,
    precision: -19,
    rootDelayNs: 0n,
    rootDispersionNs: 0n,
    referenceId: 'LOOP',
    referenceAgeNs: 1_000_000_000n,
    receiveShiftNs: 0n,
    transmitShiftNs: 0n,
  },
  faults: [],
}

/** Refuses a misspelled name: a test that plants no fault would pass for the wrong reason. */
function known(where: string, given: object, among: object): void {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(among, key)) {
      throw new OptionTypeError(where + key, `is not known (known: ${Object.keys(among).join(', ')})`, key)
    }
  }
}

/**
 * The settings after a change.
 * @throws {OptionTypeError} for an unknown setting or fault
 * @throws {OptionRangeError} for a delay or share out of range; header fields are checked when they are written
 */
export function applyChange(settings: ReferenceSettings, change: ReferenceChange): ReferenceSettings {
  known('', change, defaultSettings)
  known('path.', change.path ?? {}, defaultSettings.path)
  known('header.', change.header ?? {}, defaultSettings.header)
  const next = {
    ...settings,
    ...change,
    path: { ...settings.path, ...change.path },
    header: { ...settings.header, ...change.header },
  }
  for (const [name, value] of Object.entries(next.path)) {
    const most = name === 'loss' ? 1 : 86_400_000
    if (!(value >= 0 && value <= most)) throw new OptionRangeError(`path.${name}`, `must be from 0 to ${most}`, value)
  }
  for (const fault of next.faults) {
    if ((faultNames as readonly string[]).includes(fault) || /^kiss-[\x21-\x7e]{4}$/.test(fault)) continue
    throw new OptionTypeError('faults', `must name known faults or kiss-CODE (known: ${faultNames.join(', ')})`, fault)
  }
  return next
}
