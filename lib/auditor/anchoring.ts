/**
 * The service that takes seals outside: new ones as they are made, and at a start the newest that an earlier run left behind.
 * @module
 */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { Anchorer } from '../anchor/anchorer.js'
import { leftAside, takeAside } from '../anchor/errand.js'
import { keepersOf } from '../anchor/keepers.js'
import { sealOf } from '../anchor/seal-of.js'
import type { Keeper, Taken } from '../anchor/types.js'
import type { Timers } from '../clock/types.js'
import type { Configuration } from '../config/types.js'
import type { Attachment } from '../trail/types.js'
import type { Service, ServiceHost } from './services.js'

/**
 * @returns `null` where nobody is to keep seals
 * @throws {OptionRangeError} where the certificates cannot be read
 */
export function anchoring(
  { anchor, trail }: Pick<Configuration, 'anchor' | 'trail'>,
  host: ServiceHost,
  timers: Timers,
): Service | null {
  const keepers = keepersOf(anchor)
  if (keepers.length === 0) return null
  const timeoutMs = Number(anchor.timeoutNs / 1_000_000n)
  const anchorer = new Anchorer({
    keepers,
    everyNs: anchor.everyNs,
    timers,
    take: (seal, keeper) => takeAside(seal, keeper, timeoutMs),
    record: async (taken) => {
      const { body, attachment } = await filed(trail, taken)
      await host.record(body, attachment)
    },
    onProblem: (message) => host.problem('ERR_ANCHOR', message),
  })
  return {
    started: () =>
      void resume(trail, anchorer, keepers).catch((error: Error) => host.problem('ERR_ANCHOR', error.message)),
    sealed: (news) => anchorer.sealed(sealOf(news), { lastOfDay: news.final, atNs: process.hrtime.bigint() }),
    stop: () => {
      anchorer.stop()
      return Promise.resolve()
    },
  }
}

/** The newest final seal, to those who have not taken it. */
async function resume(trail: string, anchorer: Anchorer, keepers: readonly Keeper[]): Promise<void> {
  const left = await leftAside(trail, keepers)
  if (left) anchorer.due(left.seal, (keeper) => left.to.includes(keeper))
}

/** The record, and the token under a name that is free: a seal may be stamped more than once. */
export async function filed(
  trail: string,
  { body, token }: Taken,
): Promise<{ body: Taken['body']; attachment?: Attachment }> {
  if (!body.token || !token) return { body }
  let path = body.token.path
  for (let count = 2; await isThere(join(trail, path)); count++) {
    path = body.token.path.replace(/\.tsr$/, `.${count}.tsr`)
  }
  return {
    body: { ...body, token: { ...body.token, path } },
    attachment: { path, base64: token.toString('base64') },
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
