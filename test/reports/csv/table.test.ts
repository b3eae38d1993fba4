import { execFileSync } from 'node:child_process'
import { Writable } from 'node:stream'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { type CsvForm, csvText, type Row, writeCsv } from '../../../reports/csv/index.js'
import { needs } from '../../support/tools.js'

const columns = [{ name: 'no' }, { name: 'text' }, { name: 'flag' }, { name: 'ns' }]

async function textOf(rows: Iterable<Row> | AsyncIterable<Row>, form: CsvForm = 'evidence'): Promise<string> {
  let text = ''
  for await (const chunk of csvText(columns, rows, form)) text += chunk
  return text
}

const hostile = [
  'plain',
  '',
  'with,comma',
  'with "quotes"',
  'lone\nfeed',
  'lone\rreturn',
  'both\r\n',
  ' led and followed by blanks ',
  "=cmd|' /C calc'!A0",
  '+1',
  '-2+3',
  '@SUM(1)',
  '\t=1',
  '\uff1d1+1',
  '<a href="x">&amp;</a>',
  'a\u202eb\u200bc',
  '\u001b[31mred',
  '1e5',
  '12345678901234567890',
  'h'.repeat(10_240),
]

describe('CSV', () => {
  test('has a header, CRLF between records, whole numbers as digits and no blank line', async () => {
    expect(
      await textOf([
        [1, 'a', true, 9_007_199_254_740_993n],
        [2, null, false, -5n],
      ]),
    ).toBe('no,text,flag,ns\r\n1,a,true,9007199254740993\r\n2,,false,-5\r\n')
  })

  test('has its header also where there is no row', async () => {
    expect(await textOf([])).toBe('no,text,flag,ns\r\n')
  })

  test('quotes a lone LF, a lone CR, and blanks at an end', async () => {
    expect(
      await textOf([
        [1, 'a\nb', true, 0n],
        [2, 'a\rb', true, 0n],
        [3, ' a', true, 0n],
      ]),
    ).toBe('no,text,flag,ns\r\n1,"a\nb",true,0\r\n2,"a\rb",true,0\r\n3," a",true,0\r\n')
  })

  test('of evidence reads back as every text that was put in', async () => {
    const rows = hostile.map((text, index): Row => [index, text, index % 2 === 0, BigInt(index)])
    const read = parse(await textOf(rows), { columns: true, record_delimiter: '\r\n' }) as {
      text: string
      ns: string
    }[]
    expect(read.map(({ text }) => text)).toEqual(hostile)
    expect(read.map(({ ns }) => ns)).toEqual(hostile.map((_, index) => String(index)))
  })

  test('of evidence reads back whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 8 }), async (texts) => {
        const whole = texts.map((text) => Buffer.from(text).toString())
        const rows = whole.map((text, index): Row => [index, text, false, 0n])
        const read = parse(await textOf(rows), { from_line: 2, record_delimiter: '\r\n' }) as string[][]
        expect(read.map((row) => row[1])).toEqual(whole)
      }),
    )
  })

  needs('python3')("reads back the same in Python's csv module", async () => {
    const rows = hostile.map((text, index): Row => [index, text, index % 2 === 0, BigInt(index) ** 12n])
    const program =
      'import csv, io, json, sys\n' +
      'text = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="")\n' +
      'json.dump(list(csv.reader(text, strict=True)), sys.stdout)'
    const output = execFileSync('python3', ['-c', program], { input: await textOf(rows), encoding: 'utf8' })
    const read = JSON.parse(output) as string[][]
    expect(read[0]).toEqual(['no', 'text', 'flag', 'ns'])
    expect(read.slice(1).map((row) => row[1])).toEqual(hostile)
    expect(read.slice(1).map((row) => row[3])).toEqual(hostile.map((_, index) => (BigInt(index) ** 12n).toString()))
  })

  test('for spreadsheets starts no cell as a formula, shows what is invisible, and leaves numbers alone', async () => {
    const rows = hostile.map((text, index): Row => [-index, text, true, -5n])
    const text = await textOf(rows, 'spreadsheet')
    expect(text.charCodeAt(0)).toBe(0xfeff)
    const read = parse(text, { columns: true, bom: true, record_delimiter: '\r\n' }) as {
      text: string
      ns: string
      no: string
    }[]
    for (const [index, row] of read.entries()) {
      expect(row.text).not.toMatch(/^[=+\-@\t\r|%\uff0b\uff0d\uff1d\uff20]/)
      expect(row.text).not.toMatch(/\p{C}/u)
      expect(row.ns).toBe('-5')
      expect(Number(row.no) === -index).toBe(true)
    }
    expect(read.map((row) => row.text)).toEqual(
      expect.arrayContaining([
        "'=cmd|' /C calc'!A0",
        "'+1",
        "'1e5",
        'a\\u{202E}b\\u{200B}c',
        "'\\u{0009}=1",
        '\\u{001B}[31mred',
      ]),
    )
  })

  test('for spreadsheets guards a formula also behind blanks and apostrophes', async () => {
    const text = await textOf(
      [
        [1, '  =1', true, 0n],
        [2, "'=1", true, 0n],
        [3, '\n=1', true, 0n],
      ],
      'spreadsheet',
    )
    const read = parse(text, { columns: true, bom: true, record_delimiter: '\r\n' }) as { text: string }[]
    expect(read.map((row) => row.text)).toEqual(["'  =1", "''=1", "'\\u{000A}=1"])
  })

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %p: cells are whole', async (value) => {
    await expect(textOf([[value, 'a', true, 0n]])).rejects.toThrow(/whole/)
  })

  test('ends with the error that ended its rows', async () => {
    function* broken(): Generator<Row> {
      yield [1, 'a', true, 0n]
      throw new Error('the trail ended here')
    }
    await expect(textOf(broken())).rejects.toThrow('the trail ended here')
    const kept: Buffer[] = []
    const sink = new Writable({
      write(chunk: Buffer, _, done) {
        kept.push(chunk)
        done()
      },
    })
    await expect(writeCsv(sink, columns, broken(), 'evidence')).rejects.toThrow('the trail ended here')
    expect(sink.destroyed).toBe(true)
  })

  test('waits for a slow stream instead of piling rows up', async () => {
    let made = 0
    let written = 0
    let most = 0
    function* rows(): Generator<Row> {
      for (let index = 0; index < 20_000; index += 1) {
        made += 1
        most = Math.max(most, made - written / 20)
        yield [index, 'sixteen letters!', true, 0n]
      }
    }
    let release: (() => void) | undefined
    const sink = new Writable({
      highWaterMark: 1024,
      write(chunk: Buffer, _, done) {
        written += chunk.length
        release = done
        setImmediate(() => release?.())
      },
    })
    await writeCsv(sink, columns, rows(), 'evidence')
    expect(made).toBe(20_000)
    // What waits is a few buffers, not the table.
    expect(most).toBeLessThan(8_000)
    expect(written).toBeGreaterThan(20_000 * 20)
    expect(sink.writableFinished).toBe(true)
  })

  test('gives the error of the stream', async () => {
    const sink = new Writable({ write: (_, __, done) => done(new Error('ENOSPC')) })
    await expect(writeCsv(sink, columns, [[1, 'a', true, 0n]], 'evidence')).rejects.toThrow('ENOSPC')
  })
})
