/**
 * Reads PDF files back with programs that others wrote: text by page, places of words, fonts, attachments.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drawPdf } from '../../../reports/pdf/document.js'
import type { Report } from '../../../reports/types.js'

export function draw(report: Report): Promise<Buffer> {
  return drawPdf(report, { pause: async () => {} })
}

/** Runs `use` with the path of a file of these bytes. */
export function withFile<T>(bytes: Buffer, use: (path: string, folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'pdf-test-'))
  try {
    const path = join(folder, 'report.pdf')
    writeFileSync(path, bytes)
    return use(path, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })
}

/** The text of each page, in the layout of the page. */
export function pagesOf(bytes: Buffer): string[] {
  return withFile(bytes, (path) => run('pdftotext', '-layout', path, '-').split('\f').slice(0, -1))
}

export interface Word {
  readonly page: number
  readonly text: string
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const box = /<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)<\/word>/

/** Every word and its box, in points from the upper left corner. */
export function wordsOf(bytes: Buffer): Word[] {
  const words: Word[] = []
  let page = 0
  for (const line of withFile(bytes, (path) => run('pdftotext', '-bbox', path, '-')).split('\n')) {
    if (line.includes('<page ')) page += 1
    const match = box.exec(line)
    if (!match) continue
    const [left, top, right, bottom] = match.slice(1, 5).map(Number) as [number, number, number, number]
    words.push({ page, text: match[5]!, left, top, right, bottom })
  }
  return words
}

/** Pairs of words of one page that stand on one another; each as `page: a | b`. */
export function overlaps(words: readonly Word[]): string[] {
  const found: string[] = []
  for (const page of new Set(words.map((word) => word.page))) {
    const sorted = words.filter((word) => word.page === page).sort((a, b) => a.top - b.top)
    for (const [index, a] of sorted.entries()) {
      for (let next = index + 1; next < sorted.length && sorted[next]!.top < a.bottom; next += 1) {
        const b = sorted[next]!
        const high = Math.min(a.bottom, b.bottom) - b.top
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left)
        // Boxes hold ascenders and descenders of the whole face: lines may touch, letters may not.
        if (high > 0.4 * Math.min(a.bottom - a.top, b.bottom - b.top) && wide > 0.5)
          found.push(`${page}: ${a.text} | ${b.text}`)
      }
    }
  }
  return found
}

/** The file of that name which the PDF carries. */
export function attachment(bytes: Buffer, name: string): string {
  return withFile(bytes, (path, folder) => {
    run('pdfdetach', '-saveall', '-o', folder, path)
    return readFileSync(join(folder, name), 'utf8')
  })
}

const painting = /^(?:f|F|f\*|B|B\*|b|b\*|s|S|sh|Do|Tj|TJ|'|")$/

/** What is painted outside the structure, or in two places of it at once, or where a page leaves a mark open. */
export function paintedOutside(bytes: Buffer): string[] {
  const found: string[] = []
  const plain = withFile(bytes, (path, folder) => {
    const target = join(folder, 'plain.pdf')
    run('qpdf', '--qdf', '--object-streams=disable', path, target)
    return readFileSync(target, 'latin1')
  })
  const parts = [
    ...plain.matchAll(
      /%% Contents for page (\d+)\n(?:%%[^\n]*\n)?\d+ 0 obj\n<<[\s\S]*?>>\nstream\n([\s\S]*?)\nendstream/g,
    ),
  ]
  if (parts.length === 0) throw new Error('no page was found')
  for (const [, page, content] of parts) {
    let depth = 0
    for (const line of content!.split('\n')) {
      const operator = line.trim().split(/\s+/).at(-1) ?? ''
      if (operator === 'BDC' || operator === 'BMC') depth += 1
      else if (operator === 'EMC') depth -= 1
      else if (painting.test(operator) && depth !== 1) found.push(`page ${page}: ${operator} at depth ${depth}`)
    }
    if (depth !== 0) found.push(`page ${page} ends at depth ${depth}`)
  }
  return found
}
