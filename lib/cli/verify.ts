/**
 * `ntp-auditor verify`: is the trail intact, as far as its own files tell?
 * @module
 */
import { resolve } from 'node:path'
import { readRecorded } from '../trail/recorded.js'
import type { Finding, VerifyResult } from '../trail/types.js'
import { verifyTrail } from '../trail/verify.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import { ProgressBar } from './progress.js'
import { type CommonOptions, trailOf } from './settings.js'
import { demandTrail } from './show.js'
import { harmless, paint } from './text.js'

export interface VerifyOptions extends CommonOptions {
  readonly until?: string
  readonly zone?: string
}

/** @returns 0 intact under a key, 1 damaged, 3 no key or no seal */
export async function verify(words: readonly string[], options: VerifyOptions, io: Io): Promise<number> {
  const [word] = words
  if (word !== undefined && options.trail !== undefined) {
    throw new UsageError(`which trail, "${word}" or --trail "${options.trail}"? Give one of them.`)
  }
  const trail = word === undefined ? trailOf(options, io) : resolve(io.cwd, word)
  await demandTrail(trail)
  const untilNs = options.until === undefined ? null : await untilOf(options.until, trail, options.zone, io)
  const bar = new ProgressBar(io)
  const result = await verifyTrail(trail, {
    onProgress: ({ done, total }) => bar.update({ stage: 'verify', done, total }),
    ...(untilNs === null ? {} : { untilNs }),
  }).finally(() => bar.clear())
  await io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : verifyText(result, trail, io))
  return result.intact === true ? 0 : result.intact === false ? 1 : 3
}

async function untilOf(until: string, trail: string, zone: string | undefined, io: Io): Promise<bigint> {
  const { checkZone, parseMoment } = await import('../../reports/moment.js')
  const known = checkZone(zone ?? (await readRecorded(trail)).zone)
  return parseMoment(until, { zone: known, nowNs: io.nowNs() }, '--until')
}

function verifyText(result: VerifyResult, trail: string, io: Io): string {
  const lines = result.findings.map((finding) => findingText(finding, io))
  const verdict = {
    true: paint(io, io.stdout, 'green', 'INTACT under its key'),
    false: paint(io, io.stdout, 'red', 'DAMAGED'),
    'self-consistent': paint(io, io.stdout, 'yellow', 'SELF-CONSISTENT'),
  }[String(result.intact) as 'true' | 'false' | 'self-consistent']
  lines.push(`${harmless(trail)}: ${verdict}, ${result.records} records up to ${result.upTo}`)
  if (result.intact === 'self-consistent') {
    lines.push('Nothing contradicts itself, but no key or seal says that this is what was written.')
  }
  const complete = {
    anchored: 'Complete up to its anchor.',
    expected: 'It reaches the instant it was expected to reach.',
    unknown: 'Whether its newest records are missing, the trail alone cannot tell.',
  }[result.complete]
  return `${[...lines, complete].join('\n')}\n`
}

function findingText({ severity, code, file, line, seq, message }: Finding, io: Io): string {
  const word = severity === 'damage' ? paint(io, io.stdout, 'red', 'DAMAGE') : 'note'
  const place = [
    file === null ? null : harmless(file),
    line === null ? null : `line ${line}`,
    seq === null ? null : `seq ${seq}`,
  ].filter((part) => part !== null)
  return `${word} ${code}${place.length === 0 ? '' : ` (${place.join(', ')})`}: ${harmless(message)}`
}
