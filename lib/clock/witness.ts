/**
 * The witness: looks in, clock changes and gaps out. It owns no clock and no timer.
 *
 * Three tests run over each look. The **step test** holds `line` against every earlier look: a set of the clock shows, and nothing
 * else does. The **live line** follows D: what leaves it by more than `reportNs`, at once or little by little, is written (see
 * `departure.ts`). The **sleep test** holds boot - mono against earlier looks and tells a suspend from a set.
 *
 * The kernel's notice completes them. A noticed look in which no test finds anything hides a set that was undone before the look, or
 * one smaller than a look can tell: a `clock-change` of class `unknown` is written, its size an interval around zero, and what
 * happened between the two looks stays INDETERMINATE. Such changes are not thinned out: there is at most one a look. A notice that a
 * found step or a resume explains adds nothing. The kernel gives notice a moment after the set itself; a step found ahead of its notice
 * is owed one, and the next within 100 ms is taken for it. A found step too small to be written is counted in `since.small`, with
 * `since.notice` left `seen`: what else happened in such a look is not known, so a reader may not call that stretch `complete`.
 * @module
 */
import { type IntervalNs, largest, meet, smallest, subtract } from '../interval.js'
import { type Departure, Departures } from './departure.js'
import { isLeap } from './leap-step.js'
import { earlier, type Look, lineIsD, silenceSince, toLook } from './look.js'
import { SinceLog } from './since-log.js'
import { StepTest } from './step-test.js'
import type { ChangeClass, ClockChange, ClockReading, Gap, Notice, Stamp, WitnessOptions } from './types.js'

/** Silence over this, or over four periods, is a gap. */
const leastSilenceNs = 1_000_000_000n

/** So long after a step that came without notice, a notice is taken for its own. */
const owedNs = 100_000_000n

/** Watches one source in one boot. */
export class Witness {
  readonly #options: WitnessOptions
  readonly #silenceNs: bigint
  readonly #since: SinceLog
  readonly #steps: StepTest
  readonly #sleep: StepTest
  readonly #line: Departures
  #last: Look
  #carried = false
  /** Until this instant of A a notice is owed for a step already found. */
  #owedUntilNs: bigint | null = null
  #before: Look | null = null

  /** @param notice whether the source has a kernel notice (`none`) or not (`absent`) */
  constructor(first: ClockReading, options: WitnessOptions, notice: Notice = 'absent') {
    this.#options = options
    this.#silenceNs = max(leastSilenceNs, 4n * options.periodNs)
    const look = toLook(first, notice === 'absent' ? notice : 'none')
    this.#last = look
    this.#since = new SinceLog(look, options.reportNs)
    this.#steps = new StepTest(({ reading }) => reading.line, options.coupled ? 0n : options.maxRatePpb, look)
    this.#sleep = new StepTest(({ reading }) => reading.asleep, 0n, look)
    this.#line = new Departures(options.reportNs, look, this.#kernelRatePpb())
  }

  /** D at the last look, as it was read. */
  get d(): IntervalNs {
    return this.#last.reading.d
  }

  /** The reading of the last look. */
  get last(): ClockReading {
    return this.#last.reading
  }

