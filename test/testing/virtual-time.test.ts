import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { TimerHeap } from '../../lib/testing/timer-heap.js'
import { VirtualTime } from '../../lib/testing/virtual-time.js'

const second = 1_000_000_000n
const start = 1_700_000_000n * second

/** Notes what ran when. */
function diary(time: VirtualTime) {
  const entries: [string, bigint][] = []
  return { entries, note: (what: string) => () => void entries.push([what, time.nowNs() - start]) }
}

describe('standing still and jumping', () => {
  test('time does not pass by itself', () => {
    const time = new VirtualTime(start)
    const until = process.hrtime.bigint() + 2_000_000n
    while (process.hrtime.bigint() < until);
    expect(time.nowNs()).toBe(start)
    expect(time.elapsedNs()).toBe(0n)
  })

  test('timers run at their instants, in order, and those of one instant as they were set', () => {
    const time = new VirtualTime(start)
    const { entries, note } = diary(time)
    time.timers.setTimeout(note('c'), 30)
    time.timers.setTimeout(note('a'), 10)
    time.timers.setTimeout(note('b1'), 20)
    time.timers.setTimeout(note('b2'), 20)
    time.advanceTo(start + 25_000_000n)
    expect(entries).toEqual([
      ['a', 10_000_000n],
      ['b1', 20_000_000n],
      ['b2', 20_000_000n],
    ])
    expect(time.nowNs()).toBe(start + 25_000_000n)
    expect(time.pending).toBe(1)
    expect(time.jumpToNextTimer()).toBe(true)
    expect(entries.at(-1)).toEqual(['c', 30_000_000n])
    expect(time.jumpToNextTimer()).toBe(false)
  })

  test('a cleared timer does not run, and clearing twice or after it ran does nothing', () => {
    const time = new VirtualTime(start)
    const { entries, note } = diary(time)
    const ran = time.timers.setTimeout(note('ran'), 1)
    const cleared = time.timers.setTimeout(note('cleared'), 2)
    time.timers.clearTimeout(cleared)
    time.timers.clearTimeout(cleared)
    time.timers.clearTimeout(undefined)
    time.advanceTo(start + second)
    time.timers.clearTimeout(ran)
    expect(entries).toEqual([['ran', 1_000_000n]])
    expect(time.pending).toBe(0)
  })

  test('a timer that sets a timer moves on by at least a millisecond', () => {
    const time = new VirtualTime(start)
    let count = 0
    const again = () => {
      count += 1
      time.timers.setTimeout(again, 0)
    }
    again()
    time.advanceTo(start + 10_000_000n)
    expect(count).toBe(11)
  })

  test('a delay that a real timer would cut to nothing is refused', () => {
    const time = new VirtualTime(start)
    expect(() => time.timers.setTimeout(() => undefined, 2 ** 31)).toThrow('"ms" must be at most 2147483647')
    expect(() => time.timers.setTimeout(() => undefined, Number.NaN)).toThrow('"ms"')
  })

  test('timers do not see sleep pass', () => {
    const time = new VirtualTime(start)
    const { entries, note } = diary(time)
    time.timers.setTimeout(note('look'), 250)
    time.sleep(3_600n * second)
    expect(time.nowNs()).toBe(start + 3_600n * second)
    time.advanceTo(start + 3_601n * second)
    expect(entries).toEqual([['look', 3_600_250_000_000n]])
  })

  test('a leap second is shown twice or skipped, and moves no timer', () => {
    const time = new VirtualTime(start)
    const { entries, note } = diary(time)
    time.timers.setTimeout(note('later'), 2_000)
    time.advanceTo(start + second)
    time.leap(1)
    expect(time.nowNs()).toBe(start)
    expect(time.elapsedNs()).toBe(second)
    time.advanceTo(start + second)
    expect(entries).toEqual([['later', second]])
    time.leap(-1)
    expect(time.nowNs()).toBe(start + 2n * second)
  })
})

