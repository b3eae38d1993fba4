import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import { type ArchiveOptions, openArchive } from '../../../reports/pdf/archive.js'
import { Sheet } from '../../../reports/pdf/sheet.js'
import { needs } from '../../support/tools.js'
import { makeDay } from '../fixture.js'
import { darkDay, hostileDay } from '../variants.js'
import { attachment, draw, pagesOf, paintedOutside, run, withFile } from './reading.js'

const plain: ArchiveOptions = {
  title: 'One page',
  subject: 'A test',
  digest: 'abc',
  tool: 'ntp-auditor 0.0.0',
  dated: new Date('2026-11-21T12:00:00Z'),
  paper: 'a4',
  attachments: [],
}

/** One page with one word, made with these options. */
function onePage(options: Partial<ArchiveOptions> = {}): Promise<Buffer> {
  const { doc, end } = openArchive({ ...plain, ...options })
  const sheet = new Sheet(doc, { title: 'T', host: 'h', right: 'r', footer: 'f', simulation: false })
  sheet.tags.mark('H1', () => sheet.line('word', sheet.left, sheet.y))
  sheet.finish()
  return end()
}

/** Texts of the XMP packet by the names of their elements, read by a parser of XML that others wrote. */
function metadataOf(bytes: Buffer): Record<string, string[]> {
  const packet = withFile(bytes, (path) => run('pdfinfo', '-meta', path))
  const program =
    'import sys, json, xml.dom.minidom as x\n' +
    'd = x.parseString(sys.stdin.buffer.read())\n' +
    't = lambda e: "".join(c.data if c.nodeType == 3 else t(c) for c in e.childNodes)\n' +
    'n = ["pdfaid:part","pdfaid:conformance","pdfuaid:part","dc:title","dc:description","pdf:Keywords","pdf:Producer","pdfaSchema:prefix"]\n' +
    'print(json.dumps({k: [t(e).strip() for e in d.getElementsByTagName(k)] for k in n}))'
  return JSON.parse(execFileSync('python3', ['-c', program], { input: packet, encoding: 'utf8' }))
}

/** The text entry of the document's information. */
function infoOf(bytes: Buffer, key: string): string {
  const info = withFile(bytes, (path) => run('pdfinfo', '-enc', 'UTF-8', path))
  return new RegExp(`^${key}: +(.*)$`, 'm').exec(info)?.[1] ?? ''
}

const titles = [
  'plain',
  'a & b < c > "d" \'e\'',
  '&amp; ]]> <?xpacket end="r"?>',
  'Zürich 時計 \u{1f552}',
  'two\nlines\u0000and\u202ea turn',
]

describe('a file for the archive', () => {
  for (const title of titles)
    needs('pdfinfo', 'python3')(
      `keeps the title ${JSON.stringify(title)} in information and metadata alike`,
      async () => {
        const bytes = await onePage({ title, subject: title })
        const metadata = metadataOf(bytes)
        const shown = title.replace('\n', '\\u{000A}').replace('\0', '\\u{0000}').replace('\u202e', '\\u{202E}')
        expect(metadata['dc:title']).toEqual([shown])
        expect(metadata['dc:description']).toEqual([shown])
        expect(infoOf(bytes, 'Title')).toBe(shown)
      },
    )

  needs('pdfinfo', 'python3')('declares PDF/A-3a and PDF/UA-1, with the schema of the latter', async () => {
    const metadata = metadataOf(await draw(hostileDay()))
    expect(metadata['pdfaid:part']).toEqual(['3'])
    expect(metadata['pdfaid:conformance']).toEqual(['A'])
    expect(metadata['pdfuaid:part']).toEqual(['1'])
    expect(metadata['pdfaSchema:prefix']).toEqual(['pdfuaid'])
    expect(metadata['dc:title']?.[0]?.length).toBeLessThanOrEqual(300)
  })

  needs('pdfinfo')('says that it is tagged, in which language, and under which title it is shown', async () => {
    const bytes = await onePage()
    expect(infoOf(bytes, 'Tagged')).toBe('yes')
    expect(infoOf(bytes, 'CreationDate')).toContain('2026')
    const raw = bytes.toString('latin1')
    expect(raw).toContain('/Lang (en)')
    expect(raw).toContain('/DisplayDocTitle true')
    expect(raw).toContain('/S /GTS_PDFA1')
  })

  test('has an /ID that follows the content, not the hour', async () => {
    const id = async (options: Partial<ArchiveOptions>) =>
      /\/ID \[<([0-9a-f]{32})>/.exec((await onePage(options)).toString('latin1'))?.[1]
    expect(await id({})).toMatch(/^[0-9a-f]{32}$/)
    expect(await id({})).toBe(await id({}))
    expect(await id({ digest: 'abd' })).not.toBe(await id({}))
  })

  needs('pdfinfo')('is as large as the paper', async () => {
    expect(infoOf(await onePage(), 'Page size')).toBe('595.28 x 841.89 pts (A4)')
    expect(infoOf(await onePage({ paper: 'letter' }), 'Page size')).toBe('612 x 792 pts (letter)')
  })

  const days = {
    'a set clock': () => makeDay().report,
    'a dark day': darkDay,
    'hostile names': hostileDay,
    'a simulation': () => makeDay({ open: { simulation: true } }).report,
  }
  for (const [name, report] of Object.entries(days))
    needs('qpdf')(`leaves no mark of ${name} without a place in the structure`, async () => {
      expect(paintedOutside(await draw(report()))).toEqual([])
    })

  needs('qpdf')('is found out where a mark has no place', async () => {
    const { doc, end } = openArchive(plain)
    doc.rect(10, 10, 20, 20).fill('#000000')
    expect(paintedOutside(await end())).toEqual(['page 1: f at depth 0'])
  })

  needs('pdfinfo')('tells tables, figures and headings apart for those who hear it', async () => {
    const structure = withFile(await draw(makeDay().report), (path) => run('pdfinfo', '-struct-text', path))
    expect(structure).toMatch(/^Document\n/)
    expect(structure).toMatch(/ {2}H1 \(block\)\n +"Clock audit report"/)
    expect(structure).toMatch(/TH:\n +\/Scope \/Column\n +"Cause"/)
    expect(structure).toContain("this computer's clock differed")
    expect(structure.match(/Figure/g)!.length).toBeGreaterThanOrEqual(4)
    expect(structure).not.toContain('page 1 of')
  })

  needs('pdfdetach')('carries its lists as they lie beside it', async () => {
    const { report } = makeDay()
    const { changesCsv } = await import('../../../reports/csv/index.js')
    let expected = ''
    for await (const chunk of changesCsv(report, 'evidence')) expected += chunk
    const bytes = await draw(report)
    expect(attachment(bytes, 'changes.csv')).toBe(expected)
    const names = withFile(bytes, (path) => run('pdfdetach', '-list', path))
    for (const name of ['result.json', 'days.csv', 'intervals.csv', 'changes.csv', 'breaches.csv', 'gaps.csv'])
      expect(names).toContain(`: ${name}`)
    const raw = bytes.toString('latin1')
    expect(raw.match(/\/AFRelationship \/(Source|Data)/g)).toHaveLength(6)
    expect(raw.match(/\/Subtype \/(application#2Fjson|text#2Fcsv)/g)).toHaveLength(6)
    expect(pagesOf(bytes).length).toBeGreaterThan(2)
  })
})