  /**
   * Takes the next look (see `observe`, which pairs a reading with its notice).
   *
   * A look that itself took longer than the silence allowed tells nothing of when it was; it is passed over and the silence goes on.
   * @returns what is now known to have happened, oldest first; each is to be written as a record of its own, after {@link before}
   */
  look(reading: ClockReading, notice: Notice): readonly (ClockChange | Gap)[] {
    const look = toLook(reading, notice === 'none' && this.#carried ? 'seen' : notice)
    this.#before = null
    if (look.aNs - look.fromNs > this.#silenceNs) {
      this.#carried = look.notice === 'seen'
      return []
    }
    this.#carried = false
    const previous = this.#last
    this.#last = look
    this.#since.add(look)

    const slept = this.#sleep.add(look)
    const moved = this.#steps.add(look)
    if (look.notice === 'none' && (slept !== null || moved !== null)) this.#owedUntilNs = look.aNs + owedNs
    const events: (ClockChange | Gap)[] = []
    let from = previous
    if (slept !== null) {
      from = moved === null ? slept : earlier(slept, moved)
      events.push(...this.#resumed(from, look))
    } else {
      events.push(...this.#changed(previous, moved, look))
      if (moved !== null) from = moved
      if (moved !== null && this.#mayHaveSlept(moved, look)) events.push(gap('starved', 'mono', moved, look))
    }
    const blind = silenceSince(previous, look) > this.#silenceNs && !events.some(breaksMono)
    if (blind) {
      events.push(...this.settle(), gap('starved', 'wall', previous, look))
      this.#line.restart(look, this.#kernelRatePpb())
    }
    if (events.length > 0 && this.#since.holds(from)) this.#before = from
    return events
  }

  /** A sample was taken at the last look: the live line runs through it from now on, unless D is just leaving it. */
  anchor(): void {
    this.#line.anchor(this.#last)
  }

  /** What is held back until it can be told as one: to be asked for when nothing more will be looked at. */
  settle(): ClockChange[] {
    return this.#line.settle().map((departure) => this.#slewed(departure))
  }

  /**
   * After a look with events: the clock fields at the last look before them, and what was seen up to it; `null` where the last record
   * already stands there. Written as a heartbeat ahead of the events it keeps their movement out of the `chord` of the time before,
   * which would otherwise be as uncertain as the change is large. Restarts `since` at that look.
   */
  before(): Stamp | null {
    const look = this.#before
    this.#before = null
    return look === null ? null : this.#stampAt(look)
  }

  /** The clock fields of a record at the last look, and what was seen since the last stamp. Restarts `since`. */
  stamp(): Stamp {
    this.#before = null
    return this.#stampAt(this.#last)
  }

  #stampAt(look: Look): Stamp {
    const { aNs, wallNs, monoNs, bootNs, rawNs, d } = look.reading
    const since = this.#since.cut(look)
    return { wallNs, aNs, monoNs, bootNs, rawNs, bootId: this.#options.bootId, d, since }
  }

  /** The computer was suspended between two looks, and perhaps its clock set. */
  #resumed(from: Look, look: Look): (ClockChange | Gap)[] {
    const asleep = subtract(look.reading.asleep, from.reading.asleep)
    // mono and raw stand still in a suspend; an A that is boot itself runs on.
    const stopped = look.aNs !== look.reading.bootNs
    const moved = subtract(look.reading.line, from.reading.line)
    const set = lineIsD(look.reading) && stopped ? subtract(moved, asleep) : moved
    this.#steps.restart(look)
    this.#sleep.restart(look)
    const events: (ClockChange | Gap)[] = [...this.settle(), gap('suspend', stopped ? 'mono' : 'none', from, look)]
    if (smallest(set) > this.#options.reportNs) {
      events.push(this.#change('set-during-suspend', set, from, look))
      this.#line.stepped(look)
    } else {
      if (stopped) this.#line.stepped(look)
      if (smallest(set) > 0n) this.#since.small(largest(set))
    }
    return events
  }

  /** Without a suspend: a step, a slew, a notice with nothing to see, or nothing. */
  #changed(previous: Look, moved: Look | null, look: Look): ClockChange[] {
    const { reportNs, leapAnnounced } = this.#options
    if (moved !== null) {
      const held = this.settle()
      const departed = this.#line.at(look)
      const size = subtract(look.reading.line, moved.reading.line)
      const large = smallest(size) > reportNs
      if (!large && smallest(departed) <= reportNs) {
        this.#since.small(largest(size))
        this.#line.nudged(size)
        return held
      }
      const leap = isLeap(moved.reading, look.reading, size, leapAnnounced)
      const kind = leap ? 'leap' : this.#mayHaveSlept(moved, look) ? 'unknown' : 'step'
      this.#line.stepped(look)
      return [...held, this.#change(kind, large ? size : departed, moved, look)]
    }
    const changes = this.#line.add(look).map((departure) => this.#slewed(departure))
    if (look.notice === 'seen' && !this.#paid(look)) {
      changes.push(this.#change('unknown', subtract(look.reading.line, previous.reading.line), previous, look))
    }
    return changes
  }

  /** Whether the notice of this look was owed for an earlier step. */
  #paid(look: Look): boolean {
    const paid = this.#owedUntilNs !== null && look.aNs <= this.#owedUntilNs
    this.#owedUntilNs = null
    return paid
  }

  /**
   * Where `line` is D on a clock that stops in suspend and sleep is known only coarsely (portable Linux), a small forward step may as
   * well have been a sleep of that length, in which A stood still.
   */
  #mayHaveSlept(from: Look, look: Look): boolean {
    if (!lineIsD(look.reading)) return false
    const asleep = subtract(look.reading.asleep, from.reading.asleep)
    const size = subtract(look.reading.line, from.reading.line)
    return asleep.highNs > 0n && size.lowNs > 0n && meet(asleep, size) !== null
  }

  #slewed({ from, to, size }: Departure): ClockChange {
    return this.#change('slew', size, from, to)
  }

  #change(kind: ChangeClass, size: IntervalNs, from: Look, look: Look): ClockChange {
    return {
      kind: 'clock-change',
      earliestNs: from.fromNs,
      latestNs: look.aNs,
      size,
      class: kind,
      by: 'unknown',
      seen: look.notice === 'seen' && kind !== 'slew' ? 'kernel-notice' : 'divergence',
      wallBeforeNs: from.reading.wallNs,
      wallAfterNs: look.reading.wallNs,
    }
  }

  #kernelRatePpb(): bigint {
    return this.#options.kernelRatePpb?.() ?? 0n
  }
}

function gap(cause: Gap['cause'], breaks: Gap['breaks'], from: Look, to: Look): Gap {
  return {
    kind: 'gap',
    cause,
    breaks,
    fromNs: from.aNs,
    toNs: to.aNs,
    wallFromNs: from.reading.wallNs,
    wallToNs: to.reading.wallNs,
  }
}

function breaksMono(event: ClockChange | Gap): boolean {
  return event.kind === 'gap' && event.breaks === 'mono'
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
