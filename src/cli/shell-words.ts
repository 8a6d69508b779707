import { PaydoubleError } from '../contract/index.ts'

/**
 * Splits a command line into its words, as a POSIX shell would: quotes, backslashes, lines that go on. It
 * ends where another command begins.
 *
 * @throws PaydoubleError `unreadable` for an open quote, and for what only a shell knows, such as `$NAME`
 */
export function splitShellWords(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  for (const [token] of line.matchAll(tokens)) {
    if (isContinuation.test(token)) continue
    if (/^\s+$/.test(token)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (/^[|;><]$/.test(token)) break
    else word = (word ?? '') + readToken(token)
  }
  return word === undefined ? words : [...words, word]
}

/** A line that goes on, spaces, a quoted part, an escaped character, an operator, or one plain character. */
const tokens = /\\\r?\n|\s+|\$'(?:[^'\\]|\\.)*'|'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[|;><]|[\s\S]/gs

const isContinuation = /^\\\r?\n$/

function readToken(token: string): string {
  if (token.startsWith("$'")) return token.slice(2, -1).replace(ansiEscapes, toCharacter)
  if (token.length > 1 && token.startsWith("'")) return token.slice(1, -1)
  if (token.length > 1 && token.startsWith('"')) {
    const inner = token.slice(1, -1)
    if (/(?<!\\)(?:\$[\w({]|`)/.test(inner)) throw unknownValue(inner)
    return inner.replace(/\\\r?\n/g, '').replace(/\\(["\\$`])/g, '$1')
  }
  if (token.startsWith('\\')) return token.slice(1)
  if (token === "'" || token === '"') {
    throw new PaydoubleError('unreadable', `Failed to read the command line: a ${token} is never closed.`)
  }
  if (token === '$' || token === '`') throw unknownValue(token)
  return token
}

function unknownValue(text: string): PaydoubleError {
  return new PaydoubleError(
    'unreadable',
    `Failed to read the command line: ${JSON.stringify(text.slice(0, 60))} holds a variable or a command, which only your shell knows. Write its value in its place, in 'single quotes'.`,
  )
}

const ansiEscapes = /\\(?:x([\da-f]{1,2})|u([\da-f]{1,4})|(.))/gis

function toCharacter(_: string, hex?: string, unicode?: string, character = ''): string {
  const code = hex ?? unicode
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
  return { n: '\n', r: '\r', t: '\t', 0: '\0' }[character] ?? character
}
