import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  decodeConfiguration,
  encodeConfiguration,
  recordedConfiguration,
  redact,
  sortedJson,
} from '../../lib/config/encode.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import type { Plain } from '../../lib/config/types.js'

const input = {
  references: ['time.example.net', { host: '192.0.2.7', operator: 'NIST' }],
  trail: 't',
  profiles: {
    mail: { url: 'smtp://ops:hunter2@mail.example.net/', password: 'hunter2' },
    apiToken: 'x',
    intervalNs: 'kept',
  },
}
const configuration = parseConfiguration(input, { base: '/srv', hostName: 'pluto' })

test('decoding undoes encoding', () => {
  const encoded = encodeConfiguration(configuration)
  expect(encoded.intervalNs).toBe('64000000000')
  expect(JSON.parse(JSON.stringify(encoded))).toEqual(encoded)
  expect(decodeConfiguration(encoded)).toEqual(configuration)
  expect(encodeConfiguration(decodeConfiguration(encoded))).toEqual(encoded)
})

test('what was never encoded is refused', () => {
  const encoded = encodeConfiguration(configuration)
  expect(() => decodeConfiguration({ ...encoded, intervalNs: 64 })).toThrow(
    '"intervalNs" must be a decimal string, got 64',
  )
  expect(() => decodeConfiguration({ ...encoded, intervalNs: '064' })).toThrow('"intervalNs" must be a decimal string')
  expect(() => decodeConfiguration({ ...encoded, witness: {} })).toThrow('"witness.periodNs" is missing')
  expect(() => decodeConfiguration(null)).toThrow('"intervalNs" is missing')
})

test('secrets leave no trace', () => {
  const recorded = recordedConfiguration(configuration)
  expect(JSON.stringify(recorded)).not.toContain('hunter2')
  expect(recorded.configuration).toMatchObject({
    profiles: {
      mail: { url: 'smtp://[redacted]@mail.example.net/', password: '[redacted]' },
      apiToken: '[redacted]',
      intervalNs: 'kept',
    },
    keys: '/srv/t.keys',
  })
  expect(redact({ password: null })).toEqual({ password: null })
})

test('a reader can compute the digest from the record, whatever the order of its keys', () => {
  const { configuration: recorded, configurationDigest } = recordedConfiguration(configuration)
  const shuffled = Object.fromEntries(Object.entries(recorded).reverse()) as Plain
  expect(createHash('sha256').update(sortedJson(shuffled)).digest('hex')).toBe(configurationDigest)
  const other = parseConfiguration({ ...input, tolerance: '2s' }, { base: '/srv', hostName: 'pluto' })
  expect(recordedConfiguration(other).configurationDigest).not.toBe(configurationDigest)
})

test('sorted JSON is JSON, and one text per value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as Plain
      expect(JSON.parse(sortedJson(plain))).toEqual(plain)
      if (plain !== null && typeof plain === 'object' && !Array.isArray(plain)) {
        expect(sortedJson(Object.fromEntries(Object.entries(plain).reverse()))).toBe(sortedJson(plain))
      }
    }),
  )
})
