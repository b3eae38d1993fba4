import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { RunningAuditor } from '../../lib/cli/parts.js'
import { execute } from '../../lib/cli/program.js'
import { serviceManager, unixAddress } from '../../lib/cli/service-manager.js'
import { fakeIo, fakeParts } from './fake-io.js'

/** A service manager's end: prints each datagram as a JSON string. */
const listener = `
import json, socket, sys
name = sys.argv[1]
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind('\\0' + name[1:] if name.startswith('@') else name)
print(json.dumps('bound'), flush=True)
while True:
    print(json.dumps(end.recv(4096).decode()), flush=True)
`
// Reason to pass over: systemd and its sockets are Linux's.
const onLinux = process.platform === 'linux' ? test : test.skip

let folder: string
let manager: ChildProcess | null = null
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notify-'))
})
afterEach(() => {
  manager?.kill('SIGKILL')
  manager = null
  rmSync(folder, { recursive: true })
})

/** Listens at a socket, and gives what was said there, one at a time. */
async function listen(path: string): Promise<() => Promise<string>> {
  const child = spawn('python3', ['-c', listener, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  manager = child
  let text = ''
  const next = async (): Promise<string> => {
    while (!text.includes('\n')) text += (await once(child.stdout, 'data'))[0]
    const end = text.indexOf('\n')
    const line = text.slice(0, end)
    text = text.slice(end + 1)
    return JSON.parse(line)
  }
  expect(await next()).toBe('bound')
  return next
}

onLinux.each(['in the file system', 'in the abstract name space'])('a manager %s is told', async (where) => {
  const path = where === 'in the file system' ? join(folder, 'notify') : `@${folder}`
  const next = await listen(path)
  expect(await serviceManager({ NOTIFY_SOCKET: path }).tell('READY=1\nSTATUS=auditing')).toBeNull()
  expect(await next()).toBe('READY=1\nSTATUS=auditing')
})

test('nothing is said where nobody waits for it', async () => {
  const send = () => {
    throw new Error('not asked for')
  }
  expect(await serviceManager({}, send).tell('READY=1')).toBeNull()
})

test('a manager that cannot be told is named, with what was to be said', async () => {
  const failure = await serviceManager({ NOTIFY_SOCKET: '/nowhere/at/all' }).tell('READY=1')
  expect(failure).toMatch(/^the service manager at \/nowhere\/at\/all was not told "READY=1": systemd-notify /)
})

test('an address is the family, the name and its end, as unix(7) says', () => {
  const family = Buffer.from(Uint16Array.of(1).buffer).toString('hex')
  expect(unixAddress('/run/n')?.toString('hex')).toBe(`${family}${Buffer.from('/run/n\0').toString('hex')}`)
  expect(unixAddress('@n')?.toString('hex')).toBe(`${family}${Buffer.from('\0n').toString('hex')}`)
  expect(unixAddress(`/${'n'.repeat(106)}`)).toHaveLength(110)
  expect(unixAddress(`/${'n'.repeat(107)}`)).toBeNull()
})

onLinux('run says that it is ready, and that it stops', async () => {
  const path = join(folder, 'notify')
  const next = await listen(path)
  const trail = join(folder, 't')
  writeFileSync(join(folder, 'ntp-auditor.json'), JSON.stringify({ references: ['127.0.0.1'], trail: 't' }))
  const io = fakeIo({ cwd: folder, env: { NOTIFY_SOCKET: path } })
  const auditor = { stop: () => Promise.resolve() } as RunningAuditor // nothing else is asked of it
  const ran = execute(['run'], io, fakeParts({ startAuditor: () => Promise.resolve(auditor) }))
  expect(await next()).toBe(`READY=1\nSTATUS=auditing into ${trail}`)
  io.signal('SIGTERM')
  expect(await next()).toBe('STOPPING=1\nSTATUS=stopping on SIGTERM')
  expect(await ran).toBe(0)
  expect(io.stderr.text).toBe('')
})
