import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Parts, RunningAuditor } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import { TrailLockedError } from '../../lib/errors.js'
import type { PruneNews } from '../../lib/scribe/messages.js'
import { type FakeIo, fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: FakeIo
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'prune-'))
  writeFileSync(join(cwd, 'ntp-auditor.json'), '{"references":["a"],"trail":"t"}')
  io = fakeIo({ cwd })
})
afterEach(() => rmSync(cwd, { recursive: true }))

const gone: PruneNews = { seq: 90, fromSeq: 1, toSeq: 80, segments: 3, bytes: 7_900_000 }
const none: PruneNews = { seq: null, fromSeq: 0, toSeq: 0, segments: 0, bytes: 0 }

/** An auditor of our own, or one that holds the trail already. */
function parts(news: PruneNews, held = false): { parts: Parts; asked: string[] } {
  const asked: string[] = []
  const auditor = {
    prune: async (before: string) => {
      asked.push(`own ${before}`)
      return news
    },
    stop: async () => void asked.push('stop'),
  } as unknown as RunningAuditor
  const made = fakeParts({
    startAuditor: async () => {
      if (held) throw new TrailLockedError('held')
      return auditor
    },
    requestPrune: async (trail, before) => {
      asked.push(`beside ${trail} ${before}`)
      return news
    },
  })
  return { parts: made, asked }
}

test('prunes by itself, or has the auditor that holds the trail do it', async () => {
  const own = parts(gone)
  expect(await execute(['prune', '--before', '2026-01-01', '--yes'], io, own.parts)).toBe(0)
  expect(own.asked).toEqual(['own 2026-01-01', 'stop'])
  expect(io.stdout.text).toBe('records 1 to 80 are gone: 3 segments, 7 MB (record 90)\n')
  const beside = parts(gone, true)
  io.stdout.text = ''
  expect(await execute(['prune', '--before', '2026-01-01', '--yes', '--json'], io, beside.parts)).toBe(0)
  expect(beside.asked).toEqual([`beside ${join(cwd, 't')} 2026-01-01`])
  expect(JSON.parse(io.stdout.text)).toEqual({ trail: join(cwd, 't'), before: '2026-01-01', ...gone })
})

test('says when there is nothing, and when it only ended what was begun', async () => {
  expect(await execute(['prune', '--before', '2026-01-01', '--yes'], io, parts(none).parts)).toBe(0)
  expect(io.stdout.text).toBe(`nothing of ${join(cwd, 't')} lies before 2026-01-01 and ends with a seal\n`)
  io.stdout.text = ''
  await execute(['prune', '--before', '2026-01-01', '--yes'], io, parts({ ...none, segments: 1, bytes: 5 }).parts)
  expect(io.stdout.text).toBe('an earlier pruning was finished: 1 segments, 0 MB\n')
})

test('asks before, where it can, and refuses where it cannot', async () => {
  expect(await execute(['prune', '--before', '2026-01-01'], io, fakeParts())).toBe(2)
  expect(io.stderr.text).toContain('give --yes to prune')
  const questions: string[] = []
  const answer = (text: string) =>
    fakeIo({
      cwd,
      ask: async (question) => {
        questions.push(question)
        return text
      },
    })
  const refused = answer('no')
  expect(await execute(['prune', '--before', '2026-01-01'], refused, fakeParts())).toBe(0)
  expect(refused.stdout.text).toBe('nothing was pruned\n')
  const own = parts(gone)
  expect(await execute(['prune', '--before', '2026-01-01'], answer('prune'), own.parts)).toBe(0)
  expect(own.asked).toEqual(['own 2026-01-01', 'stop'])
  expect(questions[0]).toContain('will be gone for ever; seals and keys stay')
})

test.each([[[]], [['--before', 'yesterday']], [['--before', '2026-13-01']]])('%j: which day?', async (args) => {
  expect(await execute(['prune', '--yes', ...args], io, fakeParts())).toBe(2)
  expect(io.stderr.text).toContain('up to which day?')
})
