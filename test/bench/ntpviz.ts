/**
 * A year of samples every 64 s with three references, as our PDF and as the plots of NTPsec's ntpviz, in the same run: the very same
 * samples and readings, ours from a trail, ntpviz's from the `loopstats` and `peerstats` that ntpd would have written of them.
 * Ours both cold, which is a trail that has no index yet, and warm; each a process from its start to its end, at the same priority.
 * ntpviz's figures hold its gnuplots, its memory is that of the largest process alone. CPU time, since other work on the machine does
 * not change it; the wall clock stands beside it. The goal is a quarter of ntpviz's time, less than 300 MB, and as many plots.
 *
 * Reads ntpviz from `$NTPVIZ`, a folder that its packages were unpacked into, or lets `.ci/fetch-ntpviz` fetch it; needs python3 and
 * qpdf. Fails where any is missing. `SAMPLES=60000` takes less.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { figuresOf } from '../support/figures.js'
import { type Metered, metered } from '../support/metered.js'
import { writeNtpStats } from '../support/ntp-stats.js'
import { Ntpviz } from '../support/ntpviz.js'
import { Stages } from '../support/stages.js'

/** The period of the stage `pdf`. */
const [fromMs, toMs] = [Date.UTC(2025, 0, 1), Date.UTC(2026, 0, 1)]

const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-ntpviz-'))
try {
  const ntpviz = Ntpviz.find(folder)
  console.log(ntpviz.versions)
  await compare(ntpviz)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function compare(ntpviz: Ntpviz): Promise<void> {
  const stages = new Stages(Number(process.env.SAMPLES ?? 493_000))
  try {
    const stats = await writeNtpStats(stages.trail.folder, join(folder, 'stats'), { fromMs, toMs })
    const drawn = ntpviz.draw(join(folder, 'stats'), join(folder, 'plots'), { from: fromMs / 1_000, to: toMs / 1_000 })
    if (drawn.samples !== stats.samples || drawn.readings !== stats.readings) {
      throw new Error(`ntpviz drew ${drawn.samples} samples and ${drawn.readings} readings, not all`)
    }
    const cold = metered(stages.command('pdf'))
    const pdf = figuresOf(join(stages.out, readdirSync(stages.out).find((name) => name.endsWith('.pdf')) ?? ''))
    const warm = metered(stages.command('pdf'))

    // At an end of the period one sample may lie inside it by the wall clock and outside by UTC.
    if (Math.abs(pdf.samples - stats.samples) > 2) throw new Error(`the PDF shows ${pdf.samples} samples, not all`)
    console.log(`in the period: ${stats.samples} samples with ${stats.readings} readings; in the PDF ${pdf.samples}`)
    console.log(`ntpviz: ${drawn.plots.length} plots: ${drawn.plots.join(', ')}`)
    console.log(`PDF: ${pdf.plots.length} plots: ${pdf.plots.join(', ')}`)
    console.log(`  and ${pdf.pictures.length} pictures without axes: ${pdf.pictures.join(', ')}`)
    stages.print('plots fewer than ntpviz draws', Math.max(0, drawn.plots.length - pdf.plots.length), 'plots', 0, '')
    show('ntpviz', drawn, null)
    show('PDF, cold: trail -> index -> PDF', cold, drawn)
    show('PDF, warm', warm, drawn)

    function show(what: string, { cpu, wall, megabytes }: Metered, other: Metered | null): void {
      const ratio = (ours: number, theirs: number): string => `${(ours / theirs).toFixed(2)} x ntpviz`
      const shares = other ? `${ratio(cpu, other.cpu)}, wall clock ${ratio(wall, other.wall)}: ` : 'wall clock '
      stages.print(what, cpu, 's', other && round(other.cpu / 4), `${shares}${wall.toFixed(1)} s`)
      stages.print(
        '  its memory at most',
        megabytes,
        'MB',
        other && 300,
        other ? ratio(megabytes, other.megabytes) : '',
      )
    }
  } finally {
    stages.close()
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
