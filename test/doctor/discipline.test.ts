/** Which of the services that a computer may have sets its clock, and when that has changed. */
import { expect, test } from '@jest/globals'
import { changedFields, readDiscipline } from '../../lib/doctor/discipline.js'
import { checkServiceBody } from '../../lib/trail/service-check.js'
import { codes, type FakeMachine, fakeMachine, heard, recorded, refused } from './machine.js'

const systemd = {
  'timedatectl show-timesync': heard(recorded('systemd/timesync-252.txt')),
  'timedatectl show': heard(recorded('systemd/show-252.txt')),
  'systemctl show': heard(recorded('systemd/units.txt')),
}
const chrony = {
  'chronyc -c -n tracking': heard(recorded('chrony/tracking-4.3.txt')),
  'chronyc -c -N sources': heard(recorded('chrony/sources-4.3.txt')),
}
const timex = { state: 0, status: 0x2001, maxErrorNs: 26_000_000n, ratePpb: -12_345n }
const read = (given: FakeMachine) => readDiscipline(fakeMachine(given))

test('the one that runs, with the state of the kernel; the record is one', async () => {
  const { body, findings } = await read({ answers: systemd, timex })
  expect(body).toEqual({
    type: 'discipline',
    service: 'systemd-timesyncd',
    running: true,
    synchronised: true,
    sources: ['time.example.net'],
    settings: ['SystemNTPServers=time.example.net'],
    kernel: { maxErrorNs: '26000000', frequencyPpb: -12_345, status: 0x2001 },
    changed: [],
  })
  expect(checkServiceBody(body)).toEqual(body)
  expect(codes(findings)).toEqual(['ok service-synchronised', 'hint service-single-source'])
})

test('however much a configuration says, the record stays small', async () => {
  const files = {
    '/etc/chrony.conf': Array.from(
      { length: 500 },
      (_, i) => `server ${i}.example.net ${'\u{1f552}'.repeat(300)}`,
    ).join('\n'),
  }
  const { body } = await read({ processes: ['chronyd'], files })
  expect(body.settings.length).toBe(50)
  expect([...(body.settings[0] ?? '')].length).toBe(200)
  expect(body.settings.some((text) => /\p{Cs}/u.test(text))).toBe(false)
})

test('two that run are rivals', async () => {
  const { body, findings } = await read({ answers: { ...systemd, ...chrony } })
  expect(body.service).toBe('chronyd')
  expect(findings.at(-1)).toMatchObject({
    code: 'service-rivals',
    what: expect.stringContaining('chronyd, systemd-timesyncd'),
  })
})

test('one that is installed and stopped stands behind one that runs', async () => {
  const stopped = { 'chronyc -c': refused(recorded('chrony/not-running.txt')) }
  const { body, findings } = await read({ answers: { ...systemd, ...stopped } })
  expect(body.service).toBe('systemd-timesyncd')
  expect(codes(findings)).not.toContain('problem service-stopped')
  const units = { 'systemctl show': heard(recorded('systemd/units-stopped.txt')) }
  const alone = await read({ answers: { ...systemd, ...units } })
  expect(alone.body).toMatchObject({ service: 'systemd-timesyncd', running: false, synchronised: false })
  expect(codes(alone.findings)).toEqual(['problem service-stopped'])
})

test('a daemon that answers nobody is seen by its process, and judged by the kernel', async () => {
  const told = await read({ processes: ['init', 'chronyd'], timex })
  expect(told.body).toMatchObject({ service: 'chronyd', running: true, synchronised: true, sources: [] })
  const free = await read({ processes: ['chronyd'], timex: { ...timex, status: 0x40 } })
  expect(free.body.synchronised).toBe(null) // chronyd without "rtcsync" leaves the kernel in doubt
})

test('others are known by their process alone', async () => {
  expect((await read({ processes: ['ntp-daemon'] })).body).toMatchObject({ service: 'ntpd-rs', running: true })
})

test('none at all: a problem; in a container the business of the host; unknown where the kernel is kept right', async () => {
  const none = await read({})
  expect(none.body).toMatchObject({ service: 'none', running: false, synchronised: false, kernel: null })
  expect(codes(none.findings)).toEqual(['problem service-none'])
  const inside = await read({ folders: { '/': ['.dockerenv'] } })
  expect(inside.body).toMatchObject({ service: 'unknown', running: null, synchronised: null })
  expect(codes(inside.findings)).toEqual(['hint service-outside'])
  expect(codes((await read({ timex })).findings)).toEqual(['hint service-unknown'])
  const doubted = await read({ folders: { '/': ['.dockerenv'] }, timex: { ...timex, status: 0x40 } })
  expect(codes(doubted.findings)).toEqual(['hint service-outside', 'hint kernel-unsynchronised'])
})

test('Windows and macOS are asked in their own way', async () => {
  const windows = await read({
    platform: 'win32',
    answers: {
      'w32tm /query /status': heard(recorded('windows/status-de-11.txt')),
      'reg query HKLM\\SYSTEM': heard(recorded('windows/reg-parameters.txt')),
    },
  })
  expect(windows.body).toMatchObject({ service: 'w32time', settings: ['Type=NTP', 'NtpServer=time.windows.com,0x9'] })
  const mac = await read({
    platform: 'darwin',
    answers: { '/usr/sbin/systemsetup -getusing': heard(recorded('macos/using-on.txt')) },
    files: { '/etc/ntp.conf': recorded('macos/ntp.conf') },
  })
  expect(mac.body).toMatchObject({ service: 'timed', running: true, sources: ['time.euro.apple.com'] })
})

test('numbers that jitter are no change; who steers and how is', async () => {
  const { body } = await read({ answers: systemd, timex })
  const kernel = { maxErrorNs: '500000', frequencyPpb: 17, status: 0x2001 | 0x4000 }
  expect(changedFields(body, { ...body, kernel })).toEqual([])
  expect(changedFields(body, { ...body, kernel: { ...kernel, status: 0x2041 } })).toEqual(['kernel'])
  expect(changedFields(body, { ...body, service: 'none', running: false, sources: [] })).toEqual([
    'service',
    'running',
    'sources',
  ])
  expect(changedFields(body, { ...body, settings: ['SystemNTPServers=evil.example.net'] })).toEqual(['settings'])
})
