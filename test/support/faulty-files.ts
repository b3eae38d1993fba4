/**
 * A file system that fails as it is told: after so many bytes, or at calls of the test's choice.
 * @module
 */
import { type Files, realFiles } from '../../lib/scribe/files.js'

export type Call = keyof Files

/** Says with which code a call fails now; `null`: it goes through. */
export type Fault = (call: Call, path: string) => string | null

export interface FaultyFiles extends Files {
  fault: Fault
  /** Bytes that still fit on the disk; then a short write, then ENOSPC, as Linux does it. */
  room: number
  /** Every call with its path, in order. */
  readonly calls: { readonly call: Call; readonly path: string }[]
}

export function systemError(code: string, call: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${call}`), { code, syscall: call })
}

/** Wraps the real file system. */
export function faultyFiles(base: Files = realFiles): FaultyFiles {
  const paths = new Map<number, string>()
  const enter = (call: Call, path: string): void => {
    files.calls.push({ call, path })
    const code = files.fault(call, path)
    if (code !== null) throw systemError(code, call)
  }
  const named = (descriptor: number): string => paths.get(descriptor) ?? '?'
  const opened = (descriptor: number, path: string): number => {
    paths.set(descriptor, path)
    return descriptor
  }
  const files: FaultyFiles = {
    fault: () => null,
    room: Number.POSITIVE_INFINITY,
    calls: [],
    makeFolder: (path, mode) => {
      enter('makeFolder', path)
      base.makeFolder(path, mode)
    },
    names: (path) => {
      enter('names', path)
      return base.names(path)
    },
    open: (path, flags, mode) => {
      enter('open', path)
      return opened(base.open(path, flags, mode), path)
    },
    openNoFollow: (path) => {
      enter('openNoFollow', path)
      return opened(base.openNoFollow(path), path)
    },
    read: (descriptor, buffer, position) => {
      enter('read', named(descriptor))
      return base.read(descriptor, buffer, position)
    },
    readAll: (path) => {
      enter('readAll', path)
      return base.readAll(path)
    },
    write: (descriptor, bytes) => {
      enter('write', named(descriptor))
      if (bytes.length <= files.room) {
        files.room -= bytes.length
        return base.write(descriptor, bytes)
      }
      if (files.room === 0) throw systemError('ENOSPC', 'write')
      const part = bytes.subarray(0, files.room)
      files.room = 0
      return base.write(descriptor, part)
    },
    syncData: (descriptor) => {
      enter('syncData', named(descriptor))
      base.syncData(descriptor)
    },
    syncFile: (descriptor) => {
      enter('syncFile', named(descriptor))
      base.syncFile(descriptor)
    },
    truncate: (descriptor, length) => {
      enter('truncate', named(descriptor))
      base.truncate(descriptor, length)
    },
    close: (descriptor) => {
      enter('close', named(descriptor))
      base.close(descriptor)
    },
    facts: (descriptor) => {
      enter('facts', named(descriptor))
      return base.facts(descriptor)
    },
    pathFacts: (path) => {
      enter('pathFacts', path)
      return base.pathFacts(path)
    },
    rename: (from, to) => {
      enter('rename', from)
      base.rename(from, to)
    },
    link: (from, to) => {
      enter('link', from)
      base.link(from, to)
    },
    remove: (path) => {
      enter('remove', path)
      base.remove(path)
    },
    syncFolder: (path) => {
      enter('syncFolder', path)
      return base.syncFolder(path)
    },
    freeBytes: (path) => {
      enter('freeBytes', path)
      return base.freeBytes(path)
    },
  }
  return files
}
