/**
 * Reading what Windows tells of its time service. Labels and sentences are translated and come in the console's code page; names of
 * registry values, numbers, their order, and error codes are not. Only those are read.
 * @module
 */

/** `w32tm /query /status [/verbose]`. */
export interface W32Status {
  readonly leap: number
  readonly stratum: number
  /** Eight hexadecimal digits; 4C4F434C ("LOCL") is a clock that runs free. */
  readonly referenceId: string
  /** As it is written; `null` where there was none. */
  readonly lastSync: string | null
  readonly source: string
  /** Only with `/verbose`: 0 unset, 1 hold, 2 sync, 3 spike. */
  readonly state: number | null
  /** Only with `/verbose`: 0 none; 1 no data, 2 stale data, 3 other. */
  readonly lastError: number | null
}

/** The value behind the first colon of a line; French sets a space before the colon. */
function valueIn(line: string): string | null {
  const at = line.indexOf(':')
  return at < 0 ? null : line.slice(at + 1).trim()
}

/**
 * The order of lines is that of every version since Vista: leap, stratum, precision, root delay, root dispersion, reference id, last sync,
 * source, poll interval; with `/verbose` seven more.
 * @returns `null` for anything else
 */
export function parseW32Status(text: string): W32Status | null {
  const values = text.split(/\r?\n/).flatMap((line) => valueIn(line) ?? [])
  const at = values.findIndex((value) => /^0x[0-9a-f]{8}\b/i.test(value))
  if (at < 5) return null
  const number = (value: string | undefined) =>
    /^\d+\s*(?:\(|$)/.test(value ?? '') ? Number.parseInt(value ?? '', 10) : null
  const leap = number(values[at - 5])
  const stratum = number(values[at - 4])
  const source = values[at + 2]
  if (leap === null || stratum === null || source === undefined) return null
  return {
    leap,
    stratum,
    referenceId: (values[at] ?? '').slice(2, 10).toUpperCase(),
    lastSync: /\d/.test(values[at + 1] ?? '') ? (values[at + 1] ?? null) : null,
    source,
    state: number(values[at + 6]),
    lastError: number(values[at + 9]),
  }
}

/** Whether a tool said that the service does not run: 0x80070426, or 1062. */
export function saysNotStarted(text: string): boolean {
  return /0x80070426|\b1062\b/i.test(text)
}

/** `sc query w32time`: 4 is running, 1 stopped; `null` where it says nothing of the kind. 1060: there is no such service. */
export function parseServiceState(text: string): number | null {
  const state =
    /^\s*\S+\s*:\s*(\d)\s+(?:STOPPED|START_PENDING|STOP_PENDING|RUNNING|PAUSED|CONTINUE_PENDING|PAUSE_PENDING)/im.exec(
      text,
    )
  return state ? Number(state[1]) : null
}

/** `reg query KEY`: names and their values. REG_DWORD as a decimal number. */
export function parseRegistry(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [, name, type, value = ''] = /^\s{2,}(\S+)\s+(REG_\w+)\s*(.*)$/.exec(line) ?? []
      if (name === undefined) return []
      return [[name, type === 'REG_DWORD' ? String(Number(value)) : value.trim()] as const]
    }),
  )
}

/** Who decides a value of `w32tm /query /configuration`: what stands in brackets behind it. */
export interface W32Setting {
  readonly value: string
  /** `Policy` and its translations begin so; a local value is set by hand. */
  readonly policy: boolean
}

/**
 * The values of the client in `w32tm /query /configuration`. `(Local)` and `(Policy)` are translated: `(Lokal)`, `(Richtlinie)`, `(Stratégie)`.
 */
export function parseW32Configuration(text: string): ReadonlyMap<string, W32Setting> {
  const client = /^NtpClient\b.*$([\s\S]*?)(?=^\s*$\s*^\w+ \(\S+\)\s*$|(?![\s\S]))/m.exec(text)?.[1] ?? text
  return new Map(
    client.split(/\r?\n/).flatMap((line) => {
      const [, name, value = '', by = ''] = /^(\w+)\s?:\s*(.*?)\s*\(([^()]*)\)\s*$/.exec(line) ?? []
      return name === undefined
        ? []
        : [[name, { value, policy: /^(?:Pol|Richt|Strat|Gruppe|Dire)/i.test(by) }] as const]
    }),
  )
}

/** A server in `NtpServer`, with the flags behind its comma. */
export interface W32Server {
  readonly host: string
  /** 1 special interval, 2 only as a fallback, 4 symmetric active, 8 client; 0 where there are none. */
  readonly flags: number
  readonly text: string
}

export function parseNtpServer(value: string): W32Server[] {
  return value
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((text) => {
      const [host = '', flags = ''] = text.split(',')
      return { host, flags: /^0x[0-9a-f]+$/i.test(flags) ? Number.parseInt(flags, 16) : 0, text }
    })
}

/** A peer of `w32tm /query /peers`. */
export interface W32Peer {
  readonly peer: string
  /** 1 symmetric active, 3 client; `null` where it is not told. */
  readonly mode: number | null
  readonly stratum: number | null
}

/** Blocks of `Peer: ..., State: ..., Time Remaining: ..., Mode: N (...), Stratum: N (...)`, in that order in every language. */
export function parseW32Peers(text: string): W32Peer[] {
  return text.split(/\r?\n\s*\r?\n/).flatMap((block) => {
    const values = block.split(/\r?\n/).flatMap((line) => (line.startsWith('#') ? [] : (valueIn(line) ?? [])))
    const [peer = '', , , mode = '', stratum = ''] = values
    if (values.length < 5 || peer === '') return []
    const number = (value: string) => (/^\d/.test(value) ? Number.parseInt(value, 10) : null)
    return [{ peer, mode: number(mode), stratum: number(stratum) }]
  })
}

/** An event of the time service, from `wevtutil qe ... /f:xml`. */
export interface W32Event {
  readonly id: number
  readonly at: string
  readonly data: readonly string[]
}

export function parseEvents(text: string): W32Event[] {
  return [...text.matchAll(/<Event\b[\s\S]*?<\/Event>/g)].flatMap(([event]) => {
    const id = /<EventID[^>]*>(\d+)<\/EventID>/.exec(event)?.[1]
    const at = /<TimeCreated\s+SystemTime=['"]([^'"]+)['"]/.exec(event)?.[1]
    if (id === undefined || at === undefined) return []
    const data = [...event.matchAll(/<Data(?:\s[^>]*)?>([^<]*)<\/Data>/g)].map(([, value = '']) => value)
    return [{ id: Number(id), at, data }]
  })
}
