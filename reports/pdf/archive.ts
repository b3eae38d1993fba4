/**
 * A file for the archive: PDF/A-3a that declares PDF/UA-1, fonts embedded, dates given, attachments with their kind. The same
 * calls give the same bytes, and the file's /ID follows its content.
 * @module
 */
import PDFDocument from 'pdfkit'
import { printable } from '../printable.js'
import type { Paper } from '../types.js'
import { fontPath } from './fonts.js'
import { Pieces } from './press.js'

type Doc = PDFKit.PDFDocument

/** A file inside the file. */
export interface Attachment {
  readonly name: string
  /** MIME type; PDF/A demands one. */
  readonly type: string
  readonly description: string
  /** ISO 32000-2 7.11.3: what the page was made from, or the same in another form. */
  readonly relationship: 'Source' | 'Data' | 'Supplement'
  readonly bytes: Buffer
}

export interface ArchiveOptions {
  readonly title: string
  readonly subject: string
  /** What the content is told by, for example a SHA-256: /ID is made of it. */
  readonly digest: string
  readonly tool: string
  /** The instant that the pages are about, never the one at which they are drawn. */
  readonly dated: Date
  readonly paper: Paper
  readonly attachments: readonly Attachment[]
}

export interface Archive {
  readonly doc: Doc
  /** Ends the file; its bytes. */
  readonly end: () => Promise<Buffer>
}

const sizes = { a4: 'A4', letter: 'LETTER' } as const

/** Begins a file. */
export function openArchive(options: ArchiveOptions): Archive {
  const { dated, paper, attachments } = options
  const tool = plain(options.tool)
  const doc = new PDFDocument({
    size: sizes[paper],
    margin: 0,
    pdfVersion: '1.7',
    subset: 'PDF/A-3a',
    tagged: true,
    font: fontPath('regular'),
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: {
      Title: plain(options.title),
      Subject: plain(options.subject),
      Keywords: plain(options.digest),
      Creator: tool,
      Producer: tool,
      CreationDate: dated,
      ModDate: dated,
    },
  } as unknown as PDFKit.PDFDocumentOptions)
  escapeMetadata(doc)
  const bytes = collect(doc)
  for (const { bytes: content, ...rest } of attachments) {
    doc.file(content as unknown as Parameters<typeof doc.file>[0], {
      ...rest,
      creationDate: dated,
      modifiedDate: dated,
    })
  }
  const end = () => {
    doc.end()
    return bytes
  }
  return { doc, end }
}

/** A text for metadata: every character visible, none that XML forbids, not as long as a book. */
function plain(text: string): string {
  const shown = [...printable(text, () => true)]
  return shown.length <= 300 ? shown.join('') : `${shown.slice(0, 299).join('')}\u2026`
}

interface Metadata {
  info: Record<string, unknown>
  _addInfo?: () => void
  appendXML?: (xml: string) => void
}

/**
 * pdfkit writes titles into XMP as they stand; here they are escaped for XML there, and left alone in the document's own
 * information. PDF/UA is declared beside PDF/A, with the extension schema without which PDF/A-3a refuses the declaration.
 */
function escapeMetadata(doc: Doc): void {
  const inner = doc as unknown as Metadata
  const addInfo = inner._addInfo
  if (typeof addInfo !== 'function' || typeof inner.appendXML !== 'function') {
    throw new TypeError('this version of pdfkit writes metadata elsewhere; install the pinned version')
  }
  inner._addInfo = () => {
    const { info } = inner
    const escaped = Object.entries(info).map(([key, value]) => [
      key,
      typeof value === 'string' ? escapeXml(value) : value,
    ])
    inner.info = Object.fromEntries(escaped)
    addInfo.call(doc)
    inner.info = info
  }
  inner.appendXML(accessibility)
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

const accessibility = `
        <rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
            <pdfuaid:part>1</pdfuaid:part>
        </rdf:Description>
        <rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
            xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
            <pdfaExtension:schemas>
                <rdf:Bag>
                    <rdf:li rdf:parseType="Resource">
                        <pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
                        <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
                        <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
                        <pdfaSchema:property>
                            <rdf:Seq>
                                <rdf:li rdf:parseType="Resource">
                                    <pdfaProperty:name>part</pdfaProperty:name>
                                    <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
                                    <pdfaProperty:category>internal</pdfaProperty:category>
                                    <pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
                                </rdf:li>
                            </rdf:Seq>
                        </pdfaSchema:property>
                    </rdf:li>
                </rdf:Bag>
            </pdfaExtension:schemas>
        </rdf:Description>
        `

function collect(doc: Doc): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces = new Pieces()
    doc.on('data', (piece: Buffer) => pieces.add(piece))
    doc.on('end', () => resolve(pieces.all()))
    doc.on('error', reject)
  })
}
