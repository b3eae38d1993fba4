/**
 * A day made by hand: three references, one of which lies by 2.5 s; the clock set back three minutes for forty minutes and
 * put right; the auditor down for 25 minutes. Everything a report needs, without a trail.
 * @module
 */
import type { ChangeEntry, GapEntry, Piece, Stretch } from '../../lib/evidence/types.js'
import { formatInstant, parseInstant } from '../../lib/instant.js'
import { type IntervalNs, largest, shift } from '../../lib/interval.js'
import type { TestBits } from '../../lib/ntp/types.js'
import { testNames } from '../../lib/ntp/types.js'
import type { OpenBody, SampleBody, StoredGoodReading, TrailRecord } from '../../lib/trail/types.js'
import { compose } from '../../reports/compose.js'
import type { SampleRecord } from '../../reports/csv/index.js'
import { resolvePeriod } from '../../reports/period.js'
import { findProfile } from '../../reports/profiles/index.js'
import type { Profile } from '../../reports/profiles/types.js'
import { probeChange, probeGap } from '../../reports/registers.js'
import { readSettings, type Subject } from '../../reports/subject.js'
import { Tallies } from '../../reports/tallies.js'
import type { Report, ReportResult } from '../../reports/types.js'
import { checksIn } from '../../reports/windows.js'

export const ms = 1_000_000n
export const s = 1_000_000_000n
export const dayNs = parseInstant('2026-11-21T00:00:00.000000000Z')
const at = (clock: string) => parseInstant(`2026-11-21T${clock}.000000000Z`)

const setBack = at('10:17:23')
const putRight = at('10:57:31')
const downFrom = at('14:00:12')
const downTo = at('14:25:40')

export const tests = Object.fromEntries(testNames.map((name) => [name, 1])) as TestBits

export function good(server: string, offsetNs: bigint, more: Partial<StoredGoodReading> = {}): StoredGoodReading {
  const lambda = 6n * ms
  return {
    ok: true,
    server,
    port: 123,
    address: '192.0.2.7',
    self: false,
    t1: 'ecb5d3c100000000',
    t2: 'ecb5d3c101000000',
    t3: 'ecb5d3c101010000',
    t4: 'ecb5d3c102000000',
    li: 0,
    vn: 4,
    mode: 4,
    stratum: 1,
    poll: 6,
    precision: -23,
    rootDelay: '00000010',
    rootDispersion: '00000020',
    referenceId: '47505300',
    referenceTime: 'ecb5d3b000000000',
    tests,
    atNs: '1000000000000',
    lineNs: '1795000000000000000',
    readingNs: '700',
    offsetNs: offsetNs.toString(),
    delayNs: (8n * ms).toString(),
    rootDistanceNs: lambda.toString(),
    lowNs: (offsetNs - lambda).toString(),
    highNs: (offsetNs + lambda).toString(),
    m: { lowNs: '1', highNs: '2' },
    ignored: 0,
    ...more,
  }
}

export function sampleBody(errorNs: bigint, more: Partial<SampleBody> = {}): SampleBody {
  return {
    type: 'sample',
    reason: 'scheduled',
    trigger: null,
    part: 'all',
    atNs: '1000000000000',
    taiUtc: 37,
    ratePpb: 100_000,
    resolutionNs: '100',
    readings: {
      primary: good('ntp1.example.net', errorNs + 120_000n),
      secondary: good('ntp2.example.net', errorNs - 340_000n, { address: '198.51.100.4', stratum: 2 }),
      tertiary: good('ntp3.example.net', errorNs + 2500n * ms, { address: '2001:db8::3', stratum: 2 }),
    },
    consensus: {
      state: 'agreed',
      support: 'voted',
      m: {
        lowNs: (dayNs + 37n * s - 1_000n * s + errorNs - 6n * ms).toString(),
        highNs: (dayNs + 37n * s - 1_000n * s + errorNs + 6n * ms).toString(),
      },
      lowNs: (errorNs - 6n * ms).toString(),
      highNs: (errorNs + 6n * ms).toString(),
      agree: ['primary', 'secondary'],
      dissent: ['tertiary'],
      faults: 1,
      configured: 3,
    },
    toleranceNs: (50n * ms).toString(),
    verdict: 'PROVEN',
    cause: null,
    ...more,
  }
}

