// Which parameters were signed.
import type { Mistake } from '../mistake.ts'
import { isFilled, type Pair } from '../recipe.ts'

export const emptiesMistakes: readonly Mistake[] = [
  {
    id: 'emptiesDropped',
    title: 'left out the parameters with an empty value',
    explanation: 'They are sent, so they are signed: as name= with nothing behind it.',
    remedy: 'Sign every parameter that is sent; or send no empty ones.',
    step: 'empties',
    often: true,
    *ways({ source }, { empties }) {
      if (typeof source === 'string' || empties !== 'signed') return
      const filled = source.filter(isFilled)
      if (filled.length < source.length) yield { change: { source: filled } }
    },
  },
  {
    id: 'emptiesKept',
    title: 'signed the parameters with an empty value too',
    explanation: 'Here parameters with an empty value are no part of the signed text.',
    remedy: 'Leave parameters without a value out of the text; better, do not send them.',
    step: 'empties',
    often: true,
    *ways({ source }, { pairs, empties }) {
      if (typeof source === 'string' || empties !== 'dropped') return
      const names = new Set(source.map(([name]) => name))
      const all = pairs.filter(pair => names.has(pair[0]) || !isFilled(pair))
      if (all.length > source.length) yield { change: { source: all } }
    },
  },
  {
    id: 'emptiesAsWords',
    title: 'signed a missing value as a word',
    explanation:
      'A variable without a value became the text null, None or undefined when the text was put together.',
    remedy: 'Leave parameters without a value out before signing and before sending.',
    step: 'empties',
    *ways({ source }) {
      if (typeof source === 'string' || source.every(isFilled)) return
      for (const word of ['null', 'undefined', 'None', 'nil', 'NULL']) {
        const changed = source.map((pair): Pair => (isFilled(pair) ? pair : [pair[0], word]))
        yield { change: { source: changed }, detail: word }
      }
    },
  },
]

export const fieldMistakes: readonly Mistake[] = [
  {
    id: 'fieldAdded',
    title: 'signed a parameter that was not sent',
    explanation:
      'Only what is sent as a parameter is signed. What travels in a header, such as the signature, its type or the app code, is not.',
    remedy: 'Sign exactly the parameters that are sent: take both from the same object.',
    step: 'fields',
    often: true,
    *ways({ source }, { headers, credentials, knownNames }) {
      if (typeof source === 'string') return
      const sent = new Set(source.map(([name]) => name))
      const empty = knownNames.map((name): Pair => [name, ''])
      for (const pair of [...headers, ...credentials, ...empty]) {
        if (!sent.has(pair[0])) yield { change: { source: [...source, pair] }, detail: pair[0] }
      }
    },
  },
  {
    id: 'fieldLeftOut',
    title: 'left a parameter out',
    explanation:
      'It is sent, so it is signed. Often it is added after signing, or a list of signed fields is out of date.',
    remedy: 'Add every parameter before the signature is made.',
    step: 'fields',
    often: true,
    *ways({ source }) {
      if (typeof source === 'string') return
      for (const [i, [name]] of source.entries())
        yield { change: { source: source.toSpliced(i, 1) }, detail: name }
    },
  },
]
