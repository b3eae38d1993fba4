/**
 * One printed page after another: margins, running header and footer, and text that never leaves its box. Everything that is
 * printed goes through {@link Sheet.line}, which shows what a font cannot show, and belongs to the structure of the page.
 * @module
 */
import type {} from 'pdfkit'
import { printable } from '../printable.js'
import { type Face, fontPath, glyphsOf } from './fonts.js'
import { faint, ink, soft } from './pattern.js'
import { press } from './press.js'
import { type Marked, Tags } from './tags.js'

type Doc = PDFKit.PDFDocument

export interface TextStyle {
  readonly face?: Face
  readonly size?: number
  readonly color?: string
}

/** What every page repeats. */
export interface Running {
  readonly title: string
  readonly host: string
  readonly right: string
  readonly footer: string
  readonly simulation: boolean
}

/** A blank at which a line may end: not inside a number (`1 326`), not before its unit (`6.5 ms`). */
const breakable = /(?<!\d) | (?!\d{3}(?!\d)|(?:ns|\u00b5s|ms|s|min|h|%|ppm)(?![\p{L}\d]))/u

/** No line of this page holds more letters. */
const mostLetters = 400

const faces: readonly Face[] = ['regular', 'bold', 'mono', 'wide']

export class Sheet {
  readonly doc: Doc
  readonly tags: Tags
  readonly left = 48
  readonly right: number
  readonly width: number
  readonly top: number
  readonly bottom: number
  y: number
  readonly #running: Running
  readonly #has = new Map<Face, (codePoint: number) => boolean>()
  readonly #paths: Record<Face, string> = { regular: '', bold: '', mono: '', wide: '' }
  readonly #widths = new Map<string, number>()
  #section = false

