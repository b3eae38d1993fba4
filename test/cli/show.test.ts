import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { execute } from '../../lib/cli/program.js'
import { segmentPath } from '../../lib/trail/paths.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { type FakeIo, fakeIo, fakeParts } from './fake-io.js'

const folders: string[] = []
function temporary(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'show-')))
  return folders.at(-1) ?? ''
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

let io: FakeIo
beforeEach(() => {
  io = fakeIo({ cwd: temporary() })
})
const show = (...args: string[]) => execute(['show', ...args], io, fakeParts())

function example(): TrailBuilder {
  const builder = new TrailBuilder({ folder: temporary() })
  builder.open()
  builder.advance(1).sample({ state: 'agreed', reason: 'startup', silent: ['tertiary'], dissent: ['secondary'] })
  builder.advance(64).heartbeat()
  builder.advance(1).set(-180).change(-180)
  builder.advance(1).sample({ triggered: true })
  builder.advance(5).gap('starved', 'wall', 5)
  builder.note(4, 'the janitor\u001b[31m did it')
  builder.close()
  return builder
}

test('text in 80 columns', async () => {
  const { folder } = example()
  expect(await show('--trail', folder)).toBe(0)
  const lines = io.stdout.text.split('\n')
  expect(lines[0]).toBe(`# trail ${folder}`)
  expect(lines.slice(2).join('\n')).toBe(`       1 2026-03-03 10:00:00.000000000 open start, host builder, segment 1 of
         2026-03-03 (UTC)
         SIMULATION: no clock of this trail is a real one
         ntp-auditor 0.1.0, node 20.20.2, Linux 6.1, linux-x64
         audit clock CLOCK_MONOTONIC_RAW (simulated), rate 100000 ppb, lock
           file+sqlite
         epoch 1, UNSEALED
       2 2026-03-03 10:00:01.000000000 sample startup PROVEN, agreed, voted
         clock between 1.000400 ms fast and 1.000400 ms slow, tolerance
           1.000000000 s
         primary primary.example.net:123 192.0.2.1 stratum 1: exact, delay
           1.000000 ms, bound +-1.000000 ms
         secondary secondary.example.net:123 192.0.2.2 stratum 1: exact, delay
           1.000000 ms, bound +-1.000000 ms DISSENTS
         tertiary tertiary.example.net:123: no answer within 2 s [ERR_TIMEOUT]
       3 2026-03-03 10:01:05.000000000 heartbeat, 256 looks
       4 2026-03-03 09:58:06.000000000 CLOCK CHANGE step, moved between
         180.000000800 s back and 179.999999200 s back
         by foreign, seen by divergence; the clock showed
           2026-03-03T10:01:05.750000000Z before, 2026-03-03T09:58:06.000000000Z
           after
       5 2026-03-03 09:58:07.000000000 sample clock-change (after 4) VIOLATED
         (out-of-tolerance), single
         clock between 179.998999600 s slow and 180.001000400 s slow, tolerance
           1.000000000 s
         primary primary.example.net:123 192.0.2.1 stratum 1: 180.000000000 s
           slow, delay 1.000000 ms, bound +-1.000000 ms
       6 2026-03-03 09:58:12.000000000 GAP starved, breaks wall
         from 2026-03-03T09:58:07.000000000Z to 2026-03-03T09:58:12.000000000Z
       7 2026-03-03 09:58:12.000000000 note on 4 by somebody: the
         janitor\\u{1b}[31m did it
       8 2026-03-03 09:58:12.000000000 close stop, epoch 1, 8 records from 1,
         final, unsealed
`)
  expect(io.stderr.text).toBe('')
})

test('132 columns are wider and no line is wider than asked', async () => {
  const { folder } = example()
  await show('--trail', folder, '--columns', '132')
  const widths = io.stdout.text.split('\n').map((line) => line.length)
  expect(Math.max(...widths)).toBeGreaterThan(80)
  expect(Math.max(...widths)).toBeLessThanOrEqual(132)
})

test('a wide terminal gets 132 columns', async () => {
  const { folder } = example()
  io.stdout.isTerminal = true
  io.stdout.columns = 140
  await show('--trail', folder)
  expect(Math.max(...io.stdout.text.split('\n').map((line) => line.length))).toBeGreaterThan(80)
})

test('--json gives the bytes of the trail', async () => {
  const builder = example()
  expect(await show('--json', '--trail', builder.folder)).toBe(0)
  expect(io.stdout.text).toBe(readFileSync(join(builder.folder, segmentPath('2026-03-03', 1)), 'utf8'))
})

describe('--date', () => {
  function twoDays(): string {
    const builder = new TrailBuilder({ folder: temporary(), utc: '2026-03-03T23:59:00.000000000Z' })
    builder.open()
    builder.advance(120).heartbeat() // writes the `open` of the new day first
    builder.advance(10).heartbeat()
    return builder.folder
  }

  test('shows the segments of that label', async () => {
    const folder = twoDays()
    await show('--json', '--trail', folder, '--date', '2026-03-04')
    const seqs = io.stdout.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).seq)
    expect(seqs).toEqual([2, 3, 4])
  })

  test('of a day without a segment says so', async () => {
    expect(await show('--json', '--trail', twoDays(), '--date', '2026-03-05')).toBe(0)
    expect(io.stdout.text).toBe('')
    expect(io.stderr.text).toContain('no record in a segment of 2026-03-05')
  })
})

