/**
 * Inside the virtual machine: changes the kernel's clock in every way and holds what the watchers saw against what was done.
 * Sizes come from the kernel itself (REALTIME - BOOTTIME before and after). Ends with 1 if anything was missed, doubled or wrong.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openClockSource } from '../../lib/clock/open.js'

if (process.env.IN_VM !== '1') throw new Error('not in the virtual machine: this would change your clock')

interface Line {
  readonly kind: string
  readonly class?: string
  readonly cause?: string
  readonly breaks?: string
  readonly seen?: string
  readonly size?: { readonly lowNs: string; readonly highNs: string }
  readonly seenNs?: string
  readonly maxErrorNs?: string
  readonly afterMs?: string
  readonly cpuSeconds?: number
  readonly seconds?: number
  readonly looks?: number
}

class Watcher {
  readonly name: string
  readonly #child: ChildProcess
  lines: Line[] = []
  readonly ready: Promise<void>
  constructor(name: string) {
    this.name = name
    const script = fileURLToPath(new URL('./watcher.js', import.meta.url))
    this.#child = spawn(process.execPath, [script, name], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.ready = new Promise((resolve) => {
      createInterface({ input: this.#child.stdout! }).on('line', (text) => {
        const line = JSON.parse(text) as Line
        this.lines.push(line)
        if (line.kind === 'ready') resolve()
      })
    })
  }
  take(): Line[] {
    const { lines } = this
    this.lines = []
    return lines
  }
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }
  ended(): Promise<void> {
    return new Promise((resolve) => void this.#child.once('exit', () => resolve()))
  }
}

const sh = (command: string): string => execFileSync('bash', ['-c', command], { encoding: 'utf8' })
let failures = 0
function check(ok: boolean, what: string): void {
  if (!ok) failures++
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}`)
}

/** A difference that the kernel's own clocks show. */
function shown(name: 'real_minus_mono_ns' | 'boot_minus_mono_ns'): bigint {
  return BigInt(new RegExp(`"${name}":(-?\\d+)`).exec(sh('clk show'))?.[1] ?? '')
}

/** How far wall stands from boot: only a set moves it. */
function offsetNs(): bigint {
  return shown('real_minus_mono_ns') - shown('boot_minus_mono_ns')
}

/** Puts the machine to sleep; again where the alarm came before it slept. An emulated one may wake for good only once a boot. */
async function suspend(): Promise<void> {
  const before = shown('boot_minus_mono_ns')
  for (let tries = 0; shown('boot_minus_mono_ns') - before < 500_000_000n; tries++) {
    if (tries === 5) throw new Error('the machine does not sleep')
    sh('rtcwake -m mem -s 6 >/dev/null 2>&1')
    await wait(200)
  }
}

const watchers = ['native', 'wasi', 'edge'].map((name) => new Watcher(name))
await Promise.all(watchers.map(({ ready }) => ready))
await wait(1_500)
for (const watcher of watchers) {
  check(
    watcher.take().every(({ kind }) => kind === 'ready'),
    `${watcher.name}: quiet while nothing happens`,
  )
}

/** Does something, waits, and gives the truth and what each watcher saw. */
async function act(
  what: () => unknown,
  waitMs = 1_500,
): Promise<{ truth: bigint; saw: Map<string, Line[]>; atNs: bigint }> {
  const before = offsetNs()
  const atNs = process.hrtime.bigint()
  await what()
  await wait(waitMs)
  return { truth: offsetNs() - before, saw: new Map(watchers.map((w) => [w.name, w.take()])), atNs }
}

const changes = (lines: readonly Line[]): Line[] => lines.filter(({ kind }) => kind === 'clock-change')
const gaps = (lines: readonly Line[], cause: string): Line[] => lines.filter((line) => line.cause === cause)
const low = ({ size }: Line): bigint => BigInt(size?.lowNs ?? 0)
const high = ({ size }: Line): bigint => BigInt(size?.highNs ?? 0)
const microseconds = (ns: bigint): string => (Number(ns) / 1000).toFixed(1)
const tell = (lines: readonly Line[]): string =>
  lines
    .map((l) => (l.size ? `${l.class} [${microseconds(low(l))}, ${microseconds(high(l))}] us` : `${l.cause ?? l.kind}`))
    .join('; ')

/** Exactly one change, of this class (or one of these), whose size holds the truth and is this narrow. */
async function once(name: string, what: () => unknown, classes: readonly string[], widest = 100_000n): Promise<void> {
  const { truth, saw, atNs } = await act(what)
  for (const [watcher, lines] of saw) {
    const found = changes(lines)
    const [change] = found
    const right =
      found.length === 1 &&
      change !== undefined &&
      classes.includes(change.class ?? '') &&
      low(change) <= truth + 1_000n &&
      high(change) >= truth - 1_000n &&
      // An edge missed on a busy computer leaves the millisecond.
      high(change) - low(change) <= widest + (watcher === 'edge' ? 2_000_000n : 0n)
    const after =
      change === undefined
        ? ''
        : `, seen ${((Number(change.seenNs) - Number(atNs)) / 1e6).toFixed(0)} ms after the command began`
    check(right, `${watcher}: ${name}: ${microseconds(truth)} us; saw ${tell(found)}${after}`)
  }
}

