/** Reports by mail, to a real SMTP server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { SMTPServer } from 'smtp-server'
import { mailReport } from '../../lib/cli/nightly-mail.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import type { Reported } from '../../lib/nightly/job.js'

let folder: string
let server: SMTPServer
let got: { to: string[]; text: string }[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nightly-mail-'))
  writeFileSync(join(folder, 'pluto_2026-03-02_day_custom.pdf'), '%PDF-1.7 a page')
  got = []
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _, done) => done(address.startsWith('nobody') ? new Error('no such user here') : null),
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        got.push({ to: envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(chunks).toString('utf8') })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()))
  rmSync(folder, { recursive: true })
})

function send(mail: string[]): Promise<string> {
  const { port } = server.server.address() as AddressInfo
  const channel = { kind: 'mail', name: 'ops', server: `smtp://127.0.0.1:${port}`, from: 'a@b', to: ['ops@b', 'x@y'] }
  const configuration = parseConfiguration(
    { references: ['127.0.0.1'], trail: 't', nightly: { mail }, alerts: { channels: [channel] } },
    { base: folder, hostName: 'pluto' },
  )
  const report: Reported = {
    ...{ type: 'report', period: '2026-03-02 (day)', profile: 'custom', toleranceNs: '1', met: 'not-met', asOf: 9 },
    ...{ from: '2026-03-02T00:00:00.000000000Z', to: '2026-03-03T00:00:00.000000000Z', intact: 'true', seq: 12 },
    files: [{ name: 'pluto_2026-03-02_day_custom.pdf', bytes: 15, sha256: 'ab'.repeat(32) }],
    ...{ message: 'the clock was too far off', paths: [join(folder, 'pluto_2026-03-02_day_custom.pdf')] },
  }
  return mailReport(report, configuration, configuration.nightly?.mail ?? [], {})
}

test('to addresses and to those of a named channel, each once, the PDF attached', async () => {
  expect(await send(['x@y', 'ops'])).toMatch(/^250 /)
  expect(got).toHaveLength(1)
  const [{ to, text } = { to: [], text: '' }] = got
  expect(to.sort()).toEqual(['ops@b', 'x@y'])
  expect(text).toContain('Subject: [pluto] 2026-03-02 (day), custom: policy not-met')
  expect(text).toContain('the clock was too far off')
  expect(text).toContain('filename=pluto_2026-03-02_day_custom.pdf')
  expect(text).toContain(Buffer.from('%PDF-1.7 a page').toString('base64'))
})

test('an address alone goes through the only server there is; a refusal is told', async () => {
  await send(['auditor@example.net'])
  expect(got.map(({ to }) => to)).toEqual([['auditor@example.net']])
  await expect(send(['nobody@example.net'])).rejects.toThrow('no such user here')
})
