import { describe, expect, test } from '@jest/globals'
import type { StoredFailedReading } from '../../lib/trail/types.js'
import { ReferenceTally } from '../../reports/references.js'
import { good, ms, sampleBody } from './fixture.js'

function failed(
  code: StoredFailedReading['error']['code'],
  more: Partial<StoredFailedReading> = {},
): StoredFailedReading {
  return {
    ok: false,
    server: 'ntp1.example.net',
    port: 123,
    address: '192.0.2.7',
    error: { code, message: 'no' },
    tests: null,
    stratum: null,
    li: null,
    referenceId: null,
    ignored: 0,
    ...more,
  }
}

describe('the tally of references', () => {
  test('tells answers, silence and refusals apart', () => {
    const tally = new ReferenceTally()
    tally.sample(sampleBody(0n, { readings: { primary: good('ntp1.example.net', 5n * ms) } }))
    tally.sample(sampleBody(0n, { readings: { primary: failed('ERR_TIMEOUT') } }))
    tally.sample(sampleBody(0n, { readings: { primary: failed('ERR_TIMEOUT', { address: null }) } }))
    tally.sample(sampleBody(0n, { readings: { primary: failed('ERR_TEST_FAILED', { stratum: 16 }) } }))
    expect(tally.build({}).primary).toMatchObject({
      servers: ['ntp1.example.net:123'],
      addresses: ['192.0.2.7'],
      asked: 4,
      answered: 1,
      refused: 1,
      stratum: [1, 16],
      errors: { ERR_TEST_FAILED: 1, ERR_TIMEOUT: 2 },
      operator: null,
    })
    expect(tally.build({}).secondary).toBeUndefined()
  })

  test('counts dissent, answers from this computer, and each address once', () => {
    const tally = new ReferenceTally()
    for (const address of ['192.0.2.7', '192.0.2.8', '192.0.2.7']) {
      tally.sample(
        sampleBody(0n, {
          readings: { primary: good('ntp1.example.net', 0n, { address, self: true }), tertiary: good('x', 2500n * ms) },
        }),
      )
    }
    const { primary, tertiary } = tally.build({ primary: { operator: 'NIST', traceableTo: 'UTC(NIST)' } })
    expect(primary).toMatchObject({ addresses: ['192.0.2.7', '192.0.2.8'], self: 3, dissented: 0, operator: 'NIST' })
    expect(tertiary).toMatchObject({ dissented: 3, answered: 3 })
  })

  test('gives least, median and most as measured, over more values than fit its first array', () => {
    const tally = new ReferenceTally()
    for (let index = 0; index < 3000; index += 1) {
      const offset = BigInt((index * 7919) % 3000) - 1000n
      tally.sample(sampleBody(0n, { readings: { primary: good('ntp1.example.net', offset) } }))
    }
    expect(tally.build({}).primary?.offset).toEqual({ least: -0.000001, median: 0.000000499, most: 0.000001999 })
    expect(tally.build({}).primary?.delay).toEqual({ least: 0.008, median: 0.008, most: 0.008 })
  })

  test('has no spread where nothing was answered', () => {
    const tally = new ReferenceTally()
    tally.sample(sampleBody(0n, { readings: { primary: failed('ERR_TIMEOUT') } }))
    expect(tally.build({}).primary).toMatchObject({ offset: null, delay: null, rootDistance: null, stratum: [] })
  })
})
