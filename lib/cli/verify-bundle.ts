/**
 * `ntp-auditor verify FILE.json`: is the answer in a bundle the one that sealed records give?
 * @module
 */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { TrailReadError } from '../errors.js'
import { longestBundle, parseBundle } from '../evidence/bundle.js'
import { type BundleResult, checkBundle } from '../evidence/bundle-check.js'
import type { Anchor } from '../trail/anchors.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import { type CommonOptions, genesisOf } from './settings.js'
import { harmless } from './text.js'
import { readKeys } from './trust.js'
import { exitOf, findingText, verdictText } from './verify-text.js'

/** @returns 0 intact under a key, 1 damaged or another answer, 3 no key */
export async function verifyBundle(
  word: string,
  anchors: readonly Anchor[],
  options: CommonOptions & { readonly key?: readonly string[]; readonly until?: string },
  io: Io,
): Promise<number> {
  if (options.until !== undefined) throw new UsageError('--until is for a trail: a bundle holds one answer')
  const path = resolve(io.cwd, word)
  const text = await readBundle(path)
  let bundle: ReturnType<typeof parseBundle>
  try {
    bundle = parseBundle(text)
  } catch (error) {
    throw new UsageError(`${word}: ${(error as Error).message}; give a file that "prove --bundle" wrote`)
  }
  const configured = options.key === undefined && options.config !== undefined ? genesisOf(options, '', io) : null
  const keys = await readKeys(options.key ?? (configured === null ? [] : [configured]), io)
  const result = await checkBundle(bundle, { keys, anchors })
  await io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : bundleText(result, word, io))
  return exitOf(result)
}

async function readBundle(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > longestBundle) throw new UsageError(`${path} is too long for a bundle (${size} bytes)`)
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code?.startsWith('ERR_')) throw cause
    throw new TrailReadError(`${path} cannot be read (${code}); give a file that "prove --bundle" wrote`, { cause })
  }
}

function bundleText(result: BundleResult, word: string, io: Io): string {
  const { intact, origin, from, upTo, sealedUpTo, anchoredUpTo, answer } = result
  const lines = result.findings.map((finding) => findingText(finding, io))
  const records = `records ${from} to ${upTo} of ${harmless(origin)}, under the seal of ${sealedUpTo} records`
  lines.push(`${harmless(word)}: ${verdictText(intact, io)}: ${records}`)
  if (intact === 'self-consistent') {
    lines.push('Nothing contradicts itself, but no key says whose records these are. Give the genesis key with --key.')
  }
  if (anchoredUpTo > 0) lines.push(`An anchor remembers the trail up to record ${anchoredUpTo}.`)
  if (intact !== false && answer !== null) {
    const what = answer.scale === 'wall' ? `When the audited clock showed ${answer.at}` : `When it was ${answer.at} UTC`
    lines.push(`${what}, for a tolerance of ${answer.tolerance} s, as worked out again from these records:`)
    for (const { verdict, cause, low, high, support } of answer.answers) {
      const bound =
        low === null || high === null ? 'nothing is known' : `UTC - clock from ${low} s to ${high} s (${support})`
      lines.push(`  ${verdict}${cause === null ? '' : ` (${cause})`}: ${bound}`)
    }
    if (answer.simulation) lines.push('SIMULATION: no clock of this trail is a real one')
  }
  return `${lines.join('\n')}\n`
}
