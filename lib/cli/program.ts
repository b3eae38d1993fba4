/**
 * The commands, their options and their help. Loads a command's code when it is asked for.
 * @module
 */
import { Command, Option } from 'commander'
import { version } from '../version.js'
import { tellFailure } from './exit.js'
import type { Io } from './io.js'
import type { Parts } from './parts.js'

type Values = Record<string, never>

/**
 * Runs one command line.
 * @param args without node and script
 * @returns the exit code; failures were told on stderr
 */
export async function execute(args: readonly string[], io: Io, parts: Parts): Promise<number> {
  const written: Promise<void>[] = []
  let code = 0
  const program = build(
    io,
    parts,
    (text, to) => written.push(io[to].write(text)),
    (result) => {
      code = result
    },
  )
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    code = await tellFailure(error, io)
  }
  try {
    await Promise.all(written)
  } catch (error) {
    code = await tellFailure(error, io)
  }
  return code
}

function build(
  io: Io,
  parts: Parts,
  write: (text: string, to: 'stdout' | 'stderr') => void,
  finish: (code: number) => void,
): Command {
  const program = new Command('ntp-auditor')
    .description("Keeps an audit trail of this computer's clock, and proves from it what the clock did.")
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => write(text, 'stdout'), writeErr: (text) => write(text, 'stderr') })
    .showHelpAfterError('(--help tells the options)')
    .addHelpText('after', help)

  /** A command with the options that all have. */
  const command = (
    name: string,
    description: string,
    common: readonly ('config' | 'trail' | 'json')[] = ['config', 'trail', 'json'],
  ) => {
    const [parent, leaf] = name.includes(' ')
      ? [group(name.split(' ')[0] ?? ''), name.split(' ')[1] ?? '']
      : [program, name]
    const made = parent.command(leaf).description(description)
    if (common.includes('config'))
      made.option('--config <file>', 'configuration file (default: ntp-auditor.json where it exists)')
    if (common.includes('trail')) made.option('--trail <dir>', 'folder of the audit trail (default: as configured)')
    if (common.includes('json')) made.option('--json', 'print JSON')
    return made
  }
  const groups = new Map<string, Command>()
  const group = (name: string) => {
    const made = groups.get(name) ?? program.command(name).description(`commands on the ${name}`)
    groups.set(name, made)
    return made
  }
  const action =
    (run: (options: Values, words: readonly string[]) => Promise<number>) =>
    async (...given: unknown[]) => {
      const made = given.at(-1) as Command
      finish(await run(made.opts() as Values, made.args))
    }
  const several = (flags: string, description: string) =>
    new Option(flags, description).argParser((value: string, before: string[] | undefined) => [
      ...(before ?? []),
      value,
    ])
  const reference = () => several('--reference <host>', 'NTP server: host, host:port, [v6]:port; up to three times')
  const zone = 'zone of dates and of instants without an offset (default: that of the trail)'
  const index = 'where the index of the trail is kept (default: the cache folder of the user)'
  const tolerance = ['--tolerance <duration>', 'how far the clock may be off: 50ms, 1s'] as const

  command('init', 'write a configuration and make the keys of a trail; asks on a terminal')
    .option('--yes', 'do not ask')
    .option('--succeed <old>', 'folder of a trail that the new one takes the place of')
    .option('--rekey', 'go on with a new key in the configured trail, whose own is lost')
    .option('--why <text>', 'with --rekey: why, for the trail')
    .addOption(reference())
    .option('--interval <duration>', 'time between samples (default: 64s)')
    .option(...tolerance)
    .action(action(async (options) => (await import('./init.js')).init(options, io, parts)))

  command('sample', 'ask the references once, now; writes nothing without --record')
    .addOption(reference())
    .option(...tolerance)
    .option('--trust-local', 'count references on this computer like any other (test servers)')
    .option('--record', 'write the sample to the trail')
    .action(action(async (options) => (await import('./sample.js')).sample(options, io, parts)))

  command('run', 'audit until SIGTERM or SIGINT; prints "ready" when the audit stands')
    .addOption(reference())
    .option(...tolerance)
    .option('--trust-local', 'count references on this computer like any other (test servers)')
    .action(action(async (options) => (await import('./run.js')).run(options, io, parts)))

  command('show', 'print the trail as text; with --json its records as they stand')
    .option('--date <day>', 'only segments of this day: 2026-11-22')
    .option('--follow', 'wait for new records')
    .option('--changes', 'only clock changes, gaps, new verdicts and the like; no single samples')
    .option('--columns <count>', '80 or 132 (default: 132 on a terminal that wide)')
    .option(
      '--pages <lines>',
      'in pages of so many lines, with headings and form feeds; with --date a day sheet at the end',
    )
    .option('--ascii', 'plain 7-bit characters only; others are shown as \\u{e9}')
    .action(action(async (options) => (await import('./show.js')).show(options, io)))

  command(
    'report',
    'report a period as PDF, CSV, JSON (default: yesterday, PDF and CSV); several trails give a fleet',
    ['config', 'json'],
  )
    .addOption(
      several(
        '--trail <dir>',
        'folder of the audit trail, or of several (default: as configured); several times for several',
      ),
    )
    .option('--day <day>', '2026-11-21, today or yesterday')
    .option('--week <week>', 'ISO 8601 week, from Monday: 2026-W47')
    .option('--month <month>', '2026-11')
    .option('--quarter <quarter>', '2026-Q4')
    .option('--year <year>', '2026')
    .option('--from <instant>', 'start of the period')
    .option('--to <instant>', 'end of the period (default: now)')
    .option('--zone <zone>', zone)
    .option(...tolerance)
    .option('--profile <id>', 'the rule to report against; "profiles" lists them (default: custom)')
    .option('--warning <duration>', 'a threshold below the tolerance: how long the bound lay beyond it is told')
    .option('--format <list>', 'pdf, csv, json, separated by commas (default: pdf,csv)')
    .option('--csv <form>', 'evidence: exact values; spreadsheet: safe to open in one (default: evidence)')
    .option('--paper <size>', 'a4 or letter (default: a4)')
    .option('--out <dir>', 'folder for the files (default: this one; with --json none are written)')
    .addOption(
      several(
        '--key <file>',
        'verifier key, such as genesis.vkey (default: the genesis of the configuration); several times',
      ),
    )
    .option(
      '--verify <what>',
      'changed (default): do not read again what was verified earlier and has not changed; all',
    )
    .option('--print', 'print the PDF by "print.command" of the configuration; its trail tells of it')
    .option('--check <file>', 'hold a report (PDF or JSON) against the trail instead of making one')
    .option('--index <path>', index)
    .action(action(async (options) => (await import('./report.js')).report(options, io, parts)))

  command('print', 'print files by "print.command" of the configuration, and write into its trail how that went')
    .argument('<file...>', 'the files, such as a report that a printer missed')
    .action(action(async (options, words) => (await import('./print.js')).print(words, options, io, parts)))

  command('profiles', 'list the rules that a report can answer to, also those of the configuration').action(
    action(async (options) => (await import('./profiles.js')).profiles(options, io)),
  )

  command('prove', 'say what is provable of the clock at one instant')
    .option('--at <instant>', 'what the audited clock showed: 2026-11-21T08:00:00Z')
    .option('--true', '--at is UTC instead')
    .option(...tolerance)
    .option('--bundle <file>', 'also write the answer with all that proves it, to be checked elsewhere with verify')
    .option('--anchor <file>', 'begin the keys of the bundle at this checkpoint, which its verifier has')
    .option('--zone <zone>', zone)
    .option('--index <path>', index)
    .option('--pdf <file>', 'write a certificate of one page')
    .option('--paper <size>', 'a4 or letter (default: a4)')
    .action(action(async (options) => (await import('./prove.js')).prove(options, io, parts)))

  command('verify', 'check the trail without the index, or a bundle without its trail')
    .argument('[trail]', 'folder of the trail, or a bundle (FILE.json)')
    .addOption(
      several(
        '--key <file>',
        'verifier key that you trust (default: genesis of the configuration); several times after a rekey',
      ),
    )
    .addOption(
      several(
        '--anchor <file>',
        'checkpoint that somebody kept: a file, or the text of a printed sheet; several times',
      ),
    )
    .addOption(
      several(
        '--tsa-certificates <file>',
        'certificates (PEM) that time-stamping services are held against (default: as configured)',
      ),
    )
    .option('--until <instant>', 'say whether the trail reaches this instant')
    .option('--zone <zone>', zone)
    .action(action(async (options, words) => (await import('./verify.js')).verify(words, options, io)))

  command('note', 'add a remark on a record to the trail, also while an auditor holds it')
    .argument('<seq>', 'the record')
    .argument('<text...>', 'the remark')
    .option('--by <name>', 'who says so (default: the user)')
    .action(action(async (options, words) => (await import('./note.js')).note(words, options, io, parts)))

  command('alerts test', 'send a test message to each channel, or to one, and say how it went')
    .argument('[channel]', 'name of the channel')
    .action(action(async (options, words) => (await import('./alerts.js')).testAlerts(words, options, io, parts)))

  command('alerts silence', 'tell nobody of a condition for a while; the trail says so')
    .argument('<condition>', 'the condition, or all')
    .option('--for <duration>', 'how long (default: 1h)')
    .option('--by <name>', 'who says so (default: the user)')
    .action(action(async (options, words) => (await import('./alerts.js')).silenceAlerts(words, options, io, parts)))

  command('alerts list', 'tell which alerts are open, and which messages wait').action(
    action(async (options) => (await import('./alerts.js')).listAlerts(options, io, parts)),
  )

  command('anchor', 'seal the trail now and take the seal to those who keep it').action(
    action(async (options) => (await import('./anchor.js')).anchor(options, io, parts)),
  )

  command('nightly', 'the nightly job: sample, verify, report what is due, print, mail, anchor')
    .option('--if-due', 'do nothing where no report is due')
    .action(action(async (options) => (await import('./nightly.js')).nightly(options, io, parts)))

  command('config check', 'say everything that is wrong with the configuration, with line and column', [
    'config',
    'json',
  ]).action(action(async (options) => (await import('./config-check.js')).checkConfiguration(options, io)))

  command(
    'doctor',
    'say what is wrong with references, clock, time service and computer, and what to do; changes nothing',
  )
    .addOption(reference())
    .option(...tolerance)
    .option('--trust-local', 'count references on this computer like any other (test servers)')
    .action(action(async (options) => (await import('./doctor.js')).doctor(options, io, parts)))

  command('prune', 'take away the records of old days; what proves the rest stays')
    .option('--before <day>', 'of segments whose label day lies before this one: 2026-01-01')
    .option('--yes', 'do not ask')
    .action(action(async (options) => (await import('./prune.js')).prune(options, io, parts)))

  command('index rebuild', 'make the index of a trail anew')
    .option('--index <path>', index)
    .action(action(async (options) => (await import('./index-rebuild.js')).rebuildIndex(options, io, parts)))

  command('demo', 'simulate a day, audit and report it; touches no real clock', ['json'])
    .option('--out <dir>', 'folder for trail and report (default: ./demo)')
    .action(action(async (options) => (await import('./demo.js')).demo(options, io, parts)))

  return program
}

const help = `
Durations: 500ms, 64s, 5m, 1h, 7d. Instants: ISO 8601, now, today, yesterday.
Exit codes: 2 wrong usage or configuration, 4 the environment failed; others as the command says.
`
