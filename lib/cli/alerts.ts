/**
 * `ntp-auditor alerts test | silence | list`: tries the channels, keeps them quiet for a while, tells what is open.
 * @module
 */
import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import type { Fared } from '../alerts/postman.js'
import type { Message } from '../alerts/types.js'
import { nearest } from '../config/fields.js'
import { type AlertConfig, alertConditions, type Configuration } from '../config/types.js'
import { parseDuration } from '../config/units.js'
import { formatInstant } from '../instant.js'
import type { AlertBody } from '../trail/types.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { type AuditOptions, auditSettings, tellNotes } from './settings.js'
import { harmless } from './text.js'
import { withWriter } from './writer.js'

async function settings(options: AuditOptions, io: Io): Promise<{ configuration: Configuration; alerts: AlertConfig }> {
  const configuration = auditSettings(options, 'trail', io)
  await tellNotes(configuration.notes, io)
  const { alerts } = configuration
  if (!alerts) throw new UsageError('nobody is to be told: the configuration has no "alerts" (docs/alerts.md).')
  return { configuration, alerts }
}

/**
 * Sends a message to each channel, or to one, and records that.
 * @returns 0 when all took it, 4 otherwise
 */
export async function testAlerts(
  words: readonly string[],
  options: AuditOptions,
  io: Io,
  parts: Parts,
): Promise<number> {
  const { configuration, alerts } = await settings(options, io)
  const [wanted] = words
  const channels = alerts.channels.filter(({ name }) => wanted === undefined || name === wanted)
  if (channels.length === 0) {
    const names = alerts.channels.map(({ name }) => name)
    throw new UsageError(
      wanted === undefined
        ? '"alerts.channels" is empty: there is no channel to test.'
        : `there is no channel "${wanted}"; there are ${names.join(', ') || 'none'}.`,
    )
  }
  const { hostLabel: host, organisation, asset } = configuration.identity
  const message: Message = {
    id: randomUUID(),
    condition: 'auditor-trouble',
    key: '',
    state: 'test',
    severity: 'warning',
    on: null,
    cause: 'somebody tries the channels of alerts; nothing is wrong',
    next: 'nothing',
    count: 1,
    channels: channels.map(({ name }) => name),
    wall: formatInstant(io.nowNs()),
    host,
    organisation,
    asset,
    trail: configuration.trail,
  }
  const fared: Fared[] = []
  for (const channel of channels) {
    const result = await parts.deliverAlert(message, channel, Number(alerts.timeoutNs / 1_000_000n))
    fared.push({ id: message.id, channel: channel.name, ...result })
    if (!options.json) {
      const word = result.state === 'sent' ? 'took it' : 'FAILED'
      await io.stdout.write(`${channel.name} (${channel.kind}): ${word}: ${harmless(result.message)}\n`)
    }
  }
  const { condition, state, severity, on, cause, next } = message
  const body: AlertBody = {
    type: 'alert',
    condition,
    state: 'test',
    severity,
    on,
    cause,
    next,
    channels: fared.map(({ channel, state: how, message: text }) => ({ name: channel, state: how, message: text })),
  }
  const { seq } = await withWriter(quiet(configuration), io, parts, (writer) => writer.record(body))
  if (options.json)
    await io.stdout.write(`${JSON.stringify({ seq, id: message.id, state, channels: body.channels })}\n`)
  return fared.every(({ state: how }) => how === 'sent') ? 0 : 4
}

export interface SilenceOptions extends AuditOptions {
  readonly for?: string
  readonly by?: string
}

/** Records that nobody is to be told of a condition for a while: the auditor that runs obeys. @returns 0 */
export async function silenceAlerts(
  words: readonly string[],
  options: SilenceOptions,
  io: Io,
  parts: Parts,
): Promise<number> {
  const [condition = ''] = words
  const known = ['all', ...alertConditions]
  if (!known.includes(condition)) {
    const near = nearest(condition, known)
    const advice = near === null ? `there are ${known.join(', ')}` : `did you mean "${near}"?`
    throw new UsageError(`"${condition}" is no condition; ${advice}.`)
  }
  const forNs = parseDuration(options.for ?? '1h', '--for')
  if (forNs > 30n * 86_400_000_000_000n) throw new UsageError(`--for must be at most 30d; got ${options.for}.`)
  const by = options.by ?? userInfo().username
  const { configuration } = await settings(options, io)
  const until = formatInstant(io.nowNs() + forNs)
  const body: AlertBody = {
    type: 'alert',
    condition,
    until,
    state: 'silenced',
    severity: 'warning',
    on: null,
    cause: `silenced by ${by}`,
    next: `it is told again from ${until} on`,
    channels: [],
  }
  const { seq, beside } = await withWriter(quiet(configuration), io, parts, async (writer) => ({
    ...(await writer.record(body)),
    beside: writer.beside,
  }))
  if (!beside) await io.stderr.write('note: no auditor runs; one that is started later does not know of this\n')
  await io.stdout.write(
    options.json
      ? `${JSON.stringify({ seq, condition, until })}\n`
      : `${condition} is silenced until ${until} (seq ${seq})\n`,
  )
  return 0
}

/** Tells what waits in the queue, and which alerts of the trail are not over. @returns 0 */
export async function listAlerts(options: AuditOptions, io: Io, parts: Parts): Promise<number> {
  const { configuration, alerts } = await settings(options, io)
  const { open, waiting } = await parts.openAlerts(configuration.trail, alerts.queue)
  if (options.json) {
    await io.stdout.write(`${JSON.stringify({ open, waiting })}\n`)
    return 0
  }
  const lines = [
    open.length === 0 ? 'No alert is open.' : 'Open:',
    ...open.map(({ seq, condition, since, cause }) => `  ${condition} since ${since} (seq ${seq}): ${cause}`),
    waiting.length === 0 ? 'Nothing waits for delivery.' : 'Waiting for delivery:',
    ...waiting.map(({ channel, condition, wall, cause }) => `  ${channel}: ${condition} of ${wall}: ${cause}`),
  ]
  await io.stdout.write(`${lines.map(harmless).join('\n')}\n`)
  return 0
}

/** The auditor that a command starts tells nobody anything: it lives for a moment. */
function quiet(configuration: Configuration): Configuration {
  return { ...configuration, alerts: null, anchor: { ...configuration.anchor, tsa: null, command: null } }
}
