/**
 * A year of samples every 64 s with three references: how long the index takes, the evidence of the whole year without and with
 * what is remembered, the report and its PDF. CPU time, since other work on the machine does not change it; the yardstick is a raw
 * better-sqlite3 insert and scan of the same lines, in the same run. `SAMPLES=60000` takes less. The benchmark `ntpviz` holds the
 * PDF against NTPsec's ntpviz.
 */
import { Stages } from '../support/stages.js'

const stages = new Stages(Number(process.env.SAMPLES ?? 493_000))
try {
  const { records } = stages.trail
  const yardstick = stages.run('yardstick').found
  const insert = ((yardstick.insertMicro ?? 0) * records) / 1e6
  const scan = ((yardstick.scanMicro ?? 0) * records) / 1e6
  console.log(`yardstick: insert of all lines ${insert.toFixed(2)} s, scan ${scan.toFixed(2)} s of CPU`)
  const show = (what: string, stage: string, target: number | null, yard: number, name: string): void => {
    const { cpu, wall, megabytes } = stages.run(stage)
    const ratio = `${(cpu / yard).toFixed(1)} x the ${name}, wall clock ${wall.toFixed(1)} s`
    stages.print(what, cpu, 's', target, ratio)
    stages.print(`  its memory at most`, megabytes, 'MB', 300, '')
  }
  show('index built', 'index', 60, insert, 'insert')
  show('evidence of the year, nothing remembered', 'evidence', null, scan, 'scan')
  show('evidence of the year, warm', 'evidence', null, scan, 'scan')
  show('report of the year, nothing counted yet', 'report', null, scan, 'scan')
  show('report of the year, warm', 'report', 5, scan, 'scan')
  show('PDF of the year, warm', 'pdf', 8, scan, 'scan')
  stages.print('  its size', (stages.run('pdf').found.pdfBytes ?? Number.NaN) / 1e6, 'MB', 10, '')
} finally {
  stages.close()
}
