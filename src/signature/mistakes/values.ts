// In which form values and names were signed.
import { eachPairs, type Mistake, type Place, type Way } from '../mistake.ts'
import type { Pair, Recipe } from '../recipe.ts'
import { toEscapes } from '../secrets.ts'
import { eachJsonForm } from './json-forms.ts'
import { numberForms, otherMoments, timeForms } from './number-and-time-forms.ts'

export const valueMistakes: readonly Mistake[] = [
  {
    id: 'valuesEncoded',
    title: 'signed percent-encoded values',
    explanation: 'The signature is over the plain values. Encoding belongs to the transport.',
    remedy: 'Sign first, then encode; many HTTP clients encode by themselves.',
    step: 'values',
    often: true,
    ways: recipe =>
      eachPairs(recipe, [
        ['spaces as %20', onValue(encodePercent)],
        ['spaces as +', onValue(encodeForm)],
        ['spaces as %20, hex digits in lower case', onValue(value => lowerCodes(encodePercent(value)))],
        ['spaces as +, hex digits in lower case', onValue(value => lowerCodes(encodeForm(value)))],
        ['names too, spaces as %20', ([name, value]) => [encodePercent(name), encodePercent(value)]],
      ]),
  },
  {
    id: 'plusForSpace',
    title: 'signed a + where a space arrived',
    explanation: 'A + that is sent in a form without being encoded arrives as a space.',
    remedy: 'Send a + as %2B, for instance by URLSearchParams; or mean a space, and sign it as one.',
    step: 'values',
    ways: recipe => eachPairs(recipe, [['', onValue(value => value.replaceAll(' ', '+'))]]),
  },
  {
    id: 'valuesDecodedAgain',
    title: 'signed values that were decoded once too often',
    explanation: 'A value may hold a % of its own, and that is part of it.',
    remedy: 'Sign the values as they are; decode a form once.',
    step: 'values',
    ways: recipe => eachPairs(recipe, [['', onValue(decodeOnce)]]),
  },
  {
    id: 'valuesTrimmed',
    title: 'signed values without the spaces around them',
    explanation: 'Spaces at the ends of a value are sent, and so they are signed.',
    remedy: 'Trim values before both signing and sending.',
    step: 'values',
    ways: recipe => eachPairs(recipe, [['', onValue(value => value.trim())]]),
  },
  {
    id: 'valuesEscaped',
    title: 'signed characters beyond ASCII as \\u escapes',
    explanation: 'The text went through a JSON writer before it was signed.',
    remedy: 'Sign the characters themselves, as UTF-8.',
    step: 'values',
    ways: recipe => eachPairs(recipe, [['', onValue(toEscapes)]]),
  },
  {
    id: 'valuesHtmlEscaped',
    title: 'signed values that were escaped for HTML',
    explanation: 'A template or a filter made &amp;, &lt; or &quot; out of &, < or ".',
    remedy: 'Sign the values before they are escaped, and send them so.',
    step: 'values',
    ways: recipe => eachPairs(recipe, [['', onValue(escapeHtml)]]),
  },
]

export const nameMistakes: readonly Mistake[] = [
  {
    id: 'namesChanged',
    title: 'signed names in another spelling than they were sent in',
    explanation:
      'Names are signed exactly as they are sent; a naming convention of a library may have changed them.',
    remedy: "Sign the provider's own names.",
    step: 'names',
    ways: recipe =>
      eachPairs(recipe, [
        ['in lower case', ([name, value]) => [name.toLowerCase(), value]],
        ['in upper case', ([name, value]) => [name.toUpperCase(), value]],
        [
          'in camel case',
          ([name, value]) => [name.replace(/_(.)/g, (_, next: string) => next.toUpperCase()), value],
        ],
      ]),
  },
]

/** Mistakes in one field alone, of which there are many in a message with many fields. */
export const formatMistakes: readonly Mistake[] = [
  {
    id: 'jsonRewritten',
    title: 'signed the JSON inside of a value in another form than it was sent in',
    explanation:
      'It was written twice, once for the signature and once for the request, with other spaces, order or escapes.',
    remedy: 'Write the JSON once, into a variable, and sign and send that.',
    step: 'values',
    ways: (recipe, place) => eachField(recipe, place, value => eachJsonForm(value)),
  },
  {
    id: 'numberFormat',
    title: 'signed a number in another form than it was sent in',
    explanation:
      'As text 10, 10.0, 10.00 and 1,000 differ. Numbers lose leading zeros and digits beyond the 15th.',
    remedy:
      'Make the text of the number once, keep numbers that are no amounts as texts, and sign and send that.',
    step: 'values',
    ways: (recipe, place) => eachField(recipe, place, numberForms),
  },
  {
    id: 'timeFormat',
    title: 'signed a time in another form than it was sent in',
    explanation:
      'It was formatted twice: with a T between, without seconds, in another zone, or with a 12-hour clock (hh for HH).',
    remedy: 'Format the time once, and sign and send that text.',
    step: 'values',
    ways: (recipe, place) => eachField(recipe, place, timeForms),
  },
  {
    id: 'timeTakenTwice',
    title: 'signed another second than was sent',
    explanation: 'The time was taken once for the signature and once for the request.',
    remedy: 'Take the time once.',
    step: 'values',
    ways: (recipe, place) => eachField(recipe, place, otherMoments),
  },
]

function onValue(convert: (value: string) => string): (pair: Pair) => Pair {
  return ([name, value]) => [name, convert(value)]
}

/** Each other form of one field at a time; never of a field that holds a secret, which no form may show. */
function* eachField(
  { source }: Recipe,
  { secrets }: Place,
  formsOf: (value: string) => Iterable<readonly [detail: string, value: string]>,
): Iterable<Way> {
  if (typeof source === 'string') return
  for (const [i, [name, value]] of source.entries()) {
    if (secrets.isIn(value)) continue
    for (const [detail, form] of formsOf(value)) {
      if (form !== value)
        yield { change: { source: source.with(i, [name, form]) }, detail: `${name}: ${detail}` }
    }
  }
}

function encodePercent(value: string): string {
  return encodeURIComponent(value.toWellFormed())
}

function encodeForm(value: string): string {
  return new URLSearchParams({ '': value }).toString().slice(1)
}

function lowerCodes(encoded: string): string {
  return encoded.replace(/%[\dA-F]{2}/g, code => code.toLowerCase())
}

function decodeOnce(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, character => htmlEscapes[character] ?? character)
}
