/**
 * Collects what a verification found: neighbours of one kind become one finding, and there is an end to their number.
 * @module
 */
import type { Finding, FindingCode } from './types.js'

/** Where something stands: path below the trail folder and line from 1. */
export interface Spot {
  readonly file: string | null
  readonly line: number | null
}

interface Run extends Spot {
  readonly severity: Finding['severity']
  readonly code: FindingCode
  readonly seq: number | null
  readonly detail: string
  readonly expected?: string
  readonly found?: string
  lineTo: number | null
  seqTo: number | null
}

/** Findings as plain data. */
export interface FindingsState {
  readonly runs: readonly Run[]
  readonly more: number
}

const most = 1000

export class Findings {
  #runs: Run[] = []
  #more = 0

  /** @param seq of the first record it speaks of; `extra.seqTo` of the last */
  add(
    severity: Finding['severity'],
    code: FindingCode,
    { file, line }: Spot,
    seq: number | null,
    detail: string,
    extra: { readonly seqTo?: number; readonly expected?: string; readonly found?: string } = {},
  ): void {
    const last = this.#runs.at(-1)
    const follows =
      last?.code === code &&
      last.file === file &&
      line !== null &&
      last.lineTo === line - 1 &&
      (seq === null ? last.seqTo === null : last.seqTo === seq - 1) &&
      extra.expected === undefined
    if (last && follows) {
      last.lineTo = line
      last.seqTo = extra.seqTo ?? seq
      return
    }
    if (this.#runs.length >= most) {
      this.#more += 1
      return
    }
    const { seqTo, ...bytes } = extra
    this.#runs.push({ severity, code, file, line, seq, detail, ...bytes, lineTo: line, seqTo: seqTo ?? seq })
  }

  /** What was found so far, as plain data. */
  save(): FindingsState {
    return { runs: this.#runs.map((run) => ({ ...run })), more: this.#more }
  }

  restore({ runs, more }: FindingsState): void {
    this.#runs = runs.map((run) => ({ ...run }))
    this.#more = more
  }

  get damaged(): boolean {
    return this.#runs.some(({ severity }) => severity === 'damage')
  }

  list(): Finding[] {
    const list = this.#runs.map(({ lineTo, seqTo, detail, ...run }): Finding => {
      const records = run.seq === null ? '' : `${range('record', 'records', run.seq, seqTo)}: `
      return { ...run, message: `${place(run, lineTo)}${records}${detail}` }
    })
    if (this.#more > 0) {
      const message = `${this.#more} further findings are not listed`
      list.push({ severity: 'note', code: 'more', file: null, line: null, seq: null, message })
    }
    return list
  }
}

function place({ file, line }: Spot, lineTo: number | null): string {
  if (file === null) return ''
  return line === null ? `${file}: ` : `${file}, ${range('line', 'lines', line, lineTo)}: `
}

function range(one: string, many: string, from: number, to: number | null): string {
  return to === null || to === from ? `${one} ${from}` : `${many} ${from} to ${to}`
}
