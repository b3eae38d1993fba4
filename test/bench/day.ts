/**
 * The report of a day, cold, as PDF and CSV: 1,350 samples of three references, no index yet, in a process of its own. CPU time and memory of
 * the whole process beside the wall clock, with the time to load; the yardstick is that process when it loads what it needs and does nothing.
 */
import { Stages } from '../support/stages.js'

const stages = new Stages(Number(process.env.SAMPLES ?? 1_350))
try {
  const idle = stages.run('nothing')
  for (const what of ['no index yet', 'with an index']) {
    const { cpu, wall, megabytes } = stages.run('day')
    const { cpuOfAll = Number.NaN, wallOfAll = Number.NaN } = idle.found
    const all = { cpu: cpu + cpuOfAll, wall: wall + wallOfAll }
    const ratio = `CPU ${all.cpu.toFixed(2)} s, ${(all.cpu / cpuOfAll).toFixed(1)} x that of a process that only loads`
    stages.print(`report of a day, ${what}`, all.wall, 's', 2, ratio)
    stages.print('  its memory at most', megabytes, 'MB', 200, '')
  }
} finally {
  stages.close()
}
