// An explanation as text for people: in a terminal, or as the message of a failed test.
import type { Autopsy, Cause } from './autopsy.ts'
import { columnsOf, cut, visible, wrapWords } from './columns.ts'
import type { Difference } from './difference.ts'
import type { Explanation, Unsigned } from './explain.ts'
import type { FoundMistake } from './mistake.ts'

export interface AutopsyTextOptions {
  /** Columns. Default 100. */
  readonly width?: number | undefined
  /** Whether to colour it for a terminal. Default false. */
  readonly color?: boolean | undefined
}

/**
 * An explanation as text, with a caret under the first difference.
 *
 * @example
 * console.log(toAutopsyText(explanation, { width: process.stdout.columns, color: process.stdout.isTTY }))
 */
export function toAutopsyText(explanation: Explanation, options: AutopsyTextOptions = {}): string {
  const width = Math.max(narrowest, options.width ?? 100)
  const paint = options.color ? painted : plain
  const lines =
    explanation.verdict === 'unsigned' ? unsignedLines(explanation) : autopsyLines(explanation, width, paint)
  return `${lines.flatMap(line => wrap(line, width)).join('\n')}\n`
}

/** A hash has to fit on a line. */
const narrowest = 60
const indent = 14

type Paint = Record<'bold' | 'good' | 'bad' | 'dim', (text: string) => string>

const plain: Paint = { bold: same, good: same, bad: same, dim: same }
const painted: Paint = { bold: ansi(1), good: ansi(32), bad: ansi(31), dim: ansi(2) }

function same(text: string): string {
  return text
}

function ansi(code: number): (text: string) => string {
  return text => `\u001b[${code}m${text}\u001b[0m`
}

/** A line that is broken at spaces, behind its label; or one that is as it is. */
type Line = string | { readonly label: string; readonly text: string }

function autopsyLines(autopsy: Autopsy, width: number, paint: Paint): Line[] {
  const { received, computed, expected, causes, firstDifference, next } = autopsy
  const isRight = autopsy.computedVerdict === 'mismatch' ? false : autopsy.verdict === 'matches'
  const lines: Line[] = [
    paint.bold((isRight ? paint.good : paint.bad)(headline(autopsy))),
    '',
    { label: 'rule', text: autopsy.rule },
    ...quoted('to sign', autopsy.signed, width),
    { label: 'expected', text: expected },
    { label: 'received', text: received ?? `nothing: no header ${autopsy.header}` },
    ...(computed === null ? [] : [{ label: 'computed', text: computed }]),
  ]
  for (const [i, cause] of causes.entries()) {
    lines.push('', paint.bold(i === 0 ? 'What went wrong' : 'Or'))
    lines.push(...causeLines(cause, autopsy))
    if (i > 0) continue
    lines.push(...quoted('was signed', cause.signed, width))
    lines.push(...differenceLines(autopsy, firstDifference, width, paint))
  }
  if (causes.length === 0) lines.push(...differenceLines(autopsy, firstDifference, width, paint))
  if (next.length > 0 && !isRight) lines.push('', paint.bold('What to check next'))
  else if (next.length > 0) lines.push('')
  lines.push(...next.map(text => ({ label: '-', text })))
  return lines
}

function headline({ provider, account, direction, verdict, computedVerdict }: Autopsy): string {
  const what = `${provider} ${direction}, account ${account}`
  const said = {
    matches: 'the signature is right',
    mismatch: 'the signature does not match',
    missing: 'the signature is missing',
  }[verdict]
  if (computedVerdict === null) return `${what}: ${said}`
  return `${what}: ${said}, and ${computedVerdict === 'matches' ? 'so is the one' : 'not the one'} that was computed`
}

function causeLines({ mistakes }: Cause, autopsy: Autopsy): Line[] {
  return mistakes.flatMap((mistake: FoundMistake, i): Line[] => [
    {
      label: i === 0 ? 'mistake' : 'and',
      text: `${signer(autopsy)} ${mistake.title}${mistake.detail === undefined ? '' : ` (${mistake.detail})`}.`,
    },
    { label: 'why', text: mistake.explanation },
    { label: 'mend it', text: mistake.remedy },
  ])
}

function signer({ direction, computed }: Autopsy): string {
  if (computed !== null) return 'Your code'
  return direction === 'request' ? 'The client' : 'The sender'
}

/** Text that is signed: whole if it is short, and otherwise only its beginning and its end. */
function quoted(label: string, text: string, width: number): Line[] {
  const room = (width - indent) * mostLines
  const characters = [...visible(text)]
  const half = Math.floor(room / 2) - 1
  const shown =
    characters.length <= room
      ? characters.join('')
      : `${characters.slice(0, half).join('')}…${characters.slice(-half).join('')}`
  const rows = cut(shown, width - indent)
  return rows.map((row, i) => `${(i === 0 ? `  ${label}` : '').padEnd(indent)}${row}`)
}

const mostLines = 12

function differenceLines(
  autopsy: Autopsy,
  difference: Difference | null,
  width: number,
  paint: Paint,
): Line[] {
  if (!difference) return []
  const { at, expected, received } = difference
  const unit = { text: 'character', bytes: 'byte', signature: 'digit' }[difference.in]
  const head: Line = {
    label: 'differs',
    text: `from ${unit} ${at + 1} on${difference.in === 'signature' ? ', as any two hashes do' : ''}`,
  }
  if (difference.in === 'signature') return [head]
  const before = difference.in === 'text' ? beforeOf(autopsy, at, width) : ''
  const mark = ' '.repeat(indent + columnsOf(before))
  return [
    head,
    `${'  right'.padEnd(indent)}${before}${paint.good(visible(expected) || '(ends here)')}`,
    `${'  signed'.padEnd(indent)}${before}${paint.bad(visible(received) || '(ends here)')}`,
    `${mark}${paint.bold('^')}`,
  ]
}

/** What stands before the difference, as far as there is room. */
function beforeOf({ signed }: Autopsy, at: number, width: number): string {
  const room = Math.max(0, Math.floor((width - indent) / 2) - 1)
  const start = Math.max(0, at - room)
  const text = visible(signed.slice(start, at).toWellFormed())
  return start > 0 ? `…${text}` : text
}

function unsignedLines({ provider, account, direction, credentials, identifiedBy, check }: Unsigned): Line[] {
  const lines: Line[] = [`${provider} ${direction}, account ${account}: nothing is signed here`, '']
  if (direction !== 'request') {
    lines.push({
      label: '-',
      text: `A ${direction} of ${provider} carries no signature, so that there is nothing to verify: whoever knows the address can send one. Ask the provider for the order before you trust it.`,
    })
    return lines
  }
  if (credentials.length === 0)
    lines.push({ label: '-', text: `No credential is sent either: the account is named by ${identifiedBy}.` })
  for (const { header, description } of credentials)
    lines.push({ label: '-', text: `${header}: ${description}` })
  if (check) {
    const said = check.ok
      ? 'The credentials of this request are right.'
      : `This request is refused: ${check.reason}`
    lines.push({ label: '-', text: said })
  }
  return lines
}

function wrap(line: Line, width: number): string[] {
  if (typeof line === 'string') return [line]
  const { label, text } = line
  const isItem = label === '-'
  const left = isItem ? 4 : indent
  return wrapWords(text, width - left).map(
    (each, i) => `${(i === 0 ? `  ${label}` : '').padEnd(left)}${each}`,
  )
}
