/**
 * Writes long trails fast: records of a computer that is audited by three references under the default configuration, with a
 * heartbeat between two samples, hourly closes, a segment a day, some sets, a sleep a week and a reboot a month. Lines are filled
 * into a text that was made canonical once.
 * @module
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { formatInstant } from '../../lib/instant.js'
import { type Role, roles, testNames } from '../../lib/ntp/types.js'
import { seeded } from '../../lib/testing/random.js'
import { canonicalize } from '../../lib/trail/canonical.js'
import { leafHash } from '../../lib/trail/hash.js'
import { segmentPath } from '../../lib/trail/paths.js'
import { openDraft } from './trail-builder.js'

export interface LongTrailOptions {
  /** How many scheduled samples; 493,000 are a year. */
  readonly samples: number
  /** UTC of the first record (ns). Default 2025-01-01T00:00:00Z. */
  readonly startUtc?: bigint
  readonly seed?: number
  /** Whether anything happens besides samples and heartbeats. Default true. */
  readonly eventful?: boolean
}

export interface LongTrail {
  readonly folder: string
  readonly records: number
  readonly bytes: number
  readonly fromNs: bigint
  readonly toNs: bigint
}

const second = 1_000_000_000n
const tai0 = 37n * second
const everyNs = 64n * second
const beatNs = 60n * second

/** A text with holes; what fills them is given in the order of their names in the text. */
type Template = readonly { readonly text: string; readonly hole: string | null }[]

function fill(template: Template, values: Readonly<Record<string, string>>): string {
  let line = ''
  for (const { text, hole } of template) line += hole === null ? text : text + (values[hole] ?? '')
  return line
}

const hole = (name: string): string => `@${name}@`
/** A hole for a number: the quotes that hold it are taken away. */
const bare = (text: string): string => text.replace(/"@(seq|trigger|segment|count|epoch|looks)@"/g, '@$1@')

const stamp = {
  seq: hole('seq'),
  prev: hole('prev'),
  wall: hole('wall'),
  monoNs: hole('mono'),
  bootNs: hole('boot'),
  rawNs: hole('a'),
  bootId: hole('bootId'),
  d: { lowNs: hole('dLow'), highNs: hole('dHigh') },
  since: {
    looks: hole('looks'),
    widestSilenceNs: '250004274',
    notice: 'none',
    small: { count: 0, sumNs: '0' },
    chord: { lowNs: '-1335', highNs: '2105' },
  },
}

function readingOf(role: Role, i: number): object {
  return {
    ...{ ok: true, server: `${role}.time.example.net`, port: 123, address: `192.0.2.${i + 1}`, self: false },
    ...{ t1: 'ed50a30bd74596de', t2: 'ed50a30bd7f5f0ae', t3: 'ed50a30bd7f5f0ae', t4: 'ed50a30bd94ac217' },
    ...{
      li: 0,
      vn: 4,
      mode: 4,
      stratum: 1,
      poll: 6,
      precision: -20,
      rootDelay: '00000000',
      rootDispersion: '00000021',
    },
    ...{ referenceId: '47505300', referenceTime: 'ed50a30ad7f5f0ae', atNs: hole(`at${i}`), lineNs: hole('dLow') },
    ...{ readingNs: '601', offsetNs: hole(`offset${i}`), delayNs: '7891371', rootDistanceNs: hole(`half${i}`) },
    ...{ lowNs: hole(`low${i}`), highNs: hole(`high${i}`), ignored: 0 },
    m: { lowNs: hole(`mLow${i}`), highNs: hole(`mHigh${i}`) },
    tests: Object.fromEntries(testNames.map((name) => [name, 1])),
  }
}

function templateOf(value: object): Template {
  const parts = bare(canonicalize(value)).split('@')
  return parts.flatMap((text, i) => (i % 2 === 0 ? [{ text, hole: parts[i + 1] ?? null }] : []))
}

const sampleLine = (reason: string): Template =>
  templateOf({
    ...stamp,
    ...{ type: 'sample', reason, trigger: reason === 'clock-change' ? hole('trigger') : null, part: 'all' },
    ...{ atNs: hole('a'), taiUtc: 37, ratePpb: 100_000, resolutionNs: '1', toleranceNs: '50000000' },
    readings: Object.fromEntries(roles.map((role, i) => [role, readingOf(role, i)])),
    consensus: {
      ...{ state: 'agreed', support: 'voted', m: { lowNs: hole('mLow'), highNs: hole('mHigh') } },
      ...{ lowNs: hole('low'), highNs: hole('high'), agree: [...roles], dissent: [], faults: 1, configured: 3 },
    },
    ...{ verdict: 'PROVEN', cause: null },
  })

