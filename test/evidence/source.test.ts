import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { memorySource, trailSource } from '../../lib/evidence/source.js'
import type { Fact, FactSource } from '../../lib/evidence/types.js'
import { writeTrail } from '../support/fact-trail.js'
import { hour, minute, second, simulate } from './sim.js'

const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-source-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function allOf(source: FactSource): Promise<Fact[]> {
  const facts: Fact[] = []
  for (let block = 0; block * 512 < source.lastSeq; block++) facts.push(...(await source.block(block)))
  return facts
}

const sim = simulate({
  length: 12n * hour,
  every: 32n * second,
  actions: [
    { at: hour, do: 'step', by: minute },
    { at: 2n * hour, do: 'suspend', for: hour },
    { at: 4n * hour, do: 'reboot', off: minute, start: minute, wallError: second },
    { at: 5n * hour, do: 'down', for: minute },
    { at: 6n * hour, do: 'references', count: 0 },
    { at: 7n * hour, do: 'references', count: 2 },
  ],
})

test('a trail gives the facts that were recorded, block by block, in any order', async () => {
  const trail = join(folder, 'whole')
  writeTrail(trail, sim.facts)
  const source = await trailSource(trail)
  expect(source.lastSeq).toBe(sim.facts.length)
  expect(await allOf(source)).toEqual(sim.facts)
  const memory = memorySource(sim.facts)
  for (const block of [3, 0, 2, 3, 1, 99]) expect(await source.block(block)).toEqual(await memory.block(block))
})

test('a line that was edited becomes damage before the next record', async () => {
  const trail = join(folder, 'edited')
  const { segments } = writeTrail(trail, sim.facts)
  const path = join(trail, segments[1]?.path ?? '')
  const lines = readFileSync(path, 'utf8').split('\n')
  lines[10] = lines[10]?.replace('"seq"', '"sEq"') ?? ''
  writeFileSync(path, lines.join('\n'))
  const facts = await allOf(await trailSource(trail))
  expect(facts.filter(({ kind }) => kind === 'damage').map(({ seq }) => seq)).toEqual([412])
  expect(facts.map(({ seq }) => seq)).not.toContain(411)
  expect(facts.length).toBe(sim.facts.length)
})

test('a damaged boundary of a block is seen also when the block is read alone', async () => {
  const trail = join(folder, 'boundary')
  const { segments } = writeTrail(trail, sim.facts)
  const path = join(trail, segments[1]?.path ?? '')
  const lines = readFileSync(path, 'utf8').split('\n')
  lines.splice(112, 0, 'this is no record')
  writeFileSync(path, lines.join('\n'))
  const source = await trailSource(trail)
  await source.block(5)
  const block = await source.block(1)
  expect(block.slice(0, 2).map(({ kind, seq }) => [kind === 'damage', seq])).toEqual([
    [true, 513],
    [false, 513],
  ])
})

test('damage at the very end stands behind the last record', async () => {
  const trail = join(folder, 'end')
  const { segments } = writeTrail(trail, sim.facts.slice(0, 20))
  const path = join(trail, segments[0]?.path ?? '')
  writeFileSync(path, `${readFileSync(path, 'utf8')}garbage\n`)
  const facts = await allOf(await trailSource(trail))
  expect(facts.at(-1)).toMatchObject({ kind: 'damage', seq: 20 })
})

test('an empty trail holds nothing', async () => {
  const trail = mkdtempSync(join(folder, 'empty-'))
  const source = await trailSource(trail)
  expect(source.lastSeq).toBe(0)
  expect(await source.block(0)).toEqual([])
})
