/**
 * The folder of the only secrets: one Ed25519 key per epoch, at most two at a time, for this user alone; and `last-seal` beside
 * them. A key that has signed its checkpoint is overwritten and unlinked, which on flash disks, snapshots and backups is a
 * best effort.
 * @module
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { dirname, join } from 'node:path'
import { rawPublicKey } from '../trail/note.js'
import { discard, putDurably, readIfThere } from './durable.js'
import type { Files } from './files.js'
import { decodeLastSeal, encodeLastSeal, type LastSeal } from './last-seal.js'

export interface EpochKey {
  readonly epoch: number
  readonly privateKey: KeyObject
  /** 64 hexadecimal digits. */
  readonly publicKey: string
}

const form = /^(\d{9,16})\.key$/

export class KeyStore {
  readonly folder: string
  #files: Files

  constructor(folder: string, files: Files) {
    this.folder = folder
    this.#files = files
  }

  /** Epochs of which there is a key file, in order; none where there is no folder. @throws the system's error */
  epochs(): number[] {
    const found: number[] = []
    for (const name of this.#names()) {
      const epoch = Number(form.exec(name)?.[1])
      if (Number.isSafeInteger(epoch) && this.#path(epoch) === join(this.folder, name)) found.push(epoch)
    }
    return found.sort((a, b) => a - b)
  }

  /** The key of an epoch; `null` where there is none, or the file holds no Ed25519 key. @throws the system's error */
  load(epoch: number): EpochKey | null {
    const pem = readIfThere(this.#files, this.#path(epoch))
    if (pem === null) return null
    try {
      const privateKey = createPrivateKey({ key: pem, format: 'pem', type: 'pkcs8' })
      if (privateKey.asymmetricKeyType !== 'ed25519') return null
      return { epoch, privateKey, publicKey: rawPublicKey(privateKey).toString('hex') }
    } catch {
      return null
    } finally {
      pem.fill(0)
    }
  }

  /**
   * Makes the key of an epoch; one that a crash left behind unused is taken as it is.
   * @param fresh never take one that is there
   * @throws the system's error
   */
  make(epoch: number, fresh = false): EpochKey {
    const kept = fresh ? null : this.load(epoch)
    if (kept) {
      // The crash may have come before its name was synced.
      this.#files.syncFolder(this.folder)
      return kept
    }
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }))
    this.#makeFolder()
    putDurably(this.#files, this.#path(epoch), pem, { mode: 0o600 })
    pem.fill(0)
    return { epoch, privateKey, publicKey: rawPublicKey(privateKey).toString('hex') }
  }

  /** Overwrites and unlinks the key of an epoch. @throws the system's error where it is still there */
  erase(epoch: number): void {
    const path = this.#path(epoch)
    try {
      const descriptor = this.#files.open(path, 'r+')
      try {
        const { size } = this.#files.facts(descriptor)
        this.#files.write(descriptor, Buffer.alloc(size))
        this.#files.syncFile(descriptor)
      } finally {
        this.#files.close(descriptor)
      }
    } catch {
      // Overwriting is a courtesy of some disks only; unlinking is what counts.
    }
    try {
      this.#files.remove(path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return
      throw error
    }
    this.#files.syncFolder(this.folder)
  }

  /** Erases every key but one, and what a crash left of making one. @throws the system's error */
  keepOnly(epoch: number): void {
    for (const other of this.epochs()) if (other !== epoch) this.erase(other)
    for (const name of this.#names()) if (name.endsWith('.tmp')) discard(this.#files, join(this.folder, name))
  }

  /** What is remembered of the last checkpoint; `unreadable` where the file says something else. @throws the system's error */
  lastSeal(): LastSeal | 'absent' | 'unreadable' {
    const bytes = readIfThere(this.#files, join(this.folder, 'last-seal'))
    return bytes === null ? 'absent' : (decodeLastSeal(bytes) ?? 'unreadable')
  }

  /** @throws the system's error */
  remember(seal: LastSeal): void {
    this.#makeFolder()
    putDurably(this.#files, join(this.folder, 'last-seal'), encodeLastSeal(seal), { mode: 0o600 })
  }

  #path(epoch: number): string {
    return join(this.folder, `${String(epoch).padStart(9, '0')}.key`)
  }

  #names(): string[] {
    try {
      return this.#files.names(this.folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  #makeFolder(): void {
    this.#files.makeFolder(this.folder, 0o700)
    this.#files.syncFolder(dirname(this.folder))
  }
}
