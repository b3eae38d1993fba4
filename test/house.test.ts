/**
 * The house stays as it was drawn: imports run one way between the rooms, no files import one another in a circle, every
 * file opens with a sentence on its job.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from '@jest/globals'

const root = resolve(import.meta.dirname, '../..')

/** From the ground up; a room may import its own floor and those below. */
const floors = [
  ['errors', 'interval', 'instant', 'make-folder', 'program', 'version', 'words', 'config'],
  ['clock', 'ntp'],
  ['consensus'],
  ['trail'],
  ['evidence'],
  ['index-store'],
  ['engine', 'scribe', 'anchor', 'alerts', 'doctor', 'printing'],
  ['auditor', 'index'],
  ['reports'],
  ['testing', 'nightly'],
  ['cli'],
]

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
}

const files = [...sources('lib'), ...sources('reports')]

function room(file: string): string {
  const [top, name] = file.split('/')
  return top === 'reports' ? 'reports' : (name ?? '').replace(/\.ts$/, '')
}

function floor(file: string): number {
  return floors.findIndex((rooms) => rooms.includes(room(file)))
}

/** Files that `file` imports, also lazily and as types. */
function imports(file: string, withTypes: boolean): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found: string[] = []
  for (const match of text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s)?[^'"]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/g,
  )) {
    if (match[2] && !withTypes) continue
    const target = match[3] ?? match[4] ?? ''
    found.push(relative(root, resolve(root, dirname(file), target)).replace(/\.js$/, '.ts'))
  }
  return found
}

test('every room has its floor', () => {
  expect(files.filter((file) => floor(file) < 0)).toEqual([])
})

test('no arrow runs back up the house', () => {
  const up = files.flatMap((file) =>
    imports(file, true)
      .filter((target) => floor(target) > floor(file))
      .map((target) => `${file} -> ${target}`),
  )
  expect(up).toEqual([])
})

test('no files import one another in a circle', () => {
  const state = new Map<string, 'open' | 'done'>()
  const circles: string[] = []
  const visit = (file: string, path: string[]) => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      return
    }
    state.set(file, 'open')
    for (const target of imports(file, false)) visit(target, [...path, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})

test('every file opens with a sentence on its job', () => {
  const silent = files.filter((file) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(join(root, file), 'utf8')))
  expect(silent).toEqual([])
})

test('the import check sees imports at all', () => {
  expect(imports('lib/auditor.ts', true)).toContain('lib/errors.ts')
  expect(imports('lib/auditor/crew.ts', true)).toContain('lib/engine/messages.ts')
})
