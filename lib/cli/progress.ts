/**
 * A progress bar of one line on stderr, where that is a terminal; nothing at all elsewhere.
 * @module
 */
import type { Io } from './io.js'

/** How far a long work has come. `total` is `null` where it is not known beforehand. */
export interface Progress {
  readonly stage: string
  readonly done: number
  readonly total: number | null
}

const barWidth = 30

/** The line for one state: `verify  [###########...................]  37 %`. */
export function progressLine({ stage, done, total }: Progress): string {
  if (total === null || total <= 0) return `${stage}  ${done}`
  const share = Math.min(1, Math.max(0, done / total))
  const filled = Math.floor(share * barWidth)
  return `${stage}  [${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`
}

/** Draws at most ten times a second, and every change of stage. Call {@link clear} before anything else is written. */
export class ProgressBar {
  readonly #io: Io
  #stage = ''
  #drawnNs: bigint | null = null
  #width = 0

  constructor(io: Io) {
    this.#io = io
  }

  readonly update = (progress: Progress): void => {
    if (!this.#io.stderr.isTerminal) return
    const nowNs = this.#io.nowNs()
    const soon = this.#drawnNs !== null && nowNs - this.#drawnNs < 100_000_000n && nowNs >= this.#drawnNs
    if (soon && progress.stage === this.#stage) return
    this.#stage = progress.stage
    this.#drawnNs = nowNs
    const line = progressLine(progress).slice(0, this.#io.stderr.columns - 1)
    void this.#io.stderr.write(`\r${line.padEnd(this.#width)}`).catch(() => undefined)
    this.#width = line.length
  }

  /** Wipes the line. */
  clear(): Promise<void> {
    if (this.#width === 0) return Promise.resolve()
    const wipe = `\r${' '.repeat(this.#width)}\r`
    this.#width = 0
    return this.#io.stderr.write(wipe)
  }
}
