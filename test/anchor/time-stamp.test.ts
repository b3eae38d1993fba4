/** RFC 3161 against OpenSSL: what is right is taken, and every single wrong thing is refused by its name. */
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { post, shownUrl } from '../../lib/anchor/service.js'
import { encodeRequest, imprintOf, readResponse } from '../../lib/anchor/time-stamp.js'
import { TimeStampingService } from '../support/time-stamping.js'

let service: TimeStampingService
beforeAll(async () => {
  service = await TimeStampingService.start()
})
afterAll(() => service.stop())
beforeEach(() => {
  service.behaviour = {}
})

const data = Buffer.from('the checkpoint')
const sha256 = createHash('sha256').update(data).digest('hex')
const nonce = Buffer.from('00f1020304050607', 'hex')
const policy = null
const expected = () => ({ data, nonce, policy, roots: [service.authority] })
const stamped = async () => post(service.url, await encodeRequest(sha256, { nonce, policy }), { timeoutMs: 5000 })

test('a token of OpenSSL is taken, and says when and by whom', async () => {
  const before = Date.now()
  const response = await stamped()
  const stamp = await readResponse(response, expected())
  expect(stamp).toMatchObject({ sha256, policy: '1.3.6.1.4.1.13762.3', signer: 'Tests, stamps', trusted: true })
  expect(stamp.atMs).toBeGreaterThanOrEqual(before - 1000)
  expect(stamp.atMs).toBeLessThanOrEqual(Date.now())
  expect(service.verifies(response, data)).toBe(true)
})

test('a nonce of any shape is one that OpenSSL repeats', async () => {
  for (const bytes of ['0000000000000001', 'ffffffffffffffff', '8000000000000000', randomBytes(8).toString('hex')]) {
    const one = Buffer.from(bytes, 'hex')
    const response = service.stamp(await encodeRequest(sha256, { nonce: one, policy }))
    await expect(readResponse(response, { ...expected(), nonce: one })).resolves.toMatchObject({ sha256 })
  }
})

test('the policy asked for is the one it was made under', async () => {
  const other = '1.3.6.1.4.1.13762.4'
  const response = service.stamp(await encodeRequest(sha256, { nonce, policy: other }))
  await expect(readResponse(response, { ...expected(), policy: other })).resolves.toMatchObject({ policy: other })
  await expect(readResponse(response, { ...expected(), policy: '1.2.3' })).rejects.toThrow(
    'the token was made under policy 1.3.6.1.4.1.13762.4, not 1.2.3',
  )
  const refused = service.stamp(await encodeRequest(sha256, { nonce, policy: '1.2.3' }))
  await expect(readResponse(refused, expected())).rejects.toThrow('the service refused (status 2')
})

describe('what is refused', () => {
  test('a token about other bytes', async () => {
    const other = Buffer.from('x')
    const response = await stamped()
    await expect(readResponse(response, { ...expected(), data: other })).rejects.toThrow(
      `stamps ${sha256}, not 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881`,
    )
    expect(await imprintOf(response)).toBe(sha256)
    expect(service.verifies(response, other)).toBe(false)
  })

  test('the answer to another request', async () => {
    await expect(readResponse(await stamped(), { ...expected(), nonce: randomBytes(8) })).rejects.toThrow(
      'its nonce is not ours',
    )
  })

  test('a chain that ends at nobody who is trusted', async () => {
    await expect(readResponse(await stamped(), { ...expected(), roots: [service.stranger] })).rejects.toThrow(
      /signature does not hold|ends at no certificate/,
    )
    await expect(readResponse(await stamped(), { ...expected(), roots: ['no certificate'] })).rejects.toThrow(
      'a PEM file is wanted',
    )
  })

  test('a certificate that was made for something else', async () => {
    service.behaviour = { certificate: 'other' }
    const response = await stamped()
    await expect(readResponse(response, expected())).rejects.toThrow(
      'the certificate of Tests, other is not made for time stamps alone',
    )
    expect(service.verifies(response, data)).toBe(false)
  })

  test('any bit altered: refused, or proof of the very same thing', async () => {
    const response = await stamped()
    const right = await readResponse(response, expected())
    const refused: unknown[] = []
    for (let index = 0; index < response.length; index += 23) {
      const altered = Buffer.from(response)
      altered[index] = (altered[index] ?? 0) ^ (1 << (index % 8))
      const read = await readResponse(altered, expected()).catch((error: { code: string }) => error.code)
      if (read === 'ERR_TIME_STAMP') refused.push(index)
      else expect(read).toEqual(right)
    }
    // What no signature covers is the wrapping, and certificates beside the signer's.
    expect(refused.length).toBeGreaterThan(response.length / 46)
  })

  test('a cut or lengthened response, and noise', async () => {
    const response = await stamped()
    for (const bytes of [
      response.subarray(0, -1),
      Buffer.concat([response, Buffer.alloc(1)]),
      Buffer.from('x'),
      Buffer.alloc(0),
    ]) {
      await expect(readResponse(bytes, expected())).rejects.toMatchObject({ code: 'ERR_TIME_STAMP' })
    }
  })
})

test('without roots the token is read, and nobody vouches for it', async () => {
  await expect(readResponse(await stamped(), { ...expected(), roots: [] })).resolves.toMatchObject({ trusted: false })
})

describe('a service that', () => {
  const ask = (timeoutMs = 5000) => post(service.url, Buffer.from('x'), { timeoutMs })
  beforeEach(() => {
    service.behaviour = { answer: () => ({ body: Buffer.from('x') }) }
  })

  test('is silent is not waited for', async () => {
    service.behaviour = { silent: true }
    await expect(ask(100)).rejects.toThrow('gave no whole answer within 0.1 s')
  })

  test('answers with an error or a page is named', async () => {
    service.behaviour = { answer: () => ({ status: 401, body: Buffer.alloc(0) }) }
    await expect(ask()).rejects.toThrow('answers HTTP 401; check its address and your account')
  })

  test('is not there is told', async () => {
    await expect(post('http://127.0.0.1:1/', Buffer.alloc(0), { timeoutMs: 5000 })).rejects.toThrow('cannot be reached')
  })

  test('is given up when the auditor stops', async () => {
    service.behaviour = { silent: true }
    const stop = new AbortController()
    const asked = post(service.url, Buffer.alloc(0), { timeoutMs: 5000, signal: stop.signal })
    stop.abort()
    await expect(asked).rejects.toThrow('was not waited for')
  })
})

test('an address is shown without what is secret in it', () => {
  expect(shownUrl('https://ann:secret@tsa.example.net:8443/a/b?key=secret#x')).toBe('https://tsa.example.net:8443/a/b')
})
