import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { leafHash } from '../../lib/trail/hash.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { startChild } from '../support/child.js'
import { sealsOf } from '../support/trail-builder.js'
import { freshFolder, segmentFiles } from '../support/trail-folder.js'

/** How many calls of the file system each phase has, at least: a kill is put at one of them. */
const phases = { close: 46, rotate: 62, anchor: 40, record: 46, start: 70 } as const
type Phase = keyof typeof phases
const plan: readonly Phase[] = ['close', 'rotate', 'anchor', 'close', 'rotate', 'anchor', 'record', 'start']

/** Hashes of all lines, in order. */
function hashesIn(folder: string): string[] {
  return segmentFiles(folder).flatMap((path) => {
    const lines = readFileSync(join(folder, path), 'latin1').split('\n')
    // What stands behind the last newline is no record yet.
    return lines.slice(0, -1).map((line) => leafHash(Buffer.from(line, 'latin1')))
  })
}

/** So many processes, one after the other, on one trail; each kills itself at another place. */
async function killed(rounds: number, first: number): Promise<Map<Phase, number>> {
  const folder = freshFolder()
  const known = new Map<number, string>()
  const kills = new Map<Phase, number>()
  for (let round = 0; round < rounds; round++) {
    const turn = first + round
    const phase = plan[turn % plan.length] ?? 'close'
    const call = 1 + ((turn * 7) % phases[phase])
    const child = startChild('killed-process', [folder, phase, String(call)])
    await child.ended
    expect(child.lines.filter((line) => /^(?:problem|error)/.test(line))).toEqual([])
    const at = child.lines.find((line) => line.startsWith('killed '))
    if (at !== undefined) kills.set(phase, (kills.get(phase) ?? 0) + 1)
    else expect(child.lines.at(-1)).toBe('stopped')
    for (const line of child.lines) {
      const [word, seq, hash] = line.split(' ')
      if (word === 'record') known.set(Number(seq), hash ?? '')
    }
    if (known.size === 0) continue
    const hashes = hashesIn(folder)
    for (const [seq, hash] of known) expect([seq, hashes[seq - 1]]).toEqual([seq, hash])
    for (const [index, hash] of hashes.entries()) known.set(index + 1, hash)
    if (round % 3 > 0) continue
    const keys = [readFileSync(sealsOf(folder).genesisBeside, 'utf8')]
    const { findings } = await verifyTrail(folder, { keys })
    // Between a close and its checkpoint the seal may be missing; the next start makes it.
    const damage = findings.filter(({ severity }) => severity === 'damage')
    expect([at, damage.filter(({ code }) => code !== 'seal-missing')]).toEqual([at, []])
  }
  const last = startChild('killed-process', [folder, 'never', '1'])
  await last.ended
  expect(last.lines.at(-1)).toBe('stopped')
  const keys = [readFileSync(sealsOf(folder).genesisBeside, 'utf8')]
  const { intact, findings, upTo, sealedUpTo } = await verifyTrail(folder, { keys })
  expect([intact, findings, sealedUpTo]).toEqual([true, [], upTo])
  return kills
}

test('two hundred kills, most of them inside a close, a rotation or a seal on demand: clean each time', async () => {
  const all = await Promise.all([0, 1, 2, 3].map((lane) => killed(50, lane * 50)))
  const sum = (...names: Phase[]): number =>
    all.reduce((total, kills) => total + names.reduce((part, name) => part + (kills.get(name) ?? 0), 0), 0)
  expect(sum('close', 'rotate', 'anchor')).toBeGreaterThanOrEqual(100)
  expect(sum('close', 'rotate', 'anchor', 'record', 'start')).toBeGreaterThanOrEqual(180)
}, 300_000)
