/**
 * Runs a script of the tests in a process of its own and reads its lines as they come.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly process: ChildProcess
  /** The lines of its standard output so far. */
  readonly lines: string[]
  /** Resolves when a line is seen for which `test` holds, or its output ends. */
  until(test: (line: string, lines: readonly string[]) => boolean): Promise<void>
  /** Kills it and waits for its end. */
  kill(signal: NodeJS.Signals): Promise<void>
  readonly ended: Promise<void>
}

/** @param script name of a built file beside this one, without suffix */
export function startChild(script: string, args: readonly string[]): Child {
  const path = fileURLToPath(new URL(`./${script}.js`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  let look: () => void = () => {}
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => {
    lines.push(line)
    look()
  })
  let over = false
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const read = new Promise<void>((resolve) => reader.once('close', () => resolve()))
  const ended = Promise.all([exited, read]).then(() => {
    over = true
    look()
  })
  return {
    process: child,
    lines,
    ended,
    until: (test) =>
      new Promise((resolve) => {
        look = () => {
          if (over || lines.some((line) => test(line, lines))) resolve()
        }
        look()
      }),
    kill: async (signal) => {
      child.kill(signal)
      await ended
    },
  }
}
