/** People are told: from a record to a mail server, with a real auditor; and what the service does about time, silence and failures. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { Fared } from '../../lib/alerts/postman.js'
import type { Message } from '../../lib/alerts/types.js'
import { alerting } from '../../lib/auditor/alerting.js'
import { Auditor } from '../../lib/auditor.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import { VirtualTime } from '../../lib/testing/virtual-time.js'
import type { AlertBody, ServiceBody, TrailRecord } from '../../lib/trail/types.js'
import { only, recordsOf, removeFolders, temporaryFolder } from '../support/simulated-audit.js'

afterAll(removeFolders)

const minute = 60_000_000_000n
const channel = { kind: 'command', name: 'ops', command: ['x'] }

function setUp(alerts: object = {}) {
  const time = new VirtualTime(0n)
  const configuration = parseConfiguration(
    { references: ['192.0.2.1'], trail: '/srv/trail', interval: '64s', alerts: { channels: [channel], ...alerts } },
    { base: '/srv', hostName: 'pluto' },
  )
  const sent: Message[] = []
  const recorded: AlertBody[] = []
  const problems: string[] = []
  let fares: (fared: Fared) => void = () => {}
  let ids = 0
  const service = alerting(
    configuration,
    {
      record: (body: ServiceBody) => {
        if (body.type === 'alert') recorded.push(body)
        return Promise.resolve({ seq: 1 })
      },
      problem: (code, message) => problems.push(`${code} ${message}`),
    },
    {
      timers: time.timers,
      nowNs: () => time.nowNs(),
      newId: () => {
        ids += 1
        return `id-${ids}`
      },
      office: (onFared) => {
        fares = onFared
        return {
          resume: () => Promise.resolve(),
          send: (message) => void sent.push(message),
          stop: () => Promise.resolve(),
        }
      },
    },
  )
  if (!service) throw new Error('no service')
  service.started?.()
  const heard = (record: object) =>
    service.heard?.({ record: { seq: 5, wall: '2026-03-03T14:02:00.000000000Z', ...record } as TrailRecord } as never)
  const run = (ns: bigint) => time.run(time.nowNs() + ns)
  return { service, heard, run, sent, recorded, problems, fared: (fared: Fared) => fares(fared) }
}

const change = {
  type: 'clock-change',
  class: 'step',
  by: 'foreign',
  size: { lowNs: '-3000001000', highNs: '-3000000000' },
  wallBefore: '2026-03-03T14:02:03.000000000Z',
  wallAfter: '2026-03-03T14:02:00.000000000Z',
}
const sample = (change: object) => ({
  type: 'sample',
  verdict: 'PROVEN',
  cause: null,
  toleranceNs: '50000000',
  readings: {},
  consensus: { state: 'single', lowNs: '-1000', highNs: '1000', agree: ['primary'], dissent: [] },
  ...change,
})

test('nobody is told without a configuration', () => {
  const configuration = parseConfiguration({ references: ['192.0.2.1'], trail: '/t' }, { base: '/srv' })
  const { timers } = new VirtualTime(0n)
  const host = { record: () => Promise.reject(new Error()), problem: () => {} }
  expect(alerting(configuration, host, { timers })).toBe(null)
})

test('a clock change goes to the channels at once; its record waits for their answers', async () => {
  const { heard, sent, recorded, fared } = setUp()
  heard(change)
  expect(sent).toMatchObject([
    {
      id: 'id-1',
      condition: 'clock-changed',
      state: 'raised',
      severity: 'alert',
      on: 5,
      host: 'pluto',
      wall: '2026-03-03T14:02:00.000000000Z',
      channels: ['ops'],
    },
  ])
  expect(sent[0]?.cause).toBe(
    'the clock was moved 3.000001000 s back to 3.000000000 s back (step), not by the local time service; ' +
      'it showed 2026-03-03T14:02:03.000000000Z before and 2026-03-03T14:02:00.000000000Z after',
  )
  expect(recorded).toEqual([])
  fared({ id: 'id-1', channel: 'ops', state: 'sent', message: '250 ok' })
  expect(recorded).toMatchObject([
    {
      condition: 'clock-changed set',
      state: 'raised',
      on: 5,
      channels: [{ name: 'ops', state: 'sent', message: '250 ok' }],
    },
  ])
})

test('a channel that gives no answer does not hold up the record, and a queued alert is a problem', async () => {
  const { heard, run, recorded, problems, fared } = setUp()
  heard(change)
  await run(11_000_000_000n)
  expect(recorded).toMatchObject([{ channels: [{ name: 'ops', state: 'queued', message: 'no answer yet' }] }])
  fared({ id: 'id-1', channel: 'ops', state: 'queued', message: 'refused' })
  expect(problems).toEqual(['ERR_ALERT an alert waits for the channel ops: refused'])
  fared({ id: 'id-1', channel: 'ops', state: 'sent', message: 'ok' })
  expect(problems).toHaveLength(1)
})

test('out of tolerance: told at once, told to be over ten minutes after', async () => {
  const { heard, run, sent } = setUp()
  heard(
    sample({
      verdict: 'VIOLATED',
      consensus: { state: 'single', lowNs: '80000000', highNs: '90000000', agree: [], dissent: [] },
    }),
  )
  expect(sent.map(({ condition, state, cause }) => `${condition} ${state} ${cause}`)).toEqual([
    'out-of-tolerance raised the clock is 80.000000 ms slow to 90.000000 ms slow; the tolerance is 50.000000 ms',
  ])
  heard(sample({}))
  await run(9n * minute)
  expect(sent).toHaveLength(1)
  await run(2n * minute)
  expect(sent.slice(1).map(({ condition, state }) => `${condition} ${state}`)).toEqual(['out-of-tolerance cleared'])
})

test('the warning threshold speaks before the tolerance is exceeded', () => {
  const { heard, sent } = setUp({ warn: '20ms' })
  heard(sample({ consensus: { state: 'single', lowNs: '-31000000', highNs: '-30000000', agree: [], dissent: [] } }))
  expect(sent.map(({ condition, severity }) => [condition, severity])).toEqual([['near-tolerance', 'warning']])
})

test('hearing nothing at all is told as well', async () => {
  const { run, sent } = setUp()
  await run(20n * minute)
  expect(sent.map(({ condition }) => condition)).toEqual(['no-reference'])
  await run(60n * minute)
  expect(sent.map(({ condition }) => condition)).toEqual(['no-reference', 'not-proven'])
  expect(sent[1]?.cause).toMatch(/^no sample was recorded for \d+ s$/)
})

test('what is silenced is recorded and sent to nobody, until its time is over', async () => {
  const { heard, run, sent, recorded } = setUp()
  heard({ type: 'alert', state: 'silenced', condition: 'clock-changed', until: '2026-03-03T16:02:00.000000000Z' })
  heard(change)
  expect(sent).toEqual([])
  expect(recorded).toMatchObject([{ condition: 'clock-changed set', channels: [] }])
  await run(121n * minute)
  heard(change)
  const told = sent.filter(({ condition }) => condition === 'clock-changed')
  expect(told.map(({ state }) => state)).toEqual(['raised'])
})

test('at a stop what waits for an answer is recorded', async () => {
  const { service, heard, recorded } = setUp()
  heard(change)
  await service.stop?.(1000)
  expect(recorded).toHaveLength(1)
})

describe('a real auditor', () => {
  test('tells a web server that its clock is out of tolerance, and an alert that cannot go waits on the disk', async () => {
    const got: Message[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        got.push(JSON.parse(body))
        response.writeHead(204).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const reference = await LoopbackReference.start({ offsetNs: 3_000_000_000n })
    const trail = join(temporaryFolder(), 'trail')
    const queue = mkdtempSync(join(tmpdir(), 'queue-'))
    const auditor = await Auditor.start({
      trail,
      references: [`127.0.0.1:${reference.port}`],
      trustLocal: true,
      interval: '1s',
      tolerance: '500ms',
      alerts: {
        queue,
        channels: [
          { name: 'hook', kind: 'webhook', url },
          { name: 'dead', kind: 'syslog', server: 'tcp://127.0.0.1:1' },
        ],
      },
    })
    auditor.on('problem', () => {})
    const alerts = () => only(recordsOf(trail), 'alert').filter(({ condition }) => condition === 'out-of-tolerance')
    while (alerts().length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    await auditor.stop()
    expect(got.find(({ condition }) => condition === 'out-of-tolerance')).toMatchObject({ state: 'raised', trail })
    expect(alerts()[0]).toMatchObject({
      severity: 'alert',
      channels: [
        { name: 'hook', state: 'sent', message: 'HTTP 204' },
        { name: 'dead', state: 'queued' },
      ],
    })
    expect(readdirSync(queue).filter((name) => name.includes('-dead-')).length).toBeGreaterThanOrEqual(1)
    rmSync(queue, { recursive: true })
    await reference.stop()
    await new Promise((resolve) => server.close(resolve))
  })
})
