/**
 * The samples of a trail as the statistics files that NTPsec's ntpd writes, a file a day: `loopstats.20250101` with a line for each
 * sample, `peerstats.20250101` with one for each reading.
 *
 * Times, addresses, offsets and delays are those of the trail; the offset of a sample is the middle of its bound. What a trail does
 * not hold is computed as ntpd computes it: jitter and wander are RMS averages of differences over about 8 values; the
 * frequency is that of the wall clock against the audit clock since the sample before, at most 500 ppm.
 * @module
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { isPlaced, readTrail } from '../../lib/trail/read.js'
import type { SampleBody, StoredStamp } from '../../lib/trail/types.js'

export interface NtpStats {
  /** Lines of loopstats and of peerstats. */
  readonly samples: number
  readonly readings: number
  readonly bytes: number
}

const average = 8
const mostPpm = 500
/** Reachable, sent by this host, the system peer: what ntpd shows of a server it follows. */
const status = '961a'
const dayMs = 86_400_000
/** The modified Julian day of 1970-01-01. */
const mjd1970 = 40_587

/** Writes the samples whose wall clock lies in a period, both ends included (ms since 1970). */
export async function writeNtpStats(
  trail: string,
  folder: string,
  period: { readonly fromMs: number; readonly toMs: number },
): Promise<NtpStats> {
  mkdirSync(folder, { recursive: true })
  const files = new DayFiles(folder)
  const loop = new Loop()
  const peers = new Map<string, Jitter>()
  let samples = 0
  let readings = 0
  for await (const items of readTrail(trail)) {
    for (const item of items) {
      if (!isPlaced(item) || item.record.type !== 'sample') continue
      const { record } = item
      const ms = Date.parse(record.wall)
      if (ms < period.fromMs || ms > period.toMs) continue
      files.turn(ms)
      const time = `${Math.floor(ms / dayMs) + mjd1970} ${((ms % dayMs) / 1_000).toFixed(3)}`
      const line = loop.line(record)
      if (line !== null) {
        files.loop(`${time} ${line}\n`)
        samples += 1
      }
      for (const reading of Object.values(record.readings)) {
        if (!reading.ok) continue
        let peer = peers.get(reading.address)
        if (!peer) {
          peer = new Jitter()
          peers.set(reading.address, peer)
        }
        const offset = seconds(reading.offsetNs)
        const delay = seconds(reading.delayNs)
        const dispersion = Math.max(0, seconds(reading.rootDistanceNs) - delay / 2)
        const values = [offset, delay, dispersion, peer.add(offset)].map((value) => value.toFixed(9))
        files.peer(`${time} ${reading.address} ${status} ${values.join(' ')}\n`)
        readings += 1
      }
    }
  }
  files.close()
  return { samples, readings, bytes: files.bytes }
}

function seconds(ns: string): number {
  return Number(ns) / 1e9
}

/** The root of the mean square of differences, over about 8 of them. */
class Jitter {
  #last: number | null = null
  #square = 0

  add(value: number): number {
    if (this.#last !== null) this.#square += ((value - this.#last) ** 2 - this.#square) / average
    this.#last = value
    return Math.sqrt(this.#square)
  }
}

class Loop {
  readonly #jitter = new Jitter()
  readonly #wander = new Jitter()
  #before: { readonly boot: string; readonly aNs: bigint; readonly dNs: bigint } | null = null
  #ppm = 0

  /** Offset (s), frequency (ppm), jitter (s), wander (ppm), time constant (log2 s); `null` without a bound. */
  line({ bootId, atNs, d, consensus }: SampleBody & StoredStamp): string | null {
    if (consensus.lowNs === null || consensus.highNs === null) return null
    const now = { boot: bootId, aNs: BigInt(atNs), dNs: (BigInt(d.lowNs) + BigInt(d.highNs)) / 2n }
    const before = this.#before
    this.#before = now
    if (before?.boot === now.boot && now.aNs > before.aNs) {
      const ppm = (Number(now.dNs - before.dNs) / Number(now.aNs - before.aNs)) * 1e6
      this.#ppm = Math.min(mostPpm, Math.max(-mostPpm, ppm))
    }
    const offset = (seconds(consensus.lowNs) + seconds(consensus.highNs)) / 2
    const jitter = this.#jitter.add(offset)
    const wander = this.#wander.add(this.#ppm)
    return `${offset.toFixed(9)} ${this.#ppm.toFixed(6)} ${jitter.toFixed(9)} ${wander.toFixed(6)} 6`
  }
}

/** The two files of a day. */
class DayFiles {
  readonly #folder: string
  #day = Number.NaN
  #open: { readonly file: number; chunks: string[] }[] = []
  bytes = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  turn(ms: number): void {
    const day = Math.floor(ms / dayMs)
    if (day === this.#day) return
    this.close()
    this.#day = day
    const label = new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')
    this.#open = ['loopstats', 'peerstats'].map((stem) => ({
      // A wall clock that is set back over midnight comes to a day again.
      file: openSync(join(this.#folder, `${stem}.${label}`), 'a'),
      chunks: [],
    }))
  }

  loop(line: string): void {
    this.#open[0]?.chunks.push(line)
  }

  peer(line: string): void {
    this.#open[1]?.chunks.push(line)
  }

  close(): void {
    for (const { file, chunks } of this.#open) {
      this.bytes += writeSync(file, chunks.join(''))
      closeSync(file)
    }
    this.#open = []
  }
}
