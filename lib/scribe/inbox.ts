/**
 * Requests of other commands to the auditor that holds the trail: files in `<trail>/inbox/`, put there whole by a rename and
 * answered beside. What others put there is read with suspicion: bounded, checked, and never able to stop the scribe.
 * @module
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { InboxError } from '../errors.js'
import { canonicalize } from '../trail/canonical.js'
import { checkAttachment, checkServiceBody } from '../trail/service-check.js'
import type { Attachment, ServiceBody } from '../trail/types.js'
import { putWhole } from './durable.js'
import { type Files, realFiles } from './files.js'

/** What can be asked for. */
export type Request =
  | { readonly kind: 'note'; readonly on: number; readonly text: string; readonly by: string }
  | { readonly kind: 'sample'; readonly toleranceNs: string | null }
  | { readonly kind: 'record'; readonly body: ServiceBody; readonly attachment?: Attachment }
  /** Close the epoch now; the answer's `document` is the seal. */
  | { readonly kind: 'seal' }
  /** Prune the segments whose label day lies before this one; the answer's `document` says what went. */
  | { readonly kind: 'prune'; readonly before: string }

export type Answer =
  /** `seq` of the record that was written; `document`: the JSON document of a sample. */
  | { readonly ok: true; readonly seq: number; readonly document: object | null }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } }

export interface Taken {
  readonly id: string
  readonly request: Request
}

const largest = 64 * 1024
const staleMs = 10 * 60 * 1000
const requestName = /^([0-9a-z-]{1,64})\.request\.json$/
const anyName = /^[0-9a-z-]{1,64}\.(?:request|answer)\.json(?:\.tmp)?$/

/** The scribe's side. */
export class Inbox {
  #folder: string
  #files: Files
  #now: () => number

  constructor(trail: string, files: Files = realFiles, now: () => number = Date.now) {
    this.#folder = join(trail, 'inbox')
    this.#files = files
    this.#now = now
  }

  /**
   * Takes the requests that wait, oldest name first; each is taken once. Those that cannot be understood are answered with an
   * error, those that are stale too; files nobody fetched are swept away. Never throws.
   */
  take(): Taken[] {
    const taken: Taken[] = []
    for (const name of this.#names()) {
      const id = requestName.exec(name)?.[1]
      if (id === undefined) {
        if (anyName.test(name) && this.#ageMs(name) > staleMs) this.#discard(name)
        continue
      }
      const request = this.#read(name)
      this.#discard(name)
      if (typeof request === 'string') {
        this.answer(id, { ok: false, error: { code: 'ERR_INBOX', message: request } })
      } else taken.push({ id, request })
    }
    return taken
  }

  /** Answers a request. Never throws: who asked will see that no answer came. */
  answer(id: string, answer: Answer): void {
    try {
      const path = join(this.#folder, `${id}.answer.json`)
      putWhole(this.#files, path, Buffer.from(JSON.stringify(answer)), 0o600)
    } catch {
      // The disk that refuses an answer refuses records too, which is told elsewhere.
    }
  }

  #names(): string[] {
    try {
      return this.#files.names(this.#folder).sort()
    } catch {
      return []
    }
  }

  /** The request in a file, or what is wrong with it. */
  #read(name: string): Request | string {
    try {
      const bytes = readBounded(this.#files, join(this.#folder, name))
      if (this.#ageMs(name) > staleMs) return 'the request lay there for more than ten minutes; ask again'
      return parseRequest(JSON.parse(bytes.toString('utf8')))
    } catch (error) {
      return `the request cannot be read: ${(error as Error).message}`
    }
  }

  /** How far the file's time is from now, either way: the clock may have been set. */
  #ageMs(name: string): number {
    try {
      return Math.abs(this.#now() - this.#files.pathFacts(join(this.#folder, name)).modifiedMs)
    } catch {
      return 0
    }
  }

  #discard(name: string): void {
    try {
      this.#files.remove(join(this.#folder, name))
    } catch {
      // A folder of that name, or gone: nothing to take.
    }
  }
}

/**
 * Asks the auditor that holds a trail, and waits for its answer.
 * @throws {InboxError} where none came in time, or the auditor answered with an error (its code stands in the message)
 */
export async function ask(
  trail: string,
  request: Request,
  options: { readonly timeoutMs?: number; readonly pollMs?: number; readonly signal?: AbortSignal } = {},
): Promise<Answer & { readonly ok: true }> {
  const folder = join(trail, 'inbox')
  const id = randomUUID()
  const path = join(folder, `${id}.request.json`)
  const timeoutMs = options.timeoutMs ?? 10_000
  try {
    realFiles.makeFolder(folder)
    putWhole(realFiles, path, Buffer.from(JSON.stringify(request)), 0o600)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new InboxError(`the inbox of ${trail} cannot be written (${code}); run this as the user of the auditor`, {
      cause,
    })
  }
  const deadline = performance.now() + timeoutMs
  try {
    while (performance.now() < deadline) {
      const answer = fetchAnswer(join(folder, `${id}.answer.json`))
      if (answer?.ok) return answer
      if (answer) throw new InboxError(`the auditor refused (${answer.error.code}): ${answer.error.message}`)
      await delay(options.pollMs ?? 50, undefined, options.signal ? { signal: options.signal } : {})
    }
  } finally {
    quietly(() => realFiles.remove(path))
  }
  throw new InboxError(
    `the auditor that holds ${trail} gave no answer within ${timeoutMs / 1000} s; see whether it runs and can write`,
  )
}

function fetchAnswer(path: string): Answer | null {
  let bytes: Buffer
  try {
    bytes = readBounded(realFiles, path)
  } catch {
    return null
  }
  quietly(() => realFiles.remove(path))
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof value === 'object' && value !== null && 'ok' in value) return value as Answer
    throw new TypeError('it is no answer')
  } catch (cause) {
    throw new InboxError('the answer of the auditor cannot be understood; do both have the same version?', { cause })
  }
}

