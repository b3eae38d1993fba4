/**
 * The records of a trail as they stand on disk: RFC 8785 canonical JSON, one a line.
 * Keys ending in `Ns` are decimal strings of whole nanoseconds; other numbers are integers up to 2^53 - 1.
 * docs/trail-format.md describes them for other implementations.
 * @module
 */
import type { Breaks, ChangeBy, ChangeClass, GapCause } from '../clock/types.js'
import type { Cause, ConsensusState, SampleReason, Support, Verdict } from '../consensus/types.js'
import type { ReadingErrorCode } from '../errors.js'
import type { Role, TestBits } from '../ntp/types.js'
import type {
  AlertBody,
  AnchorBody,
  Attachment,
  ConfigBody,
  DisciplineBody,
  ImportedBody,
  NoteBody,
  PrintBody,
  ReportBody,
} from './service-bodies.js'

export type * from './service-bodies.js'

/** Whole nanoseconds as a decimal string: `"-1500"`. */
export type Ns = string
export interface StoredInterval {
  readonly lowNs: Ns
  readonly highNs: Ns
}

/** The clock fields of every record, from one look of the witness. */
export interface StoredStamp {
  /** ISO 8601 UTC with nanoseconds: what the wall clock showed. */
  readonly wall: string
  readonly monoNs: Ns
  readonly bootNs: Ns
  readonly rawNs: Ns | null
  readonly bootId: string
  /** D = wall - A. */
  readonly d: StoredInterval
  readonly since: {
    readonly looks: number
    readonly widestSilenceNs: Ns
    readonly notice: 'none' | 'seen' | 'absent'
    readonly small: { readonly count: number; readonly sumNs: Ns }
    readonly chord: StoredInterval
  }
}

/** What the auditor knows of itself and its computer; written at each start, repeated (less `configuration`) at a rotation. */
export interface OpenBody {
  readonly type: 'open'
  readonly format: 1
  readonly origin: string
  readonly host: string
  readonly identity: {
    readonly organisation: string
    readonly asset: string
    readonly site: string
    readonly machine: string
  }
  readonly segment: number
  readonly label: string
  readonly zone: string
  readonly versions: { readonly auditor: string; readonly node: string; readonly os: string }
  readonly platform: string
  readonly clockSource: string
  readonly auditClock: string
  readonly steered: boolean
  readonly coupled: boolean
  /**
   * Whose leap seconds are known (`shipped`, or the file), the instant from which the table says nothing, and whether the wall clock stood
   * behind that instant already. Absent in records of versions that did not tell.
   */
  readonly leapTable?: { readonly source: string; readonly expires: string; readonly expired: boolean }
  readonly resolutionNs: Ns
  /** Drift bound of the crystal, and the rate that every bound of this run widens by, in parts per billion. */
  readonly driftPpb: number
  readonly ratePpb: number
  readonly engine: 'worker' | 'inline'
  readonly lock: string
  readonly syncsFolders: boolean
  readonly epoch: number
  readonly publicKey: string
  readonly enrolled: boolean
  readonly afterCrash: boolean
  /** `start`: an auditor started; `rotation`: the day changed; `restart`: the engine or the scribe was restarted; `repair`. */
  readonly reason: 'start' | 'rotation' | 'restart' | 'repair'
  /** Says that no clock of this trail is a real one: the demo and simulations. */
  readonly simulation: boolean
  readonly configuration: object | null
  readonly configurationDigest: string
  /** Set where a failed segment could not be cut: readers stop there. */
  readonly supersedes: { readonly segment: number; readonly offset: number } | null
  /** In the first record of a trail that takes the place of another. */
  readonly succeeds?: Predecessor
}

