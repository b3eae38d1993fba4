/**
 * `ntp-auditor verify`: is the trail intact under its key, and is it complete as far as anybody outside remembers?
 * @module
 */
import { resolve } from 'node:path'
import type { Stamped } from '../anchor/stamped.js'
import { formatInstant } from '../instant.js'
import { readRecorded } from '../trail/recorded.js'
import type { Finding, VerifyResult } from '../trail/types.js'
import { verifyTrail } from '../trail/verify.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import { ProgressBar } from './progress.js'
import { type CommonOptions, configuredFor, genesisOf, trailOf } from './settings.js'
import { demandTrail } from './show.js'
import { harmless } from './text.js'
import { readAnchors, readKeys } from './trust.js'
import { exitOf, findingText, verdictText } from './verify-text.js'

export interface VerifyOptions extends CommonOptions {
  readonly until?: string
  readonly zone?: string
  readonly key?: readonly string[]
  readonly anchor?: readonly string[]
  readonly tsaCertificates?: readonly string[]
}

/** @returns 0 intact under a key, 1 damaged, 3 no key or no seal */
export async function verify(words: readonly string[], options: VerifyOptions, io: Io): Promise<number> {
  const [word] = words
  if (word !== undefined && options.trail !== undefined) {
    throw new UsageError(`which trail, "${word}" or --trail "${options.trail}"? Give one of them.`)
  }
  if (word?.endsWith('.json')) {
    const about = { trail: null, certificates: certificatesOf(options, '', io) }
    const { anchors } = await readAnchors(options.anchor ?? [], about, io)
    return (await import('./verify-bundle.js')).verifyBundle(word, anchors, options, io)
  }
  const trail = word === undefined ? trailOf(options, io) : resolve(io.cwd, word)
  await demandTrail(trail)
  const about = { trail, certificates: certificatesOf(options, trail, io) }
  const { anchors, stamps } = await readAnchors(options.anchor ?? [], about, io)
  const configured = options.key === undefined ? genesisOf(options, trail, io) : null
  const keys = await readKeys(options.key ?? (configured === null ? [] : [configured]), io)
  const untilNs = options.until === undefined ? null : await untilOf(options.until, trail, options.zone, io)
  const bar = new ProgressBar(io)
  const verified = await verifyTrail(trail, {
    keys,
    anchors,
    onProgress: ({ done, total }) => bar.update({ stage: 'verify', done, total }),
    ...(untilNs === null ? {} : { untilNs }),
  }).finally(() => bar.clear())
  const result = withStamps(verified, stamps)
  await io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : verifyText(result, trail, keys.length > 0, io))
  return exitOf(result)
}

/** A time stamp over a seal of the trail, as the result tells it. */
interface StampDocument {
  readonly file: string
  /** When the service says that the seal existed. */
  readonly at: string
  readonly signer: string
  /** Whether its chain ends at a certificate that was given. */
  readonly trusted: boolean
  /** Records under the stamped seal; `null`: the trail has no such seal. */
  readonly size: number | null
}

/** Time stamps; one over a seal that nobody has any more shows that seals are gone. */
function withStamps(
  result: VerifyResult,
  stamps: readonly Stamped[],
): VerifyResult & { readonly stamps?: readonly StampDocument[] } {
  if (stamps.length === 0) return result
  const lost = stamps.filter(({ anchor }) => anchor === null)
  const findings: Finding[] = lost.map(({ name, sha256 }) => ({
    severity: 'damage',
    code: 'truncated',
    file: null,
    line: null,
    seq: null,
    message: `${name}: stamps a seal (SHA-256 ${sha256}) that is neither in the trail nor beside the token`,
  }))
  const told = stamps.map(({ name, stamp, anchor }) => ({
    file: name,
    at: formatInstant(BigInt(stamp.atMs) * 1_000_000n),
    signer: stamp.signer,
    trusted: stamp.trusted,
    size: anchor?.size ?? null,
  }))
  const intact = lost.length > 0 ? false : result.intact
  return { ...result, intact, findings: [...result.findings, ...findings], stamps: told }
}

/** Files with certificates that time-stamping services are held against: those given, else that of the configuration. */
function certificatesOf(options: VerifyOptions, trail: string, io: Io): readonly string[] {
  if (options.tsaCertificates !== undefined) return options.tsaCertificates
  const configured = configuredFor(options, trail, io)?.anchor.tsa?.certificates
  return configured ? [configured] : []
}

async function untilOf(until: string, trail: string, zone: string | undefined, io: Io): Promise<bigint> {
  const { checkZone, parseMoment } = await import('../../reports/moment.js')
  const known = checkZone(zone ?? (await readRecorded(trail)).zone)
  return parseMoment(until, { zone: known, nowNs: io.nowNs() }, '--until')
}

function verifyText(result: ReturnType<typeof withStamps>, trail: string, keyed: boolean, io: Io): string {
  const { records, upTo, sealedUpTo, seals, anchoredUpTo, complete } = result
  const lines = result.findings.map((finding) => findingText(finding, io))
  const sealed =
    sealedUpTo === 0 ? 'none sealed' : `sealed up to ${sealedUpTo} in ${seals} ${seals === 1 ? 'epoch' : 'epochs'}`
  lines.push(`${harmless(trail)}: ${verdictText(result.intact, io)}, ${records} records up to ${upTo}, ${sealed}`)
  if (result.intact === 'self-consistent') {
    lines.push(
      keyed
        ? 'Nothing contradicts itself, but no seal under the given key says that this is what was written.'
        : 'Nothing contradicts itself, but no key says that this is what was written. Give the genesis key with --key.',
    )
  }
  const completeText = {
    anchored: `Complete up to record ${anchoredUpTo}, which an anchor remembers.`,
    expected: 'It reaches the instant it was expected to reach.',
    unknown: 'Whether its newest records are missing, the trail alone cannot tell.',
  }[complete]
  const stamped = (result.stamps ?? [])
    .filter(({ size }) => size !== null)
    .map(({ file, at, signer, trusted, size }) => {
      const doubt = trusted ? '' : '; nobody vouches for it: give its certificates with --tsa-certificates'
      return `The first ${size} records existed at ${at}, says ${signer} (${file})${doubt}.`
    })
    .map(harmless)
  return `${[...lines, completeText, ...stamped].join('\n')}\n`
}
