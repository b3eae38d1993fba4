/**
 * Builds small valid trails for tests, by plain calls: a computer with a settable wall clock, references that know the
 * truth, and the records an auditor would have written. All numbers in seconds, rounded to whole nanoseconds.
 * @module
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Breaks, ChangeBy, ChangeClass, GapCause } from '../../lib/clock/types.js'
import type { Cause, ConsensusState, SampleReason, Support, Verdict } from '../../lib/consensus/types.js'
import { formatInstant, parseInstant } from '../../lib/instant.js'
import { type Role, roles, testNames } from '../../lib/ntp/types.js'
import { type Files, unsyncedFiles } from '../../lib/scribe/files.js'
import type { ErrorData, SealNews } from '../../lib/scribe/messages.js'
import type { SealOptions } from '../../lib/scribe/resume.js'
import { type OpenDraft, Scribe } from '../../lib/scribe/scribe.js'
import type { Draft, Placed, SampleBody, ServiceBody, StoredReading, StoredStamp } from '../../lib/trail/types.js'
import { SealedWriter, type Writer } from './sealed-writer.js'

/** TAI - UTC that every built trail uses. */
export const taiUtc = 37

export interface BuilderOptions {
  /** Default: a fresh folder below the system's temporary one. */
  readonly folder?: string
  /** UTC at the beginning, ISO 8601 with nanoseconds. Default `2026-03-03T10:00:00.000000000Z`. */
  readonly utc?: string
  /** What the wall clock shows too much at the beginning (s). Default 0. */
  readonly wallAhead?: number
  readonly zone?: string
  readonly bootId?: string
  /** By how many parts per million the audit clock runs fast. Default 0. */
  readonly ppm?: number
  /** Fields of every `open` record. */
  readonly open?: Partial<OpenDraft>
  /** Default: the real file system, without syncs. */
  readonly files?: Files
  /** The trail is sealed, by keys out of this seed and by a writer beside the scribe. */
  readonly sealedBy?: string
  /** Seals the trail; default: nothing is sealed. Keys default to `<folder>.keys`, an epoch to an hour. */
  readonly seals?: Partial<SealOptions>
  /** Days after which segments are compressed; default: never. */
  readonly compressAfter?: bigint
}

export interface SampleOptions {
  /** Half-width of the bound (s). Default 0.001. */
  readonly width?: number
  /** How far the bound's middle lies from the truth (s): more than `width` makes references that lie. Default 0. */
  readonly lie?: number
  readonly state?: ConsensusState
  readonly support?: Support | null
  readonly reason?: SampleReason
  readonly tolerance?: number
  readonly verdict?: Verdict
  readonly cause?: Cause | null
  readonly agree?: readonly Role[]
  readonly dissent?: readonly Role[]
  /** Roles that did not answer. */
  readonly silent?: readonly Role[]
  /** By how much more than the others' a reference's answer says (s). */
  readonly apart?: { readonly [role in Role]?: number }
  /** Round trips (s). Default: {@link width}. */
  readonly delays?: { readonly [role in Role]?: number }
  /** The last clock-change caused it. */
  readonly triggered?: boolean
  readonly chord?: { readonly low: number; readonly high: number }
}

export interface StampOptions {
  readonly chord?: { readonly low: number; readonly high: number }
  readonly looks?: number
  readonly widestSilence?: number
  readonly notice?: 'none' | 'seen' | 'absent'
}

/** Whole nanoseconds of a number of seconds. */
export function ns(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e9))
}

/** An `open` record as an engine would ask for it. */
export const openDraft: OpenDraft = {
  type: 'open',
  format: 1,
  origin: 'ntp-auditor.example/builder',
  host: 'builder',
  identity: { organisation: 'Example', asset: 'A-1', site: 'Lab', machine: '0011223344556677' },
  versions: { auditor: '0.1.0', node: '20.20.2', os: 'Linux 6.1' },
  platform: 'linux-x64',
  clockSource: 'simulated',
  auditClock: 'CLOCK_MONOTONIC_RAW',
  steered: false,
  coupled: true,
  resolutionNs: '1',
  driftPpb: 100_000,
  ratePpb: 100_000,
  engine: 'inline',
  epoch: 1,
  publicKey: '',
  enrolled: false,
  reason: 'start',
  simulation: true,
  configuration: { tolerance: '1s' },
  configurationDigest: '0'.repeat(64),
}

export class TrailBuilder {
  readonly folder: string
  /** What was written, but for the `open` records of rotations. */
  readonly placed: Placed[] = []
  /** What the scribe told of seals and of problems. */
  readonly seals: SealNews[] = []
  readonly problems: ErrorData[] = []
  #options: BuilderOptions
  #writer: Writer | null = null
  #sealed: SealedWriter | null = null
  #drafts = 0
  #utcNs: bigint
  #wallNs: bigint
  #aNs = 1_000_000_000_000n
  #sleptNs = 0n
  #bootId: string
  #lastChange: number | null = null
  #lastA = 0n