export interface StoredGoodReading {
  readonly ok: true
  readonly server: string
  readonly port: number
  readonly address: string
  readonly self: boolean
  /** 16 hexadecimal digits each, as on the wire; local ones in the same form. */
  readonly t1: string
  readonly t2: string
  readonly t3: string
  readonly t4: string
  /** t4 is when the kernel received the answer; absent: when the auditor saw it. */
  readonly received?: 'kernel'
  readonly li: number
  readonly vn: number
  readonly mode: number
  readonly stratum: number
  readonly poll: number
  readonly precision: number
  /** 8 hexadecimal digits, raw. */
  readonly rootDelay: string
  readonly rootDispersion: string
  readonly referenceId: string
  /** 16 hexadecimal digits, raw. */
  readonly referenceTime: string
  readonly tests: TestBits
  /** A at t4. */
  readonly atNs: Ns
  /** t1 as nanoseconds minus A at t1. */
  readonly lineNs: Ns
  readonly readingNs: Ns
  readonly offsetNs: Ns
  readonly delayNs: Ns
  readonly rootDistanceNs: Ns
  readonly lowNs: Ns
  readonly highNs: Ns
  readonly m: StoredInterval
  readonly ignored: number
}
export interface StoredFailedReading {
  readonly ok: false
  readonly server: string
  readonly port: number
  readonly address: string | null
  readonly error: { readonly code: ReadingErrorCode; readonly message: string }
  readonly tests: TestBits | null
  readonly stratum: number | null
  readonly li: number | null
  readonly referenceId: string | null
  readonly ignored: number
}
export type StoredReading = StoredGoodReading | StoredFailedReading

export interface SampleBody {
  readonly type: 'sample'
  readonly reason: SampleReason
  /** seq of the clock-change that caused it; `null` for all others. */
  readonly trigger: number | null
  readonly part: 'first' | 'all'
  readonly atNs: Ns
  readonly taiUtc: number
  /** A leap second may come, or have come, that neither the table, which expired, nor most references tell of. Absent: no. */
  readonly leapDoubt?: true
  readonly ratePpb: number
  readonly resolutionNs: Ns
  readonly readings: { readonly [role in Role]?: StoredReading }
  readonly consensus: {
    readonly state: ConsensusState
    readonly support: Support | null
    /** The bound of M at `atNs`. */
    readonly m: StoredInterval | null
    /** The bound of the clock's error (UTC - wall) at `atNs`. */
    readonly lowNs: Ns | null
    readonly highNs: Ns | null
    readonly agree: readonly Role[]
    readonly dissent: readonly Role[]
    readonly faults: number
    readonly configured: number
  }
  readonly toleranceNs: Ns
  readonly verdict: Verdict
  readonly cause: Cause | null
}

export interface ClockChangeBody {
  readonly type: 'clock-change'
  readonly earliestNs: Ns
  readonly latestNs: Ns
  readonly size: StoredInterval
  readonly class: ChangeClass
  readonly by: ChangeBy
  readonly seen: 'divergence' | 'kernel-notice'
  readonly wallBefore: string
  readonly wallAfter: string
}

export interface GapBody {
  readonly type: 'gap'
  readonly fromNs: Ns | null
  readonly toNs: Ns | null
  readonly wallFrom: string
  readonly wallTo: string
  readonly cause: GapCause
  readonly breaks: Breaks
}

export interface HeartbeatBody {
  readonly type: 'heartbeat'
}

export interface ReferenceBody {
  readonly type: 'reference'
  readonly role: Role
  readonly server: string
  /** `address`, `stratum`, `reference-id`, `leap`, `kiss`, `back-off`. */
  readonly what: string
  readonly before: string
  readonly after: string
}

export interface RecoverBody {
  readonly type: 'recover'
  readonly finding: 'torn' | 'damaged'
  readonly segment: number
  readonly offset: number
  readonly bytes: number
  /** SHA-256 of what was cut (torn) or of the damaged segment from `offset` on. */
  readonly sha256: string
  readonly quarantine: string | null
  readonly message: string
}

export interface CloseBody {
  readonly type: 'close'
  readonly epoch: number
  readonly firstSeq: number
  readonly count: number
  readonly previousCheckpoint: string
  readonly nextKey: string
  readonly final: boolean
  readonly reason: string
}

/** The key of the present epoch is lost or must not be used: from here on another one stands in its place. */
export interface RekeyBody {
  readonly type: 'rekey'
  /** The epoch that this record stands in, and that the new key will seal. */
  readonly epoch: number
  /** The public key that should have sealed it, 64 hexadecimal digits; `''` where the trail had none yet. */
  readonly oldKey: string
  /** The public key that will. */
  readonly newKey: string
  readonly why: string
}

/** Whole sealed epochs were taken away; their `open`, `close`, `rekey` and `prune` records and their seals stay. */
export interface PruneBody {
  readonly type: 'prune'
  readonly fromSeq: number
  /** seq of the `close` record that the range ends with. */
  readonly toSeq: number
  /** Hash of that record: what the one behind it remembers. */
  readonly lastLeaf: string
  /** The roots of the complete parts of the tree of `toSeq` records, largest first. */
  readonly frontier: readonly string[]
  /** The seal over these records: its path below the trail folder. */
  readonly checkpoint: string
  /** Numbers of the segments that were pruned, both inclusive. */
  readonly segments: { readonly from: number; readonly to: number }
}

