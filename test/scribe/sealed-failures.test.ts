/** A sealed trail on a disk that fails at any call, fills up, goes away, or takes its time. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { unsyncedFiles } from '../../lib/scribe/files.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { type Call, faultyFiles } from '../support/faulty-files.js'
import { sealsOf, TrailBuilder } from '../support/trail-builder.js'
import { readAll } from '../support/trail-folder.js'

const keysOf = (folder: string) => [readFileSync(sealsOf(folder).genesisBeside, 'utf8')]

function drop(folder: string): void {
  for (const path of [folder, sealsOf(folder).keys, sealsOf(folder).genesisBeside]) {
    rmSync(path, { recursive: true, force: true })
  }
}

test('whatever fails while epochs are closed, nothing is lost, nothing is sealed twice, and all is sealed in the end', async () => {
  const calls: Call[] = [
    'write',
    'syncData',
    'syncFile',
    'remove',
    'open',
    'readAll',
    'pathFacts',
    'syncFolder',
    'rename',
  ]
  const fault = fc.record({
    at: fc.nat(250),
    call: fc.constantFrom(...calls),
    code: fc.constantFrom('EIO', 'ENOSPC', 'EROFS', 'EACCES'),
    times: fc.integer({ min: 1, max: 12 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 8 }), async (faults) => {
      const files = faultyFiles(unsyncedFiles)
      const folder = mkdtempSync(join(tmpdir(), 'sealed-failures-'))
      const trail = new TrailBuilder({ folder, files, seals: {}, utc: '2026-03-03T20:00:00.000000000Z' })
      trail.open()
      const left = faults.map((one) => ({ ...one }))
      let count = 0
      files.fault = (call, path) => {
        if (path.includes('lock')) return null
        count += 1
        const now = left.find((one) => one.call === call && one.at <= count && one.times > 0)
        if (!now) return null
        now.times -= 1
        return now.code
      }
      const acknowledged: string[] = trail.placed.map(({ hash }) => hash)
      for (let i = 0; i < 12; i++) {
        trail.advance(1800)
        for (let attempt = 0; ; attempt++) {
          if (attempt > 30) files.fault = () => null
          try {
            acknowledged.push(trail.heartbeat().hash)
            break
          } catch (error) {
            if ((error as { code?: string }).code !== 'ERR_TRAIL_WRITE') throw error
          }
        }
      }
      files.fault = () => null
      trail.crash()
      trail.advance(60).open()
      trail.close()
      const { placed, broken } = await readAll(folder)
      const hashes = new Set(placed.map(({ hash }) => hash))
      expect([broken, acknowledged.filter((hash) => !hashes.has(hash))]).toEqual([[], []])
      const { intact, findings, upTo, sealedUpTo } = await verifyTrail(folder, { keys: keysOf(folder) })
      expect([intact, findings.filter(({ severity }) => severity === 'damage')]).toEqual([true, []])
      expect(sealedUpTo).toBe(upTo)
      drop(folder)
    }),
    { numRuns: 60 },
  )
}, 180_000)

test('its folder deleted under the auditor: the tree goes on, and says how much is missing', async () => {
  const trail = new TrailBuilder({ seals: {} })
  trail.open()
  trail.advance(10).heartbeat()
  trail.seal()
  rmSync(trail.folder, { recursive: true })
  const after = trail.advance(10).heartbeat()
  expect(after.record.seq).toBeGreaterThan(4)
  trail.close()
  expect(trail.seals.map(({ epoch }) => epoch)).toEqual([1, 2])
  const { intact, findings } = await verifyTrail(trail.folder, { keys: keysOf(trail.folder) })
  expect(intact).toBe(false)
  expect(findings.map(({ code }) => code)).toContain('segment-missing')
  const next = new TrailBuilder({ folder: trail.folder, seals: {} })
  expect(next.open().record).toMatchObject({ publicKey: expect.any(String) })
  next.crash()
})

test('the folder of the keys deleted under the auditor: the key in memory seals, and the next is made anew', async () => {
  const trail = new TrailBuilder({ seals: {} })
  trail.open()
  rmSync(sealsOf(trail.folder).keys, { recursive: true })
  trail.advance(3600).heartbeat()
  trail.close()
  expect(trail.problems).toEqual([])
  expect(await verifyTrail(trail.folder, { keys: keysOf(trail.folder) })).toMatchObject({ intact: true, findings: [] })
})

test('a short write of a seal or of a key leaves nothing half', async () => {
  for (const name of ['000000001.checkpoint.tmp', '000000002.key.tmp', 'last-seal.tmp']) {
    const files = faultyFiles(unsyncedFiles)
    const trail = new TrailBuilder({ files, seals: {} })
    trail.open()
    let room = 20
    const write = files.write
    const named = new Map<number, string>()
    const open = files.open
    files.open = (path, flags, mode) => {
      const descriptor = open(path, flags, mode)
      named.set(descriptor, path)
      return descriptor
    }
    files.write = (descriptor, bytes) => {
      if (!named.get(descriptor)?.endsWith(name) || room === 0) return write(descriptor, bytes)
      const part = bytes.subarray(0, room)
      room = 0
      return write(descriptor, part)
    }
    trail.advance(3600).heartbeat()
    expect(trail.problems).toMatchObject([{ message: expect.stringContaining('(ENOSPC)') }])
    trail.advance(1).heartbeat()
    trail.close()
    expect(await verifyTrail(trail.folder, { keys: keysOf(trail.folder) })).toMatchObject({
      intact: true,
      findings: [],
    })
    drop(trail.folder)
  }
})
