/**
 * `ntp-auditor demo`: simulates a day of a clock that somebody sets back, audits it, and leaves trail, PDF and CSV.
 * @module
 */
import { relative, resolve } from 'node:path'
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { ProgressBar } from './progress.js'

export interface DemoOptions {
  readonly out?: string
  readonly json?: boolean
}

/** @returns 0 when it ran */
export async function demo(options: DemoOptions, io: Io, parts: Parts): Promise<number> {
  const out = resolve(io.cwd, options.out ?? 'demo')
  const bar = new ProgressBar(io)
  try {
    const { trail, day, story, genesis, vkey } = await parts.simulateDay({
      out,
      onProgress: (share) => bar.update({ stage: 'simulate', done: share, total: 1 }),
    })
    const { result, paths } = await parts.renderReport({
      trails: [trail],
      period: { day },
      ...{ zone: null, profile: null, profiles: null, toleranceNs: null, warning: '25ms', csvForm: null, paper: null },
      nowNs: io.nowNs(),
      formats: ['pdf', 'csv', 'json'],
      out,
      // Just made by the demo itself: nobody could have put another beside the trail.
      keys: [vkey],
      index: ':memory:',
      onProgress: bar.update,
    })
    await bar.clear()
    if (options.json) {
      await io.stdout.write(
        `${JSON.stringify({ trail, day, story, files: paths, seconds: 'seconds' in result ? result.seconds : null })}\n`,
      )
      return 0
    }
    const here = (path: string) => relative(io.cwd, path) || '.'
    await io.stdout.write(
      [
        `SIMULATION of ${day}: no real clock was touched, nothing left this computer.`,
        ...story.map((line) => `  ${line}`),
        '',
        `Left in ${out}:`,
        ...paths.map((path) => `  ${here(path)}`),
        `  ${here(trail)}/`,
        '',
        'Look closer:',
        `  ntp-auditor show --trail ${here(trail)} | less`,
        `  ntp-auditor verify ${here(trail)} --key ${here(genesis)}`,
        '',
      ].join('\n'),
    )
    return 0
  } finally {
    await bar.clear()
  }
}
