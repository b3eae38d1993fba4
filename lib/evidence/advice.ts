/**
 * What would have to be different for a tolerance to be PROVEN: how often to sample, or why no interval is short enough. Pure
 * arithmetic of the method: between two samples a bound widens by the rate, and no bound is narrower than half its delay.
 * @module
 */
import { ceilDivide, floorDivide } from '../instant.js'
import { secondsDown, secondsUp } from '../trail/document.js'

/** What samples over a path are like (ns). */
export interface PathQuality {
  /** Half the round trip: no path can be excluded to be that lopsided. */
  readonly halfDelayNs: bigint
  /** All that an exchange cannot exclude: half the delay, what the server says of itself, precision, readings. */
  readonly rootDistanceNs: bigint
  /** The bound of the error at a sample that reaches furthest from zero: how far the clock is off belongs to it. */
  readonly boundNs: bigint
}

export interface AdviceOptions {
  readonly toleranceNs: bigint
  /** By how much M can move: drift bound, plus slew bound where A is steered (parts per billion). */
  readonly ratePpb: bigint
  readonly path: PathQuality
}

/**
 * What stands in the way: `delay` (half the delay alone is more), `distance` (what the server says of itself with it), `offset`
 * (the clock is that far off, or its bound that wide, already at a sample).
 */
export type Obstacle = 'delay' | 'distance' | 'offset'

export interface Advice {
  readonly toleranceNs: bigint
  readonly feasible: boolean
  readonly obstacle: Obstacle | null
  /** The least tolerance that this path can ever prove. */
  readonly leastNs: bigint
  /** Samples at least this often prove every instant in hindsight, and already as known then; `null` where none do. */
  readonly everyNs: bigint | null
  readonly everyThenNs: bigint | null
  /** The same in a sentence. */
  readonly text: string
}

const billion = 1_000_000_000n

/**
 * Advises for a path.
 * @throws {RangeError} for a tolerance of nothing, a negative rate, or a path whose distance is less than half its delay
 */
export function advise({ toleranceNs, ratePpb, path }: AdviceOptions): Advice {
  const { halfDelayNs, rootDistanceNs, boundNs } = path
  if (toleranceNs <= 0n) throw new RangeError(`a tolerance must be more than nothing, got ${toleranceNs} ns`)
  if (ratePpb < 0n) throw new RangeError(`a rate must not be negative, got ${ratePpb} ppb`)
  if (halfDelayNs < 0n || rootDistanceNs < halfDelayNs) {
    throw new RangeError(`a root distance holds half the delay, got ${rootDistanceNs} ns of ${halfDelayNs} ns`)
  }
  const common = { toleranceNs, leastNs: rootDistanceNs }
  const never = (obstacle: Obstacle, why: string): Advice => ({
    ...{ ...common, feasible: false, obstacle, everyNs: null, everyThenNs: null },
    text: `this path cannot prove ${sizeOf(toleranceNs)}: ${why}`,
  })
  if (halfDelayNs > toleranceNs) return never('delay', `half the delay alone is ${sizeOf(halfDelayNs)}`)
  if (rootDistanceNs > toleranceNs) {
    return never('distance', `with what the server says of itself a sample leaves ${sizeOf(rootDistanceNs)} open`)
  }
  const roomNs = toleranceNs - boundNs
  if (roomNs <= 0n) {
    return {
      ...{ ...common, feasible: true, obstacle: 'offset', everyNs: null, everyThenNs: null },
      text: `no interval proves ${sizeOf(toleranceNs)} as long as a sample itself only bounds the error to ${sizeOf(boundNs)}: bring the clock nearer to UTC, or name nearer references`,
    }
  }
  if (ratePpb === 0n) {
    return {
      ...{ ...common, feasible: true, obstacle: null, everyNs: null, everyThenNs: null },
      text: `any interval proves ${sizeOf(toleranceNs)} with a crystal that does not err`,
    }
  }
  // In hindsight two cones meet halfway; as known then one cone bridges all of it.
  const everyThenNs = floorDivide(roomNs * billion, ratePpb)
  const everyNs = floorDivide(2n * roomNs * billion, ratePpb)
  return {
    ...{ ...common, feasible: true, obstacle: null, everyNs, everyThenNs },
    text: `to prove ${sizeOf(toleranceNs)} on this path sample at least every ${spanOf(everyNs)} (every ${spanOf(everyThenNs)} to know it at once)`,
  }
}

/** How wide the bound becomes between two samples so far apart: in hindsight, and as known then (ns, rounded up). */
export function widestBetween(
  boundNs: bigint,
  ratePpb: bigint,
  intervalNs: bigint,
): { hindsightNs: bigint; thenNs: bigint } {
  return {
    hindsightNs: boundNs + ceilDivide(ratePpb * intervalNs, 2n * billion),
    thenNs: boundNs + ceilDivide(ratePpb * intervalNs, billion),
  }
}

/** {@link Advice} as a document, in seconds. */
export interface AdviceDocument {
  readonly tolerance: number
  readonly feasible: boolean
  readonly obstacle: Obstacle | null
  readonly least: number
  readonly every: number | null
  readonly everyThen: number | null
  readonly text: string
}

export function adviceDocument({ toleranceNs, leastNs, everyNs, everyThenNs, ...rest }: Advice): AdviceDocument {
  const { feasible, obstacle, text } = rest
  return {
    ...{ tolerance: secondsDown(toleranceNs), feasible, obstacle, least: secondsUp(leastNs) },
    every: everyNs === null ? null : secondsDown(everyNs),
    everyThen: everyThenNs === null ? null : secondsDown(everyThenNs),
    text,
  }
}

/** `8.3 ms`: rounded up to two digits, since it is a least. */
function sizeOf(ns: bigint): string {
  const [unit, name] =
    ns < 1_000n ? [1n, 'ns'] : ns < 1_000_000n ? [1_000n, 'us'] : ns < billion ? [1_000_000n, 'ms'] : [billion, 's']
  const tenths = ceilDivide(ns * 10n, unit)
  return `${tenths / 10n}${tenths % 10n === 0n ? '' : `.${tenths % 10n}`} ${name}`
}

/** `64 s`: rounded down, since it is a most. */
function spanOf(ns: bigint): string {
  if (ns < billion) return `${ns / 1_000_000n} ms`
  return `${ns / billion} s`
}
