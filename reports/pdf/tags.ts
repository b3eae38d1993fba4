/**
 * The structure of a page for those who hear it: every mark belongs to an element of the structure tree (PDF/UA-1), or is an
 * artifact. An element may run over pages and may be interrupted by artifacts; this file closes and opens its content.
 * @module
 */
import type {} from 'pdfkit'

type Doc = PDFKit.PDFDocument

/** Elements that hold other elements. */
export type Grouping = 'Sect' | 'Table' | 'THead' | 'TBody' | 'TR' | 'L' | 'LI' | 'Div'
/** Elements that hold marks. */
export type Marked = 'H1' | 'H2' | 'H3' | 'P' | 'TH' | 'TD' | 'Lbl' | 'LBody' | 'Caption' | 'Figure' | 'Code'

export interface TagOptions {
  /** What a figure shows, in words. */
  readonly alt?: string
  /** Points from the upper left corner: left, top, right, bottom. */
  readonly bbox?: readonly [number, number, number, number]
  readonly placement?: 'Block' | 'Inline'
  readonly scope?: 'Column' | 'Row'
}

/** The parts of pdfkit's structure that its types leave out. */
interface Structured {
  struct(type: string, options?: object): Element
  addStructure(element: Element): void
  markStructureContent(type: string): unknown
  markContent(tag: string, options?: object): void
  endMarkedContent(): void
}
interface Element {
  add(child: unknown): Element
  end(): void
}

export class Tags {
  readonly #doc: Structured
  /** The elements that are open, the innermost last. */
  readonly #open: Element[]
  #marking: { readonly element: Element; readonly type: Marked } | null = null
  #content: unknown = null
  #artifact = false

  constructor(doc: Doc) {
    this.#doc = doc as unknown as Structured
    const root = this.#doc.struct('Document')
    this.#doc.addStructure(root)
    this.#open = [root]
  }

  /** Whether what is drawn now belongs to something. */
  get inside(): boolean {
    return this.#marking !== null || this.#artifact
  }

  /** Opens an element that groups others; {@link close} ends it. Rows of long tables are drawn between the two. */
  open(type: Grouping): void {
    const element = this.#doc.struct(type)
    this.#parent().add(element)
    this.#open.push(element)
  }

  close(): void {
    if (this.#open.length < 2) throw new TypeError('no structure element is open')
    this.#open.pop()?.end()
  }

  /** Runs `draw` between {@link open} and {@link close}. */
  group(type: Grouping, draw: () => void): void {
    this.open(type)
    draw()
    this.close()
  }

  /** Runs `draw`, whose marks make up one element. Inside another one they belong to that. */
  mark(type: Marked, draw: () => void, options: TagOptions = {}): void {
    if (this.inside) {
      draw()
      return
    }
    const element = this.#doc.struct(type, options)
    this.#parent().add(element)
    this.#marking = { element, type }
    this.#start()
    draw()
    this.#stop()
    this.#marking = null
    element.end()
  }

  /** Runs `draw`, whose marks say nothing: rules, grounds, running headers. */
  artifact(draw: () => void, type: 'Layout' | 'Pagination' = 'Layout'): void {
    if (this.#artifact) {
      draw()
      return
    }
    this.#stop()
    this.#artifact = true
    this.#doc.markContent('Artifact', { type })
    draw()
    this.#doc.endMarkedContent()
    this.#artifact = false
    this.#start()
  }

  /** Turns the page by `turn`; an element that is open goes on after it. */
  turn(turn: () => void): void {
    const marking = this.#marking
    this.#stop()
    // What is drawn while the page turns is no part of the element.
    this.#marking = null
    turn()
    this.#marking = marking
    this.#start()
  }

  /** Ends the tree; nothing is drawn after it but artifacts. */
  finish(): void {
    while (this.#open.length > 0) this.#open.pop()?.end()
  }

  #parent(): Element {
    const parent = this.#open.at(-1)
    if (!parent) throw new TypeError('the structure tree is finished')
    return parent
  }

  #start(): void {
    if (this.#marking) this.#content = this.#doc.markStructureContent(this.#marking.type)
  }

  #stop(): void {
    if (!this.#marking) return
    this.#doc.endMarkedContent()
    this.#marking.element.add(this.#content)
    this.#content = null
  }
}
