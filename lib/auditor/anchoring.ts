/**
 * The service that takes seals outside: new ones as they are made, and at a start the newest that an earlier run left behind.
 * @module
 */
import { Anchorer } from '../anchor/anchorer.js'
import { runErrand } from '../anchor/errand.js'
import { keepersOf } from '../anchor/keepers.js'
import type { Keeper, Seal } from '../anchor/types.js'
import { unanchored } from '../anchor/unanchored.js'
import type { Timers } from '../clock/types.js'
import type { Configuration } from '../config/types.js'
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
    take: (seal, keeper) => runErrand(seal, keeper, timeoutMs),
    record: async ({ body, token }) => {
      await host.record(body, body.token && token ? { path: body.token.path, bytes: token } : undefined)
    },
    onProblem: (message) => host.problem('ERR_ANCHOR', message),
  })
  return {
    started: () =>
      void resume(trail, anchorer, keepers).catch((error: Error) => host.problem('ERR_ANCHOR', error.message)),
    sealed: (seal, lastOfDay) => anchorer.sealed(seal, { lastOfDay, atNs: process.hrtime.bigint() }),
    stop: () => {
      anchorer.stop()
      return Promise.resolve()
    },
  }
}

/** The newest final seal, to those who have not taken it. */
async function resume(trail: string, anchorer: Anchorer, keepers: readonly Keeper[]): Promise<void> {
  const left: { seal: Seal; to: readonly Keeper[] } | null = await unanchored(trail, keepers)
  if (left) anchorer.due(left.seal, (keeper) => left.to.includes(keeper))
}
