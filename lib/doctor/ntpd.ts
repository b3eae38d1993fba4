/**
 * ntpd and ntpsec, as `ntpq` tells of them.
 * @module
 */
import type { Heard } from '../program.js'
import type { Finding } from './finding.js'
import { directives } from './machine.js'
import { healthy, ownClock, type ServiceReport, silentSources, stopped, unsynchronised } from './service.js'

/** A line of `ntpq -pn`. */
export interface Peer {
  /** `*` system peer, `o` pulse, `+` `#` `-` good to less good, `x` falseticker, `.` ` ` not used. */
  readonly tally: string
  readonly remote: string
  /** Of its own source: an address, `.GPS.`, `.INIT.` before any answer, a kiss code. */
  readonly referenceId: string
  readonly stratum: number
  /** `u` unicast, `s` symmetric, `p` pool, `l` local, `b` broadcast. */
  readonly type: string
  readonly reach: number
}

/** The variables of `ntpq -c rv`, whatever the order and the line breaks; quotes are taken off. */
export function parseVariables(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, key = '', quoted, plain] of text.matchAll(/([a-z_]\w*)\s*=\s*(?:"([^"]*)"|([^,\r\n]*))/gi)) {
    found.set(key.toLowerCase(), (quoted ?? plain ?? '').trim())
  }
  return found
}

/** Lines that are no peers (header, rule) are passed over. */
export function parsePeers(text: string): Peer[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const match = /^([ x.\-+#*o])(\S+)\s+(\S+)\s+(\d{1,2})\s+([a-zA-Z-])\s+\S+\s+\S+\s+([0-7]{1,3})\s/.exec(line)
    if (!match) return []
    const [, tally = '', remote = '', referenceId = '', stratum = '', type = '', reach = ''] = match
    return [{ tally, remote, referenceId, stratum: Number(stratum), type, reach: Number.parseInt(reach, 8) }]
  })
}

const settings = ['server', 'pool', 'peer', 'refclock', 'fudge', 'tinker', 'tos', 'disable', 'leapsmearinterval']
const start = 'start it ("systemctl enable --now ntpd", or "ntp", "ntpsec") and look at "ntpq -p"'

export interface NtpdFacts {
  readonly variables: Heard
  readonly peers: Heard
  readonly configuration: string | null
  readonly running: boolean | null
}

/** @returns `null` where there is no trace of it */
export function ntpdReport({ variables, peers, configuration, running }: NtpdFacts): ServiceReport | null {
  const state = parseVariables(variables.output)
  const told = state.has('stratum')
  if (!told && running !== true && (variables.missing || running === null)) return null
  const runs = told || running === true
  const list = parsePeers(peers.output).filter(({ type, reach }) => type !== 'p' || reach !== 0)
  const untimed = /^(?:11|3)$/.test(state.get('leap') ?? '') || state.get('stratum') === '16'
  return {
    service: 'ntpd',
    running: runs,
    synchronised: runs ? (told ? !untimed : null) : false,
    sources: list.map(({ remote }) => remote).sort(),
    settings: directives(configuration, settings),
    findings: runs ? (told ? stateFindings(state, list, untimed) : []) : [stopped('ntpd', start)],
  }
}

function stateFindings(state: ReadonlyMap<string, string>, list: readonly Peer[], untimed: boolean): Finding[] {
  const silent = list.filter(({ reach }) => reach === 0).map(({ remote }) => remote)
  const others = silentSources('ntpd', silent, list.length)
  if (untimed) return [unsynchronised('ntpd', ...cause(list)), ...others]
  const referenceId = state.get('refid') ?? ''
  if (/^(?:\.?LOCL?\.?|LOCAL\(\d\)|127\.127\.1\.\d+)$/.test(referenceId)) {
    return [ownClock('ntpd', `reference ${referenceId}`), ...others]
  }
  return [healthy('ntpd', `stratum ${state.get('stratum')}, by ${referenceId}`), ...others]
}

function cause(list: readonly Peer[]): [string, string] {
  if (list.length === 0) return ['it has no sources', 'name some in ntp.conf ("server time.example.net iburst")']
  const kissed = list.find(({ referenceId }) => /^\.(?:DENY|RSTR|RATE)\.$/.test(referenceId))
  if (kissed)
    return [`${kissed.remote} sent ${kissed.referenceId}`, 'that server does not want this computer: name another']
  if (list.every(({ reach }) => reach === 0)) {
    return [
      `none of its ${list.length} sources answers`,
      'check their names, and that UDP port 123 is open to the outside',
    ]
  }
  if (list.some(({ tally }) => tally === 'x')) {
    return ['its sources contradict one another', 'find the wrong one ("ntpq -p"), and have at least three']
  }
  return [
    'its sources are not good enough yet',
    'wait some minutes; an offset above 1000 s it never corrects by itself ("ntpd -gq")',
  ]
}
