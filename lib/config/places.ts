/**
 * Where in a JSON text each option stands, so that a problem can be told with line and column. Reads the text strictly by RFC 8259, as
 * `JSON.parse` does, and besides tells names that stand twice in one object, of which `JSON.parse` silently takes the last.
 * @module
 */

/** Both from 1; columns count UTF-16 code units, as editors do. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Where the name and the value of an option stand; elements of lists have no name. */
export interface OptionPlace {
  readonly name: Place | null
  readonly value: Place
}

export interface Scanned {
  /** By path, as messages write it: `references[1].host`; `''` is the whole. */
  readonly places: ReadonlyMap<string, OptionPlace>
  readonly twice: readonly { readonly option: string; readonly place: Place }[]
}

/** The text is no JSON; `place` is where that shows first. */
export class JsonSyntaxError extends Error {
  readonly place: Place

  constructor(message: string, place: Place) {
    super(message)
    this.place = place
  }
}

const depthLimit = 100
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /true|false|null/y
const space = /[ \t\r\n]*/y
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y

/** @throws {JsonSyntaxError} where the text is no JSON */
export function scanJson(text: string): Scanned {
  const places = new Map<string, OptionPlace>()
  const twice: { option: string; place: Place }[] = []
  let at = 0

  const placeOf = (offset: number): Place => {
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    return { line, column: offset - before.lastIndexOf('\n') }
  }
  const fail = (expected: string): never => {
    const found = at >= text.length ? 'the text ends' : `there is ${JSON.stringify([...text.slice(at, at + 20)][0])}`
    throw new JsonSyntaxError(`${expected} should stand here, but ${found}`, placeOf(at))
  }
  const match = (rule: RegExp): string | null => {
    rule.lastIndex = at
    const found = rule.exec(text)?.[0] ?? null
    if (found !== null) at += found.length
    return found
  }
  const skip = () => void match(space)
  const takes = (mark: string): boolean => {
    if (text[at] !== mark) return false
    at += 1
    skip()
    return true
  }

  const value = (path: string, name: Place | null, depth: number): void => {
    if (depth > depthLimit) fail('no deeper list or object')
    places.set(path, { name, value: placeOf(at) })
    if (takes('{')) object(path, depth)
    else if (takes('[')) list(path, depth)
    else if (match(string) === null && match(number) === null && match(word) === null) fail('a value')
    skip()
  }
  const object = (path: string, depth: number): void => {
    const names = new Set<string>()
    if (takes('}')) return
    do {
      const place = placeOf(at)
      const quoted = match(string) ?? fail('a name in double quotes')
      skip()
      const name = JSON.parse(quoted) as string
      const option = path === '' ? name : `${path}.${name}`
      if (names.has(name)) twice.push({ option, place })
      names.add(name)
      if (!takes(':')) fail('":"')
      value(option, place, depth + 1)
    } while (takes(','))
    if (!takes('}')) fail('"," or "}"')
  }
  const list = (path: string, depth: number): void => {
    if (takes(']')) return
    let index = 0
    do value(`${path}[${index++}]`, null, depth + 1)
    while (takes(','))
    if (!takes(']')) fail('"," or "]"')
  }

  skip()
  value('', null, 0)
  if (at < text.length) fail('nothing more')
  return { places, twice }
}

/** The place of an option; of one that is absent, that of the nearest thing around it. */
export function placeOfOption(places: Scanned['places'], option: string): Place {
  for (let path = option; ; path = path.replace(/(?:^|\.)[^.[\]]*$|\[\d+\]$/, '')) {
    const found = places.get(path)
    if (found) return path === option ? (found.name ?? found.value) : found.value
    if (path === '' || path.replace(/(?:^|\.)[^.[\]]*$|\[\d+\]$/, '') === path) {
      return places.get('')?.value ?? { line: 1, column: 1 }
    }
  }
}
