/** systemd's client by its own words: answers of timedatectl as they were recorded. */
import { expect, test } from '@jest/globals'
import { parseTimeDate, parseTimeSync, timeDateFindings, timesyncdReport } from '../../lib/doctor/timesyncd.js'
import { codes, heard, missing, recorded, refused } from './machine.js'

const text = (name: string) => recorded(`systemd/${name}.txt`)

test('what systemd says of the clock, from versions 219 to 252', () => {
  const date = (name: string) => Object.values(parseTimeDate(text(name)))
  expect(date('show-252')).toEqual([true, true, false])
  expect(date('show-252-unsynchronised')).toEqual([true, false, true])
  expect(date('status-219')).toEqual([true, true, false])
  expect(date('status-245')).toEqual([false, false, true])
  expect(date('no-bus')).toEqual([null, null, null])
})

test('the client: server, where servers were named, the last answer', () => {
  const state = parseTimeSync(text('timesync-252'))
  expect(state).toMatchObject({ server: 'time.example.net', address: '192.0.2.7', message: { leap: 0, stratum: 2 } })
  expect([...(state?.servers.keys() ?? [])]).toEqual(['SystemNTPServers', 'FallbackNTPServers'])
  expect(parseTimeSync(text('timesync-237-no-answer'))?.message).toBe(null)
  expect(parseTimeSync(text('no-bus'))).toBe(null)
})

const report = (sync: string, date: string, running: boolean | null = true) =>
  timesyncdReport({ sync: heard(text(sync)), date: heard(text(date)), running })

test('synchronised, by one server at a time', () => {
  const told = report('timesync-252', 'show-252')
  expect(told).toMatchObject({
    service: 'systemd-timesyncd',
    running: true,
    synchronised: true,
    sources: ['time.example.net'],
    settings: ['SystemNTPServers=time.example.net'],
  })
  expect(codes(told?.findings ?? [])).toEqual(['ok service-synchronised', 'hint service-single-source'])
})

test('not synchronised: no answer, a server at stratum 16', () => {
  const what = (sync: string) => report(sync, 'show-252-unsynchronised')?.findings[0]?.what
  expect(what('timesync-237-no-answer')).toContain('no server has answered yet')
  expect(what('timesync-252-stratum-16')).toContain('not synchronised itself (leap 3, stratum 16)')
  expect(what('timesync-252')).toContain('too vaguely or too far away')
})

test('stopped, absent, and a board clock in local time', () => {
  expect(codes(report('no-bus', 'show-252', false)?.findings ?? [])).toEqual(['problem service-stopped'])
  expect(timesyncdReport({ sync: refused(text('no-bus')), date: missing, running: null })).toBe(null)
  expect(codes(timeDateFindings(parseTimeDate(text('status-245'))))).toEqual(['warning rtc-local-time'])
  expect(timeDateFindings(parseTimeDate(text('show-252')))).toEqual([])
})
