/**
 * Findings on the references: can they be reached, do they serve, are they what they seem.
 * @module
 */
import type { ReferenceConfig } from '../config/types.js'
import { isPrivate, showServer } from '../ntp/address.js'
import { referenceIdText } from '../ntp/reference-id.js'
import type { FailedReading, GoodReading, NtpHeader } from '../ntp/types.js'
import { type Finding, finding } from './finding.js'
import { offsetText, spanText } from './offsets.js'
import { type Answer, mostAsked, type Probe } from './probe.js'

/** The readings of a probe that can be used. */
export function goodReadings({ answers }: Probe): GoodReading[] {
  return answers.flatMap(({ reading }) => (reading.ok ? [reading] : []))
}

/** The reading of the narrowest bound; `null` where there is none. */
export function bestOf(readings: readonly GoodReading[]): GoodReading | null {
  const [best = null] = [...readings].sort((a, b) => (a.rootDistanceNs < b.rootDistanceNs ? -1 : 1))
  return best
}

/** @param trustLocal references on this computer count like any other */
export function referenceFindings(probes: readonly Probe[], trustLocal: boolean): Finding[] {
  return [...probes.flatMap((probe) => oneReference(probe, trustLocal)), ...together(probes)]
}

/** `primary time.example.net`, with the port where it is not 123. */
export function subjectOf({ role, reference }: Probe): string {
  return `${role} ${showServer(reference.host, null, reference.port).replace(/ port 123$/, '')}`
}

function oneReference(probe: Probe, trustLocal: boolean): Finding[] {
  const subject = subjectOf(probe)
  if (probe.unresolved) return [unresolved(subject, probe.unresolved)]
  const served = goodReadings(probe).length > 0
  const more = probe.addresses.length - probe.answers.length
  return [
    ...probe.answers.flatMap((answer) =>
      answer.reading.ok
        ? good(subject, answer, answer.reading, probe.reference, trustLocal)
        : [failed(subject, answer, answer.reading, served)],
    ),
    ...(more > 0
      ? [
          finding('hint', 'reference-many-addresses', subject, [
            `its name has ${probe.addresses.length} addresses; ${mostAsked} were asked`,
            'which computer answers changes with every look-up, and so may how good it is',
            'name single servers where it matters who vouches for the time',
          ]),
        ]
      : []),
    ...pool(subject, probe.reference),
  ]
}

function unresolved(subject: string, { code, message }: FailedReading['error']): Finding {
  const [what, ...next] = message.split(': ')
  const unknown = code === 'ERR_NAME_UNKNOWN'
  return finding('problem', unknown ? 'reference-name-unknown' : 'reference-dns', subject, [
    what ?? message,
    unknown
      ? 'a wrong address is the most frequent cause of an audit that proves nothing'
      : 'without an address nothing can be asked',
    next.join(': ') || 'check the name',
  ])
}

function pool(subject: string, { host }: ReferenceConfig): Finding[] {
  if (!/(?:^|\.)pool\.ntp\.org\.?$/i.test(host)) return []
  return [
    finding('hint', 'reference-pool', subject, [
      'the pool gives another server of another volunteer each time',
      'nobody vouches for its traceability, and no page can name who it was',
      "for proof name servers of a national institute or of your own; keep the pool for the time service, with your vendor's zone",
    ]),
  ]
}

/** `192.0.2.7, by eth0, 192.0.2.17`. */
function where({ address, route }: Answer): string {
  return route === null ? address : `${address} (by ${route})`
}

const smearing: readonly [(header: NtpHeader, address: string, host: string) => boolean, string][] = [
  [
    (header, address) =>
      (header.stratum === 1 && referenceIdText(1, header.referenceId) === 'GOOG') ||
      /^216\.239\.35\.(?:0|4|8|12)$/.test(address),
    'google',
  ],
  [(_, address) => /^(?:169\.254\.169\.123|fd00:ec2::123)$/.test(address), 'aws'],
  [(header) => header.stratum === 1 && referenceIdText(1, header.referenceId) === 'FB', 'meta'],
]

