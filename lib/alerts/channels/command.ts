/**
 * Messages to a program of the operator's: `{title}` and `{text}` in its arguments, the same and more in its environment, and the whole
 * message as JSON on its standard input. No shell is involved.
 * @module
 */
import type { CommandChannel } from '../../config/types.js'
import { runProgram } from '../../program.js'
import { documentOf, linesOf, titleOf } from '../text.js'
import type { Deliver } from './types.js'

export const deliverCommand: Deliver<CommandChannel> = async (message, { command }, { timeoutMs }) => {
  const title = titleOf(message)
  const text = linesOf(message).join('\n')
  const ran = await runProgram(
    command.map((word) => word.replaceAll('{title}', title).replaceAll('{text}', text)),
    {
      input: Buffer.from(`${JSON.stringify(documentOf(message))}\n`),
      environment: {
        NTP_AUDITOR_ID: message.id,
        NTP_AUDITOR_CONDITION: message.condition,
        NTP_AUDITOR_KEY: message.key,
        NTP_AUDITOR_STATE: message.state,
        NTP_AUDITOR_SEVERITY: message.severity,
        NTP_AUDITOR_CAUSE: message.cause,
        NTP_AUDITOR_NEXT: message.next,
        NTP_AUDITOR_HOST: message.host,
        NTP_AUDITOR_SEQ: message.on === null ? '' : String(message.on),
        NTP_AUDITOR_TITLE: title,
        NTP_AUDITOR_TEXT: text,
      },
      timeoutMs,
    },
  )
  if (!ran.ok) throw new Error(ran.message)
  return ran.message
}
