/**
 * A message in words: one line for a title, some lines for a mail or a screen. Nothing in them can break out of its place.
 * @module
 */
import { harmless } from '../words.js'
import type { Message } from './types.js'

const words = { raised: '', repeated: 'still: ', cleared: 'over: ', test: 'test: ' } as const

/** One line: `ntp-auditor ALERT pluto: still: out-of-tolerance`. */
export function titleOf({ severity, host, state, condition, key }: Message): string {
  const level = state === 'cleared' ? 'all clear' : severity === 'alert' ? 'ALERT' : 'warning'
  const which = key === '' ? '' : ` (${key})`
  return harmless(`ntp-auditor ${level} ${host}: ${words[state]}${condition}${which}`)
}

/** Lines for people: what, what to do, where it stands. */
export function linesOf(message: Message): string[] {
  const { cause, next, count, on, wall, host, organisation, asset, trail, id } = message
  const many = count > 1 ? [`That happened ${count} times since it was told last.`] : []
  const record = on === null ? [] : [`record ${on} of the trail ${trail} (ntp-auditor show --trail ${trail})`]
  const where = [host, asset, organisation].filter((part) => part !== '').join(', ')
  return [
    `What:      ${cause}`,
    ...many.map((line) => `           ${line}`),
    `What now:  ${next}`,
    `Computer:  ${where}`,
    `Its clock: ${wall}`,
    ...record.map((line) => `Evidence:  ${line}`),
    `Message:   ${id}`,
  ].map(harmless)
}

/** What programs get: every field of the message, by name. */
export function documentOf(message: Message): object {
  const { channels, ...rest } = message
  return { ...rest, title: titleOf(message) }
}
