/**
 * Counts the records of a trail off against what must stand there: every `seq` once and in order, every `prev` the hash of
 * the line before. Pure: lines in, findings out; keeps the last few thousand hashes, so that a year fits in little memory.
 * @module
 */
import type { Findings, Spot } from './findings.js'
import type { Placed } from './types.js'

/** How a line fails to be a record: `garbled`, `torn` (zero bytes in it: what a power cut leaves), `cut` (no newline). */
export type Flaw = 'garbled' | 'torn' | 'cut'

interface Seen extends Spot {
  readonly hash: string
  readonly prev: string
}
interface Bad extends Spot {
  readonly flaw: Flaw
  readonly why: string
}
interface Hole {
  from: number
  to: number
  readonly code: 'deleted' | 'truncated' | 'segment-missing'
  readonly spot: Spot
  readonly detail: string
}

/** How many records back a duplicate or a swap can be told by its hash. */
const remembered = 8192
/** Further lines in a row that are no records are not looked at one by one: a file of garbage must not fill the memory. */
const mostBad = 100_000

/** A ledger without a fault, as plain data. */
export interface LedgerState {
  readonly records: number
  readonly upTo: number
  readonly last: Seen
}

export class Ledger {
  readonly findings: Findings
  records = 0
  /** The highest seq so far. */
  upTo = 0
  #seen = new Map<number, Seen[]>()
  #bad: Bad[] = []
  #holes: Hole[] = []
  #last: Spot = { file: null, line: null }
  #crossing: { readonly missing: string | null } | null = { missing: null }

  constructor(findings: Findings) {
    this.findings = findings
  }

