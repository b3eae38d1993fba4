/**
 * The marks of clock changes over a plot, and their numbers.
 * @module
 */
import type { Report } from '../types.js'
import type { Frame } from './frame.js'
import { ink } from './pattern.js'
import type { Sheet } from './sheet.js'

interface Cluster {
  readonly first: number
  readonly last: number
  readonly from: number
  readonly to: number
  readonly label: string
  readonly half: number
}

/** More changes than this are marked above the frame only: their lines would hide the band. */
const mostLines = 60

/** A line for each clock change, and its number; numbers that would touch are joined: `3–5`. */
export function drawChanges(sheet: Sheet, report: Report, frame: Frame): void {
  const { doc } = sheet
  const style = { face: 'bold', size: 7 } as const
  const make = (first: number, last: number, from: number, to: number): Cluster => {
    const label = first === last ? String(first) : `${first}\u2013${last}`
    return { first, last, from, to, label, half: sheet.measure(label, style) / 2 }
  }
  const foot = report.changes.length > mostLines ? frame.top : frame.bottom
  const touch = (left: Cluster, right: Cluster) => centre(left) + left.half + 3 > centre(right) - right.half
  const clusters: Cluster[] = []
  for (const [index, change] of report.changes.entries()) {
    const x = Math.min(frame.right, Math.max(frame.left, frame.x(change.latestNs)))
    doc
      .save()
      .lineWidth(0.8)
      .moveTo(x, frame.top - 3)
      .lineTo(x, foot)
      .stroke(ink)
      .restore()
    let made = make(index + 1, index + 1, x, x)
    for (let last = clusters.at(-1); last && touch(last, made); last = clusters.at(-1)) {
      clusters.pop()
      made = make(last.first, made.last, Math.min(last.from, made.from), Math.max(last.to, made.to))
    }
    clusters.push(made)
  }
  for (const cluster of clusters) sheet.line(cluster.label, centre(cluster) - cluster.half, frame.top - 12, style)
}

function centre({ from, to }: Cluster): number {
  return (from + to) / 2
}
