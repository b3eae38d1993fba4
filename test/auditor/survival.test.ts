/** Workers die and processes are killed: the application lives on, and nothing acknowledged is lost. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { LoopbackReference } from '../../lib/testing/loopback-reference.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { only, recordsOf, removeFolders, temporaryFolder } from '../support/simulated-audit.js'

afterAll(removeFolders)

const host = join(import.meta.dirname, '../support/host-application.js')

function application(trail: string, port: number, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [host, trail, String(port), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function outputOf(child: ChildProcess): Promise<{ out: string; err: string }> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (text) => {
    out += text
  })
  child.stderr?.on('data', (text) => {
    err += text
  })
  await once(child, 'close')
  return { out, err }
}

test('no listeners, both workers killed: the host is alive ten seconds later, the trail tells of both gaps', async () => {
  const reference = await LoopbackReference.start()
  const trail = join(temporaryFolder(), 'trail')
  const child = application(trail, reference.port, 'kill-workers', '10000')
  const { out, err } = await outputOf(child)
  await reference.stop()
  expect(child.exitCode).toBe(0)
  expect(out).toContain('alive after 10 s')
  // With nobody listening to 'problem', the process is warned.
  expect(err).toContain('the engine worker died')
  expect(err).toContain('the scribe worker died')
  const records = recordsOf(trail)
  expect(only(records, 'gap').map(({ cause, breaks }) => `${cause} ${breaks}`)).toEqual([
    'worker-died wall',
    'worker-died none',
  ])
  expect(only(records, 'open').map(({ reason }) => reason)).toEqual(['start', 'restart', 'restart'])
  const last = records.findLastIndex(({ type }) => type === 'open')
  expect(only(records.slice(last), 'sample').length).toBeGreaterThan(1)
  expect(records.at(-1)).toMatchObject({ type: 'close' })
  expect(await verifyTrail(trail)).toMatchObject({ intact: 'self-consistent', upTo: records.length })
}, 60_000)

test('kill -9 twelve times at any moment: what was acknowledged is there, each start says that it recovered', async () => {
  const reference = await LoopbackReference.start()
  const trail = join(temporaryFolder(), 'trail')
  const acknowledged = new Map<number, string>()
  for (let round = 0; round < 12; round += 1) {
    const child = application(trail, reference.port, 'acknowledge')
    const finished = outputOf(child)
    // After so many acknowledged samples and a few milliseconds; every fourth time while it is still starting.
    const wanted = round % 4 === 3 ? 0 : 1 + ((round * 5) % 7)
    const kill = () => setTimeout(() => child.kill('SIGKILL'), (round * 11) % 23)
    let lines = 0
    if (wanted === 0) setTimeout(() => child.kill('SIGKILL'), 60 + round * 20)
    child.stdout?.on('data', (text: Buffer) => {
      const before = lines
      lines += text.toString().split('\n').length - 1
      if (wanted > 0 && before < wanted && lines >= wanted) kill()
    })
    const { out } = await finished
    for (const line of out.split('\n').slice(0, -1)) {
      const [seq, wall] = line.split(' ')
      acknowledged.set(Number(seq), wall ?? '')
    }
  }
  await reference.stop()
  const records = recordsOf(trail)
  expect(acknowledged.size).toBeGreaterThan(20)
  for (const [seq, wall] of acknowledged) expect(records[seq - 1]).toMatchObject({ seq, wall })
  const starts = only(records, 'open').filter(({ reason }) => reason === 'start')
  expect(starts.slice(1).every(({ afterCrash }) => afterCrash)).toBe(true)
  expect(await verifyTrail(trail)).toMatchObject({ intact: 'self-consistent' })
}, 60_000)
