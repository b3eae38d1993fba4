/**
 * The trail of the golden files, made from what the rooms below hand over: one record of every type, two segments.
 * @module
 */
import type { Stamp } from '../../lib/clock/types.js'
import { encodeChange, encodeGap, encodeSample, encodeStamp } from '../../lib/trail/encode.js'
import type { Body, HeartbeatBody, OpenBody, Placed } from '../../lib/trail/types.js'
import { sample } from '../trail/fixtures.js'
import { PlainWriter } from './plain-writer.js'

const start = 1_772_582_390_000_000_000n
const opening: OpenBody = {
  type: 'open',
  format: 1,
  origin: 'ntp-auditor.example/golden',
  host: 'golden',
  identity: { organisation: 'Grüße & Söhne 时钟', asset: 'A-1', site: 'Lab', machine: '0011223344556677' },
  segment: 1,
  label: '',
  zone: 'UTC',
  versions: { auditor: '0.1.0', node: '20.20.2', os: 'Linux 6.1' },
  platform: 'linux-x64',
  clockSource: 'simulated',
  auditClock: 'CLOCK_MONOTONIC_RAW',
  steered: false,
  coupled: true,
  resolutionNs: '1',
  driftPpb: 100_000,
  ratePpb: 100_000,
  engine: 'worker',
  lock: 'file+sqlite',
  syncsFolders: true,
  epoch: 1,
  publicKey: '',
  enrolled: false,
  afterCrash: false,
  reason: 'start',
  simulation: true,
  configuration: { interval: '64s', tolerance: '50ms' },
  configurationDigest: '0123456789abcdef'.repeat(4),
  supersedes: null,
}

function stamp(second: number, set = 0n): Stamp {
  const passed = BigInt(second) * 1_000_000_000n
  const aNs = 5_000_000_000_123n + passed
  const wallNs = start + passed + set
  return {
    wallNs,
    aNs,
    monoNs: aNs + 7n,
    bootNs: aNs + 8n,
    rawNs: aNs,
    bootId: '0f4de3c2-8a3b-4c62-9d53-6f1f2a7f9a10',
    d: { lowNs: wallNs - aNs - 410n, highNs: wallNs - aNs + 395n },
    since: {
      looks: 4 * second,
      widestSilenceNs: 251_000_000n,
      notice: 'none',
      small: { count: second, sumNs: BigInt(40 * second) },
      chord: { lowNs: -120n, highNs: 35n },
    },
  }
}

/** Writes the golden trail into a folder. */
export function writeGolden(folder: string): Placed[] {
  const writer = new PlainWriter(folder, 'UTC')
  const placed: Placed[] = [writer.open(opening, encodeStamp(stamp(0)))]
  const add = (body: Exclude<Body, OpenBody>, at: Stamp): void => {
    placed.push(writer.append(body, encodeStamp(at)))
  }
  const rates = { ratePpb: 100_000n, resolutionNs: 1n }
  add({ ...encodeSample(sample, rates), reason: 'startup' }, stamp(1))
  add({ type: 'heartbeat' }, stamp(3))
  const set = -180_000_000_000n
  const change = {
    kind: 'clock-change',
    earliestNs: stamp(3).aNs,
    latestNs: stamp(4).aNs,
    size: { lowNs: set - 805n, highNs: set + 805n },
    class: 'step',
    by: 'foreign',
    seen: 'kernel-notice',
    wallBeforeNs: stamp(3).wallNs,
    wallAfterNs: stamp(4, set).wallNs,
  } as const
  add(encodeChange(change), { ...stamp(4, set), rawNs: null })
  const { secondary } = sample.readings
  const none = { state: 'none', support: null, m: null, agree: [], dissent: [], faults: 0, configured: 3 } as const
  const failed = { ...sample, readings: secondary ? { secondary } : {}, consensus: none, error: null } as const
  add(
    {
      ...encodeSample({ ...failed, reason: 'clock-change', verdict: 'INDETERMINATE', cause: 'no-reference' }, rates),
      trigger: 4,
    },
    stamp(5, set),
  )
  const gap = { kind: 'gap', cause: 'starved', breaks: 'wall', fromNs: null, toNs: stamp(6).aNs } as const
  add(encodeGap({ ...gap, wallFromNs: stamp(5, set).wallNs, wallToNs: stamp(6, set).wallNs }), stamp(6, set))
  add({ type: 'note', on: 4, text: 'Die Uhr wurde gestellt.\n"Wartung" \u{1f552}', by: 'ops' }, stamp(7, set))
  const server = 'time.example.net'
  add({ type: 'reference', role: 'primary', server, what: 'stratum', before: '1', after: '2' }, stamp(8, set))
  placed.push(
    writer.open({ ...opening, reason: 'rotation', configuration: null }, encodeStamp({ ...stamp(12), rawNs: null })),
  )
  const nothing = { bytes: 17, sha256: '5'.repeat(64), quarantine: 'quarantine/2026-03-03.000001.ndjson.9' }
  add({ type: 'recover', finding: 'torn', segment: 1, offset: 9, ...nothing, message: 'as an example' }, stamp(12))
  add({ type: 'not-yet-known', answer: 42 } as unknown as HeartbeatBody, stamp(13))
  placed.push(writer.close('signal', encodeStamp(stamp(14))))
  return placed
}
