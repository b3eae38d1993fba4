/**
 * The first page: whose clock, which period, and the verdict box that is understood in twenty seconds.
 * @module
 */
import type { Verdict } from '../../lib/consensus/types.js'
import { ZonedWriter } from '../moment.js'
import { nanoseconds } from '../seconds.js'
import type { Report, ReportResult } from '../types.js'
import {
  count,
  decimalsOf,
  percent,
  plainInstant,
  reach,
  rough,
  short,
  size,
  span,
  supports,
  supportWords,
  verdicts,
  verdictWords,
} from '../words.js'
import { drawFields } from './fields.js'
import { fillVerdict, ink, pale, soft, thinnest } from './pattern.js'
import { refer } from './sections.js'
import type { Sheet } from './sheet.js'
import { headline, meaning, statement } from './statement.js'
import { instantTicks } from './ticks.js'

/** Title, identity and period. */
export function drawTitle(sheet: Sheet, report: Report): void {
  const { result } = report
  sheet.tags.mark('H1', () => sheet.line('Clock audit report', sheet.left, sheet.y, { face: 'wide', size: 20 }))
  sheet.line(`report ${result.id}`, sheet.left, sheet.y + 9, {
    face: 'mono',
    size: 8.5,
    color: soft,
    width: sheet.width,
    align: 'right',
  })
  sheet.y += 30
  sheet.rule(1.2, ink)
  sheet.y += 8
  const zoned = new ZonedWriter(result.zone)
  const { identity } = result
  const local = (ns: bigint) => zoned.write(ns).replace('T', ' ').replace('.000000000', '')
  const length = report.period.toNs - report.period.fromNs
  const rows: (readonly [string, string])[] = [
    ['Computer', result.host],
    ['Organisation', identity.organisation || '\u2013'],
    ['Asset, site', [identity.asset, identity.site].filter(Boolean).join(', ') || '\u2013'],
    ['Machine', identity.machine || '\u2013'],
    ['Period', `${result.period} (${result.zone}), ${span(length)} h:min:s`],
    ['From, to (UTC)', `${plainInstant(result.from)}  to  ${plainInstant(result.to)}`],
  ]
  if (result.zone !== 'UTC') {
    rows.push([`From, to (local)`, `${local(report.period.fromNs)}  to  ${local(report.period.toNs)}`])
  }
  rows.push(
    ['Tolerance', `\u00b1${short(report.toleranceNs)} from UTC${toleranceNote(report)}`],
    ['Rule', ruleWords(result)],
    ['Evidence', `records ${result.integrity.firstSeq} to ${result.asOf} of the trail; ${result.tool}`],
  )
  drawFields(sheet, rows)
  sheet.y += 6
}

function toleranceNote({ result, toleranceNs }: Report): string {
  const configured = nanoseconds(result.method.configuredTolerance)
  return configured === toleranceNs ? ' (as configured)' : ` (chosen for this report; configured: ${short(configured)})`
}

function ruleWords({ profile, policy }: ReportResult): string {
  const wanted = percent(BigInt(Math.round(policy.provenWanted * 1e6)), 1_000_000n, 'down')
  return (
    `${profile === 'custom' ? 'custom, chosen by the operator' : profile}: nothing VIOLATED; PROVEN for at least ${wanted} of the period less OFF; ` +
    `no bound missing for longer than ${short(nanoseconds(policy.longestGap))}`
  )
}