export const openBody: OpenBody = {
  type: 'open',
  format: 1,
  origin: 'example.net/db-7',
  host: 'db-7.example.net',
  identity: {
    organisation: 'Example Exchange plc',
    asset: 'A-0042',
    site: 'Hall 2, rack 7',
    machine: '5f2c9a7be01d44c8a1b2c3d4e5f60718',
  },
  segment: 12,
  label: '2026-11-21',
  zone: 'UTC',
  versions: { auditor: '0.1.0', node: 'v20.20.2', os: 'Linux 6.1.0' },
  platform: 'linux-x64',
  clockSource: 'native',
  auditClock: 'CLOCK_MONOTONIC_RAW',
  steered: false,
  coupled: true,
  resolutionNs: '100',
  driftPpb: 100_000,
  ratePpb: 100_000,
  engine: 'worker',
  lock: 'sqlite',
  syncsFolders: true,
  epoch: 4,
  publicKey: '',
  enrolled: false,
  afterCrash: false,
  reason: 'start',
  simulation: false,
  configuration: {
    toleranceNs: '50000000',
    intervalNs: '64000000000',
    longestGapNs: '256000000000',
    slewPpb: '500000',
    witness: { periodNs: '250000000', reportNs: '1000000', maxRatePpb: '500000' },
    references: [
      { host: 'ntp1.example.net', port: 123, operator: 'NIST', traceableTo: 'UTC(NIST)', smear: 'none' },
      { host: 'ntp2.example.net', port: 123, operator: 'PTB', traceableTo: 'UTC(PTB)', smear: 'none' },
      { host: 'ntp3.example.net', port: 123, operator: null, traceableTo: null, smear: 'none' },
    ],
  },
  configurationDigest: 'c0ffee',
  supersedes: null,
}

/** The error of the made clock: a slow wander of a few ms, and 180 s slow while it is set back. */
function errorAt(ns: bigint): bigint {
  const wander = BigInt(Math.round(3e6 * Math.sin(Number(ns - dayNs) / 9e12)))
  return ns >= setBack && ns < putRight ? wander + 180n * s : wander
}

function sampled(ns: bigint): boolean {
  return ns < downFrom || ns > downTo
}

export interface Day {
  readonly report: Report
  readonly samples: readonly { readonly seq: number; readonly utcNs: bigint; readonly body: SampleBody }[]
}

export interface DayOptions {
  readonly open?: Partial<OpenBody>
  readonly toleranceNs?: bigint
  readonly zone?: string
  readonly profile?: Partial<Profile>
  readonly warningNs?: bigint
  /** Further records, in order of seq. */
  readonly records?: readonly TrailRecord[]
  readonly pieces?: readonly Piece[]
  readonly bodies?: readonly SampleBody[]
  readonly changes?: readonly ChangeEntry[]
  readonly gaps?: readonly GapEntry[]
  readonly integrity?: Partial<ReportResult['integrity']>
}

