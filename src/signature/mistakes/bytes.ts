// Which bytes a text became, and how they were hashed.
import { Buffer } from 'node:buffer'
import { encodeGbk } from '../../contract/codec/text.ts'
import type { Mistake, Way } from '../mistake.ts'
import { type Recipe, textOf } from '../recipe.ts'

export const charsetMistakes: readonly Mistake[] = [
  {
    id: 'gbk',
    title: 'hashed the text as GBK',
    explanation: 'GBK, the default of Chinese Windows, has other bytes for Chinese characters than UTF-8.',
    remedy: 'Name UTF-8 where the text becomes bytes, as in getBytes(StandardCharsets.UTF_8).',
    step: 'charset',
    often: true,
    ways: recipe => encoded(recipe, [['', encodeGbk]]),
  },
  {
    id: 'latin1',
    title: 'hashed the text as Latin-1 or ASCII',
    explanation: 'These have no Chinese characters: each became a question mark, or lost its upper byte.',
    remedy: 'Name UTF-8 where the text becomes bytes.',
    step: 'charset',
    ways: recipe =>
      encoded(recipe, [
        [
          'with ? for what it does not have',
          text => Buffer.from(text.replace(/[^\0-\xff]/gu, '?'), 'latin1'),
        ],
        ['the lower byte of each character', text => Buffer.from(text, 'latin1')],
      ]),
  },
  {
    id: 'utf8Twice',
    title: 'encoded the text as UTF-8 twice',
    explanation: 'Its UTF-8 bytes were read as Latin-1, and that text became UTF-8 again.',
    remedy: 'Encode once; in PHP drop utf8_encode.',
    step: 'charset',
    ways: recipe =>
      encoded(recipe, [['', text => Buffer.from(Buffer.from(text, 'utf8').toString('latin1'), 'utf8')]]),
  },
  {
    id: 'utf16',
    title: 'hashed the text as UTF-16',
    explanation: 'In .NET Encoding.Unicode is UTF-16: two bytes for each character.',
    remedy: 'Use UTF-8 (Encoding.UTF8).',
    step: 'charset',
    *ways() {
      yield { change: { encode: text => Buffer.from(text, 'utf16le') } }
    },
  },
]

export const hashMistakes: readonly Mistake[] = [
  {
    id: 'hmac',
    title: 'made an HMAC with the key, not a plain hash',
    explanation: 'Here the key is part of the hashed text; an HMAC uses it in another way.',
    remedy: 'Append the key to the text, and take the plain hash of that.',
    step: 'hash',
    often: true,
    *ways() {
      yield { change: { mode: 'hmac', seal: text => text }, detail: 'of the text' }
      yield { change: { mode: 'hmac' }, detail: 'of the text with the key' }
    },
  },
  {
    id: 'hashedTwice',
    title: 'hashed the hash once more',
    explanation: 'The hash of the text, as hex, was hashed again.',
    remedy: 'Hash once.',
    step: 'hash',
    *ways() {
      yield { change: { mode: 'twice' }, detail: 'its lower-case hex' }
      yield { change: { mode: 'twiceUpper' }, detail: 'its upper-case hex' }
    },
  },
]

/** Encodings in which ASCII is as in UTF-8, so that they matter only beyond it. */
function* encoded(
  recipe: Recipe,
  ways: readonly (readonly [detail: string, encode: (text: string) => Uint8Array])[],
): Iterable<Way> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is the whole of ASCII
  if (!/[^\x00-\x7f]/.test(textOf(recipe))) return
  for (const [detail, encode] of ways) yield { change: { encode }, detail }
}
