/**
 * What verifying and sealing cost in CPU: verification of a sealed trail against JSON.parse and SHA-256 over the same lines in
 * the same run; chaining, the tree and the seals of its epochs for each record.
 */
import { hash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalize } from '../../lib/trail/canonical.js'
import { encodeCheckpoint } from '../../lib/trail/checkpoint.js'
import { leafHash } from '../../lib/trail/hash.js'
import { Frontier } from '../../lib/trail/merkle.js'
import { signNote } from '../../lib/trail/note.js'
import { checkRecord } from '../../lib/trail/record.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { epochKey } from '../support/sealed-writer.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { segmentFiles } from '../support/trail-folder.js'

const records = Number(process.env.RECORDS ?? 20_000)
const perEpoch = Number(process.env.EPOCH ?? 57) // a sample each 64 s, an epoch each hour
const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-verify-'))
const trail = new TrailBuilder({ folder, sealedBy: 'bench' })
trail.open()
for (let n = 1; n <= records; n += 1) {
  trail.advance(64)
  if (n % 10 === 0) trail.heartbeat()
  else trail.sample({ state: 'agreed' })
  if (n % perEpoch === 0) trail.endEpoch()
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function baseline(): number {
  const from = cpuMs()
  let lines = 0
  for (const path of segmentFiles(folder)) {
    const bytes = readFileSync(join(folder, path))
    let start = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      const line = bytes.subarray(start, end)
      JSON.parse(line.toString('utf8'))
      hash('sha256', line)
      lines += 1
      start = end + 1
    }
  }
  if (lines < records) throw new Error(`only ${lines} lines`)
  return cpuMs() - from
}

async function verification(): Promise<number> {
  const from = cpuMs()
  const { intact } = await verifyTrail(folder, { keys: [trail.vkey] })
  if (intact !== true) throw new Error(`intact: ${intact}`)
  return cpuMs() - from
}

/** As a writer does it: check, canonical text, hash, tree; a key, a signature for each epoch. */
function sealing(): { chain: number; seal: number } {
  const origin = 'ntp-auditor.example/bench'
  const lines = segmentFiles(folder).flatMap((path) =>
    readFileSync(join(folder, path), 'utf8').split('\n').slice(0, -1),
  )
  const values = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const tree = new Frontier()
  const from = cpuMs()
  let sealed = 0
  for (const [index, value] of values.entries()) {
    tree.push(leafHash(Buffer.from(canonicalize(checkRecord(value)))))
    if (index % perEpoch > 0) continue
    const before = cpuMs()
    signNote(encodeCheckpoint({ origin, size: tree.size, root: tree.root() }), origin, epochKey('bench', index))
    sealed += cpuMs() - before
  }
  return { chain: (cpuMs() - from) / values.length, seal: sealed / (values.length / perEpoch) }
}

const rounds: { ratio: number; verify: number; base: number }[] = []
for (let round = 0; round < 5; round += 1) {
  const base = baseline()
  const verify = await verification()
  rounds.push({ ratio: verify / base, verify, base })
}
rounds.sort((a, b) => a.ratio - b.ratio)
const { ratio, verify, base } = rounds[2] ?? { ratio: Number.NaN, verify: 0, base: 0 }
console.log(`verify ${records} records: ${verify.toFixed(0)} ms of CPU; JSON.parse and SHA-256: ${base.toFixed(0)} ms`)
console.log(`ratio ${ratio.toFixed(2)} (median of 5; at most 3: ${ratio <= 3 ? 'met' : 'missed'})`)
const { chain, seal } = sealing()
console.log(`chain and seal: ${chain.toFixed(4)} ms of CPU a record (at most 0.2: ${chain <= 0.2 ? 'met' : 'missed'})`)
console.log(`  of it a key and a signature, once an epoch: ${seal.toFixed(3)} ms`)
rmSync(folder, { recursive: true })
process.exitCode = ratio <= 3 && chain <= 0.2 ? 0 : 1
