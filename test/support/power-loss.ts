/**
 * A disk that may lose its power: every call that changes it is written down, and for each moment the states are made in which the
 * disk may be found. What was synced is there; of the rest any part may be, or zeros in its place.
 * @module
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type Files, unsyncedFiles } from '../../lib/scribe/files.js'

type Step =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'create'; readonly path: string; readonly file: number }
  | { readonly kind: 'write'; readonly file: number; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'cut'; readonly file: number; readonly length: number }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string; readonly file: number }
  | { readonly kind: 'link'; readonly to: string; readonly file: number }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'sync'; readonly file: number }
  | { readonly kind: 'sync-folder'; readonly path: string }

/** The files below a folder, by path; `null`: a folder. */
export type Disk = ReadonlyMap<string, Buffer | null>

export class PowerLossDisk {
  readonly files: Files
  readonly #root: string
  readonly #steps: Step[] = []
  #count = 0

  /** @param root all that is written below it is remembered */
  constructor(root: string) {
    this.#root = root
    this.files = this.#recorder()
  }

  /** How many steps there were. */
  get steps(): number {
    return this.#steps.length
  }

  #recorder(): Files {
    const base = unsyncedFiles
    const known = new Map<string, number>()
    const open = new Map<number, { file: number; at: number; append: boolean }>()
    const log = (step: Step) => this.#steps.push(step)
    const of = (descriptor: number) => open.get(descriptor)?.file ?? -1
    return {
      ...base,
      makeFolder: (path, mode) => {
        const missing: string[] = []
        for (let at = path; at !== this.#root && !known.has(`/${at}`); at = dirname(at)) missing.unshift(at)
        base.makeFolder(path, mode)
        for (const at of missing) {
          known.set(`/${at}`, 0)
          log({ kind: 'folder', path: at })
        }
      },
      open: (path, flags, mode) => {
        const descriptor = base.open(path, flags, mode)
        if (!known.has(path) && flags !== 'r' && flags !== 'r+') {
          this.#count += 1
          known.set(path, this.#count)
          log({ kind: 'create', path, file: this.#count })
        } else if (flags === 'w') log({ kind: 'cut', file: known.get(path) ?? -1, length: 0 })
        const size = flags.startsWith('a') ? base.facts(descriptor).size : 0
        open.set(descriptor, { file: known.get(path) ?? -1, at: size, append: flags.startsWith('a') })
        return descriptor
      },
      write: (descriptor, bytes) => {
        const count = base.write(descriptor, bytes)
        const handle = open.get(descriptor)
        if (handle) {
          log({ kind: 'write', file: handle.file, at: handle.at, bytes: Buffer.from(bytes.subarray(0, count)) })
          handle.at += count
        }
        return count
      },
      truncate: (descriptor, length) => {
        base.truncate(descriptor, length)
        log({ kind: 'cut', file: of(descriptor), length })
      },
      syncData: (descriptor) => void log({ kind: 'sync', file: of(descriptor) }),
      syncFile: (descriptor) => void log({ kind: 'sync', file: of(descriptor) }),
      rename: (from, to) => {
        base.rename(from, to)
        const file = known.get(from) ?? -1
        known.set(to, file)
        known.delete(from)
        log({ kind: 'rename', from, to, file })
      },
      link: (from, to) => {
        base.link(from, to)
        const file = known.get(from) ?? -1
        known.set(to, file)
        log({ kind: 'link', to, file })
      },
      remove: (path) => {
        base.remove(path)
        known.delete(path)
        log({ kind: 'remove', path })
      },
      syncFolder: (path) => {
        log({ kind: 'sync-folder', path })
        return true
      },
    }
  }

  /** The different disks that a loss of power behind step `count` may leave. */
  *after(count: number): Generator<Disk> {
    const seen = new Set<string>()
    const steps = this.#steps.slice(0, count)
    for (const names of namesLeft(steps)) {
      for (const contents of contentsLeft(steps)) {
        const disk = new Map<string, Buffer | null>()
        for (const [path, file] of names) {
          disk.set(relative(this.#root, path), file === null ? null : (contents.get(file) ?? Buffer.alloc(0)))
        }
        const sum = createHash('sha256')
        for (const [path, bytes] of [...disk].sort(([a], [b]) => (a < b ? -1 : 1))) {
          sum.update(`${path}\0${bytes === null ? '/' : bytes.length}\0`).update(bytes ?? '')
        }
        const id = sum.digest('hex')
        if (seen.has(id)) continue
        seen.add(id)
        yield disk
      }
    }
  }
}

/** Puts a disk below a folder. */
export function layOut(disk: Disk, folder: string): void {
  for (const [path, bytes] of disk) {
    if (bytes === null) mkdirSync(join(folder, path), { recursive: true })
  }
  for (const [path, bytes] of disk) {
    if (bytes === null) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes, { mode: 0o600 })
  }
}

type Names = Map<string, number | null>

function apply(names: Names, step: Step): void {
  if (step.kind === 'folder') names.set(step.path, null)
  else if (step.kind === 'create') names.set(step.path, step.file)
  else if (step.kind === 'remove') names.delete(step.path)
  else if (step.kind === 'link') names.set(step.to, step.file)
  else if (step.kind === 'rename') {
    names.delete(step.from)
    names.set(step.to, step.file)
  }
}

/** Folders whose entries a step changes. */
function touches(step: Step): string[] {
  if (step.kind === 'folder' || step.kind === 'create' || step.kind === 'remove') return [dirname(step.path)]
  return step.kind === 'rename' || step.kind === 'link' ? [dirname(step.to)] : []
}

/** All names; only those whose folder was synced; all but one that was not; that one alone. */
function* namesLeft(steps: readonly Step[]): Generator<Names> {
  const loose = new Set<number>()
  for (const [index, step] of steps.entries()) {
    if (touches(step).length > 0) loose.add(index)
    if (step.kind !== 'sync-folder') continue
    for (const at of loose) {
      const earlier = steps[at]
      if (earlier && touches(earlier).includes(step.path)) loose.delete(at)
    }
  }
  const left = (keep: (index: number) => boolean): Names => {
    const names: Names = new Map()
    for (const [index, step] of steps.entries()) if (!loose.has(index) || keep(index)) apply(names, step)
    return names
  }
  yield left(() => true)
  if (loose.size === 0) return
  yield left(() => false)
  if (loose.size === 1) return
  for (const one of loose) {
    yield left((index) => index !== one)
    yield left((index) => index === one)
  }
}

const sector = 512

/** All data; only what was synced; as long as all, but with sectors, in many ways, as they were before; a part of what was not synced. */
function* contentsLeft(steps: readonly Step[]): Generator<Map<number, Buffer>> {
  const now = new Map<number, Buffer>()
  const synced = new Map<number, Buffer>()
  for (const step of steps) {
    if (step.kind === 'write') {
      const before = now.get(step.file) ?? Buffer.alloc(0)
      const after = Buffer.alloc(Math.max(before.length, step.at + step.bytes.length))
      before.copy(after)
      step.bytes.copy(after, step.at)
      now.set(step.file, after)
    } else if (step.kind === 'cut') {
      now.set(step.file, (now.get(step.file) ?? Buffer.alloc(0)).subarray(0, step.length))
    } else if (step.kind === 'sync') synced.set(step.file, now.get(step.file) ?? Buffer.alloc(0))
  }
  yield now
  const loose = [...now].filter(([file, bytes]) => !synced.get(file)?.equals(bytes))
  if (loose.length === 0) return
  const variant = (make: (bytes: Buffer, durable: Buffer) => Buffer) => {
    const contents = new Map(now)
    for (const [file, bytes] of loose) contents.set(file, make(bytes, synced.get(file) ?? Buffer.alloc(0)))
    return contents
  }
  yield variant((_, durable) => durable)
  const holes = (lost: (index: number) => boolean) => (bytes: Buffer, durable: Buffer) => {
    const result = Buffer.from(bytes)
    for (let at = 0; at < bytes.length; at++) {
      if (at >= durable.length && lost(Math.floor(at / sector))) result[at] = 0
      if (at < durable.length && lost(Math.floor(at / sector))) result[at] = durable[at] ?? 0
    }
    return result
  }
  yield variant(holes(() => true))
  yield variant(holes((index) => index % 2 === 0))
  yield variant(holes((index) => index % 2 === 1))
  const longest = Math.max(...loose.map(([, bytes]) => bytes.length))
  for (let one = 0; one * sector < longest; one++) {
    yield variant(holes((index) => index === one))
    yield variant(holes((index) => index !== one))
  }
  for (const part of [1, 2, 3]) {
    yield variant((bytes, { length }) => bytes.subarray(0, length + Math.ceil(((bytes.length - length) * part) / 4)))
  }
}
