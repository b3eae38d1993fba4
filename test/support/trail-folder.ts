/**
 * Looks at and tampers with the files of a trail in a test.
 * @module
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isPlaced, readTrail } from '../../lib/trail/read.js'
import type { Broken, Placed, TrailItem } from '../../lib/trail/types.js'

/** A new, empty folder. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), 'trail-'))
}

/** Paths of the segments below a trail folder, in order of their names' numbers. */
export function segmentFiles(folder: string): string[] {
  const number = (path: string): string => path.split('.').find((part) => /^\d{6}$/.test(part)) ?? ''
  return allFiles(folder)
    .filter((path) => /\.ndjson(\.gz)?$/.test(path) && !path.startsWith('quarantine/'))
    .sort((a, b) => (number(a) < number(b) ? -1 : 1))
}

/** Every file below a folder, relative, sorted. */
export function allFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((path) => String(path).replaceAll('\\', '/'))
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()
}

/** A copy of a trail without its lock. */
export function copyTrail(folder: string): string {
  const copy = freshFolder()
  cpSync(folder, copy, { recursive: true })
  for (const name of readdirSync(copy)) if (name.startsWith('lock')) rmSync(join(copy, name))
  return copy
}

/** Lines of a segment without their newlines. */
export function linesOf(folder: string, path: string): string[] {
  return readFileSync(join(folder, path), 'utf8').split('\n').slice(0, -1)
}

/** Writes a segment from lines. */
export function putLines(folder: string, path: string, lines: readonly string[]): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), lines.map((line) => `${line}\n`).join(''))
}

/** Everything that reading a trail gives. */
export async function readAll(folder: string): Promise<{ items: TrailItem[]; placed: Placed[]; broken: Broken[] }> {
  const items: TrailItem[] = []
  for await (const batch of readTrail(folder)) items.push(...batch)
  return {
    items,
    placed: items.filter(isPlaced),
    broken: items.filter((item): item is Broken => !isPlaced(item)),
  }
}
