import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fileStem, safeName } from '../../reports/name.js'
import { printable } from '../../reports/printable.js'

const all = () => true

describe('a file name', () => {
  test('keeps a plain host, period and profile', () => {
    expect(fileStem('db-7.example.net', '2026-11-21_day', 'finra-50ms')).toBe(
      'db-7.example.net_2026-11-21_day_finra-50ms',
    )
  })

  test.each([
    '../../etc/passwd',
    'CON',
    'nul.txt',
    '',
    '.',
    '..',
    '.hidden',
    'a/b',
    'a\\b',
    'a:b',
    '=cmd()',
    'a\u202eb',
    'ö',
    'x'.repeat(300),
  ])('is harmless, short and its own for %j', (label) => {
    const name = safeName(label)
    expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*-[0-9a-f]{8}$/)
    expect(name.length).toBeLessThanOrEqual(73)
  })

  test('is never shared by two labels', () => {
    const label = fc.string({ unit: fc.constantFrom('a', 'B', '.', '-', '/', ' ', '\u202e', '_'), maxLength: 6 })
    fc.assert(
      fc.property(label, label, (a, b) => {
        if (a !== b) expect(safeName(a)).not.toBe(safeName(b))
      }),
    )
  })

  test('holds nothing that a file system or a shell takes for something else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (label) => {
        expect(safeName(label)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,80}$/)
        expect(safeName(label)).not.toContain('..')
      }),
    )
  })
})

describe('printable text', () => {
  test.each([
    ['plain (text) <&> "quoted"', 'plain (text) <&> "quoted"'],
    ['Gr\u00f6\u00dfe \u2264 5 \u00b5s', 'Gr\u00f6\u00dfe \u2264 5 \u00b5s'],
    ['a\u202eb', 'a\\u{202E}b'],
    ['a\nb\tc\u0000d\u001b[31m', 'a\\u{000A}b\\u{0009}c\\u{0000}d\\u{001B}[31m'],
    ['zero\u200bwidth\ufeff', 'zero\\u{200B}width\\u{FEFF}'],
    ['no\u00a0break', 'no\\u{00A0}break'],
    ['\u05d0\u05d1', '\\u{05D0}\\u{05D1}'],
    ['\u0301a', '\\u{0301}a'],
    ['e\u0301', 'e\u0301'],
    ['e\u0301\u0301', 'e\u0301\\u{0301}'],
    ['\ud800x', '\\u{D800}x'],
    ['\u{e0041}', '\\u{E0041}'],
    ['\u2028', '\\u{2028}'],
    ['\u3164', '\\u{3164}'],
  ])('shows %j as %s', (text, shown) => {
    expect(printable(text, all)).toBe(shown)
  })

  test('shows what a face has no glyph for by its number', () => {
    expect(printable('a\u6f22b', (codePoint) => codePoint < 0x1000)).toBe('a\\u{6F22}b')
    expect(printable('\u{1f552}', () => false)).toBe('\\u{1F552}')
  })

  test('has no invisible character whatever the text, and is the same shown twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const shown = printable(text, all)
        expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
        expect(printable(shown, all)).toBe(shown)
      }),
    )
  })
})