  constructor(doc: Doc, running: Running) {
    this.doc = doc
    this.tags = new Tags(doc)
    this.#running = running
    this.right = doc.page.width - this.left
    this.width = this.right - this.left
    this.top = running.simulation ? 74 : 56
    this.bottom = doc.page.height - 50
    this.y = this.top
    for (const face of faces) {
      // By path, not by a name of our own: pdfkit reads a font anew at each use of a second name for it.
      this.#paths[face] = fontPath(face)
      doc.font(this.#paths[face])
      const glyphs = glyphsOf(doc)
      this.#has.set(face, (codePoint) => glyphs.hasGlyphForCodePoint(codePoint))
    }
    this.#watermark()
  }

  /** Starts a new page. */
  page(): void {
    this.tags.turn(() => {
      press(this.doc)
      this.doc.addPage()
      this.#watermark()
    })
    this.y = this.top
  }

  /** Starts a new page where less than `height` points are left. */
  ensure(height: number): void {
    if (this.y + height > this.bottom) this.page()
  }

  /** The text as this face will show it. */
  shown(text: string, face: Face = 'regular'): string {
    return printable(text, this.#has.get(face)!)
  }

  /** Width in points. */
  measure(text: string, style: TextStyle = {}): number {
    const face = style.face ?? 'regular'
    const key = `${face}|${text}`
    const width =
      this.#widths.get(key) ?? this.doc.font(this.#paths[face]).fontSize(100).widthOfString(this.shown(text, face))
    if (text.length <= 80) this.#widths.set(key, width)
    return (width * (style.size ?? 8.5)) / 100
  }

  /** One line at a place. `align` is within `width`; what is too long is cut with an ellipsis. */
  line(
    text: string,
    x: number,
    y: number,
    options: TextStyle & { readonly width?: number; readonly align?: 'left' | 'right' | 'center' } = {},
  ): void {
    const { face = 'regular', size = 8.5, color = ink, width, align = 'left' } = options
    let shown = this.shown(text, face)
    if (width !== undefined) {
      while (shown.length > 1 && this.measure(shown.trimEnd(), { face, size }) > width + 0.01) {
        const over = this.measure(shown, { face, size }) / width
        const keep = Math.min(shown.length - 2, Math.floor(shown.length / over))
        shown = `${shown.slice(0, Math.max(1, keep)).trimEnd()}\u2026`
        if (keep <= 1) break
      }
    }
    const free = width === undefined ? 0 : width - this.measure(shown.trimEnd(), { face, size })
    const offset = align === 'right' ? free : align === 'center' ? free / 2 : 0
    if (shown.trim() === '') return
    this.tags.mark('P', () => {
      this.doc
        .font(this.#paths[face])
        .fontSize(size)
        .fillColor(color)
        .text(shown, x + offset, y, { lineBreak: false })
    })
  }

  /** Draws what says nothing by itself: rules, grounds. Inside a figure it belongs to the figure. */
  paint(draw: (doc: Doc) => void): void {
    const drawn = () => {
      this.doc.save()
      draw(this.doc)
      this.doc.restore()
    }
    if (this.tags.inside) drawn()
    else this.tags.artifact(drawn)
  }

  /**
   * Draws a figure of `height` points at the cursor, on one page, and moves the cursor below it.
   * @param alt what it shows, for those who do not see it
   */
  figure(alt: string, height: number, draw: () => void): void {
    this.ensure(height)
    const { y } = this
    const bbox = [this.left, y, this.right, y + height] as const
    this.tags.mark('Figure', draw, { alt: printable(alt, () => true), bbox, placement: 'Block' })
    this.y = y + height
  }

  /** Width of the longest number in a text, with its unit: what must not be broken. */
  longestNumber(text: string, style: TextStyle = {}): number {
    const numbers = this.shown(text, style.face)
      .split(breakable)
      .filter((word) => /^[+\u2212]?\d[\d .]*( \S{1,3})?$/.test(word))
    return Math.max(0, ...numbers.map((number) => this.measure(number, style)))
  }

  /**
   * Breaks a text into lines of at most `width` points: at spaces, and inside words that are too long. A line that ends at a
   * space keeps it (not counted): who hears the page must not hear two words as one.
   */
  wrap(text: string, width: number, style: TextStyle = {}): string[] {
    const lines: string[] = []
    let line = ''
    const words = this.shown(text, style.face)
      .split(breakable)
      .flatMap((word) => (word.includes(' ') && this.measure(word, style) > width ? word.split(' ') : [word]))
    for (const word of words) {
      const longer = line === '' ? word : `${line} ${word}`
      if (this.measure(longer, style) <= width) {
        line = longer
        continue
      }
      if (line !== '') lines.push(`${line} `)
      line = this.#cut(word, width, style, lines)
    }
    lines.push(line)
    return lines
  }

  /** Wrapped text at the cursor; moves it below. A paragraph may run over pages. */
  paragraph(
    text: string,
    options: TextStyle & {
      readonly indent?: number
      readonly gap?: number
      readonly leading?: number
      readonly tag?: Marked
    } = {},
  ): void {
    const { indent = 0, gap = 4, size = 8.5, leading = 1.38, tag = 'P' } = options
    const lines = this.wrap(text, this.width - indent, options)
    // No line stands alone at the foot of a page.
    if (lines.length > 1) this.ensure(size * leading * 2)
    this.tags.mark(tag, () => {
      for (const line of lines) {
        this.ensure(size * leading)
        this.line(line, this.left + indent, this.y, options)
        this.y += size * leading
      }
    })
    this.y += gap
  }

  /** A list of wrapped texts. */
  bullets(texts: readonly string[], size = 8): void {
    this.tags.group('L', () => {
      for (const text of texts) {
        this.ensure(size * 1.38 * Math.min(2, this.wrap(text, this.width - 12, { size }).length))
        this.tags.open('LI')
        this.tags.mark('Lbl', () => this.line('\u2022', this.left + 2, this.y, { size }))
        this.paragraph(text, { indent: 12, gap: 1.5, size, tag: 'LBody' })
        this.tags.close()
      }
    })
  }

  /**
   * A heading, never left alone at the foot of a page: `keep` points must fit below it. It begins a section of the structure and
   * stands in the outline.
   */
  heading(text: string, keep = 70): void {
    if (this.y > this.top) this.y += 12
    this.ensure(23 + keep)
    if (this.#section) this.tags.close()
    this.tags.open('Sect')
    this.#section = true
    this.doc.outline.addItem(this.shown(text))
    this.tags.mark('H2', () => this.line(text, this.left, this.y, { face: 'bold', size: 12, width: this.width }))
    this.y += 17
    this.rule(0.8, ink)
    this.y += 6
  }

  /** A heading within a section. */
  subheading(text: string, keep = 40): void {
    if (this.y > this.top) this.y += 4
    this.ensure(14 + keep)
    this.tags.mark('H3', () => this.line(text, this.left, this.y, { face: 'bold', size: 9, width: this.width }))
    this.y += 14
  }

  /** A line across the page at the cursor. */
  rule(weight = 0.5, color = faint): void {
    this.paint((doc) => doc.lineWidth(weight).moveTo(this.left, this.y).lineTo(this.right, this.y).stroke(color))
  }

  /** Draws header and footer on every page; the last thing to do. */
  finish(): void {
    this.tags.finish()
    const { start, count } = this.doc.bufferedPageRange()
    for (let index = 0; index < count; index += 1) {
      this.doc.switchToPage(start + index)
      this.tags.artifact(() => this.#frame(index + 1, count), 'Pagination')
    }
  }

  /** Fits as much of a long word on each line as goes; returns what is left over. */
  #cut(word: string, width: number, style: TextStyle, lines: string[]): string {
    let rest = word
    while (rest.length > 1) {
      // A word may be as long as a book: only what can stand on one line is measured.
      const probe = rest.slice(0, mostLetters)
      const probed = this.measure(probe, style)
      if (probed <= width && probe === rest) break
      let fits = Math.min(probe.length, Math.max(1, Math.floor((probe.length * width) / probed)))
      while (fits > 1 && this.measure(rest.slice(0, fits), style) > width) fits -= 1
      fits = seam(rest, fits)
      const pair = rest.charCodeAt(fits - 1)
      if (pair >= 0xd800 && pair <= 0xdbff && fits < rest.length) fits += 1
      // A mark stays with its letter.
      while (fits > 1 && /^\p{M}/u.test(rest.slice(fits))) fits -= 1
      lines.push(rest.slice(0, fits))
      rest = rest.slice(fits)
    }
    return rest
  }

  #watermark(): void {
    if (!this.#running.simulation) return
    const { doc } = this
    const { width, height } = doc.page
    const style = { face: 'wide', size: 104, color: '#ececec' } as const
    this.tags.artifact(() => {
      doc.save()
      doc.rotate(-54, { origin: [width / 2, height / 2] })
      this.line('SIMULATION', (width - this.measure('SIMULATION', style)) / 2, height / 2 - 60, style)
      doc.restore()
    }, 'Pagination')
  }

  #frame(page: number, pages: number): void {
    const { doc, left, right, width } = this
    const running = this.#running
    const low = doc.page.height - 40
    this.line(running.right, left, 26, { size: 7.5, color: soft, width, align: 'right' })
    const room = width - this.measure(running.right, { size: 7.5 }) - 14
    const title = `${running.title}  \u00b7  `
    const titleWidth = this.measure(title, { face: 'bold', size: 7.5 })
    this.line(title, left, 26, { face: 'bold', size: 7.5 })
    this.line(running.host, left + titleWidth, 26, { size: 7.5, width: Math.max(20, room - titleWidth) })
    doc.save().lineWidth(0.5).moveTo(left, 40).lineTo(right, 40).stroke(soft).restore()
    if (running.simulation) {
      doc.save().rect(left, 46, width, 16).fill(ink).restore()
      const words = 'SIMULATION \u2014 no clock in this report is a real one'
      this.line(words, left, 49, { face: 'bold', size: 8.5, color: '#ffffff', width, align: 'center' })
    }
    doc.save().lineWidth(0.5).moveTo(left, low).lineTo(right, low).stroke(soft).restore()
    this.line(running.footer, left, low + 5, { size: 7, color: soft, width: width - 70 })
    this.line(`page ${page} of ${pages}`, left, low + 5, { size: 7, color: soft, width, align: 'right' })
  }
}

/** Where a word that is too long parts best: behind a separator in the last third of what fits, else where it must. */
function seam(word: string, fits: number): number {
  for (let end = fits; end > (fits * 2) / 3; end -= 1) if (/[-_/.:@,;]/.test(word[end - 1] ?? '')) return end
  return fits
}