function good(
  subject: string,
  answer: Answer,
  reading: GoodReading,
  reference: ReferenceConfig,
  trustLocal: boolean,
): Finding[] {
  const { header, offsetNs, delayNs, rootDistanceNs } = reading
  const id = referenceIdText(header.stratum, header.referenceId)
  const findings: Finding[] = []
  const add = (severity: Finding['severity'], code: string, text: readonly [string, string, string]) =>
    findings.push(finding(severity, code, subject, text))
  findings.push(
    finding('ok', 'reference-answers', subject, [
      `${where(answer)} answers: stratum ${header.stratum}, reference id ${id}, this clock ${offsetText(offsetNs)}, delay ${spanText(delayNs)}, bound +-${spanText(rootDistanceNs)}`,
    ]),
  )
  if (reading.self && !trustLocal) {
    add('problem', 'reference-self', [
      `${answer.address} is this computer itself, or follows it`,
      'a clock that is compared with itself always agrees: such a reading never votes, and proves nothing',
      'name a reference elsewhere; for a test server on this computer there is "trustLocal"',
    ])
  }
  if ((header.stratum > 1 && /^127\.127\.1\./.test(id)) || (header.stratum === 1 && /^LOCL?$/.test(id))) {
    add('warning', 'reference-own-clock', [
      `${answer.address} serves its own undisciplined clock (reference id ${id})`,
      'it follows nobody, whatever stratum it claims',
      'name a server that follows a real source, or give this one some',
    ])
  }
  if (header.stratum >= 8) {
    add('warning', 'reference-high-stratum', [
      `${answer.address} is at stratum ${header.stratum}`,
      'so many steps from a clock are rare; administrators set such a stratum to mark a fallback that follows nobody',
      'ask its operator what it follows, or name another reference',
    ])
  }
  if (header.li === 1 || header.li === 2) {
    add('hint', 'reference-leap', [
      `${answer.address} announces that a leap second will be ${header.li === 1 ? 'inserted' : 'deleted'}`,
      'clocks that are not told of it will be off by a second after the month ends',
      'hold that against the bulletin of the IERS; the audit measures through it',
    ])
  }
  const ownWord =
    (BigInt(header.rootDelay) * 1_000_000_000n) / 131_072n + (BigInt(header.rootDispersion) * 1_000_000_000n) / 65_536n
  if (ownWord > 1_000_000_000n) {
    add('warning', 'reference-vague', [
      `${answer.address} itself only claims to be right within ${spanText(ownWord)}`,
      'no bound can be narrower than what the server says of itself; Windows servers claim several seconds',
      'name a better reference for a tight tolerance',
    ])
  }
  const smear = smearing.find(([is]) => is(header, answer.address, reference.host))?.[1]
  if (smear !== undefined && reference.smear !== smear) {
    add('warning', 'reference-smears', [
      `${answer.address} is known to smear leap seconds ("${smear}") and is not declared so`,
      'on the day of a leap second it is up to a second off UTC, and contradicts every other reference',
      `declare "smear": "${smear}", and use only references of one kind`,
    ])
  }
  return findings
}

function failed(subject: string, answer: Answer, reading: FailedReading, served: boolean): Finding {
  const { code, message } = reading.error
  const told = (found: string, text: readonly [string, string, string]) => {
    // Where another address of the name serves, this one only costs a try; without IPv6 half of all names are so.
    const idle = served ? (code === 'ERR_UNREACHABLE' ? 'hint' : 'warning') : 'problem'
    return finding(idle, found, subject, text)
  }
  const at = where(answer)
  switch (code) {
    case 'ERR_TIMEOUT':
      if (reading.ignored > 0) {
        return told('reference-wrong-answer', [
          `${at}: ${reading.ignored} packets came, none of them an answer to our question (mode 4, with our number as origin)`,
          'a server answers a client (mode 3) in mode 4; what came is from a peer, a broadcaster, a broken server or a forger',
          'check that this is an NTP server that serves clients; look at the packets ("tcpdump -v udp port 123")',
        ])
      }
      return told('reference-silent', [
        `${at} does not answer`,
        'it is switched off, a firewall drops UDP on the way, or an access list ignores this computer: silence looks the same in all three cases',
        `does another computer of this network get an answer? then ask for this one to be let in; does none: is the address right, is UDP port ${reading.port} open both ways`,
      ])
    case 'ERR_PORT_CLOSED':
      return told('reference-port-closed', [
        `${at} is there, but nothing listens at UDP port ${reading.port}`,
        'it said so itself (ICMP port unreachable): its time service is not started, or this is no time server',
        'start the NTP server there, or check address and port',
      ])
    case 'ERR_UNREACHABLE':
      return told('reference-unreachable', [
        `${at} cannot be reached`,
        message,
        isPrivate(answer.address)
          ? 'check that the computer is switched on and in this network'
          : "check this computer's network and gateway; for an IPv6 address, its IPv6",
      ])
    case 'ERR_KISS_DENY':
    case 'ERR_KISS_RSTR':
      return told('reference-access-list', [
        `${at} refuses this computer (${code.slice(-4)})`,
        'an access list of the server does not let this address in; a client must not ask again (RFC 5905 section 7.4)',
        'ask its operator to admit this address, or name another reference',
      ])
    case 'ERR_KISS_RATE':
      return told('reference-rate', [
        `${at} finds that this address asks too often (RATE)`,
        'it may be us, the time service, or others behind the same address; who goes on is shut out',
        'raise "interval", and have one server of your own ask for all',
      ])
    case 'ERR_KISS_OTHER':
      return told('reference-kiss', [
        `${at}: ${message}`,
        'a server in this state gives no time',
        'wait, or name another reference',
      ])
    case 'ERR_TEST_FAILED':
      return told(...refused(at, message, reading.header))
    case 'ERR_CLOCK_CHANGED':
      return told('clock-moving', [
        `${at}: the clock was set during both exchanges`,
        'somebody sets this clock again and again: two time services, or a host and a guest',
        'see which services run here, and leave one of them',
      ])
    default:
      return told('reference-socket', [
        `${at}: ${message}`,
        'the packet did not leave this computer',
        'see what the message says',
      ])
  }
}

