/**
 * Inside the virtual machine: whole auditors (`ntp-auditor run`, with and without koffi) while the kernel's clock is changed in every
 * way; their trails are then held against what was done, and verified. Ends with 1 if anything was missed, doubled or wrong.
 * usage: whole.js [native|portable] [SCENARIO...]
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { meet, subtract, widen } from '../../lib/interval.js'
import type { TrailRecord } from '../../lib/trail/types.js'
import { Audit } from './audit.js'
import { clk, line, monoMinusRaw, sh, step, wallMinusRaw } from './kernel.js'

type Change = Extract<TrailRecord, { type: 'clock-change' }>
type Gap = Extract<TrailRecord, { type: 'gap' }>
type Sample = Extract<TrailRecord, { type: 'sample' }>

const kinds = ['native', 'portable']
const asked = process.argv.slice(2)
const chosen = asked.filter((name) => !kinds.includes(name))
const names = kinds.filter((name) => asked.includes(name) || !kinds.some((kind) => asked.includes(kind)))

let failures = 0
function check(ok: boolean, what: string): void {
  if (!ok) failures++
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}`)
}

const serve = spawn(
  process.execPath,
  [fileURLToPath(new URL('./reference.js', import.meta.url)), ...names, 'chronyd'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)
const requests: { name: string; rawNs: bigint; monoNs: bigint }[] = []
const { ports, aheadNs } = await new Promise<{ ports: Record<string, number>; aheadNs: bigint }>((resolve) => {
  createInterface({ input: serve.stdout }).on('line', (text) => {
    const told = JSON.parse(text)
    if (told.ports) resolve({ ports: told.ports, aheadNs: BigInt(told.aheadNs) })
    else requests.push({ name: told.name, rawNs: BigInt(told.rawNs), monoNs: BigInt(told.monoNs) })
  })
})

const folder = mkdtempSync(join(tmpdir(), 'whole-'))
const audits = names.map((name) => new Audit(name, folder, ports[name] ?? 0))
for (const audit of audits) await audit.start()
await wait(2_000)
for (const audit of audits) {
  const records = audit.take()
  check(changes(records).length === 0, `${audit.name}: quiet while nothing happens`)
}

function changes(records: readonly TrailRecord[]): Change[] {
  return records.filter((record): record is Change => record.type === 'clock-change')
}
function gaps(records: readonly TrailRecord[]): Gap[] {
  return records.filter((record): record is Gap => record.type === 'gap')
}
function samples(records: readonly TrailRecord[]): Sample[] {
  return records.filter((record): record is Sample => record.type === 'sample')
}
const size = ({ size: { lowNs, highNs } }: Change) => ({ lowNs: BigInt(lowNs), highNs: BigInt(highNs) })
const us = (ns: bigint): string => (Number(ns) / 1000).toFixed(1)
const tell = (records: readonly (Change | Gap)[]): string =>
  records
    .map((each) =>
      each.type === 'gap'
        ? `gap ${each.cause} (${each.breaks})`
        : `${each.class} [${us(size(each).lowNs)}, ${us(size(each).highNs)}] us by ${each.by}`,
    )
    .join('; ')

async function settle(ms: number): Promise<void> {
  await wait(ms)
  for (const audit of audits) audit.take()
}

/** Does something, waits, and gives how far wall was moved and what each trail gained. */
async function act(what: () => unknown, waitMs = 3_000) {
  const before = line()
  await what()
  await wait(waitMs)
  const moved = subtract(line(), before)
  return audits.map((audit) => ({ audit, moved, records: audit.take() }))
}

/** What the sample that answers a change must hold: UTC - wall as it is now. */
function answered(records: readonly TrailRecord[], change: Change): string {
  const answer = samples(records).find(({ trigger, part }) => trigger === change.seq && part === 'first')
  if (!answer) return 'no sample answers'
  const { lowNs, highNs } = answer.consensus
  if (lowNs === null || highNs === null) return 'the sample that answers has no bound'
  const truth = widen(subtract({ lowNs: aheadNs, highNs: aheadNs }, wallMinusRaw()), 50_000n)
  return meet(truth, { lowNs: BigInt(lowNs), highNs: BigInt(highNs) }) ? '' : 'the sample that answers is wrong'
}

