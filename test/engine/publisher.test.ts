/**
 * What the engine publishes, asked by another thread's reading, over simulated clocks that are set, slewed, suspended and drift: the truth
 * lies in every bound that is given.
 */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { leapTable } from '../../lib/clock/leap.js'
import { shippedLeapList } from '../../lib/clock/leap-shipped.js'
import { Witness } from '../../lib/clock/witness.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import type { ConsensusState, Sample, Support } from '../../lib/consensus/types.js'
import { Publisher } from '../../lib/engine/publisher.js'
import { Watch } from '../../lib/engine/watch.js'
import { frameOf, type LiveAnswer, liveAnswer, sightOf } from '../../lib/evidence/live.js'
import { LocalBoard } from '../../lib/evidence/live-board.js'
import { parseInstant } from '../../lib/instant.js'
import { SimulatedClocks, type SimulatedClocksOptions } from '../../lib/testing/simulated-clocks.js'
import { VirtualTime } from '../../lib/testing/virtual-time.js'
import '../support/seed.js'

const second = 1_000_000_000n
const ms = 1_000_000n
const toleranceNs = 50n * ms

class Bench {
  readonly time: VirtualTime
  readonly clocks: SimulatedClocks
  readonly board = new LocalBoard()
  readonly publisher: Publisher
  readonly watch: Watch
  indicated = false
  #id = 0

  constructor(options: SimulatedClocksOptions & { start?: string; generation?: number } = {}) {
    this.time = new VirtualTime(parseInstant(options.start ?? '2026-03-03T14:00:00.000000000Z'))
    this.clocks = new SimulatedClocks(this.time, options)
    const configuration = parseConfiguration(
      { trail: 'trail', references: ['192.0.2.1'], tolerance: '50ms', interval: '16s' },
      { base: '/' },
    )
    const { clocks } = this
    this.publisher = new Publisher({
      outlet: this.board,
      configuration,
      clocks,
      timers: this.time.timers,
      leap: leapTable(shippedLeapList, 'shipped'),
      ratePpb: configuration.driftPpb + (clocks.steered ? configuration.slewPpb : 0n),
      generation: options.generation ?? 0,
      leapIndicated: () => this.indicated,
    })
    const { periodNs, reportNs, maxRatePpb } = configuration.witness
    const first = clocks.read()
    const witness = new Witness(
      first,
      { periodNs, reportNs, maxRatePpb, coupled: true, bootId: clocks.bootId },
      clocks.notice(),
    )
    this.watch = new Watch({
      clocks,
      timers: this.time.timers,
      witness,
      periodNs,
      noticeMs: 50,
      onEvents: (events) => {
        for (const event of events) if (event.kind === 'gap') this.publisher.gap(event)
      },
      onFed: (look) => this.publisher.looked(look),
      onLook: () => {},
    })
    this.publisher.looked(first)
    this.watch.start()
  }

  pass(ns: bigint): void {
    this.time.advanceTo(this.time.nowNs() + ns)
  }

  /** A sample at a look, right by so much on either side, durable at once or when `written` is called. */
  sample(leftNs: bigint, rightNs: bigint, change: { state?: ConsensusState; support?: Support } = {}): () => void {
    this.watch.look()
    const look = this.watch.last
    // TAI - A at the look, which simulated clocks take at this very instant.
    const m = this.time.nowNs() + 37n * second - this.clocks.truth().aNs
    const state = change.state ?? 'agreed'
    const bounded = state !== 'conflict' && state !== 'none'
    const id = ++this.#id
    this.publisher.sampled(id, {
      reason: 'scheduled',
      part: 'all',
      atNs: look.aNs,
      wallNs: look.wallNs,
      d: look.d,
      readings: {},
      consensus: {
        state,
        support: bounded ? (change.support ?? 'voted') : null,
        m: bounded ? { lowNs: m - leftNs, highNs: m + rightNs } : null,
        agree: [],
        dissent: [],
        faults: 1,
        configured: 3,
      },
      taiUtc: 37,
      error: null,
      toleranceNs,
      verdict: 'PROVEN',
      cause: null,
    } satisfies Sample)
    return () => this.publisher.written(id, id)
  }

