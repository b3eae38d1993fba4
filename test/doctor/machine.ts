/** Computers under test: files, folders, answers of tools, all as they are given. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TimexState } from '../../lib/clock/libc.js'
import type { Machine } from '../../lib/doctor/machine.js'
import type { Heard } from '../../lib/program.js'

/** A recorded answer, below test/doctor/recorded. */
export function recorded(name: string): string {
  return readFileSync(resolve(import.meta.dirname, '../../../test/doctor/recorded', name), 'utf8')
}

export const heard = (output: string): Heard => ({ ok: true, missing: false, output, message: '' })
export const refused = (output: string): Heard => ({ ok: false, missing: false, output, message: 'ended with 1' })
export const missing: Heard = { ok: false, missing: true, output: '', message: 'there is no such program' }

export interface FakeMachine {
  readonly platform?: NodeJS.Platform
  readonly env?: Machine['env']
  readonly files?: Readonly<Record<string, string>>
  readonly folders?: Readonly<Record<string, readonly string[]>>
  /** By the beginning of the command line; what is not named is missing. */
  readonly answers?: Readonly<Record<string, Heard>>
  /** Processes that can be seen. */
  readonly processes?: readonly string[]
  readonly timex?: TimexState
}

export function fakeMachine(given: FakeMachine): Machine {
  const processes = given.processes ?? []
  return {
    platform: given.platform ?? 'linux',
    env: given.env ?? {},
    read(path) {
      const pid = /^\/proc\/(\d+)\/comm$/.exec(path)?.[1]
      if (pid !== undefined) return `${processes[Number(pid) - 100]}\n`
      return given.files?.[path] ?? null
    },
    list(path) {
      if (path === '/proc') return ['self', 'cpuinfo', ...processes.map((_, index) => String(100 + index))]
      return given.folders?.[path] ?? []
    },
    hear(command) {
      const line = command.join(' ')
      const [, answer] = Object.entries(given.answers ?? {}).find(([start]) => line.startsWith(start)) ?? []
      return Promise.resolve(answer ?? missing)
    },
    timex: () => given.timex ?? null,
  }
}

/** The codes of findings with their gravity: `problem service-stopped`. */
export function codes(findings: readonly { readonly severity: string; readonly code: string }[]): string[] {
  return findings.map(({ severity, code }) => `${severity} ${code}`)
}
