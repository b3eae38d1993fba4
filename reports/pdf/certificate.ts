/**
 * The certificate of one instant, on one page: what was asked, what can be proven, the records that prove it word for word, and the
 * seal that covers them.
 * @module
 */
import { createHash } from 'node:crypto'
import { parseInstant } from '../../lib/instant.js'
import type { CertificateData } from '../certificate.js'
import { nanoseconds } from '../seconds.js'
import type { Paper } from '../types.js'
import { between, causeWords, plainInstant, reach, short, size, supportWords } from '../words.js'
import { type Attachment, openArchive } from './archive.js'
import { drawFields, type Field } from './fields.js'
import { drawLines } from './lines.js'
import { fillVerdict, ink, soft } from './pattern.js'
import { drawSeal, type PaperSeal, sealHeight } from './seal.js'
import { Sheet } from './sheet.js'

type Answer = CertificateData['proof']['answers'][number]

/** Draws the certificate. */
export async function drawCertificate(
  data: CertificateData,
  { paper = 'a4' }: { readonly paper?: Paper | undefined } = {},
): Promise<Buffer> {
  const { proof, host } = data
  const attachments = attachmentsOf(data)
  const hash = createHash('sha256').update(`${paper}\n${data.tool}\n${JSON.stringify(data.identity)}`)
  for (const { bytes } of attachments) hash.update(bytes)
  const id = hash.digest('hex')
  const dated = new Date(Number(parseInstant(proof.at) / 1_000_000n))
  const { doc, end } = openArchive({
    title: `Certificate ${id.slice(0, 12)}: the clock of ${host} at ${proof.at}`,
    subject: `What the trail proves of one instant, tolerance ${short(nanoseconds(proof.tolerance))}`,
    digest: `certificate ${id.slice(0, 12)}, content ${id}`,
    tool: data.tool,
    dated,
    paper,
    attachments,
  })
  const sheet = new Sheet(doc, {
    title: 'Certificate of one instant',
    host,
    right: `${plainInstant(proof.at).slice(0, 19)}  \u00b7  certificate ${id.slice(0, 12)}`,
    footer: `${data.tool}  \u00b7  no statement beyond the assumptions named`,
    simulation: proof.simulation,
  })
  drawHead(sheet, data)
  for (const [index, answer] of proof.answers.entries()) drawAnswer(sheet, data, answer, index)
  if (proof.answers.length === 0) {
    sheet.paragraph('There was no such instant: the clock was set forward over it.', { face: 'bold', size: 11 })
  }
  drawRest(sheet, data)
  sheet.finish()
  return end()
}

function attachmentsOf({ proof, records, seal, bundle }: CertificateData): Attachment[] {
  const file = (name: string, type: string, description: string, text: string | Buffer): Attachment => {
    return { name, type, description, relationship: 'Source', bytes: Buffer.from(text as string) }
  }
  return [
    file('proof.json', 'application/json', 'The answer as data', `${JSON.stringify(proof)}\n`),
    file(
      'records.ndjson',
      'application/x-ndjson',
      'The records, line by line',
      records.map(({ text }) => `${text}\n`).join(''),
    ),
    ...(seal ? [file('seal.checkpoint', 'text/plain', 'The signed checkpoint', seal.text)] : []),
    ...(bundle
      ? [file('bundle.json', 'application/json', 'Records, proofs and seal, for ntp-auditor verify', bundle)]
      : []),
  ]
}

function drawHead(sheet: Sheet, { proof, host, identity }: CertificateData): void {
  sheet.tags.mark('H1', () => sheet.line('Certificate of one instant', sheet.left, sheet.y, { face: 'wide', size: 16 }))
  sheet.y += 24
  sheet.rule(1.2, ink)
  sheet.y += 6
  const asked =
    proof.scale === 'wall'
      ? `How far was this clock from UTC at most, when it showed ${plainInstant(proof.at)} UTC?`
      : `How far was this clock from UTC at most, when it was ${plainInstant(proof.at)} UTC?`
  const whose = [identity.organisation, identity.asset, identity.site].filter(Boolean).join(', ')
  drawFields(
    sheet,
    [
      ['Computer', host],
      ...(whose ? [['Belongs to', whose] as const] : []),
      ['Question', asked, { face: 'bold' }],
      ['Tolerance', `\u00b1${short(nanoseconds(proof.tolerance))}`],
    ],
    { indent: 70, mostLines: 2, whole: 'cut' },
  )
  sheet.y += 4
}

/** One answer: verdict, bound, what it rests on. */
function drawAnswer(sheet: Sheet, { proof }: CertificateData, answer: Answer, index: number): void {
  const top = sheet.y
  const inner = sheet.left + 10
  sheet.y += 8
  if (proof.answers.length > 1) {
    sheet.line(`The clock showed this ${proof.answers.length} times; time ${index + 1}:`, inner, sheet.y, {
      size: 7.5,
      color: soft,
    })
    sheet.y += 11
  }
  const { y } = sheet
  sheet.paint((doc) => fillVerdict(doc, answer.verdict, { x: inner, y: y + 2, width: 22, height: 13 }))
  sheet.tags.mark('H2', () => sheet.line(answer.verdict, inner + 30, y, { face: 'wide', size: 14 }))
  const large = sheet.measure(answer.verdict, { face: 'wide', size: 14 })
  const bound = boundOf(answer)
  sheet.line(headOf(answer, bound), inner + 30 + large + 12, y + 4, {
    face: 'bold',
    size: 10,
    width: sheet.width - large - 62,
  })
  sheet.y += 22
  for (const line of sheet.wrap(sentence(answer, bound), sheet.width - 20, { size: 8.2 })) {
    sheet.line(line, inner, sheet.y, { size: 8.2 })
    sheet.y += 11.2
  }
  sheet.y += 5
  sheet.paint((doc) =>
    doc
      .lineWidth(1.2)
      .rect(sheet.left, top, sheet.width, sheet.y - top)
      .stroke(ink),
  )
  sheet.y += 6
}