  /** Where a trail without a fault has come to, as plain data; `null` where something is still open. */
  save(): LedgerState | null {
    const last = this.#seen.get(this.upTo)
    if (this.#bad.length > 0 || this.#holes.length > 0 || last?.length !== 1 || !last[0]) return null
    return { records: this.records, upTo: this.upTo, last: last[0] }
  }

  /** Goes on behind a trail without a fault. */
  restore({ records, upTo, last }: LedgerState): void {
    this.records = records
    this.upTo = upTo
    this.#seen.set(upTo, [last])
    this.#last = { file: last.file, line: last.line }
    this.#crossing = null
  }

  /** The next line comes from another segment; `missing` says which numbers lie between, if any. */
  enter(missing: string | null): void {
    this.#crossing = { missing: this.#crossing?.missing ?? missing }
  }

  /** A line that is no record. */
  bad(spot: Spot, flaw: Flaw, why: string): void {
    if (this.#bad.length < mostBad) this.#bad.push({ ...spot, flaw, why })
  }

  /** A record. */
  record(placed: Placed, spot: Spot): void {
    const { seq, prev } = placed.record
    this.records += 1
    const seen: Seen = { file: spot.file, line: spot.line, hash: placed.hash, prev }
    if (seq > this.upTo) this.#forward(seq, seen, placed.record.type === 'open')
    else this.#again(seq, seen)
    this.#last = spot
    this.#crossing = null
  }

  /** A record of which pruning left nothing but itself: what lies before it may be missing. */
  kept(placed: Placed, spot: Spot): void {
    const { seq, prev } = placed.record
    this.records += 1
    const seen: Seen = { file: spot.file, line: spot.line, hash: placed.hash, prev }
    if (seq <= this.upTo) {
      this.#again(seq, seen)
      return
    }
    this.#bad = []
    this.upTo = seq
    this.#seen.clear()
    this.#seen.set(seq, [seen])
    this.#last = spot
  }

  /** The trail ends. @param live whether its last lines may be unfinished business of a writer or of a power cut */
  end(live: boolean): void {
    for (const [index, bad] of this.#bad.entries()) {
      if (live && bad.flaw !== 'garbled') this.findings.add('note', 'torn-tail', bad, null, bad.why)
      else this.findings.add('damage', bad.flaw === 'cut' ? 'truncated' : 'edited', bad, this.upTo + 1 + index, bad.why)
    }
    for (const rival of this.#seen.get(this.upTo)?.slice(1) ?? []) this.#inserted(this.upTo, rival)
    for (const { code, spot, from, to, detail } of this.#holes) {
      if (from > to) continue
      this.findings.add('damage', code, spot, from, detail, { seqTo: to })
    }
  }

  #forward(seq: number, seen: Seen, open: boolean): void {
    const hole = seq - this.upTo - 1
    const edited = Math.min(hole, this.#bad.length)
    for (const [index, bad] of this.#bad.entries()) {
      const lost = index < edited ? this.upTo + 1 + index : null
      if (lost === null) this.findings.add('damage', 'inserted', bad, null, `a line that is no record: ${bad.why}`)
      else this.findings.add('damage', bad.flaw === 'cut' ? 'truncated' : 'edited', bad, lost, bad.why)
    }
    this.#bad = []
    if (hole > edited) this.#open(this.upTo + 1 + edited, seq - 1, seen, open)
    else if (this.#crossing?.missing) {
      this.findings.add('note', 'segment-missing', seen, null, `${this.#crossing.missing}; no record is missing`)
    }
    if (seq === 1 && seen.prev !== '') {
      this.findings.add('damage', 'edited', seen, 1, 'the first record of a trail remembers none before it')
    }
    this.#link(seq, seen.prev)
    this.upTo = seq
    this.#seen.set(seq, [seen])
    this.#seen.delete(seq - remembered)
  }

  #open(from: number, to: number, at: Seen, open: boolean): void {
    const missing = this.#crossing?.missing ?? null
    const [code, spot, detail] =
      missing !== null
        ? (['segment-missing', { file: null, line: null }, missing] as const)
        : this.#crossing && open && this.#last.file !== null
          ? (['truncated', this.#last, 'the end of the segment is missing'] as const)
          : (['deleted', { file: at.file, line: at.line }, 'missing before this line'] as const)
    this.#holes.push({ from, to, code, spot, detail })
  }

  /** Holds what a record remembers against the record before it. */
  #link(seq: number, prev: string): void {
    const before = this.#seen.get(seq - 1)
    if (!before) return
    const right = before.find((one) => one.hash === prev)
    if (right) {
      for (const rival of before) if (rival !== right) this.#inserted(seq - 1, rival)
      this.#seen.set(seq - 1, [right])
      return
    }
    const [first, ...rivals] = before
    if (!first) return
    const why = `its bytes are not those that record ${seq} remembers`
    this.findings.add('damage', 'edited', first, seq - 1, why, { expected: prev, found: first.hash })
    for (const rival of rivals) this.#inserted(seq - 1, rival)
    this.#seen.set(seq - 1, [first])
  }

  /** A seq that is not above all others. */
  #again(seq: number, seen: Seen): void {
    for (const bad of this.#bad) {
      this.findings.add('damage', 'inserted', bad, null, `a line that is no record: ${bad.why}`)
    }
    this.#bad = []
    const hole = this.#holes.find(({ from, to }) => from <= seq && seq <= to)
    if (hole) {
      this.#holes.push({ ...hole, from: seq + 1 })
      hole.to = seq - 1
      this.findings.add('damage', 'reordered', seen, seq, `stands behind record ${this.upTo}`)
      this.#seen.set(seq, [seen])
      this.#link(seq, seen.prev)
      const next = this.#seen.get(seq + 1)?.[0]
      if (next) this.#link(seq + 1, next.prev)
      return
    }
    const known = this.#seen.get(seq)
    if (!known || known.some(({ hash }) => hash === seen.hash)) {
      this.findings.add('damage', 'duplicate', seen, seq, 'stands in the trail already')
    } else if (seq === this.upTo) known.push(seen)
    else this.#inserted(seq, seen)
  }

  #inserted(seq: number, spot: Spot): void {
    this.findings.add('damage', 'inserted', spot, seq, `another record ${seq} is the one that its successor remembers`)
  }
}
