/** Every example runs as its head says. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Auditor } from '../lib/auditor.js'
import { LoopbackReference } from '../lib/testing/loopback-reference.js'
import { removeFolders, temporaryFolder } from './support/simulated-audit.js'
import { TrailBuilder } from './support/trail-builder.js'

const folder = join(import.meta.dirname, '../examples')
let reference: LoopbackReference

beforeAll(async () => {
  reference = await LoopbackReference.start()
})
afterAll(async () => {
  await reference.stop()
  removeFolders()
})

async function run(name: string, ...args: string[]): Promise<string> {
  return runTo(0, name, ...args)
}

async function runTo(code: number, name: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [join(folder, name), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  await once(child, 'close')
  expect(child.exitCode).toBe(code)
  return out
}

const server = () => `127.0.0.1:${reference.port}`

const ran: Record<string, () => Promise<void>> = {
  'one-sample.js': async () => {
    expect(await run('one-sample.js', server())).toMatch(/^primary: between .*\nPROVEN {2}single/)
  },
  'audit.js': async () => {
    const out = await run('audit.js', join(temporaryFolder(), 'trail'), server())
    expect(out).toMatch(/PROVEN[\s\S]*record \d+: PROVEN\n$/)
  },
  'report.js': async () => {
    const folder = join(temporaryFolder(), 'trail')
    const builder = new TrailBuilder({ folder })
    builder.open()
    for (let i = 0; i < 60; i += 1) builder.advance(64).sample()
    builder.close()
    const out = await runTo(3, 'report.js', folder, '2026-03-03', temporaryFolder())
    // An hour and four minutes were watched; the rest of the day is lack of proof, never a pass.
    expect(out).toMatch(/^PROVEN 3840 s, VIOLATED 0 s, INDETERMINATE 0 s, UNMONITORED 82560 s\n/)
    expect(out.match(/^[0-9a-f]{64} {2}/gm)).toHaveLength(12)
  },
  'stamp-orders.js': async () => {
    const out = await run('stamp-orders.js', join(temporaryFolder(), 'trail'), server())
    expect(out).toMatch(/^refused "too early": the clock is not proven to be within 50ms: UNMONITORED, no-sample; /)
    // Whether the other gets its stamp is for a busy computer to say; never is it stamped without a bound.
    expect(out).toMatch(
      /\n(\{"order":"in time","at":".*Z","error":\{"low":.*,"high":.*\},"support":"single"\}|refused "in time": .*)\n$/,
    )
  },
  'attach.js': async () => {
    const trail = join(temporaryFolder(), 'trail')
    const options = { trail, references: [server()], trustLocal: true, interval: '1s', tolerance: '500ms' }
    await using auditor = await Auditor.start(options)
    await auditor.ready({ timeout: '20s' })
    const out = await run('attach.js', trail, '8')
    expect(out.match(/^\d{4}-.*Z (PROVEN between|UNMONITORED)/gm)).toHaveLength(8)
    expect(out).toMatch(/PROVEN between -\d.* and \d.* s\n/)
  },
  'test-your-application.js': async () => {
    expect(await run('test-your-application.js')).toBe('the liar was named, the denial was seen\n')
  },
}

test('there is a run for every example', () => {
  expect(Object.keys(ran).sort()).toEqual(
    readdirSync(folder)
      .filter((name) => name.endsWith('.js'))
      .sort(),
  )
})

test.each(Object.entries(ran))(
  '%s',
  async (_name, example) => {
    await example()
  },
  30_000,
)
