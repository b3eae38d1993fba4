/**
 * The end of a day's print-out: what the printed records are in numbers, the hash of the last one, and where to sign.
 * @module
 */
import type { Verdict } from '../consensus/types.js'
import { isPlaced } from '../trail/read.js'
import type { TrailItem } from '../trail/types.js'
import { type Setting, settable } from './record-text.js'
import { wrap } from './text.js'

const verdicts: readonly Verdict[] = ['PROVEN', 'VIOLATED', 'INDETERMINATE', 'UNMONITORED', 'OFF']

export class DaySheet {
  readonly #verdicts = new Map<Verdict, number>()
  #first = 0
  #last = { seq: 0, hash: '' }
  #records = 0
  #samples = 0
  #changes = 0
  #gaps = 0
  #broken = 0

  count(item: TrailItem): void {
    if (!isPlaced(item)) {
      this.#broken += 1
      return
    }
    const { record, hash } = item
    if (this.#records === 0) this.#first = record.seq
    this.#records += 1
    this.#last = { seq: record.seq, hash }
    if (record.type === 'sample') {
      this.#samples += 1
      this.#verdicts.set(record.verdict, (this.#verdicts.get(record.verdict) ?? 0) + 1)
    } else if (record.type === 'clock-change') this.#changes += 1
    else if (record.type === 'gap') this.#gaps += 1
  }

  /** Whole lines; none where nothing was counted. */
  text(day: string, setting: Setting): string {
    if (this.#records === 0 && this.#broken === 0) return ''
    const verdict = verdicts.flatMap((one) => {
      const count = this.#verdicts.get(one)
      return count === undefined ? [] : [`${one} ${count}`]
    })
    const samples = `samples ${this.#samples}${verdict.length === 0 ? '' : `: ${verdict.join(', ')}`}`
    const lines = [
      `Day sheet of ${settable(day, setting)}: ${this.#records} records, ${this.#first} to ${this.#last.seq}`,
      `  ${samples}; clock changes ${this.#changes}; gaps ${this.#gaps}; damaged places ${this.#broken}`,
      `  Hash of record ${this.#last.seq}, which binds all before it (it is "prev" of record ${this.#last.seq + 1}):`,
      `  ${this.#last.hash}`,
      `  Verdicts are of single samples, as they were taken; "ntp-auditor report" says what is proven between them.`,
    ]
    const wrapped = lines.map((line) => wrap(line, setting.columns, '    '))
    return `\n${wrapped.join('\n')}\n\n  Checked by ______________________  Date ____________  Signature ______________\n`
  }
}
