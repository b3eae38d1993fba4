import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Receipts } from '../../lib/cli/receipts.js'
import type { ReceiptsConfig } from '../../lib/config/types.js'
import { PrintError } from '../../lib/errors.js'
import type { Sink } from '../../lib/printing/sink.js'
import { segmentPath } from '../../lib/trail/paths.js'
import { checkServiceBody } from '../../lib/trail/service-check.js'
import type { Placed, ServiceBody } from '../../lib/trail/types.js'
import { TrailBuilder } from '../support/trail-builder.js'

let folder: string
let builder: TrailBuilder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'receipts-'))
  builder = new TrailBuilder({ folder: join(folder, 'trail') })
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A printer that is on or off, and says when it was asked. */
class FakePrinter implements Sink {
  readonly words = ['lp', '-d', 'audit']
  off: string | null = null
  /** What was printed, one text each. */
  readonly paper: string[] = []
  tries = 0
  #waiting: (() => void)[] = []

  print(text: string): Promise<void> {
    this.tries += 1
    for (const done of this.#waiting.splice(0)) done()
    if (this.off !== null) return Promise.reject(new PrintError(this.off))
    this.paper.push(text)
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  /** Resolves at the next try to print. */
  asked(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  get text(): string {
    return this.paper.join('')
  }
  /** Numbers of the records on the paper, in their order. */
  get seqs(): number[] {
    return [...this.text.matchAll(/^ {0,7}(\d+) \d{4}-/gm)].map((match) => Number(match[1]))
  }
}

interface Run {
  readonly receipts: Receipts
  readonly printer: FakePrinter
  readonly problems: string[]
  readonly records: ServiceBody[]
  /** How long was waited (ms); each wait ends when it is called. */
  readonly waits: { readonly ms: number; readonly end: () => void }[]
  hear(...placed: Placed[]): void
}

function start(more: Partial<ReceiptsConfig> = {}, printer = new FakePrinter()): Run {
  const config = { what: 'samples', columns: 80, newline: 'lf', command: ['lp'], file: null, timeoutNs: 1n } as const
  const problems: string[] = []
  const records: ServiceBody[] = []
  const waits: Run['waits'] = []
  const receipts = new Receipts(
    { trail: builder.folder, receipts: { ...config, state: join(folder, 'state.json'), ...more } },
    {
      record: (body) => {
        records.push(checkServiceBody(body))
        return Promise.resolve()
      },
      problem: (error) => problems.push(error.message),
      pause: (ms, signal) =>
        new Promise((resolve) => {
          waits.push({ ms, end: resolve })
          signal.addEventListener('abort', () => resolve())
        }),
    },
    printer,
  )
  const hear = (...all: Placed[]) => {
    for (const placed of all) receipts.heard(placed)
  }
  return { receipts, printer, problems, records, waits, hear }
}
const stop = ({ receipts }: Run) => receipts.stop(60_000)

test('each sample is printed as it stands in the trail, under a heading, in plain ASCII', async () => {
  const run = start({ newline: 'crlf' })
  run.hear(builder.open(), builder.note(1, 'caf\u00e9\u001b[2J'))
  await stop(run)
  const [heading = '', ...lines] = run.printer.text.split('\r\n').slice(1)
  expect(heading).toMatch(/^# receipts, \/.*\/trail, from record 1$/)
  expect(lines[0]).toBe('       1 2026-03-03 10:00:00.000000000 open start, host builder, segment 1 of')
  expect(lines.at(-2)).toBe('       2 2026-03-03 10:00:00.000000000 note on 1 by somebody: caf\\u{e9}\\u{1b}[2J')
  expect(run.printer.text.replaceAll('\r\n', '')).toMatch(/^[\x20-\x7e]*$/)
  expect(run.problems).toEqual([])
})

test('what is not known to be durable is not printed', async () => {
  const run = start()
  run.hear(builder.open())
  builder.advance(64).sample()
  await stop(run)
  expect(run.printer.seqs).toEqual([1])
})

test('begins with the start of this run, not with the years before', async () => {
  builder.open()
  builder.advance(64).sample()
  builder.close()
  const second = new TrailBuilder({ folder: builder.folder, utc: '2026-03-03T11:00:00.000000000Z' })
  const run = start()
  run.hear(second.open({ reason: 'restart' }), second.advance(1).sample())
  await stop(run)
  expect(run.printer.seqs).toEqual([4, 5])
})

test('a restart goes on behind what was printed last, over a rotation, and says so', async () => {
  const first = start()
  first.hear(builder.open(), builder.advance(1).sample())
  await stop(first)
  builder.advance(64).sample()
  builder.advance(86_400).heartbeat()
  const second = start()
  second.hear(builder.advance(1).sample())
  await stop(second)
  expect(first.printer.seqs).toEqual([1, 2])
  expect(second.printer.seqs).toEqual([3, 4, 6])
  expect(second.printer.text).toContain('trail, from record 3\n')
})

describe('a printer that is off', () => {
  test('delays, is told of once and recorded, is tried less and less often, and loses nothing', async () => {
    const run = start()
    run.printer.off = 'lp ended with 1: the printer is off'
    const asked = run.printer.asked()
    run.hear(builder.open())
    await asked
    for (let i = 0; i < 5; i++) {
      while (run.waits.length <= i) await new Promise((resolve) => setImmediate(resolve))
      run.hear(builder.advance(64).sample())
      run.waits[i]?.end()
    }
    while (run.waits.length <= 5) await new Promise((resolve) => setImmediate(resolve))
    expect(run.waits.map(({ ms }) => ms)).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000])
    expect(run.problems).toEqual([
      'receipts are not printed: lp ended with 1: the printer is off. Next step: see to the printer; nothing is lost, records from 1 on are printed when it answers',
    ])
    run.printer.off = null
    const printed = run.printer.asked()
    run.waits[5]?.end()
    await printed
    await stop(run)
    expect(run.printer.seqs).toEqual([1, 2, 3, 4, 5, 6])
    expect(run.printer.text).toMatch(/^\n# receipts after an outage, .*trail, from\n?.* record 1\n/s)
    expect(run.records).toMatchObject(
      [
        {
          type: 'print',
          ok: false,
          file: 'receipts',
          command: ['lp', '-d', 'audit'],
          message: /^from record 1 on: lp/,
        },
        { type: 'print', ok: true, message: /^records 1 to 6 after an outage: lp ended with 1/ },
      ].map((body) => ({ ...body, message: expect.stringMatching(body.message) })),
    )
  })

  test('is tried once more at the end; the next run prints the rest', async () => {
    const first = start()
    first.printer.off = 'off'
    first.hear(builder.open(), builder.advance(1).sample())
    await stop(first)
    expect(first.printer.paper).toEqual([])
    expect(existsSync(join(folder, 'state.json'))).toBe(false)
    const second = start()
    second.hear(builder.advance(64).sample())
    await stop(second)
    expect(second.printer.seqs).toEqual([1, 2, 3])
  })

  test('the verdict that was printed last counts, not the one that failed to be', async () => {
    const run = start({ what: 'changes' })
    run.hear(builder.open(), builder.advance(1).sample())
    const first = run.printer.asked()
    await first
    run.printer.off = 'off'
    const asked = run.printer.asked()
    builder.advance(64).sample()
    run.hear(builder.advance(64).sample({ verdict: 'VIOLATED', cause: 'out-of-tolerance' }))
    await asked
    while (run.waits.length < 1) await new Promise((resolve) => setImmediate(resolve))
    run.printer.off = null
    await stop(run)
    expect(run.printer.seqs).toEqual([1, 2, 4])
  })
})

test('a long outage is caught up in pieces, each remembered', async () => {
  builder.open()
  for (let i = 0; i < 500; i++) builder.advance(64).sample()
  const run = start()
  run.hear(builder.advance(64).sample())
  await stop(run)
  expect(run.printer.paper.length).toBeGreaterThan(2)
  expect(Math.max(...run.printer.paper.map((text) => text.length))).toBeLessThan(40_000)
  expect(run.printer.seqs).toEqual(Array.from({ length: 502 }, (_, index) => index + 1))
  expect(JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'))).toMatchObject({ seq: 502, verdict: 'PROVEN' })
})

test('damage is printed in its place, once', async () => {
  const first = start()
  first.hear(builder.open())
  await stop(first)
  const { offset, length } = builder.advance(1).sample()
  const file = openSync(join(builder.folder, segmentPath('2026-03-03', 1)), 'r+')
  writeSync(file, Buffer.from('X'), 0, 1, offset + Math.floor(length / 2))
  closeSync(file)
  const run = start()
  run.hear(builder.advance(64).sample())
  await stop(run)
  expect(run.printer.text).toMatch(
    /, from record 3\n {3}!!!!! segment 1, \d+ bytes from byte \d+ are no record: [^!]*\n {7}3 2026-/,
  )
  const again = start()
  again.hear(builder.advance(64).sample())
  await stop(again)
  expect(again.printer.seqs).toEqual([4])
  expect(again.printer.text).not.toContain('!')
})

describe('a state that is of no use', () => {
  test('is told of, and receipts begin with this run', async () => {
    builder.open()
    builder.close()
    const second = new TrailBuilder({ folder: builder.folder, utc: '2026-03-03T11:00:00.000000000Z' })
    for (const text of ['rubbish', JSON.stringify({ ...state, seq: 1 }), JSON.stringify({ ...state, seq: 99 })]) {
      writeFileSync(join(folder, 'state.json'), text)
      const run = start()
      if (second.seq === 0) second.open({ reason: 'restart' })
      run.hear(second.advance(1).sample())
      await stop(run)
      expect(run.printer.seqs[0]).toBe(3)
      expect(run.problems).toHaveLength(1)
      expect(run.problems[0]).toContain('receipts begin with this run. "ntp-auditor show" prints what is before')
    }
  })

  test('a state that cannot be written is told of, and printing goes on', async () => {
    const run = start({ state: join(folder, 'no', 'state.json') })
    run.hear(builder.open(), builder.advance(1).sample())
    await stop(run)
    expect(run.printer.seqs).toEqual([1, 2])
    expect(run.problems).toEqual([expect.stringContaining('what was printed last cannot be remembered: ENOENT')])
  })
})
const state = { hash: 'ab'.repeat(32), segment: 1, offset: 0, length: 10, verdict: '' }
