/** By lower-case names. */
export type Headers = Readonly<Record<string, string>>

interface ReadHeaders {
  readonly headers: Headers
  /** The host that HTTP/2 says in a header of its own. */
  readonly authority?: string
}

const none: ReadHeaders = { headers: {} }

/**
 * Headers as an object of texts or lists, or as a list of `{name, value}`; undefined where they are neither. What
 * comes several times is joined.
 */
export function readHeaders(given: unknown): ReadHeaders | undefined {
  if (given === undefined || given === null) return none
  if (typeof given !== 'object') return undefined
  if (Array.isArray(given)) return fromList(given)
  // Most are written as they are kept.
  for (const name in given) {
    if (typeof (given as never)[name] !== 'string' || name.toLowerCase() !== name || name.startsWith(':'))
      return fromEntries(Object.entries(given))
  }
  return { headers: given as Headers }
}

function fromList(list: readonly unknown[]): ReadHeaders | undefined {
  const headers: Record<string, string> = {}
  let authority: string | undefined
  for (const each of list) {
    if (typeof each !== 'object' || each === null) return undefined
    const { name, value } = each as { name?: unknown; value?: unknown }
    if (typeof name !== 'string') return undefined
    if (name.startsWith(':')) {
      if (name === ':authority') authority = String(value)
    } else add(headers, name.toLowerCase(), value)
  }
  return { headers, ...(authority !== undefined && { authority }) }
}

function fromEntries(entries: readonly (readonly [string, unknown])[]): ReadHeaders | undefined {
  return fromList(
    entries.flatMap(([name, value]) =>
      Array.isArray(value) ? value.map(each => ({ name, value: each })) : [{ name, value }],
    ),
  )
}

function add(headers: Record<string, string>, name: string, value: unknown): void {
  const text = typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
  headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${text}` : text
}

/** An address with the host in it, where a header names one. */
export function withHost(url: string, { headers, authority }: ReadHeaders): string {
  if (!url.startsWith('/')) return url
  const host = authority ?? headers.host
  return host === undefined || host === '' ? url : `http://${host}${url}`
}
