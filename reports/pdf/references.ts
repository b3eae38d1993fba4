/**
 * How well the references served: what they said, how often they were heard, where they contradicted one another, and how honest the
 * drift bound is.
 * @module
 */
import { roles } from '../../lib/ntp/types.js'
import type { ReferenceHealth } from '../document.js'
import { nanoseconds } from '../seconds.js'
import type { Report, ReportResult } from '../types.js'
import { count, signed, size } from '../words.js'
import { grouped, more, mostRows, type Pause, toSecond } from './cells.js'
import { shareOf } from './days.js'
import { drawHonesty } from './honesty.js'
import { titleOf } from './sections.js'
import type { Sheet } from './sheet.js'
import { type Cell, type ColumnSpec, drawTable, note } from './table.js'

type Reference = NonNullable<ReportResult['references'][(typeof roles)[number]]>

const columns: readonly ColumnSpec[] = [
  { title: 'Reference', width: 120 },
  { title: 'Answers', width: 118 },
  { title: 'Offset', width: 100, align: 'right' },
  { title: 'Delay', width: 80, align: 'right' },
  { title: 'Root distance', width: 81.28, align: 'right' },
]

/** Draws the section. */
export async function drawReferences(sheet: Sheet, { result }: Report, pause: Pause): Promise<void> {
  const rows = roles.flatMap((role): Cell[][] => {
    const reference = result.references[role]
    return reference ? [rowOf(role, reference)] : []
  })
  if (rows.length === 0) {
    sheet.heading(titleOf('references'), 30)
    sheet.paragraph('No reference was asked in this period.')
    return
  }
  await drawTable(sheet, columns, rows, { pause, heading: titleOf('references'), tail: 36 })
  note(
    sheet,
    'Three values each: least, median, most. Offset = reference minus this computer; + means the clock is slow, \u2212 that ' +
      'it is fast. "Dissented": the answer misses what the other references agree on; it takes no part in the bound.',
  )
  await drawHealth(sheet, result, pause)
  await drawDisagreements(sheet, result, pause)
  await drawEvents(sheet, result.health, pause)
  await drawHonesty(sheet, result, pause)
}

function rowOf(role: string, reference: Reference): Cell[] {
  const errors = Object.entries(reference.errors).map(([code, times]) => `${code} ${times}`)
  const { asked, answered, refused, self, dissented } = reference
  return [
    [{ strong: role }, ...reference.servers, ...reference.addresses],
    [
      `${grouped(answered)} of ${grouped(asked)}`,
      ...(refused > 0 ? [`${grouped(refused)} refused`] : []),
      ...(self > 0 ? [`${grouped(self)} from own addresses`] : []),
      ...(dissented > 0 ? [{ strong: `dissented ${count(dissented, 'time')}` }] : ['never dissented']),
      ...errors,
    ],
    spread(reference.offset, signed),
    spread(reference.delay, size),
    spread(reference.rootDistance, size),
  ]
}

function spread(values: Reference['offset'], write: (ns: bigint) => string): Cell {
  if (!values) return '\u2013'
  return [write(nanoseconds(values.least)), write(nanoseconds(values.median)), write(nanoseconds(values.most))]
}

async function drawHealth(sheet: Sheet, { health }: ReportResult, pause: Pause): Promise<void> {
  if (health.length === 0) return
  sheet.subheading('Reach, leap, smear, identity', 60)
  const own: readonly ColumnSpec[] = [
    { title: 'Reference', width: 54 },
    { title: 'Reach', width: 40, align: 'right' },
    { title: 'Longest silence', width: 108 },
    { title: 'Stratum: answers', width: 74 },
    { title: 'Reference id: answers', width: 96 },
    { title: 'Leap', width: 60 },
    { title: 'Kiss-o\u2019-death', width: 67 },
  ]
  const rows = health.map((each): Cell[] => [
    { strong: each.role },
    shareOf(each.reach),
    each.longestSilence
      ? [
          count(each.longestSilence.requests, 'request'),
          toSecond(each.longestSilence.from),
          toSecond(each.longestSilence.to),
        ]
      : 'never silent',
    tally(each.strata),
    tally(each.referenceIds),
    leaps(each.leap),
    tally(each.kisses, 'none'),
  ])
  await drawTable(sheet, own, rows, { pause, tail: 14 })
  note(sheet, 'Reach: share of the requests that were answered usably, in %, rounded down.')
  await drawSuspicions(sheet, health, pause)
}

