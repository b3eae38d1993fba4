/**
 * How long an answer about a random instant takes over an index that stands, a thousand times, half by wall and half by true time; and the
 * first hundred of a process, which the compiler makes slower.
 * CPU time, since other work on the machine does not change it; the yardstick is a raw better-sqlite3 scan of the lines of one
 * block (512), in the same run.
 */
import { blockSize } from '../../lib/evidence/types.js'
import { Stages } from '../support/stages.js'

const stages = new Stages(Number(process.env.SAMPLES ?? 60_000))
try {
  const yard = ((stages.run('yardstick').found.scanMicro ?? 0) * blockSize) / 1_000
  console.log(`yardstick: scan of ${blockSize} lines ${yard.toFixed(2)} ms of CPU`)
  stages.run('index')
  stages.run('prove')
  const { found, megabytes } = stages.run('prove')
  const { first50 = 0, first99 = 0, cpu50 = 0, cpu99 = 0, wall50 = 0, wall99 = 0 } = found
  stages.print(
    'the first hundred, median',
    first50,
    'ms',
    null,
    `${(first50 / yard).toFixed(1)} x the scan, worst ${first99.toFixed(1)} ms`,
  )
  stages.print(
    'answer, median',
    cpu50,
    'ms',
    null,
    `${(cpu50 / yard).toFixed(1)} x the scan, wall clock ${wall50.toFixed(1)} ms`,
  )
  stages.print(
    'answer, 99th percentile',
    cpu99,
    'ms',
    10,
    `${(cpu99 / yard).toFixed(1)} x, wall clock ${wall99.toFixed(1)} ms`,
  )
  stages.print('memory at most', megabytes, 'MB', 300, '')
} finally {
  stages.close()
}
