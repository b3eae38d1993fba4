/**
 * The five scenarios of the sample reports: what happened to simulated computers, told to {@link simulate}.
 * @module
 */
import type { Scenario } from '../../lib/testing/simulate-types.js'

export interface Sample {
  readonly name: string
  /** What a reader is to find on the pages. */
  readonly story: string
  /** One trail for each; several make a fleet. */
  readonly computers: readonly { readonly host: string; readonly scenario: Scenario }[]
  readonly period: { readonly day?: string; readonly month?: string }
  readonly tolerance: string
}

/** A little before the period, so that its first instant has a sample before it. */
function around(length: string, more: Omit<Scenario, 'length' | 'start'> & { readonly start?: string }): Scenario {
  return { start: '2026-03-02T23:50:00Z', length, ...more }
}

/** So long after the period's midnight; events of {@link around} count from ten minutes before. */
function after(hours: number, minutes = 0): string {
  return `${hours * 60 + minutes + 10}m`
}

const identity = (host: string) => ({
  tolerance: '50ms',
  identity: { organisation: 'Example Exchange plc', asset: host.toUpperCase(), site: 'Simulation', hostLabel: host },
})

export const samples: readonly Sample[] = [
  {
    name: 'good-month',
    story: 'A month without a fault: a steered clock, three references, two planned stops of the auditor.',
    period: { month: '2026-03' },
    tolerance: '50ms',
    computers: [
      {
        host: 'sim-calm',
        scenario: {
          start: '2026-02-28T23:50:00Z',
          length: '746h',
          audit: identity('sim-calm'),
          events: [
            { at: '150h', do: 'down', for: '3m' },
            { at: '500h', do: 'reboot', off: '4m' },
          ],
        },
      },
    ],
  },
  {
    name: 'set-clock',
    story:
      'Somebody sets the clock back by three minutes at 14:02 and puts it right at 14:41; later it is set forward by an hour for a minute.',
    period: { day: '2026-03-03' },
    tolerance: '50ms',
    computers: [
      {
        host: 'sim-set',
        scenario: around('25h', {
          audit: identity('sim-set'),
          events: [
            { at: after(14, 2), do: 'set', by: '-3m', who: 'person' },
            { at: after(14, 41), do: 'set', by: '3m', who: 'person' },
            { at: after(19, 15), do: 'slew', by: '4ms', over: '40s' },
            { at: after(21, 30), do: 'set', by: '1h', who: 'person' },
            { at: after(21, 31), do: 'set', by: '-1h', who: 'person' },
          ],
        }),
      },
    ],
  },
  {
    name: 'lying-reference',
    story: 'The tertiary reference begins to lie by 2.4 s at 09:00 and is right again at 16:00; the others outvote it.',
    period: { day: '2026-03-03' },
    tolerance: '50ms',
    computers: [
      {
        host: 'sim-liar',
        scenario: around('25h', {
          audit: identity('sim-liar'),
          events: [
            { at: after(9), do: 'reference', which: 2, change: { offsetNs: 2_400_000_000n } },
            { at: after(16), do: 'reference', which: 2, change: { offsetNs: 0n } },
          ],
        }),
      },
    ],
  },
  {
    name: 'day-of-gaps',
    story: 'The auditor is killed, the computer sleeps, is switched off and starved, and the references fall silent.',
    period: { day: '2026-03-03' },
    tolerance: '50ms',
    computers: [
      {
        host: 'sim-gaps',
        scenario: around('25h', {
          audit: identity('sim-gaps'),
          events: [
            { at: after(3), do: 'down', for: '25m', killed: true },
            { at: after(6), do: 'suspend', for: '90m' },
            { at: after(10), do: 'starve', for: '20s' },
            { at: after(12), do: 'reboot', off: '40m', audit: '5m' },
            { at: after(17), do: 'reference', which: 0, change: { faults: ['silent'] } },
            { at: after(17), do: 'reference', which: 1, change: { faults: ['silent'] } },
            { at: after(17), do: 'reference', which: 2, change: { faults: ['silent'] } },
            { at: after(18, 30), do: 'reference', which: 0, change: { faults: [] } },
            { at: after(18, 30), do: 'reference', which: 1, change: { faults: [] } },
            { at: after(18, 30), do: 'reference', which: 2, change: { faults: [] } },
          ],
        }),
      },
    ],
  },
  {
    name: 'fleet',
    story: 'Four computers on one day: two in order, one whose clock was set, one with a single reference far away.',
    period: { day: '2026-03-03' },
    tolerance: '50ms',
    computers: [
      { host: 'sim-fleet-1', scenario: around('25h', { seed: 11, audit: identity('sim-fleet-1') }) },
      { host: 'sim-fleet-2', scenario: around('25h', { seed: 12, audit: identity('sim-fleet-2') }) },
      {
        host: 'sim-fleet-3',
        scenario: around('25h', {
          seed: 13,
          audit: identity('sim-fleet-3'),
          events: [{ at: after(8, 30), do: 'set', by: '400ms', who: 'person' }],
        }),
      },
      {
        host: 'sim-fleet-4',
        scenario: around('25h', {
          seed: 14,
          audit: identity('sim-fleet-4'),
          references: [{ path: { toMs: 60, fromMs: 60, jitterMs: 4 } }],
        }),
      },
    ],
  },
]
