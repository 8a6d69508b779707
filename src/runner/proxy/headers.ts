// Headers on their way through a proxy: as they came, but for those that are about one connection alone.

/** Flat, as Node has them: a name, its value, the next name. Case, order and repetitions are those of the sender. */
export type RawHeaders = readonly string[]

/** The header of answers that says what was found. */
export const findingsHeader = 'x-paydouble-findings'

/** They are about a connection, and each side of a proxy has its own. Framing stays: both sides have the same. */
const hopByHop = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade'])
/** A sender that names them in `Connection` cannot have meant it. */
const neverDropped = new Set(['host', 'content-length', 'transfer-encoding', 'trailer'])

/**
 * What goes on to the other side.
 *
 * @param host the `Host` that it gets, in place of the proxy's own
 */
export function passOn(raw: RawHeaders, host?: string): string[] {
  const dropped = droppedOf(raw)
  const isChunked = has(raw, 'transfer-encoding')
  const passed: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? ''
    const lower = name.toLowerCase()
    // What announces trailers makes no sense without them, and Node refuses to write it.
    if (dropped.has(lower) || (lower === 'trailer' && !isChunked)) continue
    passed.push(name, lower === 'host' && host !== undefined ? host : (raw[i + 1] ?? ''))
  }
  if (host !== undefined && !has(passed, 'host')) passed.unshift('Host', host)
  return passed
}

function droppedOf(raw: RawHeaders): ReadonlySet<string> {
  let dropped: Set<string> | undefined
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== 'connection') continue
    for (const each of (raw[i + 1] ?? '').split(',')) {
      const name = each.trim().toLowerCase()
      if (name === '' || neverDropped.has(name) || hopByHop.has(name)) continue
      dropped ??= new Set(hopByHop)
      dropped.add(name)
    }
  }
  return dropped ?? hopByHop
}

/** Whether there is such a header. @param name in lower case */
export function has(raw: RawHeaders, name: string): boolean {
  for (let i = 0; i < raw.length; i += 2) if (raw[i]?.toLowerCase() === name) return true
  return false
}

/** Whether the sender frames a body: without these a request has none, and an answer ends with its connection. */
export function isFramed(raw: RawHeaders): boolean {
  return has(raw, 'content-length') || has(raw, 'transfer-encoding')
}

/** Without the headers of that name. @param name in lower case */
export function without(raw: RawHeaders, name: string): string[] {
  const kept: string[] = []
  for (let i = 0; i < raw.length; i += 2)
    if (raw[i]?.toLowerCase() !== name) kept.push(raw[i] ?? '', raw[i + 1] ?? '')
  return kept
}

/** As what is judged has them: lower-case names, repeated ones joined. */
export function toJoined(raw: RawHeaders): Record<string, string> {
  // Any name may come, such as `constructor`.
  const joined: Record<string, string> = Object.create(null)
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase()
    const value = raw[i + 1] ?? ''
    const before = joined[name]
    joined[name] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`
  }
  return joined
}

/** What an answer is told of its findings: how many, and of which kinds. Never what was in a message. */
export function toFindingsHeader(findings: readonly { readonly kind: string }[]): string {
  // A contract of a user may name kinds as it likes; not every name can be in a header.
  const kinds = [...new Set(findings.map(({ kind }) => kind.replace(/[^\w.-]/g, '_')))]
  return kinds.length === 0 ? '0' : `${findings.length}; ${kinds.join(' ')}`
}
