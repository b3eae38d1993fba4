/**
 * Whether a value is a record: every field that its type demands, of the right kind and inside its limits. Says which field
 * is at fault. Fields and types that are not known here are passed over, so that an older reader reads a newer trail.
 * @module
 */
import { roles, testNames } from '../ntp/types.js'
import {
  boolean,
  type Fault,
  field,
  hex,
  instant,
  integer,
  interval,
  list,
  literal,
  nanoseconds,
  natural,
  nullable,
  oneOf,
  type Rule,
  shape,
  text,
} from './rules.js'
import { serviceBodies } from './service-check.js'
import type { TrailRecord } from './types.js'

const digits = hex(64)
/** 64 hexadecimal digits, or nothing: a key or a hash that may not exist. */
const key: Rule = (value) => (value === '' ? null : digits(value))

const stamp: Readonly<Record<string, Rule>> = {
  seq: integer(1),
  prev: key,
  type: (value) => (typeof value === 'string' && /^[a-z]+(?:-[a-z]+)*$/.test(value) ? null : wrong('must be a word')),
  wall: instant,
  monoNs: nanoseconds,
  bootNs: nanoseconds,
  rawNs: nullable(nanoseconds),
  bootId: text,
  d: interval,
  since: shape({
    looks: natural,
    widestSilenceNs: nanoseconds,
    notice: oneOf('none', 'seen', 'absent'),
    small: shape({ count: natural, sumNs: nanoseconds }),
    chord: interval,
  }),
}

const role = oneOf(...roles)
const tests = shape(Object.fromEntries(testNames.map((name) => [name, integer(0, 1)])))

const goodReading = shape(
  {
    server: text,
    port: integer(1, 65_535),
    address: text,
    self: boolean,
    t1: hex(16),
    t2: hex(16),
    t3: hex(16),
    t4: hex(16),
    li: integer(0, 3),
    vn: integer(0, 7),
    mode: integer(0, 7),
    stratum: integer(0, 255),
    poll: integer(-128, 127),
    precision: integer(-128, 127),
    rootDelay: hex(8),
    rootDispersion: hex(8),
    referenceId: hex(8),
    referenceTime: hex(16),
    tests,
    atNs: nanoseconds,
    lineNs: nanoseconds,
    readingNs: nanoseconds,
    offsetNs: nanoseconds,
    delayNs: nanoseconds,
    rootDistanceNs: nanoseconds,
    lowNs: nanoseconds,
    highNs: nanoseconds,
    m: interval,
    ignored: natural,
  },
  { received: oneOf('kernel') },
)

const failedReading = shape({
  server: text,
  port: integer(0, 65_535),
  address: nullable(text),
  error: shape({ code: text, message: text }),
  tests: nullable(tests),
  stratum: nullable(integer(0, 255)),
  li: nullable(integer(0, 3)),
  referenceId: nullable(hex(8)),
  ignored: natural,
})

const reading: Rule = (value) => {
  const ok = field(value, 'ok')
  if (ok === true) return goodReading(value)
  if (ok === false) return failedReading(value)
  return { path: 'ok', why: 'must be true or false' }
}

const readings: Rule = (value) => {
  const fault = shape({})(value)
  if (fault) return fault
  for (const [key, entry] of Object.entries(value as object)) {
    if (role(key) !== null) return { path: key, why: `is none of ${roles.join(', ')}` }
    const inner = reading(entry)
    if (inner) return { path: inner.path === '' ? key : `${key}.${inner.path}`, why: inner.why }
  }
  return null
}

/** D and chord at the last look before what is told: records of a witness that does not know it lack it. */
const before = { before: shape({ d: interval, chord: interval }) }

