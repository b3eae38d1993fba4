import { describe, expect } from '@jest/globals'
import { assemble } from '../../../reports/fleet.js'
import { toJson } from '../../../reports/json.js'
import { drawFleet } from '../../../reports/pdf/fleet.js'
import { needs } from '../../support/tools.js'
import { makeDay } from '../fixture.js'
import { calmDay, darkDay, hostileDay } from '../variants.js'
import { attachment, overlaps, pagesOf, paintedOutside, wordsOf } from './reading.js'

const pause = async () => {}

describe('the pages of a fleet', () => {
  const many = Array.from({ length: 60 }, (_, index) => makeDay({ open: { host: `till-${index}` } }).report)
  const fleets = {
    'three computers': assemble([calmDay(), darkDay(), makeDay().report]),
    'hostile names': assemble([hostileDay(), makeDay().report]),
    'sixty computers': assemble(many),
  }

  for (const [name, fleet] of Object.entries(fleets))
    for (const paper of ['a4', 'letter'] as const)
      needs('pdftotext', 'qpdf')(
        `of ${name} on ${paper} keep their margins and say of each what came of it`,
        async () => {
          const bytes = await drawFleet(fleet, { pause, paper })
          const words = wordsOf(bytes)
          expect(overlaps(words)).toEqual([])
          expect(words.filter(({ left, right }) => left < 47 || right > 567)).toEqual([])
          expect(paintedOutside(bytes)).toEqual([])
          const text = pagesOf(bytes).join('\n')
          for (const host of fleet.result.hosts) expect(text).toContain(host.report)
        },
      )

  needs('pdftotext', 'pdfdetach')('tell on the first page how many met the rule, and carry the result', async () => {
    const fleet = fleets['three computers']
    const bytes = await drawFleet(fleet, { pause })
    const first = pagesOf(bytes)[0]!.replaceAll(/\s+/g, ' ')
    expect(first).toContain('computer of 3 met what the profile demands, 1 did not, for 1 proof is')
    expect(attachment(bytes, 'result.json')).toBe(toJson(fleet.result))
  })
})
