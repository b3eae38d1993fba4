/**
 * The paper loop through a real print server: report -> lp -> CUPS -> the raster a printer gets -> the seal's QR code -> verify. In
 * namespaces of its own (see the script), so only on Linux, and only for root that may make them.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pgm, rasterPages } from '../support/raster.js'
import { findTool, needs } from '../support/tools.js'
import { TrailBuilder } from '../support/trail-builder.js'

const sandbox = resolve(import.meta.dirname, '../../../test/cups/sandbox')
const main = resolve(import.meta.dirname, '../../lib/cli/main.js')
const tools = ['unshare', 'ip', 'dbus-daemon', 'avahi-daemon', 'cupsd', 'ippeveprinter', 'lp', 'gs', 'zbarimg']
const permitted =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['-n', '-m', '--pid', '--fork', '--mount-proc', 'true']).status === 0

/** What is done beside the print server; each step leaves its output and its exit code. */
const steps = `
cd "$1"; program() { ${JSON.stringify(process.execPath)} ${JSON.stringify(main)} "$@"; }
step() { name=$1; shift; "$@" >"$name.out" 2>"$name.err"; echo $? >"$name.code"; }
step print program report --trail sealed --day 2026-03-03 --format pdf --out out --print
cupsreject audit
step off program print out/*.pdf
cupsaccept audit
step again program print out/*.pdf
step show program show --trail sealed --date 2026-03-03 --pages 60 --ascii
step sheet lp -d audit -t daysheet show.out`

let work = ''
const said = (name: string) => readFileSync(join(work, name), 'utf8')
/** The pages of the job whose name has this in it, in the order of the jobs. */
const printed = (name: string) =>
  readdirSync(join(work, 'printed'))
    .filter((file) => file.endsWith('.pwg') && file.includes(name))
    .sort()
    .map((file) => readFileSync(join(work, 'printed', file)))

/** Reads QR codes page by page, from the last on, until there is one. */
function scan(bytes: Buffer): string {
  for (const page of [...rasterPages(bytes)].reverse()) {
    writeFileSync(join(work, 'page.pgm'), pgm(page))
    const seen = spawnSync('zbarimg', [
      '-q',
      '--raw',
      '--oneshot',
      '-Sdisable',
      '-Sqrcode.enable',
      join(work, 'page.pgm'),
    ])
    if (seen.status === 0) return seen.stdout.toString('utf8')
  }
  return ''
}

const paper = permitted ? needs(...tools) : test.skip
describe('through CUPS', () => {
  beforeAll(() => {
    if (!permitted || tools.some((tool) => findTool(tool) === null)) return
    work = mkdtempSync(join(tmpdir(), 'paper-'))
    chmodSync(work, 0o755) // filters run as another user
    const builder = new TrailBuilder({ folder: join(work, 'sealed'), seals: {} })
    builder.open()
    builder.advance(1).sample({ reason: 'startup' })
    for (let hour = 1; hour < 12; hour++) {
      for (let minute = 0; minute < 60; minute += 10) builder.advance(600).heartbeat()
      builder.sample()
      builder.note(builder.seq, `looked at in hour ${hour}`)
    }
    builder.advance(86_400).sample()
    builder.close()
    const print = { command: ['lp', '-d', 'audit', '{file}'] }
    writeFileSync(join(work, 'ntp-auditor.json'), JSON.stringify({ references: ['127.0.0.1'], trail: 'trail', print }))
    const { status, stderr } = spawnSync(sandbox, [work, 'bash', '-c', steps, 'steps', work], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`the sandbox ended with ${status}: ${stderr}`)
  }, 300_000)
  afterAll(() => {
    if (work !== '') rmSync(work, { recursive: true })
  })

  paper('a report is printed and recorded with the number of its job', async () => {
    expect(said('print.err')).toBe('')
    expect(said('print.code')).toBe('3\n') // a day of few samples does not meet the policy
    expect(said('print.out')).toMatch(
      /\nprinted builder.*\.pdf: request id is audit-1 \(1 file\(s\)\) \(record \d+\)\n$/,
    )
  })

  paper('a printer that takes no jobs is told of with the next step, and the same file is printed later', async () => {
    expect(said('off.code')).toBe('4\n')
    expect(said('off.err')).toMatch(
      /pdf was not printed: lp ended with 1; lp: Destination "audit" is not accepting jobs\.\n.* then: ntp-auditor print /,
    )
    expect(said('again.code')).toBe('0\n')
    const [first, second, ...more] = printed('builder').map((bytes) => [...rasterPages(bytes)].length)
    expect(first).toBeGreaterThan(1)
    expect([second, more]).toEqual([first, []])
  })

  paper('the seal on the paper verifies the trail', async () => {
    const [job] = printed('builder')
    const seal = scan(job ?? Buffer.alloc(0))
    expect(seal).toMatch(/^ntp-auditor\.example\/builder\n\d+\n/)
    writeFileSync(join(work, 'seal.txt'), seal)
    const words = ['verify', 'sealed', '--anchor', 'seal.txt', '--key', 'sealed.genesis.vkey', '--json']
    const { stdout, status } = spawnSync(process.execPath, [main, ...words], { cwd: work, encoding: 'utf8' })
    expect(JSON.parse(stdout)).toMatchObject({ intact: true })
    expect(status).toBe(0)
  })

  paper('pages of 60 lines come out one to a sheet', async () => {
    expect(said('sheet.code')).toBe('0\n')
    const pages = said('show.out').split('\f').length - 1
    expect(pages).toBeGreaterThan(1)
    const [job] = printed('daysheet')
    expect([...rasterPages(job ?? Buffer.alloc(0))].length).toBe(pages)
  })
})
