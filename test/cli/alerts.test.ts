/** Commands on alerts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openAlerts } from '../../lib/alerts/open.js'
import type { Parts } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import { TrailLockedError } from '../../lib/errors.js'
import type { ServiceBody } from '../../lib/trail/types.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { fakeIo, fakeParts } from './fake-io.js'

let cwd: string
let io: ReturnType<typeof fakeIo>
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'alerts-'))
  io = fakeIo({ cwd })
})
afterEach(() => rmSync(cwd, { recursive: true }))

const channels = [
  { name: 'ops', kind: 'command', command: ['x'] },
  { name: 'log', kind: 'syslog' },
]
const configure = (alerts?: object) =>
  writeFileSync(join(cwd, 'ntp-auditor.json'), JSON.stringify({ references: ['127.0.0.1'], trail: 't', alerts }))

const recorded: ServiceBody[] = []
beforeEach(() => void recorded.splice(0))
const beside: Partial<Parts> = {
  startAuditor: (configuration) => {
    expect(configuration.alerts).toBe(null)
    return Promise.reject(new TrailLockedError('held'))
  },
  requestRecord: (_, body) => {
    recorded.push(body)
    return Promise.resolve({ seq: 9 })
  },
}
const alerts = (words: string[], parts: Partial<Parts> = {}) =>
  execute(['alerts', ...words], io, fakeParts({ ...beside, ...parts }))

describe('test', () => {
  const deliverAlert: Parts['deliverAlert'] = (message, channel, timeoutMs) => {
    expect([message.state, message.host.length > 0, timeoutMs]).toEqual(['test', true, 20_000])
    return Promise.resolve(
      channel.name === 'ops' ? { state: 'sent', message: 'ok' } : { state: 'failed', message: 'no\u001b[2J socket' },
    )
  }

  test('tries every channel, says how each fared, and records it', async () => {
    configure({ channels })
    expect(await alerts(['test'], { deliverAlert })).toBe(4)
    expect(io.stdout.text).toBe('ops (command): took it: ok\nlog (syslog): FAILED: no\\u{1b}[2J socket\n')
    expect(recorded).toMatchObject([
      {
        type: 'alert',
        state: 'test',
        channels: [
          { name: 'ops', state: 'sent', message: 'ok' },
          { name: 'log', state: 'failed', message: 'no\u001b[2J socket' },
        ],
      },
    ])
  })

  test('tries one', async () => {
    configure({ channels })
    expect(await alerts(['test', 'ops', '--json'], { deliverAlert })).toBe(0)
    expect(JSON.parse(io.stdout.text)).toMatchObject({ seq: 9, channels: [{ name: 'ops', state: 'sent' }] })
  })

  test.each([
    [undefined, [], 'the configuration has no "alerts"'],
    [{}, [], '"alerts.channels" is empty'],
    [{ channels }, ['opss'], 'there is no channel "opss"; there are ops, log.'],
  ])('%j %j is refused', async (given, words, message) => {
    configure(given)
    expect(await alerts(['test', ...words], { deliverAlert })).toBe(2)
    expect(io.stderr.text).toContain(message)
    expect(recorded).toEqual([])
  })
})

describe('silence', () => {
  test('is a record with an end', async () => {
    configure({ channels })
    expect(await alerts(['silence', 'clock-changed', '--for', '2h', '--by', 'ann'])).toBe(0)
    const [body] = recorded
    expect(body).toMatchObject({
      type: 'alert',
      state: 'silenced',
      condition: 'clock-changed',
      cause: 'silenced by ann',
    })
    const until = body?.type === 'alert' ? body.until : null
    expect(io.stdout.text).toBe(`clock-changed is silenced until ${until} (seq 9)\n`)
    expect(Date.parse(until ?? '') - Number(io.nowNs() / 1_000_000n)).toBe(7_200_000)
  })

  test.each([
    [['clock-change'], 'is no condition; did you mean "clock-changed"?'],
    [['nonsense'], '"nonsense" is no condition; there are all, out-of-tolerance'],
    [['all', '--for', '31d'], '--for must be at most 30d'],
    [['all', '--for', 'soon'], '"--for" must be a duration'],
  ])('%j is refused', async (words, message) => {
    configure({ channels })
    expect(await alerts(['silence', ...words])).toBe(2)
    expect(io.stderr.text).toContain(message)
  })
})

test('list tells what is open and what waits', async () => {
  configure({ channels })
  const open = [{ seq: 7, condition: 'disk-low', since: '2026-03-03T10:00:00.000000000Z', cause: '90 MB are free' }]
  const waiting = [
    { channel: 'ops', id: 'i', condition: 'disk-low', wall: '2026-03-03T10:00:00.000000000Z', cause: 'c' },
  ]
  expect(await alerts(['list'], { openAlerts: () => Promise.resolve({ open, waiting }) })).toBe(0)
  expect(io.stdout.text).toBe(
    'Open:\n  disk-low since 2026-03-03T10:00:00.000000000Z (seq 7): 90 MB are free\n' +
      'Waiting for delivery:\n  ops: disk-low of 2026-03-03T10:00:00.000000000Z: c\n',
  )
})

test('what is open is read from the trail', async () => {
  const builder = new TrailBuilder()
  builder.open()
  const alert = (condition: string, state: 'raised' | 'repeated' | 'cleared', cause = 'c') =>
    builder.service({ type: 'alert', condition, state, severity: 'alert', on: null, cause, next: 'n', channels: [] })
  const first = alert('disk-low', 'raised')
  alert('clock-changed set', 'raised')
  alert('clock-changed set', 'cleared')
  const again = alert('disk-low', 'repeated', 'less')
  builder.close()
  expect(await openAlerts(builder.folder)).toEqual([
    { seq: again.record.seq, condition: 'disk-low', since: first.record.wall, cause: 'less' },
  ])
})
