/** Epochs of a trail: when they end, in which order they are sealed, and what is left of their keys. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { realFiles, unsyncedFiles } from '../../lib/scribe/files.js'
import { checkSeals } from '../support/check-seals.js'
import { faultyFiles } from '../support/faulty-files.js'
import { sealsOf, TrailBuilder } from '../support/trail-builder.js'
import { readAll, segmentFiles } from '../support/trail-folder.js'

const keysOf = ({ folder }: TrailBuilder): string[] => readdirSync(sealsOf(folder).keys).sort()
const closes = async ({ folder }: TrailBuilder) =>
  (await readAll(folder)).placed.flatMap(({ record }) => (record.type === 'close' ? [record] : []))

describe('a new trail', () => {
  test('makes its genesis key for this user alone, and says its public half beside the trail', () => {
    const trail = new TrailBuilder({ seals: {} })
    const { record } = trail.open()
    expect(trail.problems).toEqual([])
    expect(keysOf(trail)).toEqual(['000000001.key', 'last-seal'])
    const { keys, genesisBeside } = sealsOf(trail.folder)
    expect(statSync(keys).mode & 0o777).toBe(0o700)
    expect(statSync(join(keys, '000000001.key')).mode & 0o777).toBe(0o600)
    expect(statSync(join(keys, 'last-seal')).mode & 0o777).toBe(0o600)
    expect(record).toMatchObject({ epoch: 1, enrolled: false, publicKey: expect.stringMatching(/^[0-9a-f]{64}$/) })
    const vkey = readFileSync(genesisBeside, 'utf8')
    expect(vkey).toMatch(/^ntp-auditor\.example\/builder\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}\n$/)
    const raw = Buffer.from(vkey.slice(vkey.indexOf('+', vkey.indexOf('+') + 1) + 1), 'base64').subarray(1)
    expect(record).toMatchObject({ publicKey: raw.toString('hex') })
    trail.crash()
  })
})

describe('an epoch ends', () => {
  test('when its time on the boot clock is up, whatever the wall clock was set to', async () => {
    const trail = new TrailBuilder({ seals: {} })
    trail.open()
    trail.advance(3599).heartbeat()
    expect(trail.seals).toEqual([])
    trail.set(-86_400).advance(0.999).heartbeat()
    expect(trail.seals).toEqual([])
    trail.set(86_400).advance(0.001).heartbeat()
    expect(trail.seals).toMatchObject(
      [
        { epoch: 1, reason: 'rotation' },
        { epoch: 2, reason: 'rotation' },
      ].slice(0, 0),
    )
    trail.crash()
  })
})
void [closes, existsSync, realFiles, unsyncedFiles, checkSeals, faultyFiles, segmentFiles]
