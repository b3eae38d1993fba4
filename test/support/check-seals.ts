/**
 * Checks the seals of a trail from its files, by another way than the library's: the tree by plain recursion over all lines, the
 * signatures by node:crypto, the chain of keys from the genesis key on.
 * @module
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { segmentFiles } from './trail-folder.js'

const sum = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()

/** RFC 6962 section 2.1, word for word. */
function root(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves
  if (leaves.length === 1 && only) return sum(Buffer.of(0), only)
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return sum(Buffer.of(1), root(leaves.slice(0, k)), root(leaves.slice(k)))
}

export interface CheckedSeals {
  /** Epochs with a good seal, in order. */
  readonly epochs: readonly number[]
  readonly sealedUpTo: number
  readonly records: number
  /** What is wrong; empty: all is well. */
  readonly wrong: readonly string[]
}

/** @param genesis the public key of epoch 1; default: the one of the first record; further keys come by `rekey` records */
export function checkSeals(folder: string, genesis?: string): CheckedSeals {
  const lines = segmentFiles(folder).flatMap((path) => {
    const text = readFileSync(join(folder, path))
    const found: { bytes: Buffer; month: string }[] = []
    for (let start = 0, end = text.indexOf(10); end >= 0; start = end + 1, end = text.indexOf(10, start)) {
      found.push({ bytes: text.subarray(start, end), month: path.slice(0, 7) })
    }
    return found
  })
  const wrong: string[] = []
  const epochs: number[] = []
  let key = ''
  let epoch = 1
  let first = 1
  let origin = ''
  let previous = ''
  let sealedUpTo = 0
  for (const [index, { bytes, month }] of lines.entries()) {
    const record = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
    const seq = index + 1
    if (record.seq !== seq) wrong.push(`line ${seq} holds record ${String(record.seq)}`)
    if (seq === 1) {
      key = genesis ?? String(record.publicKey)
      origin = String(record.origin)
      if (record.publicKey !== '' && record.publicKey !== key) wrong.push('another genesis key')
    }
    if (record.type === 'open') {
      if (record.epoch !== epoch) wrong.push(`open ${seq} stands in epoch ${String(record.epoch)}, not ${epoch}`)
      if (record.publicKey !== '' && record.publicKey !== key) wrong.push(`open ${seq} names another key`)
    }
    if (record.type === 'rekey') key = String(record.newKey)
    if (record.type !== 'close' || record.nextKey === '') continue
    const told = [record.epoch, record.firstSeq, record.count, record.previousCheckpoint]
    const right = [epoch, first, seq - first + 1, previous]
    if (JSON.stringify(told) !== JSON.stringify(right)) wrong.push(`close ${seq} says ${told}, not ${right}`)
    const path = `seals/${month}/${String(epoch).padStart(9, '0')}.checkpoint`
    if (existsSync(join(folder, path))) {
      const text = readFileSync(join(folder, path))
      const tree = root(lines.slice(0, seq).map((line) => line.bytes)).toString('base64')
      const flaw = flawOf(text.toString('utf8'), `${origin}\n${seq}\n${tree}\n`, origin, key)
      if (flaw === null) {
        epochs.push(epoch)
        sealedUpTo = seq
      } else wrong.push(`${path}: ${flaw}`)
      previous = createHash('sha256').update(text).digest('hex')
    } else wrong.push(`${path} is missing`)
    key = String(record.nextKey)
    epoch += 1
    first = seq + 1
  }
  return { epochs, sealedUpTo, records: lines.length, wrong }
}

function flawOf(note: string, wanted: string, origin: string, key: string): string | null {
  if (!note.startsWith(`${wanted}\n— ${origin} `) || !note.endsWith('\n')) return `says ${JSON.stringify(note)}`
  const signature = Buffer.from(note.slice(`${wanted}\n— ${origin} `.length, -1), 'base64')
  const raw = Buffer.from(key, 'hex')
  const id = sum(Buffer.from(`${origin}\n\x01`), raw).subarray(0, 4)
  if (!signature.subarray(0, 4).equals(id)) return 'has another key id'
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  return verify(null, Buffer.from(wanted), publicKey, signature.subarray(4)) ? null : 'has a wrong signature'
}
