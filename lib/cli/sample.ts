/**
 * `ntp-auditor sample`: asks the references once, now.
 * @module
 */
import type { Configuration } from '../config/types.js'
import { roles } from '../ntp/types.js'
import type { SampleDocument } from '../trail/document.js'
import { exitOfVerdicts } from './exit.js'
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { rangeText } from './record-text.js'
import { type AuditOptions, auditSettings, tellNotes } from './settings.js'
import { harmless, nanosecondsOf, paintVerdict, sideText, sizeText, table } from './text.js'
import { withWriter } from './writer.js'

export interface SampleOptions extends AuditOptions {
  readonly record?: boolean
}

/** @returns 0 PROVEN, 1 VIOLATED, 3 otherwise */
export async function sample(options: SampleOptions, io: Io, parts: Parts): Promise<number> {
  const configuration = auditSettings(options, options.record ? 'trail' : 'references', io)
  await tellNotes(configuration.notes, io)
  const document = options.record
    ? await recorded(configuration, options, io, parts)
    : await parts.sampleOnce(configuration)
  await io.stdout.write(options.json ? `${JSON.stringify(document)}\n` : sampleText(document, io))
  return exitOfVerdicts([document.verdict])
}

/** A sample that is in the trail when this resolves. */
function recorded(configuration: Configuration, options: SampleOptions, io: Io, parts: Parts): Promise<SampleDocument> {
  const own = options.reference ?? options.tolerance ?? options.trustLocal
  return withWriter(configuration, io, parts, async (writer) => {
    if (writer.beside && own !== undefined) {
      await io.stderr.write('note: the auditor that holds the trail asks its own references, under its own tolerance\n')
    }
    return writer.sample()
  })
}

/** What helps, by cause. */
const hints: Readonly<Record<string, string>> = {
  'self-reference':
    'Only this computer itself answered, and its own clock proves nothing about itself. Name a reference elsewhere;\n' +
    'for a test server on this computer there is --trust-local.\n',
  'no-reference': 'Is UDP port 123 open to the outside? Try another reference with --reference HOST.\n',
  conflict:
    'The references contradict one another: at least one is wrong. A third one shows which (--reference HOST).\n',
  'bound-too-wide':
    'The path is too long to prove so much: a nearer reference narrows the bound, or a wider --tolerance fits it.\n',
}

const leapHint =
  'The leap second table has expired: whether a leap second is due, nobody here knows (leap-doubt). Install a newer tzdata\n' +
  '(leap-seconds.list) or a newer ntp-auditor.\n'

/** The sample for eyes. */
function sampleText(document: SampleDocument, io: Io): string {
  const rows: string[][] = []
  const notes: string[] = []
  for (const role of roles) {
    const reading = document.readings[role]
    if (reading === undefined) continue
    const server = harmless(`${reading.server}:${reading.port}`)
    const address = harmless(reading.address ?? '-')
    if (!reading.ok) {
      rows.push([role, server, address, '-', '-', '-', '-', 'no answer'])
      notes.push(`${role}: ${harmless(reading.error.message)} [${reading.error.code}]\n`)
      continue
    }
    rows.push([
      role,
      server,
      address,
      String(reading.stratum),
      sideText(nanosecondsOf(reading.offset)),
      sizeText(nanosecondsOf(reading.delay)),
      `+-${sizeText(nanosecondsOf(reading.rootDistance))}`,
      [document.consensus.dissent.includes(role) ? 'dissents' : '', reading.self ? 'this computer itself' : '']
        .filter((word) => word !== '')
        .join(', '),
    ])
  }
  const { state, support, low, high } = document.consensus
  const bound =
    low === null || high === null
      ? 'nothing is known of the clock'
      : `the clock is ${rangeText(nanosecondsOf(low), nanosecondsOf(high), sideText)}`
  const cause = document.cause === null ? '' : ` (${document.cause})`
  const header = ['reference', 'server', 'address', '>stratum', '>clock is', '>delay', '>bound', '']
  return [
    table(header, rows),
    ...notes,
    `\n${state}${support === null || support === state ? '' : `, ${support}`}: ${bound}\n`,
    `${paintVerdict(io, document.verdict)}${cause} for a tolerance of ${sizeText(nanosecondsOf(document.tolerance))}\n`,
    hints[document.cause ?? ''] ?? '',
    document.leapDoubt ? leapHint : '',
  ].join('')
}