function tally(counts: Readonly<Record<string, number>>, none = '\u2013'): Cell {
  const lines = Object.entries(counts).map(([key, times]) => `${key}: ${grouped(times)}`)
  return lines.length === 0 ? none : lines
}

const leapWords: Readonly<Record<string, string>> = {
  '0': 'none',
  '1': '+1 s announced',
  '2': '\u22121 s announced',
  '3': 'not synchronised',
}

function leaps(counts: Readonly<Record<string, number>>): Cell {
  return tally(Object.fromEntries(Object.entries(counts).map(([key, times]) => [leapWords[key] ?? key, times])))
}

async function drawSuspicions(sheet: Sheet, health: readonly ReferenceHealth[], pause: Pause): Promise<void> {
  const rows = health.flatMap(({ role, suspicions }) =>
    suspicions.map((each): Cell[] => [
      { strong: role },
      toSecond(each.from),
      toSecond(each.to),
      grouped(each.samples),
      `${each.fromSeq} to ${each.toSeq}`,
    ]),
  )
  if (rows.length === 0) return
  sheet.subheading('Outvoted: suspicions of a false reference, no proof', 60)
  const own: readonly ColumnSpec[] = [
    { title: 'Reference', width: 100 },
    { title: 'From (UTC)', width: 110 },
    { title: 'To (UTC)', width: 110 },
    { title: 'Samples', width: 70, align: 'right' },
    { title: 'Records', width: 110 },
  ]
  await drawTable(sheet, own, rows.slice(0, mostRows), { pause })
  more(sheet, rows.length, 'run', 'the JSON inside this file')
}

async function drawDisagreements(sheet: Sheet, { disagreements }: ReportResult, pause: Pause): Promise<void> {
  if (disagreements.length === 0) return
  sheet.subheading('Disagreement of references in the same samples', 60)
  const own: readonly ColumnSpec[] = [
    { title: 'Pair', width: 120 },
    { title: 'Compared', width: 64, align: 'right' },
    { title: 'Intervals apart', width: 64, align: 'right' },
    { title: 'Median difference', width: 84, align: 'right' },
    { title: 'Largest difference', width: 90, align: 'right' },
    { title: 'when (UTC), in sample', width: 100 },
  ]
  const rows = disagreements.map((pair): Cell[] => [
    `${pair.a}, ${pair.b}`,
    grouped(pair.compared),
    pair.disjoint > 0 ? { strong: grouped(pair.disjoint) } : '0',
    pair.median === null ? '\u2013' : size(nanoseconds(pair.median)),
    pair.worst ? signed(nanoseconds(pair.worst.difference)) : '\u2013',
    pair.worst ? [toSecond(pair.worst.at), String(pair.worst.seq)] : '\u2013',
  ])
  await drawTable(sheet, own, rows, { pause })
}

async function drawEvents(sheet: Sheet, health: readonly ReferenceHealth[], pause: Pause): Promise<void> {
  const rows = health.flatMap(({ role, changes }) =>
    changes.map((each): Cell[] => [
      String(each.seq),
      toSecond(each.wall),
      role,
      each.what,
      `${each.before || '\u2013'} \u2192 ${each.after || '\u2013'}`,
    ]),
  )
  if (rows.length === 0) return
  sheet.subheading('Changes of the references', 60)
  const own: readonly ColumnSpec[] = [
    { title: 'Record', width: 50 },
    { title: 'Clock showed', width: 100 },
    { title: 'Reference', width: 60 },
    { title: 'What changed', width: 110 },
    { title: 'Before, after', width: 180 },
  ]
  await drawTable(sheet, own, rows.slice(0, mostRows), { pause })
  more(sheet, rows.length, 'change', 'the JSON inside this file')
}
