/** chronyd by its own words: answers of chronyc as they were recorded. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { chronyReport, parseSources, parseTracking } from '../../lib/doctor/chrony.js'
import '../support/seed.js'
import { codes, heard, missing, recorded, refused } from './machine.js'

const text = (name: string) => recorded(`chrony/${name}.txt`)

test('tracking of several versions and states', () => {
  expect(parseTracking(text('tracking-4.3'))).toEqual({
    referenceId: '7F000001',
    name: '127.0.0.1',
    stratum: 2,
    leap: 'Normal',
  })
  expect(parseTracking(text('tracking-2.1'))).toMatchObject({ stratum: 3, leap: 'Insert second' })
  expect(parseTracking(text('tracking-4.3-unsynchronised'))).toEqual({
    referenceId: '00000000',
    name: '',
    stratum: 0,
    leap: 'Not synchronised',
  })
  expect(parseTracking(text('not-running'))).toBe(null)
})

test('sources: reach is octal, reference clocks and falsetickers are told', () => {
  expect(parseSources(text('sources-falseticker'))).toEqual([
    { mode: '#', state: '*', name: 'GPS0', stratum: 0, reach: 255 },
    { mode: '^', state: 'x', name: 'b.example.net', stratum: 2, reach: 255 },
    { mode: '^', state: 'x', name: 'a.example.net', stratum: 2, reach: 15 },
  ])
})

test('no text makes a parser throw or invent', () => {
  fc.assert(
    fc.property(fc.string(), (anything) => {
      const state = parseTracking(anything)
      if (state !== null) expect(anything.split(',').length).toBeGreaterThanOrEqual(14)
      expect(parseSources(anything).length).toBeLessThanOrEqual(anything.split('\n').length)
    }),
  )
})

const configuration = recorded('chrony/chrony.conf')
const report = (tracking: string, sources = 'sources-4.3') =>
  chronyReport({ tracking: heard(text(tracking)), sources: heard(text(sources)), configuration, running: null })

test('synchronised: sources by name, settings that matter, silent sources told', () => {
  const told = report('tracking-4.3')
  expect(told).toMatchObject({
    service: 'chronyd',
    running: true,
    synchronised: true,
    sources: ['127.0.0.1', '127.0.0.2'],
    settings: ['pool 2.debian.pool.ntp.org iburst', 'server time.example.net iburst', 'makestep 1 3'],
  })
  expect(codes(told?.findings ?? [])).toEqual(['ok service-synchronised', 'warning service-source-silent'])
  expect(told?.findings[1]?.what).toBe('1 of the 2 sources of chronyd do not answer: 127.0.0.2')
})

test('not synchronised, and why', () => {
  const silent = report('tracking-4.3-unsynchronised', 'sources-silent')
  expect(silent?.synchronised).toBe(false)
  expect(codes(silent?.findings ?? [])).toEqual(['problem service-unsynchronised'])
  expect(silent?.findings[0]?.what).toContain('none of its 1 sources answers')
  expect(report('tracking-4.3-unsynchronised', 'not-running')?.findings[0]?.what).toContain('it has no sources')
  expect(report('tracking-4.3-unsynchronised', 'sources-falseticker')?.findings[0]?.what).toContain('contradict')
})

test('a local reference is an own clock, whatever stratum it claims', () => {
  expect(codes(report('tracking-4.3-local', 'not-running')?.findings ?? [])).toEqual(['warning service-own-clock'])
})

test('installed and not running; running and not speaking to us; not there', () => {
  const none = refused(text('not-running'))
  const silent = { tracking: none, sources: none, configuration: null }
  expect(chronyReport({ ...silent, running: false })).toMatchObject({
    running: false,
    synchronised: false,
    findings: [{ severity: 'problem', code: 'service-stopped' }],
  })
  expect(chronyReport({ ...silent, running: null })?.running).toBe(false)
  const hangs = { ok: false, missing: false, output: '', message: 'chronyc was ended after 5 s' }
  expect(chronyReport({ tracking: hangs, sources: hangs, configuration: null, running: null })).toMatchObject({
    running: null,
    synchronised: null,
    findings: [{ severity: 'warning', code: 'service-unreadable' }],
  })
  expect(chronyReport({ ...silent, running: true })).toMatchObject({ running: true, synchronised: null, findings: [] })
  expect(chronyReport({ tracking: missing, sources: missing, configuration: null, running: null })).toBe(null)
})
