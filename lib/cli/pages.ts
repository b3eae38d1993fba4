/**
 * Sets text in pages of so many lines for line printers: a heading with host, day and page number, a form feed behind each page.
 * @module
 */
import { type Setting, settable } from './record-text.js'

/** What stands above each page. */
export interface PageHeading {
  readonly host: string
  /** Label day and its zone. */
  readonly day: string
}

/** Lines of the heading with the empty one below it. */
const headingLines = 2

export class Pages {
  readonly #setting: Setting
  /** Lines below the heading. */
  readonly #room: number
  #heading: PageHeading = { host: '', day: '' }
  #page = 0
  /** Lines set on the present page; `null`: no page is begun. */
  #used: number | null = null

  /** @param lines of a page with its heading, at least 10 */
  constructor(lines: number, setting: Setting) {
    this.#setting = setting
    this.#room = lines - headingLines
  }

  /** What is set from now on belongs to this host and day: where they are others than before, a new page begins. */
  head(heading: PageHeading): string {
    const { host, day } = this.#heading
    if (host === heading.host && day === heading.day) return ''
    this.#heading = heading
    return this.#page === 0 ? '' : this.end()
  }

  /** Sets whole lines; what fits on one page is not torn apart. */
  add(text: string): string {
    const lines = text.replace(/\n$/, '').split('\n')
    let out = ''
    if (this.#used !== null && this.#used > 0 && this.#used + lines.length > this.#room && lines.length <= this.#room) {
      out += this.end()
    }
    for (const line of lines) {
      if (this.#used !== null && this.#used >= this.#room) out += this.end()
      if (this.#used === null) out += this.#begin()
      out += `${line}\n`
      this.#used = (this.#used ?? 0) + 1
    }
    return out
  }

  /** Ends the page that was begun. */
  end(): string {
    if (this.#used === null) return ''
    this.#used = null
    return '\f'
  }

  #begin(): string {
    this.#page += 1
    this.#used = 0
    const { columns } = this.#setting
    const right = `page ${this.#page}`
    const day = settable(this.#heading.day, this.#setting)
    const room = columns - `ntp-auditor    ${day}  ${right}`.length
    const host = shortened(settable(this.#heading.host, this.#setting), Math.max(room, 8))
    const left = `ntp-auditor  ${host}  ${day}`.trimEnd()
    return `${left.padEnd(columns - right.length - 1)} ${right}\n\n`
  }
}

/** A text that is too long loses its end, and says so. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  return `${text.slice(0, most - 3).replace(/[\ud800-\udbff]$/, '')}...`
}
