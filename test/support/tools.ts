/**
 * Tests that need a program of the system: where it is missing they say so and are passed over; in CI that is a failure.
 * @module
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from '@jest/globals'

/** The path of a program, `null` where there is none. */
export function findTool(name: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this folder.
    }
  }
  return null
}

/** Other programs on a busy computer. */
const patienceMs = 60_000

/** `test`, for bodies that run these programs. */
export function needs(...tools: readonly string[]): (name: string, body: () => Promise<void>) => void {
  const missing = tools.filter((tool) => findTool(tool) === null)
  if (missing.length === 0) return (name, body) => test(name, body, patienceMs)
  const words = `skipped: ${missing.join(', ')} not found`
  return (name) => {
    test(`${name} (${words})`, () => {
      if (process.env.CI) throw new Error(`${words}: CI has to install it`)
      console.log(words)
    })
  }
}
