/**
 * Takes one seal to one keeper, once, and says how that went. Never throws: a failure is a result that is recorded too.
 * @module
 */
import { hash, randomBytes } from 'node:crypto'
import { formatInstant } from '../instant.js'
import { runProgram } from '../program.js'
import type { AnchorBody } from '../trail/types.js'
import { post, shownUrl } from './service.js'
import { encodeRequest, readResponse } from './time-stamp.js'
import type { Keeper, Seal, Taken } from './types.js'

export interface TakeOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** 8 bytes; default random. */
  readonly nonce?: Buffer
}

/** The path of the token that belongs to a seal. */
export function tokenPath(checkpoint: string): string {
  return checkpoint.replace(/\.checkpoint$/, '.tsr')
}

/**
 * A service's token is checked before it counts: status, imprint, nonce, policy, signature, purpose and, where roots are
 * given, chain. A program's word is its exit code.
 */
export async function take(seal: Seal, keeper: Keeper, options: TakeOptions): Promise<Taken> {
  const data = Buffer.from(seal.text)
  const sha256 = hash('sha256', data)
  const common = { type: 'anchor', kind: keeper.kind, checkpoint: seal.path, size: seal.size, sha256 } as const
  if (keeper.kind === 'command') {
    const ran = await runProgram(keeper.command, {
      input: data,
      environment: environmentOf(seal, sha256),
      timeoutMs: options.timeoutMs,
      ...(options.signal && { signal: options.signal }),
    })
    return { body: { ...common, ...ran, keeper: keeper.command[0] ?? '', at: null, token: null }, token: null }
  }
  const shown = shownUrl(keeper.url)
  try {
    const nonce = options.nonce ?? randomBytes(8)
    const { policy } = keeper
    const token = await post(keeper.url, await encodeRequest(sha256, { nonce, policy }), options)
    const roots = keeper.roots === null ? [] : [keeper.roots]
    const stamp = await readResponse(token, { data, nonce, policy, roots })
    const body: AnchorBody = {
      ...common,
      ok: true,
      keeper: shown,
      at: formatInstant(BigInt(stamp.atMs) * 1_000_000n),
      token: { path: tokenPath(seal.path), sha256: hash('sha256', token) },
      message: `stamped by ${stamp.signer} under policy ${stamp.policy}, serial ${stamp.serial}${
        stamp.trusted ? '' : '; its certificate was held against no trusted one'
      }`,
    }
    return { body, token }
  } catch (error) {
    const message = (error as Error).message
    return { body: { ...common, ok: false, keeper: shown, at: null, token: null, message }, token: null }
  }
}

function environmentOf(seal: Seal, sha256: string): Record<string, string> {
  return {
    NTP_AUDITOR_CHECKPOINT: seal.path,
    NTP_AUDITOR_ORIGIN: seal.origin,
    NTP_AUDITOR_EPOCH: String(seal.epoch),
    NTP_AUDITOR_SIZE: String(seal.size),
    NTP_AUDITOR_SHA256: sha256,
  }
}
