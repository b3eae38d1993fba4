/**
 * Asks a time-stamping service over HTTP (RFC 3161 section 3.4): one request, one bounded answer.
 * @module
 */
import { AnchorError } from '../errors.js'

export interface ServiceOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** Longest answer that is read: real tokens with their certificates have 2 to 10 kB. */
const largest = 256 * 1024

/**
 * Posts a TimeStampReq and gives the body of the answer as it came.
 * @param url `http:` or `https:`; a user and a password in it are sent as Basic authentication (RFC 7617)
 * @throws {AnchorError} with what went wrong and what to look at
 */
export async function post(url: string, request: Uint8Array, options: ServiceOptions): Promise<Buffer> {
  const target = new URL(url)
  const { request: open } = target.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const shown = shownUrl(url)
  return new Promise((resolve, reject) => {
    const fail = (what: string, cause?: unknown) => {
      reject(new AnchorError(`the time-stamping service ${shown} ${what}`, { cause }))
      outgoing.destroy()
    }
    const deadline = setTimeout(
      () => fail(`gave no whole answer within ${options.timeoutMs / 1000} s; it is asked again later`),
      options.timeoutMs,
    )
    const onAbort = () => fail('was not waited for: the auditor stops')
    options.signal?.addEventListener('abort', onAbort, { once: true })
    const outgoing = open(
      target,
      {
        method: 'POST',
        agent: false,
        headers: { 'content-type': 'application/timestamp-query', 'content-length': request.length },
      },
      (answer) => {
        const type = answer.headers['content-type'] ?? 'none'
        const chunks: Buffer[] = []
        let size = 0
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > largest) fail(`answers with more than ${largest} bytes; is it one?`)
          else chunks.push(chunk)
        })
        answer.on('error', (error) => fail(`broke off its answer: ${error.message}`, error))
        answer.on('end', () => {
          if (answer.statusCode !== 200) fail(`answers HTTP ${answer.statusCode}; check its address and your account`)
          else if (!/^application\/timestamp-reply\s*(?:;|$)/i.test(type)) {
            fail(`answers with content of type ${type}, not application/timestamp-reply; check its address`)
          } else resolve(Buffer.concat(chunks))
        })
      },
    )
    outgoing.on('error', (error) => fail(`cannot be reached: ${error.message}; it is asked again later`, error))
    outgoing.on('close', () => {
      clearTimeout(deadline)
      options.signal?.removeEventListener('abort', onAbort)
    })
    if (options.signal?.aborted) onAbort()
    else outgoing.end(request)
  })
}

/** The address as it may be shown and recorded: without user and password, and without a query, which may hold a key. */
export function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
