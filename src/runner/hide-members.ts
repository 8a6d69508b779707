// The values of hidden fields, wherever JSON or a form stands in a text: as it is, inside of another text, or percent-encoded.

/**
 * Covers the values of fields by their names. Linear, and without a stack: a text may be of any length.
 *
 * @param cover what stands in the place of a value
 */
export function hideMembers(
  text: string,
  isHidden: (name: string) => boolean,
  cover: (value: string) => string,
): string {
  if (!/[=:]|%3a/i.test(text)) return text
  const jsonHidden = hideEach(text, member, { isHidden, cover, endOf: endOfMember })
  return hideEach(jsonHidden, pair, { isHidden, cover, endOf: endOfPair })
}

/** `"name":`, with the backslashes of each text around it, or percent-encoded. */
const member = /(\\*"|%22)([\w.-]{1,64})\1(?:\s|%20|\+)*(?::|%3A)(?:\s|%20|\+)*/gi
/** `name=` of a form or a cookie. */
const pair = /(?<![\w.-])()([\w.-]{1,64})=/g

/** Where the value that begins there stands, without its quotation marks. */
type EndOf = (text: string, start: number, quote: string) => readonly [start: number, end: number]

function hideEach(
  text: string,
  pattern: RegExp,
  {
    isHidden,
    cover,
    endOf,
  }: { isHidden: (name: string) => boolean; cover: (value: string) => string; endOf: EndOf },
): string {
  let hidden = ''
  let done = 0
  for (const { 0: all, 1: quote = '', 2: name = '', index } of text.matchAll(pattern)) {
    // What is inside of a value that is covered is covered with it.
    if (index < done || !isHidden(name)) continue
    const [start, end] = endOf(text, index + all.length, quote)
    if (end <= start) continue
    hidden += text.slice(done, start) + cover(text.slice(start, end))
    done = end
  }
  return done === 0 ? text : hidden + text.slice(done)
}

function endOfMember(text: string, start: number, quote: string): readonly [number, number] {
  if (!text.startsWith(quote, start)) {
    bare.lastIndex = start
    return [start, start + (bare.exec(text)?.[0].length ?? 0)]
  }
  const from = start + quote.length
  return [from, quote === '%22' ? endOfEncoded(text, from) : endOfQuoted(text, from, quote.length - 1)]
}

/** A number. */
const bare = /-?[\d.]*/y

/** The next quotation mark that is written like the first one: inner ones have more backslashes before them. */
function endOfQuoted(text: string, from: number, depth: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (at - 1 - slashes >= from && text[at - 1 - slashes] === '\\') slashes++
    if (slashes >= depth && (slashes - depth) % (2 * (depth + 1)) === 0) return at - depth
  }
  return text.length
}

function endOfEncoded(text: string, from: number): number {
  for (let at = text.indexOf('%22', from); at >= 0; at = text.indexOf('%22', at + 1))
    if (!/%5c$/i.test(text.slice(Math.max(from, at - 3), at))) return at
  const end = text.indexOf('&', from)
  return end < 0 ? text.length : end
}

function endOfPair(text: string, start: number): readonly [number, number] {
  rest.lastIndex = start
  return [start, start + (rest.exec(text)?.[0].length ?? 0)]
}

const rest = /[^&\s"';]*/y
