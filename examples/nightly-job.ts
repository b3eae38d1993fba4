/**
 * A nightly job of your own: verify the trail, report a day, keep the bytes of the answer. For most, `ntp-auditor nightly` does
 * this and more; take this where the job is part of a program of yours.
 *
 *     node dist/nightly-job.js ./audit-trail yesterday ./reports genesis.vkey
 *
 * Exit code: 0 all well, 1 damaged or policy not met, 3 not proven.
 */
import { readFile } from 'node:fs/promises'
import { verify } from 'ntp-auditor'
import { renderReport } from 'ntp-auditor/reports'

const [trail = './audit-trail', day = 'yesterday', out = './reports', ...keyFiles] = process.argv.slice(2)
const keys = await Promise.all(keyFiles.map((file) => readFile(file, 'utf8').then((text) => text.trim())))

const verified = await verify(trail, { keys })
for (const { severity, code, message } of verified.findings) console.log(`${severity} ${code}: ${message}`)
console.log(`intact: ${verified.intact}, ${verified.records} records, sealed up to ${verified.sealedUpTo}`)

const { result, files, exitCode } = await renderReport({ trail, day, out, keys, formats: ['pdf', 'csv', 'json'] })
console.log(`${result.period}: policy ${result.policy.met ? 'met' : 'not met'}`)
for (const { message } of result.policy.failures) console.log(`- ${message}`)
for (const { path, sha256 } of files) console.log(`${sha256}  ${path}`)
process.exitCode = verified.intact === false ? 1 : exitCode
