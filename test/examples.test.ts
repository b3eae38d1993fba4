/** Every example runs as its head says. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { LoopbackReference } from '../lib/testing/loopback-reference.js'
import { removeFolders, temporaryFolder } from './support/simulated-audit.js'

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
  const child = spawn(process.execPath, [join(folder, name), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (text) => {
    out += text
  })
  await once(child, 'close')
  expect(child.exitCode).toBe(0)
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
