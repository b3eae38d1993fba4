/**
 * A report on paper: renders a day and hands the PDF to a program that prints it. Nothing is interpreted by a shell.
 *
 *     node dist/printed-report.js ./audit-trail 2026-03-03 ./reports lp -d audit
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { renderReport } from 'ntp-auditor/reports'

const [trail = './audit-trail', day = 'yesterday', out = './reports', program = 'lp', ...args] = process.argv.slice(2)
const { result, files } = await renderReport({ trail, day, out, formats: ['pdf'], paper: 'a4' })
for (const { path, sha256 } of files) {
  const { stdout } = await promisify(execFile)(program, [...args, path])
  console.log(`report ${result.id} printed: ${stdout.trim()}`)
  console.log(`${sha256}  ${path}`)
}