const lines = {
  scheduled: sampleLine('scheduled'),
  caused: sampleLine('clock-change'),
  heartbeat: templateOf({ ...stamp, type: 'heartbeat' }),
  close: templateOf({
    ...stamp,
    ...{ type: 'close', epoch: hole('epoch'), firstSeq: 1, count: hole('count'), previousCheckpoint: '' },
    ...{ nextKey: '', final: false, reason: 'epoch' },
  }),
  change: templateOf({
    ...stamp,
    ...{ type: 'clock-change', earliestNs: hole('from'), latestNs: hole('a'), class: 'step', by: 'foreign' },
    ...{ size: { lowNs: hole('sizeLow'), highNs: hole('sizeHigh') }, seen: 'divergence' },
    ...{ wallBefore: hole('wallBefore'), wallAfter: hole('wall') },
  }),
  suspend: templateOf({
    ...stamp,
    ...{ type: 'gap', fromNs: hole('from'), toNs: hole('from'), wallFrom: hole('wallBefore'), wallTo: hole('wall') },
    ...{ cause: 'suspend', breaks: 'mono' },
  }),
  boot: templateOf({
    ...stamp,
    ...{ type: 'gap', fromNs: null, toNs: hole('a'), wallFrom: hole('wallBefore'), wallTo: hole('wall') },
    ...{ cause: 'boot', breaks: 'mono' },
  }),
} as const

/** Writes a trail into a folder. */
export function writeLongTrail(folder: string, options: LongTrailOptions): LongTrail {
  return new LongWriter(folder, options).write(options)
}

class LongWriter {
  readonly #folder: string
  readonly #startUtc: bigint
  readonly #random: () => number
  #utc: bigint
  #a = 1_000n * second
  #slept = 0n
  /** Wall - UTC. */
  #ahead = 800_000n
  #boots = 1
  #seq = 0
  #prev = ''
  #segment = 0
  #label = ''
  #file = -1
  #chunks: string[] = []
  #bytes = 0

  constructor(folder: string, options: LongTrailOptions) {
    this.#folder = folder
    this.#startUtc = options.startUtc ?? 1_735_689_600n * second
    this.#utc = this.#startUtc
    this.#random = seeded(options.seed ?? 1)
  }