/** Makes the day, or one that differs from it where told. */
export function makeDay(options: DayOptions = {}): Day {
  const open = { ...openBody, ...options.open }
  const toleranceNs = options.toleranceNs ?? 50n * ms
  const period = resolvePeriod({ day: '2026-11-21' }, { zone: options.zone ?? 'UTC', nowNs: dayNs + 3n * 86_400n * s })
  const samples = options.bodies ? place(options.bodies) : regularSamples(period.toNs)
  const asOf = 10_002 + samples.length
  const profile: Profile = { ...findProfile('custom'), ...options.profile }
  const pieces = options.pieces ?? makePieces(period.fromNs, period.toNs)
  const changed = (options.changes ?? changes()).map(probeChange)
  const missed = (options.gaps ?? gaps()).map((gap) => probeGap(gap, null))
  const probes = [...changed, ...missed].map(({ probe }) => probe)
  const tallies = new Tallies({
    ...period,
    toleranceNs,
    warningNs: options.warningNs ?? null,
    probes,
    checks: checksIn(profile, period),
  })
  for (const piece of pieces) tallies.piece(piece)
  tallies.endOfPieces()
  const stretches = judgePieces(pieces, toleranceNs)
  for (const stretch of stretches) tallies.stretch(stretch)
  const stamp = recordOf(sampleBody(0n), 10_001, dayNs)
  tallies.record({ ...stamp, ...open }, null, true)
  for (const { seq, utcNs, body } of samples) tallies.record(recordOf(body, seq, utcNs), utcNs, true)
  for (const record of options.records ?? []) tallies.record(record, null, true)
  const subject: Subject = {
    open,
    settings: readSettings(open.configuration),
    configurations: 1,
    simulation: open.simulation,
  }
  const report = compose({
    period,
    profile,
    longestGapNs: profile.longestGapNs ?? 3_600n * s,
    toleranceNs,
    warningNs: options.warningNs ?? null,
    asOf,
    closed: true,
    subject,
    stretches,
    changes: changed,
    gaps: missed,
    tallies,
    drift: null,
    integrity: {
      intact: 'self-consistent',
      records: asOf,
      firstSeq: 10_001,
      lastSeq: asOf,
      firstHash: 'a1'.repeat(32),
      lastHash: 'b2'.repeat(32),
      sealedUpTo: 0,
      complete: 'unknown',
      findings: [{ severity: 'note', code: 'unsealed-tail', message: 'no record is sealed' }],
      files: [
        {
          path: '2026/11/2026-11-21.000012.ndjson',
          records: 1_352,
          bytes: 2_345_678,
          sha256: 'c3'.repeat(32),
          ...ends,
        },
        { path: '2026/11/2026-11-22.000013.ndjson', records: 1, bytes: 1_500, sha256: 'd4'.repeat(32), ...ends },
      ],
      misdated: [],
      enrolled: false,
      publicKey: '',
      keys: [],
      seals: [],
      anchors: [],
      uncovered: { bySeal: { fromSeq: 1, records: asOf }, byAnchor: { fromSeq: 1, records: asOf } },
      command: 'ntp-auditor verify TRAIL --key genesis.vkey',
      ...options.integrity,
    },
  })
  return { report, samples }
}

const ends = { firstSeq: 10_001, lastSeq: 11_328, firstHash: 'a1'.repeat(32), lastHash: 'b2'.repeat(32) }

function regularSamples(toNs: bigint): Day['samples'] {
  const bodies: SampleBody[] = []
  const instants: bigint[] = []
  for (let utcNs = dayNs; utcNs < toNs; utcNs += 64n * s) {
    if (!sampled(utcNs)) continue
    instants.push(utcNs)
    bodies.push(sampleBody(errorAt(utcNs)))
  }
  return place(bodies, instants)
}

function place(bodies: readonly SampleBody[], instants: readonly bigint[] = []): Day['samples'] {
  return bodies.map((body, index) => {
    return { seq: 10_002 + index, utcNs: instants[index] ?? dayNs + BigInt(index) * 64n * s, body }
  })
}

/** A piece of the fixture's day; without a bound where `lack` says so. */
export function piece(fromNs: bigint, toNs: bigint, bound: IntervalNs | null, more: Partial<Piece> = {}): Piece {
  return {
    fromNs,
    toNs,
    bound: bound && { from: bound, to: bound },
    forward: null,
    lack: bound ? null : { verdict: 'UNMONITORED', cause: 'no-sample' },
    forwardLack: { verdict: 'UNMONITORED', cause: 'no-sample' },
    support: bound ? 'voted' : null,
    witness: 'complete',
    fromSeq: 10_002,
    toSeq: 10_003,
    estimated: false,
    ...more,
  }
}

/** The record of a sample as it stands in a trail: `body` at an instant of the wall clock. */
export function recordOf(body: SampleBody, seq: number, wallNs: bigint): SampleRecord {
  return {
    seq,
    prev: 'ab'.repeat(32),
    wall: formatInstant(wallNs),
    monoNs: '1000000000000',
    bootNs: '1000000000000',
    rawNs: '1000000000000',
    bootId: '7d2f4a52-0f6b-4b86-9f05-2f5f4b9d3c11',
    d: { lowNs: (wallNs - 1_000_000_000_600n).toString(), highNs: (wallNs - 999_999_999_400n).toString() },
    since: {
      looks: 256,
      widestSilenceNs: '250400000',
      notice: 'none',
      small: { count: 0, sumNs: '0' },
      chord: { lowNs: '-1200', highNs: '900' },
    },
    ...body,
  }
}

