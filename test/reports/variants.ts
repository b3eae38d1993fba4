/**
 * Days that strain a page: nothing known, one sample, five hundred changes, names that no page was made for.
 * @module
 */
import type { ChangeEntry, GapEntry } from '../../lib/evidence/types.js'
import type { StoredFailedReading } from '../../lib/trail/types.js'
import type { Report } from '../../reports/types.js'
import { dayNs, good, makeDay, ms, piece, s, sampleBody } from './fixture.js'

const dayEnd = dayNs + 86_400n * s
const quiet = { lowNs: -6n * ms, highNs: 7n * ms }

/** A day that meets the policy, in a zone with an offset. */
export function calmDay(): Report {
  const from = dayNs - 3_600n * s
  return makeDay({
    zone: 'Europe/Berlin',
    pieces: [piece(from, from + 86_400n * s, quiet)],
    changes: [],
    gaps: [],
    integrity: { intact: true, complete: 'anchored', sealedUpTo: 11_000, findings: [] },
  }).report
}

/** A day without a record. */
export function darkDay(): Report {
  return makeDay({ pieces: [piece(dayNs, dayEnd, null)], bodies: [], changes: [], gaps: [], integrity: { files: [] } })
    .report
}

/** One sample at noon, and nothing else. */
export function oneSample(): Report {
  const noon = dayNs + 43_200n * s
  return makeDay({
    pieces: [
      piece(dayNs, noon - 256n * s, null),
      piece(noon - 256n * s, noon + 256n * s, { lowNs: -6n * ms, highNs: 45n * ms }),
      piece(noon + 256n * s, dayEnd, null, { lack: { verdict: 'UNMONITORED', cause: 'too-far-from-sample' } }),
    ],
    bodies: [sampleBody(0n)],
    changes: [],
    gaps: [],
  }).report
}

/** A clock that was set to and fro five hundred times, with a gap after each. */
export function restlessDay(): Report {
  const at = (index: number) => dayNs + BigInt(index) * 172n * s
  const changes = Array.from({ length: 500 }, (_, index): ChangeEntry => {
    const size = (index % 2 === 0 ? -1n : 1n) * (40n * ms + BigInt(index) * 1_234_567n)
    return {
      seq: 20_000 + 3 * index,
      earliestNs: at(index) + 60n * s,
      latestNs: at(index) + 60n * s + 250_000_123n,
      size: { lowNs: size - 1200n, highNs: size + 900n },
      class: index % 5 === 4 ? 'slew' : 'step',
      by: 'foreign',
      wallBeforeNs: at(index) + 60n * s,
      wallAfterNs: at(index) + 60n * s + size,
      sample: index % 7 === 0 ? null : 20_001 + 3 * index,
      error: index % 7 === 0 ? null : { lowNs: -size - 6n * ms, highNs: -size + 6n * ms },
    }
  })
  const gaps = Array.from({ length: 500 }, (_, index): GapEntry => {
    const from = at(index) + 90n * s
    return {
      seq: 20_002 + 3 * index,
      fromNs: from,
      toNs: from + 1_500_000_001n,
      cause: 'starved',
      breaks: 'wall',
      estimated: false,
    }
  })
  const pieces = changes.flatMap(({ latestNs, error }, index) => {
    const until = index === 499 ? dayEnd : at(index + 1)
    return [
      piece(at(index), latestNs - 250_000_123n, quiet),
      piece(latestNs - 250_000_123n, latestNs, null, { lack: { verdict: 'INDETERMINATE', cause: 'clock-change' } }),
      piece(latestNs, until, error ?? quiet),
    ]
  })
  return makeDay({ pieces, changes, gaps }).report
}

/** A computer whose battery is empty: it woke in 1970 and was never set. */
export function wokeIn1970(): Report {
  const error = dayNs - 12n * 3_600n * s
  const bound = { lowNs: error - 6n * ms - 123n, highNs: error + 6n * ms + 457n }
  return makeDay({
    pieces: [piece(dayNs, dayEnd, bound)],
    bodies: Array.from({ length: 5 }, (_, index) => sampleBody(error + BigInt(index) * 1_234_567n)),
    changes: [
      {
        seq: 10_500,
        earliestNs: dayNs,
        latestNs: dayNs + 250n * ms,
        size: { lowNs: -error - 900n, highNs: -error + 901n },
        class: 'unknown',
        by: 'unknown',
        wallBeforeNs: dayNs,
        wallAfterNs: dayNs - error,
        sample: 10_501,
        error: bound,
      },
    ],
    gaps: [],
  }).report
}

/** Texts that want to be something else. */
export const hostileTexts = {
  formula: "=cmd|'/C calc'!A0",
  markup: '<script>alert("&amp;")</script>',
  bidi: 'safe\u202eexe.fdp',
  terminal: '\u001b[2J\u001b[31mred\u0007',
  lines: 'first\r\nsecond\nthird\u2028fourth',
  cjk: '\u6642\u8a08 \u{1f552} ok',
  parens: '(\\) Tj ET (Q',
} as const

/** The same day of a computer whose every name is hostile, or very long. */
export function hostileDay(): Report {
  const { formula, markup, bidi, terminal, lines, cjk, parens } = hostileTexts
  const refused: StoredFailedReading = {
    ok: false,
    server: `${'very-long-label.'.repeat(40)}example`,
    port: 65_535,
    address: 'fe80:0000:0000:0000:0202:b3ff:fe1e:8329%enp0s31f6',
    error: { code: 'ERR_TEST_FAILED', message: terminal },
    tests: null,
    stratum: 16,
    li: 3,
    referenceId: '00000000',
    ignored: 0,
  }
  const bodies = Array.from({ length: 40 }, (_, index) =>
    sampleBody(0n, {
      readings: {
        primary: good(index % 2 === 0 ? formula : bidi, 0n, { address: `198.51.100.${index}` }),
        secondary: good(markup, -999_999_999_999_999n, { stratum: (index % 15) + 1 }),
        tertiary: refused,
      },
    }),
  )
  return makeDay({
    profile: { id: parens, title: parens },
    open: {
      host: `${formula} ${lines} ${'x'.repeat(10_240)}`,
      identity: { organisation: `${markup} ${cjk}`, asset: bidi, site: `${'site '.repeat(500)}`, machine: terminal },
      versions: { auditor: lines, node: 'v20', os: parens },
      auditClock: bidi,
    },
    bodies,
    integrity: {
      intact: false,
      findings: Array.from({ length: 60 }, (_, index) => ({
        severity: index % 2 === 0 ? ('damage' as const) : ('note' as const),
        code: 'edited',
        message: `2026/11/x.ndjson:${index}: ${index === 7 ? `${'no-blank-in-this'.repeat(300)}` : terminal + lines}`,
      })),
      misdated: Array.from({ length: 30 }, (_, index) => ({
        seq: index,
        wall: '1970-01-01T00:00:00.000000000Z',
        label: '2026-11-21',
      })),
    },
  }).report
}
