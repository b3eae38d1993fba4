/**
 * What the engine says of itself in `open`: who, where, with which clocks and under which configuration.
 * @module
 */
import { release, type } from 'node:os'
import type { ClockSource, LeapTable } from '../clock/types.js'
import { recordedConfiguration } from '../config/encode.js'
import { machinePseudonym, trailOrigin } from '../config/host.js'
import type { Configuration } from '../config/types.js'
import { formatInstant } from '../instant.js'
import type { OpenFields } from '../scribe/messages.js'
import type { StoredStamp } from '../trail/types.js'
import { version } from '../version.js'

export function describeOpen(about: {
  readonly configuration: Configuration
  readonly clocks: ClockSource
  readonly leap: LeapTable
  readonly ratePpb: bigint
  readonly kind: 'worker' | 'inline'
  readonly simulation: boolean
}): OpenFields {
  const { configuration, clocks, leap, ratePpb, kind, simulation } = about
  const { organisation, asset, site, hostLabel } = configuration.identity
  return {
    format: 1,
    origin: trailOrigin(hostLabel),
    host: hostLabel,
    identity: { organisation, asset, site, machine: simulation ? 'simulated' : machinePseudonym() },
    versions: { auditor: version, node: process.versions.node, os: `${type()} ${release()}` },
    platform: `${process.platform}-${process.arch}`,
    clockSource: clocks.name,
    auditClock: clocks.auditClock,
    steered: clocks.steered,
    coupled: clocks.coupled,
    leapTable: {
      source: leap.source,
      expires: formatInstant(leap.expiresNs),
      expired: leap.expired(clocks.read().wallNs),
    },
    resolutionNs: clocks.resolutionNs.toString(),
    driftPpb: Number(configuration.driftPpb),
    ratePpb: Number(ratePpb),
    engine: kind,
    epoch: 1,
    publicKey: '',
    enrolled: false,
    simulation,
    ...recordedConfiguration(configuration),
  }
}

/** The witness fields of a record that follows no look of its own. */
export function emptySince(notice: StoredStamp['since']['notice']): StoredStamp['since'] {
  return {
    looks: 0,
    widestSilenceNs: '0',
    notice: notice === 'seen' ? 'none' : notice,
    small: { count: 0, sumNs: '0' },
    chord: { lowNs: '0', highNs: '0' },
  }
}
