/**
 * An auditor in a process of its own whose clock shows what a file says: libfaketime stands between it and the kernel.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A line of `run --json`, and CLOCK_MONOTONIC (ms) when it came. */
export interface Line {
  readonly event: string
  readonly verdict?: string
  readonly cause?: string | null
  readonly comeMs: number
}

/** The multi-threaded libfaketime of this computer; `undefined` where there is none. */
export function findFaketime(): string | undefined {
  return ['/usr/lib', '/usr/local/lib', '/lib']
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...readdirSync(folder).map((each) => join(folder, each))])
    .map((folder) => join(folder, 'faketime/libfaketimeMT.so.1'))
    .find((path) => existsSync(path))
}

export class FakedAuditor {
  readonly child: ChildProcess
  readonly lines: Line[] = []
  readonly #file: string
  #look: () => void = () => undefined

  /**
   * @param command the built command; it finds its configuration in `cwd`
   * @param args given to it; the file that says how far off the clock is comes behind them where they end with `FILE`
   */
  constructor(library: string, command: string, cwd: string, args: readonly string[] = ['run', '--json']) {
    this.#file = join(cwd, 'faketime')
    writeFileSync(this.#file, '+0')
    const given = args.map((arg) => (arg === 'FILE' ? this.#file : arg))
    this.child = spawn(process.execPath, [command, ...given], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: this.#file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    })
    createInterface({ input: this.child.stdout! }).on('line', (text) => {
      this.lines.push({ ...JSON.parse(text), comeMs: Number(process.hrtime.bigint()) / 1e6 })
      this.#look()
    })
  }

  /** The first line from `from` on of which `test` holds; rejects when the process ends before. */
  async until(test: (line: Line) => boolean, from = 0): Promise<Line> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the auditor ended with ${code}`))
      this.child.once('exit', ended)
      this.#look = () => {
        const found = this.lines.slice(from).find(test)
        if (!found) return
        this.child.off('exit', ended)
        resolve(found)
      }
      this.#look()
    })
  }

  /** Sets its clock that far off. @returns when (real time, ms), from and to */
  set(seconds: string): readonly [number, number] {
    writeFileSync(`${this.#file}.new`, seconds)
    const from = Date.now()
    renameSync(`${this.#file}.new`, this.#file)
    return [from, Date.now()]
  }

  /** @returns its exit code */
  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.child.once('exit', resolve))
    this.child.kill('SIGTERM')
    return ended
  }
}
