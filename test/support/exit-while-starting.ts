/** An application that starts an auditor and ends itself with 7 so many milliseconds later: run by native-gate.test.ts. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Auditor } from '../../lib/auditor.js'

const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-exit-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
setTimeout(() => process.exit(7), Number(process.argv[2]))
await Auditor.start({ trail: join(folder, 'trail'), references: ['127.0.0.1:9'], trustLocal: true, interval: '16s' })
