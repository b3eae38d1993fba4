/**
 * An application that starts an auditor and ends itself with 7 so many milliseconds later: `exit-while-starting.js MS TRAIL`. Run by
 * native-gate.test.ts, which also clears away the trail: here the scribe may still be writing at the exit.
 */
import { Auditor } from '../../lib/auditor.js'

const [ms, trail] = process.argv.slice(2)
setTimeout(() => process.exit(7), Number(ms))
await Auditor.start({ trail, references: ['127.0.0.1:9'], trustLocal: true, interval: '16s' })
