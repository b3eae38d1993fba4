/**
 * Runs a program of the operator's, without a shell: what it needs comes in arguments, environment and standard input, and what
 * it says is kept, bounded. Used for seals that go to mail, syslog or object storage, for printers and alerts, and to ask the
 * system's own tools.
 * @module
 */
import { spawn } from 'node:child_process'

export interface ProgramOptions {
  readonly input: Uint8Array
  /** Added to the few variables that programs need of our own environment. */
  readonly environment?: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  readonly cwd?: string
}

export interface Ran {
  readonly ok: boolean
  /** The last lines it wrote, standard error behind standard output; or why it did not run. */
  readonly message: string
}

/** What a program told that was only asked. */
export interface Heard {
  readonly ok: boolean
  /** There is no such program here. */
  readonly missing: boolean
  /** What it wrote to its standard output, from the beginning. */
  readonly output: string
  /** Why it was of no use; `''` where it was. */
  readonly message: string
}

/** Variables without which many programs do not work; nothing else of our environment is handed on. */
export const inherited: readonly string[] = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'SystemRoot',
  'PATHEXT',
  'TEMP',
  'CUPS_SERVER',
  'DISPLAY',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
]
const largest = 2000
/** As much of an answer is kept (characters). */
const longestAnswer = 256 * 1024
/** How long a program that was told to end may take before it is ended (ms). */
const graceMs = 2000
/** How long output is waited for after a program ended (ms). */
const drainMs = 500

/**
 * Never throws: how it went stands in the result.
 * @param command the program and its arguments; nothing in them is interpreted
 */
export async function runProgram(command: readonly string[], options: ProgramOptions): Promise<Ran> {
  const { ok, message } = await run(command, options)
  return { ok, message }
}

/**
 * Asks a program something, in English where it can speak it. Never throws.
 * @param command the program and its arguments; nothing in them is interpreted
 */
export async function hearProgram(command: readonly string[], timeoutMs: number): Promise<Heard> {
  const { ok, missing, message, answer } = await run(command, {
    input: Buffer.alloc(0),
    environment: { LC_ALL: 'C', LANG: 'C' },
    timeoutMs,
  })
  return { ok, missing, output: answer, message: ok ? '' : message }
}

interface Told extends Ran {
  readonly missing: boolean
  readonly answer: string
}

function run(command: readonly string[], options: ProgramOptions): Promise<Told> {
  const [program = '', ...args] = command
  return new Promise((resolve) => {
    const kept = { stdout: '', stderr: '' }
    let answer = ''
    let ended = ''
    const said = () =>
      [kept.stdout, kept.stderr]
        .map((text) => text.trim())
        .filter((text) => text !== '')
        .join('\n')
    const child = spawn(program, args, {
      env: { ...programEnvironment(), ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
    const end = (why: string) => {
      ended = why
      child.kill()
      hard = setTimeout(() => child.kill('SIGKILL'), graceMs)
    }
    let hard: NodeJS.Timeout | undefined
    let drain: NodeJS.Timeout | undefined
    const deadline = setTimeout(
      () => end(`${program} was ended after ${options.timeoutMs / 1000} s`),
      options.timeoutMs,
    )
    const onAbort = () => end(`${program} was ended: the auditor stops`)
    options.signal?.addEventListener('abort', onAbort, { once: true })
    const finish = (result: Ran, missing = false) => {
      clearTimeout(deadline)
      clearTimeout(hard)
      clearTimeout(drain)
      options.signal?.removeEventListener('abort', onAbort)
      resolve({ ...result, missing, answer })
    }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        const text = chunk.toString('utf8')
        kept[name] = (kept[name] + text).slice(-largest)
        if (name === 'stdout' && answer.length < longestAnswer) answer += text.slice(0, longestAnswer - answer.length)
      })
    }
    // A program that does not read its input is none the worse for it.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input)
    child.on('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT'
      const why = missing ? 'there is no such program' : error.message
      finish({ ok: false, message: `${program} did not run: ${why}` }, missing)
    })
    // One that leaves a child of its own behind, holding its output, has ended all the same.
    child.on('exit', () => {
      drain = setTimeout(() => child.stdout.destroy() && child.stderr.destroy(), drainMs)
    })
    child.on('close', (code, signal) => {
      if (ended !== '') finish({ ok: false, message: [ended, said()].join('\n').trim() })
      else if (code === 0) finish({ ok: true, message: said() })
      else finish({ ok: false, message: `${program} ended with ${code ?? signal}\n${said()}`.trim() })
    })
    if (options.signal?.aborted) onAbort()
  })
}

/** The part of our environment that programs get; what a worker thread needs to run some. */
export function programEnvironment(): Record<string, string> {
  return Object.fromEntries(
    inherited.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
