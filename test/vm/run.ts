/**
 * Runs the witness inside a virtual machine, against a real kernel whose clock may be changed.
 *
 * usage: npm run build && node dist/test/vm/run.js [SCENARIO...]
 *
 * The machine is not part of this repository: `VM_LAB` names a folder with a program `run DIR SCRIPT [ARGS...]`, which boots a Linux
 * with node, chronyd, hwclock, rtcwake and `clk` (sets, steps and slews the clock), default `../shared/vm` beside the repository.
 * Without it this says "skipped" and ends with 0, in continuous integration (`CI=1`) with 1.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)))
const lab = process.env.VM_LAB ?? join(root, '..', 'shared', 'vm')

/** Each list in a machine of its own: an emulated one sleeps well only once a boot. */
const boots = [['sets', 'many', 'undone', 'slews', 'stopped', 'daemon', 'leap', 'suspend'], ['asleep']]

if (!existsSync(join(lab, 'run'))) {
  console.log(`skipped: no virtual machine at ${lab} (set VM_LAB)`)
  process.exit(process.env.CI ? 1 : 0)
}

const stage = mkdtempSync(join(tmpdir(), 'clock-vm-'))
let status = 1
try {
  writeFileSync(join(stage, 'package.json'), '{"type":"module"}')
  for (const part of ['dist/lib', 'dist/test/vm']) cpSync(join(root, part), join(stage, part), { recursive: true })
  for (const part of ['koffi', '@koromix']) {
    mkdirSync(join(stage, 'node_modules'), { recursive: true })
    cpSync(join(root, 'node_modules', part), join(stage, 'node_modules', part), { recursive: true, dereference: true })
  }
  const chosen = process.argv.slice(2)
  status = 0
  for (const scenarios of chosen.length > 0 ? [chosen] : boots) {
    const run = spawnSync(join(lab, 'run'), [stage, 'dist/test/vm/inside.js', ...scenarios], {
      stdio: 'inherit',
      env: { ...process.env, VM_LIMIT: process.env.VM_LIMIT ?? '600' },
    })
    status ||= run.status ?? 1
  }
} finally {
  rmSync(stage, { recursive: true, force: true })
}
process.exitCode = status
