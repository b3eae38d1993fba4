/**
 * The book of what is wrong: keeps what was seen of each condition, and says when to tell, to tell again, and to give the
 * all-clear. Owns no clock: who asks says how late it is, by a clock that nobody sets.
 * @module
 */
import type { Condition, Notice, Rule, Sign } from './types.js'

interface Entry {
  readonly condition: Condition
  readonly key: string
  /** The latest sign that it holds. */
  sign: Sign
  holds: boolean
  /** Since when it holds, or does not. */
  sinceNs: bigint
  /** When it was told last; `null`: it was not, or the all-clear was given. */
  toldNs: bigint | null
  /** Events since it was told last. */
  untold: number
}

export class AlertBook {
  readonly #rules: ReadonlyMap<Condition, Rule>
  readonly #entries = new Map<string, Entry>()

  /** @param rules conditions without a rule are not told */
  constructor(rules: ReadonlyMap<Condition, Rule>) {
    this.#rules = rules
  }

  /** Something was seen. @returns what is to be told now */
  see(sign: Sign, nowNs: bigint): Notice[] {
    if (!this.#rules.has(sign.condition)) return []
    const before = this.look(nowNs)
    const name = `${sign.condition} ${sign.key}`
    const entry = this.#entries.get(name)
    const holds = sign.state !== 'off'
    if (!entry) {
      if (!holds) return before
      this.#entries.set(name, {
        condition: sign.condition,
        key: sign.key,
        sign,
        holds: sign.state === 'on',
        sinceNs: nowNs,
        toldNs: null,
        untold: sign.state === 'event' ? 1 : 0,
      })
    } else if (sign.state === 'event') {
      // An event holds for no time: each one puts off the all-clear.
      Object.assign(entry, { sign, sinceNs: nowNs, untold: entry.untold + 1 })
    } else {
      if (holds !== entry.holds) Object.assign(entry, { holds, sinceNs: nowNs })
      if (holds) entry.sign = sign
    }
    return [...before, ...this.look(nowNs)]
  }

  /** Time went by. @returns what is to be told now */
  look(nowNs: bigint): Notice[] {
    const notices: Notice[] = []
    for (const [name, entry] of this.#entries) {
      const rule = this.#rules.get(entry.condition)
      if (!rule) continue
      const notice = step(entry, rule, nowNs)
      if (notice) notices.push(notice)
      if (entry.toldNs === null && !entry.holds && entry.untold === 0) this.#entries.delete(name)
    }
    return notices
  }

  /** When {@link look} should be called next, at the latest; `null`: nothing waits. */
  nextNs(): bigint | null {
    let next: bigint | null = null
    for (const entry of this.#entries.values()) {
      const rule = this.#rules.get(entry.condition)
      const due = rule ? dueOf(entry, rule) : null
      if (due !== null && (next === null || due.atNs < next)) next = due.atNs
    }
    return next
  }

  /** What holds now and was told. */
  open(): { readonly condition: Condition; readonly key: string; readonly cause: string }[] {
    return [...this.#entries.values()]
      .filter(({ toldNs }) => toldNs !== null)
      .map(({ condition, key, sign }) => ({ condition, key, cause: sign.cause }))
  }
}

/** When something becomes due for this entry, and whether it is the all-clear. */
function dueOf({ holds, sinceNs, toldNs, untold }: Entry, rule: Rule): { atNs: bigint; clears: boolean } | null {
  if (toldNs === null)
    return holds || untold > 0 ? { atNs: sinceNs + (holds ? rule.afterNs : 0n), clears: false } : null
  if (rule.repeatNs > 0n && (holds || untold > 0)) return { atNs: toldNs + rule.repeatNs, clears: false }
  return holds ? null : { atNs: (sinceNs > toldNs ? sinceNs : toldNs) + rule.clearNs, clears: true }
}

function step(entry: Entry, rule: Rule, nowNs: bigint): Notice | null {
  const due = dueOf(entry, rule)
  if (due === null || nowNs < due.atNs) return null
  const { condition, key, sign, untold: count } = entry
  const common = { condition, key, severity: rule.severity, on: sign.on, count, channels: rule.channels } as const
  const state = entry.toldNs === null ? 'raised' : 'repeated'
  entry.untold = 0
  entry.toldNs = due.clears ? null : nowNs
  if (due.clears) {
    return { ...common, state: 'cleared', cause: `over: ${sign.cause}`, next: 'nothing; keep it for the file' }
  }
  return { ...common, state, cause: sign.cause, next: sign.next }
}
