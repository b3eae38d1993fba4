import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { describe, expect, jest, test } from '@jest/globals'
import { toJson } from '../../../reports/json.js'
import { nanoseconds } from '../../../reports/seconds.js'
import type { Report } from '../../../reports/types.js'
import { decimalsOf, percent, plainInstant, side, signed, size, span, verdicts } from '../../../reports/words.js'
import { needs } from '../../support/tools.js'
import { makeDay } from '../fixture.js'
import { calmDay, darkDay, hostileDay, hostileTexts, oneSample, restlessDay, wokeIn1970 } from '../variants.js'
import { attachment, draw, overlaps, pagesOf, run, withFile, wordsOf } from './reading.js'

jest.setTimeout(60_000)

const days: Readonly<Record<string, () => Report>> = {
  'a day with a violation': () => makeDay().report,
  'a simulated day': () => makeDay({ open: { simulation: true } }).report,
  'a calm day in another zone': calmDay,
  'a day without a record': darkDay,
  'a day with one sample': oneSample,
  'a day with 500 changes and 500 gaps': restlessDay,
  'a computer with hostile names': hostileDay,
  'a clock that woke in 1970': wokeIn1970,
}

/** An error with its side; from a million seconds on, the word may stand on the next line. */
function errorWords(seconds: number): string {
  const ns = nanoseconds(seconds)
  return Math.abs(seconds) < 1e6 ? side(ns) : size(ns)
}

/** Every number of a result as its pages write it. */
function expected({ result, period, stretches, gaps }: Report): string[] {
  const whole = period.toNs - period.fromNs
  const lengths = verdicts.map((verdict) => nanoseconds(result.seconds[verdict]))
  const others = stretches.filter(({ verdict }) => verdict !== 'PROVEN').map(({ fromNs, toNs }) => toNs - fromNs)
  const missed = gaps.map(({ fromNs, toNs }) => toNs - fromNs)
  const spreads = Object.values(result.references).flatMap((reference) => [
    ...[reference?.offset].flatMap((spread) =>
      spread ? Object.values(spread).map((value) => signed(nanoseconds(value))) : [],
    ),
    ...[reference?.delay, reference?.rootDistance].flatMap((spread) =>
      spread ? Object.values(spread).map((value) => size(nanoseconds(value))) : [],
    ),
  ])
  return [
    result.id,
    plainInstant(result.from),
    plainInstant(result.to),
    ...lengths.map((ns) => span(ns, decimalsOf(lengths))),
    ...verdicts.map((verdict, index) => percent(lengths[index]!, whole, verdict === 'PROVEN' ? 'down' : 'up')),
    ...result.clockChanges.flatMap((change) => [
      String(change.seq),
      ...[change.earliest, change.latest, change.wallBefore, change.wallAfter].map(plainInstant),
      signed(nanoseconds(change.size.low)),
      signed(nanoseconds(change.size.high)),
      ...(change.error ? [errorWords(change.error.low), errorWords(change.error.high)] : []),
    ]),
    ...result.gaps.flatMap((gap) => [String(gap.seq), plainInstant(gap.from), plainInstant(gap.to)]),
    ...missed.map((ns) => span(ns, decimalsOf(missed))),
    ...result.intervals
      .filter(({ verdict }) => verdict !== 'PROVEN')
      .flatMap((each) => [
        plainInstant(each.from),
        plainInstant(each.to),
        ...(each.worst ? [errorWords(each.worst.low), errorWords(each.worst.high)] : []),
      ]),
    ...others.map((ns) => span(ns, decimalsOf(others))),
    ...spreads,
    result.integrity.firstHash,
    result.integrity.lastHash,
    ...result.integrity.files.flatMap((file) => [file.sha256, String(file.bytes)]),
  ]
}

describe.each(Object.keys(days))('the pages of %s', (name) => {
  const report = days[name]!()
  const drawn = draw(report)

  needs('pdftotext')('carry every number of the result, whole', async () => {
    const text = pagesOf(await drawn)
      .join('\n')
      .replaceAll(/\s+/g, ' ')
    const missing = expected(report).filter((number) => !text.includes(number))
    expect(missing).toEqual([])
  })

  needs('pdftotext')('keep inside their margins and print nothing over anything', async () => {
    const words = wordsOf(await drawn).filter((word) => word.bottom - word.top < 60)
    expect(words.length).toBeGreaterThan(200)
    const outside = words.filter(({ left, right, top, bottom }) => left < 47 || right > 560 || top < 20 || bottom > 822)
    expect(outside).toEqual([])
    expect(overlaps(words)).toEqual([])
  })

  needs('pdftotext')('are numbered, and each names the report and the computer', async () => {
    const pages = pagesOf(await drawn)
    for (const [index, page] of pages.entries()) {
      expect(page).toContain(`page ${index + 1} of ${pages.length}`)
      expect(page).toContain(`report ${report.result.id}`)
      expect(page).toContain(report.result.host.slice(0, 12))
    }
  })

  needs('pdftotext')('hold no character without a glyph and none that cannot be seen', async () => {
    const text = pagesOf(await drawn).join('')
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\ufffd]/u)
  })

  needs(
    'qpdf',
    'pdffonts',
    'pdfinfo',
  )('are a sound file with every font inside', async () => {
    withFile(await drawn, (path) => {
      expect(run('qpdf', '--check', path)).toContain('No syntax or stream encoding errors found')
      const fonts = run('pdffonts', path).split('\n').slice(2).filter(Boolean)
      expect(fonts.length).toBeGreaterThanOrEqual(3)
      for (const font of fonts) expect(font).toMatch(/ yes yes yes +\d+ +0$/)
      const info = run('pdfinfo', path)
      expect(info).toMatch(/PDF version: +1\.7/)
      expect(info).toMatch(/Page size: +595\.28 x 841\.89 pts \(A4\)/)
      expect(info).toContain(`report ${report.result.id}`)
    })
  })

  needs('pdfdetach')('carry the result as data, byte for byte', async () => {
    expect(attachment(await drawn, 'result.json')).toBe(toJson(report.result))
  })

  test('are the same bytes when drawn again', async () => {
    expect(sha256(await draw(days[name]!()))).toBe(sha256(await drawn))
  })
})

