/**
 * What a diagnosis consists of: findings, each with what was seen, why it matters and what to do.
 * @module
 */

/** `problem`: the audit or the clock suffers. `warning`: it may. `hint`: worth knowing. `ok`: looked at and in order. */
export type Severity = 'ok' | 'hint' | 'warning' | 'problem'

export const severities: readonly Severity[] = ['problem', 'warning', 'hint', 'ok']

export interface Finding {
  readonly severity: Severity
  /** Stable word for programs: `reference-silent`. docs/troubleshooting.md lists all. */
  readonly code: string
  /** What it is about: a reference, a service, `host`, `trail`, `configuration`. */
  readonly subject: string
  readonly what: string
  /** Empty where nothing is to be said: an `ok` speaks for itself. */
  readonly why: string
  readonly next: string
}

/** A finding in one line of code; `why` and `next` are sentences without a final stop where they are short. */
export function finding(
  severity: Severity,
  code: string,
  subject: string,
  [what, why = '', next = '']: readonly [string, string?, string?],
): Finding {
  return { severity, code, subject, what, why, next }
}

/** The gravest first; findings of one gravity keep their order. */
export function byGravity(findings: readonly Finding[]): readonly Finding[] {
  return severities.flatMap((severity) => findings.filter((each) => each.severity === severity))
}

/** Whether a diagnosis found a problem: the command then exits with 1. */
export function hasProblem(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'problem')
}
