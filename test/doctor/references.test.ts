/** Diagnosing references: real packets over loopback, each reference with one thing wrong. */
import { afterEach, expect, test } from '@jest/globals'
import { systemTimers } from '../../lib/clock/timers.js'
import { parseConfiguration } from '../../lib/config/parse.js'
import { diagnose } from '../../lib/doctor/diagnose.js'
import type { Finding } from '../../lib/doctor/finding.js'
import { Resolver } from '../../lib/ntp/resolve.js'
import { LoopbackReference, type LoopbackReferenceOptions } from '../../lib/testing/loopback-reference.js'
import { codes, fakeMachine } from './machine.js'

const open: LoopbackReference[] = []
afterEach(async () => {
  for (const reference of open.splice(0)) await reference.stop()
})

async function reference(options: LoopbackReferenceOptions = {}): Promise<LoopbackReference> {
  const made = await LoopbackReference.start(options)
  open.push(made)
  return made
}

const hour = 3_600_000_000_000n
/** In the container of the fake machine, so that only references and clock are a matter of these tests. */
const machine = fakeMachine({ folders: { '/': ['.dockerenv'] } })

async function findings(references: readonly (string | object)[], more: object = {}): Promise<readonly Finding[]> {
  const configuration = parseConfiguration(
    { references, trustLocal: true, timeout: '500ms', ...more },
    { base: '/', trail: 'optional' },
  )
  const diagnosis = await diagnose({ configuration, machine, bytesPerYear: null })
  const aside = ['service-outside', 'host-container', 'configuration-trust-local', 'clock-portable']
  return diagnosis.findings.filter(({ code }) => !aside.includes(code))
}

test('an honest one: what it says, the clock inside the tolerance, how often to sample', async () => {
  const { at } = await reference({ header: { stratum: 2, referenceId: 0xc0000207 } })
  const found = await findings([at])
  expect(codes(found)).toEqual([
    'hint reference-single',
    'ok reference-answers',
    'ok clock-within',
    'ok tolerance-provable',
  ])
  expect(found[1]?.what).toMatch(
    /^127\.0\.0\.1 \(by \S+, 127\.0\.0\.1\) answers: stratum 2, reference id 192\.0\.2\.7, /,
  )
})

test.each<[string, LoopbackReferenceOptions, string]>([
  ['stratum 16', { faults: ['stratum-16'] }, 'reference-unsynchronised'],
  ['unsynchronised', { faults: ['unsynchronised'] }, 'reference-unsynchronised'],
  ['stratum 0 without a kiss', { faults: ['stratum-0'] }, 'reference-unsynchronised'],
  ['not answering', { faults: ['silent'] }, 'reference-silent'],
  ['DENY', { faults: ['kiss-DENY'] }, 'reference-access-list'],
  ['RSTR', { faults: ['kiss-RSTR'] }, 'reference-access-list'],
  ['RATE', { faults: ['kiss-RATE'] }, 'reference-rate'],
  ['another kiss', { faults: ['kiss-STEP'] }, 'reference-kiss'],
  ['not in client mode', { faults: ['mode-3'] }, 'reference-wrong-answer'],
  ['a vague one', { faults: ['root-dispersion-20s'] }, 'reference-refused'],
])('%s is a problem', async (_, options, code) => {
  const { at } = await reference(options)
  expect(codes(await findings([at]))).toEqual([`problem ${code}`, 'problem clock-unknown', 'hint reference-single'])
})

test('service not started: the port is closed', async () => {
  const gone = await reference()
  await gone.stop()
  const found = await findings([gone.at])
  expect(codes(found)).toContain('problem reference-port-closed')
})

test('silence is asked twice before it is believed, an answer once', async () => {
  const silent = await reference({ faults: ['silent'] })
  const good = await reference()
  await findings([silent.at, good.at])
  expect([silent.requests, good.requests]).toEqual([2, 1])
})

test.each<[string, LoopbackReferenceOptions, string]>([
  ['a high stratum', { header: { stratum: 10 } }, 'warning reference-high-stratum'],
  ['its own clock', { header: { referenceId: 'LOCL' } }, 'warning reference-own-clock'],
  ['a leap second', { header: { leap: 1 } }, 'hint reference-leap'],
  ['a vague claim', { header: { rootDispersionNs: 2_000_000_000n } }, 'warning reference-vague'],
  ['a smear', { header: { referenceId: 'GOOG' } }, 'warning reference-smears'],
])('%s is told of one that answers', async (_, options, line) => {
  const { at } = await reference(options)
  expect(codes(await findings([at], { tolerance: '10s', interval: '16s' }))).toContain(line)
})