describe('run', () => {
  test('what awaits goes on between timers', async () => {
    const time = new VirtualTime(start)
    const { entries, note } = diary(time)
    const pause = (ms: number): Promise<void> => new Promise((resolve) => void time.timers.setTimeout(resolve, ms))
    const work = async (): Promise<void> => {
      for (let i = 0; i < 3; i += 1) {
        await pause(100)
        await Promise.resolve()
        await Promise.resolve()
        note(`round ${i}`)()
      }
    }
    const done = work()
    await time.run(start + second)
    await done
    expect(entries).toEqual([
      ['round 0', 100_000_000n],
      ['round 1', 200_000_000n],
      ['round 2', 300_000_000n],
    ])
    expect(time.nowNs()).toBe(start + second)
  })

  test('while something is busy time flows, afterwards it stands again', async () => {
    const time = new VirtualTime(start)
    let busy = false
    let took = 0n
    time.timers.setTimeout(() => {
      busy = true
      const from = time.nowNs()
      const real = process.hrtime.bigint()
      const wait = (): void => {
        took = time.nowNs() - from
        expect(took <= process.hrtime.bigint() - real).toBe(true)
        if (took < 5_000_000n) setImmediate(wait)
        else busy = false
      }
      wait()
    }, 1_000)
    await time.run(start + 10n * second, { busy: () => busy })
    expect(took >= 5_000_000n).toBe(true)
    expect(time.nowNs()).toBe(start + 10n * second)
    expect(time.flowing).toBe(false)
  })

  test('a process that was not run for a while does not make time jump', () => {
    const time = new VirtualTime(start)
    time.flow()
    const until = process.hrtime.bigint() + 10_000_000n
    while (process.hrtime.bigint() < until);
    time.freeze()
    expect(time.elapsedNs()).toBe(1_000_000n)
  })

  test('timers that come due while something is busy run then', async () => {
    const time = new VirtualTime(start)
    let busy = true
    let looks = 0
    const look = () => {
      looks += 1
      if (looks < 3) time.timers.setTimeout(look, 1)
      else busy = false
    }
    time.timers.setTimeout(look, 1)
    await time.run(start + second, { busy: () => busy })
    expect(looks).toBe(3)
  })

  test('with patience, a time-out of an hour costs no hour', async () => {
    const time = new VirtualTime(start)
    let timedOut = -1n
    time.timers.setTimeout(() => {
      timedOut = time.nowNs() - start
    }, 3_600_000)
    await time.run(start + 3_600n * second, { busy: () => timedOut < 0n, patienceMs: 1 })
    expect(timedOut).toBe(3_600n * second)
  })

  test('patience lasts as long as timers are set, and so many turns of the event loop at least', async () => {
    const time = new VirtualTime(start)
    let timedOut = false
    time.timers.setTimeout(() => {
      timedOut = true
    }, 3_600_000)
    for (const [turns, sets] of [[200, true] as const, [30, false] as const]) {
      let left: number = turns
      const work = (): void => {
        left -= 1
        if (sets) time.timers.clearTimeout(time.timers.setTimeout(() => undefined, 10_000_000))
        if (left > 0) setImmediate(work)
        else expect(timedOut).toBe(false)
      }
      setImmediate(work)
      await time.run(time.nowNs() + second, { busy: () => left > 0, patienceMs: 0 })
      expect(timedOut).toBe(false)
    }
  })

  test('it rejects with what a timer throws, and can run again', async () => {
    const time = new VirtualTime(start)
    time.timers.setTimeout(() => {
      throw new Error('planted')
    }, 5)
    await expect(time.run(start + second)).rejects.toThrow('planted')
    expect(time.nowNs()).toBe(start + 5_000_000n)
    await time.run(start + second)
    expect(time.nowNs()).toBe(start + second)
  })

  test('a second run at the same time is refused', async () => {
    const time = new VirtualTime(start)
    const first = time.run(start + second)
    await expect(time.run(start + second)).rejects.toThrow('running already')
    await first
  })

  test('a day of looks four times a second runs every one of them', async () => {
    const time = new VirtualTime(start)
    let looks = 0
    const look = () => {
      looks += 1
      time.timers.setTimeout(look, 250)
    }
    time.timers.setTimeout(look, 250)
    await time.run(start + 86_400n * second)
    expect(looks).toBe(345_600)
  }, 30_000)
})

test('the heap gives timers by due time, then by age, without the cancelled ones', () => {
  const step = fc.record({ due: fc.nat(20), cancel: fc.boolean(), take: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const heap = new TimerHeap()
      let model: { due: number; order: number; cancelled: boolean }[] = []
      const takeBoth = (): void => {
        const expected = model
          .filter((timer) => !timer.cancelled)
          .sort((a, b) => a.due - b.due || a.order - b.order)
          .at(0)
        const taken = heap.take()
        expect(taken?.order).toBe(expected?.order)
        model = model.filter((timer) => timer !== expected)
      }
      for (const [order, { due, cancel, take }] of steps.entries()) {
        const timer = heap.add(BigInt(due), () => undefined)
        if (cancel) heap.cancel(timer)
        model.push({ due, order, cancelled: cancel })
        if (take) takeBoth()
        expect(heap.size).toBe(model.filter((one) => !one.cancelled).length)
      }
      for (let i = 0; i <= steps.length; i += 1) takeBoth()
    }),
  )
})