function boundOf({ low, high }: { readonly low: number | null; readonly high: number | null }) {
  return low === null || high === null ? null : { low, high }
}

/** The number that counts: how far at most, or how far at least. */
function headOf({ verdict }: Answer, bound: ReturnType<typeof boundOf>): string {
  if (!bound) return 'no bound: nothing is known of the error'
  if (verdict !== 'VIOLATED') return `at most ${size(reach(bound))} from UTC`
  const least = bound.low > 0 ? bound.low : -bound.high
  return `at least ${size(nanoseconds(least))} from UTC`
}

/** What may be said, and nothing beyond. */
function sentence(answer: Answer, bound: ReturnType<typeof boundOf>): string {
  const then = boundOf(answer.asKnownThen)
  const clauses = [
    bound
      ? `In hindsight the error of the clock lay ${between(bound)}.`
      : `The evidence gives no bound${answer.cause ? `: ${causeWords[answer.cause]}` : ''}.`,
    bound && answer.cause ? `Cause: ${causeWords[answer.cause]}.` : '',
    `As known then: ${answer.asKnownThen.verdict}${then ? `, ${between(then)}` : ', no bound'}.`,
    `UTC was ${plainInstant(answer.utc)}${answer.estimated ? ' (estimated)' : ''}, the clock showed ${plainInstant(answer.wall)}.`,
    answer.support ? `Support "${answer.support}": ${supportWords[answer.support]}.` : '',
    answer.witness === 'complete'
      ? 'Witness "complete": no step of the clock goes unnoticed.'
      : 'Witness "looks": assumes that nothing was set and undone inside one look.',
  ]
  return clauses.filter(Boolean).join(' ')
}

/** Records, seal, proof path and signature: what stands last is measured first, the records get what is left of the page. */
function drawRest(sheet: Sheet, data: CertificateData): void {
  const { records, seal } = data
  const paper = seal && paperSeal(seal, data.inclusion)
  sheet.paragraph(assumptions, { size: 7.5, color: soft, gap: 2 })
  drawNearest(sheet, data)
  const why =
    data.unsealed === null
      ? 'No seal covers these records yet: they rest on the custody of the files of the trail.'
      : `No seal is named: ${data.unsealed.length > mostWhy ? `${data.unsealed.slice(0, mostWhy - 1)}\u2026` : data.unsealed}`
  const bold = { face: 'bold' } as const
  const below =
    (paper ? sealHeight(sheet, paper) + 20 : 8 + 12 * sheet.wrap(why, sheet.width, bold).length) + signerHeight
  drawLines(sheet, records, sheet.bottom - sheet.y - below)
  if (paper) {
    sheet.subheading('The seal', sealHeight(sheet, paper))
    drawSeal(sheet, paper)
  } else {
    sheet.paragraph(why, bold)
  }
  drawSigner(sheet)
}

const assumptions =
  'Assumes that the references state their distance from UTC honestly, that the crystal errs no more than its bound, that the records are unaltered, and ' +
  'what support and witness add. Plain NTP is not authenticated: UTC means UTC as these references serve it.'

function paperSeal(seal: NonNullable<CertificateData['seal']>, inclusion: CertificateData['inclusion']): PaperSeal {
  return {
    text: seal.text,
    what: 'the signed checkpoint',
    words: [
      `Signed checkpoint over records 1 to ${seal.size}${prunedWords(seal)} (${seal.path}). Read the code into a file and hold the trail against it:`,
      { code: 'ntp-auditor verify TRAIL --anchor seal.txt' },
      'Answer, records and seal lie inside this file (PDF attachments), word for word.',
      ...(inclusion ? [`Proof that record ${inclusion.seq} is among them (RFC 6962):`] : []),
    ],
    fine: inclusion?.path ?? [],
  }
}

/** Letters of a reason that the page has room for. */
const mostWhy = 400

/** What was taken away is no part of the proof: its place in the tree is. */
function prunedWords({ prunedUpTo = 0 }: NonNullable<CertificateData['seal']>): string {
  return prunedUpTo === 0 ? '' : `, of which 1 to ${prunedUpTo} were pruned`
}

function drawNearest(sheet: Sheet, { proof }: CertificateData): void {
  const fields = proof.answers.flatMap(({ nearest, records }, index): Field[] => {
    const label = proof.answers.length > 1 ? `Records, time ${index + 1}` : 'Records'
    const seq = (value: number | null) => (value === null ? 'none' : String(value))
    return [
      [
        label,
        `rests on ${records.join(', ') || 'none'}; nearest sample ${seq(nearest.sample)}, clock change ${seq(nearest.clockChange)}, ` +
          `gap ${seq(nearest.gap)}`,
      ],
    ]
  })
  if (fields.length > 0)
    drawFields(sheet, fields, { indent: 70, size: 8, mostLines: 3, whole: 'in proof.json inside this file' })
}

const signerHeight = 34

function drawSigner(sheet: Sheet): void {
  sheet.ensure(signerHeight)
  sheet.y += 22
  const labels = ['Prepared by', 'Signature', 'Date, place'] as const
  const width = (sheet.width - 24) / 3
  for (const [index, label] of labels.entries()) {
    const x = sheet.left + index * (width + 12)
    const { y } = sheet
    sheet.paint((doc) => {
      doc.lineWidth(0.6).moveTo(x, y)
      doc.lineTo(x + width, y).stroke(soft)
    })
    sheet.line(label, x, y + 2, { size: 7, color: soft })
  }
  sheet.y += signerHeight - 22
}