/** The verdict box. */
export function drawVerdict(sheet: Sheet, report: Report, assumptions = refer('limits')): void {
  const { result } = report
  // The box is one thing: where a long title leaves no room for it, it has the next page to itself.
  sheet.ensure(300 + 24 * result.policy.failures.length)
  const top = sheet.y
  const inner = sheet.left + 12
  const width = sheet.width - 24
  sheet.y += 11
  const head = headline(result)
  sheet.tags.mark('H2', () => sheet.line(head, inner, sheet.y, { face: 'wide', size: 24 }))
  const headWidth = sheet.measure(head, { face: 'wide', size: 24 }) + 14
  const words = sheet.wrap(meaning(report), width - headWidth, { size: 9.5 })
  sheet.tags.mark('P', () => {
    for (const [index, line] of words.entries()) {
      sheet.line(line, inner + headWidth, sheet.y + (words.length === 1 ? 11 : 4) + index * 12.5, { size: 9.5 })
    }
  })
  sheet.y += 36
  drawBar(sheet, report, inner, width)
  drawShares(sheet, report, inner, width)
  drawFigures(sheet, report, inner, width)
  sheet.y += 4
  sheet.tags.mark('P', () => {
    for (const line of sheet.wrap(statement(report, assumptions), width, { size: 8.5 })) {
      sheet.line(line, inner, sheet.y, { size: 8.5 })
      sheet.y += 12
    }
  })
  if (result.policy.failures.length > 0) {
    sheet.y += 4
    for (const failure of result.policy.failures) {
      const text = `${failure.lack ? 'Lack of proof' : 'Broken'} (${failure.rule}): ${failure.message}.`
      sheet.tags.mark('P', () => {
        for (const [index, line] of sheet.wrap(text, width - 12, { size: 8.5, face: 'bold' }).entries()) {
          if (index === 0) sheet.line('\u25a0', inner, sheet.y, { size: 8 })
          sheet.line(line, inner + 12, sheet.y, { size: 8.5, face: 'bold' })
          sheet.y += 12
        }
      })
    }
  }
  sheet.y += 7
  sheet.paint((doc) =>
    doc
      .lineWidth(1.2)
      .rect(sheet.left, top, sheet.width, sheet.y - top)
      .stroke(ink),
  )
  sheet.y += 8
}

/** The bar: in order of time the stretches of the period, none thinner than it can be seen. */
function drawBar(sheet: Sheet, report: Report, x: number, width: number): void {
  const height = 20
  const { fromNs, toNs } = report.period
  const scale = width / Number(toNs - fromNs)
  const least = thinnest(report.stretches.length)
  const whole = toNs - fromNs
  const shares = verdicts
    .filter((verdict) => report.result.seconds[verdict] > 0)
    .map((verdict) => `${percent(nanoseconds(report.result.seconds[verdict]), whole, sideOf(verdict))} ${verdict}`)
  sheet.figure(`The verdicts of the period in order of time: ${shares.join(', ')}.`, height + 17, () => {
    const top = sheet.y
    const box = (start: bigint, end: bigint) => {
      const left = x + Number(start - fromNs) * scale
      const wide = Math.max(least, Number(end - start) * scale)
      return { x: Math.min(left, x + width - wide), y: top, width: wide, height }
    }
    sheet.paint((doc) => {
      // What is PROVEN is the ground; all else is drawn over it, the gravest last, so that nothing small is covered.
      fillVerdict(doc, 'PROVEN', { x, y: top, width, height }, false)
      for (const verdict of ['OFF', 'UNMONITORED', 'INDETERMINATE', 'VIOLATED'] as const) {
        for (const stretch of report.stretches) {
          if (stretch.verdict === verdict) fillVerdict(doc, verdict, box(stretch.fromNs, stretch.toNs), false)
        }
      }
      doc.lineWidth(0.8).rect(x, top, width, height).stroke(ink)
    })
    drawBarTimes(sheet, report, { x, y: top + height + 3, width })
  })
}

function drawBarTimes(
  sheet: Sheet,
  { result, period }: Report,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): void {
  const scale = width / Number(period.toNs - period.fromNs)
  const style = { size: 7, color: soft }
  const ends = [result.from, result.to].map((iso) => `${plainInstant(iso).slice(0, 16)} UTC`)
  const taken = Math.max(...ends.map((end) => sheet.measure(end, style))) + 6
  sheet.line(ends[0]!, x, y, style)
  sheet.line(ends[1]!, x, y, { ...style, width, align: 'right' })
  for (const tick of instantTicks(period)) {
    const at = x + Number(tick.ns - period.fromNs) * scale
    sheet.paint((doc) => {
      doc.lineWidth(0.6).moveTo(at, y - 3)
      doc.lineTo(at, y).stroke(ink)
    })
    const half = sheet.measure(tick.utc, style) / 2
    if (at - half > x + taken && at + half < x + width - taken) sheet.line(tick.utc, at - half, y, style)
  }
}

/** What is PROVEN is rounded down, all else up. */
function sideOf(verdict: Verdict): 'up' | 'down' {
  return verdict === 'PROVEN' ? 'down' : 'up'
}

