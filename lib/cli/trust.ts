/**
 * What a verifier brings along from outside the trail: the keys that it trusts, and the anchors that it kept.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { looksStamped, readStamped, type Stamped } from '../anchor/stamped.js'
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

/** Anchors as they were given: heads of the tree, and time stamps over them. */
export interface Given {
  readonly anchors: readonly Anchor[]
  readonly stamps: readonly Stamped[]
}

/**
 * Reads anchors: checkpoint files, texts that a scanner gave of a sheet, and RFC 3161 tokens, which stand for the seal that they stamp.
 * @param about where seals may be found, and certificates that services are held against (files; else those of the configuration)
 * @throws {UsageError} where a file cannot be read or is no anchor
 */
export async function readAnchors(
  paths: readonly string[],
  about: { readonly trail: string | null; readonly certificates: readonly string[] },
  io: Io,
): Promise<Given> {
  const anchors: Anchor[] = []
  const stamps: Stamped[] = []
  const roots = await Promise.all(
    about.certificates.map(async (path) => (await readGiven('--tsa-certificates', path, io)).toString('utf8')),
  )
  for (const path of paths) {
    const bytes = await readGiven('--anchor', path, io)
    if (!looksStamped(bytes)) {
      anchors.push(checkpointAnchor(bytes, path))
      continue
    }
    try {
      const stamped = await readStamped(resolve(io.cwd, path), bytes, { trail: about.trail, roots })
      stamps.push(stamped)
      if (stamped.anchor) anchors.push(stamped.anchor)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_TIME_STAMP') throw error
      throw new UsageError(`--anchor ${path} proves nothing: ${(error as Error).message}`)
    }
  }
  return { anchors, stamps }
}

/**
 * Reads an anchor that is a checkpoint: a file, or the text that a scanner gave of a sheet.
 * @throws {UsageError} where the file cannot be read or is no anchor
 */
export async function readAnchor(path: string, io: Io): Promise<Anchor> {
  return checkpointAnchor(await readGiven('--anchor', path, io), path)
}

function checkpointAnchor(bytes: Buffer, path: string): Anchor {
  try {
    return anchorOf(bytes, basename(path))
  } catch (error) {
    throw new UsageError(
      `--anchor ${path}: ${(error as Error).message}; give a checkpoint (a file of seals/, or the text of a printed sheet) or a time-stamp token (.tsr)`,
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
