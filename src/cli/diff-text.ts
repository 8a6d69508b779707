// A comparison as text for people.
import { type Change, type Comparison, type DocumentName, type Verdict, verdicts } from '../diff/index.ts'
import { wrapWords } from '../signature/columns.ts'

export interface DiffTextOptions {
  /** Columns. */
  readonly width: number
  readonly color: boolean
}

export function toDiffText(comparison: Comparison, options: DiffTextOptions): string {
  const { changes } = comparison
  const lines = [
    ...wrapWords(`${showName(comparison.old)} → ${showName(comparison.new)}`, options.width),
    ...wrapWords(summarise(comparison), options.width),
  ]
  for (const [heading, group] of groupsOf(changes)) {
    lines.push('', ...wrapWords(heading, options.width).map(row => paint(row, 1, options)))
    for (const change of group) lines.push(...showChange(change, options))
  }
  return `${lines.join('\n')}\n`
}

function showName({ name, title, version }: DocumentName): string {
  return `${name} (${[title, version].filter(part => part !== '').join(' ')})`
}

function summarise({ changes, texts, unused }: Comparison): string {
  const counts = verdicts
    .map(verdict => [changes.filter(change => change.verdict === verdict).length, verdict] as const)
    .filter(([count]) => count > 0)
    .map(([count, verdict]) => `${count} ${verdict}`)
  const silent = [
    ...(texts > 0 ? [`${texts} ${texts === 1 ? 'text' : 'texts'} for people`] : []),
    ...(unused > 0 ? [`${unused} ${unused === 1 ? 'component' : 'components'} that nothing uses`] : []),
  ]
  const changed = counts.length > 0 ? counts.join(', ') : 'No changes'
  if (silent.length === 0) return `${changed}.`
  return `${changed}. Not compared, but different: ${silent.join(', ')}.`
}

/** The changes under what they concern; what concerns the same operations stands together. */
function groupsOf(changes: readonly Change[]): Map<string, Change[]> {
  const groups = new Map<string, Change[]>()
  for (const change of changes) {
    const heading = headingOf(change)
    groups.set(heading, [...(groups.get(heading) ?? []), change])
  }
  return groups
}

/** More operations are only counted. */
const mostNamed = 4

function headingOf({ operations }: Change): string {
  if (operations.length === 0) return 'The whole document'
  const named = operations.slice(0, mostNamed).join(', ')
  return operations.length > mostNamed ? `${named}, and ${operations.length - mostNamed} more` : named
}

const indent = 14
const colors: Readonly<Record<Verdict, number>> = { breaking: 31, unknown: 33, compatible: 32 }

function showChange(change: Change, options: DiffTextOptions): string[] {
  const { verdict, kind, message, reason, pointer, before, after } = change
  const place = `${pointer === '' ? 'the document' : pointer}${change.in === 'old' ? ' (old)' : ''}`
  const hasValues = before !== undefined || after !== undefined
  return [
    ...showLine(verdict, `${subjectOf(change)}${message} (${kind})`, { ...options, label: colors[verdict] }),
    ...showLine('why', reason, options),
    ...showLine('at', place, options),
    ...(hasValues ? showLine('old → new', `${showValue(before)} → ${showValue(after)}`, options) : []),
  ]
}

/** The field that it is about, where the message does not name it. */
function subjectOf({ pointer, message }: Change): string {
  const names = [...pointer.matchAll(/\/properties\/([^/]+)/g)].map(([, name = '']) => plain(name))
  const last = names.at(-1)
  return last === undefined || message.includes(JSON.stringify(last)) ? '' : `${names.join('.')}: `
}

function plain(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}

function showLine(label: string, text: string, options: DiffTextOptions & { label?: number }): string[] {
  return wrapWords(text, Math.max(options.width, narrowest) - indent).map((row, i) => {
    const start = (i === 0 ? `  ${label}` : '').padEnd(indent)
    return i === 0 && options.label !== undefined ? paint(start, options.label, options) + row : start + row
  })
}

const narrowest = 40

/** Longer values are cut. */
const mostShown = 60

function showValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > mostShown ? `${text.slice(0, mostShown - 1).toWellFormed()}…` : text
}

function paint(text: string, code: number, { color }: DiffTextOptions): string {
  return color ? `\u001b[${code}m${text}\u001b[0m` : text
}
