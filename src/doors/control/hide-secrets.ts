// Masks secrets in whatever is shown. It goes through a text once, so that it takes no longer where somebody has sent a thousand of them.

/** Shorter ones are masked only where they stand alone: they may be a part of anything. */
const headLength = 6

/** How many of those are looked for. */
const mostShort = 100

/** Of how many lengths those may be that begin alike. They are of more only where somebody wants it. */
const mostLengths = 20

/** The same value, with each secret masked wherever it stands. */
export function hideSecrets<T>(value: T, secrets: readonly string[]): T {
  if (value === undefined) return value
  const text = JSON.stringify(value)
  const known = new Set(secrets)
  let hidden = replaceLong(text, known)
  const short = [...known].filter(({ length }) => length > 0 && length < headLength)
  for (const secret of short.slice(0, mostShort))
    hidden = hidden.replaceAll(JSON.stringify(secret), JSON.stringify(mask(secret)))
  return hidden === text ? value : (JSON.parse(hidden) as T)
}

/** The last four characters of a secret, as far as they give nothing away. */
export function mask(secret: string): string {
  return secret.length < 12 ? '…' : `…${secret.slice(-4)}`
}

/** Secrets as they are written, with what is shown instead, by their length. */
type Alike = Map<number, Map<string, string>>

function replaceLong(text: string, secrets: Iterable<string>): string {
  const byHead = new Map<string, Alike>()
  /** Whether any of them begins with two such characters: most places of a text are told from that. */
  const pairs = new Uint8Array(0x10000)
  for (const secret of secrets) {
    if (secret.length < headLength) continue
    const masked = JSON.stringify(mask(secret)).slice(1, -1)
    for (const written of spellingsOf(secret)) {
      const head = written.slice(0, headLength)
      const alike: Alike = byHead.get(head) ?? new Map()
      byHead.set(head, alike)
      const same = alike.get(written.length)
      if (same) same.set(written, masked)
      else if (alike.size < mostLengths) alike.set(written.length, new Map([[written, masked]]))
      pairs[pairAt(head, 0)] = 1
    }
  }
  // Of two that begin alike, the longer one holds the other.
  for (const [head, alike] of byHead) byHead.set(head, new Map([...alike].sort(([a], [b]) => b - a)))
  let shown = ''
  let done = 0
  for (let at = 0; at + headLength <= text.length; at++) {
    if (pairs[pairAt(text, at)] === 0) continue
    const alike = byHead.get(text.slice(at, at + headLength))
    if (!alike) continue
    for (const [length, same] of alike) {
      const masked = same.get(text.slice(at, at + length))
      if (masked === undefined) continue
      shown += text.slice(done, at) + masked
      done = at + length
      at = done - 1
      break
    }
  }
  return shown + text.slice(done)
}

function pairAt(text: string, at: number): number {
  return ((text.charCodeAt(at) << 8) ^ text.charCodeAt(at + 1)) & 0xffff
}

/** How a text stands in JSON: as it is, as a JSON body has it, and as a form or an address has it. */
function spellingsOf(secret: string): Set<string> {
  const inJson = JSON.stringify(secret).slice(1, -1)
  return new Set([
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    new URLSearchParams([['', secret]]).toString().slice(1),
    encodeURIComponent(secret.toWellFormed()),
  ])
}
