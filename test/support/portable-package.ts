/**
 * The built package in a project of its own without native modules, as where no prebuilt binary fits.
 * @module
 */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../..')
const native = ['better-sqlite3', 'koffi', '@koromix']

/** @returns the path of the command below `project` */
export function portablePackage(project: string): string {
  const modules = join(project, 'node_modules')
  const installed = join(modules, 'ntp-auditor')
  mkdirSync(installed, { recursive: true })
  for (const part of ['package.json', 'dist/lib', 'dist/reports']) {
    cpSync(join(root, part), join(installed, part), { recursive: true })
  }
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!native.includes(name) && !name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  return join(installed, 'dist/lib/cli/main.js')
}
