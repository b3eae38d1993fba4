/**
 * A blank project in a temporary folder with the package as it is published: packed, unpacked, its dependencies linked from the
 * repository's own, which spares every test run the minutes of an installation.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** The folder of the repository. */
export const root = resolve(import.meta.dirname, '../../..')

export interface PackedProject {
  readonly folder: string
  /** Where the package stands in it. */
  readonly installed: string
  remove(): void
}

/** @param without packages that this project shall not have, such as native ones */
export function packedProject(without: readonly string[] = []): PackedProject {
  const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-package-'))
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  }).trim()
  const modules = join(folder, 'node_modules')
  const installed = join(modules, 'ntp-auditor')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, packed.split('\n').at(-1) ?? ''), '-C', installed, '--strip-components=1'])
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (without.includes(name) || (name.startsWith('.') && name !== '.bin')) continue
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  writeFileSync(join(folder, 'package.json'), '{ "name": "blank", "type": "module" }')
  return { folder, installed, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
