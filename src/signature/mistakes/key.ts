// How the key came to the text, and which one it was.
import type { Mistake } from '../mistake.ts'
import type { Pair, Recipe } from '../recipe.ts'

const textOnly = (text: string): string => text

export const keyMistakes: readonly Mistake[] = [
  {
    id: 'keyLabel',
    title: 'put something else between the text and the key',
    explanation: 'WeChat Pay and many others write &key= before the key; each provider has its own way.',
    remedy: 'Put the key where the rule above says, and nothing more around it.',
    step: 'key',
    often: true,
    *ways(_, { scheme }) {
      for (const label of keyLabels) {
        if (label === scheme.keyLabel) continue
        const detail = label === '' ? 'nothing' : label
        yield { change: { seal: (text, key) => `${text}${label}${key}` }, detail }
      }
    },
  },
  {
    id: 'keyMissing',
    title: 'signed without the key',
    explanation: 'Anyone could make such a signature. Often the variable that should hold the key is empty.',
    remedy: 'Append the key; check that it is loaded where the signature is made.',
    step: 'key',
    often: true,
    *ways(_, { scheme }) {
      yield { change: { seal: textOnly }, detail: 'nothing in its place' }
      if (scheme.keyLabel !== '')
        yield { change: { seal: text => `${text}${scheme.keyLabel}` }, detail: 'its label alone' }
      for (const word of ['undefined', 'null', 'None'])
        yield { change: { seal: text => `${text}${scheme.keyLabel}${word}` }, detail: `the word ${word}` }
    },
  },
  {
    id: 'otherAccountKey',
    title: "signed with another account's key",
    explanation:
      'The key belongs to the account that the request names; test and live accounts are easily mixed up.',
    remedy: 'Take app code and key from one place, for one account.',
    step: 'key',
    often: true,
    *ways(_, { otherKeys }) {
      for (const [account, key] of otherKeys) yield { change: { key }, detail: `that of ${account}` }
    },
  },
  {
    id: 'otherCredentialAsKey',
    title: 'used another credential as the key',
    explanation: 'The account has several values that look alike; only the key signs.',
    remedy: 'Check which variable holds which value.',
    step: 'key',
    often: true,
    *ways(_, { credentials }) {
      for (const [name, value] of credentials) yield { change: { key: value }, detail: name }
    },
  },
  {
    id: 'keyWhitespace',
    title: 'signed with a key that has something around it',
    explanation:
      'A line break from a file, a space from copying, or quotation marks from an .env file are part of the text then.',
    remedy: 'Trim the key when it is read.',
    step: 'key',
    often: true,
    *ways({ key }) {
      if (key.trim() !== key) yield { change: { key: key.trim() }, detail: 'it was trimmed' }
      yield { change: { key: `${key}\n` }, detail: '\\n behind it' }
      yield { change: { key: `${key}\r\n` }, detail: '\\r\\n behind it' }
      yield { change: { key: `${key} ` }, detail: 'a space behind it' }
      yield { change: { key: ` ${key}` }, detail: 'a space before it' }
      yield { change: { key: `"${key}"` }, detail: 'in "quotation marks"' }
      yield { change: { key: `'${key}'` }, detail: "in 'quotation marks'" }
    },
  },
  {
    id: 'keyCase',
    title: 'changed the case of the key',
    explanation: 'The key counts as it was given.',
    remedy: 'Use the key as it is.',
    step: 'key',
    *ways({ key }) {
      if (key.toLowerCase() !== key) yield { change: { key: key.toLowerCase() }, detail: 'to lower case' }
      if (key.toUpperCase() !== key) yield { change: { key: key.toUpperCase() }, detail: 'to upper case' }
    },
  },
  {
    id: 'keyFirst',
    title: 'put the key before the text',
    explanation: 'The key comes last.',
    remedy: 'Append the key at the end.',
    step: 'key',
    *ways() {
      yield { change: { seal: (text, key) => `${key}${text}` } }
      yield { change: { seal: (text, key) => `${key}&${text}` }, detail: 'with & between' }
    },
  },
  {
    id: 'keyAtBothEnds',
    title: 'put the key before and behind the text',
    explanation: 'Taobao signs so. Here the key comes once, at the end.',
    remedy: 'Append the key once.',
    step: 'key',
    *ways() {
      yield { change: { seal: (text, key) => `${key}${text}${key}` } }
    },
  },
  {
    id: 'keyAsParameter',
    title: 'sorted the key in among the parameters',
    explanation: 'The key is no parameter: it comes behind all of them.',
    remedy: 'Sort and join first, then append the key.',
    step: 'key',
    *ways({ source, key }, { scheme }) {
      if (typeof source === 'string') return
      for (const name of ['key', 'secret', 'client_key', 'app_secret', scheme.key]) {
        const withKey: Pair[] = [...source, [name, key]]
        const change: Partial<Recipe> = { source: withKey, seal: textOnly }
        yield { change, detail: name }
      }
    },
  },
]

/** What is known to be written between text and key. */
const keyLabels = [
  '',
  '&key=',
  '&',
  'key=',
  '&secret=',
  '&client_key=',
  '&clientKey=',
  '&app_secret=',
  '&sign_key=',
  '&appkey=',
  '=',
  ',',
  ':',
]