const bodies: Readonly<Record<string, Rule>> = {
  open: shape(
    {
      format: literal(1),
      origin: text,
      host: text,
      identity: shape({ organisation: text, asset: text, site: text, machine: text }),
      segment: integer(1),
      label: (value) =>
        typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? null : wrong('must be a day'),
      zone: text,
      versions: shape({ auditor: text, node: text, os: text }),
      platform: text,
      clockSource: text,
      auditClock: text,
      steered: boolean,
      coupled: boolean,
      resolutionNs: nanoseconds,
      driftPpb: natural,
      ratePpb: natural,
      engine: oneOf('worker', 'inline'),
      lock: text,
      syncsFolders: boolean,
      epoch: integer(1),
      publicKey: key,
      enrolled: boolean,
      afterCrash: boolean,
      reason: oneOf('start', 'rotation', 'restart', 'repair'),
      simulation: boolean,
      configuration: nullable(shape({})),
      configurationDigest: text,
      supersedes: nullable(shape({ segment: integer(1), offset: natural })),
    },
    {
      leapTable: shape({ source: text, expires: instant, expired: boolean }),
      succeeds: shape({
        origin: text,
        size: integer(1),
        root: hex(64),
        sha256: hex(64),
        lastSeq: integer(1),
        lastHash: hex(64),
      }),
    },
  ),
  sample: shape(
    {
      reason: oneOf('startup', 'scheduled', 'clock-change', 'recheck', 'resume', 'requested', 'shutdown'),
      trigger: nullable(integer(1)),
      part: oneOf('first', 'all'),
      atNs: nanoseconds,
      taiUtc: integer(-1000, 1000),
      ratePpb: natural,
      resolutionNs: nanoseconds,
      readings,
      consensus: shape({
        state: oneOf('agreed', 'ambiguous', 'single', 'conflict', 'none'),
        support: nullable(oneOf('voted', 'paired', 'single')),
        m: nullable(interval),
        lowNs: nullable(nanoseconds),
        highNs: nullable(nanoseconds),
        agree: list(role),
        dissent: list(role),
        faults: natural,
        configured: integer(1, 3),
      }),
      toleranceNs: nanoseconds,
      verdict: oneOf('PROVEN', 'VIOLATED', 'INDETERMINATE', 'UNMONITORED', 'OFF'),
      cause: nullable(text),
    },
    { leapDoubt: (value) => (value === true ? null : wrong('must be true')) },
  ),
  'clock-change': shape(
    {
      earliestNs: nanoseconds,
      latestNs: nanoseconds,
      size: interval,
      class: oneOf('step', 'slew', 'leap', 'set-during-suspend', 'unknown'),
      by: oneOf('daemon', 'foreign', 'unknown'),
      seen: oneOf('divergence', 'kernel-notice'),
      wallBefore: instant,
      wallAfter: instant,
    },
    before,
  ),
  gap: shape(
    {
      fromNs: nullable(nanoseconds),
      toNs: nullable(nanoseconds),
      wallFrom: instant,
      wallTo: instant,
      cause: oneOf(
        'auditor-down',
        'suspend',
        'boot',
        'starved',
        'no-reference',
        'trail-damaged',
        'write-failed',
        'worker-died',
      ),
      breaks: oneOf('mono', 'wall', 'none'),
    },
    before,
  ),
  heartbeat: shape({}),
  reference: shape({ role, server: text, what: text, before: text, after: text }),
  recover: shape({
    finding: oneOf('torn', 'damaged'),
    segment: integer(1),
    offset: natural,
    bytes: natural,
    sha256: hex(64),
    quarantine: nullable(text),
    message: text,
  }),
  close: shape({
    epoch: integer(1),
    firstSeq: integer(1),
    count: natural,
    previousCheckpoint: key,
    nextKey: key,
    final: boolean,
    reason: text,
  }),
  rekey: shape({ epoch: integer(1), oldKey: key, newKey: hex(64), why: text }),
  prune: shape({
    fromSeq: integer(1),
    toSeq: integer(1),
    lastLeaf: hex(64),
    frontier: list(hex(64)),
    checkpoint: text,
    segments: shape({ from: integer(1), to: integer(1) }),
  }),
  ...serviceBodies,
}

const common = shape(stamp)

function wrong(why: string): Fault {
  return { path: '', why }
}

/**
 * Takes a parsed line for a record, or says which field is at fault.
 * @throws {TypeError} `"consensus.lowNs" must be ...`
 */
export function checkRecord(value: unknown): TrailRecord {
  const type = field(value, 'type')
  const fault = common(value) ?? bodyRule(type)(value)
  if (fault) throw new TypeError(`${fault.path === '' ? 'the record' : `"${fault.path}"`} ${fault.why}`)
  return value as TrailRecord
}

const anything: Rule = () => null
function bodyRule(type: unknown): Rule {
  return typeof type === 'string' && Object.hasOwn(bodies, type) ? (bodies[type] ?? anything) : anything
}
