/**
 * What a verifier brings along from outside the trail: the keys that it trusts, and the anchors that it kept.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { type Anchor, anchorOf } from '../trail/anchors.js'
import { parseVkey } from '../trail/note.js'
import { UsageError } from './exit.js'
import type { Io } from './io.js'

/** No key file and no anchor comes near this. */
const longestFile = 1024 * 1024

/**
 * The keys in the files, one a line; blank lines and lines that begin with `#` are passed over.
 * @throws {UsageError} where a file cannot be read or holds no key
 */
export async function readKeys(paths: readonly string[], io: Io): Promise<string[]> {
  const keys: string[] = []
  for (const path of paths) {
    const text = (await readGiven('--key', path, io)).toString('utf8')
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
    if (lines.length === 0) throw new UsageError(`--key ${path} holds no key; give genesis.vkey as "init" wrote it`)
    for (const line of lines) {
      try {
        parseVkey(line)
      } catch (error) {
        throw new UsageError(`--key ${path}: ${(error as Error).message}`)
      }
      keys.push(line)
    }
  }
  return keys
}

/**
 * Reads an anchor: a checkpoint file, or the text that a scanner gave of a sheet.
 * @throws {UsageError} where the file cannot be read or is no anchor
 */
export async function readAnchor(path: string, io: Io): Promise<Anchor> {
  const bytes = await readGiven('--anchor', path, io)
  try {
    return anchorOf(bytes, basename(path))
  } catch (error) {
    throw new UsageError(
      `--anchor ${path}: ${(error as Error).message}; give a checkpoint (a file of seals/, or the text of a printed sheet)`,
    )
  }
}

async function readGiven(option: string, path: string, io: Io): Promise<Buffer> {
  let bytes: Buffer
  try {
    bytes = await readFile(resolve(io.cwd, path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`${option} ${path} cannot be read (${code})`)
  }
  if (bytes.length > longestFile) throw new UsageError(`${option} ${path} is too long (${bytes.length} bytes)`)
  return bytes
}
