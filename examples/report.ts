/**
 * Makes the report of one day from a trail: PDF, CSV and JSON.
 *
 *     node dist/report.js ./audit-trail 2026-11-21 ./reports
 */
import { renderReport } from 'ntp-auditor/reports'

const [trail = './audit-trail', day = 'yesterday', out = './reports'] = process.argv.slice(2)
const { result, files, exitCode } = await renderReport({
  trail,
  day,
  out,
  formats: ['pdf', 'csv', 'json'],
  onProgress: ({ stage, done, total }) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${stage} ${done}${total === null ? '' : ` of ${total}`}   `)
  },
})

const { PROVEN, VIOLATED, INDETERMINATE, UNMONITORED } = result.seconds
console.log(
  `PROVEN ${PROVEN} s, VIOLATED ${VIOLATED} s, INDETERMINATE ${INDETERMINATE} s, UNMONITORED ${UNMONITORED} s`,
)
for (const { message } of result.policy.failures) console.log(`policy: ${message}`)
for (const { path, sha256 } of files) console.log(`${sha256}  ${path}`)
process.exitCode = exitCode
