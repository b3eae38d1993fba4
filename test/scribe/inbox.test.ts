import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Answer, ask, Inbox, parseRequest, type Taken } from '../../lib/scribe/inbox.js'
import { freshFolder } from '../support/trail-folder.js'

const note = { kind: 'note', on: 3, text: 'maintenance', by: 'ops' } as const

/** A trail folder with an inbox, and a way to drop files into it. */
function inbox(now = Date.now): {
  folder: string
  inbox: Inbox
  drop: (name: string, content: string | Buffer) => string
} {
  const folder = freshFolder()
  mkdirSync(join(folder, 'inbox'))
  const drop = (name: string, content: string | Buffer): string => {
    const path = join(folder, 'inbox', name)
    writeFileSync(path, content)
    return path
  }
  return { folder, inbox: new Inbox(folder, undefined, now), drop }
}
const answerIn = (folder: string, id: string): Answer =>
  JSON.parse(readFileSync(join(folder, 'inbox', `${id}.answer.json`), 'utf8')) as Answer

/** Serves an inbox as a scribe would, until `ask` has its answer. */
async function served(box: Inbox, asked: Promise<unknown>, serve: (taken: Taken) => Answer): Promise<Taken[]> {
  const all: Taken[] = []
  let over = false
  const end = (): void => {
    over = true
  }
  asked.then(end, end)
  while (!over) {
    for (const taken of box.take()) {
      all.push(taken)
      box.answer(taken.id, serve(taken))
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  return all
}

describe('asking', () => {
  test('a request is taken once and its answer fetched; nothing is left behind', async () => {
    const { folder, inbox: box } = inbox()
    const asked = ask(folder, note, { pollMs: 1 })
    const taken = await served(box, asked, () => ({ ok: true, seq: 12, document: null }))
    expect(await asked).toEqual({ ok: true, seq: 12, document: null })
    expect(taken.map(({ request }) => request)).toEqual([note])
    expect(readdirSync(join(folder, 'inbox'))).toEqual([])
  })

  test('an error of the auditor is an error of the command', async () => {
    const { folder, inbox: box } = inbox()
    const asked = ask(folder, { kind: 'sample', toleranceNs: null }, { pollMs: 1 })
    await served(box, asked, () => ({ ok: false, error: { code: 'ERR_STOPPED', message: 'it is stopping' } }))
    await expect(asked).rejects.toMatchObject({
      code: 'ERR_INBOX',
      message: 'the auditor refused (ERR_STOPPED): it is stopping',
    })
  })

  test('no answer in time is an error, and the request is taken back', async () => {
    const folder = freshFolder()
    await expect(ask(folder, note, { timeoutMs: 20, pollMs: 1 })).rejects.toMatchObject({
      code: 'ERR_INBOX',
      message: `the auditor that holds ${folder} gave no answer within 0.02 s; see whether it runs and can write`,
    })
    expect(readdirSync(join(folder, 'inbox'))).toEqual([])
  })

  test('can be called off', async () => {
    const folder = freshFolder()
    const stop = new AbortController()
    const asked = ask(folder, note, { signal: stop.signal })
    stop.abort()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
    expect(readdirSync(join(folder, 'inbox'))).toEqual([])
  })

  test('an answer that is none is told', async () => {
    const { folder, inbox: box } = inbox()
    const asked = ask(folder, note, { pollMs: 1 })
    const spoil = served(box, asked, ({ id }) => {
      writeFileSync(join(folder, 'inbox', `${id}.answer.json`), 'nonsense')
      return undefined as unknown as Answer
    })
    await expect(asked).rejects.toMatchObject({ code: 'ERR_INBOX' })
    await spoil
  })
})

describe('taking', () => {
  test.each([
    ['no JSON', 'hello', 'the request cannot be read: '],
    ['no object', '[1]', 'a request must be an object'],
    ['no kind', '{}', '"kind" must be one of note, sample, record, seal, prune'],
    ['an unknown kind', '{"kind":"erase"}', '"kind" must be one of note, sample, record, seal, prune'],
    ['an unknown field', '{"kind":"note","on":1,"text":"a","by":"b","seq":5}', '"seq" is no field of a note request'],
    ['a note on nothing', '{"kind":"note","on":0,"text":"a","by":"b"}', '"on" must be the seq of a record'],
    ['a note without text', '{"kind":"note","on":1,"text":"","by":"b"}', '"text" must be text of 1 to 4000 characters'],
    ['a note with half a letter', '{"kind":"note","on":1,"text":"\\ud800","by":"b"}', '"text" must be text'],
    ['a note by nobody', '{"kind":"note","on":1,"text":"a"}', '"by" must be text of 1 to 200 characters'],
    ['a tolerance in words', '{"kind":"sample","toleranceNs":"5ms"}', '"toleranceNs" must be nanoseconds'],
    ['a megabyte', `"${'x'.repeat(1_000_000)}"`, 'it has more than 65536 bytes'],
  ])('%s is answered with an error', (_, content, message) => {
    const { folder, inbox: box, drop } = inbox()
    drop('a-1.request.json', content)
    drop('b-2.request.json', JSON.stringify(note))
    expect(box.take()).toEqual([{ id: 'b-2', request: note }])
    const answer = answerIn(folder, 'a-1')
    expect(answer).toMatchObject({ ok: false, error: { code: 'ERR_INBOX' } })
    expect(JSON.stringify(answer)).toContain(JSON.stringify(message).slice(1, -1))
    expect(readdirSync(join(folder, 'inbox'))).toEqual(['a-1.answer.json'])
    expect(box.take()).toEqual([])
  })

  test('a link, a folder and a name from elsewhere are not followed', () => {
    const { folder, inbox: box, drop } = inbox()
    const secret = join(folder, 'secret')
    writeFileSync(secret, JSON.stringify(note))
    symlinkSync(secret, join(folder, 'inbox', 'a.request.json'))
    mkdirSync(join(folder, 'inbox', 'b.request.json'))
    drop('UPPER.request.json', JSON.stringify(note))
    drop('..request.json', JSON.stringify(note))
    expect(box.take()).toEqual([])
    expect(existsSync(secret)).toBe(true)
    expect(answerIn(folder, 'a')).toMatchObject({ ok: false })
    expect(readFileSync(secret, 'utf8')).toBe(JSON.stringify(note))
  })

  test('a request that waited for more than ten minutes is refused, whichever way the clock was set', () => {
    for (const away of [-601_000, 601_000]) {
      const { folder, inbox: box, drop } = inbox(() => 1_772_546_520_000)
      const path = drop('a.request.json', JSON.stringify(note))
      utimesSync(path, (1_772_546_520_000 + away) / 1000, (1_772_546_520_000 + away) / 1000)
      expect(box.take()).toEqual([])
      expect(answerIn(folder, 'a')).toMatchObject({
        error: { message: 'the request lay there for more than ten minutes; ask again' },
      })
    }
  })

  test('what nobody fetched is swept away after ten minutes, what is none of ours is left', () => {
    const { folder, inbox: box, drop } = inbox(() => Date.now() + 700_000)
    for (const name of ['a.answer.json', 'b.answer.json.tmp', 'c.request.json.tmp', 'other.txt']) drop(name, 'x')
    box.take()
    expect(readdirSync(join(folder, 'inbox'))).toEqual(['other.txt'])
    const { folder: young, inbox: early, drop: put } = inbox()
    put('a.answer.json', 'x')
    early.take()
    expect(readdirSync(join(young, 'inbox'))).toEqual(['a.answer.json'])
  })

  test('no inbox is an empty one', () => {
    expect(new Inbox(join(freshFolder(), 'nothing')).take()).toEqual([])
  })

  test('whatever JSON is dropped, it is a request or told to be none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed = parseRequest(value)
        if (typeof parsed !== 'string') expect(parsed).toEqual({ toleranceNs: null, ...(value as object) })
      }),
    )
    expect(parseRequest({ kind: 'sample' })).toEqual({ kind: 'sample', toleranceNs: null })
    expect(parseRequest({ kind: 'sample', toleranceNs: '50000000' })).toEqual({
      kind: 'sample',
      toleranceNs: '50000000',
    })
    expect(parseRequest(note)).toEqual(note)
  })

  test('a body that an auditor may record is taken, and nothing else', () => {
    const body = {
      type: 'print',
      ok: true,
      file: 'a.pdf',
      bytes: 9,
      sha256: 'a'.repeat(64),
      command: ['lp'],
      message: '',
    }
    expect(parseRequest({ kind: 'record', body })).toEqual({ kind: 'record', body })
    const why = (wrong: object) => parseRequest({ kind: 'record', body: { ...body, ...wrong } })
    const lead = '"body" is no record that can be asked for: '
    expect(why({ bytes: -1 })).toBe(`${lead}"bytes" must be a whole number from 0 to 9007199254740991`)
    expect(why({ type: 'sample' })).toBe(
      `${lead}"type" must be one of note, imported, anchor, print, report, alert, config, discipline`,
    )
    expect(why({ seq: 9 })).toBe(`${lead}"seq" is given by the trail's writer`)
    expect(why({ extra: 0.5 })).toContain(lead)
    expect(why({ message: '\ud800' })).toContain(lead)
  })
})
