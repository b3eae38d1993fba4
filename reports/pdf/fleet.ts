/**
 * Several computers on paper: one page that tells which of them meet the rule, a line of time for each, the table of all, and the
 * verdict of each computer that does not meet it.
 * @module
 */
import { createHash } from 'node:crypto'
import { parseInstant } from '../../lib/instant.js'
import type { Fleet, FleetRow } from '../fleet.js'
import { toJson } from '../json.js'
import type { Paper, Report } from '../types.js'
import { count, plainInstant, reach, size, verdicts } from '../words.js'
import { type Attachment, openArchive } from './archive.js'
import { type Pause, toSecond } from './cells.js'
import { shareOf } from './days.js'
import { drawFields } from './fields.js'
import { fillVerdict, ink, soft, thinnest } from './pattern.js'
import { drawEntries } from './plots.js'
import { refer } from './sections.js'
import { Sheet } from './sheet.js'
import { drawSigners } from './signers.js'
import { drawVerdict } from './summary.js'
import { type Cell, type ColumnSpec, drawTable, note } from './table.js'
import { instantTicks } from './ticks.js'

export interface FleetPdfOptions {
  readonly pause: Pause
  readonly paper?: Paper | undefined
}

/** Draws the fleet's pages. */
export async function drawFleet({ result, reports }: Fleet, { pause, paper = 'a4' }: FleetPdfOptions): Promise<Buffer> {
  const dated = new Date(Number(parseInstant(result.to) / 1_000_000n))
  const json = Buffer.from(toJson(result))
  const attachment: Attachment = {
    name: 'result.json',
    type: 'application/json',
    description: 'The results of all computers as data',
    relationship: 'Source',
    bytes: json,
  }
  const digest = createHash('sha256').update(`${paper}\n`).update(json).digest('hex')
  const { doc, end } = openArchive({
    title: `Clock audit report ${result.id} of ${count(result.hosts.length, 'computer')}, ${result.period}`,
    subject: `Profile ${result.profile}`,
    digest: `report ${result.id}, content ${digest}`,
    tool: result.tool,
    dated,
    paper,
    attachments: [attachment],
  })
  const sheet = new Sheet(doc, {
    title: 'Clock audit report',
    host: count(result.hosts.length, 'computer'),
    right: `${result.period.length > 40 ? 'period' : result.period}  \u00b7  report ${result.id}`,
    footer: `profile ${result.profile}  \u00b7  ${result.tool}`,
    simulation: result.simulation,
  })
  drawHead(sheet, result)
  drawTimelines(sheet, reports)
  await drawHosts(sheet, result.hosts, pause)
  for (const [index, report] of reports.entries()) {
    await pause()
    if (result.hosts[index]?.outcome !== 'met') drawOne(sheet, report)
  }
  sheet.heading('Statement', 250)
  sheet.paragraph(
    'This page sums up one report for each computer, named by its id; what may be said of each clock, and under which assumptions, ' +
      'stands there. Nothing here says more than they do.',
  )
  sheet.y += 8
  drawSigners(sheet, ['Prepared by', 'Reviewed by'])
  sheet.finish()
  return end()
}

const outcomeWords: Readonly<Record<FleetRow['outcome'], string>> = {
  met: 'MET',
  'not-met': 'NOT MET',
  'not-proven': 'NOT PROVEN',
}

function drawHead(sheet: Sheet, result: Fleet['result']): void {
  sheet.tags.mark('H1', () => {
    sheet.line(`Clock audit report: ${count(result.hosts.length, 'computer')}`, sheet.left, sheet.y, {
      face: 'wide',
      size: 18,
      width: sheet.width,
    })
  })
  sheet.y += 28
  sheet.rule(1.2, ink)
  sheet.y += 8
  drawFields(sheet, [
    ['Period', `${result.period} (${result.zone})`],
    ['From, to (UTC)', `${plainInstant(result.from)}  to  ${plainInstant(result.to)}`],
    ['Profile', result.profile],
  ])
  sheet.y += 6
  const of = (outcome: FleetRow['outcome']) => result.hosts.filter((host) => host.outcome === outcome).length
  const broken = of('not-met')
  const lacking = of('not-proven')
  const head = broken > 0 ? 'NOT MET' : lacking > 0 ? 'NOT PROVEN' : 'MET'
  const words =
    `${count(of('met'), 'computer')} of ${result.hosts.length} met what the profile demands, ${broken} did not, ` +
    `for ${lacking} proof is lacking.`
  const top = sheet.y
  sheet.tags.mark('H2', () => sheet.line(head, sheet.left + 12, top + 10, { face: 'wide', size: 22 }))
  const left = sheet.left + 12 + sheet.measure(head, { face: 'wide', size: 22 }) + 14
  const lines = sheet.wrap(words, sheet.right - left - 10, { size: 10 })
  sheet.tags.mark('P', () => {
    for (const [index, line] of lines.entries()) {
      sheet.line(line, left, top + (lines.length === 1 ? 19 : 12) + index * 13, { size: 10 })
    }
  })
  sheet.y = top + Math.max(46, 20 + lines.length * 13)
  sheet.paint((doc) =>
    doc
      .lineWidth(1.2)
      .rect(sheet.left, top, sheet.width, sheet.y - top)
      .stroke(ink),
  )
  sheet.y += 8
}