  constructor(options: BuilderOptions = {}) {
    this.#options = options
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'trail-'))
    this.#utcNs = parseInstant(options.utc ?? '2026-03-03T10:00:00.000000000Z')
    this.#wallNs = this.#utcNs + ns(options.wallAhead ?? 0)
    this.#bootId = options.bootId ?? '5f0c7a52-0000-4000-8000-000000000001'
    this.#lastA = this.#aNs
  }

  /** The audit clock, what the wall shows, and the truth that nobody on the computer knows (ns). */
  get aNs(): bigint {
    return this.#aNs
  }
  get wallNs(): bigint {
    return this.#wallNs
  }
  get utcNs(): bigint {
    return this.#utcNs
  }
  get wall(): string {
    return formatInstant(this.#wallNs)
  }
  /** seq of the last record. */
  get seq(): number {
    return this.placed.at(-1)?.record.seq ?? 0
  }
  /** The scribe that writes, between `open` and `close` or `crash`. */
  get scribe(): Scribe {
    if (!(this.#writer instanceof Scribe)) throw new Error('open the trail first')
    return this.#writer
  }
  /** The writer of a sealed trail. */
  get sealed(): SealedWriter {
    const { sealedBy, zone = 'UTC' } = this.#options
    if (sealedBy === undefined) throw new Error('this trail is not sealed')
    this.#sealed ??= new SealedWriter(this.folder, zone, sealedBy)
    return this.#sealed
  }
  /** The text of the key that a sealed trail begins with. */
  get vkey(): string {
    return this.sealed.vkey(this.#options.open?.origin ?? openDraft.origin)
  }

  /** Lets time pass: everything runs on. */
  advance(seconds: number): this {
    const by = ns(seconds)
    // Somebody keeps the wall clock to the truth.
    this.#aNs += by + ns((seconds * (this.#options.ppm ?? 0)) / 1e6)
    this.#utcNs += by
    this.#wallNs += by
    return this
  }

  /** Somebody moves the wall clock; nothing is recorded by this. Positive = forward. */
  set(seconds: number): this {
    this.#wallNs += ns(seconds)
    return this
  }

  /** The computer sleeps: the audit clock stands still. */
  suspend(seconds: number): this {
    const by = ns(seconds)
    this.#utcNs += by
    this.#wallNs += by
    this.#sleptNs += by
    return this
  }

  /** The computer starts anew after `seconds` of being off: another boot id, clocks from zero. */
  reboot(seconds: number, bootId: string): this {
    const by = ns(seconds)
    this.#utcNs += by
    this.#wallNs += by
    this.#aNs = 20_000_000_000n
    this.#lastA = this.#aNs
    this.#sleptNs = 0n
    this.#bootId = bootId
    return this
  }

  /** The clock fields that a record written now would have. */
  stamp(options: StampOptions = {}): StoredStamp {
    const d = this.#wallNs - this.#aNs
    const elapsed = this.#aNs - this.#lastA
    return {
      wall: formatInstant(this.#wallNs),
      monoNs: this.#aNs.toString(),
      bootNs: (this.#aNs + this.#sleptNs).toString(),
      rawNs: this.#aNs.toString(),
      bootId: this.#bootId,
      d: { lowNs: (d - 400n).toString(), highNs: (d + 400n).toString() },
      since: {
        looks: options.looks ?? Number(elapsed / 250_000_000n),
        widestSilenceNs: (options.widestSilence === undefined ? 250_000_000n : ns(options.widestSilence)).toString(),
        notice: options.notice ?? 'none',
        small: { count: 0, sumNs: '0' },
        chord: {
          lowNs: ns(options.chord?.low ?? 0).toString(),
          highNs: ns(options.chord?.high ?? 0).toString(),
        },
      },
    }
  }

  /** An auditor starts (again). */
  open(extra: Partial<OpenDraft> = {}): Placed {
    const { folder, zone = 'UTC', files = unsyncedFiles } = { ...this.#options, folder: this.folder }
    this.#writer ??=
      this.#options.sealedBy !== undefined
        ? this.sealed
        : Scribe.open({
            folder,
            zone,
            files,
            ...(this.#options.seals && { seals: { ...sealsOf(folder), ...this.#options.seals } }),
            ...(this.#options.compressAfter !== undefined && {
              compressAfterNs: this.#options.compressAfter * 86_400_000_000_000n,
            }),
            onSealed: (news) => this.seals.push(news),
            onProblem: (problem) => this.problems.push(problem),
          })
    const draft: OpenDraft = { ...openDraft, ...this.#options.open, ...extra }
    const placed = this.#writer.begin(draft, this.stamp({ looks: 1, widestSilence: 0 }))
    this.placed.push(...placed)
    this.#lastA = this.#aNs
    const [open] = placed
    if (!open) throw new Error('nothing was written')
    return open
  }

  /** A round over the references, whose bound contains the truth unless they lie. */
  sample(options: SampleOptions = {}): Placed {
    const width = ns(options.width ?? 0.001)
    const tai = this.#utcNs + BigInt(taiUtc) * 1_000_000_000n
    const centre = tai - this.#aNs + ns(options.lie ?? 0)
    const state = options.state ?? 'single'
    const bound = state !== 'conflict' && state !== 'none'
    const m = { lowNs: centre - width, highNs: centre + width }
    const d = this.#wallNs - this.#aNs
    const tai0 = BigInt(taiUtc) * 1_000_000_000n
    const error = { lowNs: m.lowNs - (d + 400n) - tai0, highNs: m.highNs - (d - 400n) - tai0 }
    const tolerance = ns(options.tolerance ?? 1)
    const judged = judge(bound ? error : null, tolerance)
    const silent = options.silent ?? []
    const asked: Role[] = state === 'single' ? ['primary'] : ['primary', 'secondary', 'tertiary']
    const readings: { [role in Role]?: StoredReading } = {}
    for (const role of asked) {
      const own = centre + ns(options.apart?.[role] ?? 0)
      const delay = options.delays?.[role]
      readings[role] = silent.includes(role)
        ? silence(role)
        : this.#reading(role, own, width, delay === undefined ? width : ns(delay))
    }
    const body: SampleBody = {
      type: 'sample',
      reason: options.reason ?? (options.triggered ? 'clock-change' : 'scheduled'),
      trigger: options.triggered ? this.#lastChange : null,
      part: 'all',
      atNs: this.#aNs.toString(),
      taiUtc,
      ratePpb: 100_000,
      resolutionNs: '1',
      readings,
      consensus: {
        state,
        support: bound ? (options.support ?? (state === 'single' ? 'single' : 'voted')) : null,
        m: bound ? { lowNs: m.lowNs.toString(), highNs: m.highNs.toString() } : null,
        lowNs: bound ? error.lowNs.toString() : null,
        highNs: bound ? error.highNs.toString() : null,
        agree: options.agree ?? asked.filter((role) => bound && !silent.includes(role)),
        dissent: options.dissent ?? [],
        faults: bound && state !== 'single' ? 1 : 0,
        configured: asked.length,
      },
      toleranceNs: tolerance.toString(),
      verdict: options.verdict ?? judged.verdict,
      cause: options.cause === undefined ? judged.cause : options.cause,
    }
    return this.#record(body, options.chord ? { chord: options.chord } : {})
  }

  /** Records that the wall clock was moved by `size` seconds, after {@link set} did so. */
  change(
    size: number,
    options: {
      class?: ChangeClass
      by?: ChangeBy
      seen?: 'divergence' | 'kernel-notice'
      /** How long before now the last look was that saw the old line (s). Default 0.25. */
      before?: number
    } & StampOptions = {},
  ): Placed {
    const before = ns(options.before ?? 0.25)
    const placed = this.#record(
      {
        type: 'clock-change',
        earliestNs: (this.#aNs - before).toString(),
        latestNs: this.#aNs.toString(),
        size: { lowNs: (ns(size) - 800n).toString(), highNs: (ns(size) + 800n).toString() },
        class: options.class ?? 'step',
        by: options.by ?? 'foreign',
        seen: options.seen ?? 'divergence',
        wallBefore: formatInstant(this.#wallNs - ns(size) - before),
        wallAfter: formatInstant(this.#wallNs),
      },
      options,
    )
    this.#lastChange = placed.record.seq
    return placed
  }

  /** Records a gap that ends now and began `seconds` ago on the audit clock (`null`: in another boot). */
  gap(
    cause: GapCause,
    breaks: Breaks,
    seconds: number | null,
    options: StampOptions & { wallFrom?: string } = {},
  ): Placed {
    const length = ns(seconds ?? 0)
    return this.#record(
      {
        type: 'gap',
        fromNs: seconds === null ? null : (this.#aNs - length).toString(),
        toNs: this.#aNs.toString(),
        wallFrom: options.wallFrom ?? formatInstant(this.#wallNs - length),
        wallTo: formatInstant(this.#wallNs),
        cause,
        breaks,
      },
      options,
    )
  }

  heartbeat(options: StampOptions = {}): Placed {
    return this.#record({ type: 'heartbeat' }, options)
  }

  /** What a service of the auditor records. */
  service(body: ServiceBody): Placed {
    return this.#record(body, {})
  }

  note(on: number, text: string, by = 'somebody'): Placed {
    return this.#record({ type: 'note', on, text, by }, {})
  }

  /** An epoch of a trail with {@link BuilderOptions.sealedBy} ends. */
  endEpoch(reason = 'epoch'): Placed {
    return this.#keep(this.sealed.seal(reason, this.stamp()))
  }

  /** The key of a sealed trail is lost; the epoch goes on under the key of another seed. */
  rekey(seed: string, why = 'lost'): Placed {
    return this.#keep(this.sealed.rekey(seed, why, this.stamp()))
  }

  /** Takes away the first segments of a sealed trail. */
  prune(segments: number): Placed {
    return this.#keep(this.sealed.prune(segments, this.stamp()))
  }

  /** Closes the epoch behind the last record. */
  seal(reason = 'requested'): SealNews {
    const last = this.placed.at(-1)
    if (!last) throw new Error('nothing was written')
    return this.scribe.seal(reason, last.record)
  }

  /** The auditor stops in good order. */
  close(reason = 'stop'): Placed {
    const placed = this.#open().close(reason, this.stamp())
    this.#writer = null
    if (!placed) throw new Error('nothing was written')
    return this.#keep(placed)
  }

  /** The auditor dies: no `close` record. {@link open} starts another. */
  crash(): this {
    this.#open().abandon()
    this.#writer = null
    return this
  }

  #record(body: Draft['body'], options: StampOptions): Placed {
    this.#drafts += 1
    const draft: Draft = { stamp: this.stamp(options), body, id: this.#drafts, triggerId: null }
    const placed = this.#open().append(draft)
    return this.#keep(placed)
  }

  #open(): Writer {
    if (!this.#writer) throw new Error('open the trail first')
    return this.#writer
  }

  #keep(placed: Placed): Placed {
    this.placed.push(placed)
    this.#lastA = this.#aNs
    return placed
  }

  #reading(role: Role, centre: bigint, width: bigint, delay: bigint): StoredReading {
    const tai0 = BigInt(taiUtc) * 1_000_000_000n
    const offset = centre + this.#aNs - tai0 - this.#wallNs
    const t4 = this.#wallNs
    const t1 = t4 - delay
    return {
      ok: true,
      server: `${role}.example.net`,
      port: 123,
      address: `192.0.2.${roles.indexOf(role) + 1}`,
      self: false,
      t1: ntpHex(t1),
      t2: ntpHex(t1 + offset + delay / 2n),
      t3: ntpHex(t1 + offset + delay / 2n),
      t4: ntpHex(t4),
      li: 0,
      vn: 4,
      mode: 4,
      stratum: 1,
      poll: 6,
      precision: -20,
      rootDelay: '00000000',
      rootDispersion: '00000010',
      referenceId: '47505300',
      referenceTime: ntpHex(t1 + offset - 8_000_000_000n),
      tests: Object.fromEntries(testNames.map((name) => [name, 1])) as Record<(typeof testNames)[number], 0 | 1>,
      atNs: this.#aNs.toString(),
      lineNs: (this.#wallNs - this.#aNs).toString(),
      readingNs: '401',
      offsetNs: offset.toString(),
      delayNs: delay.toString(),
      rootDistanceNs: width.toString(),
      lowNs: (offset - width).toString(),
      highNs: (offset + width).toString(),
      m: { lowNs: (centre - width).toString(), highNs: (centre + width).toString() },
      ignored: 0,
    }
  }
}

/** Keys beside a trail folder. */
export function sealsOf(folder: string): SealOptions {
  const beside = { keys: `${folder}.keys`, genesisBeside: `${folder}.genesis.vkey` }
  return { ...beside, genesis: null, epochNs: 3_600_000_000_000n }
}

function judge(
  error: { lowNs: bigint; highNs: bigint } | null,
  tolerance: bigint,
): { verdict: Verdict; cause: Cause | null } {
  if (error === null) return { verdict: 'INDETERMINATE', cause: 'conflict' }
  if (error.lowNs >= -tolerance && error.highNs <= tolerance) return { verdict: 'PROVEN', cause: null }
  if (error.lowNs > tolerance || error.highNs < -tolerance) return { verdict: 'VIOLATED', cause: 'out-of-tolerance' }
  return { verdict: 'INDETERMINATE', cause: 'bound-too-wide' }
}

function silence(role: Role): StoredReading {
  return {
    ok: false,
    server: `${role}.example.net`,
    port: 123,
    address: `192.0.2.${roles.indexOf(role) + 1}`,
    error: { code: 'ERR_TIMEOUT', message: 'no answer within 2 s' },
    tests: null,
    stratum: null,
    li: null,
    referenceId: null,
    ignored: 0,
  }
}

function ntpHex(unixNs: bigint): string {
  const value = ((unixNs + 2_208_988_800_000_000_000n) << 32n) / 1_000_000_000n
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0')
}
