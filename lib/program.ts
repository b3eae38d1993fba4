/**
 * Runs a program of the operator's, without a shell: what it needs comes in arguments, environment and standard input, and what
 * it says is kept, bounded. Used for seals that go to mail, syslog or object storage, and for printers and alerts.
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
/** How long a program that was told to end may take before it is ended (ms). */
const graceMs = 2000
/** How long output is waited for after a program ended (ms). */
const drainMs = 500

/**
 * Never throws: how it went stands in the result.
 * @param command the program and its arguments; nothing in them is interpreted
 */
export function runProgram(command: readonly string[], options: ProgramOptions): Promise<Ran> {
  const [program = '', ...args] = command
  return new Promise((resolve) => {
    const kept = { stdout: '', stderr: '' }
    let ended = ''
    const said = () =>
      [kept.stdout, kept.stderr]
        .map((text) => text.trim())
        .filter((text) => text !== '')
        .join('\n')
    const child = spawn(program, args, {
      env: { ...pick(), ...options.environment },
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
    const finish = (result: Ran) => {
      clearTimeout(deadline)
      clearTimeout(hard)
      clearTimeout(drain)
      options.signal?.removeEventListener('abort', onAbort)
      resolve(result)
    }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        kept[name] = (kept[name] + chunk.toString('utf8')).slice(-largest)
      })
    }
    // A program that does not read its input is none the worse for it.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input)
    child.on('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'there is no such program' : error.message
      finish({ ok: false, message: `${program} did not run: ${why}` })
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

function pick(): Record<string, string> {
  return Object.fromEntries(
    inherited.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
