/**
 * Whether a value is the body of a record that commands and services may ask for, and whether a file belongs to it.
 * @module
 */
import { sha256 } from './hash.js'
import {
  boolean,
  field,
  hex,
  instant,
  integer,
  list,
  nanoseconds,
  natural,
  nullable,
  oneOf,
  type Rule,
  shape,
  text,
} from './rules.js'
import type { Attachment, ServiceBody } from './service-bodies.js'

export const serviceBodies: Readonly<Record<ServiceBody['type'], Rule>> = {
  note: shape({ on: integer(1), text, by: text }),
  imported: shape({
    on: nullable(integer(1)),
    source: text,
    event: text,
    eventId: text,
    firstHand: (value) => (value === false ? null : { path: '', why: 'must be false' }),
    at: nullable(instant),
    wallBefore: nullable(instant),
    wallAfter: nullable(instant),
    account: nullable(text),
    program: nullable(text),
    text,
    sha256: hex(64),
  }),
  anchor: shape({
    ok: boolean,
    kind: oneOf('rfc3161', 'command', 'page'),
    checkpoint: text,
    size: integer(1),
    sha256: hex(64),
    keeper: text,
    at: nullable(instant),
    token: nullable(shape({ path: text, sha256: hex(64) })),
    message: text,
  }),
  print: shape({ ok: boolean, file: text, bytes: natural, sha256: hex(64), command: list(text), message: text }),
  report: shape({
    period: text,
    from: instant,
    to: instant,
    profile: text,
    toleranceNs: nanoseconds,
    met: oneOf('met', 'not-met', 'not-proven'),
    asOf: natural,
    files: list(shape({ name: text, bytes: natural, sha256: hex(64) })),
    intact: oneOf('true', 'false', 'self-consistent', 'not-verified'),
    message: text,
  }),
  alert: shape(
    {
      condition: text,
      state: oneOf('raised', 'repeated', 'cleared', 'silenced', 'test'),
      severity: oneOf('alert', 'warning'),
      on: nullable(integer(1)),
      cause: text,
      next: text,
      channels: list(shape({ name: text, state: oneOf('sent', 'queued', 'failed'), message: text })),
    },
    { until: nullable(instant) },
  ),
  config: shape({ oldDigest: text, newDigest: text, keys: list(text), configuration: shape({}) }),
  discipline: shape({
    service: text,
    running: nullable(boolean),
    synchronised: nullable(boolean),
    sources: list(text),
    settings: list(text),
    kernel: nullable(
      shape({ maxErrorNs: nanoseconds, frequencyPpb: integer(Number.MIN_SAFE_INTEGER), status: natural }),
    ),
    changed: list(text),
  }),
}

const attachment = shape({ path: text, base64: text })
const services = Object.keys(serviceBodies)
/** Fields that every record has. */
const writersFields = new Set(['seq', 'prev', 'wall', 'monoNs', 'bootNs', 'rawNs', 'bootId', 'd', 'since'])

/**
 * Takes a parsed value for the body of a record that a command may ask for, or says what is wrong with it. Fields that every
 * record has, and ones that are not known, are refused: the writer alone says where and when a record stands.
 * @throws {TypeError} `"kind" must be ...`
 */
export function checkServiceBody(value: unknown): ServiceBody {
  const type = field(value, 'type')
  if (!services.includes(type as string)) {
    throw new TypeError(`"type" must be one of ${services.join(', ')}`)
  }
  const fault = serviceBodies[type as ServiceBody['type']](value)
  if (fault) throw new TypeError(`${fault.path === '' ? 'the body' : `"${fault.path}"`} ${fault.why}`)
  const taken = Object.keys(value as object).find((key) => key !== 'type' && writersFields.has(key))
  if (taken !== undefined) throw new TypeError(`"${taken}" is given by the trail's writer`)
  return value as ServiceBody
}

const tokenForm = /^seals\/\d{4}\/\d{2}\/\d{9,16}(?:\.[1-9]\d{0,3})?\.tsr$/

/**
 * Takes a parsed value for the file that belongs to a body, or says what is wrong with it: the body must name it, with its digest.
 * @throws {TypeError}
 */
export function checkAttachment(value: unknown, body: ServiceBody): Attachment {
  const fault = attachment(value)
  if (fault) throw new TypeError(`the attachment ${fault.path === '' ? '' : `"${fault.path}" `}${fault.why}`)
  const { path, base64 } = value as Attachment
  const bytes = Buffer.from(base64, 'base64')
  if (!tokenForm.test(path) || bytes.toString('base64') !== base64) {
    throw new TypeError('the attachment must be a time-stamp token (.tsr) among the seals, in base64')
  }
  const named = body.type === 'anchor' ? body.token : null
  if (named?.path !== path || named.sha256 !== sha256(bytes)) {
    throw new TypeError('the attachment is not the file that the body names')
  }
  return { path, base64 }
}
