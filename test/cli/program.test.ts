import { describe, expect, test } from '@jest/globals'
import { execute } from '../../lib/cli/program.js'
import { version } from '../../lib/version.js'
import { fakeIo, fakeParts } from './fake-io.js'

async function call(...args: string[]) {
  const io = fakeIo()
  return { code: await execute(args, io, fakeParts()), stdout: io.stdout.text, stderr: io.stderr.text }
}

test('--version', async () => {
  expect(await call('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

describe('--help', () => {
  test('lists the commands, durations and exit codes', async () => {
    const { code, stdout, stderr } = await call('--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[options\])?(?: \S+)? {2,}/gm)].map((match) => match[1])
    expect(commands).toEqual([
      'init',
      'sample',
      'run',
      'show',
      'report',
      'print',
      'profiles',
      'prove',
      'verify',
      'alerts',
      'anchor',
      'nightly',
      'config',
      'doctor',
      'prune',
      'index',
      'demo',
      'help',
    ])
    expect(stdout).toContain('Durations: 500ms, 64s, 5m, 1h, 7d.')
    expect(stdout).toContain('Exit codes: 2 wrong usage')
  })

  test.each(['init', 'sample', 'run', 'show', 'report', 'profiles', 'prove', 'verify', 'doctor', 'index rebuild'])(
    '%s',
    async (command) => {
      const { code, stdout, stderr } = await call(...command.split(' '), '--help')
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toMatch(new RegExp(`^Usage: ntp-auditor ${command}`))
      for (const option of ['--config <file>', '--trail <dir>', '--json']) expect(stdout).toContain(option)
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(132)
    },
  )
})

describe('wrong usage exits with 2 and names what was meant', () => {
  test.each([
    [['smaple'], "error: unknown command 'smaple'\n(Did you mean sample?)"],
    [['show', '--colums', '80'], "error: unknown option '--colums'\n(Did you mean --columns?)"],
    [['show', '--columns'], "error: option '--columns <count>' argument missing"],
    [[], 'Usage: ntp-auditor'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await call(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  test.each(['nightly', 'alerts', 'anchor'])('%s is not offered', async (command) => {
    expect((await call(command)).code).toBe(2)
  })
})
