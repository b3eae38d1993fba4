/**
 * Samples and readings of a long period as CSV, against `sqlite3 -csv` dumping the very same rows in the same run. Processor time of
 * both, since other work on the computer moves the wall clock. The goal is 2.5. Set SAMPLES for another size; 493,000 are a year.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildReport } from '../../reports/build.js'
import { writeReport } from '../../reports/render.js'
import { writeLongTrail } from '../support/long-trail.js'

const samples = Number(process.env.SAMPLES ?? 50_000)
const folder = mkdtempSync(join(tmpdir(), 'bench-csv-'))
try {
  const { fromNs, toNs, bytes } = writeLongTrail(join(folder, 'trail'), { samples })
  const at = (ns: bigint) => new Date(Number(ns / 1_000_000n)).toISOString()
  const built = await buildReport({
    ...{ trail: join(folder, 'trail'), index: ':memory:', nowNs: toNs + 1n },
    ...{ from: at(fromNs + 1_000_000n), to: at(toNs) },
  })
  const before = process.cpuUsage()
  const { files } = await writeReport(built, { formats: ['csv'], out: join(folder, 'out') })
  const spent = process.cpuUsage(before)
  const ours = (spent.user + spent.system) / 1e6
  const tables = files.filter(({ name }) => /_(samples|readings)\.csv$/.test(name))
  const database = join(folder, 'rows.db')
  const imports = tables.map(({ path }, i) => `.import ${path} t${i}`)
  execFileSync('sqlite3', [database, '.mode csv', ...imports])
  const dump = `sqlite3 -csv ${database} 'select * from t0; select * from t1' > ${join(folder, 'dump.csv')}`
  const timed = spawnSync('bash', ['-c', `TIMEFORMAT='%U %S'; time ${dump}`], { encoding: 'utf8' })
  const theirs = timed.stderr
    .trim()
    .split(' ')
    .reduce((sum, text) => sum + Number(text), 0)
  const size = tables.reduce((sum, file) => sum + file.bytes, 0)
  console.log(`${samples} samples in a trail of ${(bytes / 1e6).toFixed(0)} MB: ${(size / 1e6).toFixed(0)} MB of CSV`)
  console.log(`  this package  ${ours.toFixed(2)} s`)
  console.log(
    `  sqlite3 -csv  ${theirs.toFixed(2)} s, ${(statSync(join(folder, 'dump.csv')).size / 1e6).toFixed(0)} MB`,
  )
  console.log(`  ratio         ${(ours / theirs).toFixed(2)}`)
} finally {
  rmSync(folder, { recursive: true })
}
