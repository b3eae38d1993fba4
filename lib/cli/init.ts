/**
 * `ntp-auditor init`: writes `ntp-auditor.json`, never over an existing one, and says what to do next.
 * @module
 */
import { accessSync, constants, existsSync, writeFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkText } from '../config/fields.js'
import { defaultFile, schemaFile } from '../config/file.js'
import { parseConfiguration } from '../config/parse.js'
import { parseReference } from '../config/references.js'
import type { Configuration } from '../config/types.js'
import { formatDuration, parseDuration } from '../config/units.js'
import { putDurably } from '../scribe/durable.js'
import { realFiles } from '../scribe/files.js'
import { UsageError } from './exit.js'
import { type KeyPlaces, keepRekeyed, keyPlaces, type MadeKeys, makeKeys } from './init-keys.js'
import type { Io } from './io.js'
import type { Parts } from './parts.js'
import { auditSettings, type CommonOptions } from './settings.js'
import { table } from './text.js'

export interface InitOptions extends CommonOptions {
  readonly yes?: boolean
  /** Folder of a trail that the new one takes the place of. */
  readonly succeed?: string
  /** Go on with a new key in an old trail, and why. */
  readonly rekey?: boolean
  readonly why?: string
  readonly reference?: readonly string[]
  readonly interval?: string
  readonly tolerance?: string
}

/** Public servers to choose from, and whose they are. None is used unless it is chosen. */
const suggestions: readonly (readonly [host: string, operator: string])[] = [
  ['ptbtime1.ptb.de', 'PTB, national metrology institute of Germany, UTC(PTB)'],
  ['time.nist.gov', 'NIST, national metrology institute of the USA, UTC(NIST)'],
  ['ntp.nict.jp', 'NICT, national metrology institute of Japan, UTC(NICT)'],
  ['time.cloudflare.com', 'Cloudflare, a company; near you in most places'],
]

/** Bytes of records, measured on trails of real samples: what a sample has beside its readings, one reading, a heartbeat, a close. */
export const recordBytes = { sample: 950, reading: 850, heartbeat: 500, close: 720 } as const
/** A checkpoint, on disks that give a file at least so much. */
const sealBytes = 4096

/** What a year of audit writes, in bytes: scheduled samples, heartbeats where samples are further apart than these, and seals. */
export function bytesPerYear(configuration: Configuration): number {
  const { intervalNs, heartbeatNs, references } = configuration
  const samples = Number((365n * 86_400_000_000_000n) / intervalNs)
  const heartbeats = Number((intervalNs - 1n) / heartbeatNs)
  const sample = recordBytes.sample + references.length * recordBytes.reading
  const epochs = Number((365n * 86_400_000_000_000n) / configuration.epochNs)
  return samples * (sample + heartbeats * recordBytes.heartbeat) + epochs * (recordBytes.close + sealBytes)
}

export async function init(options: InitOptions, io: Io, parts: Parts): Promise<number> {
  if (options.rekey) return rekey(options, io, parts)
  const path = resolve(io.cwd, options.config ?? defaultFile)
  const asked = io.ask !== null && !options.yes ? await interview(options, io, io.ask) : options
  if (asked.reference === undefined || asked.reference.length === 0) {
    throw new UsageError(
      `which servers? Give one to three --reference HOST. There is no default; public ones are:\n${suggestionText()}`,
    )
  }
  const folder = dirname(path)
  const content = {
    references: [...asked.reference],
    trail: below(resolve(io.cwd, asked.trail ?? 'audit-trail'), folder),
    interval: asked.interval ?? '64s',
    tolerance: asked.tolerance ?? '1s',
  }
  parseDuration(content.interval, '--interval')
  parseDuration(content.tolerance, '--tolerance')
  const places = keyPlaces(path, resolve(io.cwd, asked.trail ?? 'audit-trail'))
  const named = { ...content, ...(places.keys === join(folder, 'keys') ? {} : { keys: below(places.keys, folder) }) }
  const whole = { $schema: schemaFor(folder), ...named, genesis: below(places.genesis, folder) }
  const configuration = parseConfiguration(whole, { base: folder, source: basename(path) })
  refuseExisting(path)
  const succeed = options.succeed === undefined ? undefined : resolve(io.cwd, options.succeed)
  const made = makeKeys(configuration, places, { nowNs: io.nowNs(), succeed })
  if (!existsSync(places.page)) putDurably(realFiles, places.page, await parts.enrolmentPage(made.sheet))
  writeNew(path, `${JSON.stringify(whole, null, 2)}\n`)
  const megabytes = Math.ceil(bytesPerYear(configuration) / 1e6)
  for (const note of configuration.notes) await io.stderr.write(`note: ${note}\n`)
  if (options.json) {
    const { trail, keys, genesis, notes } = configuration
    const { vkey, fingerprint } = made.sheet
    const kept = { keys, genesis, sheet: places.sheet, page: places.page, vkey, fingerprint, succeeds: made.succeeds }
    const result = { config: path, trail, ...kept, megabytesPerYear: megabytes, notes }
    await io.stdout.write(`${JSON.stringify(result)}\n`)
    return 0
  }
  const option = path === resolve(io.cwd, defaultFile) ? '' : ` --config ${path}`
  await io.stdout.write(
    [
      `wrote ${path}`,
      `The trail will be ${configuration.trail} and grow by about ${megabytes} MB a year`,
      `(a sample of ${count(configuration.references.length)} every ${formatDuration(configuration.intervalNs)}).`,
      '',
      ...keyText(made, configuration.keys, places),
      '',
      'Next:',
      `  ntp-auditor sample${option}    what the references say now; writes nothing`,
      `  ntp-auditor run${option}       audits until it is stopped; let a service manager start it`,
      `  ntp-auditor report${option}    PDF and CSV of yesterday`,
      '',
    ].join('\n'),
  )
  return 0
}

