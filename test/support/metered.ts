/**
 * Runs a program and tells what it took: processor time with that of all its children, the wall clock, and the memory of its
 * largest process, as the kernel counts them (`wait4`), the same way for every program. Needs python3.
 * @module
 */
import { spawnSync } from 'node:child_process'

export interface Metered {
  /** Seconds, user and system. */
  readonly cpu: number
  readonly wall: number
  /** Peak resident memory of the largest process, MB of 1024 KB. */
  readonly megabytes: number
  readonly stdout: string
  readonly stderr: string
}

/** All programs run at the lowest priority, as ntpviz does by itself. */
const meter = `
import json, os, sys, time
os.nice(19)
began = time.monotonic()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
print('\\n' + json.dumps({
    'status': os.waitstatus_to_exitcode(status),
    'cpu': used.ru_utime + used.ru_stime,
    'wall': time.monotonic() - began,
    'megabytes': used.ru_maxrss / 1024,
}))
`

/** @throws {Error} where the program does not end with 0, with what it said */
export function metered(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Metered {
  const { stdout, stderr, error } = spawnSync('python3', ['-c', meter, ...command], {
    ...{ env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  })
  if (error) throw new Error(`python3, which measures, cannot be run: ${error.message}`)
  const end = stdout.lastIndexOf('\n', stdout.length - 2)
  const last = stdout.slice(end + 1)
  if (!last.startsWith('{')) throw new Error(`${command[0]} could not be run: ${stderr}`)
  const { status, ...figures } = JSON.parse(last) as Metered & { readonly status: number }
  if (status !== 0) throw new Error(`${command[0]} ended with ${status}: ${stderr}`)
  return { ...figures, stdout: stdout.slice(0, end), stderr }
}
