import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Ballot, vote } from '../../lib/consensus/vote.js'
import { contains, type IntervalNs, width } from '../../lib/interval.js'
import { type Role, roles } from '../../lib/ntp/types.js'

const three = { configured: 3, trustLocal: false }

function interval(lowNs: number | bigint, highNs: number | bigint): IntervalNs {
  return { lowNs: BigInt(lowNs), highNs: BigInt(highNs) }
}

/** Ballots of primary, secondary, tertiary, each from an address of its own. */
function ballots(...intervals: (IntervalNs | null)[]): Ballot[] {
  return intervals.flatMap((m, i) => (m === null ? [] : [{ role: roles[i]!, m, address: `192.0.2.${i}`, self: false }]))
}

describe('three references', () => {
  test('all overlap: the bound is the part that two cover, wider than what all three cover', () => {
    expect(vote(ballots(interval(0, 10), interval(4, 14), interval(8, 20)), three)).toEqual({
      state: 'agreed',
      support: 'voted',
      m: interval(4, 14),
      agree: ['primary', 'secondary', 'tertiary'],
      dissent: [],
      faults: 1,
      configured: 3,
    })
  })

  test('one apart is named as the dissenter and does not widen the bound', () => {
    expect(vote(ballots(interval(0, 10), interval(1_000, 1_001), interval(5, 12)), three)).toEqual({
      state: 'agreed',
      support: 'voted',
      m: interval(5, 10),
      agree: ['primary', 'tertiary'],
      dissent: ['secondary'],
      faults: 1,
      configured: 3,
    })
  })

  test('a chain is ambiguous: the bound spans both overlaps', () => {
    expect(vote(ballots(interval(0, 10), interval(8, 30), interval(25, 40)), three)).toEqual({
      state: 'ambiguous',
      support: 'voted',
      m: interval(8, 30),
      agree: ['primary', 'secondary', 'tertiary'],
      dissent: [],
      faults: 1,
      configured: 3,
    })
  })

  test('a wide reference between two narrow ones that disagree cannot decide between them', () => {
    const consensus = vote(ballots(interval(0, 1), interval(-100, 100), interval(9, 10)), three)
    expect(consensus).toMatchObject({ state: 'ambiguous', m: interval(0, 10), dissent: [] })
  })

  test('two that tell the same lie outvote the honest one, and nobody could know', () => {
    const truth = 0n
    const consensus = vote(ballots(interval(-5, 5), interval(995, 1_005), interval(996, 1_006)), three)
    expect(consensus).toMatchObject({
      state: 'agreed',
      support: 'voted',
      m: interval(996, 1_005),
      dissent: ['primary'],
    })
    expect(contains(consensus.m!, truth)).toBe(false)
  })

  test('all disjoint is a conflict without a bound', () => {
    expect(vote(ballots(interval(0, 1), interval(3, 4), interval(6, 7)), three)).toEqual({
      state: 'conflict',
      support: null,
      m: null,
      agree: [],
      dissent: [],
      faults: 0,
      configured: 3,
    })
  })

  test('intervals that touch in one nanosecond meet', () => {
    const consensus = vote(ballots(interval(0, 5), interval(5, 9), interval(50, 51)), three)
    expect(consensus).toMatchObject({ state: 'agreed', m: interval(5, 5), dissent: ['tertiary'] })
  })
})

describe('two references', () => {
  test('two that meet bound the truth by their union, not by what both say', () => {
    expect(vote(ballots(interval(0, 10), interval(8, 20)), { configured: 2, trustLocal: false })).toEqual({
      state: 'agreed',
      support: 'paired',
      m: interval(0, 20),
      agree: ['primary', 'secondary'],
      dissent: [],
      faults: 1,
      configured: 2,
    })
  })

  test('with one of three silent the other two are a pair', () => {
    const consensus = vote(ballots(interval(0, 10), null, interval(8, 20)), three)
    expect(consensus).toMatchObject({ state: 'agreed', support: 'paired', m: interval(0, 20), configured: 3 })
    expect(consensus.agree).toEqual(['primary', 'tertiary'])
  })

  test('two that lie differently are a conflict, never an average', () => {
    const consensus = vote(ballots(interval(0, 10), interval(11, 20)), { configured: 2, trustLocal: false })
    expect(consensus).toMatchObject({ state: 'conflict', support: null, m: null, faults: 0 })
  })
})

describe('one and none', () => {
  test('one reference: its interval, which survives no fault', () => {
    expect(vote(ballots(null, interval(3, 4)), three)).toEqual({
      state: 'single',
      support: 'single',
      m: interval(3, 4),
      agree: ['secondary'],
      dissent: [],
      faults: 0,
      configured: 3,
    })
  })

  test('no reference: no bound', () => {
    expect(vote([], three)).toMatchObject({ state: 'none', support: null, m: null, agree: [], faults: 0 })
  })
})