function keyText({ sheet, kept, succeeds }: MadeKeys, keys: string, places: KeyPlaces): string[] {
  const lines = [
    kept ? `The keys in ${keys} are kept.` : `The genesis key was made in ${keys}: never copy or back up that folder.`,
    `  public half  ${places.genesis}`,
    `  fingerprint  ${sheet.fingerprint}`,
    `Print ${places.page} (or ${places.sheet}), have it signed, and keep both away from this computer: a verifier begins with them.`,
  ]
  if (!succeeds) return lines
  return [...lines, `The first record will cite the last seal of ${succeeds.origin}, over ${succeeds.size} records.`]
}

/** Begins a new chain of keys in the configured trail. */
async function rekey(options: InitOptions, io: Io, parts: Parts): Promise<number> {
  if (options.succeed !== undefined) throw new UsageError('--rekey and --succeed exclude one another')
  const why = options.why?.trim() ?? ''
  if (why === '' || why.length > 1000) {
    throw new UsageError(
      'why is a new key needed? Give --why TEXT (up to 1000 characters): it stands in the trail for ever',
    )
  }
  const configuration = auditSettings(options, 'trail', io)
  if ((await parts.lastSeq(configuration.trail)) === 0) {
    throw new UsageError(`the trail ${configuration.trail} holds no records; "init" makes the first key of a trail`)
  }
  const { epoch, oldKey, vkey, fingerprint, seq } = await parts.rekey(configuration, why)
  const path = keepRekeyed(configuration.genesis ?? configuration.keys, epoch, vkey)
  if (options.json) {
    await io.stdout.write(`${JSON.stringify({ seq, epoch, oldKey, vkey, fingerprint, file: path })}\n`)
    return 0
  }
  await io.stdout.write(
    [
      `record ${seq}: from epoch ${epoch} on another chain of keys seals the trail ${configuration.trail}`,
      `  public half  ${path}`,
      `  fingerprint  ${fingerprint}`,
      'Whoever verifies the trail needs this key besides the genesis key. Print it, have it signed, and keep it away from this computer.',
      '',
    ].join('\n'),
  )
  return 0
}

const count = (references: number) => (references === 1 ? 'one reference' : `${references} references`)

function suggestionText(): string {
  const lines = table(['host', 'whose'], suggestions).split('\n').slice(1)
  return `${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}  Ask your provider for nearer ones, and keep to what the operators of public servers ask for.`
}

/** Asks for what was not given. */
async function interview(options: InitOptions, io: Io, ask: NonNullable<Io['ask']>): Promise<InitOptions> {
  let reference = options.reference ?? []
  if (reference.length === 0) {
    await io.stdout.write(
      `One to three NTP servers to compare with, separated by spaces. Some public ones:\n${suggestionText()}\n`,
    )
  }
  while (reference.length === 0) {
    const answer = (await ask('References', '')).split(/[\s,;]+/).filter((word) => word !== '')
    reference = await accept(io, () => {
      if (answer.length > 3) throw new UsageError('at most three')
      for (const word of answer) parseReference(word, word)
      return answer
    })
  }
  const question = async (
    text: string,
    given: string | undefined,
    fallback: string,
    check: (value: string) => unknown,
  ) => {
    let value = given
    while (value === undefined) {
      const answer = await ask(text, fallback)
      ;[value] = await accept(io, () => {
        check(answer)
        return [answer]
      })
    }
    return value
  }
  return {
    ...options,
    reference,
    trail: await question('Folder of the audit trail', options.trail, 'audit-trail', (value) =>
      checkText(value, 'trail'),
    ),
    interval: await question('Time between samples', options.interval, '64s', (value) =>
      parseDuration(value, 'interval'),
    ),
    tolerance: await question('Tolerance', options.tolerance, '1s', (value) => parseDuration(value, 'tolerance')),
  }
}

/** What `make` gives, or nothing after a mistake was told. */
async function accept(io: Io, make: () => string[]): Promise<string[]> {
  try {
    return make()
  } catch (error) {
    await io.stderr.write(`${(error as Error).message}\n`)
    return []
  }
}

/** A path as the file should name it: relative where it lies below the file's folder. */
function below(path: string, folder: string): string {
  const text = relative(folder, path).replaceAll('\\', '/')
  return text === '' || text.startsWith('..') || isAbsolute(text) ? path : `./${text}`
}

/** How editors find the schema: a path where this package lies below the file's folder, else an address. */
function schemaFor(folder: string): string {
  const text = below(schemaFile, folder)
  return text.startsWith('./') ? text : pathToFileURL(schemaFile).href
}

/** Nothing is made before it is clear that the file can be. */
function refuseExisting(path: string): void {
  accessSync(dirname(path), constants.W_OK)
  if (existsSync(path)) {
    throw new UsageError(`${path} exists already and is left as it is; edit it, or write another with --config FILE`)
  }
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new UsageError(`${path} exists already and is left as it is; edit it, or write another with --config FILE`)
  }
}
