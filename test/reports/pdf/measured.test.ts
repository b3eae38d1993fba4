import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, jest, test } from '@jest/globals'
import { renderReport } from '../../../reports/render.js'
import { type Figures, figuresOf } from '../../support/figures.js'
import { needs } from '../../support/tools.js'
import { TrailBuilder } from '../../support/trail-builder.js'
import { overlaps, pagesOf, wordsOf } from './reading.js'

jest.setTimeout(60_000)

const folder = mkdtempSync(join(tmpdir(), 'measured-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Drawn extends Figures {
  readonly bytes: Buffer
  readonly text: string
}

/** Half a day of samples, one every five minutes, as its report shows them. */
async function drawn(name: string, sample: (trail: TrailBuilder, n: number) => void, samples = 144): Promise<Drawn> {
  const trail = new TrailBuilder({
    ...{ utc: '2026-03-03T06:00:00.000000000Z', folder: join(folder, name), ppm: 12.5 },
    open: { simulation: false },
  })
  trail.open()
  for (let n = 0; n < samples; n += 1) {
    sample(trail, n)
    trail.advance(300)
  }
  trail.close()
  const options = { trail: trail.folder, day: '2026-03-03', index: ':memory:', nowNs: 1_900_000_000_000_000_000n }
  const { files } = await renderReport({
    ...options,
    tolerance: '50ms',
    formats: ['pdf'],
    out: join(folder, `${name}-out`),
  })
  const path = files[0]!.path
  const bytes = readFileSync(path)
  return { ...figuresOf(path), bytes, text: pagesOf(bytes).join('\n').replaceAll(/\s+/g, ' ') }
}

const of = (role: string) => `${role}: ${role}.example.net:123`

needs('qpdf', 'pdftotext')('a report of three references has seventeen plots with axes', async () => {
  const { plots, words, text, bytes } = await drawn('three', (trail, n) => {
    const apart = { secondary: 0.004, tertiary: n === 100 ? -0.03 : 0.001 }
    const delays = { primary: 0.004, secondary: n === 50 ? 0.25 : 0.02, tertiary: 0.002 }
    trail.sample({ state: 'agreed', width: 0.01, apart, delays })
  })
  expect(plots).toEqual([
    ...['Against the tolerance'],
    ...[of('primary'), of('secondary'), of('tertiary')],
    'The clock against the audit clock (D)',
    ...[`Delay of ${of('primary')}`, `Delay of ${of('secondary')}`, `Delay of ${of('tertiary')}`],
    ...['primary less secondary', 'primary less tertiary', 'secondary less tertiary'],
    'The rate of the audit clock',
    ...['All samples: middle of the bound', 'primary: offset', 'secondary: offset', 'tertiary: offset'].map(
      (title) => `histogram of ${title}`,
    ),
  ])
  const told = (start: string) => words.find((each) => each.startsWith(start))
  // The one delay that stands out.
  expect(told(`Delay of ${of('secondary')}`)).toContain('values from 20.000000 ms to 250.000000 ms over')
  expect(told('primary less tertiary')).toContain('values from \u22121.000000 ms to 30.000000 ms over')
  expect(told('primary less tertiary')).toContain('1 column marked above it.')
  expect(told('primary less secondary')).toContain('No column is marked.')
  expect(text).toContain('The dashed line is twice the tolerance: an answer beyond it proves nothing by itself.')
  expect(text).toContain('Heavy marks above a frame: answers there contradict each other')
  expect(text).toContain('The drift bound is \u00b1100.000 ppm: it lies beyond this scale.')
  expect(overlaps(wordsOf(bytes))).toEqual([])
})

needs('qpdf', 'pdftotext')('plots stay readable where one reference is an hour off', async () => {
  const { words, text, bytes } = await drawn('hour', (trail, n) => {
    const apart = { tertiary: n % 2 === 0 ? 3600 : -3600 }
    trail.sample({
      state: 'agreed',
      width: 0.01,
      apart,
      delays: { primary: n === 9 ? 1.9 : 0.004 },
      dissent: ['tertiary'],
    })
  })
  const bent = words.filter((each) => each.includes('The scale is linear within'))
  expect(bent.map((each) => each.split(':')[0])).toEqual([
    ...['Delay of primary', 'primary less secondary', 'primary less tertiary', 'secondary less tertiary'],
  ])
  expect(text).toContain('The scale is linear within \u00b15 ms and logarithmic beyond.')
  expect(overlaps(wordsOf(bytes))).toEqual([])
})

needs('qpdf', 'pdftotext')('of one reference, one sample, or none, only what there is is drawn', async () => {
  const one = await drawn('one', (trail) => trail.sample({ width: 0.01 }))
  expect(one.plots).toEqual([
    ...['Against the tolerance', of('primary'), 'The clock against the audit clock (D)', `Delay of ${of('primary')}`],
    ...['The rate of the audit clock', 'histogram of All samples: middle of the bound', 'histogram of primary: offset'],
  ])
  expect(one.text).not.toContain('By how much two references differ')
  const single = await drawn('single', (trail) => trail.sample({ state: 'agreed', width: 0.01 }), 1)
  expect(single.text).toContain('Round-trip delay of each reference')
  expect(single.text).toContain('By how much two references differ')
  expect(single.text).not.toContain('How steadily the audit clock ran')
  const none = await drawn('none', () => {}, 10)
  expect(none.plots).toEqual([])
  for (const heading of ['Round-trip delay', 'By how much', 'How steadily']) expect(none.text).not.toContain(heading)
})

test('every part of a bar of the rate is possible, and where a reference lied the drift bound is on the scale', async () => {
  const { words, text } = await drawn('liar', (trail, n) => {
    trail.sample({ width: 0.002, lie: n >= 72 ? 1 : 0 })
  })
  const alt = words.find((each) => each.startsWith('The rate of the audit clock'))
  expect(alt).toMatch(
    /^The rate of the audit clock: \d+ bars between \u2212\d+\.\d{3} and \d+\.\d{3} ppm over day 2026-03-03\./,
  )
  expect(text).toContain('The drift bound is \u00b1100.000 ppm: the dashed line; its other end lies beyond this scale.')
})
