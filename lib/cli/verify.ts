/**
 * `ntp-auditor verify`: is the trail intact under its key, and is it complete as far as anybody outside remembers?
 * @module
 */
import { resolve } from 'node:path'
import { readRecorded } from '../trail/recorded.js'
import type { VerifyResult } from '../trail/types.js'
import { verifyTrail } from '../trail/verify.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import { ProgressBar } from './progress.js'
import { type CommonOptions, genesisOf, trailOf } from './settings.js'
import { demandTrail } from './show.js'
import { harmless } from './text.js'
import { readAnchor, readKeys } from './trust.js'
import { exitOf, findingText, verdictText } from './verify-text.js'

export interface VerifyOptions extends CommonOptions {
  readonly until?: string
  readonly zone?: string
  readonly key?: readonly string[]
  readonly anchor?: readonly string[]
}

/** @returns 0 intact under a key, 1 damaged, 3 no key or no seal */
export async function verify(words: readonly string[], options: VerifyOptions, io: Io): Promise<number> {
  const [word] = words
  if (word !== undefined && options.trail !== undefined) {
    throw new UsageError(`which trail, "${word}" or --trail "${options.trail}"? Give one of them.`)
  }
  const anchors = await Promise.all((options.anchor ?? []).map((path) => readAnchor(path, io)))
  if (word?.endsWith('.json')) return (await import('./verify-bundle.js')).verifyBundle(word, anchors, options, io)
  const trail = word === undefined ? trailOf(options, io) : resolve(io.cwd, word)
  await demandTrail(trail)
  const configured = options.key === undefined ? genesisOf(options, trail, io) : null
  const keys = await readKeys(options.key ?? (configured === null ? [] : [configured]), io)
  const untilNs = options.until === undefined ? null : await untilOf(options.until, trail, options.zone, io)
  const bar = new ProgressBar(io)
  const result = await verifyTrail(trail, {
    keys,
    anchors,
    onProgress: ({ done, total }) => bar.update({ stage: 'verify', done, total }),
    ...(untilNs === null ? {} : { untilNs }),
  }).finally(() => bar.clear())
  await io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : verifyText(result, trail, keys.length > 0, io))
  return exitOf(result)
}

async function untilOf(until: string, trail: string, zone: string | undefined, io: Io): Promise<bigint> {
  const { checkZone, parseMoment } = await import('../../reports/moment.js')
  const known = checkZone(zone ?? (await readRecorded(trail)).zone)
  return parseMoment(until, { zone: known, nowNs: io.nowNs() }, '--until')
}

function verifyText(result: VerifyResult, trail: string, keyed: boolean, io: Io): string {
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
  return `${[...lines, completeText].join('\n')}\n`
}
