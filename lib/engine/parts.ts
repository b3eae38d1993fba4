/**
 * Everything of the outside world that the engine touches, in one place: clocks, timers, sockets, names, chance, leap table.
 * @module
 */
import { randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { loadLeapTable } from '../clock/leap.js'
import { openClockSource } from '../clock/open.js'
import { systemTimers } from '../clock/timers.js'
import type { ClockSource, LeapTable, Timers } from '../clock/types.js'
import { Resolver } from '../ntp/resolve.js'
import type { OpenPort } from '../ntp/udp.js'

export interface EngineParts {
  readonly clocks: ClockSource
  readonly timers: Timers
  readonly leap: LeapTable
  readonly resolver: Resolver
  /** Unpredictable 64 bits for a request's transmit field (Q1). */
  random64(): bigint
  /** A number in [0, 1) for timer jitter. */
  uniform(): number
  /** This computer's own addresses: a reference that answers from one is `self`. */
  ownAddresses(): ReadonlySet<string>
  /** How often the kernel's notice of a clock set is asked for between looks (ms). */
  readonly noticeMs: number
  /**
   * How long to wait for the next look (ms), where the watch would wait for `ms`. Only simulations say longer: their clocks know
   * when nothing happens, and their readings tell how many looks were left out.
   */
  readonly pace?: (ms: number) => number
  /** How a UDP port is opened; default: a connected socket of node:dgram. */
  readonly openPort?: OpenPort
}

/** The real world. Parts that are given take the place of the real ones. */
export function realParts(given: Partial<EngineParts> = {}): EngineParts {
  const clocks = given.clocks ?? openClockSource()
  const timers = given.timers ?? systemTimers
  return {
    clocks,
    timers,
    leap: given.leap ?? loadLeapTable(),
    resolver: given.resolver ?? new Resolver({ timers, nowNs: () => clocks.auditNs() }),
    random64: given.random64 ?? (() => randomBytes(8).readBigUInt64BE()),
    uniform: given.uniform ?? Math.random,
    ownAddresses: given.ownAddresses ?? ownAddresses,
    noticeMs: given.noticeMs ?? 50,
    ...(given.pace ? { pace: given.pace } : {}),
    ...(given.openPort ? { openPort: given.openPort } : {}),
  }
}

function ownAddresses(): ReadonlySet<string> {
  const all = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
  return new Set(all)
}
