/**
 * Options of receipts: what is printed as it happens, and on what.
 * @module
 */
import { relative, resolve, sep } from 'node:path'
import { OptionRangeError, OptionTypeError } from '../errors.js'
import type { Fields } from './fields.js'
import { parseCommand } from './services.js'
import type { ReceiptsConfig } from './types.js'
import { parseDuration } from './units.js'

/**
 * `receipts { what, columns, command | file, newline, timeout, state }`; `null` where it is absent.
 * @throws {OptionTypeError | OptionRangeError} naming option, rule and received value
 */
export function parseReceipts(top: Fields, { base, trail }: { base: string; trail: string }): ReceiptsConfig | null {
  if (top.raw('receipts') === undefined || top.raw('receipts') === null) return null
  const names = ['what', 'columns', 'command', 'file', 'newline', 'timeout', 'state']
  const fields = top.inner('receipts', names, { device: 'file', pipe: 'file', program: 'command', width: 'columns' })
  const command = parseCommand(fields.raw('command'), fields.at('command'))
  const file = path(fields, 'file', base, trail)
  if ((command === null) === (file === null)) {
    const rule =
      'must have either "command", a program that prints its standard input, or "file", a file, pipe or device'
    throw new OptionTypeError('receipts', rule, top.raw('receipts'))
  }
  if (command?.some((word) => word.includes('{file}'))) {
    const rule = 'gets the text on its standard input: leave "{file}" out'
    throw new OptionRangeError(fields.at('command'), rule, command)
  }
  return {
    what: oneOf(fields, 'what', ['samples', 'changes'], 'samples'),
    columns: oneOf(fields, 'columns', [80, 132], 80),
    command,
    file,
    newline: oneOf(fields, 'newline', ['lf', 'crlf'], 'lf'),
    timeoutNs: fields.duration('timeout', parseDuration('60s'), { least: '1s', most: '1h' }),
    state: path(fields, 'state', base, trail) ?? `${trail}.receipts.json`,
  }
}

/** An absolute path that is not in the trail: nothing there is anybody's but the scribe's. */
function path(fields: Fields, name: string, base: string, trail: string): string | null {
  const given = fields.text(name, null)
  if (given === null) return null
  const whole = resolve(base, given)
  const below = relative(trail, whole)
  if (below === '' || !(below === '..' || below.startsWith(`..${sep}`) || resolve(below) === below)) {
    throw new OptionRangeError(fields.at(name), 'must not lie in the trail folder', given)
  }
  return whole
}

function oneOf<const T extends string | number>(fields: Fields, name: string, known: readonly T[], fallback: T): T {
  const value = fields.raw(name)
  if (value === undefined) return fallback
  const found = known.find((one) => one === value)
  if (found === undefined) {
    throw new OptionRangeError(
      fields.at(name),
      `must be ${known.map((one) => JSON.stringify(one)).join(' or ')}`,
      value,
    )
  }
  return found
}