test('a declared smear is no finding', async () => {
  const { address, port } = await reference({ header: { referenceId: 'GOOG' } })
  expect(codes(await findings([{ host: address, port, smear: 'google' }]))).not.toContain('warning reference-smears')
})

test('hours wrong but minutes right, whole minutes, a slew', async () => {
  for (const [offsetNs, code] of [
    [hour, 'offset-one-hour'],
    [-3n * hour, 'offset-hours'],
    [7n * 60_000_000_000n, 'offset-whole-minutes'],
    [-40_500_000_000n, 'offset-slewing'],
  ] as const) {
    const { at } = await reference({ offsetNs })
    const found = await findings([at])
    expect(codes(found)).toEqual([
      'problem clock-off',
      'warning tolerance-not-provable',
      'hint reference-single',
      `hint ${code}`,
      'ok reference-answers',
    ])
  }
})

test('an offset that straddles the tolerance is undecided', async () => {
  const { at } = await reference({ offsetNs: 300_000_000n, path: { toMs: 20, fromMs: 20 } })
  expect(codes(await findings([at], { tolerance: '300ms' }))).toContain('warning clock-undecided')
})

test('two contradict one another: neither is believed; of three the odd one is named', async () => {
  const [good, late, other] = [await reference(), await reference({ offsetNs: hour }), await reference()]
  const two = await findings([good.at, late.at])
  expect(codes(two)).toEqual([
    'problem references-contradict',
    'hint reference-pair',
    'ok reference-answers',
    'ok reference-answers',
  ])
  expect(two[0]?.what).toContain('exactly one hour')
  const three = await findings([good.at, late.at, other.at])
  expect(codes(three)).toContain('problem reference-dissents')
  expect(three.find(({ code }) => code === 'reference-dissents')?.subject).toBe(`secondary 127.0.0.1 port ${late.port}`)
  expect(codes(three)).toContain('ok clock-within')
})

test('two names of one server have one voice: they outvote nobody', async () => {
  const [good, late] = [await reference(), await reference({ offsetNs: hour })]
  const found = await findings([good.at, late.at, `localhost:${good.port}`])
  expect(codes(found)).toContain('problem references-contradict')
  expect(codes(found)).toContain('warning reference-duplicate')
  expect(good.requests).toBe(1)
})

test('a tolerance that this path cannot prove, and an interval that is too long', async () => {
  const { at } = await reference({ path: { toMs: 20, fromMs: 20 } })
  expect(codes(await findings([at], { tolerance: '5ms' }))).toContain('warning tolerance-not-provable')
  const tight = await findings([at], { tolerance: '1s', interval: '1h', driftBound: '1000ppm' })
  expect(codes(tight)).toContain('warning interval-too-long')
})

test('wrong address: a name that DNS does not know; two names of one server; one of its addresses is dead', async () => {
  const good = await reference()
  const known: Readonly<Record<string, readonly string[]>> = {
    'a.example.net': ['127.0.0.1'],
    'b.example.net': ['127.0.0.1', '::ffff:7f00:7'],
  }
  const none = (code: string) => Promise.reject(Object.assign(new Error(code), { code }))
  const resolver = new Resolver({
    timers: systemTimers,
    nowNs: () => 0n,
    readHosts: () => '',
    openDns: () => ({
      resolve4: (name) => {
        const addresses = known[name]?.filter((address) => !address.includes(':'))
        return addresses ? Promise.resolve(addresses.map((address) => ({ address, ttl: 60 }))) : none('ENOTFOUND')
      },
      resolve6: () => none('ENOTFOUND'),
      cancel: () => {},
    }),
  })
  const references = ['a.example.net', 'b.example.net', 'c.example.net'].map((host) => ({ host, port: good.port }))
  const configuration = parseConfiguration({ references, trustLocal: true }, { base: '/', trail: 'optional' })
  const { findings: found } = await diagnose({ configuration, machine, bytesPerYear: null, parts: { resolver } })
  expect(codes(found)).toContain('problem reference-name-unknown')
  expect(found.find(({ code }) => code === 'reference-name-unknown')).toMatchObject({
    subject: `tertiary c.example.net port ${good.port}`,
    what: 'DNS knows no c.example.net',
    next: 'check the spelling of the name',
  })
  expect(codes(found)).toContain('warning reference-duplicate')
  expect(good.requests).toBe(1)
})