describe('what counts as a reference', () => {
  const at = (role: Role, address: string, m: IntervalNs, self = false): Ballot => ({ role, address, m, self })

  test('two names with one address are one: the narrower speaks, and there is no pair', () => {
    const same = [at('primary', '192.0.2.7', interval(0, 100)), at('secondary', '192.0.2.7', interval(40, 60))]
    expect(vote(same, three)).toMatchObject({
      state: 'single',
      m: interval(40, 60),
      agree: ['secondary'],
      configured: 3,
    })
  })

  test('one address twice and another one are a pair, not three votes', () => {
    const consensus = vote(
      [
        at('primary', '192.0.2.7', interval(0, 10)),
        at('secondary', '192.0.2.7', interval(0, 10)),
        at('tertiary', '192.0.2.8', interval(5, 15)),
      ],
      three,
    )
    expect(consensus).toMatchObject({ support: 'paired', m: interval(0, 15), agree: ['primary', 'tertiary'] })
  })

  test('a reference that serves our own clock never votes', () => {
    const consensus = vote(
      [at('primary', '127.0.0.1', interval(0, 1), true), at('secondary', '192.0.2.8', interval(50, 90))],
      three,
    )
    expect(consensus).toMatchObject({ state: 'single', m: interval(50, 90), agree: ['secondary'], dissent: [] })
  })

  test('with nobody else left there is no bound', () => {
    expect(vote([at('primary', '127.0.0.1', interval(0, 1), true)], three)).toMatchObject({ state: 'none', m: null })
  })

  test('under trustLocal it votes like any other', () => {
    const consensus = vote([at('primary', '127.0.0.1', interval(0, 1), true)], { configured: 1, trustLocal: true })
    expect(consensus).toMatchObject({ state: 'single', m: interval(0, 1) })
  })
})

const small = fc
  .tuple(fc.integer({ min: -30, max: 30 }), fc.integer({ min: 0, max: 25 }))
  .map(([low, span]) => interval(low, low + span))
const someBallots = fc.array(small, { minLength: 0, maxLength: 3 }).map((intervals) => ballots(...intervals))

describe('laws', () => {
  test('with at most as many wrong references as the bound survives, truth lies inside', () => {
    const scene = fc.tuple(
      fc.integer({ min: -20, max: 20 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: 3, maxLength: 3 }),
      small,
      fc.nat(2),
    )
    fc.assert(
      fc.property(scene, ([truth, count, margins, lie, liar]) => {
        const honest = margins.slice(0, count).map(([below, above]) => interval(truth - below, truth + above))
        const allHonest = vote(ballots(...honest), { configured: count, trustLocal: false })
        expect(allHonest.m !== null && contains(allHonest.m, BigInt(truth))).toBe(true)
        const withLiar = honest.map((m, i) => (i === liar % count ? lie : m))
        const consensus = vote(ballots(...withLiar), { configured: count, trustLocal: false })
        if (consensus.m === null) expect(count).toBe(2)
        else if (consensus.faults >= 1) expect(contains(consensus.m, BigInt(truth))).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('the bound of three is the hull of all grid points that two cover', () => {
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        const covered: bigint[] = []
        for (let x = -40n; x <= 60n; x += 1n) {
          if ([a, b, c].filter((m) => contains(m, x)).length >= 2) covered.push(x)
        }
        const consensus = vote(ballots(a, b, c), three)
        if (covered.length === 0) expect(consensus.state).toBe('conflict')
        else expect(consensus.m).toEqual(interval(covered[0]!, covered.at(-1)!))
      }),
      { numRuns: 2_000 },
    )
  })

  test('it is ambiguous exactly where one of two references must be wrong and nobody knows which', () => {
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        const apart = (x: IntervalNs, y: IntervalNs): boolean => x.highNs < y.lowNs || y.highNs < x.lowNs
        const disjointPairs = [apart(a, b), apart(b, c), apart(a, c)].filter(Boolean).length
        const { state, dissent } = vote(ballots(a, b, c), three)
        expect(state === 'ambiguous').toBe(disjointPairs === 1)
        expect(dissent.length).toBe(disjointPairs === 2 ? 1 : 0)
      }),
      { numRuns: 2_000 },
    )
  })

  test('the order of the ballots does not matter, also where some share an address', () => {
    const twoAddresses = fc.tuple(small, fc.nat(1)).map(([m, at]) => ({ m, address: `192.0.2.${at}`, self: false }))
    const lists = fc
      .array(twoAddresses, { maxLength: 3 })
      .map((list) => list.map((ballot, i): Ballot => ({ ...ballot, role: roles[i]! })))
    const shuffled = lists.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    )
    fc.assert(
      fc.property(shuffled, ([list, order]) => {
        expect(vote(order, three)).toEqual(vote(list, three))
      }),
      { numRuns: 1_000 },
    )
  })

  test('of equally narrow ballots from one address the earlier role speaks', () => {
    const same = { m: interval(0, 5), address: '192.0.2.9', self: false }
    const late: Ballot[] = [
      { ...same, role: 'tertiary' },
      { ...same, role: 'secondary' },
    ]
    expect(vote(late, three).agree).toEqual(['secondary'])
    const narrower: Ballot = { ...same, role: 'tertiary', m: interval(1, 4) }
    const other: Ballot = { ...same, role: 'secondary', address: '192.0.2.8' }
    expect(vote([{ ...same, role: 'primary' }, other, narrower], three).agree).toEqual(['secondary', 'tertiary'])
  })

  test('wider intervals never give a narrower bound while the references still agree', () => {
    fc.assert(
      fc.property(someBallots, fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 3, maxLength: 3 }), (list, by) => {
        const wider = list.map((ballot, i) => ({
          ...ballot,
          m: { lowNs: ballot.m.lowNs - BigInt(by[i]![0]), highNs: ballot.m.highNs + BigInt(by[i]![1]) },
        }))
        const before = vote(list, three)
        const after = vote(wider, three)
        if (before.m === null) return
        expect(after.m).not.toBeNull()
        expect(after.m!.lowNs <= before.m.lowNs && after.m!.highNs >= before.m.highNs).toBe(true)
        expect(width(after.m!) >= width(before.m)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })
})
