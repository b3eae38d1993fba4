/** Auditors with real workers and clocks: they seal, seal on demand, say so, and go on with a new key when told to. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Auditor } from '../../lib/auditor.js'
import { realParts } from '../../lib/cli/real-parts.js'
import { trailOrigin } from '../../lib/config/host.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import { ask } from '../../lib/scribe/inbox.js'
import type { SealNews } from '../../lib/scribe/messages.js'
import { parseVkey } from '../../lib/trail/note.js'
import { checkSeals } from '../support/check-seals.js'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'auditor-seals-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const options = () => ({ trail: join(base, 'trail'), references: ['127.0.0.1:9'], interval: '500ms', timeout: '100ms' })

test.each(['worker', 'inline'] as const)(
  '%s: seals on demand, through the inbox and at the end, and says so',
  async (engine) => {
    const auditor = await Auditor.start(options(), { engine, keepAlive: true })
    const told: SealNews[] = []
    const problems: Error[] = []
    auditor.on('sealed', (news) => told.push(news))
    auditor.on('problem', (error) => problems.push(error))
    const first = await auditor.seal()
    expect(readFileSync(join(base, 'trail', first.path), 'utf8')).toBe(first.text)
    const { seq, document } = await ask(join(base, 'trail'), { kind: 'seal' })
    expect(document).toMatchObject({ epoch: 2, reason: 'requested', seq, final: false })
    await auditor.stop()
    expect(told.map(({ epoch, reason, final }) => [epoch, reason, final])).toEqual([
      [1, 'requested', false],
      [2, 'requested', false],
      [3, 'stop', true],
    ])
    expect(problems).toEqual([])
    const genesis = parseVkey(readFileSync(join(base, 'trail.genesis.vkey'), 'utf8')).publicKey.toString('hex')
    const { epochs, wrong, records, sealedUpTo } = checkSeals(join(base, 'trail'), genesis)
    expect([epochs, wrong, sealedUpTo]).toEqual([[1, 2, 3], [], records])
  },
  30_000,
)

test('without a key it records, says so once somebody can hear it, and refuses to seal; a new chain mends it', async () => {
  await (await Auditor.start(options(), { keepAlive: true })).stop()
  rmSync(join(base, 'trail.keys'), { recursive: true })
  const auditor = await Auditor.start(options(), { keepAlive: true })
  const problem = new Promise<Error>((resolve) => auditor.once('problem', resolve))
  expect(await problem).toMatchObject({ code: 'ERR_UNSEALED', message: expect.stringContaining('the key of epoch 2') })
  await expect(auditor.seal()).rejects.toMatchObject({ code: 'ERR_UNSEALED' })
  await auditor.stop()
  await expect(auditor.seal()).rejects.toMatchObject({ code: 'ERR_STOPPED' })
  const { epoch, vkey, seq } = await realParts.rekey(parseConfiguration(options(), { base }), 'deleted')
  expect([epoch, parseVkey(vkey).name]).toEqual([2, trailOrigin(hostname())])
  const { epochs, wrong, records, sealedUpTo } = checkSeals(join(base, 'trail'))
  expect([epochs, wrong, sealedUpTo]).toEqual([[1, 2], [], records])
  expect(seq).toBeLessThan(records)
}, 30_000)