  ask(limitNs = toleranceNs): LiveAnswer {
    const record = this.board.latest()
    if (!record) throw new Error('nothing was published')
    return liveAnswer(frameOf(record), sightOf(this.clocks.read()), limitNs)
  }
}

/** Every clock is read in its resolution and rounds down. */
const roundingNs = 2n

function holds(bench: Bench, answer: LiveAnswer): void {
  const { errorNs } = bench.clocks.truth()
  if (answer.error === null) {
    expect(['INDETERMINATE', 'UNMONITORED']).toContain(answer.verdict)
    return
  }
  expect(answer.error.lowNs).toBeLessThanOrEqual(errorNs + roundingNs)
  expect(answer.error.highNs).toBeGreaterThanOrEqual(errorNs - roundingNs)
  const away = errorNs < 0n ? -errorNs : errorNs
  if (answer.verdict === 'PROVEN') expect(away).toBeLessThanOrEqual(toleranceNs)
  if (answer.verdict === 'VIOLATED') expect(away).toBeGreaterThan(toleranceNs)
}

const between = (low: number, high: number) => fc.integer({ min: low, max: high }).map(BigInt)
const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ns: between(1, 3_000_000_000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ns: between(1, 300_000_000) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('sample' as const),
      left: between(0, 20_000_000),
      right: between(0, 20_000_000),
      durable: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('step' as const), by: between(-2_000_000_000, 2_000_000_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('step' as const), by: between(-3_000, 3_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('slew' as const), ppb: between(-100_000_000, 100_000_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('suspend' as const), ns: between(1_000_000, 5_000_000_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drift' as const), ppb: between(-99_000, 99_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('written' as const) }) },
)

describe('property: the truth lies in every bound that is given, whatever was done to the clock the moment before', () => {
  test.each([
    ['native', false, 100_000_000n],
    ['portable', true, 500_000n],
  ] as const)(
    '%s',
    (_name, portable, mostPpb) => {
      let given = 0
      let proven = 0
      fc.assert(
        fc.property(
          fc.array(action, { minLength: 5, maxLength: 60 }),
          fc.record({ drift: between(-99_000, 99_000), offset: between(-60_000_000, 60_000_000), seed: fc.nat() }),
          (actions, setUp) => {
            const { drift, offset } = setUp
            // A portable A is steered by whoever steers the wall clock.
            const rates = portable ? { wallDriftPpb: 0n } : { driftPpb: drift, wallDriftPpb: drift / 2n }
            const bench = new Bench({ ...rates, offsetNs: offset, portable, kernelNotice: !portable, seed: setUp.seed })
            const waiting: (() => void)[] = []
            let slewUntil = 0n
            for (const act of actions) {
              if (act.do === 'pass') bench.pass(act.ns)
              else if (act.do === 'sample') {
                const written = bench.sample(act.left, act.right)
                if (act.durable) written()
                else waiting.push(written)
              } else if (act.do === 'written') for (const written of waiting.splice(0)) written()
              else if (act.do === 'step') bench.clocks.step(act.by)
              else if (act.do === 'suspend') bench.clocks.suspend(act.ns)
              else if (act.do === 'drift') {
                if (!portable) bench.clocks.setDrift(act.ppb)
              } else if (bench.time.nowNs() >= slewUntil) {
                const over = 2n * second
                const ppb = (act.ppb * mostPpb) / 100_000_000n
                bench.clocks.slew((over * ppb) / 1_000_000_000n, over)
                slewUntil = bench.time.nowNs() + over
              }
              const answer = bench.ask()
              holds(bench, answer)
              given += answer.error ? 1 : 0
              proven += answer.verdict === 'PROVEN' ? 1 : 0
              if (act.do === 'step' && (act.by > 10_000n || act.by < -10_000n)) expect(answer.error).toBeNull()
              if (act.do === 'suspend') expect(answer.error).toBeNull()
            }
          },
        ),
        { numRuns: 300 },
      )
      // It is no law about nothing.
      expect(given).toBeGreaterThan(1_000)
      expect(proven).toBeGreaterThan(200)
    },
    60_000,
  )
})

describe('what happens to a bound', () => {
  const sampled = (options: ConstructorParameters<typeof Bench>[0] = {}): Bench => {
    const bench = new Bench(options)
    bench.sample(2n * ms, 3n * ms)()
    return bench
  }

  test('before the first sample, and before it is durable: UNMONITORED, no-sample', () => {
    const bench = new Bench()
    expect(bench.ask()).toMatchObject({ verdict: 'UNMONITORED', cause: 'no-sample', error: null, lastsNs: 0n })
    const written = bench.sample(ms, ms)
    expect(bench.ask()).toMatchObject({ verdict: 'UNMONITORED', cause: 'no-sample' })
    written()
    expect(bench.ask()).toMatchObject({ verdict: 'PROVEN', cause: null, support: 'voted' })
  })

  test('in-the-look-of-the-sample: exactly M - D', () => {
    const bench = sampled({ bracketNs: 0n, resolutionNs: 1n })
    expect(bench.ask()).toEqual({
      verdict: 'PROVEN',
      cause: null,
      error: { lowNs: -2n * ms, highNs: 3n * ms },
      support: 'voted',
      lastsNs: second,
    })
  })

  test('a hundred milliseconds behind the look: wider by an eighth of them natively, by the rate portably', () => {
    const exact = { bracketNs: 0n, resolutionNs: 1n, kernelNotice: false }
    const native = sampled(exact)
    native.pass(100n * ms)
    // 100 ppm of 112.5 ms of A.
    expect(native.ask().error).toEqual({
      lowNs: -2n * ms - 11_250n - 12_500_000n,
      highNs: 3n * ms + 11_250n + 12_500_000n,
    })
    const portable = sampled({ ...exact, portable: true })
    portable.pass(100n * ms)
    expect(portable.ask().error).toEqual({ lowNs: -2n * ms - 60_000n, highNs: 3n * ms + 60_000n })
  })

  test('while somebody asks, fresh pairs keep a native bound narrow', () => {
    const bench = sampled({ bracketNs: 0n, resolutionNs: 1n, kernelNotice: false })
    bench.ask()
    bench.pass(600n * ms)
    bench.pass(45n * ms)
    const { error } = bench.ask()
    // 645 ms, the last pair at 600 or 601: not the 145 ms of the last look.
    expect(error!.highNs - error!.lowNs).toBeLessThan(5n * ms + (2n * 50n * ms) / 8n + ms)
  })

  test('set-forward-a-moment-ago: UNMONITORED until the witness has looked, then VIOLATED', () => {
    const bench = sampled({ kernelNotice: false })
    bench.pass(300n * ms)
    bench.clocks.step(3n * second)
    expect(bench.ask()).toMatchObject({ verdict: 'UNMONITORED', cause: 'clock-change', error: null })
    bench.pass(250n * ms)
    expect(bench.ask()).toMatchObject({ verdict: 'VIOLATED', cause: 'out-of-tolerance', support: 'voted' })
    bench.clocks.step(-3n * second)
    expect(bench.ask()).toMatchObject({ verdict: 'UNMONITORED', cause: 'clock-change' })
    bench.pass(250n * ms)
    expect(bench.ask().verdict).toBe('PROVEN')
  })

  test('the witness stops looking: UNMONITORED after four periods, to the nanosecond', () => {
    const bench = sampled({ bracketNs: 0n, resolutionNs: 1n, portable: true })
    bench.watch.stop()
    bench.pass(second)
    expect(bench.ask()).toMatchObject({ verdict: 'PROVEN', lastsNs: 0n })
    bench.pass(1n)
    expect(bench.ask()).toMatchObject({ verdict: 'UNMONITORED', cause: 'starved', error: null })
  })

  test('suspend: nothing of before counts, a sample that reached the disk after it neither', () => {
    const bench = sampled()
    const late = bench.sample(ms, ms)
    bench.clocks.suspend(60n * second)
    expect(bench.ask()).toMatchObject({ verdict: 'UNMONITORED', cause: 'clock-change' })
    bench.pass(250n * ms)
    expect(bench.ask()).toMatchObject({ verdict: 'UNMONITORED', cause: 'suspend' })
    late()
    expect(bench.ask()).toMatchObject({ verdict: 'UNMONITORED', cause: 'suspend' })
    bench.sample(ms, ms)()
    expect(bench.ask().verdict).toBe('PROVEN')
  })

  test('further than longestGap from every sample: UNMONITORED; what only heard itself: INDETERMINATE', () => {
    const bench = sampled()
    bench.pass(63n * second)
    expect(bench.ask().verdict).toBe('PROVEN')
    bench.pass(second)
    expect(bench.ask()).toMatchObject({ verdict: 'UNMONITORED', cause: 'too-far-from-sample' })
  })

  test('conflict: INDETERMINATE until references agree again; one alone settles nothing', () => {
    const bench = sampled()
    bench.sample(ms, ms, { state: 'conflict' })()
    expect(bench.ask()).toMatchObject({ verdict: 'INDETERMINATE', cause: 'conflict', error: null })
    bench.sample(ms, ms, { state: 'single', support: 'single' })()
    expect(bench.ask()).toMatchObject({ verdict: 'INDETERMINATE', cause: 'conflict' })
    bench.sample(ms, ms, { support: 'paired' })()
    expect(bench.ask()).toMatchObject({ verdict: 'PROVEN', support: 'paired' })
  })

  test('the weakest sample that shapes the bound gives its support', () => {
    const bench = sampled()
    bench.sample(ms, 40n * ms, { state: 'single', support: 'single' })()
    expect(bench.ask()).toMatchObject({ verdict: 'PROVEN', support: 'single' })
  })

  test('a leap second that references announce: INDETERMINATE from a second before that midnight to the next sample', () => {
    const bench = new Bench({ start: '2026-12-31T23:59:50.000000000Z' })
    bench.indicated = true
    bench.sample(ms, ms)()
    expect(bench.ask().verdict).toBe('PROVEN')
    bench.pass(9n * second)
    expect(bench.ask()).toMatchObject({ verdict: 'INDETERMINATE', cause: 'leap-doubt', error: null })
    bench.indicated = false
    bench.pass(4n * second)
    bench.sample(ms, ms)()
    expect(bench.ask().verdict).toBe('PROVEN')
  })

  test('a month that the leap second table does not cover begins in doubt', () => {
    const bench = sampled({ start: '2099-05-31T23:59:50.000000000Z' })
    expect(bench.ask().verdict).toBe('PROVEN')
    bench.pass(20n * second)
    expect(bench.ask()).toMatchObject({ verdict: 'INDETERMINATE', cause: 'leap-doubt' })
  })

  test('stopped: UNMONITORED, auditor-down', () => {
    const bench = sampled()
    bench.publisher.stop()
    expect(bench.ask()).toMatchObject({ verdict: 'UNMONITORED', cause: 'auditor-down', error: null })
  })

  test('the engine that follows one that died begins with nothing', () => {
    const bench = new Bench({ generation: 1 })
    expect(bench.ask()).toMatchObject({ verdict: 'UNMONITORED', cause: 'worker-died' })
    bench.sample(ms, ms)()
    expect(bench.ask().verdict).toBe('PROVEN')
  })

  test('read on the clock of another boot: UNMONITORED', () => {
    const bench = sampled()
    const record = bench.board.latest()!
    const sight = sightOf(bench.clocks.read())
    const shifted = { lowNs: sight.c.lowNs + 3_600n * second, highNs: sight.c.highNs + 3_600n * second }
    expect(liveAnswer(frameOf(record), { ...sight, c: shifted }, toleranceNs)).toMatchObject({
      verdict: 'UNMONITORED',
      cause: 'boot',
    })
  })
})
