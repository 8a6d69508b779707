// All mistakes that are looked for. Where two give the same text, the one that stands first is named.
import type { Mistake } from '../mistake.ts'
import { charsetMistakes, hashMistakes } from './bytes.ts'
import { emptiesMistakes, fieldMistakes } from './fields.ts'
import { keyMistakes } from './key.ts'
import { joinMistakes, orderMistakes } from './order.ts'
import { sourceMistakes } from './source.ts'
import { formatMistakes, nameMistakes, valueMistakes } from './values.ts'

export const mistakes: readonly Mistake[] = [
  ...orderMistakes,
  ...emptiesMistakes,
  ...keyMistakes,
  ...valueMistakes,
  ...sourceMistakes,
  ...charsetMistakes,
  ...hashMistakes,
  ...joinMistakes,
  ...nameMistakes,
  ...formatMistakes,
  ...fieldMistakes,
]