const scenarios: Record<string, () => Promise<void>> = {
  async sets() {
    for (const by of ['+10 min', '-10 min', '+10 sec', '-10 sec']) {
      await once(`date -s ${by}`, () => sh(`date -s '${by}' >/dev/null`), ['step'])
    }
    await once('clock_settime +1 s', () => sh('clk jump 1'), ['step'])
    await once('SETOFFSET -2 ms', () => sh('clk step -0.002'), ['step'])
    // Portably a sleep of 2 ms looks the same.
    await once('SETOFFSET +2 ms', () => sh('clk step 0.002'), ['step', 'unknown'])
    sh('clk jump 5')
    await wait(1_000)
    for (const watcher of watchers) watcher.take()
    await once('hwclock --hctosys', () => sh('hwclock --hctosys'), ['step'])
  },

  async many() {
    const seen = new Map<string, number>(watchers.map(({ name }) => [name, 0]))
    const latencies: number[] = []
    for (let n = 0; n < 120; n++) {
      const atNs = process.hrtime.bigint()
      execFileSync('clk', ['step', n % 3 === 2 ? '-0.010' : '0.005'])
      await wait(400 + ((n * 37) % 300))
      for (const watcher of watchers) {
        const found = changes(watcher.take())
        seen.set(watcher.name, (seen.get(watcher.name) ?? 0) + found.length)
        if (found.length !== 1) console.log(`     ${watcher.name}: step ${n}: ${tell(found)}`)
        if (watcher.name === 'native' && found[0]) latencies.push((Number(found[0].seenNs) - Number(atNs)) / 1e6)
      }
    }
    for (const [name, count] of seen) check(count === 120, `${name}: 120 steps, saw ${count}`)
    latencies.sort((a, b) => a - b)
    const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(0)
    console.log(
      `     native: from the start of clk to seen: p50 ${at(0.5)}, p99 ${at(0.99)} ms (clk itself takes some)`,
    )
  },

  async undone() {
    const { saw } = await act(() => sh('clk step 1; clk step -1'))
    const native = changes(saw.get('native') ?? [])
    check(native.length >= 1 && native.length <= 2, `native: +1 s and -1 s at once: noticed: ${tell(native)}`)
    const small = await act(() => sh('clk step 0.000000001'))
    const unknown = changes(small.saw.get('native') ?? [])
    check(unknown.length === 1 && unknown[0]?.class === 'unknown', `native: +1 ns: ${tell(unknown)}`)
  },

  async slews() {
    for (const [name, on, off, ms] of [
      ['frequency +500 ppm for 6 s', 'clk freq 500', 'clk freq 0', 6_000],
      ['tick 11000 for 10 s', 'clk tick 11000', 'clk tick 10000', 10_000],
      ['adjtime 5 ms', 'clk slew 0.005', 'true', 12_000],
      ['PLL 50 ms', 'clk pll 0.05', 'clk status none', 8_000],
    ] as const) {
      const { saw } = await act(async () => {
        sh(on)
        await wait(ms)
        sh(off)
      }, 2_500)
      for (const [watcher, lines] of saw) {
        const found = changes(lines)
        const steps = found.filter((change) => change.class !== 'slew')
        check(steps.length === 0, `${watcher}: ${name}: no step`)
        if (watcher === 'native')
          check(found.length > 0, `native: ${name}: ${found.length} times slew: ${tell(found.slice(0, 4))}`)
        else check(found.length === 0, `${watcher}: ${name}: not to be seen`)
      }
    }
  },

  async stopped() {
    const { saw } = await act(async () => {
      for (const watcher of watchers) watcher.signal('SIGSTOP')
      await wait(5_000)
      for (const watcher of watchers) watcher.signal('SIGCONT')
    })
    for (const [watcher, lines] of saw) {
      const found = gaps(lines, 'starved')
      check(
        changes(lines).every((line) => line.class === 'slew') && found.length === 1 && found[0]?.breaks === 'wall',
        `${watcher}: SIGSTOP for 5 s: ${tell(lines)}`,
      )
    }
  },

  async daemon() {
    const clock = openClockSource()
    const server = createSocket('udp4')
    const utcNs = clock.read().wallNs - clock.auditNs()
    const stamp = (): bigint => {
      const ns = utcNs + clock.auditNs() + 2_208_988_800n * 1_000_000_000n
      return ((ns / 1_000_000_000n) << 32n) | (((ns % 1_000_000_000n) << 32n) / 1_000_000_000n)
    }
    server.on('message', (query, from) => {
      const received = stamp()
      const answer = Buffer.alloc(48)
      answer.set([0x24, 1, 0, 0xec])
      answer.write('TEST', 12, 'latin1')
      answer.writeBigUInt64BE(received, 16)
      query.copy(answer, 24, 40, 48)
      answer.writeBigUInt64BE(received, 32)
      answer.writeBigUInt64BE(stamp(), 40)
      server.send(answer, from.port, from.address)
    })
    await new Promise<void>((resolve) => server.bind(11_123, '127.0.0.1', resolve))
    writeFileSync(
      '/tmp/chrony.conf',
      'server 127.0.0.1 port 11123 iburst minpoll 0 maxpoll 0\nmakestep 0.1 -1\nrtcsync\npidfile /tmp/chrony.pid\ncmdport 0\nbindcmdaddress /\n',
    )
    let log = ''
    const chronyd = spawn('chronyd', ['-d', '-f', '/tmp/chrony.conf'], { stdio: ['ignore', 'ignore', 'pipe'] })
    chronyd.stderr.on('data', (text) => {
      log += text
    })
    await wait(10_000)
    for (const watcher of watchers) watcher.take()
    log = ''
    const { saw } = await act(() => sh('clk step 0.3'), 12_000)
    // chronyd steps as often as it sees fit, here on an emulated clock; it says by how much.
    const sizes = [0.3, ...[...log.matchAll(/stepped by (-?[\d.]+) seconds/g)].map((match) => Number(match[1]))]
    for (const [watcher, lines] of saw) {
      const steps = changes(lines).filter((change) => change.class === 'step')
      // Its log has whole microseconds.
      const matches = (step: Line, seconds: number): boolean =>
        low(step) <= BigInt(Math.round(seconds * 1e9)) + 1_000n &&
        high(step) >= BigInt(Math.round(seconds * 1e9)) - 1_000n
      const right =
        sizes.length > 1 && steps.length === sizes.length && steps.every((step, n) => matches(step, sizes[n] ?? 0))
      check(right, `${watcher}: step of 0.3 s, and chronyd's ${sizes.slice(1).join(', ')} s: ${tell(changes(lines))}`)
      if (watcher === 'native') {
        const bounds = lines.filter(({ kind }) => kind === 'kernel')
        const told = bounds.slice(0, 9).map((l) => `${l.afterMs} ms: ${Number(l.maxErrorNs) / 1e9} s`)
        console.log(`     the kernel's bound after the changes: ${told.join(', ')}`)
      }
    }
    chronyd.kill('SIGTERM')
    server.close()
    clock.close()
    await wait(1_000)
    sh('clk freq 0; clk tick 10000')
    for (const watcher of watchers) watcher.take()
  },

  async leap() {
    for (const [flag, from, tai, size] of [
      ['ins', '2016-12-31T23:59:52', 36, -1_000_000_000n],
      ['del', '2026-12-31T23:59:52', 37, 1_000_000_000n],
    ] as const) {
      sh(`clk sync; clk status none; clk tai ${tai}; date -u -s '${from}' >/dev/null; clk status ${flag}`)
      await wait(2_000)
      for (const watcher of watchers) watcher.take()
      const { saw } = await act(() => undefined, 12_000)
      for (const [watcher, lines] of saw) {
        // The frequency that a daemon left behind may still be leaving the line.
        const found = changes(lines).filter((line) => line.class !== 'slew')
        const [change] = found
        // Portably only the table announces it; it knows that of 2017 and none of 2027.
        const kind = watcher === 'native' || flag === 'ins' ? 'leap' : 'step'
        const right = found.length === 1 && change?.class === kind && low(change) <= size && high(change) >= size
        check(right, `${watcher}: leap second ${flag}: ${tell(changes(lines))}`)
      }
      sh('clk status none')
      await wait(1_500)
    }
    sh("date -u -s '2026-11-22T12:00:00' >/dev/null")
    await wait(1_000)
    for (const watcher of watchers) watcher.take()
  },

  async suspend() {
    const { saw } = await act(suspend, 3_000)
    for (const [watcher, lines] of saw) {
      const found = gaps(lines, 'suspend')
      check(
        found.length === 1 && found[0]?.breaks === 'mono' && changes(lines).length === 0,
        `${watcher}: suspend: ${tell(lines)}`,
      )
    }
  },

  async asleep() {
    await once(
      'set during suspend',
      async () => {
        for (const watcher of watchers) watcher.signal('SIGSTOP')
        sh('clk step -3')
        await suspend()
        for (const watcher of watchers) watcher.signal('SIGCONT')
      },
      ['set-during-suspend'],
      60_000_000n,
    )
  },
}

const chosen = process.argv.slice(2)
for (const [name, play] of Object.entries(scenarios)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  console.log(`--- ${name}`)
  await play()
}
for (const watcher of watchers) {
  const ended = watcher.ended()
  watcher.signal('SIGTERM')
  await ended
  const end = watcher.take().find(({ kind }) => kind === 'end')
  console.log(`     ${watcher.name}: ${end?.looks} looks, ${end?.cpuSeconds} s of CPU in ${end?.seconds} s (emulated)`)
}
console.log(failures === 0 ? 'all as it should be' : `${failures} failures`)
process.exit(failures === 0 ? 0 : 1)
