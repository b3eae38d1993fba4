/**
 * Seals a trail with epochs of one second and kills itself, as `kill -9` would, at a call of the parent's choice inside a phase:
 * `close` (an epoch ends), `rotate` (at midnight), `anchor` (a seal on demand), `record`, `start`.
 * Arguments: folder, phase, number of the call in that phase. Tells every record that it acknowledged.
 * @module
 */
import { writeSync } from 'node:fs'
import { type Files, realFiles } from '../../lib/scribe/files.js'
import { Scribe } from '../../lib/scribe/scribe.js'
import { openDraft, sealsOf, TrailBuilder } from './trail-builder.js'

const [folder = '', wanted = '', number = '1'] = process.argv.slice(2)
const clock = new TrailBuilder({ folder, utc: '2026-03-03T12:00:00.000000000Z' })
let phase = 'start'
let calls = 0

function tell(text: string): void {
  writeSync(1, `${text}\n`)
}

function enter(next: string): void {
  phase = next
  calls = 0
}

/** Every second call is killed before it is made, the others behind it. */
function deadly(name: keyof Files, call: (...given: unknown[]) => unknown): (...given: unknown[]) => unknown {
  return (...given) => {
    if (phase === wanted) calls += 1
    const now = phase === wanted && calls === Number(number)
    if (now && calls % 2 === 0) die(name)
    try {
      return call(...given)
    } finally {
      if (now) die(name)
    }
  }
}

function die(name: string): void {
  tell(`killed ${phase} ${calls} ${name}`)
  process.kill(process.pid, 'SIGKILL')
}

const entries = Object.entries(realFiles) as [keyof Files, (...given: unknown[]) => unknown][]
const files = Object.fromEntries(entries.map(([name, call]) => [name, deadly(name, call)])) as unknown as Files

const scribe = Scribe.open({
  folder,
  zone: 'UTC',
  files,
  seals: { ...sealsOf(folder), epochNs: 1_000_000_000n },
  onProblem: ({ message }) => tell(`problem ${message}`),
})
clock.advance((scribe.tail?.seq ?? 0) * 43_200)
for (const { record, hash } of scribe.begin(openDraft, clock.stamp())) tell(`record ${record.seq} ${hash}`)

let id = 0
function heartbeat(next: string, seconds: number) {
  enter(next)
  clock.advance(seconds)
  id += 1
  const placed = scribe.append({ stamp: clock.stamp(), body: { type: 'heartbeat' }, id, triggerId: null })
  tell(`record ${placed.record.seq} ${placed.hash}`)
  return placed
}

heartbeat('record', 0.4)
heartbeat('close', 1)
const last = heartbeat('rotate', 86_400)
enter('anchor')
tell(`sealed ${scribe.seal('requested', last.record).seq}`)
enter('stop')
scribe.close('stop', clock.stamp())
tell('stopped')
