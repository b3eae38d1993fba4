/** Somebody sets the clock: what the trail of the real engine then holds. */
import { afterAll, describe, expect, test } from '@jest/globals'
import { verifyTrail } from '../../lib/trail/verify.js'
import { ms, only, recordsOf, removeFolders, second, simulatedAudit } from '../support/simulated-audit.js'

afterAll(removeFolders)

test('set-back-by-three-minutes-and-put-right: both are recorded at once, sized, and answered by samples', async () => {
  const audit = await simulatedAudit()
  await audit.pass(20n * second)
  audit.clocks.step(-180n * second)
  await audit.pass(20n * second)
  audit.clocks.step(180n * second)
  await audit.pass(20n * second)
  const records = await audit.finish()

  const changes = only(records, 'clock-change')
  expect(changes.map((change) => change.class)).toEqual(['step', 'step'])
  for (const [i, size] of [-180n * second, 180n * second].entries()) {
    const { lowNs, highNs } = changes[i]!.size
    expect(BigInt(lowNs)).toBeLessThanOrEqual(size)
    expect(BigInt(highNs)).toBeGreaterThanOrEqual(size)
    expect(BigInt(highNs) - BigInt(lowNs)).toBeLessThan(10_000n)
  }
  for (const [i, verdict] of ['VIOLATED', 'PROVEN'].entries()) {
    const answers = only(records, 'sample').filter((sample) => sample.trigger === changes[i]!.seq)
    expect(answers.map(({ reason, part }) => `${reason} ${part}`)).toEqual(['clock-change first', 'clock-change all'])
    expect(answers.map((sample) => sample.verdict)).toEqual([verdict, verdict])
    // The unscheduled sample begins within 50 ms of the look that saw the change, which came within one period of it.
    const [first] = answers
    expect(BigInt(first!.rawNs!) - BigInt(changes[i]!.latestNs)).toBeLessThan(50n * ms)
  }
  const off = only(records, 'sample').find((sample) => sample.trigger === changes[0]!.seq)!
  expect(Number(off.consensus.lowNs) / 1e9).toBeCloseTo(180, 2)
  expect(Number(off.consensus.highNs) / 1e9).toBeCloseTo(180, 2)
  expect(await verifyTrail(audit.trail)).toMatchObject({ intact: 'self-consistent', upTo: records.length })
})

test('set-back-and-forth-between-looks: the kernel tells, and a change of unknown size is recorded', async () => {
  const audit = await simulatedAudit()
  await audit.pass(20n * second)
  audit.clocks.step(-180n * second)
  audit.clocks.step(180n * second)
  await audit.pass(10n * second)
  const changes = only(await audit.finish(), 'clock-change')
  expect(changes).toHaveLength(1)
  expect(changes[0]).toMatchObject({ class: 'unknown', seen: 'kernel-notice' })
})

test('who-set-it: a hint from the kernel, never more', async () => {
  const audit = await simulatedAudit()
  const disciplined = { maxErrorNs: 500_000n, ratePpb: 0n, state: 0 }
  audit.clocks.kernelState = disciplined
  await audit.pass(20n * second)
  audit.clocks.step(-5n * second)
  await audit.pass(5n * second)
  audit.clocks.step(5n * second)
  audit.clocks.kernelState = disciplined // as a daemon does after its own step
  await audit.pass(5n * second)
  const changes = only(await audit.finish(), 'clock-change')
  expect(changes.map(({ by }) => by)).toEqual(['foreign', 'daemon'])
})

test('no-notice: without the kernel, a step is found all the same, by divergence', async () => {
  const audit = await simulatedAudit({ clocks: { kernelNotice: false, portable: true } })
  await audit.pass(20n * second)
  audit.clocks.step(5n * second)
  await audit.pass(10n * second)
  const records = await audit.finish()
  const changes = only(records, 'clock-change')
  expect(changes).toHaveLength(1)
  expect(changes[0]).toMatchObject({ class: 'step', seen: 'divergence' })
  expect(only(records, 'open')[0]).toMatchObject({ steered: true, ratePpb: 600_000 })
})

