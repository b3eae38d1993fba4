import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { parseInstant } from '../../lib/instant.js'
import { canonicalize } from '../../lib/trail/canonical.js'
import type { Finding, VerifyResult } from '../../lib/trail/types.js'
import { verifyTrail } from '../../lib/trail/verify.js'
import { TrailBuilder } from '../support/trail-builder.js'
import { copyTrail, freshFolder, linesOf, putLines, segmentFiles } from '../support/trail-folder.js'

/** Four segments over two midnights and a restart: 4 + 3 + 4 + 3 records. */
function smallTrail(): TrailBuilder {
  const trail = new TrailBuilder({ utc: '2026-03-03T23:59:00.000000000Z' })
  trail.open()
  trail.sample({ reason: 'startup' })
  trail.advance(10).heartbeat()
  trail.advance(10).heartbeat()
  trail.advance(86_400).heartbeat()
  trail.advance(10).heartbeat()
  trail.advance(86_400).heartbeat()
  trail.advance(10).heartbeat()
  trail.close()
  trail.advance(5).open()
  trail.heartbeat()
  trail.advance(5).heartbeat()
  trail.crash()
  return trail
}
const trail = smallTrail()
const [one = '', two = '', three = '', four = ''] = segmentFiles(trail.folder)

const damage = (result: VerifyResult): Finding[] => result.findings.filter(({ severity }) => severity === 'damage')
const brief = (result: VerifyResult): unknown[] => damage(result).map(({ code, file, seq }) => [code, file, seq])

/** A copy, tampered with. */
async function tampered(change: (folder: string) => void): Promise<VerifyResult> {
  const folder = copyTrail(trail.folder)
  change(folder)
  return verifyTrail(folder)
}
function edit(path: string, change: (lines: string[]) => string[]): (folder: string) => void {
  return (folder) => putLines(folder, path, change(linesOf(folder, path)))
}

describe('a sound trail', () => {
  test('is self-consistent, with a note on its unsealed tail', async () => {
    expect(await verifyTrail(trail.folder)).toEqual({
      intact: 'self-consistent',
      records: 14,
      upTo: 14,
      sealedUpTo: 0,
      seals: 0,
      complete: 'unknown',
      anchoredUpTo: 0,
      findings: [
        {
          severity: 'note',
          code: 'unsealed-tail',
          file: null,
          line: null,
          seq: null,
          message:
            '14 records since 2026-03-03T23:59:00.000000000Z are under no seal: the last can be altered unnoticed',
        },
      ],
    })
  })

  test('is so compressed', async () => {
    const result = await tampered((folder) => {
      for (const path of [one, two]) {
        writeFileSync(join(folder, `${path}.gz`), gzipSync(readFileSync(join(folder, path))))
        rmSync(join(folder, path))
      }
    })
    expect(result).toMatchObject({ intact: 'self-consistent', records: 14 })
  })

  test('is so with both files of a compression that a crash cut short', async () => {
    const result = await tampered((folder) => {
      writeFileSync(join(folder, `${one}.gz`), gzipSync(readFileSync(join(folder, one))))
    })
    expect(result.intact).toBe('self-consistent')
    expect(result.findings.map(({ code, file }) => [code, file])).toEqual([
      ['duplicate', `${one}.gz`],
      ['unsealed-tail', null],
    ])
  })

  test('is so while its last line is being written, and after a power cut', async () => {
    for (const rest of ['{"bootId":', '\0'.repeat(700), `{"a\0\0\0\n`, `\0\0\n\0\0`]) {
      const result = await tampered((folder) => appendFileSync(join(folder, four), rest))
      expect([result.intact, result.findings.map(({ code }) => code)]).toEqual([
        'self-consistent',
        ['torn-tail', 'unsealed-tail'],
      ])
    }
  })

  test('may hold an empty segment at its end, and files of others', async () => {
    const result = await tampered((folder) => {
      putLines(folder, '2026/03/2026-03-05.000005.ndjson', [])
      writeFileSync(join(folder, 'readme.txt'), 'x')
    })
    expect(result.intact).toBe('self-consistent')
    expect(result.findings.map(({ code, file }) => [code, file])).toEqual([
      ['foreign-file', 'readme.txt'],
      ['unsealed-tail', null],
    ])
  })

  test('is complete as expected where it reaches the instant asked for', async () => {
    const last = parseInstant('2026-03-06T00:00:00.000000000Z')
    const reached = parseInstant('2026-03-05T23:59:00.000000000Z')
    expect(await verifyTrail(trail.folder, { untilNs: reached })).toMatchObject({
      intact: 'self-consistent',
      complete: 'expected',
    })
    const short = await verifyTrail(trail.folder, { untilNs: last })
    expect(short).toMatchObject({ intact: false, complete: 'unknown' })
    expect(damage(short).map(({ code, message }) => [code, message])).toEqual([
      [
        'truncated',
        'the trail ends at 2026-03-05T23:59:50.000000000Z and was expected to reach 2026-03-06T00:00:00.000000000Z',
      ],
    ])
  })

  test('reports its progress in bytes', async () => {
    const seen: number[] = []
    let all = 0
    await verifyTrail(trail.folder, {
      onProgress: ({ done, total }) => {
        seen.push(done)
        all = total
      },
    })
    expect(seen).toHaveLength(4)
    expect(seen.at(-1)).toBe(all)
  })
})

