// The values in a text of JSON masked by their names. All else stays as it was written, and what is broken is masked as well.
import type { Mask } from './mask.ts'

/** Token by token, without a stack and without going back: a text may be of any length. */
export function maskJson(text: string, mask: Mask): string {
  /** The names that the values around go by. */
  const around: string[] = []
  let name = ''
  let masked = ''
  let done = 0
  const put = (from: number, end: number, value: string) => {
    const shown = maskValue(name, value, mask)
    if (shown === value) return
    masked += text.slice(done, from) + JSON.stringify(shown)
    done = end
  }
  const token = /[{}[\]"]|[^\s{}[\]:,"]+/g
  const colon = /\s*:/y
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const { 0: mark, index } = match
    if (mark === '{' || mark === '[') around.push(name)
    else if (mark === '}' || mark === ']') name = around.pop() ?? ''
    else if (mark !== '"') {
      if (!/^(true|false|null)$/.test(mark)) put(index, token.lastIndex, mark)
    } else {
      const end = endOfText(text, index)
      token.lastIndex = colon.lastIndex = end
      const inside = decodeText(text.slice(index, end))
      const outer = around.at(-1) ?? ''
      // What is in a hidden field is hidden by its name, whatever the names in there are.
      if (colon.test(text)) name = mask.isHidden(outer) ? outer : inside
      else put(index, end, inside)
    }
  }
  return masked + text.slice(done)
}

/** A value by its name; one that is JSON itself, by the names in it. */
export function maskValue(name: string, value: string, mask: Mask): string {
  const masked = mask.field(name, value)
  return masked === value && /^\s*[{[]/.test(value) ? maskJson(value, mask) : masked
}

/** Behind the closing quotation mark; the end of what was cut. */
function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text[at - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return at + 1
  }
  return text.length
}

function decodeText(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted.replace(/^"|"$/g, '')
  }
}
