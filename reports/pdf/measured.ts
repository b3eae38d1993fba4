/**
 * The plots of what was measured, sample by sample: what each reference gave and how long its answers took, by how much two of them
 * differ, how the clock was moved, how steady the crystal ran, and how often which value.
 * @module
 */
import { roles } from '../../lib/ntp/types.js'
import type { Report } from '../types.js'
import { count } from '../words.js'
import type { Pause } from './cells.js'
import { type DotPanel, dotHeight, drawDots, spreadOf, ticksOf } from './dots.js'
import { drawHistograms, histogramHeight } from './histogram.js'
import { drawRates, ratesHeight } from './rates.js'
import { chooseScale } from './scale.js'
import type { Sheet } from './sheet.js'
import { note } from './table.js'

/** Points of a note of three lines. */
const noteRoom = 36
/** Points of one of several panels above one another. */
const laneHeight = 62

/** Draws them all. */
export async function drawMeasured(sheet: Sheet, report: Report, pause: Pause): Promise<void> {
  await drawOffsets(sheet, report, pause)
  drawMoved(sheet, report)
  await drawDelays(sheet, report, pause)
  await drawDifferences(sheet, report, pause)
  drawCrystal(sheet, report)
  await drawOften(sheet, report, pause)
}

async function drawOffsets(sheet: Sheet, report: Report, pause: Pause): Promise<void> {
  const { result, plots } = report
  const panels = roles.flatMap((role): DotPanel[] => {
    const columns = plots.references[role]
    const lines = [-result.tolerance, result.tolerance]
    const axis = 'offset; up: the clock is slow'
    return columns ? [{ title: titleOf(report, role), axis, columns, height: 92, changes: true, lines }] : []
  })
  const [first] = panels
  if (!first) return
  sheet.subheading('Offsets that each reference gave', dotHeight(report.period, first))
  for (const panel of panels) {
    drawDots(sheet, report, panel)
    await pause()
  }
  note(
    sheet,
    `Each of the ${count(plots.d.length, 'column')} of a plot shows the least and the largest value in it: no spike is dropped. Where no sample lies, ` +
      'nothing is drawn. Each plot has its own scale.',
  )
}

async function drawDelays(sheet: Sheet, report: Report, pause: Pause): Promise<void> {
  const { result, plots } = report
  const panels = roles.flatMap((role): DotPanel[] => {
    const columns = plots.delays[role]
    const title = `Delay of ${titleOf(report, role)}`
    const axis = 'round trip of a request'
    return columns ? [{ title, axis, columns, height: laneHeight, changes: false, lines: [2 * result.tolerance] }] : []
  })
  if (!(await drawLanes(sheet, report, 'Round-trip delay of each reference', panels, pause))) return
  const most = Math.max(...panels.map(({ columns }) => spreadOf(columns)?.high ?? 0))
  note(
    sheet,
    'Half of the delay is what no path can exclude, mostly the largest term of a bound. ' +
      `${most > 2 * result.tolerance ? 'The dashed line is twice the tolerance: an answer beyond it proves nothing by itself. ' : ''}` +
      'Least and largest of each column; measured on the audit clock, which nobody sets.',
  )
}

async function drawDifferences(sheet: Sheet, report: Report, pause: Pause): Promise<void> {
  const { differences } = report.plots
  // On one scale, so that a look tells which of them stands apart; linear for the calmest, whatever the others do.
  const spreads = differences.map(({ columns }) => spreadOf(columns)).filter((spread) => spread !== null)
  if (spreads.length === 0) return
  const least = Math.min(...spreads.map(({ low }) => low))
  const most = Math.max(...spreads.map(({ high }) => high))
  const typical = Math.max(1e-6, Math.min(...spreads.map((spread) => spread.typical)))
  const scale = chooseScale(least, most, typical, ticksOf({ height: laneHeight }))
  const panels = differences.map(({ a, b, columns, apart }): DotPanel => {
    const axis = `up: the ${a} is ahead`
    return { title: `${a} less ${b}`, axis, columns, height: laneHeight, changes: false, scale, marked: apart }
  })
  if (!(await drawLanes(sheet, report, 'By how much two references differ', panels, pause))) return
  const contradict = differences.some(({ apart }) => apart.length > 0)
  note(
    sheet,
    'In the same samples, by the middles of what they say of UTC, whatever the clock showed. All on one scale; least and largest of each column. ' +
      (contradict
        ? 'Heavy marks above a frame: answers there contradict each other, their intervals do not meet.'
        : 'No two answers contradict each other: their intervals meet in each sample.'),
  )
}

