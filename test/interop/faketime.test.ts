/**
 * Whole auditors in processes whose clock jumps: libfaketime shows them another time, the reference in this process knows the
 * true one. Without libfaketime these tests are skipped, but under CI that is a failure.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import type { ReportResult } from '../../reports/types.js'
import { FakedAuditor, findFaketime } from '../support/faked.js'
import { portablePackage } from '../support/portable-package.js'
import { only, recordsOf } from '../support/simulated-audit.js'

const installed = resolve(import.meta.dirname, '../../lib/cli/main.js')
const library = findFaketime()

/** The real time in ms, as a report writes it. */
const ms = (iso: string): number => Date.parse(`${iso.slice(0, 23)}Z`)

let folder = ''
let child: ChildProcess | null = null
afterEach(() => {
  if (child?.exitCode === null) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

if (library === undefined) {
  console.log('skipped: libfaketime not found')
  test('libfaketime is there, or this is not CI', () => {
    expect(process.env.CI ? 'libfaketime not found under CI: install the package libfaketime' : 'skipped').toBe(
      'skipped',
    )
  })
} else {
  describe.each(['native', 'portable'] as const)('%s', (kind) => {
    test('set-back-by-three-minutes-and-put-right: records, samples and register are right to the millisecond', async () => {
      await using reference = await LoopbackReference.start()
      folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-faketime-'))
      const command = kind === 'native' ? installed : portablePackage(folder)
      const configuration = { trail: 'trail', references: [reference.at], trustLocal: true, interval: '2s' }
      writeFileSync(join(folder, 'ntp-auditor.json'), JSON.stringify({ ...configuration, tolerance: '50ms' }))
      const begun = Date.now()
      const faked = new FakedAuditor(library, command, folder)
      child = faked.child
      await faked.until(({ event }) => event === 'first-sample')
      const back = faked.set('-180')
      await faked.until(({ event, verdict }) => event === 'verdict' && verdict === 'VIOLATED')
      const seen = faked.lines.length
      const forth = faked.set('+0')
      await faked.until(({ event, verdict }) => event === 'verdict' && verdict === 'PROVEN', seen)
      expect(await faked.stop()).toBe(0)
      const ended = Date.now()

      const records = recordsOf(join(folder, 'trail'))
      const [open] = only(records, 'open')
      expect(open!.clockSource === 'native').toBe(kind === 'native')
      const changes = only(records, 'clock-change')
      expect(changes.map((change) => change.class)).toEqual(['step', 'step'])
      for (const [i, moved] of [-180_000_000_000, 180_000_000_000].entries()) {
        const change = changes[i]!
        // libfaketime reckons in microseconds.
        expect(Number(change.size.lowNs)).toBeLessThanOrEqual(moved + 1_000)
        expect(Number(change.size.highNs)).toBeGreaterThanOrEqual(moved - 1_000)
        expect(Number(change.size.highNs) - Number(change.size.lowNs)).toBeLessThan(1_000_000)
        const answer = only(records, 'sample').find(({ trigger }) => trigger === change.seq)!
        expect(answer).toMatchObject({
          reason: 'clock-change',
          part: 'first',
          verdict: i === 0 ? 'VIOLATED' : 'PROVEN',
        })
        const error = i === 0 ? 180_000_000_000 : 0
        expect(Number(answer.consensus.lowNs)).toBeLessThanOrEqual(error + 1_000)
        expect(Number(answer.consensus.highNs)).toBeGreaterThanOrEqual(error - 1_000)
        // Loopback takes microseconds; the rest is for a busy computer.
        expect(Number(answer.readings.primary?.ok && answer.readings.primary.rootDistanceNs)).toBeLessThan(50_000_000)
      }

      const span = ['--from', new Date(begun).toISOString(), '--to', new Date(ended).toISOString()]
      const report = spawn(
        process.execPath,
        [installed, 'report', '--json', '--trail', join(folder, 'trail'), ...span],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      let out = ''
      for await (const text of report.stdout) out += text
      const { clockChanges, seconds } = JSON.parse(out) as ReportResult
      expect(clockChanges).toHaveLength(2)
      for (const [i, [from, to]] of [back, forth].entries()) {
        const { earliest, latest, size, sample } = clockChanges[i]!
        const moved = i === 0 ? -180 : 180
        expect(Math.abs(size.low - moved)).toBeLessThan(0.001)
        expect(Math.abs(size.high - moved)).toBeLessThan(0.001)
        // True time, not what the faked clock showed: the rename lies between.
        expect(ms(earliest)).toBeLessThanOrEqual(to + 1)
        expect(ms(latest)).toBeGreaterThanOrEqual(from - 1)
        expect(sample).toBe(only(records, 'sample').find(({ trigger }) => trigger === changes[i]!.seq)!.seq)
      }
      // Between the two it was wrong, and nowhere is it called right.
      expect(seconds.VIOLATED).toBeGreaterThan(0)
      expect(seconds.VIOLATED).toBeLessThanOrEqual((forth[1] - back[0]) / 1000 + 1)
      expect(
        execFileSync(process.execPath, [installed, 'show', '--trail', join(folder, 'trail')], { encoding: 'utf8' }),
      ).toMatch(/CLOCK CHANGE step/)
    }, 120_000)

    test('asked without pause while the clock is set back and put right: never PROVEN while it is wrong', async () => {
      await using reference = await LoopbackReference.start()
      folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-faketime-'))
      const command = kind === 'native' ? installed : portablePackage(folder)
      const script = resolve(import.meta.dirname, '../support/asking-clock.js')
      const args = [join(dirname(command), '../index.js'), join(folder, 'trail'), reference.at, 'FILE']
      const faked = new FakedAuditor(library, script, folder, args)
      child = faked.child
      await faked.until(({ verdict }) => verdict === 'PROVEN')
      for (const by of ['-180', '+0', '+3', '+0', '-0.2', '+0']) {
        const from = faked.lines.length
        faked.set(by)
        await faked.until(({ verdict }) => verdict === (by === '+0' ? 'PROVEN' : 'VIOLATED'), from)
      }
      await faked.until(({ event }) => event === 'enough')
      expect(await faked.stop()).toBe(0)
      const end = faked.lines.at(-1)
      expect(end).toMatchObject({ event: 'end', wrong: 0 })
      // The call right after a set finds nothing to hold its reading against.
      expect(faked.lines.some(({ verdict, cause }) => verdict === 'UNMONITORED' && cause === 'clock-change')).toBe(true)
    }, 120_000)
  })
}
