/**
 * What a loopback reference answers: from a request and two times to datagrams, right or wrong as its settings say.
 * @module
 */
import { encodePacket } from '../ntp/packet.js'
import { nsToUnitsCeil, toNtp } from '../ntp/timestamp.js'
import type { NtpHeader } from '../ntp/types.js'
import type { ReferenceFault, ReferenceSettings } from './loopback-settings.js'

const second = 1_000_000_000n
const day = 86_400n * second

/** A datagram to be sent. */
export interface Answer {
  readonly bytes: Buffer
  /** How long it is held back (ms). */
  readonly afterMs: number
  readonly otherPort: boolean
}

/** An answer as it takes shape. */
interface Shape {
  header: NtpHeader
  /** What follows the header. */
  tail: Buffer
  /** Cut to so many bytes, `null`: whole. */
  cut: number | null
  copies: number
  afterMs: number
  otherPort: boolean
  /** A forged answer goes out before this one. */
  forged: NtpHeader | null
}

type Bend = (shape: Shape, settings: ReferenceSettings) => void

function bendHeader(change: (header: NtpHeader) => Partial<NtpHeader>): Bend {
  return (shape) => {
    shape.header = { ...shape.header, ...change(shape.header) }
  }
}

/** A timestamp moved by so many nanoseconds, wrapped as an era does. */
function moved(timestamp: bigint, byNs: bigint): bigint {
  return BigInt.asUintN(64, timestamp + nsToUnitsCeil(byNs))
}

function ascii(code: string): number {
  return Buffer.from(code.padEnd(4, '\0'), 'latin1').readUInt32BE()
}

/** An extension field of 28 bytes: a type nobody assigned, its length, padding (RFC 7822 section 3). */
const extensionField = Buffer.alloc(28)
extensionField.writeUInt16BE(0xf5a0, 0)
extensionField.writeUInt16BE(28, 2)

/** Key number 1 and an MD5 digest that fits no key (RFC 5905 section 7.3). */
const mac = Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.alloc(16, 0xa5)])

const bends: Readonly<Record<Exclude<ReferenceFault, `kiss-${string}`>, Bend>> = {
  silent: (shape) => {
    shape.copies = 0
  },
  unsynchronised: bendHeader(() => ({ li: 3 })),
  'stratum-0': bendHeader(() => ({ stratum: 0, referenceId: 0 })),
  'stratum-16': bendHeader(() => ({ stratum: 16 })),
  'mode-3': bendHeader(() => ({ mode: 3 })),
  'wrong-origin': bendHeader((header) => ({ originTime: header.originTime ^ 1n })),
  'bogus-first': (shape) => {
    const { header } = shape
    const hour = 3_600n * second
    shape.forged = {
      ...header,
      originTime: header.originTime ^ 1n,
      receiveTime: moved(header.receiveTime, hour),
      transmitTime: moved(header.transmitTime, hour),
    }
    shape.afterMs += 5
  },
  'other-port': (shape) => {
    shape.otherPort = true
  },
  truncated: (shape) => {
    shape.cut = 20
  },
  ragged: (shape) => {
    shape.tail = Buffer.alloc(2)
  },
  duplicate: (shape) => {
    shape.copies *= 2
  },
  late: (shape, settings) => {
    shape.afterMs += settings.path.lateMs
  },
  'zero-receive': bendHeader(() => ({ receiveTime: 0n })),
  'zero-transmit': bendHeader(() => ({ transmitTime: 0n })),
  'transmit-before-receive': bendHeader((header) => ({ transmitTime: moved(header.receiveTime, -5n * second) })),
  'era-1': bendHeader((header) => ({
    referenceTime: moved(header.referenceTime, 5_113n * day),
    receiveTime: moved(header.receiveTime, 5_113n * day),
    transmitTime: moved(header.transmitTime, 5_113n * day),
  })),
  'root-dispersion-20s': bendHeader(() => ({ rootDispersion: 20 << 16 })),
  'reference-time-ahead': bendHeader((header) => ({ referenceTime: moved(header.transmitTime, day) })),
  'extension-field': (shape) => {
    shape.tail = Buffer.concat([shape.tail, extensionField])
  },
  mac: (shape) => {
    shape.tail = Buffer.concat([shape.tail, mac])
  },
}

function kiss(code: string): Bend {
  return bendHeader(() => ({ li: 3, stratum: 0, referenceId: ascii(code) }))
}

/** The header of an honest answer with these settings. */
function honest(request: NtpHeader, t2Ns: bigint, t3Ns: bigint, { header }: ReferenceSettings): NtpHeader {
  const transmitNs = t3Ns + header.transmitShiftNs
  return {
    li: header.leap,
    vn: header.version ?? request.vn,
    mode: 4,
    stratum: header.stratum,
    poll: header.poll ?? request.poll,
    precision: header.precision,
    rootDelay: Number((nsToUnitsCeil(header.rootDelayNs) + 0xffffn) >> 16n),
    rootDispersion: Number((nsToUnitsCeil(header.rootDispersionNs) + 0xffffn) >> 16n),
    referenceId: typeof header.referenceId === 'number' ? header.referenceId : ascii(header.referenceId),
    referenceTime: toNtp(transmitNs - header.referenceAgeNs),
    originTime: request.transmitTime,
    receiveTime: toNtp(t2Ns + header.receiveShiftNs),
    transmitTime: toNtp(transmitNs),
  }
}

/**
 * The datagrams that answer a request.
 * @param t2Ns what the reference's clock showed when the request came, ns since the Unix epoch; `t3Ns`: when the answer left
 * @throws {RangeError} for a header field that does not fit its bits
 */
export function answer(request: NtpHeader, t2Ns: bigint, t3Ns: bigint, settings: ReferenceSettings): Answer[] {
  const shape: Shape = {
    header: honest(request, t2Ns, t3Ns, settings),
    tail: Buffer.alloc(0),
    cut: null,
    copies: 1,
    afterMs: 0,
    otherPort: false,
    forged: null,
  }
  for (const fault of settings.faults) {
    const bend = Object.hasOwn(bends, fault) ? bends[fault as keyof typeof bends] : kiss(fault.slice('kiss-'.length))
    bend(shape, settings)
  }
  const bytes = Buffer.concat([encodePacket(shape.header), shape.tail]).subarray(0, shape.cut ?? undefined)
  const { afterMs, otherPort } = shape
  const answers: Answer[] = Array.from({ length: shape.copies }, () => ({ bytes, afterMs, otherPort }))
  if (shape.forged === null) return answers
  return [{ bytes: encodePacket(shape.forged), afterMs: 0, otherPort: false }, ...answers]
}
