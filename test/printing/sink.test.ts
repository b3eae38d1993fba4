import { spawnSync } from 'node:child_process'
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ReceiptsConfig } from '../../lib/config/types.js'
import { type Sink, sinkOf } from '../../lib/printing/sink.js'

let folder: string
let sink: Sink
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sink-'))
})
afterEach(async () => {
  await sink.close()
  rmSync(folder, { recursive: true })
})

const plain = { what: 'samples', columns: 80, newline: 'lf', state: '' } as const
function make(to: Partial<Pick<ReceiptsConfig, 'command' | 'file' | 'timeoutNs'>>): Sink {
  sink = sinkOf({ ...plain, command: null, file: null, timeoutNs: 20_000_000_000n, ...to })
  return sink
}
const never = new AbortController().signal

describe('a program', () => {
  test('gets each text on its standard input', async () => {
    const spool = join(folder, 'spool')
    const script = `
      const { appendFileSync, readFileSync } = require('node:fs')
      appendFileSync(process.argv[1], readFileSync(0, 'utf8') + '--\\n')`
    make({ command: [process.execPath, '-e', script, spool] })
    await sink.print('one\n', never)
    await sink.print('two\n', never)
    expect(readFileSync(spool, 'utf8')).toBe('one\n--\ntwo\n--\n')
  })

  test('that fails, or is none, says so', async () => {
    const script = `console.error('printer is off'); process.exit(1)`
    await expect(make({ command: [process.execPath, '-e', script] }).print('x', never)).rejects.toMatchObject({
      code: 'ERR_PRINT',
      message: `${process.execPath} ended with 1\nprinter is off`,
    })
    await expect(make({ command: [join(folder, 'lp')] }).print('x', never)).rejects.toThrow('there is no such program')
  })
})

describe('a file', () => {
  test('is made and appended to, also after it was moved away', async () => {
    const file = join(folder, 'receipts.txt')
    make({ file })
    await sink.print('one\n', never)
    await sink.print('two\n', never)
    renameSync(file, `${file}.1`)
    await sink.print('three\n', never)
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('one\ntwo\n')
    expect(readFileSync(file, 'utf8')).toBe('three\n')
  })

  test('a folder, a folder that is missing, a file below a file: the message says what is wrong', async () => {
    await expect(make({ file: folder }).print('x', never)).rejects.toThrow('EISDIR')
    await expect(make({ file: join(folder, 'no', 'f') }).print('x', never)).rejects.toMatchObject({
      code: 'ERR_PRINT',
      message: expect.stringContaining('no folder for it'),
    })
    writeFileSync(join(folder, 'f'), '')
    await expect(make({ file: join(folder, 'f', 'g') }).print('x', never)).rejects.toThrow('ENOTDIR')
  })
})

const posix = process.platform === 'win32' ? describe.skip : describe
posix('a pipe or device', () => {
  const fifo = () => {
    const path = join(folder, 'fifo')
    expect(spawnSync('mkfifo', [path]).status).toBe(0)
    return path
  }
  const reader = (path: string) => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const read = (fd: number, most = 1 << 20) => {
    const buffer = Buffer.alloc(most)
    return buffer.toString('utf8', 0, readSync(fd, buffer))
  }

  test('a device that is not there is never made', async () => {
    const file = `/dev/ntp-auditor-no-printer-${process.pid}`
    await expect(make({ file }).print('x', never)).rejects.toThrow('is the printer switched on? (ENOENT)')
    expect(() => readFileSync(file)).toThrow('ENOENT')
  })

  test('a pipe that nobody reads fails at once, and is written when somebody does, without an end in between', async () => {
    const file = fifo()
    make({ file })
    await expect(sink.print('lost?\n', never)).rejects.toThrow('nobody reads from that pipe')
    const fd = reader(file)
    try {
      await sink.print('one\n', never)
      expect(read(fd)).toBe('one\n')
      expect(() => read(fd)).toThrow('EAGAIN') // the writer is still there: no end of file
      await sink.print('two\n', never)
      expect(read(fd)).toBe('two\n')
    } finally {
      closeSync(fd)
    }
    await expect(sink.print('three\n', never)).rejects.toThrow('the reader of the pipe went away (EPIPE)')
  })

  test('a reader that is slow gets everything, one that sleeps is told of', async () => {
    const file = fifo()
    const fd = reader(file)
    try {
      const text = `${'0123456789abcde\n'.repeat(20_000)}` // five times what a pipe holds
      make({ file })
      const printed = sink.print(text, never)
      let got = ''
      while (got.length < text.length) {
        await new Promise((resolve) => setImmediate(resolve))
        try {
          got += read(fd, 30_000)
        } catch (error) {
          expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN')
        }
      }
      await printed
      expect(got).toBe(text)
      await sink.close()
      make({ file, timeoutNs: 200_000_000n })
      await expect(sink.print(text, never)).rejects.toThrow('took nothing for 0.2 s; is there paper?')
    } finally {
      closeSync(fd)
    }
  })

  test('whoever stops does not wait for a reader that sleeps', async () => {
    const file = fifo()
    const fd = reader(file)
    try {
      const stop = new AbortController()
      const printed = make({ file, timeoutNs: 3_600_000_000_000n }).print('x'.repeat(1 << 20), stop.signal)
      stop.abort()
      await expect(printed).rejects.toThrow('the auditor stops')
    } finally {
      closeSync(fd)
    }
  })

  test('a full device is an error', async () => {
    await expect(make({ file: '/dev/full' }).print('x', never)).rejects.toThrow('ENOSPC')
  })
})
