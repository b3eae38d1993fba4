/**
 * The enrolment sheet: the public key under which a trail begins, on paper, signed by two people before the trail tells anything.
 * Whoever holds it can tell the trail from one that was made anew under another key.
 * @module
 */
import { createHash } from 'node:crypto'
import { parseInstant } from '../../lib/instant.js'
import type { Paper } from '../types.js'
import { toolName } from '../version.js'
import { plainInstant } from '../words.js'
import { openArchive } from './archive.js'
import { drawFields } from './fields.js'
import { ink, soft } from './pattern.js'
import { drawSeal } from './seal.js'
import { Sheet } from './sheet.js'
import { drawSigners } from './signers.js'

export interface EnrolmentData {
  /** The origin of the trail: the first line of each of its checkpoints. */
  readonly origin: string
  readonly host: string
  /** The verifier key (C2SP signed-note): `name+hash+base64`. */
  readonly vkey: string
  /** Hexadecimal digits that people compare by voice. */
  readonly fingerprint: string
  /** When the key was made by this computer's clock: ISO 8601 UTC. */
  readonly madeAt: string
}

/**
 * Draws the sheet.
 * @throws {SyntaxError} where `madeAt` is no instant
 */
export async function renderEnrolment(
  data: EnrolmentData,
  { paper = 'a4' }: { readonly paper?: Paper | undefined } = {},
): Promise<Buffer> {
  const dated = new Date(Number(parseInstant(data.madeAt) / 1_000_000n))
  const digest = createHash('sha256')
    .update(JSON.stringify([paper, data.origin, data.host, data.vkey, data.fingerprint, data.madeAt]))
    .digest('hex')
  const { doc, end } = openArchive({
    title: `Enrolment of ${data.host}`,
    subject: `Public key of the clock audit trail ${data.origin}`,
    digest: `content ${digest}`,
    tool: toolName(),
    dated,
    paper,
    attachments: [],
  })
  const sheet = new Sheet(doc, {
    title: 'Enrolment sheet',
    host: data.host,
    right: `made ${plainInstant(data.madeAt).slice(0, 10)}`,
    footer: toolName(),
    simulation: false,
  })
  sheet.tags.mark('H1', () =>
    sheet.line('Enrolment of a clock audit trail', sheet.left, sheet.y, { face: 'wide', size: 18 }),
  )
  sheet.y += 28
  sheet.rule(1.2, ink)
  sheet.y += 8
  sheet.paragraph(
    'This sheet binds a computer to the key under which its audit trail begins. Print it on the day the computer is enrolled, compare ' +
      'the fingerprint with what the computer shows, sign, and keep it away from that computer. Without it, or another copy of ' +
      'the key, nobody can tell the trail from one that was made anew.',
  )
  sheet.y += 4
  const whole = 'in full in the key file'
  drawFields(
    sheet,
    [
      ['Computer', data.host],
      ['Origin of the trail', data.origin],
      ['Key made (its clock)', `${plainInstant(data.madeAt)} UTC`],
      ['Fingerprint', grouped(data.fingerprint), { face: 'mono', size: 9 }],
    ],
    { indent: 110, whole, mostLines: 6 },
  )
  sheet.heading('Public key (genesis.vkey)', 220)
  drawSeal(sheet, {
    text: `${data.vkey}\n`,
    what: 'the public key',
    words: [
      'The code holds the line above. Scan it into a file on another computer, for example genesis.vkey, and check any copy of ' +
        'the trail with it:',
      { code: 'ntp-auditor verify TRAIL --key genesis.vkey' },
      'Never take the key from beside the trail that it is to check: whoever could make the trail anew could put another key there.',
    ],
  })
  sheet.heading('Signatures', 170)
  sheet.paragraph(
    'We compared the fingerprint above with the one that the computer named here showed, and they were the same.',
    { color: soft },
  )
  drawSigners(sheet, ['Enrolled by', 'Witnessed by'])
  sheet.finish()
  return end()
}

/** Groups of four, so that two people can compare them aloud. */
function grouped(fingerprint: string): string {
  return /^[0-9a-f]{16,}$/i.test(fingerprint) ? fingerprint.replaceAll(/(.{4})(?=.)/g, '$1 ') : fingerprint
}
