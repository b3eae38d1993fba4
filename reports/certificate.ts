/**
 * What a certificate of one instant is made from: the answer, and the records around it read again from the trail.
 * @module
 */
import type { ProofDocument } from '../lib/evidence/document.js'
import type { OpenBody } from '../lib/trail/types.js'
import { type ExcerptLine, readExcerpt } from './excerpt.js'
import { Material } from './material.js'
import type { Paper } from './types.js'
import { toolName } from './version.js'

/** That a record is under a seal: RFC 6962 inclusion. */
export interface InclusionOnPaper {
  readonly seq: number
  /** How many records the seal covers. */
  readonly size: number
  /** The hashes from the leaf up, 64 hexadecimal digits each. */
  readonly path: readonly string[]
}

export interface SealOnCertificate {
  readonly path: string
  /** The signed checkpoint with its line ends. */
  readonly text: string
  /** How many records it covers, and how many of these, the first ones, were pruned. */
  readonly size: number
  readonly prunedUpTo?: number
}

export interface CertificateData {
  readonly host: string
  readonly identity: OpenBody['identity']
  readonly tool: string
  readonly proof: ProofDocument
  /** The records that the answers rest on, and the nearest change and gap, word for word. */
  readonly records: readonly ExcerptLine[]
  /** The first seal that covers the records; `null`: none is named. */
  readonly seal: SealOnCertificate | null
  readonly inclusion: InclusionOnPaper | null
  /** Why no seal is named; `null`: there is one, or none covers the records yet. */
  readonly unsealed: string | null
  /** The same evidence for a program, embedded as `bundle.json`. */
  readonly bundle: Buffer | null
}

export interface CertificateOptions {
  readonly paper?: Paper | undefined
  readonly seal?: CertificateData['seal']
  readonly inclusion?: InclusionOnPaper | null
  readonly unsealed?: string | null
  readonly bundle?: Buffer | null
  readonly signal?: AbortSignal
}

/**
 * Draws the certificate of an answer.
 * @param trail the folder that the answer was taken from
 * @returns the bytes of a PDF of one page
 * @throws {TrailReadError} where the trail cannot be read
 */
export async function renderCertificate(
  trail: string,
  proof: ProofDocument,
  options: CertificateOptions = {},
): Promise<Buffer> {
  const { seal = null, inclusion = null, unsealed = null, bundle = null, signal } = options
  const seqs = proof.answers.flatMap(({ records, nearest }) => [
    ...records,
    ...[nearest.clockChange, nearest.gap].filter((seq) => seq !== null),
  ])
  const records = await readExcerpt(trail, new Set(seqs), signal)
  const { host, identity } = await identityOf(
    trail,
    Math.max(1, ...proof.answers.flatMap((each) => each.records)),
    signal,
  )
  const { drawCertificate } = await import('./pdf/certificate.js')
  const data = { host, identity, tool: toolName(), proof, records, seal, inclusion, unsealed, bundle }
  return drawCertificate(data, { paper: options.paper })
}

async function identityOf(trail: string, seq: number, signal: AbortSignal | undefined): Promise<OpenBody> {
  const material = await Material.open(trail, signal)
  const subject = material.subject({ firstSeq: seq, lastSeq: seq }) ?? material.newest()
  if (!subject) throw new TypeError('a trail that gave an answer has an open record')
  return subject.open
}
