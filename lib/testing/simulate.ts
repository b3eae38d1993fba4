/**
 * `simulate()`: the life of a computer's clocks and of an auditor that watches them, months in seconds. The real engine takes
 * real readings over an invented network; only looks at which nothing can have happened are left out.
 * @module
 */

import { existsSync, readdirSync } from 'node:fs'
import { leapTable } from '../clock/leap.js'
import { shippedLeapList } from '../clock/leap-shipped.js'
import type { LeapTable } from '../clock/types.js'
import { parseConfiguration } from '../config/parse.js'
import type { Configuration } from '../config/types.js'
import { Engine } from '../engine/engine.js'
import type { AuditorToEngine, EngineToAuditor } from '../engine/messages.js'
import { realParts } from '../engine/parts.js'
import { OutputError } from '../errors.js'
import type { LiveOutlet } from '../evidence/live-board.js'
import { memorySource } from '../evidence/source.js'
import type { Fact, FactSource } from '../evidence/types.js'
import type { Link } from '../scribe/link.js'
import type { TrailRecord } from '../trail/types.js'
import { seeded } from './random.js'
import { ModelClocks } from './simulate-clocks.js'
import { Ledger } from './simulate-ledger.js'
import type { Plot, Shift } from './simulate-life.js'
import { referenceAddress, referencesOf, SimulatedNetwork } from './simulate-network.js'
import { plotOf } from './simulate-plot.js'
import { SimulatedTruthLine } from './simulate-truth.js'
import type { Scenario } from './simulate-types.js'
import { VirtualTime } from './virtual-time.js'

export interface SimulateOptions {
  /** A folder for the trail, empty or not there yet. Default: nothing is written. */
  readonly folder?: string
  /** `skipped` (default): looks that can tell nothing are left out; `every`: all are taken, as a real auditor does. */
  readonly looks?: 'skipped' | 'every'
  /** Whether facts are kept in memory. Default: where no folder is named. */
  readonly keep?: boolean
  readonly onRecord?: (record: TrailRecord) => void
}

/** What came of it. */
export interface Simulation {
  /** What the auditor's records say, in order; empty where they were not kept. */
  readonly facts: readonly Fact[]
  /** The same, to ask evidence of. */
  readonly source: FactSource
  /** How many records of each type there are. */
  readonly counts: Readonly<Record<string, number>>
  readonly truth: SimulatedTruthLine
  /** UTC at the start and at the end (ns since the Unix epoch). */
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly configuration: Configuration
}

/**
 * Simulates a scenario.
 *
 * ```ts
 * const { source, truth } = await simulate({ length: '1d', events: [{ at: '14h', do: 'set', by: '-3m' }] })
 * ```
 * @throws {OptionTypeError | OptionRangeError} for a scenario that cannot be, naming what is wrong
 * @throws {OutputError} where the folder holds something
 */
export async function simulate(scenario: Scenario, options: SimulateOptions = {}): Promise<Simulation> {
  const { folder = null } = options
  if (folder !== null && existsSync(folder) && readdirSync(folder).length > 0) {
    throw new OutputError(`"${folder}" is not empty. Next step: name a new folder for the simulated trail`)
  }
  const plot = plotOf(scenario)
  const time = new VirtualTime(plot.startNs)
  const configuration = configurationOf(scenario, folder)
  const keep = options.keep ?? folder === null
  const ledger = new Ledger({ folder, zone: configuration.zone, onRecord: options.onRecord, keep })
  const network = new SimulatedNetwork(plot, time, scenario)
  const run = new Run({ plot, time, configuration, ledger, network, skip: options.looks !== 'every' })
  await run.all()
  ledger.flush()
  return {
    facts: ledger.facts,
    source: memorySource(ledger.facts),
    counts: Object.fromEntries(ledger.counts),
    truth: new SimulatedTruthLine(plot),
    fromNs: plot.startNs,
    toNs: plot.model.at(plot.lengthNs).utcNs,
    configuration,
  }
}

function configurationOf(scenario: Scenario, folder: string | null): Configuration {
  const references = referencesOf(scenario).map((_, which) => ({
    host: referenceAddress(which),
    operator: `Operator ${which + 1} (simulated)`,
  }))
  return parseConfiguration(
    {
      references,
      trail: folder ?? '/simulated',
      tolerance: '50ms',
      identity: { organisation: 'Example Ltd', asset: 'SIM-1', site: 'Simulation', hostLabel: 'SIMULATION-pc' },
      ...scenario.audit,
    },
    { base: '/' },
  )
}

