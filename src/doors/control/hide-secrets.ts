// Masks secrets in whatever is shown. It goes through a text once, so that it takes no longer where somebody has sent a thousand of them.

/** Shorter ones are masked only where they stand alone: they may be a part of anything. */
const headLength = 6

/**
 * Of how many lengths those may be that begin alike and are looked for one by one. They are of more only where somebody wants it, or
 * where they are tokens of one kind: then whatever begins so is masked, as far as it is made of what they are made of.
 */
const mostLengths = 20

/** The same value, with each secret masked wherever it stands. */
export function hideSecrets<T>(value: T, secrets: readonly string[]): T {
  if (value === undefined) return value
  const text = JSON.stringify(value)
  const known = new Set(secrets)
  const hidden = replaceShort(replaceLong(text, known), known)
  return hidden === text ? value : (JSON.parse(hidden) as T)
}

/** Names under which anybody would look for a secret, of headers, of fields and of parameters. */
export const secretName = /secret|passw|token|(api|client|private)[-_]?key|authorization|cookie/i

/** The same value, where addresses in it show neither their password nor what parameters with names of secrets are. */
export function hideInAddresses<T>(value: T): T {
  const text = JSON.stringify(value)
  if (!text?.includes('://')) return value
  const hidden = text
    .replace(userOfAddress, (_, user, password) => `://${password === undefined ? '…' : `${user}:…`}@`)
    .replace(parameter, (whole, start, name, given) =>
      secretName.test(name) ? `${start}${name}=${mask(given)}` : whole,
    )
  return hidden === text ? value : (JSON.parse(hidden) as T)
}

/** What {@link hideInAddresses} hides of a text, to be hidden wherever else it stands. */
export function secretsOfAddresses(text: string): string[] {
  if (!text.includes('://')) return []
  const users = [...text.matchAll(userOfAddress)].map(([, user, password]) => password ?? user ?? '')
  const given = [...text.matchAll(parameter)].flatMap(([, , name = '', value = '']) =>
    secretName.test(name) ? [value] : [],
  )
  return [...users, ...given].flatMap(secret => [secret, ...new URLSearchParams(`=${secret}`).values()])
}

/** `user:password@`; a user without a password is most often a token. */
const userOfAddress = /:\/\/([^/\s"\\:@]*)(?::([^/\s"\\]*))?@/g
const parameter = /([?&])([^=&?\s"\\#]{1,100})=([^&\s"\\#]+)/g

/** The last four characters of a secret, as far as they give nothing away. */
export function mask(secret: string): string {
  return secret.length < 12 ? '…' : `…${secret.slice(-4)}`
}

function replaceShort(text: string, secrets: ReadonlySet<string>): string {
  const masked = new Map<string, string>()
  for (const secret of secrets)
    if (secret.length > 0 && secret.length < headLength)
      masked.set(JSON.stringify(secret), JSON.stringify(mask(secret)))
  if (masked.size === 0) return text
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, whole => masked.get(whole) ?? whole)
}

/** Secrets that begin alike, as they are written. */
interface Alike {
  /** With what is shown instead, by their length. */
  readonly byLength: Map<number, Map<string, string>>
  /** Of what characters they are made, each as JSON writes it: where they are of too many lengths. */
  readonly characters: ReadonlySet<string> | undefined
}

function replaceLong(text: string, secrets: Iterable<string>): string {
  const byHead = new Map<string, Alike['byLength']>()
  /** Whether any of them begins with two such characters: most places of a text are told from that. */
  const pairs = new Uint8Array(0x10000)
  for (const secret of secrets) {
    if (secret.length < headLength) continue
    const masked = JSON.stringify(mask(secret)).slice(1, -1)
    for (const written of spellingsOf(secret)) {
      const head = written.slice(0, headLength)
      const byLength: Alike['byLength'] = byHead.get(head) ?? new Map()
      byHead.set(head, byLength)
      const same = byLength.get(written.length)
      if (same) same.set(written, masked)
      else byLength.set(written.length, new Map([[written, masked]]))
      pairs[pairAt(head, 0)] = 1
    }
  }
  const alikes = new Map([...byHead].map(([head, byLength]) => [head, toAlike(byLength)]))
  let shown = ''
  let done = 0
  for (let at = 0; at + headLength <= text.length; at++) {
    if (pairs[pairAt(text, at)] === 1) {
      const alike = alikes.get(text.slice(at, at + headLength))
      const found = alike && findAt(text, at, alike)
      if (found) {
        shown += text.slice(done, at) + found.masked
        done = found.end
        at = done - 1
        continue
      }
    }
    // None begins in the middle of what stands for one character.
    if (text.charCodeAt(at) === backslash) at += text[at + 1] === 'u' ? 5 : 1
  }
  return shown + text.slice(done)
}

function toAlike(byLength: Alike['byLength']): Alike {
  // Of two that begin alike, the longer one holds the other.
  const sorted = new Map([...byLength].sort(([a], [b]) => b - a))
  if (sorted.size <= mostLengths) return { byLength: sorted, characters: undefined }
  const characters = new Set<string>()
  for (const same of sorted.values()) {
    for (const written of same.keys()) {
      const each = written.includes('\\') ? written.match(writtenCharacter) : written
      for (const character of each ?? []) characters.add(character)
    }
  }
  return { byLength: sorted, characters }
}

/** What is to be masked at a place where some secrets may begin, and how. */
function findAt(
  text: string,
  at: number,
  { byLength, characters }: Alike,
): { readonly end: number; readonly masked: string } | undefined {
  if (characters) {
    writtenCharacter.lastIndex = at
    for (let end = at; ; end = writtenCharacter.lastIndex) {
      const [character = ''] = writtenCharacter.exec(text) ?? []
      if (!characters.has(character)) return { end, masked: '…' }
    }
  }
  for (const [length, same] of byLength) {
    const masked = same.get(text.slice(at, at + length))
    if (masked !== undefined) return { end: at + length, masked }
  }
  return undefined
}

const backslash = 0x5c

/** A character in the JSON of a text. */
const writtenCharacter = /\\u[0-9a-f]{4}|\\.|./gsu

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
