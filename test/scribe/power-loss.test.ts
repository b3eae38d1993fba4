/**
 * The power fails behind every single call that changes the disk, while a trail is begun, closes and seals an epoch, meets midnight, is
 * sealed on demand and stops: nothing acknowledged is lost, no damage is found where none is, and sealing goes on.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { unsyncedFiles } from '../../lib/scribe/files.js'
import type { Processes } from '../../lib/scribe/holder.js'
import type { ErrorData } from '../../lib/scribe/messages.js'
import { Scribe } from '../../lib/scribe/scribe.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { layOut, PowerLossDisk } from '../support/power-loss.js'
import { openDraft, TrailBuilder } from '../support/trail-builder.js'
import { readAll } from '../support/trail-folder.js'

const fresh = () => mkdtempSync(join(tmpdir(), 'power-'))
const sealsIn = (root: string) => ({
  keys: join(root, 'keys'),
  genesis: null,
  genesisBeside: join(root, 'genesis.vkey'),
  epochNs: 60_000_000_000n,
})
const boot = (bootId: string): Processes => ({
  self: () => ({ pid: 7, started: '1', bootId, host: 'h', namespace: null }),
  exists: () => false,
  started: () => null,
})
const unlocked = () => 'unavailable' as const

/** A life of a trail below `root`, every step of it on a disk that remembers. */
function live(root: string) {
  const disk = new PowerLossDisk(root)
  const clock = new TrailBuilder({ folder: join(root, 'clock'), utc: '2026-03-03T23:58:30.000000000Z' })
  const acknowledged: { steps: number; seq: number; hash: string }[] = []
  const scribe = Scribe.open({
    folder: join(root, 'trail'),
    zone: 'UTC',
    files: disk.files,
    sqlite: unlocked,
    processes: boot('one'),
    seals: sealsIn(root),
  })
  let id = 0
  const heartbeat = (seconds: number) => {
    clock.advance(seconds)
    id += 1
    const draft = { stamp: clock.stamp(), body: { type: 'heartbeat' } as const, id, triggerId: null }
    const { record, hash } = scribe.append(draft)
    acknowledged.push({ steps: disk.steps, seq: record.seq, hash })
    return record
  }
  for (const { record, hash } of scribe.begin(openDraft, clock.stamp())) {
    acknowledged.push({ steps: disk.steps, seq: record.seq, hash })
  }
  heartbeat(20)
  heartbeat(41)
  const last = heartbeat(40)
  scribe.seal('requested', last)
  heartbeat(1)
  scribe.close('stop', clock.stamp())
  return { disk, acknowledged, clock }
}

/** Starts on what the power cut left, records, stops; tells what is wrong. */
async function restart(root: string, clock: TrailBuilder) {
  const problems: ErrorData[] = []
  const folder = join(root, 'trail')
  const scribe = Scribe.open({
    folder,
    zone: 'UTC',
    files: unsyncedFiles,
    sqlite: unlocked,
    processes: boot('two'),
    seals: sealsIn(root),
    onProblem: (problem) => problems.push(problem),
  })
  scribe.begin(openDraft, clock.stamp())
  scribe.append({ stamp: clock.stamp(), body: { type: 'heartbeat' }, id: 1, triggerId: null })
  scribe.close('stop', clock.stamp())
  const keys = [readFileSync(join(root, 'genesis.vkey'), 'utf8')]
  const { intact, findings, upTo, sealedUpTo } = await verifyTrail(folder, { keys })
  return { problems, intact, damage: findings.filter(({ severity }) => severity === 'damage'), upTo, sealedUpTo }
}

test('a loss of power behind any call, with any part of what was not synced', async () => {
  const root = fresh()
  const { disk, acknowledged, clock } = live(root)
  clock.advance(60)
  expect(disk.steps).toBeGreaterThan(150)
  const seen = new Set<string>()
  let states = 0
  for (let count = 1; count <= disk.steps; count++) {
    for (const state of disk.after(count)) {
      const id = JSON.stringify([...state].map(([path, bytes]) => [path, bytes?.toString('base64')]).sort())
      const known = acknowledged.filter(({ steps }) => steps <= count)
      if (seen.has(`${id}${known.length}`)) continue
      seen.add(`${id}${known.length}`)
      states += 1
      const copy = fresh()
      layOut(state, copy)
      const { problems, intact, damage, upTo, sealedUpTo } = await restart(copy, clock)
      const { placed } = await readAll(join(copy, 'trail'))
      const lost = known.filter(({ seq, hash }) => placed[seq - 1]?.hash !== hash)
      expect({ count, problems, intact, damage, lost, open: upTo - sealedUpTo }).toEqual({
        count,
        problems: [],
        intact: true,
        damage: [],
        lost: [],
        open: 0,
      })
      rmSync(copy, { recursive: true })
    }
  }
  expect(states).toBeGreaterThan(250)
  rmSync(root, { recursive: true })
}, 240_000)
