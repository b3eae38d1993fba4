/**
 * Prints the fixture's report as PDF to standard output: for a process of its own, with another zone and locale.
 * @module
 */
import { drawPdf } from '../../../reports/pdf/document.js'
import { makeDay } from '../fixture.js'

process.stdout.write(await drawPdf(makeDay().report, { pause: async () => {} }))
