/**
 * Several computers in one document: give the trail of each. Copy trails with whatever you copy files with; a copy is as good as the original.
 *
 *     node dist/several-hosts.js 2026-03-03 ./reports ./till-1/audit-trail ./till-2/audit-trail
 */
import { renderFleet } from 'ntp-auditor/reports'

const [day = 'yesterday', out = './reports', ...trails] = process.argv.slice(2)
const { result, files, exitCode } = await renderFleet({ trails, day, out, formats: ['pdf', 'csv', 'json'] })
for (const { host, outcome, provenShare, reason } of result.hosts) {
  console.log(
    `${host}: ${outcome}, PROVEN for ${(provenShare * 100).toFixed(2)} %${reason === null ? '' : `; ${reason}`}`,
  )
}
console.log(`${files.length} files in ${out}`)
process.exitCode = exitCode
