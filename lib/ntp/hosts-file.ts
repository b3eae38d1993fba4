/**
 * The computer's own list of names, `/etc/hosts`, which goes before DNS.
 * @module
 */
import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'

/** A hosts file above this size is a block list; it is not read, so that no reading waits for it. */
const largest = 1 << 20

/** The text of the hosts file; `''` where there is none, it may not be read, or it has more than a megabyte. */
export function readHostsFile(path: string = hostsPath()): string {
  try {
    const { size } = statSync(path)
    return size > largest ? '' : readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The addresses that a hosts file gives to a name (in lower case, without a final dot), in its order. */
export function hostsEntries(text: string, name: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [address = '', ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/)
    const listed = names.some((candidate) => candidate.toLowerCase().replace(/\.$/, '') === name)
    return listed && isIP(address) !== 0 ? [address] : []
  })
}

function hostsPath(): string {
  if (process.platform !== 'win32') return '/etc/hosts'
  // biome-ignore lint/complexity/useLiteralKeys: an index signature
  return `${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\drivers\\etc\\hosts`
}
