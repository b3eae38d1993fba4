/**
 * The enrolment sheet: which key a trail begins with, on paper, signed by two people on the day it was made. Whoever verifies
 * the trail later starts from it.
 * @module
 */
import { fingerprint } from './genesis.js'

export interface Enrolment {
  /** Name of the trail in every seal. */
  readonly origin: string
  /** Label of the computer. */
  readonly host: string
  /** The public genesis key, `NAME+ID+BASE64`: also what the QR code holds. */
  readonly vkey: string
  /** For comparing by voice: groups of four hexadecimal digits. */
  readonly fingerprint: string
  /** When it was made, ISO 8601 UTC, as the clock of this computer showed it. */
  readonly madeAt: string
  /** What stands on the sheet about its meaning. */
  readonly statement: string
  /** Who signs, on a line each. */
  readonly signatures: readonly string[]
}

/** What an enrolment sheet says. */
export function enrolment(about: {
  readonly origin: string
  readonly host: string
  readonly vkey: string
  readonly madeAt: string
}): Enrolment {
  return {
    origin: about.origin,
    host: about.host,
    vkey: about.vkey,
    fingerprint: fingerprint(about.vkey),
    madeAt: about.madeAt,
    statement:
      'The audit trail of this computer begins with the key below. A trail that does not is another one. ' +
      'Keep this sheet where nobody who can write to the computer can reach it.',
    signatures: ['Operator, place, date', 'Witness, place, date'],
  }
}

/** The sheet as text for a printer of 80 columns. */
export function enrolmentText(sheet: Enrolment): string {
  const line = '_'.repeat(60)
  const statement = sheet.statement.split('. ').map((sentence) => `  ${sentence.replace(/\.$/, '')}.`)
  return [
    'ENROLMENT OF AN AUDIT TRAIL',
    '',
    ...statement,
    '',
    `  Origin       ${sheet.origin}`,
    `  Computer     ${sheet.host}`,
    `  Made         ${sheet.madeAt} (by its own clock)`,
    `  Public key   ${sheet.vkey}`,
    `  Fingerprint  ${sheet.fingerprint}`,
    "               (SHA-256 of the public key's text, first 160 bits)",
    '',
    ...sheet.signatures.flatMap((who) => ['', `  ${line}`, `  ${who}`]),
    '',
  ].join('\n')
}
