/**
 * How long an answer about a random instant takes over an index that stands, half by wall and half by true time: the first hundred of a
 * process, which are compiled meanwhile, a thousand that are still being optimized, and a thousand behind those.
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
  const show = (name: 'first' | 'next' | 'last', what: string, target: number | null): void => {
    const [half = 0, most = 0, wall = 0] = [found[`${name}Cpu50`], found[`${name}Cpu99`], found[`${name}Wall99`]]
    stages.print(`${what}, median`, half, 'ms', null, `${(half / yard).toFixed(1)} x the scan`)
    const rest = `${(most / yard).toFixed(1)} x, wall clock ${wall.toFixed(1)} ms`
    stages.print(`  99th percentile`, most, 'ms', target, rest)
  }
  show('first', 'the first hundred answers', null)
  show('next', 'the next thousand', null)
  show('last', 'another thousand', 10)
  stages.print('memory at most', megabytes, 'MB', 300, '')
} finally {
  stages.close()
}
