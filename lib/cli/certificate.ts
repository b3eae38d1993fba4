/**
 * `ntp-auditor prove --pdf FILE`: the answer as a certificate of one page.
 * @module
 */
import { basename, dirname, resolve } from 'node:path'
import type { ProofDocument } from '../evidence/document.js'
import { UsageError } from './exit.js'

export interface CertificateRequest {
  readonly trail: string
  readonly proof: ProofDocument
  /** The bundle that was asked for as well: it is embedded. */
  readonly bundle?: Buffer | null
  /** As given on the command line. */
  readonly file: string
  readonly paper: string | undefined
  readonly cwd: string
}

/** Checks the options before anything is read. @throws {UsageError} for a name that does not end in .pdf, or other paper */
export function checkCertificate(file: string, paper: string | undefined): void {
  if (!/\.pdf$/i.test(file)) throw new UsageError(`--pdf must name a file that ends in .pdf, got "${file}"`)
  paperOf(paper)
}

function paperOf(paper = 'a4'): 'a4' | 'letter' {
  if (paper !== 'a4' && paper !== 'letter') throw new UsageError(`--paper must be a4 or letter, got "${paper}"`)
  return paper
}

/**
 * Writes the certificate; a file of that name with other bytes stays, and the new one gets a number.
 * @returns its path
 * @throws {OutputError} where it cannot be written
 */
export async function writeCertificate({
  trail,
  proof,
  bundle = null,
  file,
  paper,
  cwd,
}: CertificateRequest): Promise<string> {
  const { coveringSeal } = await import('../../reports/covering-seal.js')
  const { renderCertificate } = await import('../../reports/certificate.js')
  const { Shelf } = await import('../../reports/publish.js')
  const last = Math.max(0, ...proof.answers.flatMap(({ records }) => records))
  const covering = last === 0 ? {} : await coveringSeal(trail, last)
  const bytes = await renderCertificate(trail, proof, { paper: paperOf(paper), bundle, ...covering })
  const path = resolve(cwd, file)
  const shelf = await Shelf.open(dirname(path), last)
  return (await shelf.put(basename(path), [bytes])).path
}
