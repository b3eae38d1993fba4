/** Finds, starts and stops a real chronyd on a high loopback port. It never sets the clock (-x). */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { makeRequest } from '../../lib/ntp/request.js'

const repository = resolve(import.meta.dirname, '../../..')

/** A program, and the environment it needs. */
export interface Program {
  readonly path: string
  readonly env: NodeJS.ProcessEnv
}

/** Folders below `root` that hold shared libraries. */
function libraryFolders(root: string): string[] {
  const folders = ['usr/lib', 'lib'].map((folder) => join(root, folder)).filter((folder) => existsSync(folder))
  return folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter(
        (entry) => entry.isDirectory() && readdirSync(join(folder, entry.name)).some((name) => name.includes('.so')),
      )
      .map((entry) => join(folder, entry.name)),
  )
}

/**
 * chronyd as `$CHRONYD`, on the PATH, in the usual system folders, or unpacked by `.ci/fetch-chrony`; `null` where there is
 * none that runs.
 */
export function findChronyd(): Program | null {
  const unpacked = join(process.env.NTP_AUDITOR_TOOLS ?? join(repository, '.cache/tools'), 'chrony')
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin']
  const libraries = libraryFolders(unpacked).join(delimiter)
  const candidates: Program[] = [
    ...(process.env.CHRONYD ? [{ path: process.env.CHRONYD, env: {} }] : []),
    ...folders.map((folder) => ({ path: join(folder, 'chronyd'), env: {} })),
    {
      path: join(unpacked, 'usr/sbin/chronyd'),
      env: libraries === '' ? {} : { LD_LIBRARY_PATH: libraries },
    },
  ]
  const runs = ({ path, env }: Program): boolean =>
    existsSync(path) && spawnSync(path, ['--version'], { env: { ...process.env, ...env } }).status === 0
  return candidates.find(runs) ?? null
}

export interface Chronyd {
  readonly address: string
  readonly port: number
  readonly program: Program
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A UDP port that was free a moment ago. */
async function freePort(address: string): Promise<number> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.bind({ address, port: 0 })
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>((done) => socket.close(() => done()))
  return port
}

/** Asks until any answer comes. Rejects when the process ends before, or after ten seconds. */
async function answers(address: string, port: number, child: ChildProcess): Promise<void> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const answered = once(socket, 'message')
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`chronyd ended with ${code}`)))
  const tries = setInterval(() => socket.send(makeRequest(1n), port, address, () => undefined), 20)
  const late = AbortSignal.timeout(10_000)
  const tooLate = once(late, 'abort').then(() => Promise.reject(new Error('chronyd did not answer in 10 s')))
  try {
    await Promise.race([answered, ended, tooLate])
  } finally {
    clearInterval(tries)
    socket.close()
    for (const loser of [ended, tooLate]) loser.catch(() => undefined)
  }
}

/**
 * Starts a chronyd that serves this computer's clock.
 * @param options.local whether it claims to be synchronised (`local stratum 1`); else it answers LI 3
 */
export async function startChronyd(
  program: Program,
  options: { readonly family: 4 | 6; readonly local: boolean },
): Promise<Chronyd> {
  const address = options.family === 4 ? '127.0.0.1' : '::1'
  const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-chronyd-'))
  const port = await freePort(address)
  const configuration = [
    `port ${port}`,
    `bindaddress ${address}`,
    options.family === 4 ? 'allow 127.0.0.0/8' : 'allow ::1',
    ...(options.local ? ['local stratum 1'] : []),
    'cmdport 0',
    'bindcmdaddress /',
    `pidfile ${join(folder, 'chronyd.pid')}`,
  ]
  const file = join(folder, 'chrony.conf')
  writeFileSync(file, `${configuration.join('\n')}\n`)
  // -x: never sets the clock; -U: no need to be root; -u: stays who it is instead of becoming a user that may not exist.
  const who = ['-x', '-U', '-u', userInfo().username]
  const child = spawn(program.path, [`-${options.family}`, ...who, '-d', '-f', file], {
    env: { ...process.env, ...program.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await answers(address, port, child)
  } catch (error) {
    await stop()
    throw new Error(`${error instanceof Error ? error.message : error}; it said:\n${log}`)
  }
  return { address, port, program, stop, [Symbol.asyncDispose]: stop }
}
