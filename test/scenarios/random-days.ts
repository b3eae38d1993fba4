/**
 * Days of all kinds, in which the printed assumptions hold: computers, references and mishaps drawn from a seed.
 * @module
 */
import { seeded } from '../../lib/testing/random.js'
import type { Scenario, SimulatedEvent, SimulatedKind, SimulatedReference } from '../../lib/testing/simulate-types.js'

const second = 1_000_000_000n
const minute = 60n * second
const hour = 60n * minute
const day = 24n * hour
const ms = 1_000_000n

export interface RandomDay {
  readonly scenario: Scenario
  /** Instants around which something happens (ns since the start). */
  readonly events: readonly bigint[]
  readonly toleranceNs: bigint
}

const mishaps = [
  ...['set', 'set', 'back', 'small', 'slew', 'crystal', 'daemon', 'suspend', 'suspend', 'reboot', 'down', 'down'],
  ...['starve', 'silence', 'lie', 'free-run', 'path'],
] as const

/** The day of a seed. */
export function randomDay(seed: number): RandomDay {
  const random = seeded(seed)
  const upTo = (most: bigint): bigint => BigInt(Math.floor(random() * Number(most)))
  const about = (most: bigint): bigint => upTo(2n * most) - most
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const kind: SimulatedKind = pick(['native', 'native', 'portable', 'uncoupled'])
  const length = random() < 0.9 ? day : 3n * day
  const count = pick([1, 2, 3, 3, 3])
  const references: SimulatedReference[] = Array.from({ length: count }, () => ({
    path: { toMs: 1 + random() * 60, fromMs: 1 + random() * 60, jitterMs: random() * 20, loss: pick([0, 0, 0.02]) },
    header: { rootDispersionNs: upTo(5n * ms) + 1_000n, rootDelayNs: upTo(5n * ms), precision: pick([-20, -10]) },
  }))
  // One of two or three may be wrong, if the others always answer.
  const liar = count > 1 && random() < 0.4 ? Math.floor(random() * count) : -1
  if (liar >= 0) for (const [i, one] of references.entries()) references[i] = { ...one, path: { ...one.path, loss: 0 } }

  const events: SimulatedEvent[] = []
  // What was set less than a look ago cannot be set again: that is what `looks` assumes.
  const taken: bigint[] = []
  const free = (at: bigint): boolean => taken.every((other) => (other > at ? other - at : at - other) > second)
  const set = (at: bigint, by: bigint): void => {
    if (by === 0n || at >= length || !free(at)) return
    taken.push(at)
    events.push({ at, do: 'set', by })
  }
  const happens = Math.floor(random() ** 2 * 40)
  for (let i = 0; i < happens; i++) {
    const at = upTo(length - 10n * second) + second
    switch (pick(mishaps)) {
      case 'set':
        set(at, about(pick([50_000n, 3n * ms, second, hour, 40n * day])))
        break
      case 'back': {
        const by = about(pick([5n * ms, 5n * minute]))
        set(at, by)
        set(at + 2n * second + upTo(pick([5n * second, hour])), -by)
        break
      }
      case 'small':
        for (let k = 0n; k < 20n; k++) set(at + k * pick([2n, 10n]) * second, about(900_000n))
        break
      case 'slew': {
        // A portable computer's A is steered too: `slewBound` holds by assumption.
        const most = kind === 'portable' ? 380_000n : pick([20_000n, 500_000n, 90_000_000n])
        const over = second + upTo(10n * minute)
        events.push({ at, do: 'slew', by: (about(most) * over) / second, over })
        if (kind === 'portable') i += 3
        break
      }
      case 'crystal':
        events.push({ at, do: 'crystal', ppb: about(99_000n) })
        break
      case 'daemon':
        events.push({ at, do: 'daemon', on: random() < 0.5 })
        break
      case 'suspend':
        if (!free(at)) break
        taken.push(at)
        events.push({ at, do: 'suspend', for: second + upTo(10n * hour), set: pick([0n, about(hour), about(second)]) })
        break
      case 'reboot':
        if (!free(at)) break
        events.push({
          at,
          do: 'reboot',
          off: upTo(5n * hour) + second,
          audit: second + upTo(minute),
          ahead: about(pick([second, day])),
        })
        break
      case 'down':
        events.push({ at, do: 'down', for: second + upTo(3n * hour), killed: random() < 0.5 })
        break
      case 'starve':
        events.push({ at, do: 'starve', for: 2n * second + upTo(pick([10n * second, 10n * minute])) })
        break
      case 'silence': {
        const which = Math.floor(random() * count)
        // Beside a liar one honest reference must be left.
        if (liar >= 0 && (count === 2 || events.some((event) => event.do === 'reference' && event.change.faults))) break
        if (which === liar) break
        events.push({ at, do: 'reference', which, change: { faults: ['silent'] } })
        if (liar < 0) events.push({ at: at + upTo(2n * hour), do: 'reference', which, change: { faults: [] } })
        break
      }
      case 'lie':
        if (liar >= 0) {
          const offsetNs = about(pick([10n * ms, second, day]))
          events.push({ at, do: 'reference', which: liar, change: { offsetNs } })
        }
        break
      case 'free-run':
        if (liar >= 0) events.push({ at, do: 'reference', which: liar, change: { driftPpb: about(50_000n) } })
        break
      case 'path': {
        const which = Math.floor(random() * count)
        events.push({ at, do: 'reference', which, change: { path: { toMs: random() * 300, fromMs: random() * 300 } } })
        break
      }
    }
  }
  const interval = pick(['16s', '64s', '64s', '128s', '300s'])
  const scenario: Scenario = {
    length,
    seed,
    computer: {
      kind,
      ahead: about(pick([ms, second, day])),
      crystalPpb: about(90_000n),
      wanderPpb: pick([0n, 300n, 5_000n]),
      daemon: random() < 0.7,
      stepAbove: pick([null, null, '128ms']),
      bracketNs: pick([200n, 2_000n, 40_000n]),
      resolutionNs: pick([1n, 1_000n]),
    },
    references,
    events,
    audit: { interval, heartbeat: pick(['30s', '60s', '5m']), maxDistance: '3s' },
  }
  const toleranceNs = pick([10n * ms, 50n * ms, second])
  return { scenario, events: events.map(({ at }) => at as bigint), toleranceNs }
}
