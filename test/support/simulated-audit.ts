/**
 * An audit in simulated time: the real engine, real packets on loopback, the real scribe on a temporary folder; a computer whose
 * clock the test sets, references that lie when told to.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Auditor } from '../../lib/auditor.js'
import type { LeapTable } from '../../lib/clock/types.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import { parseInstant } from '../../lib/instant.js'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import type { ReferenceChange } from '../../lib/testing/loopback-settings.js'
import { countingPorts } from '../../lib/testing/ports.js'
import { SimulatedClocks, type SimulatedClocksOptions } from '../../lib/testing/simulated-clocks.js'
import { VirtualTime } from '../../lib/testing/virtual-time.js'
import type { TrailRecord } from '../../lib/trail/types.js'

export const second = 1_000_000_000n
export const ms = 1_000_000n

export interface SimulatedAudit {
  readonly time: VirtualTime
  readonly clocks: SimulatedClocks
  readonly references: readonly LoopbackReference[]
  readonly auditor: Auditor
  readonly trail: string
  /** Lets time pass. */
  pass(ns: bigint): Promise<void>
  /** Stops the auditor and gives every record of the trail. */
  finish(): Promise<TrailRecord[]>
}

export interface AuditSetUp {
  readonly references?: readonly ReferenceChange[]
  readonly clocks?: SimulatedClocksOptions
  readonly options?: object
  readonly start?: string
  /** Default: the one that this computer would use. */
  readonly leap?: LeapTable
  /** Go on in this trail instead of a new one. */
  readonly trail?: string
}

const folders: string[] = []

/** To be called after each test file. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-test-'))
  folders.push(folder)
  return folder
}

export async function simulatedAudit(setUp: AuditSetUp = {}): Promise<SimulatedAudit> {
  const time = new VirtualTime(parseInstant(setUp.start ?? '2026-03-03T14:00:00.000000000Z'))
  const clocks = new SimulatedClocks(time, setUp.clocks)
  const references = await Promise.all(
    (setUp.references ?? [{}]).map((change) =>
      LoopbackReference.start({ clock: () => time.nowNs(), timers: time.timers, ...change }),
    ),
  )
  const trail = setUp.trail ?? join(temporaryFolder(), 'trail')
  const configuration = parseConfiguration(
    {
      trail,
      references: references.map(({ address, port }) => `${address}:${port}`),
      trustLocal: true,
      tolerance: '50ms',
      interval: '16s',
      ...setUp.options,
    },
    { base: '/' },
  )
  const ports = countingPorts()
  const auditor = await Auditor.startWith(configuration, {
    engine: 'inline',
    parts: {
      clocks,
      timers: time.timers,
      openPort: ports.open,
      uniform: () => 0,
      noticeMs: 250,
      ...(setUp.leap && { leap: setUp.leap }),
    },
  })
  const pass = (ns: bigint) => time.run(time.nowNs() + ns, { busy: ports.busy, patienceMs: 20 })
  return {
    time,
    clocks,
    references,
    auditor,
    trail,
    pass,
    async finish() {
      let done = false
      const stopped = auditor.stop().finally(() => {
        done = true
      })
      while (!done) await pass(100n * ms)
      await stopped
      await Promise.all(references.map((reference) => reference.stop()))
      return recordsOf(trail)
    },
  }
}

/** Every record of a trail, in the order of its segments. */
export function recordsOf(trail: string): TrailRecord[] {
  const files = readdirSync(trail, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ndjson'))
  const number = (name: string) => Number(name.split('.').at(-2))
  return files
    .sort((a, b) => number(a) - number(b))
    .flatMap((name) => readFileSync(join(trail, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as TrailRecord)
}

/** The records of one type. */
export function only<T extends TrailRecord['type']>(
  records: readonly TrailRecord[],
  type: T,
): Extract<TrailRecord, { type: T }>[] {
  return records.filter((record): record is Extract<TrailRecord, { type: T }> => record.type === type)
}
