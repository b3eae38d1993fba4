/**
 * better-sqlite3, loaded only where it can be: it is a native module, and readers work without it.
 * @module
 */
import { createRequire } from 'node:module'

/** The part of better-sqlite3 that is used here; its types stay out of ours. */
export interface Database {
  pragma(text: string): unknown
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}
export interface Statement {
  run(...values: unknown[]): unknown
  get(...values: unknown[]): unknown
  all(...values: unknown[]): unknown[]
}
export type OpenDatabase = (path: string) => Database

interface DatabaseClass {
  new (path: string, options: { timeout: number }): Database
}

/** How long a reader waits for another one (ms). */
const busyMs = 1000

/**
 * Loads better-sqlite3.
 * @returns a function that opens a file, or why there is none
 */
export async function loadSqlite(): Promise<OpenDatabase | string> {
  try {
    const require = createRequire(import.meta.url)
    const { version } = require('better-sqlite3/package.json') as { version: string }
    const unfit = unfitVersion(version, process.versions.napi)
    if (unfit) return unfit
    const name = 'better-sqlite3'
    const { default: Class } = (await import(name)) as { default: DatabaseClass }
    return (path) => new Class(path, { timeout: busyMs })
  } catch (error) {
    return `better-sqlite3 cannot be loaded (${(error as Error).message.split('\n')[0]})`
  }
}

/** better-sqlite3 13 opens a database with Node-API 10; on an older Node that ends the process. */
export function unfitVersion(version: string, napi: string | undefined): string | null {
  const major = Number(version.split('.')[0])
  if (major < 13 || Number(napi) >= 10) return null
  return `better-sqlite3 ${version} needs Node-API 10, this Node has ${napi ?? 'none'}; install better-sqlite3 12 or a newer Node`
}
