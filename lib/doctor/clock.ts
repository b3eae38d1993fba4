/**
 * Findings on the clock itself: how far it is off, what that looks like, and which tolerance can be proven here at all.
 * @module
 */
import type { Configuration } from '../config/types.js'
import { advise } from '../evidence/advice.js'
import { ceilDivide } from '../instant.js'
import { type IntervalNs, largest, meet, smallest } from '../interval.js'
import type { GoodReading } from '../ntp/types.js'
import { type Finding, finding } from './finding.js'
import { classifyOffset, offsetText, spanText } from './offsets.js'
import type { Probe, Probes } from './probe.js'
import { bestOf, goodReadings, subjectOf } from './references.js'

interface Witnessed {
  readonly probe: Probe
  readonly reading: GoodReading
}

function boundOf({ low, high }: GoodReading): IntervalNs {
  return { lowNs: low, highNs: high }
}

/** A millisecond more on each side: the exchanges of a diagnosis end up to two time-outs apart, while a clock drifts or is slewed. */
const apartNs = 1_000_000n

function agree(a: GoodReading, b: GoodReading): boolean {
  const wide = { lowNs: a.low - apartNs, highNs: a.high + apartNs }
  return meet(wide, boundOf(b)) !== null
}

/** One reading of each reference. Two names of one address are one reference, and have one voice. */
function witnesses(probes: readonly Probe[], trustLocal: boolean): Witnessed[] {
  const seen: Witnessed[] = []
  for (const probe of probes) {
    const reading = bestOf(goodReadings(probe).filter(({ self }) => trustLocal || !self))
    if (reading === null) continue
    const heard = seen.some((other) => other.reading.address === reading.address && other.reading.port === reading.port)
    if (!heard) seen.push({ probe, reading })
  }
  return seen
}

/** How the clock stands, and what is provable of it. */
export function clockFindings({ probes, ratePpb, clock }: Probes, configuration: Configuration): Finding[] {
  const seen = witnesses(probes, configuration.trustLocal)
  const findings: Finding[] = []
  if (clock.steered) {
    findings.push(
      finding('hint', 'clock-portable', 'host', [
        `the clocks are read portably (${clock.name}): the clock that measures is itself steered`,
        `bounds widen by ${ratePpb / 1000n} ppm instead of ${configuration.driftPpb / 1000n} ppm, and slews inside one interval are not seen`,
        'install the optional package koffi, which reads the raw clock',
      ]),
    )
  }
  const best = bestOf(seen.map(({ reading }) => reading))
  if (best === null) {
    if (probes.length > 0) {
      findings.push(
        finding('problem', 'clock-unknown', 'clock', [
          'nothing can be said of this clock',
          'no reference gave a usable answer: an audit would prove nothing',
          'see to the references first',
        ]),
      )
    }
    return findings
  }
  const alone = (one: Witnessed) => !seen.some((other) => other !== one && agree(other.reading, one.reading))
  const odd = seen.length > 1 ? seen.filter(alone) : []
  if (odd.length > 0 && odd.length === seen.length) return [...findings, contradiction(seen)]
  const others = seen.filter((each) => !odd.includes(each))
  findings.push(...odd.map((each) => dissent(each)))
  const judge = bestOf(others.map(({ reading }) => reading)) ?? best
  return [...findings, ...judged(judge, configuration), provable(judge, ratePpb, configuration)]
}

function contradiction(seen: readonly Witnessed[]): Finding {
  const said = seen.map(({ probe, reading }) => `by ${probe.reference.host} it is ${described(reading)}`)
  return finding('problem', 'references-contradict', 'clock', [
    `the references contradict one another: ${said.join('; ')}`,
    'at least one is wrong, and nothing is proven while they disagree',
    'a third reference shows which (--reference HOST); an offset of a round size belongs to the one that was set by hand',
  ])
}

function dissent({ probe, reading }: Witnessed): Finding {
  return finding('problem', 'reference-dissents', subjectOf(probe), [
    `contradicts the others, which agree: by it this clock is ${described(reading)}`,
    'it is wrong, or was set; its vote counts for nothing',
    'find out what it follows, or name another reference',
  ])
}

function described(reading: GoodReading): string {
  const kind = classifyOffset(reading.offsetNs, reading.rootDistanceNs)
  return `${offsetText(reading.offsetNs)}${kind === null ? '' : ` (${kind.what})`}`
}

function judged(reading: GoodReading, { toleranceNs }: Configuration): Finding[] {
  const bound = boundOf(reading)
  const what = `by ${reading.host} this clock is ${offsetText(reading.offsetNs)}, +-${spanText(reading.rootDistanceNs)}`
  const kind = classifyOffset(reading.offsetNs, reading.rootDistanceNs)
  const shape: Finding[] =
    kind === null
      ? []
      : [finding('hint', kind.code, 'clock', [`${offsetText(reading.offsetNs)}: ${kind.what}`, kind.why, kind.next])]
  if (smallest(bound) > toleranceNs) {
    return [
      finding('problem', 'clock-off', 'clock', [
        `${what}: further than the tolerance of ${spanText(toleranceNs)}`,
        'the audit says VIOLATED until the clock is set right',
        kind === null ? 'see to the time service, which is there to correct it' : kind.next,
      ]),
      ...shape,
    ]
  }
  if (largest(bound) <= toleranceNs) {
    return [
      finding('ok', 'clock-within', 'clock', [`${what}: inside the tolerance of ${spanText(toleranceNs)}`]),
      ...shape,
    ]
  }
  return [
    finding('warning', 'clock-undecided', 'clock', [
      `${what}: neither inside nor outside the tolerance of ${spanText(toleranceNs)} for certain`,
      'the audit says INDETERMINATE',
      'bring the clock nearer to UTC, or name a nearer reference',
    ]),
    ...shape,
  ]
}

function provable(reading: GoodReading, ratePpb: bigint, { toleranceNs, intervalNs }: Configuration): Finding {
  const path = {
    halfDelayNs: ceilDivide(reading.delayNs, 2n),
    rootDistanceNs: reading.rootDistanceNs,
    boundNs: largest(boundOf(reading)),
  }
  const advice = advise({ toleranceNs, ratePpb, path })
  const least = `the least tolerance that this path can ever prove is ${spanText(advice.leastNs)}`
  if (advice.everyNs === null) {
    const severity = advice.feasible && advice.obstacle === null ? 'ok' : 'warning'
    const next =
      advice.obstacle === 'offset'
        ? 'set the clock right first'
        : `raise "tolerance" above ${spanText(advice.leastNs)}, or name a nearer reference`
    return finding(severity, severity === 'ok' ? 'tolerance-provable' : 'tolerance-not-provable', 'configuration', [
      advice.text,
      least,
      next,
    ])
  }
  if (advice.everyNs < intervalNs) {
    return finding('warning', 'interval-too-long', 'configuration', [
      `${advice.text}; "interval" is ${spanText(intervalNs)}`,
      'between samples the crystal may drift further than the tolerance leaves room for: such stretches are INDETERMINATE',
      `set "interval" to ${spanText(advice.everyNs)} or less; ${least}`,
    ])
  }
  const late =
    advice.everyThenNs !== null && advice.everyThenNs < intervalNs
      ? ' It is provable in hindsight only, not at once.'
      : ''
  return finding('ok', 'tolerance-provable', 'configuration', [
    `${advice.text}; "interval" is ${spanText(intervalNs)}.${late}`,
    least,
  ])
}
