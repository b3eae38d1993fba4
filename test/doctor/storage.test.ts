/** Folders of trail and keys: rights, room, and whether they lie on another computer. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { type Disk, realDisk, storageFindings } from '../../lib/doctor/storage.js'
import { codes } from './machine.js'

const disk = (given: Partial<Disk> = {}): Disk => ({
  exists: () => true,
  writable: () => true,
  space: () => ({ freeBytes: 100e9, type: 0xef53 }),
  mode: () => 0o700,
  ...given,
})
const find = (given: Partial<Disk> = {}, trail = '/srv/trail', platform: NodeJS.Platform = 'linux') =>
  storageFindings({ trail, keys: '/srv/keys', bytesPerYear: 1e9 }, platform, disk(given))

test('all is well', () => {
  const found = find()
  expect(codes(found)).toEqual(['ok trail-disk-space', 'ok keys-closed'])
  expect(found[0]?.what).toBe('the disk of /srv/trail has 100000 MB free, about 1000 MB a year')
})

test('missing rights: the folder, or the one above that it would be made in', () => {
  expect(find({ writable: () => false })[0]).toMatchObject({
    severity: 'problem',
    code: 'trail-not-writable',
    what: 'this user may not write to /srv/trail',
  })
  const above = find({ exists: (path) => path === '/', writable: (path) => path !== '/' })
  expect(above[0]?.what).toBe('/srv/trail is not there, and this user may not make it in /')
  expect(codes(above)).toContain('hint keys-absent')
})

test('little room is a warning, less than a month a problem', () => {
  const left = (freeBytes: number) => codes(find({ space: () => ({ freeBytes, type: 0xef53 }) }))[0]
  expect(left(0.9e9)).toBe('warning trail-disk-space')
  expect(left(0.05e9)).toBe('problem trail-disk-space')
  expect(codes(find({ space: () => null }))).toEqual(['ok keys-closed'])
})

test('a trail on another computer: NFS, CIFS with a sign, a share of Windows', () => {
  for (const type of [0x6969, 0xff534d42, 0xff534d42 | 0]) {
    expect(codes(find({ space: () => ({ freeBytes: 100e9, type }) }))).toContain('warning trail-on-network')
  }
  expect(codes(find({}, '\\\\server\\audit', 'win32'))).toContain('warning trail-on-network')
})

test('keys that others can read are a problem', () => {
  const [, open] = find({ mode: () => 0o755 })
  expect(open).toMatchObject({ severity: 'problem', code: 'keys-open', what: expect.stringContaining('mode 755') })
  expect(codes(find({ mode: () => null }))).toContain('ok keys-closed')
})

test('a real folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'storage-'))
  try {
    const keys = join(folder, 'keys')
    mkdirSync(keys, { mode: 0o700 })
    const places = { trail: join(folder, 'a', 'b'), keys, bytesPerYear: 1 }
    expect(codes(storageFindings(places, process.platform, realDisk))).toEqual([
      'ok trail-disk-space',
      'ok keys-closed',
    ])
    if (process.platform === 'win32') return
    chmodSync(keys, 0o750)
    expect(codes(storageFindings(places, process.platform, realDisk))).toContain('problem keys-open')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
