import { expect, test } from '@jest/globals'
import { Witness } from '../../lib/clock/witness.js'
import { Watch, type WatchEvent } from '../../lib/engine/watch.js'
import { parseInstant } from '../../lib/instant.js'
import { SimulatedClocks, type SimulatedClocksOptions } from '../../lib/testing/simulated-clocks.js'
import { VirtualTime } from '../../lib/testing/virtual-time.js'

const ms = 1_000_000n

/** A watch over a simulated computer: when it looked and what it saw, in ms since the start. */
async function watched(
  options: SimulatedClocksOptions,
  deeds: (at: (ms: number, run: () => void) => void, clocks: SimulatedClocks) => void,
  tells = false,
) {
  const time = new VirtualTime(parseInstant('2026-03-03T14:00:00.000000000Z'))
  const clocks = new SimulatedClocks(time, options)
  if (tells) {
    const told = clocks.step.bind(clocks)
    let hear = (): void => undefined
    Object.assign(clocks, {
      onSet: (run: () => void) => {
        hear = run
        return () => {
          hear = () => undefined
        }
      },
      step: (byNs: bigint) => {
        told(byNs)
        hear()
      },
    })
  }
  const { coupled, bootId } = clocks
  const periodNs = 250n * ms
  const looks: number[] = []
  const seen: { atMs: number; events: readonly WatchEvent[] }[] = []
  const nowMs = (): number => Number(time.elapsedNs() / ms)
  const watch = new Watch({
    clocks,
    timers: time.timers,
    witness: new Witness(
      clocks.read(),
      { periodNs, reportNs: ms, maxRatePpb: 500_000n, coupled, bootId },
      clocks.notice(),
    ),
    periodNs,
    noticeMs: 50,
    onEvents: (events) => seen.push({ atMs: nowMs(), events }),
    onLook: () => looks.push(nowMs()),
  })
  watch.start()
  deeds((at, run) => time.timers.setTimeout(run, at), clocks)
  await time.run(time.nowNs() + 2_000n * ms, { busy: () => false, patienceMs: 1 })
  watch.stop()
  return { looks, seen }
}

test('looks come every period, whether the kernel is asked in between or not', async () => {
  const native = await watched({}, () => undefined)
  expect(native.looks.slice(0, 7)).toEqual([250, 500, 750, 1_000, 1_250, 1_500, 1_750])
  const portable = await watched({ portable: true, kernelNotice: false }, () => undefined)
  expect(portable.looks).toEqual(native.looks)
})

test('a set is seen at the next question after it, and the period starts anew there', async () => {
  const { looks, seen } = await watched({}, (at, clocks) => at(511, () => clocks.step(5n * ms)))
  expect(seen.map(({ atMs }) => atMs)).toEqual([550])
  expect(seen[0]!.events).toMatchObject([{ kind: 'clock-change', class: 'step', seen: 'kernel-notice' }])
  expect(looks.slice(0, 5)).toEqual([250, 500, 550, 800, 1_050])
})

test('a set that the kernel tells of by itself is seen at once, and nothing is asked between looks', async () => {
  const { looks, seen } = await watched(
    {},
    (at, clocks) => {
      at(511, () => clocks.step(5n * ms))
      at(2_100, () => clocks.step(5n * ms))
    },
    true,
  )
  expect(seen.map(({ atMs }) => atMs)).toEqual([511])
  expect(seen[0]!.events).toMatchObject([{ kind: 'clock-change', class: 'step', seen: 'kernel-notice' }])
  expect(looks.slice(0, 5)).toEqual([250, 500, 511, 750, 1_000])
})

test('without a notice it is seen at the next look', async () => {
  const { seen } = await watched({ portable: true, kernelNotice: false }, (at, clocks) =>
    at(511, () => clocks.step(-5n * ms)),
  )
  expect(seen.map(({ atMs }) => atMs)).toEqual([750])
})
