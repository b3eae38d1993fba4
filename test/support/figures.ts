/**
 * The figures of a PDF by their words for those who hear it. Needs qpdf.
 * @module
 */
import { execFileSync } from 'node:child_process'

export interface Figures {
  /** Names of what is drawn over axes with scales, in order. */
  readonly plots: readonly string[]
  readonly pictures: readonly string[]
  /** All words of each figure. */
  readonly words: readonly string[]
  /** How many samples the histogram of all of them counts. */
  readonly samples: number
}

export function figuresOf(pdf: string): Figures {
  const json = execFileSync('qpdf', ['--json', '--json-key=qpdf', pdf], { encoding: 'utf8', maxBuffer: 2 ** 29 })
  const objects: readonly { readonly value?: { readonly '/S'?: string; readonly '/Alt'?: string } | null }[] =
    Object.values(JSON.parse(json).qpdf[1])
  const found = objects.flatMap(({ value }) =>
    value?.['/S'] === '/Figure' ? [(value['/Alt'] ?? '').replace(/^u:/, '')] : [],
  )
  const plots: string[] = []
  const pictures: string[] = []
  let samples = 0
  for (const words of found) {
    if (words.startsWith('Histograms. ')) {
      // Two may share a figure.
      for (const [, title, number] of words.matchAll(/([a-z][^.;]*): ([\d\s]+) values? from/gi)) {
        plots.push(`histogram of ${title}`)
        if (title?.startsWith('All samples')) samples = Number(number?.replace(/\s/g, ''))
      }
    } else if (/linear/.test(words)) plots.push(/^(.*?): (?!\S*:\d)/.exec(words)?.[1] ?? '')
    else if (!words.startsWith('Legend')) pictures.push(words.split(/ of | from /)[0] ?? '')
  }
  return { plots, pictures, words: found, samples }
}
