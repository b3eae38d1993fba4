/**
 * NTPsec's ntpviz from an unpacked package, with the gnuplot and the fonts beside it. Nothing of NTPsec's daemon is needed or run.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Metered, metered } from './metered.js'

const repository = join(import.meta.dirname, '../../..')

/**
 * Answers for the names of addresses, which ntpviz asks the network for, and for the place of its library; then runs the program as
 * it is, and tells how many lines of loopstats and peerstats it drew.
 */
const launcher = `
import ctypes.util, runpy, socket, sys
library = sys.argv[1]
def nameless(address):
    raise socket.herror(1, 'Unknown host')
socket.gethostbyaddr = nameless
socket.gethostbyname = lambda name: name
socket.getfqdn = lambda name='bench': name
ctypes.util.find_library = lambda name: library
sys.argv = sys.argv[2:]
drawn = runpy.run_path(sys.argv[0], run_name='__main__')['statlist'][0]
print(len(drawn.loopstats), len(drawn.peerstats))
`

export interface Drawn extends Metered {
  /** Lines of loopstats and of peerstats that it drew. */
  readonly samples: number
  readonly readings: number
  /** Names of the plots. */
  readonly plots: readonly string[]
}

export class Ntpviz {
  readonly #root: string
  readonly #python: string
  readonly #library: string
  readonly #env: NodeJS.ProcessEnv
  /** Versions of ntpviz, Python and gnuplot. */
  readonly versions: string

  /**
   * @param root a folder with `usr/bin/ntpviz`; `/` where it is installed
   * @param folder for what is needed beside it
   * @throws {Error} where it does not run
   */
  constructor(root: string, folder: string) {
    this.#root = root
    const libraries = [...triplets(join(root, 'usr/lib')), ...triplets(join(root, 'lib'))]
    const library = libraries.map((path) => join(path, 'ntp/libntpc.so')).find((path) => existsSync(path))
    if (!existsSync(this.#program) || !library) throw new Error(`${root} holds no ntpviz with its library`)
    this.#library = library

    // ntpviz asks for "gnuplot"; Debian makes that name when it installs.
    const bin = join(folder, 'bin')
    mkdirSync(bin, { recursive: true })
    const gnuplot = ['gnuplot', 'gnuplot-nox']
      .map((name) => join(root, 'usr/bin', name))
      .find((path) => existsSync(path))
    if (gnuplot) symlinkSync(gnuplot, join(bin, 'gnuplot'))
    const fonts = join(root, 'usr/share/fonts/truetype/liberation')
    this.#env = {
      ...process.env,
      PATH: [bin, process.env.PATH].join(delimiter),
      LD_LIBRARY_PATH: libraries.join(delimiter),
      PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
      PYTHONDONTWRITEBYTECODE: '1',
      ...(existsSync(fonts) ? { GDFONTPATH: fonts } : {}),
    }
    // The system's own Python, which is the one that the package would use, and is built to be fast.
    const pythons = [join(root, 'usr/bin/python3'), '/usr/bin/python3', 'python3']
    this.#python = pythons.find((path) => this.#says(path, ['--version']) !== null) ?? 'python3'
    const says = [
      this.#says(this.#python, [...this.#launch, '--version'], /ntpviz .*/),
      this.#says(this.#python, ['--version']),
      this.#says('gnuplot', ['--version']),
    ]
    if (says.includes(null)) throw new Error(`ntpviz in ${root}, its Python or its gnuplot does not run`)
    this.versions = says.join(', ')
  }

  /**
   * Finds it in `$NTPVIZ`, or fetches it with `.ci/fetch-ntpviz`.
   * @throws {Error} where it cannot be had
   */
  static find(folder: string): Ntpviz {
    if (process.env.NTPVIZ) return new Ntpviz(process.env.NTPVIZ, folder)
    const fetched = spawnSync('bash', [join(repository, '.ci/fetch-ntpviz')], { encoding: 'utf8' })
    if (fetched.status !== 0) throw new Error(`ntpviz cannot be had: ${fetched.stderr || fetched.error}`)
    return new Ntpviz(join(process.env.NTP_AUDITOR_TOOLS ?? join(repository, '.cache/tools'), 'ntpviz'), folder)
  }

  /** Draws all that the files in a folder hold between two instants (seconds since 1970) into another folder. */
  draw(stats: string, out: string, { from, to }: { readonly from: number; readonly to: number }): Drawn {
    const period = ['-s', `${from}`, '-e', `${to}`, '-p', `${(to - from) / 86_400}`]
    const command = [this.#python, ...this.#launch, '-d', stats, '-o', out, '-n', 'bench', ...period]
    const result = metered(command, this.#env)
    const [samples = Number.NaN, readings = Number.NaN] = (result.stdout.trim().split('\n').at(-1) ?? '')
      .split(' ')
      .map(Number)
    const images = readdirSync(out).filter((name) => name.endsWith('.png') && name !== 'ntpsec-logo.png')
    const empty = images.filter((name) => statSync(join(out, name)).size < 1_000)
    if (empty.length > 0) throw new Error(`ntpviz drew nothing into ${empty.join(', ')}: ${result.stderr}`)
    return { ...result, samples, readings, plots: images.map((name) => name.slice(0, -'.png'.length)).sort() }
  }

  get #program(): string {
    return join(this.#root, 'usr/bin/ntpviz')
  }

  get #launch(): readonly string[] {
    return ['-c', launcher, this.#library, this.#program]
  }

  /** What a program says of itself; `null` where it does not run. */
  #says(program: string, args: readonly string[], part = /.*/): string | null {
    const { status, stdout } = spawnSync(program, args, { env: this.#env, encoding: 'utf8' })
    return status === 0 ? (part.exec(stdout.trim())?.[0] ?? null) : null
  }
}

/** Folders of libraries, such as `x86_64-linux-gnu`. */
function triplets(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => /-linux-gnu\w*$/.test(name))
    .map((name) => join(folder, name))
}
