/**
 * Runs benchmarks one after the other, each in a process of its own: `npm run bench`, or `npm run bench -- exchange`.
 * A benchmark is a file in this folder; what ends in `-worker` belongs to one. Ends with 1 where one failed.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = import.meta.dirname
const all = readdirSync(folder)
  .filter((file) => file.endsWith('.js') && file !== 'run.js' && !file.endsWith('-worker.js'))
  .map((file) => file.slice(0, -'.js'.length))
  .sort()

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`no such benchmark: ${unknown.join(', ')} (there are: ${all.join(', ')})`)
  process.exit(2)
}
for (const name of asked.length > 0 ? asked : all) {
  console.log(`== ${name}`)
  const options = ['--disable-warning=ExperimentalWarning', join(folder, `${name}.js`)]
  if (spawnSync(process.execPath, options, { stdio: 'inherit' }).status !== 0) process.exitCode = 1
}
