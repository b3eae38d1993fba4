/**
 * What chaining and sealing cost: CPU time a record (one each 64 s), on a file system without syncs, with and without seals; one
 * epoch's close; and a start on a trail of two weeks, with and without what is remembered beside the keys.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealsOf, TrailBuilder } from '../support/trail-builder.js'

const records = 20_000

/** CPU time of a run (us). */
function cpu(run: () => void): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function writer(sealed: boolean, epochNs = 3_600_000_000_000n): TrailBuilder {
  const folder = mkdtempSync(join(tmpdir(), 'bench-seal-'))
  const trail = new TrailBuilder({ folder, ...(sealed ? { seals: { epochNs } } : {}) })
  trail.open()
  return trail
}

function write(trail: TrailBuilder, count: number): void {
  for (let i = 0; i < count; i++) trail.advance(64).heartbeat()
}

function drop({ folder }: TrailBuilder): void {
  for (const path of [folder, sealsOf(folder).keys, sealsOf(folder).genesisBeside]) {
    rmSync(path, { recursive: true, force: true })
  }
}

const warm = writer(true)
write(warm, 2000)
warm.crash()
drop(warm)

const plain = writer(false)
const plainUs = cpu(() => write(plain, records)) / records
plain.crash()
drop(plain)
const sealed = writer(true)
const sealedUs = cpu(() => write(sealed, records)) / records
console.log(`a record, chained and written, unsealed       ${(plainUs / 1000).toFixed(3)} ms of CPU`)
console.log(`a record in epochs of an hour, sealed          ${(sealedUs / 1000).toFixed(3)} ms of CPU`)

const closes = 200
const stamp = () => sealed.advance(1).heartbeat().record
const closeUs = cpu(() => {
  for (let i = 0; i < closes; i++) sealed.scribe.seal('bench', stamp())
})
console.log(`a close: key, signature, three files           ${(closeUs / closes / 1000).toFixed(3)} ms of CPU`)
sealed.close()

const startMs = (forget: boolean): number => {
  if (forget) rmSync(join(sealsOf(sealed.folder).keys, 'last-seal'))
  const from = performance.now()
  sealed.open()
  const took = performance.now() - from
  sealed.close()
  return took
}
console.log(`a start on ${sealed.seq} records, as remembered    ${startMs(false).toFixed(0)} ms`)
console.log(`a start on ${sealed.seq} records, all read anew    ${startMs(true).toFixed(0)} ms`)
drop(sealed)
if (sealedUs >= 200 + plainUs) {
  console.error('sealing and chaining cost more than 0.2 ms of CPU a record')
  process.exitCode = 1
}
