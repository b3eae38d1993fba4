/**
 * The file calls of the scribe, so that tests can make any of them fail. All synchronous: the scribe lives in a worker of its
 * own, where waiting for the disk disturbs nobody.
 * @module
 */
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { makeFolder } from '../make-folder.js'

/** Identifies a file behind a descriptor or a path. */
export interface FileFacts {
  readonly size: number
  readonly identity: string
  /** How many names it has: 0 where it was deleted under us. */
  readonly links: number
  readonly modifiedMs: number
  readonly regular: boolean
}

/** Every method throws the system's error; `write` returns how many bytes it took, which may be fewer. */
export interface Files {
  /** With those above it. @param mode of those that are made; default: what the user's mask leaves */
  makeFolder(path: string, mode?: number): void
  names(path: string): string[]
  open(path: string, flags: string, mode?: number): number
  /** Opens for reading, unless the path is a symbolic link; never waits for the writer of a pipe. */
  openNoFollow(path: string): number
  read(descriptor: number, buffer: Uint8Array, position: number): number
  readAll(path: string): Buffer
  write(descriptor: number, bytes: Uint8Array): number
  /** The data and what is needed to read it back are on the disk. */
  syncData(descriptor: number): void
  syncFile(descriptor: number): void
  truncate(descriptor: number, length: number): void
  close(descriptor: number): void
  facts(descriptor: number): FileFacts
  pathFacts(path: string): FileFacts
  rename(from: string, to: string): void
  link(from: string, to: string): void
  remove(path: string): void
  /** The names in a folder are on the disk; `false` where the platform cannot do that. */
  syncFolder(path: string): boolean
  freeBytes(path: string): bigint
}

function factsOf(stat: ReturnType<typeof lstatSync> | undefined): FileFacts {
  if (!stat) throw new Error('no such file')
  return {
    size: Number(stat.size),
    identity: `${stat.dev}:${stat.ino}`,
    links: Number(stat.nlink),
    modifiedMs: Number(stat.mtimeMs),
    regular: stat.isFile(),
  }
}

/** The file system as it is. */
export const realFiles: Files = {
  makeFolder: (path, mode) => makeFolder(path, mode),
  names: (path) => readdirSync(path),
  open: (path, flags, mode = 0o644) => openSync(path, flags, mode),
  openNoFollow: (path) =>
    openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)),
  read: (descriptor, buffer, position) => readSync(descriptor, buffer, 0, buffer.length, position),
  readAll: (path) => readFileSync(path),
  write: (descriptor, bytes) => writeSync(descriptor, bytes),
  syncData: (descriptor) => fdatasyncSync(descriptor),
  syncFile: (descriptor) => fsyncSync(descriptor),
  truncate: (descriptor, length) => ftruncateSync(descriptor, length),
  close: (descriptor) => closeSync(descriptor),
  facts: (descriptor) => factsOf(fstatSync(descriptor)),
  pathFacts: (path) => factsOf(lstatSync(path)),
  rename: (from, to) => renameSync(from, to),
  link: (from, to) => linkSync(from, to),
  remove: (path) => unlinkSync(path),
  syncFolder,
  freeBytes: (path) => {
    const { bavail, bsize } = statfsSync(path, { bigint: true })
    return bavail * bsize
  },
}

const noFolderSync = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'])

function syncFolder(path: string): boolean {
  if (!statSync(path).isDirectory()) throw new Error(`${path} is no folder`)
  let descriptor: number | null = null
  try {
    descriptor = openSync(path, 'r')
    fsyncSync(descriptor)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== undefined && noFolderSync.has(code)) return false
    throw error
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
}

/** Files whose syncs do nothing: for simulations, where a year must pass in seconds and no power will fail. */
export const unsyncedFiles: Files = {
  ...realFiles,
  syncData: () => {},
  syncFile: () => {},
  syncFolder: () => true,
}