function refused(at: string, message: string, header: NtpHeader | null): [string, readonly [string, string, string]] {
  if (header && (header.stratum === 16 || header.stratum === 0 || header.li === 3)) {
    return [
      'reference-unsynchronised',
      [
        `${at} answers, but says that it is not synchronised (stratum ${header.stratum}, leap indicator ${header.li})`,
        'it has no time itself: after its start that takes minutes, later it means that its own sources are gone',
        'wait a quarter of an hour; then look at that server ("chronyc sources", "ntpq -p", "w32tm /query /status"), or name another',
      ],
    ]
  }
  return [
    'reference-refused',
    [`${at} answers, and its answer is refused`, message, 'see to that server, or name another reference'],
  ]
}

/** What only shows when all are looked at. */
function together(probes: readonly Probe[]): Finding[] {
  const findings: Finding[] = []
  const all = probes.flatMap(({ answers }) => answers)
  const silent = all.length > 0 && all.every(({ reading }) => !reading.ok && reading.error.code === 'ERR_TIMEOUT')
  if (silent && all.some(({ address }) => !isPrivate(address))) {
    findings.push(
      finding('problem', 'udp-blocked', 'network', [
        'no reference answers at all',
        'that all are down at once is unlikely: UDP port 123 is blocked in this computer, this network or by the provider',
        'allow UDP to port 123 outwards and the answers back, in the firewall of this computer and of the network',
      ]),
    )
  }
  for (const [index, probe] of probes.entries()) {
    for (const other of probes.slice(index + 1)) {
      const shared = probe.addresses.filter((address) => other.addresses.includes(address))
      if (shared.length > 0 && probe.reference.port === other.reference.port) {
        findings.push(
          finding('warning', 'reference-duplicate', subjectOf(other), [
            `has the address ${shared.join(', ')} in common with ${subjectOf(probe)}`,
            'two names of one server are one reference: they agree whatever it says',
            'name servers of different operators',
          ]),
        )
      } else if (sameSource(probe, other)) {
        findings.push(
          finding('hint', 'reference-same-source', subjectOf(other), [
            `follows the same source as ${subjectOf(probe)}`,
            'when that source is wrong both are, and they outvote a third that is right',
            'name servers that do not depend on one another',
          ]),
        )
      }
    }
  }
  if (probes.length > 0 && probes.length < 3) {
    const one = probes.length === 1
    findings.push(
      finding('hint', one ? 'reference-single' : 'reference-pair', 'configuration', [
        one ? 'there is one reference' : 'there are two references',
        one
          ? 'what it says is believed: nothing shows when it is wrong'
          : 'when they contradict one another nobody can tell which is wrong, and nothing is proven meanwhile',
        'name three, of different operators: then one may fail or lie',
      ]),
    )
  }
  return findings
}

function sameSource(a: Probe, b: Probe): boolean {
  const ids = (probe: Probe) =>
    goodReadings(probe).flatMap(({ header }) => (header.stratum > 1 ? [header.referenceId] : []))
  return ids(a).some((id) => ids(b).includes(id))
}