/** Exactly one change, of one of these classes, whose size holds the truth and is this narrow, answered by a sample that is right. */
async function once(name: string, what: () => unknown, classes: readonly string[], widestNs = 100_000n): Promise<void> {
  for (const { audit, moved, records } of await act(what)) {
    const found = changes(records)
    const [change] = found
    const right = found.length === 1 && change !== undefined && classes.includes(change.class)
    const sized = right && meet(size(change), moved) && size(change).highNs - size(change).lowNs <= widestNs
    const wrong = right ? answered(records, change) : ''
    check(
      Boolean(sized) && wrong === '',
      `${audit.name}: ${name}: ${us(moved.lowNs)} us; recorded ${tell(found)} ${wrong}`,
    )
  }
}

function quantiles(what: string, values: number[], limitMs: number): void {
  values.sort((a, b) => a - b)
  const at = (share: number): number => values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? -1
  const text = `${what}: p50 ${at(0.5).toFixed(1)}, p90 ${at(0.9).toFixed(1)}, p99 ${at(0.99).toFixed(1)}, most ${at(1).toFixed(1)} ms`
  // An emulated computer on a busy one is no measure of latencies: printed, and judged on quiet hosts by eye.
  console.log(`     ${text} of ${values.length} (target p99 < ${limitMs} ms: ${at(0.99) < limitMs ? 'met' : 'missed'})`)
}

