/**
 * Text for eyes: durations and offsets in words, tables, colour where there is a terminal, nothing that steers one.
 * @module
 */
import { styleText } from 'node:util'
import type { Verdict } from '../consensus/types.js'
import type { Io, Output } from './io.js'

export { harmless, moveText, plain, sideText, sizeText } from '../words.js'

/** Seconds of a JSON document as the nanoseconds they were written from. */
export function nanosecondsOf(seconds: number): bigint {
  return BigInt(seconds.toFixed(9).replace('.', ''))
}

/** Lays rows out in columns; a column whose name starts with `>` is set flush right. No line ends with a space. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const right = header.map((name) => name.startsWith('>'))
  const all = [header.map((name) => name.replace(/^>/, '')), ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return `${all.map(line).join('\n')}\n`
}

/** Breaks a text at spaces so that no line is longer than `columns`; lines after the first are indented. */
export function wrap(text: string, columns: number, indent: string): string {
  const lines: string[] = []
  let line = ''
  let empty = true
  const flush = () => {
    lines.push(line)
    line = indent
    empty = true
  }
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > columns) flush()
    line += empty ? word : ` ${word}`
    empty = false
    while (line.length > columns) {
      const cut = columns - Number(/[\ud800-\udbff]$/.test(line.slice(0, columns))) // never inside a character
      const rest = line.slice(cut)
      line = line.slice(0, cut)
      flush()
      line += rest
      empty = false
    }
  }
  return [...lines, line].join('\n')
}

type Style = Parameters<typeof styleText>[0]

/** Colours a text where `output` is a terminal and the environment does not forbid it (NO_COLOR, https://no-color.org). */
export function paint(io: Io, output: Output, style: Style, text: string): string {
  const wanted = output.isTerminal && !io.env.NO_COLOR && io.env.TERM !== 'dumb'
  return wanted ? styleText(style, text, { validateStream: false }) : text
}

const verdictStyles: Readonly<Record<Verdict, Style>> = {
  PROVEN: 'green',
  VIOLATED: 'red',
  INDETERMINATE: 'yellow',
  UNMONITORED: 'yellow',
  OFF: 'gray',
}

/** A verdict in its colour. */
export function paintVerdict(io: Io, verdict: Verdict): string {
  return paint(io, io.stdout, verdictStyles[verdict], verdict)
}
