/**
 * Everything that is wrong with a configuration at once. The parser stops at the first mistake; here that option is taken out and
 * the rest parsed again, until nothing is wrong or nothing can be taken out.
 * @module
 */
import { OptionRangeError, OptionTypeError } from '../errors.js'
import { isPlainObject } from './fields.js'
import { type ParseOptions, parseConfiguration } from './parse.js'
import { JsonSyntaxError, type Place, placeOfOption, scanJson } from './places.js'
import type { Configuration } from './types.js'

export interface Problem extends Place {
  /** Path of the option; `''`: the file as a whole. */
  readonly option: string
  readonly message: string
}

export interface Examined {
  /** In the order of the text. */
  readonly problems: readonly Problem[]
  /** `null` where there are problems. */
  readonly configuration: Configuration | null
}

/** More mistakes than this are not told at once. */
const most = 100

/** Stands in for an option that is required and was taken out because it is wrong. */
const standIns: Readonly<Record<string, unknown>> = { references: ['127.0.0.1'], trail: 'audit-trail' }

/**
 * @param text the whole file
 * @param further checks that the caller has for a configuration that parses; each throws an option error
 */
export function examine(
  text: string,
  options: ParseOptions,
  further: readonly ((configuration: Configuration) => void)[] = [],
): Examined {
  const whole = text.replace(/^\ufeff/, '')
  let scanned: ReturnType<typeof scanJson>
  try {
    scanned = scanJson(whole)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return {
      problems: [{ option: '', message: `must be JSON: ${error.message}`, ...error.place }],
      configuration: null,
    }
  }
  const { places, twice } = scanned
  const problems: Problem[] = twice.map(({ option, place }) => ({
    option,
    message: `"${option}" stands twice; only the last of them would count`,
    ...place,
  }))
  const input = new Pruned(JSON.parse(whole))
  const tell = (error: unknown): string | null => {
    if (!(error instanceof OptionTypeError || error instanceof OptionRangeError)) throw error
    const option = input.original(error.option === 'configuration' ? '' : error.option)
    if (!problems.some((one) => one.option === option)) {
      const message = error.message.replace(`"${error.option}"`, `"${option || 'configuration'}"`)
      problems.push({ option, message, ...placeOfOption(places, option) })
    }
    return error.option
  }
  const { source: _, ...unnamed } = options
  for (let round = 0; round < most; round++) {
    try {
      const parsed = parseConfiguration(input.value, unnamed)
      for (const check of further) {
        try {
          check(parsed)
        } catch (error) {
          tell(error)
        }
      }
      problems.sort((a, b) => a.line - b.line || a.column - b.column)
      if (problems.length > 0) return { problems, configuration: null }
      return { problems, configuration: parseConfiguration(JSON.parse(whole), options) }
    } catch (error) {
      const wrong = tell(error)
      if (wrong === null || !input.remove(wrong)) break
    }
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column)
  return { problems, configuration: null }
}

/** A JSON value out of which options are taken one by one; knows where the elements of its lists stood at first. */
class Pruned {
  readonly value: unknown
  /** By the list's path, the first index of each element that is left. */
  readonly #left = new Map<string, number[]>()
  readonly #removed = new Set<string>()

  constructor(value: unknown) {
    this.value = value
  }

  /** The path that an option had in the text. */
  original(path: string): string {
    let [now, then] = ['', '']
    for (const step of steps(path)) {
      const list = this.#left.get(now)
      const index = /^\[(\d+)\]$/.exec(step)?.[1]
      then += index === undefined || !list ? step : `[${list[Number(index)] ?? index}]`
      now += step
    }
    return then
  }

  /**
   * Takes an option out; where it is not there, or was taken out before, what is around it.
   * @returns whether anything could be taken out
   */
  remove(path: string): boolean {
    if (!isPlainObject(this.value)) return false
    const way = steps(path)
    for (; way.length > 0; way.pop()) {
      const here = way.join('')
      const parent = way.slice(0, -1).reduce<unknown>((at, step) => child(at, nameOf(step)), this.value)
      const last = nameOf(way.at(-1) ?? '')
      const had = child(parent, last) !== undefined
      if (way.length === 1 && Object.hasOwn(standIns, here)) {
        if (this.#removed.has(here)) return false
        this.#removed.add(here)
        this.value[here] = standIns[here]
        return true
      }
      if (!had) continue
      if (Array.isArray(parent)) {
        const list = way.slice(0, -1).join('')
        const left = this.#left.get(list) ?? parent.map((_, index) => index)
        left.splice(Number(last), 1)
        parent.splice(Number(last), 1)
        this.#left.set(list, left)
      } else if (isPlainObject(parent)) delete parent[last]
      return true
    }
    return false
  }
}

/** `a.b[1].c` as `a`, `.b`, `[1]`, `.c`. */
function steps(path: string): string[] {
  return path.match(/^[^.[]+|\.[^.[]+|\[\d+\]/g) ?? []
}

function nameOf(step: string): string {
  return step.replace(/^\.|^\[|\]$/g, '')
}

function child(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value[Number(name)]
  return isPlainObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}
