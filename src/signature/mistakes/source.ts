// What was signed instead of what should have been.
import type { Mistake, Place, Way } from '../mistake.ts'
import { byName, joinPairs, type Pair } from '../recipe.ts'
import { eachJsonForm, jsonObjectOf, toValueText } from './json-forms.ts'

export const sourceMistakes: readonly Mistake[] = [
  {
    id: 'newlineAtEnd',
    title: 'signed the text with another end of line than came',
    explanation:
      'A line break at the end, added by an editor or a template, or cut off by trim(), is signed too.',
    remedy: 'Hash exactly the bytes that are sent.',
    step: 'source',
    *ways(recipe, { scheme }) {
      const { source } = recipe
      if (typeof source === 'string' && scheme.over === 'body') {
        const trimmed = source.trim()
        if (trimmed !== source) yield { change: { source: trimmed }, detail: 'without the one that came' }
        if (/\r?\n$/.test(source)) return
        yield { change: { source: `${source}\n` }, detail: 'with \\n' }
        yield { change: { source: `${source}\r\n` }, detail: 'with \\r\\n' }
        return
      }
      yield { change: { finish: text => `${recipe.finish(text)}\n` }, detail: 'with \\n' }
    },
  },
  {
    id: 'byteOrderMark',
    title: 'signed the body with, or without, its byte order mark',
    explanation:
      'The mark is three invisible bytes before the text. Decoders drop it, and some writers add it.',
    remedy: 'Hash the bytes as they came, and write files and bodies as UTF-8 without a byte order mark.',
    step: 'source',
    *ways({ source }) {
      if (typeof source !== 'string') return
      const has = source.startsWith('\ufeff')
      yield {
        change: { source: has ? source.slice(1) : `\ufeff${source}` },
        detail: has ? 'without' : 'with',
      }
    },
  },
  {
    id: 'parametersOfBody',
    title: 'parsed the body and signed its fields, sorted by name, as a request is signed',
    explanation:
      'Here the raw bytes of the body are signed. The rule for the parameters of a request is another one.',
    remedy: 'Take the body as it came, before anything parses it, append the key, and hash that.',
    step: 'source',
    often: true,
    *ways({ source }, { scheme }) {
      const fields = scheme.over === 'body' && typeof source === 'string' ? jsonObjectOf(source) : undefined
      if (!fields) return
      const pairs = Object.entries(fields).map(([name, value]): Pair => [name, toValueText(value)])
      yield { change: { source: pairs, order: byName } }
    },
  },
  {
    id: 'bodyReserialised',
    title: 'parsed the body and signed what it wrote from that, not the bytes that came',
    explanation:
      'JSON can be written in many ways: spaces, order, escapes. Each way is another text with another signature.',
    remedy: 'Keep the raw body (in Express: express.raw, or the verify hook of express.json) and hash that.',
    step: 'source',
    often: true,
    *ways({ source }, { scheme }) {
      if (scheme.over === 'body' && typeof source === 'string') yield* textWays(eachJsonForm(source))
    },
  },
  {
    id: 'bodySigned',
    title: 'signed the encoded form text as it was sent',
    explanation: 'The parameters are signed as they are before they are encoded, and in their own order.',
    remedy: 'Build the text from the plain values first; encode the form afterwards.',
    step: 'source',
    often: true,
    *ways({ source }, { scheme, raw }) {
      if (scheme.over === 'parameters' && typeof source !== 'string') yield { change: { source: raw } }
    },
  },
  {
    id: 'jsonSigned',
    title: 'signed the parameters as JSON',
    explanation: 'The parameters are joined as name=value, whatever they are kept in.',
    remedy: 'Write each parameter as name=value, and join these.',
    step: 'source',
    *ways({ source }, { scheme }) {
      if (scheme.over !== 'parameters' || typeof source === 'string') return
      yield* textWays(eachJsonForm(JSON.stringify(Object.fromEntries(source)), true))
    },
  },
  {
    id: 'formNotEncoded',
    title: 'signed the right text, but sent the form without percent-encoding it',
    explanation: 'In a form an unencoded + arrives as a space, %41 as A, and an unencoded & ends the value.',
    remedy: 'Encode each name and value when the body is written, for instance with URLSearchParams.',
    step: 'source',
    *ways({ source }, place) {
      if (place.scheme.over !== 'parameters' || typeof source === 'string') return
      const pairs = readUnencoded(place)
      if (joinPairs(pairs, '\0') !== joinPairs(source, '\0')) yield { change: { source: pairs } }
    },
  },
  {
    id: 'nothingSigned',
    title: 'signed an empty text',
    explanation:
      'Only the key was hashed: the parameters or the body were not there, for instance because the body had been read before.',
    remedy: 'Look why nothing is there when the text is built; a body can be read from a stream only once.',
    step: 'source',
    *ways() {
      yield { change: { source: '' } }
    },
  },
]

function* textWays(forms: Iterable<readonly [detail: string, text: string]>): Iterable<Way> {
  for (const [detail, source] of forms) yield { change: { source }, detail }
}

/** The form as its writer meant it: nothing decoded, and an & that starts no known parameter belongs to the value. */
function readUnencoded({ raw, knownNames }: Place): Pair[] {
  const pairs: [string, string][] = []
  for (const piece of raw.split('&')) {
    const equals = piece.indexOf('=')
    const name = piece.slice(0, Math.max(0, equals))
    const last = pairs.at(-1)
    const startsOne = equals > 0 && (knownNames.length === 0 || knownNames.includes(name))
    if (startsOne || !last) pairs.push([name, piece.slice(equals + 1)])
    else last[1] += `&${piece}`
  }
  return pairs
}
