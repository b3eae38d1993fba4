import { expect, test } from '@jest/globals'
import { hearProgram, runProgram } from '../lib/program.js'

const node = (script: string, ...args: string[]) => [process.execPath, '-e', script, ...args]
const usual = { input: Buffer.alloc(0), timeoutMs: 20_000 }

test('a program gets its input, arguments and environment, and nothing of ours besides', async () => {
  process.env.NTP_AUDITOR_TEST_SECRET = 'x'
  const script = `
    let text = ''
    process.stdin.on('data', (chunk) => { text += chunk }).on('end', () => {
      console.log([text, process.argv.slice(1), process.env.A, process.env.NTP_AUDITOR_TEST_SECRET].join('|'))
    })`
  const ran = await runProgram(node(script, '$HOME; ls', 'b'), {
    ...usual,
    input: Buffer.from('seal'),
    environment: { A: '1' },
  })
  delete process.env.NTP_AUDITOR_TEST_SECRET
  expect(ran).toEqual({ ok: true, message: 'seal|$HOME; ls,b|1|' })
})

test('a failure says what the program said', async () => {
  const ran = await runProgram(node(`console.log('a'); console.error('b'); process.exit(3)`), usual)
  expect(ran).toEqual({ ok: false, message: `${process.execPath} ended with 3\na\nb` })
})

test('a program that is not there', async () => {
  expect(await runProgram(['no-such-program-here'], usual)).toEqual({
    ok: false,
    message: 'no-such-program-here did not run: there is no such program',
  })
})

test('one that never ends is ended', async () => {
  const ran = await runProgram(node('setInterval(() => {}, 1000)'), { ...usual, timeoutMs: 300 })
  expect(ran).toEqual({ ok: false, message: `${process.execPath} was ended after 0.3 s` })
})

test('one that ignores its input and floods its output is bounded', async () => {
  const script = `process.stdin.destroy(); process.stdout.write('x'.repeat(1e6) + 'end')`
  const ran = await runProgram(node(script), { ...usual, input: Buffer.alloc(1e6) })
  expect(ran.ok).toBe(true)
  expect(ran.message).toHaveLength(2000)
  expect(ran.message.endsWith('xend')).toBe(true)
})

test('one that leaves a child behind which holds its output has ended all the same', async () => {
  const script = `
    require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 30000)'], { stdio: 'inherit', detached: true }).unref()
    console.log('done')`
  expect(await runProgram(node(script), usual)).toEqual({ ok: true, message: 'done' })
})

test('one is ended when the auditor stops', async () => {
  const stop = new AbortController()
  const running = runProgram(node('setInterval(() => {}, 1000)'), { ...usual, signal: stop.signal })
  stop.abort()
  expect(await running).toEqual({ ok: false, message: `${process.execPath} was ended: the auditor stops` })
})

test('a program that is only asked: its whole answer from the beginning, in English, and what it complained of', async () => {
  const script = `process.stdout.write('x'.repeat(10_000) + process.env.LC_ALL); console.error('but')`
  expect(await hearProgram(node(script), 20_000)).toEqual({
    ok: true,
    missing: false,
    output: `${'x'.repeat(10_000)}C`,
    message: '',
  })
  const endless = `const more = () => process.stdout.write('y'.repeat(65_536)) ? setImmediate(more) : process.stdout.once('drain', more); more()`
  const { ok, output } = await hearProgram(node(endless), 500)
  expect([ok, output.length]).toEqual([false, 262_144])
})

test('that a program is not there is told from one that failed', async () => {
  expect(await hearProgram(['no-such-program-here'], 20_000)).toMatchObject({ ok: false, missing: true, output: '' })
  const failed = await hearProgram(node(`console.log('506 Cannot talk to daemon'); process.exit(1)`), 20_000)
  expect(failed).toMatchObject({ ok: false, missing: false, output: '506 Cannot talk to daemon\n' })
})
