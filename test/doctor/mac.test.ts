/** macOS by its own words. */
import { expect, test } from '@jest/globals'
import { macReport } from '../../lib/doctor/mac.js'
import { codes, heard, recorded, refused } from './machine.js'

const text = (name: string) => recorded(`macos/${name}`)

test('on, off, and not told without rights', () => {
  const on = macReport(heard(text('using-on.txt')), heard(text('server.txt')), null)
  expect(on).toMatchObject({
    running: true,
    synchronised: null,
    sources: ['time.apple.com'],
    settings: ['NetworkTime=On'],
  })
  expect(codes(on.findings)).toEqual(['ok service-running'])
  const off = macReport(heard(text('using-off.txt')), heard(text('server.txt')), null)
  expect(off).toMatchObject({ running: false, synchronised: false })
  expect(codes(off.findings)).toEqual(['problem service-stopped'])
  const none = refused(text('needs-administrator.txt'))
  const unknown = macReport(none, none, text('ntp.conf'))
  expect(unknown).toMatchObject({ running: null, sources: ['time.euro.apple.com'], settings: [] })
  expect(codes(unknown.findings)).toEqual(['hint service-unreadable'])
})
