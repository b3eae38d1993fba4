/**
 * How fast a whole auditor answers a clock that jumps, under libfaketime: from the jump to the durable and told record (libfaketime
 * gives no notice, so it is found at the next look, as on any portable source), and from the look that saw it to that and to the request.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import { FakedAuditor, findFaketime } from '../support/faked.js'
import { portablePackage } from '../support/portable-package.js'
import { only, recordsOf } from '../support/simulated-audit.js'

const jumps = Number(process.env.JUMPS ?? 60)
const library = findFaketime()

function print(what: string, values: readonly number[], limit: number): void {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  const figures = [0.5, 0.9, 0.99].map((share) => at(share).toFixed(1)).join(' / ')
  console.log(
    `${what}: p50 / p90 / p99 ${figures} ms of ${sorted.length}; p99 below ${limit}: ${at(0.99) < limit ? 'met' : 'missed'}`,
  )
}

async function measure(faketime: string, kind: 'native' | 'portable'): Promise<void> {
  await using reference = await LoopbackReference.start()
  const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-reaction-'))
  const command = kind === 'native' ? resolve(import.meta.dirname, '../../lib/cli/main.js') : portablePackage(folder)
  const configuration = { trail: 'trail', references: [reference.at], trustLocal: true, interval: '64s' }
  writeFileSync(join(folder, 'ntp-auditor.json'), JSON.stringify(configuration))
  const faked = new FakedAuditor(faketime, command, folder)
  await faked.until(({ event }) => event === 'first-sample')
  const told: number[] = []
  const came: number[] = []
  for (let n = 0; n < jumps; n += 1) {
    // One more packet is allowed each quarter of a second; and never in step with the looks.
    await pause(1_500 + Math.random() * 300)
    const from = faked.lines.length
    const at = Number(process.hrtime.bigint()) / 1e6
    faked.set(n % 2 === 0 ? '-30' : '+0')
    const { comeMs } = await faked.until(({ event }) => event === 'clock-change', from)
    told.push(comeMs - at)
    came.push(comeMs)
  }
  await pause(500)
  await faked.stop()
  const records = recordsOf(join(folder, 'trail'))
  const begun = only(records, 'clock-change').flatMap((change) => {
    const answer = only(records, 'sample').find(({ trigger, part }) => trigger === change.seq && part === 'first')
    const reading = answer?.readings.primary
    if (!reading?.ok) return []
    const waitedUnits = BigInt.asIntN(64, BigInt(`0x${reading.t4}`) - BigInt(`0x${reading.t1}`))
    const sentNs = BigInt(reading.atNs) - ((waitedUnits * 1_000_000_000n) >> 32n)
    return [Number(sentNs - BigInt(change.latestNs)) / 1e6]
  })
  print(`${kind}, jump to durable and told`, told, 350)
  const seenMs = only(records, 'clock-change').map(({ monoNs }) => Number(monoNs) / 1e6)
  print(
    `${kind}, seen to durable and told`,
    seenMs.map((ms, n) => (came[n] ?? Number.NaN) - ms),
    50,
  )
  print(`${kind}, seen to asking the reference`, begun, 50)
  rmSync(folder, { recursive: true, force: true })
}

if (library === undefined) console.log('skipped: libfaketime not found')
else {
  console.log(`${jumps} jumps each, load ${loadavg()[0]?.toFixed(2)}`)
  for (const kind of ['native', 'portable'] as const) await measure(library, kind)
}
