// A report as Markdown of GitHub: for a comment on a pull request, and for the summary of a workflow's step.
import { visible } from '../../signature/columns.ts'
import type { FindingGroup } from '../findings.ts'
import { type CheckReport, isDifferent, isFailing } from '../report.ts'
import { type Verdict, verdictOf } from '../verdict.ts'
import {
  baselineEntriesOf,
  countsOf,
  judgedCount,
  leftOutOf,
  plural,
  type ReportOptions,
  scoresOf,
  showCounts,
  showParty,
  showPeriod,
  showProvenance,
  showReceived,
  showSeen,
  toChapters,
} from './words.ts'

export interface MarkdownOptions extends ReportOptions {
  /** Bytes that it may have; what does not fit is left out, and that is said. Default: what a comment may have. */
  readonly room?: number
}

/** A comment may have 65,536 characters. */
const mostOfComment = 65_000

/** Tables and folded details. What was captured is text in it, never markup. */
export function toMarkdown(
  report: CheckReport,
  { failOn, room = mostOfComment }: MarkdownOptions = {},
): string {
  const verdict = verdictOf(report, failOn)
  const blocks = [
    ...headBlocks(report, verdict),
    ...findingTables(report, failOn),
    ...caseTable(report),
    ...fidelityTable(report),
    ...baselineBlocks(report),
    ...leftOutBlocks(report),
    ...report.findings.filter(({ detail }) => detail !== undefined).map(detailBlock),
  ]
  return cutToRoom(blocks, room)
}

const signs: Readonly<Record<Verdict['outcome'], string>> = {
  passed: '✅ Passed',
  failed: '❌ Failed',
  nothingJudged: '❌ Nothing judged',
  unreachable: '🔌 Unreachable',
  credentialsRefused: '🔑 Credentials refused',
  interrupted: '⏹️ Interrupted',
}

const marks = { breaking: '🔴', additive: '🟡', note: '🔵' } as const

function headBlocks(report: CheckReport, { outcome, text }: Verdict): string[] {
  const { exchanges, unmatched, unreadable, title } = report
  const counts = showCounts(countsOf(report)) || 'nothing found'
  const seen = [
    `${judgedCount(report)} of ${plural(exchanges, 'exchange')} judged`,
    ...(unmatched.count > 0 ? [`${unmatched.count} unmatched`] : []),
    ...(unreadable.count > 0 ? [plural(unreadable.count, 'unreadable part')] : []),
    ...[showPeriod(report)].filter(each => each !== ''),
  ]
  return [
    `### ${signs[outcome]}: ${counts}\n`,
    `Checked: ${code(title)} (${plain(seen.join(', '))}). ${plain(text)}\n`,
  ]
}

/** A table for each operation; each row a block, so that a table can end where there is no more room. */
function findingTables(report: CheckReport, failOn: ReportOptions['failOn']): string[] {
  const chapters = toChapters(report)
  const clean = chapters.filter(({ findings }) => findings.length === 0)
  return [
    ...chapters
      .filter(({ findings }) => findings.length > 0)
      .flatMap(({ provider, name, count, findings }) => [
        `#### ${code(`${provider}.${name}`)}, ${plural(count, 'exchange')}\n`,
        `| | where | what | expected | received | seen |\n| --- | --- | --- | --- | --- | --- |`,
        ...findings.map(finding => toRow(finding, failOn)),
        '',
      ]),
    ...(clean.length > 0
      ? [`Nothing found: ${clean.map(({ provider, name }) => code(`${provider}.${name}`)).join(', ')}.\n`]
      : []),
    ...(report.dropped > 0
      ? [
          `${plural(report.dropped, 'further finding')} counted and not kept: there were too many different ones.\n`,
        ]
      : []),
  ]
}

function toRow(finding: FindingGroup, failOn: ReportOptions['failOn']): string {
  const { severity, part, pointer, kind, message, expected, provenance, accepted } = finding
  const received = showReceived(finding)
  const what = [
    `${code(kind)} ${plain(message)}`,
    `<sub>${plain(`${provenance ? `who says so: ${showProvenance(provenance)}; ` : ''}to change: ${showParty(finding)}`)}</sub>`,
    ...(accepted ? [`<sub>${plain(`accepted until ${accepted.expires}: ${accepted.reason}`)}</sub>`] : []),
  ]
  const sign = accepted ? '⚪ accepted' : `${marks[severity]} ${severity}`
  const cells = [
    isFailing(finding, failOn) ? `**${sign}**` : sign,
    `${part}${pointer === '' ? '' : ` ${code(pointer)}`}`,
    what.join('<br>'),
    expected === undefined ? '' : code(expected),
    received === undefined ? '' : code(received),
    plain(showSeen(finding)),
  ]
  return `| ${cells.join(' | ')} |`
}

