// Which facts of a contract a message shows.
import { type Contract, type Fact, toPointer } from '../../contract/index.ts'
import type { Judgement } from '../check.ts'
import { parseJson } from '../text.ts'

/** The facts about the fields of a message, also in the JSON of its texts. */
export function addFields(
  shown: Set<string>,
  {
    values,
    path,
    known,
    wrong,
  }: {
    readonly values: unknown
    readonly path: string
    readonly known: ReadonlyMap<string, Fact>
    readonly wrong: ReadonlySet<string>
  },
): void {
  const walk = (value: unknown, at: string, pointer: string): void => {
    if (Array.isArray(value)) for (const [i, item] of value.entries()) walk(item, at, `${pointer}/${i}`)
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        const [field, place] = [`${at}.${name}`, `${pointer}${toPointer([name])}`]
        if (!wrong.has(place)) shown.add(field)
        walk(inner, field, place)
      }
    } else if (typeof value === 'string' && value.startsWith('{') && !wrong.has(pointer)) {
      // JSON in a text is looked into where the contract does so.
      const isTold = [...known.keys()].some(fact => fact.startsWith(`${at}.`))
      if (isTold) walk(parseJson(value).value, at, pointer)
    }
  }
  walk(values, path, '')
}

/** The rows of the error table that an answer shows: of several with its code, that whose text it has. */
export function rowsOf({ errors }: Contract, { rows = [], answer = {} }: Judgement): readonly string[] {
  if (rows.length <= 1) return rows
  const texts = Object.values(answer).filter(value => typeof value === 'string')
  return rows.filter(row => texts.some(text => text.includes(errors[row]?.message ?? '\0')))
}

/** The security schemes that a request has kept to. */
export function securityOf({ security }: Contract, headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(security)
    .filter(([, scheme]) =>
      scheme.type === 'bearer'
        ? /^Bearer /i.test(headers.authorization ?? '')
        : scheme.header.toLowerCase() in headers,
    )
    .map(([name]) => name)
}

/** The headers with a meaning that an answer has. */
export function headersOf({ responseHeaders }: Contract, headers: Readonly<Record<string, string>>): string[] {
  return Object.keys(responseHeaders?.shape ?? {}).filter(name => name.toLowerCase() in headers)
}

export function serverOf({ servers }: Contract, url: string): string | undefined {
  const host = URL.parse(url)?.host
  return servers.find(server => !server.placeholder && new URL(server.url).host === host)?.url
}

