/** As many as PHP takes by default (max_input_vars); a megabyte of names would be kept with each request. */
const mostParameters = 1000

/**
 * Reads `application/x-www-form-urlencoded` text strictly: a repeated name, a broken percent code,
 * bytes that are not UTF-8 and NUL are errors, because a signature over them would be a guess.
 *
 * @throws FormError
 */
export function decodeForm(text: string): Record<string, string> {
  const params: Record<string, string> = Object.create(nothing)
  if (text === '') return params
  if (text.includes('\u0000') || text.includes('%00')) throw new FormError('it holds a NUL character')
  let count = 0
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf('&', start)
    if (end < 0) end = text.length
    if (++count > mostParameters) throw new FormError(`it has more than ${mostParameters} parameters`)
    if (end === start) continue
    const equals = text.indexOf('=', start)
    const isPair = equals >= 0 && equals < end
    const name = decodePart(text.slice(start, isPair ? equals : end))
    if (name in params) throw new FormError(`parameter ${JSON.stringify(name)} is sent twice`)
    params[name] = isPair ? decodePart(text.slice(equals + 1, end)) : ''
  }
  return params
}

/** Inherits no name either, and V8 keeps what is made of it as it keeps other objects: of null, it makes a table. */
const nothing: object = Object.freeze(Object.create(null))

/** Writes named values as `application/x-www-form-urlencoded` text; those that are undefined or null are left out. */
export function encodeForm(params: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(params).filter(([, value]) => value !== undefined && value !== null)
  return new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString()
}

/** Why a form could not be read. */
export class FormError extends Error {
  override readonly name = 'FormError'
}

function decodePart(part: string): string {
  const spaced = part.includes('+') ? part.replaceAll('+', ' ') : part
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    throw new FormError(`${JSON.stringify(part.slice(0, 40))} is not percent-encoded UTF-8`)
  }
}
