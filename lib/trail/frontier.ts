/**
 * The file that stands beside the seal of a pruned epoch: the complete parts of the tree before its `close` record, from
 * which that record is proven to lie under the seal although the others are gone.
 * @module
 */
import { Frontier } from './merkle.js'

/** One line of 64 hexadecimal digits for each part, largest first: what {@link Frontier.state} gives before the `close`. */
export function encodeFrontier(state: readonly string[]): string {
  return state.map((root) => `${root}\n`).join('')
}

/**
 * Reads what {@link encodeFrontier} wrote.
 * @param size how many leaves there are before the `close`: its seq - 1
 * @throws {RangeError} where the text is no frontier of that size
 */
export function decodeFrontier(text: string, size: number): Frontier {
  const lines = text.split('\n')
  if (lines.pop() !== '') throw new RangeError('the last line has no newline at its end')
  return Frontier.from(size, lines)
}
