import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ProgressBar, progressLine } from '../../lib/cli/progress.js'
import { harmless, moveText, nanosecondsOf, paint, sideText, sizeText, table, wrap } from '../../lib/cli/text.js'
import { fakeIo } from './fake-io.js'

test('sizes are exact', () => {
  expect(sizeText(1_234_567n)).toBe('1.234567 ms')
  expect(sizeText(-1n)).toBe('0.000001 ms')
  expect(sizeText(999_999_999n)).toBe('999.999999 ms')
  expect(sizeText(-180_000_000_000n)).toBe('180.000000000 s')
})

test('sides and moves are words', () => {
  expect(sideText(1_500_000n)).toBe('1.500000 ms slow')
  expect(sideText(-1_500_000n)).toBe('1.500000 ms fast')
  expect(sideText(0n)).toBe('exact')
  expect(moveText(-180_000_000_000n)).toBe('180.000000000 s back')
  expect(moveText(1n)).toBe('0.000001 ms forward')
})

test('seconds of documents become their nanoseconds again', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), (ns) => {
      expect(nanosecondsOf(Number(ns) / 1e9)).toBe(ns)
    }),
  )
})

test('what could steer a terminal is shown, not obeyed', () => {
  expect(harmless('a\u001b[2Jb\u202ec\nd')).toBe('a\\u{1b}[2Jb\\u{202e}c\\u{a}d')
  expect(harmless('K\u00fcche 1')).toBe('K\u00fcche 1')
})

test('tables', () => {
  expect(
    table(
      ['a', '>n', 'end'],
      [
        ['long', '1', ''],
        ['b', '100', 'x'],
      ],
    ),
  ).toBe('a       n  end\nlong    1\nb     100  x\n')
})

describe('wrapping', () => {
  test('breaks at spaces and indents', () => {
    expect(wrap('one two three four', 9, '  ')).toBe('one two\n  three\n  four')
    expect(wrap('12345678901234567890', 9, '  ')).toBe('123456789\n  0123456\n  7890')
  })

  test('no line is too long, no word is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1 }), (words) => {
        const text = wrap(words.join(' '), 20, '   ')
        for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(20)
        expect(text.replace(/\s/g, '')).toBe(words.join(''))
      }),
    )
  })
})

describe('colour', () => {
  test('only on a terminal that wants it', () => {
    const io = fakeIo({ env: {} })
    expect(paint(io, io.stdout, 'red', 'x')).toBe('x')
    io.stdout.isTerminal = true
    expect(paint(io, io.stdout, 'red', 'x')).toBe('\u001b[31mx\u001b[39m')
    const plain = fakeIo({ env: { NO_COLOR: '1' } })
    plain.stdout.isTerminal = true
    expect(paint(plain, plain.stdout, 'red', 'x')).toBe('x')
  })
})

describe('progress', () => {
  test('a line for each state', () => {
    expect(progressLine({ stage: 'verify', done: 0, total: 8 })).toBe(`verify  [${'.'.repeat(30)}]   0 %`)
    expect(progressLine({ stage: 'verify', done: 4, total: 8 })).toBe(
      `verify  [${'#'.repeat(15)}${'.'.repeat(15)}]  50 %`,
    )
    expect(progressLine({ stage: 'verify', done: 9, total: 8 })).toBe(`verify  [${'#'.repeat(30)}] 100 %`)
    expect(progressLine({ stage: 'records', done: 7, total: null })).toBe('records  7')
  })

  test('is drawn on a terminal, not too often, and wiped', async () => {
    let nowNs = 0n
    const io = { ...fakeIo(), nowNs: () => nowNs }
    const bar = new ProgressBar(io)
    bar.update({ stage: 'a', done: 0, total: 2 })
    expect(io.stderr.text).toBe('')
    io.stderr.isTerminal = true
    bar.update({ stage: 'a', done: 0, total: 2 })
    bar.update({ stage: 'a', done: 1, total: 2 })
    expect(io.stderr.text).toBe(`\ra  [${'.'.repeat(30)}]   0 %`)
    nowNs += 100_000_000n
    bar.update({ stage: 'a', done: 1, total: 2 })
    bar.update({ stage: 'b', done: 1, total: null })
    expect(io.stderr.text.split('\r')).toHaveLength(4)
    io.stderr.text = ''
    await bar.clear()
    await bar.clear()
    expect(io.stderr.text).toBe(`\r${' '.repeat(4)}\r`)
    expect(io.stdout.text).toBe('')
  })
})
