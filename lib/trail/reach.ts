/**
 * How far a trail reaches by its own wall clock, and since when its tail is under no seal.
 * @module
 */
import { formatInstant, parseInstant } from '../instant.js'
import type { Findings } from './findings.js'
import type { TrailRecord, VerifyResult } from './types.js'

/** What a {@link Reach} has seen, as plain data. */
export interface ReachState {
  readonly first: string
  readonly latest: string
  readonly since: readonly { readonly seq: number; readonly wall: string }[]
  readonly closed: number
}

export class Reach {
  #first = ''
  #latest = ''
  /** Wall of the record behind the last sealing `close`, by the seq of that `close`. */
  #since: { readonly seq: number; readonly wall: string }[] = []
  #closed = 0

  see(record: TrailRecord): void {
    if (this.#first === '') this.#first = record.wall
    if (record.wall > this.#latest) this.#latest = record.wall
    if (this.#closed > 0) {
      this.#since.push({ seq: this.#closed, wall: record.wall })
      if (this.#since.length > 2) this.#since.shift()
      this.#closed = 0
    }
    if (record.type === 'close' && record.nextKey !== '') this.#closed = record.seq
  }

  save(): ReachState {
    return { first: this.#first, latest: this.#latest, since: [...this.#since], closed: this.#closed }
  }

  restore({ first, latest, since, closed }: ReachState): void {
    this.#first = first
    this.#latest = latest
    this.#since = [...since]
    this.#closed = closed
  }

  /** Says how many records no seal commits to: whoever may write the files can alter them unnoticed. */
  tellTail(sealedUpTo: number, upTo: number, findings: Findings): void {
    const count = upTo - sealedUpTo
    if (count <= 0) return
    const since = this.#since.find(({ seq }) => seq === sealedUpTo)?.wall ?? this.#first
    const records = count === 1 ? `1 record since ${since} is` : `${count} records since ${since} are`
    const what =
      sealedUpTo === 0
        ? `${records} under no seal: the last can be altered unnoticed`
        : `${records} under no seal yet: who can write these files can alter them unnoticed`
    findings.add('note', 'unsealed-tail', { file: null, line: null }, null, what)
  }

  expected(untilNs: bigint | undefined, findings: Findings): VerifyResult['complete'] {
    if (untilNs === undefined) return 'unknown'
    if (this.#latest !== '' && parseInstant(this.#latest) >= untilNs) return 'expected'
    const end = this.#latest === '' ? 'the trail holds no record' : `the trail ends at ${this.#latest}`
    const detail = `${end} and was expected to reach ${formatInstant(untilNs)}`
    findings.add('damage', 'truncated', { file: null, line: null }, null, detail)
    return 'unknown'
  }
}
