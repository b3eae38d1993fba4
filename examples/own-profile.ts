/**
 * A rule of your own, stricter than the one that it is based on: office hours, a warning threshold, support by two references.
 *
 *     node dist/own-profile.js ./audit-trail 2026-03-03 ./reports
 */
import { renderReport } from 'ntp-auditor/reports'

const profiles = {
  'desk-7': {
    base: 'finra-50ms',
    title: 'Desk 7',
    tolerance: '20ms',
    warning: '10ms',
    proven: '99.95%',
    leastSupport: 'paired',
    hours: { zone: 'America/New_York', days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:30', to: '16:00' },
    holidays: ['2026-11-26', '2026-12-25'],
  },
}

const [trail = './audit-trail', day = 'yesterday', out = './reports'] = process.argv.slice(2)
const { result, files, exitCode } = await renderReport({ trail, day, out, profiles, profile: 'desk-7' })
console.log(`${result.profile}: ${result.policy.met ? 'met' : 'not met'}`)
for (const { rule, message } of result.policy.failures) console.log(`- ${rule}: ${message}`)
for (const { name } of files) console.log(name)
process.exitCode = exitCode
