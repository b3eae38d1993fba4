/**
 * Reports by mail: to the addresses of `nightly.mail`, through the server of a mail channel of `alerts`.
 * @module
 */
import { basename } from 'node:path'
import type { Configuration, MailChannel } from '../config/types.js'
import type { Reported } from '../nightly/job.js'

/**
 * @returns the server's answer
 * @throws {Error} saying what the server had against it
 */
export async function mailReport(
  report: Reported,
  { alerts, identity }: Configuration,
  mail: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const channels = (alerts?.channels ?? []).filter((one): one is MailChannel => one.kind === 'mail')
  const named = channels.filter(({ name }) => mail.includes(name))
  const server = named[0] ?? channels[0]
  if (!server) throw new Error('"nightly.mail" needs a channel of kind "mail" under "alerts.channels"')
  const to = [...mail.filter((word) => word.includes('@')), ...named.flatMap((channel) => channel.to)]
  const { sendMail } = await import('../alerts/channels/mail.js')
  const timeoutMs = Number((alerts?.timeoutNs ?? 20_000_000_000n) / 1_000_000n)
  return sendMail(
    {
      to: [...new Set(to)],
      subject: `[${identity.hostLabel}] ${report.period}, ${report.profile}: policy ${report.met}`,
      text: textOf(report),
      id: `report-${report.seq}-${report.files[0]?.sha256.slice(0, 16) ?? 'none'}`,
      urgent: report.met === 'not-met' || report.intact === 'false',
      attachments: report.paths
        .filter((path) => path.endsWith('.pdf'))
        .map((path) => ({ filename: basename(path), path, contentType: 'application/pdf' })),
    },
    server,
    { timeoutMs, environment },
  )
}

function textOf({ period, from, to, profile, met, intact, message, files, seq }: Reported): string {
  return [
    `Report of ${period}: ${from} to ${to}`,
    `Profile ${profile}: policy ${met}. Trail: ${intact}. Record ${seq}.`,
    ...(message === '' ? [] : [message]),
    '',
    ...files.map(({ name, sha256 }) => `${name}\r\n  sha256 ${sha256}`),
    '',
  ].join('\r\n')
}