interface RunOptions {
  readonly plot: Plot
  readonly time: VirtualTime
  readonly configuration: Configuration
  readonly ledger: Ledger
  readonly network: SimulatedNetwork
  readonly skip: boolean
}

/** Nobody asks a simulated auditor for its bound now: what it would say is not worked out. */
const nobody: LiveOutlet = { publish: () => {}, wanted: () => false }

/** How long an auditor may take to stop (ns). */
const stopNs = 2_500_000_000n

class Run {
  readonly #options: RunOptions
  readonly #leap: LeapTable
  #nonce = 0n
  #paused = 0

  constructor(options: RunOptions) {
    this.#options = options
    const { entries, expiresNs } = shippedLeapList
    let { taiUtc } = entries.at(-1) ?? { taiUtc: 37 }
    const known = options.plot.leaps.flatMap(({ utcNs, second, known: stands }) => {
      taiUtc += second
      return stands ? [{ fromNs: utcNs, taiUtc }] : []
    })
    const last = options.plot.startNs + options.plot.lengthNs
    this.#leap = leapTable(
      { entries: [...entries, ...known], expiresNs: expiresNs > last ? expiresNs : last },
      'simulated',
    )
  }

  async all(): Promise<void> {
    const { plot } = this.#options
    for (const shift of plot.shifts) {
      await this.#until(shift.fromNs)
      await this.#shift(shift)
    }
    await this.#until(plot.lengthNs)
  }

  /** Lets time pass; the computer sleeps, or gives no processor, when its time has come. */
  async #until(sinceNs: bigint): Promise<void> {
    const { plot, time } = this.#options
    for (let pause = plot.pauses[this.#paused]; pause && pause.fromNs <= sinceNs; pause = plot.pauses[this.#paused]) {
      this.#paused += 1
      await time.run(time.utcAt(pause.fromNs))
      if (pause.kind === 'sleep') time.sleep(pause.forNs)
      else time.stall(pause.forNs)
    }
    await time.run(time.utcAt(sinceNs))
  }

  async #shift({ toNs, end }: Shift): Promise<void> {
    const { plot, time, configuration, ledger, network, skip } = this.#options
    const { heartbeatNs, witness } = configuration
    const clocks = new ModelClocks({ plot, time, skip, heartbeatNs, reportNs: witness.reportNs })
    let closed = false
    const scribe = ledger.line(
      (aNs, type) => clocks.recorded(aNs, type === 'sample'),
      () => {
        closed = true
      },
    )
    const auditor = commandLine()
    const engine = new Engine({
      configuration,
      parts: realParts({
        clocks,
        timers: time.timers,
        leap: this.#leap,
        random64: () => this.#random64(),
        uniform: seeded(plot.seed + Number(time.elapsedNs() / 1_000_000_000n)),
        ownAddresses: () => network.own(),
        noticeMs: Number(witness.periodNs) / 1e6,
        openPort: network.open,
        pace: (ms) => clocks.pace(ms),
      }),
      scribe,
      auditor: auditor.link,
      live: nobody,
      kind: 'inline',
      simulation: true,
      generation: 0,
    })
    await this.#until(end === 'stop' ? toNs - stopNs : toNs)
    if (end === 'stop') {
      auditor.tell({ kind: 'stop', reason: 'stop', budgetMs: 2_000 })
      while (!closed && time.elapsedNs() < toNs + stopNs) await time.run(time.nowNs() + 10_000_000n)
    }
    scribe.close()
    engine.end()
  }

  #random64(): bigint {
    this.#nonce += 1n
    return BigInt.asUintN(64, this.#nonce * 0x9e3779b97f4a7c15n)
  }
}

function commandLine(): { link: Link<EngineToAuditor, AuditorToEngine>; tell: (message: AuditorToEngine) => void } {
  let listener: (message: AuditorToEngine) => void = () => {}
  return {
    link: {
      post: () => {},
      listen: (handler) => {
        listener = handler
      },
      close: () => {},
    },
    tell: (message) => listener(message),
  }
}
