/**
 * `ntp-auditor doctor`: what is wrong, why it matters, what to do.
 * @module
 */
import type { Configuration } from '../config/types.js'
import type { Diagnosis } from '../doctor/diagnose.js'
import { byGravity, type Finding, finding, hasProblem, type Severity } from '../doctor/finding.js'
import type { Probe } from '../doctor/probe.js'
import { formatInstant } from '../instant.js'
import { secondsDown, secondsUp } from '../trail/document.js'
import { bytesPerYear } from './init.js'
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { type AuditOptions, auditSettings, configurationPath } from './settings.js'
import { harmless, paint, wrap } from './text.js'

/** @returns 0 without problems, 1 with some; 2 where the configuration itself is wrong (the computer is looked at all the same) */
export async function doctor(options: AuditOptions, io: Io, parts: Parts): Promise<number> {
  const { configuration, about, wrong } = settings(options, io)
  const room = configuration === null || !hasTrail(options, io) ? null : bytesPerYear(configuration)
  const diagnosis = await parts.diagnose(configuration, room)
  const findings = byGravity([...about, ...diagnosis.findings])
  await io.stdout.write(
    options.json
      ? `${JSON.stringify(diagnosisDocument({ ...diagnosis, findings }, io.nowNs()))}\n`
      : diagnosisText(findings, io),
  )
  if (wrong) return 2
  return hasProblem(findings) ? 1 : 0
}

interface Settings {
  readonly configuration: Configuration | null
  readonly about: readonly Finding[]
  readonly wrong: boolean
}

/** A wrong configuration is a finding here: whoever asks for a doctor is told what is wrong with it, and the rest as well. */
function settings(options: AuditOptions, io: Io): Settings {
  if (options.reference === undefined && configurationPath(options, io) === null) {
    const none = finding('hint', 'configuration-absent', 'configuration', [
      `there is no ntp-auditor.json in ${io.cwd}`,
      'without one no reference, tolerance or trail is known; only this computer was looked at',
      'name references with --reference HOST, or write a configuration with "ntp-auditor init"',
    ])
    return { configuration: null, about: [none], wrong: false }
  }
  try {
    return { configuration: auditSettings(options, 'references', io), about: [], wrong: false }
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown }
    if (code !== 'ERR_OPTION') throw error
    const wrong = finding('problem', 'configuration-wrong', 'configuration', [
      String(message),
      'the auditor does not start with it; references and trail were not looked at',
      'mend that option (docs/configuration.md), and ask again',
    ])
    return { configuration: null, about: [wrong], wrong: true }
  }
}

/** Whether it is known where the trail is or will be. */
function hasTrail(options: AuditOptions, io: Io): boolean {
  return options.trail !== undefined || configurationPath(options, io) !== null
}

const styles = { problem: 'red', warning: 'yellow', hint: 'cyan', ok: 'green' } as const

/** The findings for eyes; those that are in order in one line each, at the end. */
function diagnosisText(findings: readonly Finding[], io: Io): string {
  const columns = Math.max(40, Math.min(io.stdout.columns, 110))
  const blocks = findings.map(({ severity, code, subject, what, why, next }) => {
    const label = paint(io, io.stdout, styles[severity], severity)
    const line = (text: string, indent: string) =>
      wrap(`${indent}${harmless(text)}`, columns, ' '.repeat(indent.length))
    if (severity === 'ok') return `${label}  ${wrap(harmless(`${subject}: ${what}`), columns - 4, '    ')}\n`
    const head = `${label}  ${harmless(subject)} [${code}]\n`
    const rest = [line(what, '  '), why === '' ? '' : line(why, '  why:  '), next === '' ? '' : line(next, '  next: ')]
    return `${head}${rest.filter((text) => text !== '').join('\n')}\n`
  })
  const grave = blocks.filter((_, index) => findings[index]?.severity !== 'ok')
  const fine = blocks.filter((_, index) => findings[index]?.severity === 'ok')
  return [...grave.map((block) => `${block}\n`), ...fine, fine.length > 0 ? '\n' : '', `${summary(findings)}\n`].join(
    '',
  )
}

function summary(findings: readonly Finding[]): string {
  const count = (severity: Severity, one: string, many: string) => {
    const number = findings.filter((each) => each.severity === severity).length
    return `${number === 0 ? 'no' : number} ${number === 1 ? one : many}`
  }
  return [
    count('problem', 'problem', 'problems'),
    count('warning', 'warning', 'warnings'),
    count('hint', 'hint', 'hints'),
  ].join(', ')
}

/** The JSON document: numbers in seconds. */
function diagnosisDocument({ findings, discipline, probes }: Diagnosis, nowNs: bigint): object {
  const { type: _, changed: __, kernel, ...service } = discipline
  return {
    wall: formatInstant(nowNs),
    findings,
    service: {
      ...service,
      kernel: kernel && {
        maxError: secondsUp(BigInt(kernel.maxErrorNs)),
        frequencyPpb: kernel.frequencyPpb,
        status: kernel.status,
      },
    },
    references: (probes?.probes ?? []).map(referenceDocument),
  }
}

function referenceDocument({ role, reference, addresses, unresolved, answers }: Probe): object {
  return {
    role,
    server: reference.host,
    port: reference.port,
    addresses,
    error: unresolved && { code: unresolved.code, message: unresolved.message },
    answers: answers.map(({ address, route, reading }) => ({
      address,
      route,
      ...(reading.ok
        ? {
            ok: true,
            stratum: reading.header.stratum,
            leap: reading.header.li,
            self: reading.self,
            offset: secondsDown(reading.offsetNs),
            delay: secondsUp(reading.delayNs),
            low: secondsDown(reading.low),
            high: secondsUp(reading.high),
          }
        : { ok: false, error: reading.error }),
    })),
  }
}