function drawMoved(sheet: Sheet, report: Report): void {
  const { plots } = report
  if (!plots.d.some((column) => column !== null)) return
  const panel: DotPanel = {
    title: 'The clock against the audit clock (D)',
    axis: 'up: the clock ran ahead',
    columns: plots.d,
    height: 92,
    changes: true,
  }
  sheet.subheading('How the clock was moved', dotHeight(report.period, panel) + 20)
  drawDots(sheet, report, panel)
  const rates = plots.rates
    .slice(0, 4)
    .map(({ boot, ppm }) => `${ppm.toFixed(3).replace('-', '\u2212')} ppm in boot ${boot.slice(0, 8)}`)
  note(
    sheet,
    'From 0 at the first sample of each boot, and behind each suspend. Drawn against the straight line of the crystal\u2019s own mean rate there, so that steps and slews show as such.' +
      `${rates.length > 0 ? ` The audit clock was fast by ${rates.join(', ')}${plots.rates.length > 4 ? ' and so on' : ''}.` : ''}`,
  )
}

function drawCrystal(sheet: Sheet, report: Report): void {
  if (report.plots.crystal.length === 0) return
  sheet.subheading('How steadily the audit clock ran', ratesHeight(report.period) + noteRoom)
  const beyond = drawRates(sheet, report)
  note(
    sheet,
    'Each bar holds every mean rate that its two samples, at its ends, leave possible; the stroke in it is the estimate. No bar spans a gap, a start of the auditor or ' +
      `a boot. ${beyond}`,
  )
}

async function drawOften(sheet: Sheet, { result }: Report, pause: Pause): Promise<void> {
  const { samples, references } = result.distributions
  if (!samples && Object.keys(references).length === 0) return
  sheet.subheading('How often which offset was measured', histogramHeight)
  drawHistograms(sheet, [
    ...(samples ? [{ title: 'All samples: middle of the bound', distribution: samples }] : []),
    ...roles.flatMap((role) => {
      const distribution = references[role]
      return distribution ? [{ title: `${role}: offset`, distribution }] : []
    }),
  ])
  await pause()
  note(
    sheet,
    'Middles and offsets are estimates: they tell how the clock went, and prove nothing. Quantiles are measured values themselves.',
  )
}

/** Low panels of a kind under their heading, on one page, with instants named below the last; tells whether there are any. */
async function drawLanes(
  sheet: Sheet,
  report: Report,
  heading: string,
  panels: readonly DotPanel[],
  pause: Pause,
): Promise<boolean> {
  if (panels.length === 0) return false
  const lanes = panels.map((panel, index) => ({ ...panel, times: index === panels.length - 1 }))
  const heights = lanes.map((lane) => dotHeight(report.period, lane))
  sheet.subheading(
    heading,
    heights.reduce((sum, height) => sum + height, noteRoom),
  )
  for (const lane of lanes) {
    drawDots(sheet, report, lane)
    await pause()
  }
  return true
}

function titleOf({ result }: Report, role: (typeof roles)[number]): string {
  const servers = result.references[role]?.servers.join(', ') ?? ''
  return `${role}: ${servers.length > 60 ? `${servers.slice(0, 59)}\u2026` : servers}`
}