const scenarios: Record<string, () => Promise<void>> = {
  async sets() {
    for (const by of ['+10 min', '-10 min', '+10 sec', '-10 sec']) {
      await once(`date -s ${by}`, () => sh(`date -s '${by}'`), ['step'])
    }
    await once('SETOFFSET -2 ms', () => clk('step', '-0.002'), ['step'])
    // Portably a sleep of 2 ms looks the same.
    await once('SETOFFSET +2 ms', () => clk('step', '0.002'), ['step', 'unknown'])
    await clk('jump', '5')
    await settle(3_000)
    await once('hwclock --hctosys', () => sh('hwclock --hctosys'), ['step'])
  },

  async many() {
    const steps: bigint[] = []
    for (let n = 0; n < 120; n++) {
      const from = audits.map((audit) => audit.changes)
      steps.push(step(n % 2 === 0 ? 5_000_000n : -5_000_000n))
      // On a computer that is held up two steps could fall into one look: the next waits until this one was told, or is missed.
      for (let ms = 0; ms < 5_000 && audits.some((audit, i) => audit.changes === from[i]); ms += 10) await wait(10)
      await wait(150 + ((n * 37) % 300))
    }
    await wait(6_000)
    const end = steps.at(-1)! + 600_000_000n
    for (const audit of audits) {
      const records = audit.take()
      const seen = changes(records)
      check(seen.length === 120, `${audit.name}: 120 steps of 5 ms, recorded ${seen.length}`)
      const right = seen.filter((change, n) => {
        const by = n % 2 === 0 ? 5_000_000n : -5_000_000n
        return size(change).lowNs <= by && size(change).highNs >= by
      })
      check(right.length === 120, `${audit.name}: ${right.length} sizes hold +-5 ms`)
      if (seen.length === steps.length) {
        const toMono = audit.name === 'native' ? monoMinusRaw() : 0n
        const looked = seen.map(({ latestNs }, n) => Number(BigInt(latestNs) + toMono - steps[n]!) / 1e6)
        quantiles(`${audit.name}: system call to the look that saw it`, looked, audit.name === 'native' ? 50 : 250)
      }
      const told = audit.told.filter(({ event }) => event === 'clock-change')
      const durable = steps.flatMap((stepNs, n) => {
        const next = steps[n + 1] ?? end
        const line = told.find(({ monoNs }) => monoNs > stepNs && monoNs < next)
        return line ? [Number(line.monoNs - stepNs) / 1e6] : []
      })
      quantiles(`${audit.name}: system call to durable and told`, durable, audit.name === 'native' ? 100 : 350)
      const mine = requests.filter(({ name }) => name === audit.name)
      const begun = seen.flatMap((change) => {
        const seenNs = BigInt(change.latestNs)
        const on = ({ rawNs, monoNs }: (typeof mine)[number]): bigint => (change.rawNs === null ? monoNs : rawNs)
        const next = mine.find((request) => on(request) > seenNs)
        return next && on(next) - seenNs < 300_000_000n ? [Number(on(next) - seenNs) / 1e6] : []
      })
      quantiles(`${audit.name}: seen to request at the reference (the bucket allowed)`, begun, 50)
      const by = seen.map((change) => change.by)
      if (audit.name === 'native')
        console.log(`     by: ${by.filter((who) => who === 'foreign').length} foreign of 120`)
    }
  },

  async slews() {
    for (const [name, on, off, ms] of [
      ['frequency +500 ppm for 6 s', 'clk freq 500', 'clk freq 0', 6_000],
      ['tick 11000 for 10 s and back', 'clk tick 11000', 'clk tick 9000', 10_000],
      ['tick 9000 for 10 s more', 'true', 'clk tick 10000', 10_000],
      ['adjtime 5 ms', 'clk slew 0.005', 'true', 12_000],
      ['PLL 50 ms', 'clk pll 0.05', 'clk status none', 8_000],
    ] as const) {
      const results = await act(async () => {
        await sh(on)
        await wait(ms)
        await sh(off)
      })
      for (const { audit, records } of results) {
        const found = changes(records)
        check(
          found.every((change) => change.class === 'slew'),
          `${audit.name}: ${name}: no step`,
        )
        const seen = audit.name === 'native' ? found.length > 0 : found.length === 0
        const shown = `${tell(found.slice(0, 2))}${found.length > 2 ? '; ...' : ''}`
        check(seen, `${audit.name}: ${name}: ${found.length} records of a slew ${shown}`)
      }
    }
    await settle(5_000)
  },

  async daemon() {
    writeFileSync(
      '/tmp/chrony.conf',
      `server 127.0.0.1 port ${ports.chronyd} iburst minpoll 0 maxpoll 0\nmakestep 0.1 -1\nrtcsync\n` +
        'pidfile /tmp/chrony.pid\ncmdport 0\nbindcmdaddress /\n',
    )
    let log = ''
    const chronyd = spawn('chronyd', ['-d', '-f', '/tmp/chrony.conf'], { stdio: ['ignore', 'ignore', 'pipe'] })
    chronyd.stderr.on('data', (text) => {
      log += text
    })
    await settle(10_000)
    log = ''
    const stepped = await act(() => clk('step', '0.3'), 12_000)
    const made = [...log.matchAll(/stepped by (-?[\d.]+) seconds/g)].map((match) =>
      BigInt(Math.round(Number(match[1]) * 1e9)),
    )
    for (const { audit, records } of stepped) {
      const steps = changes(records).filter((change) => change.class !== 'slew')
      const expected = [300_000_000n, ...made]
      const right =
        made.length > 0 &&
        steps.length === expected.length &&
        // chronyd's log has whole microseconds
        steps.every((change, n) => meet(widen(size(change), 1_000n), { lowNs: expected[n]!, highNs: expected[n]! }))
      check(right, `${audit.name}: +0.3 s and chronyd's makestep ${made.map(us).join(', ')} us: ${tell(steps)}`)
      if (audit.name !== 'native') continue
      const by = steps.map((change) => change.by).join(', ')
      check(steps[0]?.by === 'foreign' && steps.slice(1).every((change) => change.by === 'daemon'), `native: by ${by}`)
    }
    // Below makestep's threshold it slews.
    for (const { audit, records } of await act(() => clk('step', '0.02'), 12_000)) {
      const found = changes(records)
      const steps = found.filter((change) => change.class !== 'slew')
      check(steps.length === 1, `${audit.name}: +20 ms, which chronyd slews away: steps: ${tell(steps)}`)
      const slews = found.filter((change) => change.class === 'slew')
      if (audit.name === 'native') check(slews.length > 0, `native: ${slews.length} records of the slew`)
    }
    chronyd.kill('SIGTERM')
    await wait(1_000)
    await sh('clk freq 0; clk tick 10000')
    await settle(4_000)
  },

  async stopped() {
    const results = await act(async () => {
      for (const audit of audits) audit.signal('SIGSTOP')
      await wait(5_000)
      for (const audit of audits) audit.signal('SIGCONT')
    })
    for (const { audit, records } of results) {
      const found = gaps(records)
      // A busy host may hold the machine up for a second besides, and that is recorded too.
      const long = found.filter(({ fromNs, toNs }) => BigInt(toNs ?? 0) - BigInt(fromNs ?? 0) > 4_000_000_000n)
      const right = long.length === 1 && found.every(({ cause, breaks }) => cause === 'starved' && breaks === 'wall')
      check(
        right && changes(records).length === 0,
        `${audit.name}: SIGSTOP for 5 s: ${tell([...found, ...changes(records)])}`,
      )
    }
  },

  async suspend() {
    for (const { audit, records } of await act(() => sh('rtcwake -m mem -s 4 >/dev/null 2>&1'), 4_000)) {
      const found = gaps(records)
      const right = found.length === 1 && found[0]?.cause === 'suspend' && found[0].breaks === 'mono'
      check(right && changes(records).length === 0, `${audit.name}: suspend: ${tell([...found, ...changes(records)])}`)
      check(
        samples(records).some(({ reason }) => reason === 'resume'),
        `${audit.name}: a sample on waking`,
      )
    }
  },

  async asleep() {
    const inSleep = async (): Promise<void> => {
      for (const audit of audits) audit.signal('SIGSTOP')
      await sh('clk step -3; rtcwake -m mem -s 3 >/dev/null 2>&1')
      for (const audit of audits) audit.signal('SIGCONT')
    }
    await once('set during suspend', inSleep, ['set-during-suspend'], 60_000_000n)
  },

  async leap() {
    for (const [flag, from, tai, leapNs] of [
      ['ins', '2016-12-31T23:59:52', 36, -1_000_000_000n],
      ['del', '2026-12-31T23:59:52', 37, 1_000_000_000n],
    ] as const) {
      await sh(`clk sync; clk status none; clk tai ${tai}; date -u -s '${from}' >/dev/null; clk status ${flag}`)
      await settle(3_000)
      for (const { audit, records } of await act(() => undefined, 12_000)) {
        const [change] = changes(records)
        // Portably only a table or a reference announces it; the table knows that of 2017 and none of 2027.
        const kind = audit.name === 'native' || flag === 'ins' ? 'leap' : 'step'
        const right =
          changes(records).length === 1 &&
          change?.class === kind &&
          size(change).lowNs <= leapNs &&
          size(change).highNs >= leapNs
        check(right, `${audit.name}: leap second ${flag}: ${tell(changes(records))}`)
      }
      await sh('clk status none')
      await settle(2_000)
    }
  },
}

for (const [name, play] of Object.entries(scenarios)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  console.log(`--- ${name}`)
  await play()
}
for (const audit of audits) {
  check((await audit.stop()) === 0, `${audit.name}: stops in good order`)
  // A stamp that tells no more than the event (a cold start, emulated) is not used; some of many always are.
  check(
    audit.stamped > 0 === (audit.name === 'native'),
    `${audit.name}: ${audit.stamped} readings with the kernel's receive time`,
  )
  const { code, intact, records, findings } = await audit.verify()
  const damage = findings.filter(({ severity }) => severity === 'damage')
  check(code === 3 && intact === 'self-consistent' && damage.length === 0, `${audit.name}: ${records} records verified`)
}
serve.kill('SIGTERM')
console.log(failures === 0 ? 'all as it should be' : `${failures} failures`)
process.exit(failures === 0 ? 0 : 1)
