/**
 * Inside the virtual machine: `bound()` is asked without pause, by the program of the auditor itself and through `attach`, while the
 * kernel's clock is set, slewed and put to sleep; each answer is held against what the kernel shows. Ends with 1 if one was wrong.
 * usage: live.js [native|portable]
 */
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as Library from '../../lib/index.js'
import { hull, type IntervalNs, largest, smallest, widen } from '../../lib/interval.js'
import { packageFolder } from './audit.js'
import { sh, wallMinusRawOnce } from './kernel.js'

const kinds = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['native', 'portable']
const toleranceNs = 50_000_000n
let failures = 0
function check(ok: boolean, what: string): void {
  if (!ok) failures++
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}`)
}

const serve = spawn(process.execPath, [fileURLToPath(new URL('./reference.js', import.meta.url)), 'live'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const { port, aheadNs } = await new Promise<{ port: number; aheadNs: bigint }>((resolve) => {
  createInterface({ input: serve.stdout }).on('line', (text) => {
    const told = JSON.parse(text)
    if (told.ports) resolve({ port: told.ports.live, aheadNs: BigInt(told.aheadNs) })
  })
})

/** UTC - wall as the kernel shows it: the reference serves the crystal. */
function truth(): IntervalNs {
  const d = wallMinusRawOnce()
  return { lowNs: aheadNs - d.highNs, highNs: aheadNs - d.lowNs }
}

interface Asked {
  asked: number
  given: number
  proven: number
  wrong: string[]
  /** Widest and narrowest bound that was given (ns). */
  widest: bigint
  narrowest: bigint
}

/** The first reading of a reference that is this far ahead of the truth is no fault of ours (ns). */
const slackNs = 20_000n

function ask(clock: Library.AskableClock, into: Asked): void {
  const before = truth()
  const { verdict, cause, low, high, asOf } = clock.bound()
  const after = truth()
  into.asked += 1
  if (low === null || high === null) return
  into.given += 1
  if (verdict === 'PROVEN') into.proven += 1
  const error = { lowNs: BigInt(Math.floor(low * 1e9)), highNs: BigInt(Math.ceil(high * 1e9)) }
  const width = error.highNs - error.lowNs
  if (width > into.widest) into.widest = width
  if (width < into.narrowest) into.narrowest = width
  // A set between the two readings: then it may have been either.
  const meant = widen(hull(before, after), slackNs)
  const holds = error.lowNs <= meant.highNs && error.highNs >= meant.lowNs
  const lies = verdict === 'PROVEN' && smallest(meant) > toleranceNs
  const slanders = verdict === 'VIOLATED' && largest(meant) <= toleranceNs
  if (holds && !lies && !slanders) return
  into.wrong.push(`${asOf} ${verdict} ${cause} [${low}, ${high}] truth [${meant.lowNs}, ${meant.highNs}]`)
}

/** What the scenario before left of the clock's error is taken back, so that it can be PROVEN again. */
async function putRight(): Promise<void> {
  const { lowNs } = truth()
  await sh(`clk step ${(Number(lowNs) / 1e9).toFixed(9)}`)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
}

for (const kind of kinds) {
  const url = pathToFileURL(join(packageFolder(kind), 'dist/lib/index.js')).href
  const { Auditor, attach } = (await import(url)) as typeof Library
  const trail = join(mkdtempSync(join(tmpdir(), 'live-')), 'trail')
  const auditor = await Auditor.start({
    trail,
    references: [`127.0.0.1:${port}`],
    trustLocal: true,
    interval: '16s',
    tolerance: '50ms',
  })
  await auditor.ready({ timeout: '60s' })
  const attached = await attach({ trail })

  /** Does something while both are asked; tells how they fared. */
  const during = async (name: string, what: () => Promise<unknown>, ms: number): Promise<void> => {
    const fresh = (): Asked => ({ asked: 0, given: 0, proven: 0, wrong: [], widest: 0n, narrowest: 2n ** 62n })
    const results = [
      [`${kind}`, auditor, fresh()],
      [`${kind}, attached`, attached, fresh()],
    ] as const
    await putRight()
    let over = false
    const done = what()
      .then(() => new Promise((resolve) => setTimeout(resolve, ms)))
      .finally(() => {
        over = true
      })
    while (!over) {
      for (let n = 0; n < 20; n++) for (const [, clock, into] of results) ask(clock, into)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await done
    for (const [who, , { asked, given, proven, wrong, widest, narrowest }] of results) {
      const widths =
        given > 0 ? `, ${(Number(narrowest) / 1e6).toFixed(2)} to ${(Number(widest) / 1e6).toFixed(2)} ms wide` : ''
      check(
        wrong.length === 0,
        `${who}: ${name}: ${asked} asked, ${given} bounds${widths}, ${proven} PROVEN, ${wrong.length} wrong`,
      )
      for (const line of wrong.slice(0, 3)) console.log(`     ${line}`)
    }
  }

  await during('quiet', async () => {}, 3_000)
  for (const by of ['3', '-3', '0.2', '-0.2', '0.06', '-0.06', '-3600', '3600']) {
    await during(`step ${by} s`, () => sh(`clk step ${by}`), 1_500)
  }
  const sets = async (): Promise<void> => {
    for (let n = 0; n < 30; n++) {
      await sh(`clk step ${n % 2 === 0 ? '0.3' : '-0.3'}`)
      await new Promise((resolve) => setTimeout(resolve, (n * 37) % 300))
    }
  }
  await during('30 sets out and back', sets, 2_000)
  await during(
    'date -s +10 min and back',
    () => sh("date -s '+10 min' >/dev/null; sleep 1; date -s '-10 min' >/dev/null"),
    3_000,
  )
  await during('frequency 500 ppm', () => sh('clk freq 500; sleep 3; clk freq 0'), 1_000)
  // Portably A is slewed as well: faster than `slewBound` (500 ppm) is not seen, as every page says.
  if (kind === 'native') {
    await during(
      'tick 11000 for 2 s and back',
      () => sh('clk tick 11000; sleep 2; clk tick 9000; sleep 2; clk tick 10000'),
      2_000,
    )
    await during('PLL 50 ms', () => sh('clk pll 0.05; sleep 4; clk status none'), 1_000)
  }
  if (kind === kinds[0]) await during('suspend', () => sh('rtcwake -m mem -s 3 >/dev/null 2>&1'), 4_000)
  attached.close()
  await auditor.stop()
}
serve.kill('SIGTERM')
console.log(failures === 0 ? 'all as it should be' : `${failures} failures`)
process.exit(failures === 0 ? 0 : 1)
