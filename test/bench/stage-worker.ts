/**
 * One stage of the benchmarks of long trails, in a process of its own: `index`, `evidence`, `report`, `pdf`, `day`, `prove`, `nothing` or `yardstick` over a
 * trail and an index file. Prints one line of JSON: what it took (CPU and wall clock, s), its peak memory (MB), and what it found.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { answer, changes, course, drifts, gaps } from '../../lib/evidence/index.js'
import { Evidence } from '../../lib/evidence/timeline.js'
import { openIndex } from '../../lib/index-store/index.js'
import { seeded } from '../../lib/testing/random.js'
import { segmentLines } from '../../lib/trail/lines.js'
import { listSegments } from '../../lib/trail/segments.js'
import { buildReport } from '../../reports/build.js'
import { renderReport } from '../../reports/render.js'

export interface StageResult {
  readonly cpu: number
  readonly wall: number
  readonly megabytes: number
  readonly found: Readonly<Record<string, number>>
}

const [stage = '', trail = '', index = ''] = process.argv.slice(2)
const toleranceNs = 50_000_000n
const longestGapNs = 256_000_000_000n
/** Answers are measured in these groups: the first while the code is compiled, the second while it is optimized. */
const groups = { first: 100, next: 1_000, last: 1_000 } as const
/** How many records the yardstick inserts and scans. */
const yardstickRows = 100_000

const stages: Readonly<Record<string, () => Promise<Record<string, number>>>> = {
  async index() {
    const source = await openIndex({ trail, index })
    source.close()
    if (source.reason !== null) throw new Error(source.reason)
    return { records: source.lastSeq }
  },

  async evidence() {
    const source = await openIndex({ trail, index })
    const marks = await Evidence.of(source).timeline()
    const period = { fromNs: marks[0]?.fromNs ?? 0n, toNs: marks.at(-1)?.toNs ?? 0n, longestGapNs }
    const stretches = (await course(source, period, toleranceNs)).length
    const found = {
      stretches,
      changes: (await changes(source, period)).length,
      gaps: (await gaps(source, period)).length,
    }
    const runs = (await drifts(source, period)).length
    source.close()
    return { ...found, runs }
  },

  async report() {
    const { report } = await buildReport({ trail, index, from: '2025-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' })
    return { bytes: JSON.stringify(report.result).length }
  },

  /** What a process costs that reports. */
  async nothing() {
    await import('../../reports/pdf/document.js')
    const { user, system } = process.cpuUsage()
    return { cpuOfAll: (user + system) / 1e6, wallOfAll: performance.now() / 1_000 }
  },

  async day() {
    const out = `${index}.out`
    const { files } = await renderReport({
      trail,
      index,
      out,
      from: '2025-01-01T00:00:00Z',
      to: '2025-01-02T00:00:00Z',
    })
    return { files: files.length }
  },

  async pdf() {
    const period = { from: '2025-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }
    const { files } = await renderReport({ trail, index, out: `${index}.out`, formats: ['pdf'], ...period })
    return { pdfBytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
  },

  async prove() {
    const source = await openIndex({ trail, index })
    const marks = await Evidence.of(source).timeline()
    const fromNs = marks[0]?.fromNs ?? 0n
    const span = Number(((marks.at(-1)?.toNs ?? 0n) - fromNs) / 1_000_000n)
    const random = seeded(7)
    const cpu: number[] = []
    const wall: number[] = []
    const count = Object.values(groups).reduce((sum, one) => sum + one, 0)
    for (let i = 0; i < count; i += 1) {
      const atNs = fromNs + BigInt(Math.floor(random() * span)) * 1_000_000n
      const [used, began] = [process.cpuUsage(), performance.now()]
      await answer(source, { atNs, scale: i % 2 === 0 ? 'wall' : 'true', toleranceNs, longestGapNs })
      const { user, system } = process.cpuUsage(used)
      cpu.push((user + system) / 1_000)
      wall.push(performance.now() - began)
    }
    source.close()
    const found: Record<string, number> = {}
    for (const [name, length] of Object.entries(groups)) {
      const [own, passed] = [cpu.splice(0, length), wall.splice(0, length)]
      found[`${name}Cpu50`] = quantile(own, 0.5)
      found[`${name}Cpu99`] = quantile(own, 0.99)
      found[`${name}Wall99`] = quantile(passed, 0.99)
    }
    return found
  },

  async yardstick() {
    const Open = createRequire(import.meta.url)('better-sqlite3') as typeof Database
    const database = new Open(`${index}.yardstick`)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.exec('DROP TABLE IF EXISTS line; CREATE TABLE line (seq INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT')
    const insert = database.prepare('INSERT INTO line VALUES (?, ?)')
    const putAll = database.transaction((rows: readonly [number, string][]) => {
      for (const row of rows) insert.run(...row)
    })
    let rows: [number, string][] = []
    let seq = 0
    let put = 0
    const store = (): void => {
      const began = process.cpuUsage()
      putAll(rows)
      put += seconds(began)
      rows = []
    }
    for (const segment of (await listSegments(trail)).segments) {
      if (seq >= yardstickRows) break
      for await (const lines of segmentLines(trail, segment)) {
        for (const { bytes } of lines) {
          seq += 1
          rows.push([seq, bytes.toString('latin1')])
        }
        if (rows.length >= 4_096) store()
      }
    }
    store()
    const began = process.cpuUsage()
    let length = 0
    for (const row of database.prepare<[], { text: string }>('SELECT seq, text FROM line ORDER BY seq').iterate()) {
      length += row.text.length
    }
    const scan = seconds(began)
    database.close()
    return { rows: seq, length, insertMicro: (put * 1e6) / seq, scanMicro: (scan * 1e6) / seq }
  },
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
}

function seconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

const run = stages[stage]
if (!run) throw new Error(`no such stage: ${join(stage)}`)
const began = performance.now()
const used = process.cpuUsage()
const found = await run()
const result: StageResult = {
  cpu: seconds(used),
  wall: (performance.now() - began) / 1_000,
  megabytes: process.resourceUsage().maxRSS / 1_024,
  found,
}
console.log(JSON.stringify(result))