function makePieces(fromNs: bigint, toNs: bigint): Piece[] {
  const cuts = new Set<bigint>([fromNs, toNs, setBack, setBack + s / 4n, putRight, putRight + s / 4n, downFrom, downTo])
  for (let ns = fromNs; ns < toNs; ns += 64n * s) if (sampled(ns)) cuts.add(ns)
  const sorted = [...cuts].sort((a, b) => (a < b ? -1 : 1))
  const pieces: Piece[] = []
  for (let index = 0; index + 1 < sorted.length; index += 1) {
    const from = sorted[index]!
    const to = sorted[index + 1]!
    const changing = from === setBack || from === putRight
    const down = from === downFrom
    const bound = (ns: bigint): IntervalNs => shift({ lowNs: -6n * ms, highNs: 6n * ms + (ns % 7n) }, errorAt(from))
    pieces.push({
      fromNs: from,
      toNs: to,
      bound: changing || down ? null : { from: bound(from), to: bound(to) },
      forward: null,
      lack: changing
        ? { verdict: 'INDETERMINATE', cause: 'clock-change' }
        : down
          ? { verdict: 'UNMONITORED', cause: 'auditor-down' }
          : null,
      forwardLack: { verdict: 'UNMONITORED', cause: 'no-sample' },
      support: changing || down ? null : 'voted',
      witness: 'complete',
      fromSeq: 10_001 + index,
      toSeq: 10_002 + index,
      estimated: down,
    })
  }
  return pieces
}

/** A plain judge for fixtures: runs of pieces of one verdict, the widest edge of each. */
export function judgePieces(pieces: readonly Piece[], toleranceNs: bigint): Stretch[] {
  const stretches: Stretch[] = []
  for (const piece of pieces) {
    const edge =
      piece.bound && (largest(piece.bound.to) > largest(piece.bound.from) ? piece.bound.to : piece.bound.from)
    const outside = piece.bound && (piece.bound.from.lowNs > toleranceNs || piece.bound.from.highNs < -toleranceNs)
    const inside = edge && largest(edge) <= toleranceNs
    const verdict = piece.lack ? piece.lack.verdict : outside ? 'VIOLATED' : inside ? 'PROVEN' : 'INDETERMINATE'
    const cause = piece.lack ? piece.lack.cause : outside ? 'out-of-tolerance' : inside ? null : 'bound-too-wide'
    const last = stretches.at(-1)
    const worst = edge && { ...edge, atNs: edge === piece.bound?.to ? piece.toNs : piece.fromNs }
    if (last && last.verdict === verdict && last.cause === cause) {
      const wider = worst && last.worst && largest(worst) > largest(last.worst) ? worst : last.worst
      stretches[stretches.length - 1] = { ...last, toNs: piece.toNs, toSeq: piece.toSeq, worst: wider }
      continue
    }
    stretches.push({
      fromNs: piece.fromNs,
      toNs: piece.toNs,
      verdict,
      cause,
      worst,
      support: piece.support,
      witness: piece.witness,
      fromSeq: piece.fromSeq,
      toSeq: piece.toSeq,
      estimated: piece.estimated,
    })
  }
  return stretches
}

function changes(): ChangeEntry[] {
  const entry = (seq: number, at: bigint, size: bigint, by: 'foreign' | 'unknown'): ChangeEntry => ({
    seq,
    earliestNs: at,
    latestNs: at + s / 4n,
    size: { lowNs: size - 1_200n, highNs: size + 900n },
    class: 'step',
    by,
    wallBeforeNs: at,
    wallAfterNs: at + size + s / 4n,
    sample: seq + 1,
    error: shift({ lowNs: -6n * ms, highNs: 6n * ms }, size < 0n ? -size : 0n),
  })
  return [entry(10_581, setBack, -180n * s, 'foreign'), entry(10_620, putRight, 180n * s, 'unknown')]
}

function gaps(): GapEntry[] {
  return [{ seq: 10_777, fromNs: downFrom, toNs: downTo, cause: 'auditor-down', breaks: 'mono', estimated: true }]
}
