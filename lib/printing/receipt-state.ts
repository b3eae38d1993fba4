/**
 * What was printed last, in a small file beside the trail: where to go on after a restart.
 * @module
 */
import { open, readFile, rename } from 'node:fs/promises'

/** The last item of the trail that is done with. */
export interface LastPrinted {
  readonly seq: number
  /** The record's hash: tells whether the trail is still the one that was printed. */
  readonly hash: string
  readonly segment: number
  readonly offset: number
  readonly length: number
  /** What the last sample said, for the choice of what changed. */
  readonly verdict: string
}

const naturals = ['seq', 'segment', 'offset', 'length'] as const

/**
 * @returns `null` where there is no such file
 * @throws {Error} where there is one that cannot be read, or says nothing that it should
 */
export async function readLastPrinted(path: string): Promise<LastPrinted | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const { seq, hash, segment, offset, length, verdict } = parsed(text)
  const given = { seq, segment, offset, length }
  const wrong = naturals.find((name) => !Number.isSafeInteger(given[name]) || (given[name] as number) < 0)
  if (wrong !== undefined || typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash) || typeof verdict !== 'string') {
    throw new Error(`${path} does not tell what was printed last`)
  }
  return { ...(given as Record<(typeof naturals)[number], number>), hash, verdict }
}

/** Replaces the file in one step. */
export async function writeLastPrinted(path: string, last: LastPrinted): Promise<void> {
  const temporary = `${path}.tmp`
  const handle = await open(temporary, 'w', 0o640)
  try {
    await handle.writeFile(`${JSON.stringify(last)}\n`)
    await handle.datasync()
  } finally {
    await handle.close()
  }
  await rename(temporary, path)
}

function parsed(text: string): Partial<Record<keyof LastPrinted, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
