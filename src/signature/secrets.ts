/** Longer ones show their first and last four characters, so that two keys can be told apart. */
const shortestPartlyShown = 16
/** Shorter ones are looked for as whole words only: otherwise half of each text would be masked. */
const shortestAnywhere = 6

/** A secret as it may be shown: `TEST…0000`, and nothing of a short one. */
export function maskSecret(secret: string): string {
  return secret.length < shortestPartlyShown ? '…' : `${secret.slice(0, 4)}…${secret.slice(-4)}`
}

export interface Secrets {
  /** The text with each secret masked, in whatever case or encoding it stands there. */
  hide(text: string): string
  /** Whether a text holds a secret. */
  isIn(text: string): boolean
}

export function createSecrets(values: readonly string[]): Secrets {
  const forms = [...new Set(values.flatMap(formsOf))].sort((a, b) => b.length - a.length)
  const patterns = forms.map(toPattern)
  return {
    hide: text => patterns.reduce((hidden, pattern) => hidden.replace(pattern, maskSecret), text),
    isIn: text => patterns.some(pattern => text.search(pattern) >= 0),
  }
}

/** A secret as it may stand in a text: as it is, percent-encoded, or inside of JSON. */
function formsOf(secret: string): string[] {
  const key = secret.trim()
  if (key === '') return []
  const wellFormed = key.toWellFormed()
  const json = JSON.stringify(wellFormed).slice(1, -1)
  const encoded = encodeURIComponent(wellFormed)
  const form = new URLSearchParams({ '': wellFormed }).toString().slice(1)
  return [key, json, toEscapes(json), encoded, form, encodeURIComponent(encoded)]
}

/** Everything beyond ASCII as `\uXXXX`. */
export function toEscapes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is the whole of ASCII
  return text.replace(/[^\x00-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function toPattern(form: string): RegExp {
  const literal = form.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  return form.length < shortestAnywhere
    ? new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'giu')
    : new RegExp(literal, 'gi')
}