describe('a report on paper', () => {
  test('is the same bytes in another zone and locale, from another process', async () => {
    const program = fileURLToPath(new URL('./print.js', import.meta.url))
    const env = { ...process.env, TZ: 'Asia/Tokyo', LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' }
    const printed = execFileSync(process.execPath, [program], { env, maxBuffer: 16 * 1024 * 1024 })
    expect(sha256(printed)).toBe(sha256(await draw(makeDay().report)))
  })

  needs('pdftotext')('says SIMULATION in a band and across every page, and only where it is one', async () => {
    const simulated = await draw(makeDay({ open: { simulation: true } }).report)
    const words = wordsOf(simulated)
    const pages = new Set(words.map(({ page }) => page))
    for (const page of pages) {
      const here = words.filter((word) => word.page === page)
      expect(here.some((word) => word.text === 'SIMULATION' && word.top < 60)).toBe(true)
      // Turned letters come in pieces, each in a box as high as a hand.
      const across = here.filter((word) => word.bottom - word.top > 60).sort((a, b) => a.left - b.left)
      expect(across.map(({ text }) => text).join('')).toBe('SIMULATION')
    }
    expect(pages.size).toBeGreaterThan(2)
    expect(pagesOf(await draw(makeDay().report)).join('')).not.toContain('SIMULATION')
  })

  test('is found out where words stand on one another', () => {
    const word = { page: 1, text: 'a', left: 50, top: 100, right: 80, bottom: 109 }
    expect(overlaps([word, { ...word, text: 'b', left: 79 }])).toEqual(['1: a | b'])
    expect(overlaps([word, { ...word, top: 105, bottom: 114 }])).toHaveLength(1)
    expect(
      overlaps([word, { ...word, top: 108, bottom: 117 }, { ...word, left: 81, right: 90 }, { ...word, page: 2 }]),
    ).toEqual([])
  })

  needs('pdftotext')('repeats the header of a table on every page that it runs over', async () => {
    const pages = pagesOf(await draw(restlessDay()))
    const first = pages.findIndex((page) => page.includes('Changes of the clock'))
    const last = pages.findIndex((page) => /^ *21497 /m.test(page))
    expect(last).toBeGreaterThan(first + 10)
    for (const page of pages.slice(first, last + 1)) expect(page).toMatch(/No\. +Seen between \(UTC\)/)
  })

  needs('pdftotext')('breaks no title of a column inside a word', async () => {
    const words = new Set(wordsOf(await draw(makeDay().report)).map(({ text }) => text))
    const titles =
      'Reference Answers Stratum Offset Delay Root distance No. Record Seen between (UTC) Clock showed before, after; sample Movement ' +
      'Error Reviewed comment From, Length Cause Verdict Worst bound, estimate Severity Code Message File Records Bytes Values ' +
      'Median Day PROVEN Bound Samples Events Began, ended, Outside Reach Longest silence Kiss-o\u2019-death Compared Intervals ' +
      'Operator Smear Authentic. Boot Event Version,'
    expect(titles.split(' ').filter((word) => !words.has(word))).toEqual([])
  })

  needs('pdftotext')('tells the verdict on its first page', async () => {
    const first = async (report: Report) => pagesOf(await draw(report))[0]!.replaceAll(/\s+/g, ' ')
    expect(await first(makeDay().report)).toContain('NOT MET')
    expect(await first(makeDay().report)).toContain('for about 40 min 8 s, first at 2026-11-21 10:17:23 UTC.')
    expect(await first(makeDay().report)).toContain(
      '95.444 % of the period is PROVEN, 2.787 % is VIOLATED, 0.001 % is INDETERMINATE, 1.769 % is UNMONITORED.',
    )
    expect(await first(darkDay())).toContain('NOT PROVEN')
    expect(await first(darkDay())).toContain('No instant of the period is PROVEN; 100.000 % is UNMONITORED.')
    expect(await first(wokeIn1970())).toContain('100.000 % is VIOLATED')
    expect(await first(calmDay())).toMatch(/ MET The clock is proven to have been within \u00b150 ms of UTC/)
  })

  needs('pdftotext')('shows hostile texts as they are, and says where one is cut', async () => {
    const text = pagesOf(await draw(hostileDay())).join('\n')
    for (const part of [hostileTexts.formula, hostileTexts.markup, hostileTexts.parens]) expect(text).toContain(part)
    expect(text).toContain('safe\\u{202E}exe.fdp')
    expect(text).toContain('\\u{001B}[2J\\u{001B}[31mred\\u{0007}')
    expect(text).toContain('\\u{6642}\\u{8A08} \\u{1F552} ok')
    expect(text).toContain('in full in the JSON')
    expect(text).toMatch(/\u2026 \+\d+ characters \(see JSON\)/)
  })

  test('stops between its parts when told to', async () => {
    const stop = new Error('enough')
    let calls = 0
    const pause = async () => {
      calls += 1
      if (calls === 3) throw stop
    }
    const { drawPdf } = await import('../../../reports/pdf/document.js')
    await expect(drawPdf(restlessDay(), { pause })).rejects.toBe(stop)
    expect(calls).toBe(3)
  })
})

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