  write({ samples, eventful = true }: LongTrailOptions): LongTrail {
    this.#open('start')
    let epochs = 0n
    for (let i = 1; i <= samples; i += 1) {
      if (formatInstant(this.#utc).slice(0, 10) !== this.#label) this.#open('rotation')
      this.#sample('scheduled')
      this.#pass(beatNs)
      this.#record(lines.heartbeat, {})
      this.#pass(everyNs - beatNs)
      const hours = (this.#utc - this.#startUtc) / (3_600n * second)
      if (hours > epochs) {
        epochs = hours
        this.#record(lines.close, { epoch: `${hours}`, count: '114' })
      }
      if (!eventful) continue
      if (i % 9_450 === 4_000) this.#set(i % 2 === 0 ? 35_000_000n : -35_000_000n)
      if (i % 9_450 === 7_000) this.#sleep(3_600n * second)
      if (i % 40_000 === 20_000) this.#reboot(300n * second)
    }
    this.#flush()
    closeSync(this.#file)
    return {
      folder: this.#folder,
      records: this.#seq,
      bytes: this.#bytes,
      fromNs: this.#startUtc,
      toNs: this.#utc,
    }
  }

  /** The crystal is 12 ppm fast, the wall clock is kept near UTC by a daemon. */
  #pass(ns: bigint): void {
    this.#utc += ns
    this.#a += ns + (ns * 12n) / 1_000_000n
  }

  get #d(): bigint {
    return this.#utc + this.#ahead - this.#a
  }

  #set(by: bigint): void {
    this.#pass(second / 4n)
    const wallBefore = formatInstant(this.#utc + this.#ahead - second / 4n)
    this.#ahead += by
    const size = { sizeLow: `${by - 900n}`, sizeHigh: `${by + 900n}` }
    this.#record(lines.change, { ...size, from: `${this.#a - second / 4n}`, wallBefore })
    const trigger = `${this.#seq}`
    this.#pass(second / 10n)
    this.#sample('caused', trigger)
    this.#ahead -= by
    this.#pass(10n * second)
    this.#record(lines.change, {
      ...{ sizeLow: `${-by - 900n}`, sizeHigh: `${-by + 900n}`, from: `${this.#a - second / 4n}` },
      wallBefore: formatInstant(this.#utc + by + this.#ahead - second / 4n),
    })
  }

  #sleep(ns: bigint): void {
    const wallBefore = formatInstant(this.#utc + this.#ahead)
    const from = `${this.#a}`
    this.#utc += ns
    this.#slept += ns
    this.#pass(second / 10n)
    this.#record(lines.suspend, { from, wallBefore })
  }

  #reboot(ns: bigint): void {
    const wallBefore = formatInstant(this.#utc + this.#ahead)
    this.#utc += ns
    this.#boots += 1
    this.#a = 40n * second
    this.#slept = 0n
    this.#open('start')
    this.#record(lines.boot, { wallBefore })
  }

  #sample(kind: 'scheduled' | 'caused', trigger = ''): void {
    const values: Record<string, string> = { trigger }
    const m = this.#utc + tai0 - this.#a
    let low = -(1n << 62n)
    let high = 1n << 62n
    const widest = { low, high }
    for (let i = 0; i < 3; i += 1) {
      const half = 3_000_000n + BigInt(Math.floor(this.#random() * 9_000_000))
      const centre = m + (half * BigInt(Math.floor(this.#random() * 160) - 80)) / 100n
      Object.assign(values, {
        ...{
          [`at${i}`]: `${this.#a - 7_000_000n}`,
          [`half${i}`]: `${half}`,
          [`offset${i}`]: `${centre - m - this.#ahead}`,
        },
        ...{ [`low${i}`]: `${centre - half - m - this.#ahead}`, [`high${i}`]: `${centre + half - m - this.#ahead}` },
        ...{ [`mLow${i}`]: `${centre - half}`, [`mHigh${i}`]: `${centre + half}` },
      })
      // The second lowest of the low ends, the second highest of the high ones: covered by at least two.
      if (centre - half > widest.low) [low, widest.low] = [widest.low, centre - half]
      else if (centre - half > low) low = centre - half
      if (centre + half < widest.high) [high, widest.high] = [widest.high, centre + half]
      else if (centre + half < high) high = centre + half
    }
    const error = { low: low - m - this.#ahead - 600n, high: high - m - this.#ahead + 600n }
    Object.assign(values, { mLow: `${low}`, mHigh: `${high}`, low: `${error.low}`, high: `${error.high}` })
    this.#record(lines[kind], values)
  }

  #open(reason: 'start' | 'rotation'): void {
    this.#flush()
    if (this.#file >= 0) closeSync(this.#file)
    this.#label = formatInstant(this.#utc).slice(0, 10)
    this.#segment += 1
    const path = join(this.#folder, segmentPath(this.#label, this.#segment))
    mkdirSync(dirname(path), { recursive: true })
    this.#file = openSync(path, 'w')
    const configuration = {
      ...{ intervalNs: '64000000000', longestGapNs: '256000000000', toleranceNs: '50000000', slewPpb: 500_000 },
      witness: { periodNs: '250000000', reportNs: '1000000' },
      references: roles.map((role) => ({ host: `${role}.time.example.net` })),
    }
    const template = templateOf({
      ...{ ...openDraft, ...stamp, reason, segment: hole('segment'), label: this.#label, zone: 'UTC', lock: 'file' },
      ...{ syncsFolders: true, afterCrash: false, supersedes: null, configuration },
    })
    this.#record(template, { segment: `${this.#segment}` })
  }

  #record(template: Template, more: Record<string, string>): void {
    this.#seq += 1
    more.seq = `${this.#seq}`
    more.prev = this.#prev
    more.wall = formatInstant(this.#utc + this.#ahead)
    more.mono = `${this.#a + 34_383_537n}`
    more.boot = `${this.#a + this.#slept + 34_383_537n}`
    more.a = `${this.#a}`
    more.bootId = `00000000-0000-4000-8000-${String(this.#boots).padStart(12, '0')}`
    more.dLow = `${this.#d - 600n}`
    more.dHigh = `${this.#d + 600n}`
    more.looks = '16'
    const line = fill(template, more)
    this.#prev = leafHash(Buffer.from(line, 'latin1'))
    this.#chunks.push(line)
    this.#bytes += line.length + 1
    if (this.#chunks.length >= 512) this.#flush()
  }

  #flush(): void {
    if (this.#chunks.length === 0) return
    writeSync(this.#file, Buffer.from(`${this.#chunks.join('\n')}\n`, 'latin1'))
    this.#chunks = []
  }
}
