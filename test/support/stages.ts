/**
 * Runs the stages of `test/bench/stage-worker.ts` over a long trail that is written for the purpose, and prints figures beside
 * their targets.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StageResult } from '../bench/stage-worker.js'
import { type LongTrail, writeLongTrail } from './long-trail.js'

export class Stages {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-bench-'))
  readonly trail: LongTrail
  missed = 0

  constructor(samples: number) {
    this.trail = writeLongTrail(join(this.#folder, 'trail'), { samples })
    const megabytes = Math.round(this.trail.bytes / 1e6)
    console.log(`${samples} samples of three references: ${this.trail.records} records, ${megabytes} MB`)
  }

  /** The folder that the stage `pdf` writes into. */
  get out(): string {
    return join(this.#folder, 'index.sqlite.out')
  }

  /** The program of a stage and its arguments. */
  command(stage: string): readonly [program: string, ...args: string[]] {
    const worker = join(import.meta.dirname, '..', 'bench', 'stage-worker.js')
    const files = [join(this.#folder, 'trail'), join(this.#folder, 'index.sqlite')]
    return [process.execPath, '--disable-warning=ExperimentalWarning', worker, stage, ...files]
  }

  run(stage: string): StageResult {
    const [program, ...args] = this.command(stage)
    const { stdout, status } = spawnSync(program, args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
    if (status !== 0) throw new Error(`the stage ${stage} ended with ${status}`)
    return JSON.parse(stdout) as StageResult
  }

  /** Prints a figure; notes whether it misses its target. */
  print(what: string, figure: number, unit: string, target: number | null, rest: string): void {
    const over = target !== null && figure > target
    if (over) this.missed += 1
    const aim = target === null ? '' : ` (target ${target} ${unit}${over ? ': MISSED' : ''})`
    console.log(`${what.padEnd(46)} ${figure.toFixed(2).padStart(9)} ${unit}${aim}  ${rest}`)
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true })
    if (this.missed > 0) process.exitCode = 1
  }
}
