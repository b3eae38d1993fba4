import { hash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { take } from '../../lib/anchor/take.js'
import type { Seal } from '../../lib/anchor/types.js'
import { checkServiceBody } from '../../lib/trail/service-check.js'
import { TimeStampingService } from '../support/time-stamping.js'

let service: TimeStampingService
beforeAll(async () => {
  service = await TimeStampingService.start()
})
afterAll(() => service.stop())
beforeEach(() => {
  service.behaviour = {}
})

const seal: Seal = {
  path: 'seals/2026/03/000000007.checkpoint',
  text: 'origin\n70\nroot\n\n— origin sig\n',
  origin: 'origin',
  epoch: 7,
  size: 70,
}
const sha256 = hash('sha256', Buffer.from(seal.text))
const timeoutMs = 10_000
const keeper = (roots: string | null) => ({ kind: 'rfc3161', url: service.url, roots, policy: null }) as const
const place = { type: 'anchor', checkpoint: seal.path, size: 70, sha256 }

test('a service stamps the bytes of the checkpoint; its token lies beside and is named in the record', async () => {
  const { body, token } = await take(seal, keeper(service.authority), { timeoutMs })
  if (token === null) throw new Error(body.message)
  expect(checkServiceBody(body)).toEqual({
    ...place,
    ok: true,
    kind: 'rfc3161',
    keeper: service.url,
    at: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000000000Z$/),
    token: { path: 'seals/2026/03/000000007.tsr', sha256: hash('sha256', token) },
    message: expect.stringMatching(
      /^stamped by Tests, stamps under policy 1\.3\.6\.1\.4\.1\.13762\.3, serial [0-9a-f]+$/,
    ),
  })
  expect(service.verifies(token, Buffer.from(seal.text))).toBe(true)
})

test('that nobody vouches for the service is said', async () => {
  const { body } = await take(seal, keeper(null), { timeoutMs })
  expect(body.ok).toBe(true)
  expect(body.message).toContain('its certificate was held against no trusted one')
})

test('what the service answers wrongly is no anchor', async () => {
  const { body, token } = await take(seal, keeper(service.stranger), { timeoutMs })
  expect(token).toBe(null)
  expect(checkServiceBody(body)).toMatchObject({ ...place, ok: false, at: null, token: null })
  service.behaviour = { answer: () => ({ body: Buffer.from('nonsense') }) }
  const noise = await take(seal, keeper(null), { timeoutMs })
  expect(noise.body).toMatchObject({ ok: false, message: expect.stringContaining('it is no RFC 3161 response') })
})

test('a program gets the checkpoint on its standard input, and what it is in its environment', async () => {
  const script = `
    const text = require('node:fs').readFileSync(0, 'utf8')
    const { NTP_AUDITOR_EPOCH, NTP_AUDITOR_SIZE, NTP_AUDITOR_SHA256, NTP_AUDITOR_CHECKPOINT } = process.env
    console.log(JSON.stringify([text, NTP_AUDITOR_EPOCH, NTP_AUDITOR_SIZE, NTP_AUDITOR_SHA256, NTP_AUDITOR_CHECKPOINT]))`
  const { body } = await take(seal, { kind: 'command', command: [process.execPath, '-e', script] }, { timeoutMs })
  expect(checkServiceBody(body)).toMatchObject({ ...place, ok: true, kind: 'command', keeper: process.execPath })
  expect(JSON.parse(body.message)).toEqual([seal.text, '7', '70', sha256, seal.path])
})

test('a program that fails is no anchor', async () => {
  const { body } = await take(
    seal,
    { kind: 'command', command: [process.execPath, '-e', 'process.exit(2)'] },
    { timeoutMs },
  )
  expect(body).toMatchObject({ ok: false, message: `${process.execPath} ended with 2` })
})
