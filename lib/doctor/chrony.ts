/**
 * chronyd, as `chronyc -c` tells of it.
 * @module
 */
import type { Heard } from '../program.js'
import type { Finding } from './finding.js'
import { directives } from './machine.js'
import { healthy, ownClock, type ServiceReport, silentSources, stopped, unreadable, unsynchronised } from './service.js'

/** `chronyc -c tracking`. */
export interface Tracking {
  /** Eight hexadecimal digits; 7F7F0101 is its own clock (`local`). */
  readonly referenceId: string
  readonly name: string
  readonly stratum: number
  /** `Normal`, `Insert second`, `Delete second`, `Not synchronised`. */
  readonly leap: string
}

/** A line of `chronyc -c sources`. */
export interface ChronySource {
  /** `^` server, `=` peer, `#` reference clock. */
  readonly mode: string
  /** `*` selected, `+` combined, `-` not combined, `?` unusable, `x` falseticker, `~` too variable. */
  readonly state: string
  readonly name: string
  readonly stratum: number
  /** Which of the last eight polls were answered, as bits. */
  readonly reach: number
}

/** @returns `null` for anything else, such as `506 Cannot talk to daemon` */
export function parseTracking(text: string): Tracking | null {
  const fields = text.trim().split(/\r?\n/)[0]?.split(',') ?? []
  const [referenceId = '', name = '', stratum = ''] = fields
  if (fields.length < 14 || !/^[0-9A-F]{8}$/i.test(referenceId) || !/^\d{1,2}$/.test(stratum)) return null
  return { referenceId: referenceId.toUpperCase(), name, stratum: Number(stratum), leap: fields[13] ?? '' }
}

export function parseSources(text: string): ChronySource[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [mode = '', state = '', name = '', stratum = '', , reach = ''] = line.split(',')
    if (!/^[\^=#]$/.test(mode) || !/^[*+\-?x~]$/.test(state) || !/^[0-7]{1,3}$/.test(reach)) return []
    return [{ mode, state, name, stratum: Number(stratum), reach: Number.parseInt(reach, 8) }]
  })
}

const settings = ['server', 'pool', 'peer', 'refclock', 'makestep', 'local', 'leapsecmode', 'smoothtime', 'maxslewrate']
const start = 'start it ("systemctl enable --now chronyd", on Debian "chrony") and look at "chronyc tracking"'

export interface ChronyFacts {
  readonly tracking: Heard
  readonly sources: Heard
  /** The text of chrony.conf. */
  readonly configuration: string | null
  /** Whether its process was seen, or systemd says that it runs; `null`: unknown. */
  readonly running: boolean | null
}

/** @returns `null` where there is no trace of it */
export function chronyReport({ tracking, sources, configuration, running }: ChronyFacts): ServiceReport | null {
  const state = parseTracking(tracking.output)
  if (state === null && running !== true && tracking.missing) return null
  const runs = state !== null || running === true || (running ?? saysNobody(tracking)) // a tool that hangs tells nothing
  const list = parseSources(sources.output)
  const synchronised = state === null ? null : state.leap !== 'Not synchronised' && state.stratum > 0
  return {
    service: 'chronyd',
    running: runs,
    synchronised: runs === false ? false : synchronised,
    sources: list.map(({ name }) => name).sort(),
    settings: directives(configuration, settings),
    findings:
      runs === false
        ? [stopped('chronyd', start)]
        : runs === null
          ? [unreadable('chronyd', 'chronyc', 'run "chronyc tracking" by hand and see what holds it up')]
          : stateFindings(state, list),
  }
}

/** `false` where chronyc said that it finds no daemon; else nothing is known. */
function saysNobody({ output, message }: Heard): false | null {
  return /\b506\b|cannot talk to daemon|could not open connection/i.test(`${output}${message}`) ? false : null
}

function stateFindings(state: Tracking | null, list: readonly ChronySource[]): Finding[] {
  if (state === null) return []
  const silent = list.filter(({ reach }) => reach === 0).map(({ name }) => name)
  const others = silentSources('chronyd', silent, list.length)
  if (state.leap === 'Not synchronised' || state.stratum === 0)
    return [unsynchronised('chronyd', ...cause(list)), ...others]
  if (state.referenceId.startsWith('7F7F')) return [ownClock('chronyd', `reference ${state.referenceId}`), ...others]
  return [healthy('chronyd', `stratum ${state.stratum}, by ${state.name || state.referenceId}`), ...others]
}

function cause(list: readonly ChronySource[]): [string, string] {
  if (list.length === 0) return ['it has no sources', 'name some in chrony.conf ("server time.example.net iburst")']
  if (list.every(({ reach }) => reach === 0)) {
    return [
      `none of its ${list.length} sources answers`,
      'check their names, and that UDP port 123 is open to the outside',
    ]
  }
  if (list.some(({ state }) => state === 'x')) {
    return ['its sources contradict one another', 'find the wrong one ("chronyc sources"), and have at least three']
  }
  return ['its sources are not good enough yet', 'wait some minutes; then look at "chronyc sources -v"']
}
