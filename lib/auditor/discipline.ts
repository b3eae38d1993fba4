/**
 * The service that watches what sets this computer's clock: a record at the start, and one whenever that changes.
 * @module
 */
import type { Timers } from '../clock/types.js'
import type { Configuration } from '../config/types.js'
import { type Reader, readAside } from '../doctor/aside.js'
import { changedFields } from '../doctor/discipline.js'
import type { DisciplineBody } from '../trail/types.js'
import type { Service, ServiceHost } from './services.js'

/** A change is believed when a second look after so long (ms) says the same: a tool that timed out once is none. */
const confirmMs = 10_000

/**
 * @param read one reading; default: in a worker thread of its own
 * @returns `null` where it is not to be watched
 */
export function disciplineWatch(
  { discipline }: Pick<Configuration, 'discipline'>,
  host: ServiceHost,
  timers: Timers,
  read: () => Reader = readAside,
): Service | null {
  if (discipline.everyNs === 0n) return null
  const everyMs = Number(discipline.everyNs / 1_000_000n)
  let recorded: DisciplineBody | null = null
  /** What differs from the record and was seen once. */
  let doubted: DisciplineBody | null = null
  let failing = false
  let stopped = false
  let timer: unknown = null
  let reader: Reader | null = null

  /** @returns how long until the next look (ms) */
  const judge = async (body: DisciplineBody): Promise<number> => {
    const changed = recorded === null ? [] : changedFields(recorded, body)
    const confirmed = recorded === null || (doubted !== null && changedFields(doubted, body).length === 0)
    if (recorded !== null && changed.length === 0) {
      doubted = null
    } else if (confirmed) {
      await host.record({ ...body, changed })
      recorded = body
      doubted = null
    } else {
      const second = doubted !== null
      doubted = second ? null : body
      if (!second) return Math.min(confirmMs, everyMs)
    }
    return everyMs
  }

  const look = async (): Promise<void> => {
    let waitMs = everyMs
    try {
      reader = read()
      const body = await reader.body
      if (stopped) return
      waitMs = await judge(body)
      failing = false
    } catch (error) {
      // Told once, not every few minutes.
      if (!stopped && !failing) host.problem('ERR_DISCIPLINE', (error as Error).message)
      failing = true
    } finally {
      reader = null
      if (!stopped) timer = timers.setTimeout(() => void look(), waitMs)
    }
  }

  return {
    started: () => void look(),
    stop() {
      stopped = true
      if (timer !== null) timers.clearTimeout(timer)
      reader?.cancel()
      return Promise.resolve()
    },
  }
}