test('damage is shown in its place and told', async () => {
  const { folder } = example()
  appendFileSync(join(folder, segmentPath('2026-03-03', 1)), '{"no":"record"}\n')
  expect(await show('--trail', folder)).toBe(0)
  expect(io.stdout.text).toMatch(/\n {3}!!!!! segment 1, 16 bytes from byte \d+ are no record: /)
  expect(io.stderr.text).toBe('ntp-auditor: the trail is damaged in 1 places; "ntp-auditor verify" tells more\n')
})

describe('--follow', () => {
  test('prints what comes, once, over a rotation, until a signal', async () => {
    const builder = new TrailBuilder({ folder: temporary() })
    builder.open()
    let pauses = 0
    io = fakeIo({
      cwd: temporary(),
      pause: () => {
        pauses += 1
        if (pauses === 1) builder.advance(60).heartbeat()
        if (pauses === 2) builder.advance(86_400).heartbeat()
        if (pauses === 5) io.signal('SIGINT')
        return Promise.resolve()
      },
    })
    expect(await show('--json', '--follow', '--trail', builder.folder)).toBe(0)
    expect(pauses).toBe(5)
    const records = io.stdout.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(records.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(records.map(({ type }) => type)).toEqual(['open', 'heartbeat', 'open', 'heartbeat'])
    expect(io.stderr.text).toBe('')
  })

  test('waits in an empty folder', async () => {
    const folder = temporary()
    const builder = new TrailBuilder({ folder })
    let pauses = 0
    io = fakeIo({
      cwd: temporary(),
      pause: () => {
        pauses += 1
        if (pauses === 1) builder.open()
        if (pauses === 2) io.signal('SIGTERM')
        return Promise.resolve()
      },
    })
    expect(await show('--json', '--follow', '--trail', folder)).toBe(0)
    expect(JSON.parse(io.stdout.text).type).toBe('open')
  })

  test('goes on where a file cannot be read for a while, and says so once', async () => {
    const builder = new TrailBuilder({ folder: temporary() })
    builder.open()
    const away = `${builder.folder}.away`
    let pauses = 0
    io = fakeIo({
      cwd: temporary(),
      pause: () => {
        pauses += 1
        if (pauses === 1) renameSync(builder.folder, away)
        if (pauses === 3) {
          renameSync(away, builder.folder)
          builder.advance(60).heartbeat()
        }
        if (pauses === 4) io.signal('SIGTERM')
        return Promise.resolve()
      },
    })
    expect(await show('--json', '--follow', '--trail', builder.folder)).toBe(0)
    expect(io.stdout.text.trim().split('\n')).toHaveLength(2)
    expect(io.stderr.text.match(/looking on/g)).toHaveLength(1)
  })

  test('ends when nobody reads any more', async () => {
    const builder = example()
    io.stdout.readsOnly = 1
    expect(await show('--json', '--follow', '--trail', builder.folder)).toBe(0)
  })
})

describe('--pages', () => {
  const pagesOf = (text: string) => text.split('\f').map((page) => page.split('\n').slice(0, -1))

  test('of twelve lines: headings, form feeds, a day sheet at the end, nothing torn that fits', async () => {
    const { folder } = example()
    expect(await show('--trail', folder, '--date', '2026-03-03', '--pages', '12')).toBe(0)
    const pages = pagesOf(io.stdout.text)
    expect(pages.pop()).toEqual([]) // behind the last form feed
    expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(12)
    expect(pages.map((page) => page[0])).toEqual(
      pages.map((_, index) => `ntp-auditor  builder  2026-03-03 (UTC), SIMULATION${' '.repeat(23)} page ${index + 1}`),
    )
    expect(pages.map((page) => page[1])).toEqual(pages.map(() => ''))
    const bodies = pages.map((page) => page.slice(2).join('\n'))
    expect(bodies[0]).toMatch(/^# trail .*\n# seq .*\n {7}1 .*\n(?: .*\n)*? {9}epoch 1, UNSEALED$/)
    expect(bodies.slice(1, 4).map((body) => body.slice(0, 9))).toEqual(['       2 ', '       4 ', '       5 '])
    const record =
      readFileSync(join(folder, segmentPath('2026-03-03', 1)), 'utf8')
        .trimEnd()
        .split('\n')
        .at(-1) ?? ''
    const hash = createHash('sha256').update(Buffer.of(0)).update(record).digest('hex')
    expect(bodies.at(-1)).toBe(`
Day sheet of 2026-03-03 (UTC), SIMULATION: 8 records, 1 to 8
  samples 2: PROVEN 1, VIOLATED 1; clock changes 1; gaps 1; damaged places 0
  Hash of record 8, which binds all before it (it is "prev" of record 9):
  ${hash}
  Verdicts are of single samples, as they were taken; "ntp-auditor report" says
    what is proven between them.

  Checked by ______________________  Date ____________  Signature ______________`)
  })

  test('without pages the text is the same, line by line', async () => {
    const { folder } = example()
    await show('--trail', folder, '--pages', '10')
    const paged = pagesOf(io.stdout.text).flatMap((page) => page.slice(2))
    io = fakeIo({ cwd: io.cwd })
    await show('--trail', folder)
    expect(`${paged.join('\n')}\n`).toBe(io.stdout.text)
  })

  test('a new day begins on a new page, and the pages are numbered on', async () => {
    const builder = new TrailBuilder({ folder: temporary(), utc: '2026-03-03T23:59:00.000000000Z' })
    builder.open()
    builder.advance(120).heartbeat()
    await show('--trail', builder.folder, '--pages', '60')
    const pages = pagesOf(io.stdout.text)
    expect(pages.map((page) => page[0]?.replace(/ +/g, ' '))).toEqual([
      'ntp-auditor builder 2026-03-03 (UTC), SIMULATION page 1',
      'ntp-auditor builder 2026-03-04 (UTC), SIMULATION page 2',
      undefined,
    ])
  })

  test('a host label that is hostile and long is shown as text, and the heading keeps its width', async () => {
    const builder = new TrailBuilder({
      folder: temporary(),
      open: { host: `\u001b]0;owned\u0007\f${'\u{1F552}'.repeat(40)}` },
    })
    builder.open()
    await show('--trail', builder.folder, '--pages', '60')
    const [page = []] = pagesOf(io.stdout.text)
    expect(page[0]).toMatch(
      /^ntp-auditor {2}\\u\{1b\}\]0;owned\\u\{7\}\\u\{c\}.*\.\.\. {2}2026-03-03 \(UTC\), SIMULATION +page 1$/u,
    )
    expect(page[0]?.length).toBeLessThanOrEqual(80)
    expect(io.stdout.text).not.toMatch(/[^\n\f\P{Cc}]|\p{Cs}/u)
  })
})

test('--ascii: seven bits, in words that can be read back', async () => {
  const builder = new TrailBuilder({ folder: temporary() })
  builder.open()
  builder.note(1, 'caf\u00e9 \u{1F552}\u202e'.repeat(30))
  await show('--trail', builder.folder, '--ascii', '--columns', '132')
  expect(io.stdout.text).toMatch(/^[\x20-\x7e\n]*$/)
  expect(io.stdout.text.replace(/\n */g, '')).toContain('caf\\u{e9} \\u{1f552}\\u{202e}')
})

test('a long word is never broken inside a character', async () => {
  const builder = new TrailBuilder({ folder: temporary() })
  builder.open()
  builder.note(1, '\u{1F552}'.repeat(300))
  await show('--trail', builder.folder)
  expect(io.stdout.text).not.toMatch(/\p{Cs}/u)
  expect(Math.max(...io.stdout.text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('--changes leaves single samples and heartbeats out, and keeps the sample behind a change', async () => {
  const builder = example()
  await show('--json', '--changes', '--trail', builder.folder)
  const types = io.stdout.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).type)
  expect(types).toEqual(['open', 'sample', 'clock-change', 'sample', 'gap', 'note', 'close'])
})

describe('which trail', () => {
  test('none given and no configuration: wrong usage', async () => {
    expect(await show()).toBe(2)
    expect(io.stderr.text).toBe(
      `ntp-auditor: which trail? Give --trail DIR, or --config FILE (there is no ntp-auditor.json in ${io.cwd}).\n`,
    )
  })

  test('no such folder, and a folder that is no trail: the environment', async () => {
    expect(await show('--trail', 'nowhere')).toBe(4)
    expect(io.stderr.text).toContain(`no trail at ${join(io.cwd, 'nowhere')}: there is no such folder`)
    mkdirSync(join(io.cwd, 'empty'))
    expect(await show('--trail', 'empty')).toBe(4)
    expect(io.stderr.text).toContain(
      'the folder holds no segment (YYYY/MM/*.ndjson). Give the folder of a trail with --trail DIR',
    )
    expect(io.stdout.text).toBe('')
  })

  test.each([
    [['--columns', '100'], '--columns must be 80 or 132, got "100"'],
    [['--pages', '9'], '--pages must be the lines of a page, from 10 to 1000, got "9"'],
    [['--pages', 'many'], '--pages must be the lines of a page, from 10 to 1000, got "many"'],
    [['--json', '--pages', '60'], '--pages and --ascii set text; with --json records come as they stand'],
    [['--json', '--ascii'], '--pages and --ascii set text'],
    [['--date', 'today'], '--date must look like 2026-11-22, got "today"'],
  ])('%j is wrong usage', async (args, message) => {
    expect(await show('--trail', example().folder, ...args)).toBe(2)
    expect(io.stderr.text).toContain(message)
  })
})