/** The seconds by verdict, as a table without lines. */
function drawShares(sheet: Sheet, report: Report, x: number, width: number): void {
  const { result } = report
  const { tags } = sheet
  const whole = report.period.toNs - report.period.fromNs
  const decimals = decimalsOf(verdicts.map((verdict) => nanoseconds(result.seconds[verdict])))
  tags.group('Table', () => {
    for (const verdict of verdicts) {
      const ns = nanoseconds(result.seconds[verdict])
      const face = ns > 0n ? 'bold' : 'regular'
      const color = ns > 0n ? ink : soft
      const { y } = sheet
      sheet.paint((doc) => fillVerdict(doc, verdict, { x, y: y + 1, width: 18, height: 9 }))
      tags.open('TR')
      tags.mark('TH', () => sheet.line(verdict, x + 26, y, { face, color }), { scope: 'Row' })
      tags.mark('TD', () => {
        sheet.line(percent(ns, whole, sideOf(verdict)), x + 112, y, { face, color, width: 62, align: 'right' })
      })
      tags.mark('TD', () => sheet.line(span(ns, decimals), x + 178, y, { color, width: 96, align: 'right' }))
      tags.mark('TD', () => {
        sheet.line(shareWords(result, verdict), x + 286, y + 0.8, { size: 7.5, color: soft, width: width - 286 })
      })
      tags.close()
      sheet.y += 12.5
    }
  })
  sheet.y += 6
}

function shareWords(result: ReportResult, verdict: (typeof verdicts)[number]): string {
  if (verdict !== 'PROVEN') return verdictWords[verdict]
  const used = supports.filter((support) => result.provenBySupport[support] > 0)
  if (used.length === 1 && used[0]) return `${used[0]}: ${supportWords[used[0]]}`
  if (used.length === 0) return verdictWords.PROVEN
  return used.map((support) => `${support} ${span(nanoseconds(result.provenBySupport[support]))}`).join(', ')
}

function drawFigures(sheet: Sheet, report: Report, x: number, width: number): void {
  const { result } = report
  const darkNs = report.stretches
    .filter(({ verdict, worst }) => worst === null && verdict !== 'OFF')
    .reduce((most, { fromNs, toNs }) => (toNs - fromNs > most ? toNs - fromNs : most), 0n)
  const samples = result.samples.scheduled + result.samples.unscheduled
  const figures: readonly (readonly [string, string, string])[] = [
    [
      'Worst bound of all',
      result.worst ? size(reach(result.worst.bound)) : 'none',
      result.worst ? `${plainInstant(result.worst.at).slice(0, 19)} UTC` : 'no bound in the period',
    ],
    [
      'Worst bound while PROVEN',
      result.provenWorst ? size(reach(result.provenWorst.bound)) : 'none',
      result.provenWorst ? `${plainInstant(result.provenWorst.at).slice(0, 19)} UTC` : 'nothing is PROVEN',
    ],
    ['Clock changes', count(result.clockChanges.length, 'change'), changeSummary(result)],
    [
      'Gaps',
      count(result.gaps.length, 'gap'),
      darkNs > 0n ? `longest without a bound: ${rough(darkNs)}` : 'none recorded',
    ],
    [
      'Samples',
      count(samples, 'sample'),
      `${result.samples.unscheduled} unscheduled, ${result.samples.withoutBound} without bound`,
    ],
  ]
  const widths = [0.225, 0.225, 0.175, 0.17, 0.205].map((share) => share * width)
  const height = 53
  sheet.paint((doc) => doc.rect(x, sheet.y, width, height).fill(pale))
  let left = x
  for (const [index, [title, value, detail]] of figures.entries()) {
    const wide = widths[index]! - 8
    sheet.tags.open('Div')
    sheet.line(title, left + 5, sheet.y + 5, { size: 7, color: soft, width: wide })
    // A number is never cut: one that is too long is set smaller.
    const large = { face: 'bold', size: 10.5 } as const
    const scale = Math.min(1, (wide - 4) / sheet.measure(value, large))
    sheet.line(value, left + 5, sheet.y + 15 + 10.5 * (1 - scale), { ...large, size: 10.5 * scale })
    for (const [row, line] of sheet.wrap(detail, wide, { size: 6.8 }).slice(0, 2).entries()) {
      sheet.line(line, left + 5, sheet.y + 31 + row * 9, { size: 6.8, color: soft, width: wide })
    }
    sheet.tags.close()
    left += widths[index]!
  }
  sheet.y += height + 6
}

function changeSummary(result: ReportResult): string {
  const classes = new Map<string, number>()
  for (const change of result.clockChanges) classes.set(change.class, (classes.get(change.class) ?? 0) + 1)
  return [...classes].map(([name, number]) => `${number} ${name}`).join(', ') || 'none observed'
}
