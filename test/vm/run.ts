/**
 * Runs the witness, whole auditors, or programs that ask them, inside a virtual machine, against a real kernel whose clock may be changed.
 *
 * usage: npm run build && node dist/test/vm/run.js [witness|auditor|live] [SCENARIO...]
 *
 * The machine is not part of this repository: `VM_LAB` names a folder with a program `run DIR SCRIPT [ARGS...]`, which boots a Linux
 * with node, chronyd, hwclock, rtcwake and `clk` (sets, steps and slews the clock), default `../shared/vm` beside the repository.
 * Without it this says "skipped" and ends with 0, in continuous integration (`CI=1`) with 1.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)))
const lab = process.env.VM_LAB ?? join(root, '..', 'shared', 'vm')

/** Each list in a machine of its own: an emulated one sleeps well only once a boot, and none shall run for long. */
const boots = {
  witness: [['sets', 'undone', 'stopped'], ['many'], ['slews'], ['daemon'], ['leap'], ['suspend'], ['asleep']],
  auditor: [['sets', 'stopped'], ['many'], ['slews'], ['daemon'], ['leap'], ['suspend'], ['asleep']],
  live: [['native'], ['portable']],
}

const scripts = { witness: 'inside', auditor: 'whole', live: 'live' }

if (!existsSync(join(lab, 'run'))) {
  console.log(`skipped: no virtual machine at ${lab} (set VM_LAB)`)
  process.exit(process.env.CI ? 1 : 0)
}

/** What the command needs besides. */
const plain = ['commander', 'luxon']
const stage = mkdtempSync(join(tmpdir(), 'clock-vm-'))
let status = 1
try {
  // The package twice, in folders that do not see each other: with the native module, and without.
  for (const [kind, modules] of [
    ['native', [...plain, 'koffi', '@koromix']],
    ['portable', plain],
  ] as const) {
    for (const part of [
      'package.json',
      'dist/lib',
      'dist/test/vm',
      ...modules.map((name) => join('node_modules', name)),
    ]) {
      mkdirSync(dirname(join(stage, kind, part)), { recursive: true })
      cpSync(join(root, part), join(stage, kind, part), { recursive: true, dereference: true })
    }
  }
  const boot = (script: string, args: readonly string[]) => {
    const run = spawnSync(join(lab, 'run'), [stage, `native/dist/test/vm/${script}.js`, ...args], {
      stdio: 'inherit',
      env: { ...process.env, VM_LIMIT: process.env.VM_LIMIT ?? '600' },
    })
    return run.status ?? 1
  }
  const [first, ...rest] = process.argv.slice(2)
  const what = first === 'auditor' || first === 'live' ? first : 'witness'
  const args = first === undefined || first === what ? rest : [first, ...rest]
  // Of an auditor `native` or `portable` may be asked for alone.
  const kinds = args.filter((name) => name === 'native' || name === 'portable')
  const chosen = args.filter((name) => name !== 'native' && name !== 'portable')
  status = 0
  for (const scenarios of chosen.length > 0 ? [chosen] : what === 'live' && kinds.length > 0 ? [[]] : boots[what]) {
    const failed = boot(scripts[what], [...kinds, ...scenarios])
    status ||= failed
  }
} finally {
  rmSync(stage, { recursive: true, force: true })
}
process.exitCode = status