function caseTable({ cases = [] }: CheckReport): string[] {
  if (cases.length === 0) return []
  const words = {
    asExpected: '✅',
    differs: '❌ differs',
    assumptionDiffers: '💡 other than assumed',
    skipped: '⚪ skipped',
    unreachable: '🔌 unreachable',
  }
  return [
    '#### Cases\n',
    '| | case | expected | received | |\n| --- | --- | --- | --- | --- |',
    ...cases.map(
      ({ outcome, provider, name, expected, received, why = '' }) =>
        `| ${words[outcome]} | ${code(`${provider}.${name}`)} | ${isDifferent(outcome) ? code(expected) : ''} | ${isDifferent(outcome) ? code(received) : ''} | ${plain(why)} |`,
    ),
    '',
  ]
}

function fidelityTable(report: CheckReport): string[] {
  const scores = scoresOf(report)
  if (scores.length === 0) return []
  return [
    '#### Fidelity: how much of the real answers the double has\n',
    '| operation | score | exchanges | differences |\n| --- | --: | --: | --- |',
    ...scores.map(
      ({ name, score, exchanges, differences, skipped }) =>
        `| ${code(name)} | ${score} | ${exchanges} | ${[...differences.map(code), ...skipped.map(plain)].join('<br>')} |`,
    ),
    '',
  ]
}

function baselineBlocks({ baseline }: CheckReport): string[] {
  if (!baseline) return []
  return [
    `The baseline ${code(baseline.file)} accepts ${plural(baseline.accepted, 'finding')}.\n`,
    ...baselineEntriesOf(baseline).flatMap(({ title, entries }) =>
      folded(
        title,
        entries.map(({ id, expires, reason }) => `${code(id)} until ${expires}: ${plain(reason)}`),
      ),
    ),
  ]
}

function leftOutBlocks(report: CheckReport): string[] {
  return leftOutOf(report).flatMap(({ title, count, items }) =>
    folded(
      title === 'Not checked' ? title : `${count} ${title.toLowerCase()}`,
      items.map(
        ({ about, why, times }) => `${code(about)}: ${plain(why)}${times === undefined ? '' : ` (${times})`}`,
      ),
    ),
  )
}

/** A folded list, whole or not at all: half of one would fold what comes behind it. */
function folded(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  return [
    `<details><summary>${plain(title)}</summary>\n\n${items.map(each => `- ${each}`).join('\n')}\n\n</details>\n`,
  ]
}

function detailBlock({ id, detail = '' }: FindingGroup): string {
  const lines = detail.trimEnd().split('\n').map(visible)
  const longest = Math.max(2, ...lines.flatMap(line => (line.match(/`+/g) ?? []).map(run => run.length)))
  const fence = '`'.repeat(longest + 1)
  return `<details><summary>${code(id)}</summary>\n\n${fence}text\n${lines.join('\n')}\n${fence}\n\n</details>\n`
}

function cutToRoom(blocks: readonly string[], room: number): string {
  const note = (left: number) =>
    `\n_${plural(left, 'more part')} of this report left out: there is no more room here. Take --report html or json for all of it._\n`
  let text = ''
  let used = Buffer.byteLength(note(blocks.length))
  for (const [i, block] of blocks.entries()) {
    const size = Buffer.byteLength(block) + 1
    if (used + size > room) return room <= used && text === '' ? '' : `${text}${note(blocks.length - i)}`
    text += `${block}\n`
    used += size
  }
  return text
}

/** What Markdown or GitHub would take for more than a character: markup, a mention, the number of an issue, a link. */
const markup = /[\\`*{}[\]<>!|~&$#]|(?<![a-z0-9])_|_(?![a-z0-9])|@(?=\w)|:(?=\/\/)|(?<=\bwww)\./gi

/** Text without markup. */
function plain(text: string): string {
  // Mentions and issues are looked for in what is shown: a space of no width keeps them apart.
  return visible(text).replace(
    markup,
    found => toEntity(found) + (found === '@' || found === '#' ? '\u200b' : ''),
  )
}

/** The same in the letters of code, where nobody is mentioned. */
function code(text: string): string {
  if (text === '') return ''
  return `<code>${visible(text)
    .replace(markup, toEntity)
    .replace(/^ | $| (?= )/g, toEntity)}</code>`
}

function toEntity(character: string): string {
  return `&#${character.charCodeAt(0)};`
}
