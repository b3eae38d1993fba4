/** The kernel's notice on the event loop. Nobody sets a clock here: a timer that runs out stands for one that a set cancels. */
import { createRequire } from 'node:module'
import { expect, test } from '@jest/globals'
import { type Libc, openLibc } from '../../lib/clock/libc.js'
import { armNotice } from '../../lib/clock/notice.js'
import type { Timers } from '../../lib/clock/types.js'

const libc = openLibc()
// Reason to pass over: the notice is a timer of the Linux kernel, reached by koffi; what is made of it is tested below without either.
const natively = libc === null ? test.skip : test

/** A timer of the kernel that runs out in 5 ms. */
function shortTimer(): number {
  const koffi = createRequire(import.meta.url)('koffi') as {
    load(path: null): { func(name: string, result: string, args: string[]): (...args: unknown[]) => number }
  }
  const library = koffi.load(null)
  const fd = library.func('timerfd_create', 'int', ['int', 'int'])(1, 0o4000 | 0o2000000)
  const settime = library.func('timerfd_settime', 'int', ['int', 'int', 'void *', 'void *'])
  expect(settime(fd, 0, BigInt64Array.of(0n, 0n, 0n, 5_000_000n), null)).toBe(0)
  return fd
}

/** Timers whose time is up when the test says so. */
function held() {
  const waiting: { run: () => void; ms: number }[] = []
  const timers: Timers = {
    setTimeout: (run, ms) => {
      const one = { run, ms }
      waiting.push(one)
      return one
    },
    clearTimeout: (one) => {
      const at = waiting.indexOf(one as (typeof waiting)[number])
      if (at >= 0) waiting.splice(at, 1)
    },
  }
  const pass = (): number[] => {
    const due = waiting.splice(0)
    for (const { run } of due) run()
    return due.map(({ ms }) => ms)
  }
  return { timers, waiting, pass }
}

natively('the event loop hears of it without being asked, once', async () => {
  const { timers, waiting } = held()
  const notice = armNotice({ ...libc!, cancelOnSet: shortTimer }, timers)
  const seen: string[] = []
  await new Promise<void>((resolve) => {
    notice.onSet(() => {
      seen.push(notice.take())
      resolve()
    })
  })
  expect(seen).toEqual(['seen'])
  expect(notice.take()).toBe('none')
  // It listens again, but not before 30 ms: a clock that is set without end is not looked at without end.
  expect(waiting.map(({ ms }) => ms)).toEqual([30])
  notice.close()
  expect(waiting).toEqual([])
  expect(notice.take()).toBe('absent')
})

/** A library without a kernel: what each question gives, and how many descriptors can be had. */
function fake(states: ReturnType<Libc['readTimer']>[], closed: number[] = []): Libc {
  const nothing = (): never => {
    throw new Error('not to be called')
  }
  return {
    ...{ now: nothing, timex: nothing, packetStamp: nothing, replace: nothing },
    cancelOnSet: () => 77,
    readTimer: () => states.shift() ?? 'waiting',
    socket: () => null,
    close: (fd) => void closed.push(fd),
  }
}

test('where no descriptor can be had it asks every 30 ms', () => {
  const { timers, pass } = held()
  const closed: number[] = []
  const notice = armNotice(fake(['waiting', 'cancelled', 'waiting', 'waiting'], closed), timers)
  const calls: string[] = []
  notice.onSet(() => calls.push(notice.take()))
  expect(calls).toEqual([])
  expect(pass()).toEqual([30])
  expect(calls).toEqual(['seen'])
  expect(pass()).toEqual([30])
  expect(calls).toEqual(['seen'])
  notice.close()
  expect(pass()).toEqual([])
  expect(closed).toEqual([77])
})

test('what a look has taken is not told again', () => {
  const { timers, pass } = held()
  const notice = armNotice(fake(['waiting', 'cancelled', 'waiting']), timers)
  const calls: string[] = []
  notice.onSet(() => calls.push('called'))
  expect(notice.take()).toBe('seen')
  pass()
  expect(calls).toEqual([])
})

test('who no longer listens is not called', () => {
  const { timers, pass } = held()
  const notice = armNotice(fake(['waiting', 'cancelled']), timers)
  const end = notice.onSet(() => {
    throw new Error('called')
  })
  end()
  expect(pass()).toEqual([])
  expect(notice.take()).toBe('seen')
})

test('a timer that ran out is the last notice', () => {
  const closed: number[] = []
  const notice = armNotice(fake(['expired'], closed))
  expect([notice.take(), notice.take()]).toEqual(['seen', 'absent'])
  expect(closed).toEqual([77])
})
