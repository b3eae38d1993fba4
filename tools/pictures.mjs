/**
 * Makes the pictures of `docs/pictures` from the demo's report: `npm run pictures`, or `node tools/pictures.mjs FOLDER` for a demo that was made
 * already (needs pdftoppm of poppler-utils). Always the same day of the same computer, so that a picture changes only where the page does.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const pictures = join(root, 'docs/pictures')
/** Which page is shown, by words that stand on it alone. */
const wanted = { verdict: /Scope and method/, clock: /Whole range/, signatures: /Signature {10,}Signature/ }

const made = process.argv[2] ? null : mkdtempSync(join(tmpdir(), 'ntp-auditor-pictures-'))
const demo = resolve(process.argv[2] ?? join(made, 'demo'))
try {
  if (made)
    execFileSync(process.execPath, [join(root, 'dist/lib/cli/main.js'), 'demo', '--out', demo], { stdio: 'inherit' })
  const pdf = join(
    demo,
    readdirSync(demo).find((name) => name.endsWith('.pdf')),
  )
  const pages = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' }).split('\f')
  mkdirSync(pictures, { recursive: true })
  for (const [name, words] of Object.entries(wanted)) {
    const page = String(pages.findIndex((text) => words.test(text)) + 1)
    if (page === '0') throw new Error(`no page of ${pdf} says ${words}`)
    const options = ['-png', '-gray', '-r', '75', '-singlefile', '-f', page, '-l', page]
    execFileSync('pdftoppm', [...options, pdf, join(pictures, name)])
  }
} finally {
  if (made) rmSync(made, { recursive: true })
}