function quietly(run: () => void): void {
  try {
    run()
  } catch {
    // Gone already.
  }
}

/** The fields of each kind of request. */
const known: Readonly<Record<Request['kind'], readonly string[]>> = {
  note: ['on', 'text', 'by'],
  sample: ['toleranceNs'],
  record: ['body', 'attachment'],
  seal: [],
  prune: ['before'],
}

/** Checks a request that somebody dropped; text says what is wrong with it. */
export function parseRequest(value: unknown): Request | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'a request must be an object'
  const { kind, ...rest } = value as Record<string, unknown>
  const fields = typeof kind === 'string' && Object.hasOwn(known, kind) ? known[kind as Request['kind']] : null
  if (fields === null) return `"kind" must be one of ${Object.keys(known).join(', ')}`
  const unknown = Object.keys(rest).find((key) => !fields.includes(key))
  if (unknown !== undefined) return `"${unknown}" is no field of a ${kind} request`
  if (kind === 'sample') {
    const toleranceNs = rest.toleranceNs ?? null
    if (toleranceNs === null) return { kind, toleranceNs }
    if (typeof toleranceNs === 'string' && /^[1-9][0-9]{0,17}$/.test(toleranceNs)) return { kind, toleranceNs }
    return '"toleranceNs" must be nanoseconds as a decimal string'
  }
  if (kind === 'seal') return { kind }
  if (kind === 'prune') {
    const { before } = rest
    return isDay(before) ? { kind, before } : '"before" must be a day such as 2026-11-22'
  }
  if (kind === 'record') return recordRequest(rest)
  const { on, text, by } = rest
  if (!Number.isSafeInteger(on) || (on as number) < 1) return '"on" must be the seq of a record'
  if (!isText(text, 4000)) return '"text" must be text of 1 to 4000 characters'
  if (!isText(by, 200)) return '"by" must be text of 1 to 200 characters'
  return { kind: 'note', on: on as number, text, by }
}

function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
}

/** A body that can stand in a line of the trail. */
function recordRequest({ body, attachment }: Record<string, unknown>): Request | string {
  try {
    const checked = checkServiceBody(body)
    canonicalize(checked)
    if (attachment === undefined) return { kind: 'record', body: checked }
    return { kind: 'record', body: checked, attachment: checkAttachment(attachment, checked) }
  } catch (error) {
    return `"body" is no record that can be asked for: ${(error as Error).message}`
  }
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= most && !/\p{Cs}/u.test(value)
}

function readBounded(files: Files, path: string): Buffer {
  const facts = files.pathFacts(path)
  if (!facts.regular) throw new Error('it is no regular file')
  if (facts.size > largest) throw new Error(`it has more than ${largest} bytes`)
  const descriptor = files.openNoFollow(path)
  try {
    const buffer = Buffer.alloc(largest + 1)
    const count = files.read(descriptor, buffer, 0)
    if (count > largest) throw new Error(`it has more than ${largest} bytes`)
    return buffer.subarray(0, count)
  } finally {
    files.close(descriptor)
  }
}
