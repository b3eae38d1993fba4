#!/usr/bin/env node
/**
 * The command `ntp-auditor`.
 * @module
 */
import { processIo } from './io.js'
import { execute } from './program.js'
import { realParts } from './real-parts.js'

const io = processIo()
execute(process.argv.slice(2), io, realParts).then(
  (code) => process.exit(code), // everything was written: nothing that still hangs (a name look-up) may keep the caller waiting
  (error) => {
    process.stderr.write(`ntp-auditor: ${error}\n`)
    process.exit(4)
  },
)
