/**
 * A process that records until it is killed: it tells every acknowledged record on its standard output, in one write each.
 * Arguments: the trail folder, and the number of hours between two records (every day is a new segment).
 * @module
 */
import { writeSync } from 'node:fs'
import { Scribe } from '../../lib/scribe/scribe.js'
import { openDraft, TrailBuilder } from './trail-builder.js'

const [folder = '', hours = '5'] = process.argv.slice(2)
const clock = new TrailBuilder({ folder })

function tell(text: string): void {
  writeSync(1, `${text}\n`)
}

tell(`pid ${process.pid}`)
try {
  const scribe = Scribe.open({ folder, zone: 'UTC' })
  clock.advance((scribe.tail?.seq ?? 0) * 3600)
  tell(`opened ${scribe.tail?.seq ?? 0} ${scribe.recovered.length}`)
  for (const { record, hash } of scribe.begin(openDraft, clock.stamp())) tell(`record ${record.seq} ${hash}`)
  for (let id = 1; ; id++) {
    clock.advance(Number(hours) * 3600)
    const { record, hash } = scribe.append({ stamp: clock.stamp(), body: { type: 'heartbeat' }, id, triggerId: null })
    tell(`record ${record.seq} ${hash}`)
  }
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  tell(`error ${code} ${message}`)
  process.exitCode = 4
}
