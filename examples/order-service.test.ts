/**
 * Tests of an application that lives with an auditor: no network, no worker, no waiting.
 *
 *     node --test dist/order-service.test.js
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeAuditor } from 'ntp-auditor/testing'
import { orderService } from './order-service.js'

const order = { method: 'POST', url: '/orders', payload: { buy: 7 } } as const

test('an order gets its stamp while the clock is proven', async () => {
  const app = orderService(fakeAuditor({ low: -0.002, high: 0.003 }), '50ms')
  const { statusCode, body } = await app.inject(order)
  assert.equal(statusCode, 201)
  assert.deepEqual(JSON.parse(body).error, { low: -0.002, high: 0.003 })
})

test('somebody sets the clock: orders are refused until it is proven again', async () => {
  const clock = fakeAuditor()
  const app = orderService(clock, '50ms')
  assert.equal((await app.inject('/health/clock')).statusCode, 200)
  clock.say({ verdict: 'UNMONITORED', cause: 'clock-change' })
  const refused = await app.inject(order)
  assert.equal(refused.statusCode, 503)
  assert.equal(JSON.parse(refused.body).cause, 'clock-change')
  assert.equal((await app.inject('/health/clock')).statusCode, 503)
  clock.say({})
  assert.equal((await app.inject(order)).statusCode, 201)
})

test('a bound that is wider than the limit proves nothing', async () => {
  const app = orderService(fakeAuditor({ low: -0.08, high: 0.09 }), '50ms')
  assert.equal(JSON.parse((await app.inject(order)).body).cause, 'bound-too-wide')
})
