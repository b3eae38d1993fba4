/**
 * The documentation holds: links lead somewhere, TypeScript comes from files that are run, JSON is a configuration, commands and their
 * options exist, and what the README tells a newcomer to type works in a blank folder.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { execute } from '../lib/cli/program.js'
import { parseConfiguration } from '../lib/config/parse.js'
import { LoopbackReference } from '../lib/testing/loopback-reference.js'
import { fakeIo, fakeParts } from './cli/fake-io.js'
import { type PackedProject, packedProject, root } from './support/packed-project.js'

interface Block {
  readonly language: string
  readonly text: string
  /** What the comment above it says. */
  readonly from: string | null
}

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]
const written = pages.filter((page) => !page.startsWith(join('docs', 'api')))
const read = (page: string) => readFileSync(join(root, page), 'utf8')

function blocksOf(page: string): readonly Block[] {
  const found = read(page).matchAll(/(?:^<!-- (.*) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm)
  return [...found].map(([, from = null, language = '', text = '']) => ({ from, language, text }))
}

/** Lines without what all of them are indented by. */
function flush(text: string): readonly string[] {
  const lines = text.replace(/\n+$/, '').split('\n')
  const depths = lines.filter((line) => line !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0)
  return lines.map((line) => line.slice(Math.min(...depths)))
}

/** Whether lines stand in a text one behind the other, at any depth. */
function holds(text: string, block: string): boolean {
  const wanted = flush(block)
  const lines = text.split('\n')
  return lines.some((_, at) => {
    const part = lines.slice(at, at + wanted.length)
    return part[0]?.trim() === wanted[0]?.trim() && flush(part.join('\n')).join('\n') === wanted.join('\n')
  })
}

test.each(pages)('the links of %s lead somewhere', (page) => {
  const targets = [
    ...read(page)
      .replace(/```[\s\S]*?```/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, target = '']) => target)
  const missing = targets.filter(
    (target) =>
      !/^(https?:|#|mailto:)/.test(target) && !existsSync(resolve(root, dirname(page), target.replace(/#.*/, ''))),
  )
  expect(missing).toEqual([])
})

describe.each(written.filter((page) => blocksOf(page).length > 0))('%s', (page) => {
  const of = (language: string) => blocksOf(page).filter((block) => block.language === language)

  test('shows no TypeScript but what is run', () => {
    const strange = of('ts').filter(({ from, text }) => from === null || !holds(read(from), text))
    expect(strange.map(({ from, text }) => `${from}: ${text}`)).toEqual([])
  })

  test('shows no configuration that is refused', () => {
    for (const { text } of of('json')) {
      const shown = JSON.parse(text.startsWith('"') ? `{${text}}` : text) // a part of one, or a whole one
      const whole = { references: ['192.0.2.1'], trail: 'trail', ...shown }
      expect(parseConfiguration(whole, { base: root })).toHaveProperty('trail')
    }
  })

  test('names no command and no option that there is not', async () => {
    const lines = of('sh').flatMap(({ text }) => text.split('\n'))
    for (const line of lines) {
      const [, words = ''] = /^(?:npx )?ntp-auditor (.*)$/.exec(line.replace(/\s+[#|>].*/, '')) ?? []
      if (words !== '') expect({ line, ...(await known(words)) }).toMatchObject({ known: true })
    }
  })
})

/** Whether the command's own help knows the words of a line. */
async function known(line: string): Promise<{ readonly known: boolean; readonly help: string }> {
  const words = line.split(/\s+/).filter((word) => word !== '')
  const options = words.filter((word) => word.startsWith('--'))
  const end = words.findIndex((word) => word.startsWith('-'))
  const named = words.slice(0, end < 0 ? words.length : end)
  const io = fakeIo()
  const code = await execute([...named.slice(0, 1), '--help'], io, fakeParts())
  const help = io.stdout.text
  return { known: code === 0 && options.every((option) => help.includes(option)), help }
}

test.each(['docker/ntp-auditor.json', 'kubernetes/daemonset.yaml'])('the configuration of %s is one', (name) => {
  const text = read(join('examples', name))
  const [json = text] = name.endsWith('.yaml') ? (/^ {4}\{\n[\s\S]*?^ {4}\}$/m.exec(text) ?? []) : [text]
  expect(parseConfiguration(JSON.parse(json), { base: '/' })).toMatchObject({
    trail: '/data/trail',
    keys: '/data/keys',
  })
})

test('the unit of systemd waits to be told, and leaves no right to set the clock', () => {
  const unit = read('examples/systemd/ntp-auditor.service')
  expect(unit).toMatch(/^Type=notify$/m)
  expect(unit).toMatch(/^CapabilityBoundingSet=$/m)
  expect(unit).not.toMatch(/CAP_SYS_TIME=|AmbientCapabilities=./)
})

describe('what the README tells a newcomer to type', () => {
  let project: PackedProject
  let reference: LoopbackReference
  beforeAll(async () => {
    project = packedProject()
    reference = await LoopbackReference.start()
  }, 60_000)
  afterAll(async () => {
    await reference?.stop()
    project?.remove()
  })

  /** Types a line; `run` is stopped once it has its first sample. */
  async function type(line: string): Promise<{ readonly code: number | null; readonly said: string }> {
    const command = join(project.installed, 'dist/lib/cli/main.js')
    const args = line.split(' ').slice(2)
    const child = spawn(process.execPath, [command, ...args], {
      cwd: project.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        said += text
        if (args[0] === 'run' && said.includes('first-sample') && !child.killed) child.kill('SIGTERM')
      })
    }
    await once(child, 'close')
    return { code: child.exitCode, said }
  }

  test('works in a blank folder, line by line', async () => {
    const lines = blocksOf('README.md')
      .filter(({ from }) => from === 'run')
      .flatMap(({ text }) => text.trim().split('\n'))
      .map((line) => line.replaceAll('time.example.net', `127.0.0.1:${reference.port}`))
    expect(lines[0]).toBe('npm install ntp-auditor') // done: the packed package stands in the folder
    const codes: Record<string, number | null> = {}
    for (const line of lines.slice(1)) {
      const { code, said } = await type(line)
      // 0, 1 and 3 say how the clock was; 2 and 4 that the line did not work.
      expect(`${line}: ${code}\n${said}`).toMatch(/^.*: [013]\n/)
      codes[line.split(' ').slice(1, 3).join(' ')] = code
      if (line.includes(' init ')) {
        // A server on this very computer votes only where that is asked for.
        const file = join(project.folder, 'ntp-auditor.json')
        writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), trustLocal: true }))
      }
    }
    // The clock of the demo was three minutes off then; of today, nearly all was not watched.
    expect(codes).toMatchObject({ 'ntp-auditor demo': 0, 'ntp-auditor prove': 1, 'ntp-auditor init': 0 })
    expect(codes).toMatchObject({ 'ntp-auditor run': 0, 'ntp-auditor report': 3, 'ntp-auditor verify': 0 })
    const made = readdirSync(join(project.folder, 'demo'))
    expect(made.filter((name) => name.endsWith('.pdf'))).toHaveLength(1)
  }, 300_000)
})
