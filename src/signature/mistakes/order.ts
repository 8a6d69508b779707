// In which order, and by what, parameters were joined.
import type { Mistake, Way } from '../mistake.ts'
import { byCodeUnit, byName, joinPairs, type Pair, type Recipe } from '../recipe.ts'

export const orderMistakes: readonly Mistake[] = [
  {
    id: 'unsorted',
    title: 'joined the parameters in the order in which they are sent, without sorting them',
    explanation: 'Both sides must join them in one order, and only sorting gives both the same.',
    remedy: 'Sort the parameters by name, then join them.',
    step: 'order',
    often: true,
    ways: recipe => ordered(recipe, undefined),
  },
  {
    id: 'sortedBackwards',
    title: 'sorted the parameters from Z to A',
    explanation: 'They are sorted by name from A to Z.',
    remedy: 'Turn the comparison round.',
    step: 'order',
    ways: recipe => ordered(recipe, (a, b) => byName(b, a)),
  },
  {
    id: 'sortedIgnoringCase',
    title: 'sorted the names without regard to upper and lower case',
    explanation:
      'In ASCII order every upper-case letter comes before every lower-case one. localeCompare and dictionary sorts do otherwise.',
    remedy: 'Compare names by their bytes: in JavaScript sort() without a function, in Python sorted().',
    step: 'order',
    ways: recipe => ordered(recipe, ([a], [b]) => byCodeUnit(a.toLowerCase(), b.toLowerCase())),
  },
  {
    id: 'sortedAsTexts',
    title: 'sorted the texts name=value, not the names',
    explanation: 'Where one name begins with another one, as a and a1, the = takes part in the comparison.',
    remedy: 'Sort by name, then write name=value.',
    step: 'order',
    ways: recipe => ordered(recipe, (a, b) => byCodeUnit(a.join('='), b.join('='))),
  },
  {
    id: 'sortedByValue',
    title: 'sorted the parameters by their values',
    explanation: 'They are sorted by name. PHP: asort sorts values, ksort names.',
    remedy: 'Sort by name.',
    step: 'order',
    ways: recipe => ordered(recipe, ([, a], [, b]) => byCodeUnit(a, b)),
  },
  {
    id: 'trailingAmpersand',
    title: 'left an & at the end of the text',
    explanation: 'A loop that adds & after each parameter leaves one too many before the key.',
    remedy: 'Join with & between the parameters, or cut the last one off.',
    step: 'join',
    often: true,
    ways: recipe => finished(recipe, [['', text => `${text}&`]]),
  },
]

export const joinMistakes: readonly Mistake[] = [
  {
    id: 'questionMark',
    title: 'began the text with a question mark',
    explanation: 'The text is no query of a URL.',
    remedy: 'Leave the question mark out.',
    step: 'join',
    ways: recipe => finished(recipe, [['', text => `?${text}`]]),
  },
  {
    id: 'otherSeparator',
    title: 'joined the parameters with something other than &',
    explanation: 'Between two parameters stands one &, and nothing else.',
    remedy: 'Join with &.',
    step: 'join',
    ways: recipe =>
      written(recipe, [
        ['nothing', pairs => joinPairs(pairs, '')],
        [',', pairs => joinPairs(pairs, ',')],
        [';', pairs => joinPairs(pairs, ';')],
        ['|', pairs => joinPairs(pairs, '|')],
        ['a space', pairs => joinPairs(pairs, ' ')],
        ['a line break', pairs => joinPairs(pairs, '\n')],
        [', and a space', pairs => joinPairs(pairs, ', ')],
      ]),
  },
  {
    id: 'valuesOnly',
    title: 'joined the values without their names',
    explanation: 'Each parameter is signed as name=value.',
    remedy: 'Write the name and = before each value.',
    step: 'join',
    ways: recipe =>
      written(recipe, [
        ['with nothing between', pairs => pairs.map(([, value]) => value).join('')],
        ['with & between', pairs => pairs.map(([, value]) => value).join('&')],
        ['with , between', pairs => pairs.map(([, value]) => value).join(',')],
        ['with | between', pairs => pairs.map(([, value]) => value).join('|')],
      ]),
  },
  {
    id: 'withoutEquals',
    title: 'wrote names and values without = between them',
    explanation: 'Each parameter is signed as name=value; other providers want them run together.',
    remedy: 'Write = between name and value, and & between parameters.',
    step: 'join',
    ways: recipe =>
      written(recipe, [
        ['with nothing between', pairs => pairs.flat().join('')],
        ['with & between parameters', pairs => pairs.map(pair => pair.join('')).join('&')],
        ['with : between', pairs => pairs.map(pair => pair.join(':')).join('&')],
      ]),
  },
  {
    id: 'valuesQuoted',
    title: 'put the values in quotation marks',
    explanation: 'Values are signed as they are.',
    remedy: 'Write name=value without quotation marks.',
    step: 'join',
    ways: recipe =>
      written(recipe, [['', pairs => pairs.map(([name, value]) => `${name}="${value}"`).join('&')]]),
  },
  {
    id: 'textCase',
    title: 'changed the whole text to one case before hashing it',
    explanation: 'Upper and lower case of the hash may be free, that of the text is not.',
    remedy: 'Change the case of the hash, if at all, not of the text.',
    step: 'join',
    ways: recipe =>
      finished(recipe, [
        ['upper', text => text.toUpperCase()],
        ['lower', text => text.toLowerCase()],
      ]),
  },
]

function* ordered({ source }: Recipe, order: Recipe['order']): Iterable<Way> {
  if (typeof source !== 'string' && source.length > 1) yield { change: { order } }
}

function* written(
  { source }: Recipe,
  ways: readonly (readonly [detail: string, write: (pairs: readonly Pair[]) => string])[],
): Iterable<Way> {
  if (typeof source === 'string') return
  for (const [detail, write] of ways) yield { change: { write }, detail }
}

function* finished(
  { finish }: Recipe,
  ways: readonly (readonly [detail: string, convert: (text: string) => string])[],
): Iterable<Way> {
  for (const [detail, convert] of ways) yield { change: { finish: text => convert(finish(text)) }, detail }
}
