// The values of hidden fields, wherever JSON, a form or a header stands in a text: as it is, inside of another text, or percent-encoded.

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
  if (!/[=:：]|%3a/i.test(text)) return text
  let hidden = text
  for (const form of forms) hidden = hideEach(hidden, form, { isHidden, cover })
  return hidden
}

/** Where the value that begins there stands, without its quotation marks. */
type EndOf = (text: string, start: number, quote: string) => readonly [start: number, end: number]

const forms: readonly { readonly pattern: RegExp; readonly endOf: EndOf }[] = [
  {
    // `"name":`, with the backslashes of each text around it, or percent-encoded. From the first backslash alone.
    pattern:
      /(?<!\\)(\\*"|%22)((?:[^"\\%:=&{}[\],]|%(?:20|[89a-f][\da-f])){1,64})\1(?:\s|%20|\+)*(?::|%3A)(?:\s|%20|\+)*/gi,
    endOf: endOfMember,
  },
  // `name=` of a form or a cookie.
  { pattern: /(?<![\w.-])()([\w.-]{1,64})=/g, endOf: endOfPair },
  // `name: ` of a header, as pages of errors show them.
  {
    pattern: /(?<![\w.\u4e00-\u9fff-])()([\w.\u4e00-\u9fff-]{1,64})[ \t]{0,8}[:：][ \t]{0,8}/g,
    endOf: endOfLine,
  },
]

function hideEach(
  text: string,
  { pattern, endOf }: (typeof forms)[number],
  { isHidden, cover }: { isHidden: (name: string) => boolean; cover: (value: string) => string },
): string {
  let hidden = ''
  let done = 0
  for (const { 0: all, 1: quote = '', 2: name = '', index } of text.matchAll(pattern)) {
    // What is inside of a value that is covered is covered with it.
    if (index < done || !isHidden(decoded(name))) continue
    const [start, end] = endOf(text, index + all.length, quote)
    if (end <= start) continue
    hidden += text.slice(done, start) + cover(text.slice(start, end))
    done = end
  }
  return done === 0 ? text : hidden + text.slice(done)
}

function decoded(name: string): string {
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function endOfMember(text: string, start: number, quote: string): readonly [number, number] {
  if (text.startsWith(quote, start)) {
    const from = start + quote.length
    return [from, endOfText(text, from, quote)]
  }
  const inside = insideOf(text, start, quote)
  if (inside) return inside
  bare.lastIndex = start
  return [start, start + (bare.exec(text)?.[0].length ?? 0)]
}

/** A number. */
const bare = /-?[\d.]*/y

/** Between the brackets of an object or a list; undefined where none begins. */
function insideOf(text: string, start: number, quote: string): readonly [number, number] | undefined {
  bracket.lastIndex = start
  const first = bracket.exec(text)?.[0]
  if (first === undefined) return undefined
  const from = start + first.length
  const token = /["{}[\]]|%22|%[57][bd]/gi
  token.lastIndex = from
  let depth = 1
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const { 0: mark, index } = match
    if (mark === '%22' || mark === '"') {
      // A quotation mark of another text than the one around has nothing to say.
      const begins = index + mark.length - quote.length
      if (begins < from || !text.startsWith(quote, begins)) continue
      const end = endOfText(text, index + mark.length, quote)
      token.lastIndex = Math.min(text.length, end + quote.length)
    } else {
      depth += /[{[b]$/i.test(mark) ? 1 : -1
      if (depth === 0) return [from, index]
    }
  }
  return [from, text.length]
}

const bracket = /[{[]|%[57]b/iy

function endOfText(text: string, from: number, quote: string): number {
  return quote === '%22' ? endOfEncoded(text, from) : endOfQuoted(text, from, quote.length - 1)
}

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
  // Percent-encoded it ends with the pair.
  const inside = text[start] === '%' ? undefined : insideOf(text, start, '"')
  if (inside) return inside
  rest.lastIndex = start
  return [start, start + (rest.exec(text)?.[0].length ?? 0)]
}

const rest = /[^&\s"';]*/y

/** To the end of the line, or of the text or the element in which it stands. The name of a scheme stays. */
function endOfLine(text: string, start: number): readonly [number, number] {
  scheme.lastIndex = start
  const from = start + (scheme.exec(text)?.[0].length ?? 0)
  line.lastIndex = from
  let end = from + (line.exec(text)?.[0].length ?? 0)
  // A quotation mark within a line that stands in a text.
  while (text.startsWith('\\"', end)) {
    line.lastIndex = end + 2
    end += 2 + (line.exec(text)?.[0].length ?? 0)
  }
  return [from, end]
}

const scheme = /(?:Bearer|Basic) +/iy
const line = /[^\r\n\\<"]*/y