const rowHeight = 17
/** Rows of one figure: a figure stands on one page. */
const mostTimelines = 36

/** The period of each computer as a bar of its verdicts in order of time, one below the other on the same axis. */
function drawTimelines(sheet: Sheet, reports: readonly Report[]): void {
  sheet.heading('The computers side by side', Math.min(reports.length, 8) * rowHeight + 30)
  for (let start = 0; start < reports.length; start += mostTimelines) {
    const shown = reports.slice(start, start + mostTimelines)
    const names = shown.map(({ result }) => `${result.host}: ${shareOf(result.policy.provenShare)} % PROVEN`)
    sheet.figure(`Verdicts over time. ${names.join('; ')}.`, shown.length * rowHeight + 16, () => {
      for (const [index, report] of shown.entries()) drawTimeline(sheet, report, sheet.y + index * rowHeight)
      drawTimes(sheet, shown[0]!, sheet.y + shown.length * rowHeight)
    })
  }
  const used = verdicts.filter((verdict) => reports.some(({ result }) => result.seconds[verdict] > 0))
  drawEntries(
    sheet,
    used.map((verdict) => [
      verdict,
      (x: number, y: number) => fillVerdict(sheet.doc, verdict, { x, y, width: 17, height: 9 }),
    ]),
  )
}

const nameWidth = 128

function drawTimeline(sheet: Sheet, { result, period, stretches }: Report, y: number): void {
  const left = sheet.left + nameWidth
  const width = sheet.right - left
  const height = rowHeight - 5
  const scale = width / Number(period.toNs - period.fromNs)
  const least = thinnest(stretches.length)
  sheet.line(result.host, sheet.left, y + 1.5, { size: 8, width: nameWidth - 8 })
  sheet.paint((doc) => {
    fillVerdict(doc, 'PROVEN', { x: left, y, width, height }, false)
    for (const verdict of ['OFF', 'UNMONITORED', 'INDETERMINATE', 'VIOLATED'] as const) {
      for (const stretch of stretches) {
        if (stretch.verdict !== verdict) continue
        const x = left + Number(stretch.fromNs - period.fromNs) * scale
        const wide = Math.max(least, Number(stretch.toNs - stretch.fromNs) * scale)
        fillVerdict(doc, verdict, { x: Math.min(x, sheet.right - wide), y, width: wide, height }, false)
      }
    }
    doc.lineWidth(0.7).rect(left, y, width, height).stroke(ink)
  })
}

function drawTimes(sheet: Sheet, { period }: Report, y: number): void {
  const left = sheet.left + nameWidth
  const scale = (sheet.right - left) / Number(period.toNs - period.fromNs)
  sheet.line('UTC', sheet.left, y, { size: 7, color: soft })
  for (const { ns, utc } of instantTicks(period)) {
    const half = sheet.measure(utc, { size: 7 }) / 2
    const at = left + Number(ns - period.fromNs) * scale
    sheet.line(utc, Math.min(sheet.right - 2 * half, Math.max(left, at - half)), y, { size: 7, color: soft })
  }
}

const columns: readonly ColumnSpec[] = [
  { title: 'Computer', width: 96 },
  { title: 'Outcome', width: 62 },
  { title: 'PROVEN %', width: 56, align: 'right' },
  { title: 'Worst bound (UTC)', width: 92 },
  { title: 'Changes, breaches, gaps', width: 56 },
  { title: 'Trail', width: 66 },
  { title: 'Report, reason', width: 108 },
]

async function drawHosts(sheet: Sheet, hosts: readonly FleetRow[], pause: Pause): Promise<void> {
  const rows = hosts.map((host): Cell[] => [
    [{ strong: host.host }, ...[host.identity.asset, host.identity.site].filter(Boolean)],
    host.outcome === 'met' ? outcomeWords.met : { strong: outcomeWords[host.outcome] },
    shareOf(host.provenShare),
    host.worst ? [size(reach(host.worst)), toSecond(host.worst.at)] : 'no bound',
    `${host.clockChanges}, ${host.breaches}, ${host.gaps}`,
    host.intact === true ? 'intact' : host.intact === false ? { strong: 'DAMAGED' } : 'self-consistent only',
    [host.report, `as of record ${host.asOf}`, ...(host.reason === null ? [] : [host.reason])],
  ])
  await drawTable(sheet, columns, rows, { pause, heading: 'All computers', tail: 26 })
  note(
    sheet,
    'PROVEN %: share of the time less OFF, rounded down. Worst bound: how far from UTC the clock may have been at most.',
  )
}

/** The verdict box of one computer. */
function drawOne(sheet: Sheet, report: Report): void {
  sheet.heading(report.result.host, 300)
  drawVerdict(sheet, report, `${refer('limits')} of report ${report.result.id}`)
}