test('an empty trail has nothing to tell', async () => {
  expect(await verifyTrail(freshFolder())).toEqual({
    intact: 'self-consistent',
    records: 0,
    upTo: 0,
    sealedUpTo: 0,
    seals: 0,
    complete: 'unknown',
    anchoredUpTo: 0,
    findings: [],
  })
})

describe('each attack is found and named', () => {
  test('a field edited in place', async () => {
    const result = await tampered(edit(one, (lines) => lines.with(1, (lines[1] ?? '').replace('PROVEN', 'VIOLATED'))))
    expect(brief(result)).toEqual([['edited', one, 2]])
    expect(damage(result)[0]).toMatchObject({
      line: 2,
      expected: expect.stringMatching(/^[0-9a-f]{64}$/),
      found: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  test('a record edited with the hash in its successor mended', async () => {
    const result = await tampered(
      edit(one, (lines) => {
        const next = JSON.parse(lines[2] ?? '') as Record<string, unknown>
        return lines.with(2, canonicalize({ ...next, prev: 'f'.repeat(64) }))
      }),
    )
    expect(brief(result)).toEqual([
      ['edited', one, 2],
      ['edited', one, 3],
    ])
  })

  test('a line made unreadable', async () => {
    const result = await tampered(edit(one, (lines) => lines.with(2, '{"nonsense":1')))
    expect(brief(result)).toEqual([['edited', one, 3]])
  })

  test('two lines made unreadable, told apart from a third that is missing', async () => {
    const result = await tampered(edit(three, (lines) => ['x', 'y', lines[3] ?? '']))
    expect(damage(result).map(({ code, message }) => [code, message])).toEqual([
      ['edited', `${three}, lines 1 to 2: records 8 to 9: Unexpected token 'x', "x" is not valid JSON`],
      ['deleted', `${three}, line 3: record 10: missing before this line`],
    ])
  })

  test('another spelling of the same values', async () => {
    const result = await tampered(edit(one, (lines) => lines.with(2, (lines[2] ?? '').replace('":', '": '))))
    expect(brief(result)).toEqual([['edited', one, 3]])
    expect(damage(result)[0]?.message).toContain('canonical')
  })

  test('a record deleted', async () => {
    expect(brief(await tampered(edit(one, (lines) => lines.toSpliced(1, 1))))).toEqual([['deleted', one, 2]])
  })

  test('several records deleted', async () => {
    const result = await tampered(edit(one, (lines) => lines.toSpliced(1, 2)))
    expect(damage(result).map(({ message }) => message)).toEqual([
      `${one}, line 2: records 2 to 3: missing before this line`,
    ])
  })

  test('the beginning of a segment deleted', async () => {
    expect(brief(await tampered(edit(two, (lines) => lines.slice(1))))).toEqual([['deleted', two, 5]])
  })

  test('two records swapped', async () => {
    const swap = (lines: string[]): string[] => [lines[0] ?? '', lines[2] ?? '', lines[1] ?? '', ...lines.slice(3)]
    expect(brief(await tampered(edit(one, swap)))).toEqual([['reordered', one, 2]])
  })

  test('a record duplicated', async () => {
    const result = await tampered(edit(one, (lines) => lines.toSpliced(2, 0, lines[1] ?? '')))
    expect(brief(result)).toEqual([['duplicate', one, 2]])
  })

  test('a foreign line inserted', async () => {
    expect(brief(await tampered(edit(one, (lines) => lines.toSpliced(2, 0, 'hello'))))).toEqual([
      ['inserted', one, null],
    ])
  })

  test('a forged record inserted before or behind the true one', async () => {
    const forge = (line: string): string => canonicalize({ ...(JSON.parse(line) as object), bootId: 'forged' })
    for (const [at, forged] of [
      [1, 2],
      [2, 3],
    ] as const) {
      const result = await tampered(edit(one, (lines) => lines.toSpliced(at, 0, forge(lines[1] ?? ''))))
      expect(damage(result).map(({ code, line, seq }) => [code, line, seq])).toEqual([['inserted', forged, 2]])
    }
  })

  test('a forged record behind the last', async () => {
    const result = await tampered(
      edit(four, (lines) => [...lines, canonicalize({ ...(JSON.parse(lines[2] ?? '') as object), bootId: 'forged' })]),
    )
    expect(damage(result).map(({ code, line, seq }) => [code, line, seq])).toEqual([['inserted', 4, 14]])
  })

  test('the end of an earlier segment cut off at a line', async () => {
    expect(brief(await tampered(edit(one, (lines) => lines.slice(0, 3))))).toEqual([['truncated', one, 4]])
  })

  test('the end of an earlier segment cut off inside a line, or by its newline alone', async () => {
    const size = readFileSync(join(trail.folder, one)).length
    for (const length of [size - 1, size - 2, size - 100]) {
      const result = await tampered((folder) => truncateSync(join(folder, one), length))
      expect(brief(result)).toEqual([['truncated', one, 4]])
    }
  })

  test('a segment emptied', async () => {
    const result = await tampered(edit(two, () => []))
    expect(damage(result).map(({ code, file, message }) => [code, file, message])).toEqual([
      ['truncated', one, `${one}, line 4: records 5 to 7: the end of the segment is missing`],
    ])
  })

  test('a segment missing in the middle', async () => {
    const result = await tampered((folder) => rmSync(join(folder, two)))
    expect(damage(result).map(({ code, message }) => [code, message])).toEqual([
      ['segment-missing', 'records 5 to 7: segment 2 is missing'],
    ])
  })

  test('the first segments missing', async () => {
    const result = await tampered((folder) => {
      rmSync(join(folder, one))
      rmSync(join(folder, two))
    })
    expect(damage(result).map(({ code, message }) => [code, message])).toEqual([
      ['segment-missing', 'records 1 to 7: segments 1 to 2 are missing'],
    ])
  })

  test('a segment renamed: its number, its label, its place', async () => {
    for (const path of ['2026/03/2026-03-04.000009.ndjson', '2026/04/2026-04-04.000002.ndjson']) {
      const result = await tampered((folder) => {
        putLines(folder, path, linesOf(folder, two))
        rmSync(join(folder, two))
      })
      expect(damage(result)).toEqual([
        {
          severity: 'damage',
          code: 'segment-renamed',
          file: path,
          line: 1,
          seq: 5,
          expected: two,
          found: path,
          message: `${path}, line 1: record 5: has another name inside`,
        },
      ])
    }
  })

  test("two segments that took each other's names", async () => {
    const result = await tampered((folder) => {
      renameSync(join(folder, one), join(folder, 'x'))
      renameSync(join(folder, two), join(folder, one))
      renameSync(join(folder, 'x'), join(folder, two))
    })
    expect(damage(result).map(({ code, file, expected }) => [code, file, expected])).toEqual([
      ['segment-renamed', two, one],
      ['segment-renamed', one, two],
    ])
  })

  test('a segment moved out of the order of names', async () => {
    const result = await tampered((folder) => renameSync(join(folder, two), join(folder, '2026/03/backup.ndjson')))
    expect(result.findings.map(({ severity, code }) => [severity, code])).toEqual([
      ['damage', 'segment-missing'],
      ['note', 'foreign-file'],
      ['note', 'unsealed-tail'],
    ])
  })

  test('a segment copied under another name', async () => {
    const copy = '2026/03/2026-03-06.000005.ndjson'
    const result = await tampered((folder) => putLines(folder, copy, linesOf(folder, two)))
    expect(brief(result)).toEqual([['duplicate', copy, null]])
  })

  test('a second file with other bytes for one number', async () => {
    const other = `${one}.gz`
    const result = await tampered((folder) => {
      writeFileSync(join(folder, other), gzipSync(`${linesOf(folder, one).slice(0, 2).join('\n')}\n`))
    })
    expect(brief(result)).toEqual([['inserted', other, null]])
  })

  test('a segment of another trail put behind the last', async () => {
    const stranger = new TrailBuilder({ utc: '2026-03-06T00:00:00.000000000Z' })
    stranger.open()
    for (let i = 0; i < 15; i++) stranger.heartbeat()
    const result = await tampered((folder) => {
      const lines = linesOf(stranger.folder, segmentFiles(stranger.folder)[0] ?? '')
      const open = JSON.parse(lines[0] ?? '') as object
      putLines(folder, '2026/03/2026-03-06.000005.ndjson', [canonicalize({ ...open, segment: 5 }), ...lines.slice(1)])
    })
    expect(result.intact).toBe(false)
    expect(damage(result).map(({ code }) => code)).toContain('inserted')
  })

  test('a thousand and one findings, and no end', async () => {
    const long = new TrailBuilder()
    long.open()
    for (let i = 0; i < 2400; i++) long.heartbeat()
    const [path = ''] = segmentFiles(long.folder)
    const lines = linesOf(long.folder, path)
    putLines(
      long.folder,
      path,
      lines.map((line, index) => (index % 2 === 1 ? 'x' : line)),
    )
    long.crash()
    const { findings, records } = await verifyTrail(long.folder)
    expect(records).toBe(1201)
    expect(findings).toHaveLength(1001)
    expect(findings.at(-1)?.message).toBe('201 further findings are not listed')
  })
})

/** Two segments of three and two records. */
function tinyTrail(): string {
  const tiny = new TrailBuilder({ utc: '2026-03-03T23:59:59.000000000Z' })
  tiny.open()
  tiny.note(1, 'two')
  tiny.heartbeat()
  tiny.advance(10).heartbeat()
  tiny.crash()
  return tiny.folder
}

test('a bit flipped in any byte is found, but for those of the last record', async () => {
  const folder = tinyTrail()
  const paths = segmentFiles(folder)
  const last = paths.at(-1) ?? ''
  const tailStart = readFileSync(join(folder, last)).lastIndexOf(10, -2) + 1
  const missed: [string, number][] = []
  let flips = 0
  for (const path of paths) {
    const bytes = readFileSync(join(folder, path))
    for (let at = 0; at < bytes.length; at++) {
      const bit = 1 << (at % 8)
      bytes[at] = (bytes[at] ?? 0) ^ bit
      writeFileSync(join(folder, path), bytes)
      if ((await verifyTrail(folder)).intact !== false) missed.push([path, at])
      bytes[at] = (bytes[at] ?? 0) ^ bit
      flips += 1
    }
    writeFileSync(join(folder, path), bytes)
  }
  expect(flips).toBeGreaterThan(3000)
  expect(missed.length).toBeGreaterThan(0)
  expect(missed.filter(([path, at]) => path !== last || at < tailStart)).toEqual([])
}, 120_000)

test('every truncation of an earlier segment is found, at any byte', async () => {
  const folder = tinyTrail()
  const [path = ''] = segmentFiles(folder)
  const bytes = readFileSync(join(folder, path))
  for (let length = bytes.length - 1; length >= 0; length -= 3) {
    writeFileSync(join(folder, path), bytes.subarray(0, length))
    const result = await verifyTrail(folder)
    expect([length, result.intact]).toEqual([length, false])
    expect(damage(result).some(({ code }) => code === 'truncated' || code === 'deleted')).toBe(true)
  }
}, 120_000)