test('set-over-midnight: the day of the label follows the clock back and forth, seq has no gap', async () => {
  const audit = await simulatedAudit({ start: '2026-03-03T00:05:00.000000000Z' })
  await audit.pass(20n * second)
  audit.clocks.step(-600n * second)
  await audit.pass(20n * second)
  audit.clocks.step(600n * second)
  await audit.pass(20n * second)
  const records = await audit.finish()
  const opens = only(records, 'open')
  expect(opens.map(({ label, reason }) => `${label} ${reason}`)).toEqual([
    '2026-03-03 start',
    '2026-03-02 rotation',
    '2026-03-03 rotation',
  ])
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, i) => i + 1))
  expect(await verifyTrail(audit.trail)).toMatchObject({ intact: 'self-consistent' })
})

test('flood: a hundred sets in a minute are all recorded, and the reference is not flooded', async () => {
  const audit = await simulatedAudit()
  await audit.pass(20n * second)
  const before = audit.references[0]!.requests
  for (let i = 0; i < 100; i += 1) {
    audit.clocks.step(i % 2 === 0 ? -second : second)
    await audit.pass(600n * ms)
  }
  const asked = audit.references[0]!.requests - before
  await audit.pass(30n * second)
  const records = await audit.finish()
  expect(only(records, 'clock-change')).toHaveLength(100)
  // 8 at once, one more per 250 ms (a loopback address), and the scheduled ones.
  expect(asked).toBeLessThanOrEqual(8 + 4 * 60 + 4)
  expect(only(records, 'sample').at(-1)).toMatchObject({ verdict: 'PROVEN' })
})

describe('restart', () => {
  test('set-while-down: a set between stop and start is found, with the downtime as its interval', async () => {
    const audit = await simulatedAudit()
    await audit.pass(20n * second)
    const before = (await audit.finish()).length
    audit.time.advanceTo(audit.time.nowNs() + 60n * second)
    audit.clocks.step(-7n * second)
    audit.time.advanceTo(audit.time.nowNs() + 60n * second)

    const { Auditor } = await import('../../lib/auditor.js')
    const again = await Auditor.startWith(audit.auditor.configuration, {
      engine: 'inline',
      parts: { clocks: audit.clocks, timers: audit.time.timers, uniform: () => 0, noticeMs: 250 },
    })
    let done = false
    const stopped = again.stop().finally(() => {
      done = true
    })
    while (!done) await audit.pass(100n * ms)
    await stopped
    const records = recordsOf(audit.trail).slice(before)
    expect(records.map(({ type }) => type).slice(0, 3)).toEqual(['open', 'clock-change', 'gap'])
    const change = only(records, 'clock-change')[0]!
    expect(BigInt(change.size.lowNs)).toBeLessThanOrEqual(-7n * second)
    expect(BigInt(change.size.highNs)).toBeGreaterThanOrEqual(-7n * second)
    expect(BigInt(change.latestNs) - BigInt(change.earliestNs)).toBeGreaterThan(119n * second)
    expect(only(records, 'gap')[0]).toMatchObject({ cause: 'auditor-down', breaks: 'wall' })
    expect(only(records, 'open')[0]).toMatchObject({ reason: 'start', afterCrash: false })
  })

  test('reboot: another boot is a gap that breaks mono', async () => {
    const audit = await simulatedAudit()
    await audit.pass(20n * second)
    await audit.finish()
    audit.clocks.reboot()
    const next = await simulatedAudit({ trail: audit.trail, start: '2026-03-03T14:10:00.000000000Z' })
    await next.pass(5n * second)
    const gaps = only(await next.finish(), 'gap')
    expect(gaps).toHaveLength(1)
    expect(gaps[0]).toMatchObject({ cause: 'boot', breaks: 'mono', fromNs: null })
  })
})

test('suspend-overnight: a gap, no clock change, and a sample on waking', async () => {
  const audit = await simulatedAudit()
  await audit.pass(20n * second)
  audit.clocks.suspend(8n * 3600n * second)
  await audit.pass(20n * second)
  const records = await audit.finish()
  expect(only(records, 'clock-change')).toEqual([])
  expect(only(records, 'gap')).toMatchObject([{ cause: 'suspend', breaks: 'mono' }])
  expect(only(records, 'sample').map(({ reason }) => reason)).toContain('resume')
})
