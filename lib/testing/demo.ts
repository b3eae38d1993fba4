/**
 * The demonstration: one simulated day of a computer whose clock somebody sets back by three minutes and later puts right,
 * audited against three loopback references of which one lies. Real packets, the real engine and the real scribe; only time
 * is simulated, and every page says so.
 * @module
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Auditor } from '../auditor.js'
import { parseConfiguration } from '../config/parse.js'
import { OutputError } from '../errors.js'
import { parseInstant } from '../instant.js'
import { makeFolder } from '../make-folder.js'
import { genesisBeside } from '../scribe/settings.js'
import { LoopbackReference } from './loopback-reference.js'
import type { ReferenceChange } from './loopback-settings.js'
import { countingPorts } from './ports.js'
import { SimulatedClocks } from './simulated-clocks.js'
import { VirtualTime } from './virtual-time.js'

export interface DemoOptions {
  /** Folder for the trail; made where it does not exist. */
  readonly out: string
  /** Called with the share that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void
}

export interface SimulatedDay {
  /** The trail folder, the day it covers, and what happened in it. */
  readonly trail: string
  readonly day: string
  readonly story: readonly string[]
  /** The public key that was made for the trail: the file, and what stands in it. */
  readonly genesis: string
  readonly vkey: string
}

const marker = 'SIMULATION.txt'
const markerText = `This folder was written by "ntp-auditor demo". Nothing in it speaks of a real clock.
The next demo into this folder replaces all of it.
`

const day = '2026-03-03'
const second = 1_000_000_000n
const at = (time: string) => parseInstant(`${day}T${time}.000000000Z`)

/** Offset of the lying reference: wrong all day, by the same 2.4 s that it claims to be sure about to the millisecond. */
const lieNs = 2_400_000_000n
const setBackNs = -180n * second

/**
 * Simulates the day and writes its trail into `out/trail`.
 * @throws {OutputError} the folder holds something that no demo wrote, or cannot be written
 */
export async function simulateDemoDay(options: DemoOptions): Promise<SimulatedDay> {
  const out = resolve(options.out)
  prepare(out)
  const trail = join(out, 'trail')
  const time = new VirtualTime(at('00:00:00') - 120n * second)
  const endNs = at('00:00:00') + 86_400n * second + 420n * second
  const clocks = new SimulatedClocks(time, { driftPpb: 12_300n, wallDriftPpb: 40n, offsetNs: 900_000n, seed: 3 })
  const clock = () => time.nowNs()
  const start = (change: ReferenceChange) => LoopbackReference.start({ clock, timers: time.timers, seed: 7, ...change })
  const references = await Promise.all([
    start({
      path: { toMs: 3, fromMs: 4, jitterMs: 1 },
      header: { stratum: 1, referenceId: 'GPS', rootDispersionNs: 500_000n },
    }),
    start({
      path: { toMs: 4, fromMs: 3, jitterMs: 1 },
      header: { stratum: 2, referenceId: 0xc0000201, rootDelayNs: 2_000_000n, rootDispersionNs: 1_500_000n },
    }),
    start({
      offsetNs: lieNs,
      path: { toMs: 2, fromMs: 2, jitterMs: 1 },
      header: { stratum: 2, referenceId: 0xc0000202, rootDelayNs: 3_000_000n, rootDispersionNs: 1_000_000n },
    }),
  ])
  try {
    const configuration = parseConfiguration(
      {
        trail,
        references: references.map((reference, i) => ({
          host: reference.address,
          port: reference.port,
          operator: ['Demo Institute (simulated)', 'Example Carrier (simulated)', 'Liar (simulated)'][i],
        })),
        trustLocal: true,
        tolerance: '50ms',
        interval: '64s',
        identity: { organisation: 'Example Ltd', asset: 'DEMO-1', site: 'Simulation', hostLabel: 'SIMULATION-demo-pc' },
      },
      { base: out },
    )
    const ports = countingPorts()
    const auditor = await Auditor.startWith(configuration, {
      engine: 'inline',
      parts: { clocks, timers: time.timers, openPort: ports.open, uniform: () => 0.5, noticeMs: 250 },
    })
    const run = (untilNs: bigint) => time.run(untilNs, { busy: ports.busy, patienceMs: 20 })
    const story: string[] = []
    const happen = (when: string, what: string, act: () => void) => ({ ns: at(when), when, what, act })
    const plot = [
      happen('14:02:00', 'somebody sets the clock back by three minutes', () => clocks.step(setBackNs)),
      happen('14:41:30', 'it is put right again', () => clocks.step(-setBackNs)),
      happen('19:15:00', 'a time daemon slews it by 4 ms within 40 s', () => clocks.slew(4_000_000n, 40n * second)),
    ]
    const startNs = time.nowNs()
    const told = () => options.onProgress?.(Number(time.nowNs() - startNs) / Number(endNs - startNs))
    const advance = async (untilNs: bigint) => {
      while (time.nowNs() < untilNs) {
        const next = time.nowNs() + 600n * second
        await run(next < untilNs ? next : untilNs)
        told()
      }
    }
    for (const { ns, when, what, act } of plot) {
      await advance(ns)
      act()
      story.push(`${day} ${when} UTC: ${what}`)
    }
    await advance(endNs)
    const stopped = auditor.stop()
    let done = false
    void stopped.then(() => {
      done = true
    })
    while (!done) await run(time.nowNs() + 100_000_000n)
    await stopped
    story.push(`all day: the tertiary reference lies by ${Number(lieNs) / 1e9} s`)
    const genesis = genesisBeside(trail)
    return { trail, day, story, genesis, vkey: readFileSync(genesis, 'utf8').trimEnd() }
  } finally {
    await Promise.all(references.map((reference) => reference.stop()))
  }
}

/** An empty folder, or one that an earlier demo filled: that is emptied. Anything else is left alone. */
function prepare(out: string): void {
  try {
    if (existsSync(out) && readdirSync(out).length > 0) {
      const own = existsSync(join(out, marker)) && readFileSync(join(out, marker), 'utf8') === markerText
      if (!own) {
        throw new OutputError(
          `"${out}" holds files that no demo wrote; they were left alone. Next step: name an empty folder with --out`,
        )
      }
      for (const name of readdirSync(out)) if (name !== marker) rmSync(join(out, name), { recursive: true })
    }
    makeFolder(out)
    writeFileSync(join(out, marker), markerText)
  } catch (error) {
    if (error instanceof OutputError) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new OutputError(`the demo cannot write to "${out}": ${message}. Next step: name another folder with --out`, {
      cause: error,
    })
  }
}
