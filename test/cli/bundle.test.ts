import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { execute } from '../../lib/cli/program.js'
import { answer, trailSource } from '../../lib/evidence/index.js'
import { sealPath } from '../../lib/trail/paths.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { type FakeIo, fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: FakeIo
const parts = fakeParts({
  openFacts: async (folder) => ({ source: await trailSource(folder), close: () => {} }),
  answer,
})
const run = (...args: string[]) => execute(args, io, parts)
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'bundle-'))
  io = fakeIo({ cwd })
  const trail = new TrailBuilder({ folder: join(cwd, 'trail'), sealedBy: 'one' })
  trail.open({ configuration: { toleranceNs: '50000000', longestGapNs: '256000000000' } })
  for (let minute = 0; minute < 6; minute++) {
    trail.sample()
    trail.advance(60)
  }
  trail.endEpoch()
  trail.sample()
  writeFileSync(join(cwd, 'genesis.vkey'), `${trail.vkey}\n`)
})
afterEach(() => rmSync(cwd, { recursive: true }))
const prove = (...args: string[]) => run('prove', '--trail', 'trail', '--at', '2026-03-03T10:02:30Z', ...args)

test('prove writes a bundle, and verify works its answer out again elsewhere', async () => {
  expect(await prove('--bundle', 'x.json')).toBe(0)
  expect(io.stdout.text).toContain('PROVEN')
  expect(io.stderr.text).toMatch(/^wrote x\.json: the answer with \d+ records and the keys of 1 epochs?;/)
  rmSync(join(cwd, 'trail'), { recursive: true })
  io.stdout.text = ''
  expect(await run('verify', 'x.json', '--key', 'genesis.vkey')).toBe(0)
  expect(io.stdout.text).toMatch(
    /^x\.json: INTACT under its key: records \d to \d of ntp-auditor\.example\/builder, under the seal of 8 records\n/,
  )
  expect(io.stdout.text).toContain(
    'When the audited clock showed 2026-03-03T10:02:30.000000000Z, for a tolerance of 0.05 s',
  )
  expect(io.stdout.text).toMatch(/ {2}PROVEN: UTC - clock from -0\.00\d+ s to 0\.00\d+ s \(single\)\n/)
  io.stdout.text = ''
  expect(await run('verify', 'x.json')).toBe(3)
  expect(io.stdout.text).toContain('Give the genesis key with --key.')
})

test('a falsified bundle is damage: 1', async () => {
  await prove('--bundle', 'x.json')
  const text = readFileSync(join(cwd, 'x.json'), 'utf8')
  writeFileSync(join(cwd, 'y.json'), text.replace('"verdict":"PROVEN"', '"verdict":"VIOLATED"'))
  io.stdout.text = ''
  expect(await run('verify', 'y.json', '--key', 'genesis.vkey', '--json')).toBe(1)
  expect(JSON.parse(io.stdout.text)).toMatchObject({ intact: false, findings: [{ code: 'wrong-answer' }] })
})

test('a bundle that begins at a checkpoint is verified by that checkpoint', async () => {
  const seal = join('trail', sealPath('2026-03-03', 1))
  expect(await prove('--bundle', 'x.json', '--anchor', seal)).toBe(0)
  io.stdout.text = ''
  expect(await run('verify', 'x.json', '--anchor', seal)).toBe(0)
  expect(io.stdout.text).toContain('An anchor remembers the trail up to record 8.')
})

test('a bundle of a pruned trail says what it stands on, here and where it is verified', async () => {
  const configuration = '{"longestGapNs":"256000000000","toleranceNs":"50000000"}'
  const trail = new TrailBuilder({ folder: join(cwd, 'old'), sealedBy: 'old', utc: '2026-03-03T23:56:30.000000000Z' })
  trail.open({
    configuration: JSON.parse(configuration) as object,
    configurationDigest: createHash('sha256').update(configuration).digest('hex'),
  })
  for (let minute = 0; minute < 8; minute++) {
    trail.sample()
    trail.advance(60)
    if (minute === 1 || minute === 6) trail.endEpoch()
  }
  trail.prune(1)
  writeFileSync(join(cwd, 'old.vkey'), `${trail.vkey}\n`)
  expect(await run('prove', '--trail', 'old', '--at', '2026-03-04T00:01:00Z', '--bundle', 'x.json')).toBe(0)
  expect(io.stderr.text).toContain(
    'records were pruned: that the oldest trees continue one another cannot be proven, and the verifier is told so, or give a later seal',
  )
  expect(await run('verify', 'x.json', '--key', 'old.vkey', '--json')).toBe(0)
  expect(JSON.parse(io.stdout.text.slice(io.stdout.text.indexOf('{"intact"')))).toMatchObject({
    ...{ intact: true, prunedUpTo: 7, findings: [{ severity: 'note', code: 'pruned' }] },
  })
  const seal = join('old', sealPath('2026-03-03', 2))
  io.stderr.text = ''
  expect(
    await run('prove', '--trail', 'old', '--at', '2026-03-04T00:01:00Z', '--bundle', 'y.json', '--anchor', seal),
  ).toBe(0)
  expect(io.stderr.text).not.toContain('pruned')
  io.stdout.text = ''
  expect(await run('verify', 'y.json', '--anchor', seal)).toBe(0)
  expect(io.stdout.text).not.toContain('pruned')
})

test('another file is never overwritten, the same one may be', async () => {
  expect(await prove('--bundle', 'x.json')).toBe(0)
  expect(await prove('--bundle', 'x.json')).toBe(0)
  writeFileSync(join(cwd, 'x.json'), 'mine')
  expect(await prove('--bundle', 'x.json')).toBe(4)
  expect(io.stderr.text).toContain('another file of that name is there; give another name')
  expect(readFileSync(join(cwd, 'x.json'), 'utf8')).toBe('mine')
  expect(await prove('--bundle', 'no/such/folder/x.json')).toBe(4)
})

test('what cannot be bundled yet says so; what is no bundle is wrong usage', async () => {
  expect(await run('prove', '--trail', 'trail', '--at', '2026-03-03T10:05:59Z', '--bundle', 'x.json')).toBe(4)
  expect(io.stderr.text).toContain('is under no seal yet')
  writeFileSync(join(cwd, 'z.json'), '{}')
  expect(await run('verify', 'z.json')).toBe(2)
  expect(io.stderr.text).toContain('z.json: the file is no bundle: "format" is missing')
  expect(await run('verify', 'nowhere.json')).toBe(4)
  expect(await run('verify', 'z.json', '--until', 'now')).toBe(2)
  expect(await prove('--anchor', 'genesis.vkey')).toBe(2)
})