/** The end of a trail that another one succeeds: its last seal, and its last record (which may lie behind that seal). */
export interface Predecessor {
  readonly origin: string
  readonly size: number
  /** Root of its tree of `size` records, 64 hexadecimal digits; SHA-256 of the seal's bytes. */
  readonly root: string
  readonly sha256: string
  readonly lastSeq: number
  readonly lastHash: string
}

export type Body =
  | OpenBody
  | SampleBody
  | ClockChangeBody
  | GapBody
  | HeartbeatBody
  | ReferenceBody
  | NoteBody
  | ImportedBody
  | RecoverBody
  | CloseBody
  | AnchorBody
  | PrintBody
  | ReportBody
  | AlertBody
  | ConfigBody
  | DisciplineBody
  | RekeyBody
  | PruneBody

/** A record before it has its place in the trail. */
export interface Draft {
  readonly stamp: StoredStamp
  readonly body: Exclude<Body, OpenBody | RecoverBody | CloseBody | RekeyBody | PruneBody>
  /** Known to the engine before the record has a seq; a later draft may name it as its trigger. */
  readonly id: number
  /** The draft of the clock-change that caused this sample; the scribe writes its seq as `trigger`. */
  readonly triggerId: number | null
  /** A file that the body names: it is durable before the record is. */
  readonly attachment?: Attachment
}

/** A record in its place. `prev` is the RFC 6962 leaf hash of the line before, hex; `""` in the very first. */
export type TrailRecord = { readonly seq: number; readonly prev: string } & StoredStamp & Body

/** A record and where it stands. */
export interface Placed {
  readonly record: TrailRecord
  /** RFC 6962 leaf hash of the line, hex: what the next record's `prev` must be. */
  readonly hash: string
  /** Number of the segment, byte offset and length of the line without its newline. */
  readonly segment: number
  readonly offset: number
  readonly length: number
}

/** Bytes of a trail that are no record in its place. */
export interface Broken {
  /** Number of the segment, byte offset of the first such byte and how many there are. */
  readonly segment: number
  readonly offset: number
  readonly length: number
  readonly why: string
}

/** What reading a trail gives, in order: records, and stretches that are none. */
export type TrailItem = Placed | Broken

/** What a verification found. `damage` makes `intact` false; a `note` does not. */
export type FindingCode =
  | 'edited'
  | 'reordered'
  | 'deleted'
  | 'inserted'
  | 'duplicate'
  | 'truncated'
  | 'segment-missing'
  | 'segment-renamed'
  | 'wrong-epoch-key'
  | 'epoch-missing'
  | 'seal-missing'
  | 'seal-not-canonical'
  | 'key-chain-broken'
  | 'equivocation'
  | 'genesis-mismatch'
  | 'unsealed-tail'
  | 'torn-tail'
  | 'superseded'
  | 'foreign-file'
  | 'pruned'
  | 'wrong-answer'
  | 'more'

export interface Finding {
  readonly severity: 'damage' | 'note'
  readonly code: FindingCode
  /** Path below the trail folder, line from 1 and seq, as far as each is known. */
  readonly file: string | null
  readonly line: number | null
  readonly seq: number | null
  readonly message: string
  readonly expected?: string
  readonly found?: string
}

export interface VerifyResult {
  /** `true` only under a key. */
  readonly intact: true | false | 'self-consistent'
  /** How many records were read, and the seq of the last. */
  readonly records: number
  readonly upTo: number
  /** seq of the last record under a seal; 0 without one. */
  readonly sealedUpTo: number
  /** How many epochs lie under a good seal. */
  readonly seals: number
  /** `anchored`: an anchor remembers the records up to {@link anchoredUpTo}; `expected`: the instant asked for is reached. */
  readonly complete: 'anchored' | 'expected' | 'unknown'
  /** seq up to which an anchor proves that nothing is missing; 0: none does. */
  readonly anchoredUpTo: number
  /**
   * seq up to which the records were verified at an earlier time and not read again, since no file that holds them, and no seal over them,
   * has changed since; absent where everything was read now.
   */
  readonly earlierUpTo?: number
  /** Plain bytes and SHA-256 of closed segments, by their number, as they were verified; absent where nobody asked for it. */
  readonly digests?: ReadonlyMap<number, { readonly bytes: number; readonly sha256: string }>
  readonly findings: readonly Finding[]
}
