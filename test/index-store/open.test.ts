import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { openStore } from '../../lib/index-store/open.js'
import { cacheFolder, defaultIndex, indexKey } from '../../lib/index-store/paths.js'
import { loadSqlite, unfitVersion } from '../../lib/index-store/sqlite.js'

const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-open-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the index lies in the cache folder of the platform, one file per trail', () => {
  const home = '/home/ann'
  expect(cacheFolder({ platform: 'linux', home, env: {} })).toBe('/home/ann/.cache/ntp-auditor')
  expect(cacheFolder({ platform: 'linux', home, env: { XDG_CACHE_HOME: '/x' } })).toBe('/x/ntp-auditor')
  expect(cacheFolder({ platform: 'darwin', home, env: {} })).toBe('/home/ann/Library/Caches/ntp-auditor')
  expect(cacheFolder({ platform: 'win32', home, env: { LOCALAPPDATA: '/local' } })).toBe('/local/ntp-auditor/Cache')
  const here = { platform: 'linux', home, env: {} } as const
  expect(defaultIndex('/a', here)).not.toBe(defaultIndex('/b', here))
  expect(defaultIndex('/a', here)).toMatch(/^\/home\/ann\/\.cache\/ntp-auditor\/[0-9a-f]{24}\.sqlite$/)
})

test('a key is made once, for its owner only', () => {
  const index = join(folder, 'deep', 'one.sqlite')
  const key = indexKey(index)
  expect(key.length).toBe(32)
  expect(indexKey(index)).toEqual(key)
  expect(statSync(`${index}.key`).mode & 0o777).toBe(0o600)
  chmodSync(`${index}.key`, 0o644)
  expect(indexKey(index)).not.toEqual(key)
  expect(statSync(`${index}.key`).mode & 0o777).toBe(0o600)
})

test('without better-sqlite3 the index lives in memory and says why', async () => {
  const { store, path, why } = await openStore('/trail', join(folder, 'two.sqlite'), async () => 'it is not installed')
  expect(path).toBeNull()
  expect(why).toBe('it is not installed')
  const row = { block: 0, origin: '{}', facts: Uint8Array.of(1), digest: Uint8Array.of(2), mac: Uint8Array.of(3) }
  store.put(row)
  store.put({ ...row, block: 1 })
  expect(store.heads().map(({ block }) => block)).toEqual([0, 1])
  expect(store.facts(0)).toEqual(Uint8Array.of(1))
  store.drop(1)
  expect(store.facts(1)).toBeNull()
  store.close()
})

test('a better-sqlite3 that would end the process is not opened', async () => {
  expect(unfitVersion('13.2.0', '9')).toContain('needs Node-API 10')
  expect(unfitVersion('13.2.0', undefined)).toContain('this Node has none')
  expect(unfitVersion('13.2.0', '10')).toBeNull()
  expect(unfitVersion('12.11.1', '9')).toBeNull()
  expect(typeof (await loadSqlite())).toBe('function')
})

test('a damaged file is replaced where it is surely ours, and left where it is not', async () => {
  const ours = join(folder, 'ours.sqlite')
  const first = await openStore('/trail', ours)
  first.store.close()
  expect(first.path).toBe(ours)
  const bytes = readFileSync(ours)
  writeFileSync(ours, bytes.fill(0xff, 100))
  const second = await openStore('/trail', ours)
  expect(second).toMatchObject({ path: ours, why: null })
  second.store.close()
  const theirs = join(folder, 'theirs.sqlite')
  writeFileSync(
    theirs,
    'not a database at all, but a letter of more than a hundred bytes, so that nobody takes it for an empty file',
  )
  const third = await openStore('/trail', theirs)
  expect(third.path).toBeNull()
  expect(third.why).toContain('theirs.sqlite cannot be used')
})
