/**
 * The whole diagnosis: configuration, references, clock, time service, computer, disk.
 * @module
 */
import type { Configuration } from '../config/types.js'
import type { EngineParts } from '../engine/parts.js'
import type { DisciplineBody } from '../trail/types.js'
import { clockFindings } from './clock.js'
import { readDiscipline } from './discipline.js'
import { byGravity, type Finding, finding } from './finding.js'
import { hostFindings } from './host.js'
import type { Machine } from './machine.js'
import { type Probes, probeReferences } from './probe.js'
import { referenceFindings } from './references.js'
import { type Disk, storageFindings } from './storage.js'

export interface DiagnoseOptions {
  /** `null`: there is none, or it is wrong; then only the computer is looked at. */
  readonly configuration: Configuration | null
  readonly machine: Machine
  /** `null`: trail and keys are not looked at. */
  readonly bytesPerYear: number | null
  readonly disk?: Disk
  readonly parts?: Partial<EngineParts>
}

export interface Diagnosis {
  /** The gravest first. */
  readonly findings: readonly Finding[]
  readonly discipline: DisciplineBody
  /** What was asked and answered; `null` without references. */
  readonly probes: Probes | null
}

/** Changes nothing and records nothing. Sends at most two packets to each address. Never rejects for what it finds. */
export async function diagnose({
  configuration,
  machine,
  bytesPerYear,
  disk,
  parts,
}: DiagnoseOptions): Promise<Diagnosis> {
  const [{ body, findings }, host, probes] = await Promise.all([
    readDiscipline(machine),
    hostFindings(machine),
    configuration === null ? null : probeReferences(configuration, parts),
  ])
  const { platform } = machine
  return {
    findings: byGravity([
      ...(configuration === null ? [] : configurationFindings(configuration)),
      ...(configuration && probes ? referenceFindings(probes.probes, configuration.trustLocal) : []),
      ...(configuration && probes ? clockFindings(probes, configuration) : []),
      ...findings,
      ...host,
      ...(configuration && bytesPerYear !== null
        ? storageFindings({ trail: configuration.trail, keys: configuration.keys, bytesPerYear }, platform, disk)
        : []),
    ]),
    discipline: body,
    probes,
  }
}

function configurationFindings({ notes, trustLocal }: Configuration): Finding[] {
  const told = notes.map((note) => finding('hint', 'configuration-note', 'configuration', [note]))
  if (!trustLocal) return told
  return [
    ...told,
    finding('warning', 'configuration-trust-local', 'configuration', [
      '"trustLocal" lets servers on this computer vote',
      "a local daemon serves this computer's own clock and agrees with it always: right for tests, never for proof",
      'leave it out',
    ]),
  ]
}
