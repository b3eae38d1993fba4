/**
 * How measured values lie: quantiles that are measured values themselves, and a histogram that counts what lies outside it.
 * @module
 */
import type { Distribution } from './document.js'
import { seconds } from './seconds.js'
import type { Values } from './values.js'

const bins = 40

/**
 * The histogram reaches three times the distance between the quartiles beyond them, at most to the outermost values: one value an
 * hour off, or a clock that was set for an hour, leaves it readable.
 */
export function distributionOf(values: Values): Distribution | null {
  const { count } = values
  if (count === 0) return null
  const at = (percent: number) => values.quantile(percent)
  const [least, most, p1, p99] = [at(0), at(100), at(1), at(99)]
  const margin = 3n * (at(75) - at(25))
  const [low, high] = margin === 0n ? [least, most] : [at(25) - margin, at(75) + margin]
  const fromNs = low > least ? low : least
  const toNs = high < most ? high : most
  const width = (toNs - fromNs) / BigInt(bins) + 1n
  const ends = values.below(Array.from({ length: bins + 1 }, (_, bin) => fromNs + BigInt(bin) * width))
  const [below = 0, within = 0] = [ends[0], ends.at(-1)]
  const counts = ends.slice(1).map((end, bin) => end - (ends[bin] ?? 0))
  return {
    count,
    least: seconds(least, 'down'),
    p1: seconds(p1),
    p5: seconds(at(5)),
    p50: seconds(at(50)),
    p95: seconds(at(95)),
    p99: seconds(p99),
    most: seconds(most, 'up'),
    bins: { from: seconds(fromNs), width: seconds(width), counts },
    below,
    above: count - within,
  }
}
