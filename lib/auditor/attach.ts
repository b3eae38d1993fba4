/**
 * `attach`: the clock as an auditor in another process of this computer sees it. No lock, no worker, no packet: the bound comes from
 * `<trail>/live.json` and a reading of one's own, the events from the trail.
 * @module
 */
import { EventEmitter } from 'node:events'
import { resolve } from 'node:path'
import { readBootId } from '../clock/boot.js'
import { hrtimeNs } from '../clock/hrtime.js'
import { openSight } from '../clock/sight.js'
import { OptionTypeError } from '../errors.js'
import type { Sight } from '../evidence/live.js'
import type { AuditorEvents } from './events.js'
import { Narrator } from './events.js'
import { Follower } from './follow.js'
import { type AskableClock, type ClockBound, LiveClock } from './live.js'
import { LiveFile } from './live-file.js'

export interface AttachOptions {
  /** The trail folder of the auditor that runs. */
  readonly trail: string
  /** Folder that a relative path is relative to. Default: the working directory. */
  readonly base?: string
  /** Whether waiting for events keeps the process alive. Default `false`. */
  readonly keepAlive?: boolean
}

/** What the outside world is made of; tests bring their own. */
export interface AttachParts {
  readonly bootId: string
  readonly nowNs: () => bigint
  readonly sight: () => Sight
}

/**
 * Attaches to the auditor that writes a trail, on this computer.
 * @throws {OptionTypeError} a wrong option
 * @throws {TrailReadError} there is no such folder; that nobody audits it at the moment is no error, but UNMONITORED
 * @example
 * const clock = await attach({ trail: './audit-trail' })
 * clock.assertWithin('50ms')
 */
export async function attach(options: AttachOptions): Promise<AttachedAuditor> {
  return attachWith(options, { bootId: readBootId(), nowNs: hrtimeNs, sight: openSight() })
}

/** {@link attach} with the clocks that are given. */
export async function attachWith(options: AttachOptions, parts: AttachParts): Promise<AttachedAuditor> {
  const { trail, base = process.cwd(), keepAlive = false } = options
  if (typeof trail !== 'string' || trail === '') {
    throw new OptionTypeError('trail', 'must be the path of a trail folder', trail)
  }
  const attached = new AttachedAuditor(resolve(base, trail), keepAlive, parts)
  await attached.start()
  return attached
}

/** An auditor elsewhere: what it knows of the clock, and what it writes. */
export class AttachedAuditor extends EventEmitter<AuditorEvents> implements AskableClock {
  /** Absolute path of the trail folder. */
  readonly trail: string
  readonly #file: LiveFile
  readonly #clock: LiveClock
  readonly #follower: Follower
  readonly #narrator = new Narrator()

  constructor(trail: string, keepAlive: boolean, { bootId, nowNs, sight }: AttachParts) {
    super()
    this.trail = trail
    this.#file = new LiveFile({ trail, bootId, nowNs })
    this.#clock = new LiveClock(this.#file, sight)
    this.#follower = new Follower({
      trail,
      keepAlive,
      onRecord: (placed, news) => {
        const { sample, clockChange, gap, verdict } = this.#narrator.tell(placed)
        if (!news) return
        this.emit('record', placed)
        if (sample) this.emit('sample', sample)
        if (clockChange) this.emit('clockChange', clockChange)
        if (gap) this.emit('gap', gap)
        if (verdict) this.emit('verdict', verdict)
      },
      onProblem: (error) => {
        if (this.listenerCount('problem') > 0) this.emit('problem', error)
        else process.emitWarning(error.message, { type: 'NtpAuditorWarning' })
      },
    })
  }

  /** Goes to the end of the trail; {@link attach} does it. */
  async start(): Promise<void> {
    try {
      await this.#follower.start()
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** As `Auditor.bound`. UNMONITORED where no auditor of this computer and this boot holds the trail. */
  bound(): ClockBound {
    return this.#clock.bound()
  }

  /**
   * As `Auditor.assertWithin`.
   * @throws {ClockNotProvenError} the clock is not proven to be within the limit
   * @throws {OptionTypeError | OptionRangeError} `limit` is no duration
   */
  assertWithin(limit: string): ClockBound {
    return this.#clock.assertWithin(limit)
  }

  /** Ends the following and gives back the file; from now on the clock is UNMONITORED. */
  close(): void {
    this.#follower.stop()
    this.#file.end()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
