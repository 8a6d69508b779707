// A report for a person at a terminal: what it comes to, then why, then what was not judged.
import type { Severity } from '../../contract/index.ts'
import { columnsOf, cut, visible } from '../../signature/columns.ts'
import type { FindingGroup } from '../findings.ts'
import { type CheckReport, isFailing } from '../report.ts'
import { type Verdict, verdictOf } from '../verdict.ts'
import { baselineLines, caseLines, fidelityLines, leftOutLines } from './terminal-lists.ts'
import { heading, labelled, type Page, painter, paragraph, row, type Style } from './terminal-page.ts'
import {
  type Chapter,
  countsOf,
  judgedCount,
  plural,
  type ReportOptions,
  showCounts,
  showParty,
  showPeriod,
  showProvenance,
  showReceived,
  showSeen,
  showWhere,
  toChapters,
} from './words.ts'

export interface TerminalOptions extends ReportOptions {
  /** Columns of the terminal. Default 80. */
  readonly width?: number
  /** Default false. */
  readonly color?: boolean
}

/** Findings that are shown whole; who wants all of more takes another report. */
const mostFindings = 200
const narrowest = 40

/** A report for a terminal. Nothing in it moves the cursor, whatever was captured. */
export function toTerminalText(report: CheckReport, options: TerminalOptions = {}): string {
  const width = Math.max(narrowest, Math.min(options.width ?? 80, 140))
  const paint = painter(options.color ?? false)
  const page = { width, paint, failOn: options.failOn ?? 'additive' }
  const verdict = verdictOf(report, options.failOn)
  const findings = findingLines(report, page)
  const rest = [
    ...caseLines(report, page),
    ...fidelityLines(report, page),
    ...baselineLines(report, page),
    ...leftOutLines(report, page),
  ]
  const lines = [...headLines(report, verdict, page), ...findings, ...rest]
  // Who has scrolled to the end need not go back for what it comes to.
  if (lines.length > repeatedAfter) lines.push('', ...headline(report, verdict, page))
  return `${lines.join('\n')}\n`
}

const repeatedAfter = 24

const marks: Readonly<Record<Severity, { readonly mark: string; readonly style: Style }>> = {
  breaking: { mark: '✖', style: 'red' },
  additive: { mark: '▲', style: 'yellow' },
  note: { mark: '•', style: 'cyan' },
}

const verdicts: Readonly<Record<Verdict['outcome'], { readonly text: string; readonly style: Style }>> = {
  passed: { text: '✔ PASSED', style: ['bold', 'green'] },
  failed: { text: '✖ FAILED', style: ['bold', 'red'] },
  nothingJudged: { text: '✖ NOTHING JUDGED', style: ['bold', 'red'] },
  unreachable: { text: '✖ UNREACHABLE', style: ['bold', 'red'] },
  credentialsRefused: { text: '✖ CREDENTIALS REFUSED', style: ['bold', 'red'] },
  interrupted: { text: '✖ INTERRUPTED', style: ['bold', 'yellow'] },
}

function headline(report: CheckReport, { outcome }: Verdict, page: Page): string[] {
  return row([verdicts[outcome], { text: showCounts(countsOf(report)) || 'nothing found' }], page)
}

function headLines(report: CheckReport, verdict: Verdict, page: Page): string[] {
  const { exchanges, unmatched, unreadable } = report
  const judged = judgedCount(report)
  const parts = [
    judged === exchanges
      ? plural(judged, 'exchange')
      : `${judged} of ${plural(exchanges, 'exchange')} judged`,
    ...(unmatched.count > 0 ? [`${unmatched.count} unmatched`] : []),
    ...(unreadable.count > 0 ? [plural(unreadable.count, 'unreadable part')] : []),
    ...[showPeriod(report)].filter(text => text !== ''),
  ]
  return [
    ...headline(report, verdict, page),
    ...paragraph(verdict.text, page),
    '',
    ...labelled('checked', report.title, page),
    ...labelled('seen', parts.join(', '), page),
  ]
}

function findingLines(report: CheckReport, page: Page & Pick<ReportOptions, 'failOn'>): string[] {
  const lines: string[] = []
  let left = mostFindings
  for (const chapter of toChapters(report)) {
    const { findings } = chapter
    if (findings.length === 0) continue
    lines.push('', ...chapterHead(chapter, page))
    for (const finding of findings.slice(0, left)) lines.push('', ...oneFinding(finding, page))
    left = Math.max(0, left - findings.length)
  }
  const clean = toChapters(report).filter(({ findings }) => findings.length === 0)
  if (clean.length > 0) {
    lines.push('')
    for (const { provider, name, count } of clean)
      lines.push(
        ...row(
          [
            { text: `✔ ${provider}.${name}`, style: 'green' },
            { text: plural(count, 'exchange'), style: 'dim' },
          ],
          page,
        ),
      )
  }
  const hidden = report.findings.length - mostFindings
  if (hidden > 0)
    lines.push(
      '',
      ...paragraph(
        `${plural(hidden, 'more finding')} not shown here: --report json:FILE or html:FILE has all.`,
        page,
      ),
    )
  if (report.dropped > 0)
    lines.push(
      '',
      ...paragraph(
        `${plural(report.dropped, 'further finding')} counted and not kept: there were too many different ones.`,
        page,
      ),
    )
  return lines
}

function chapterHead({ provider, name, kind, count }: Chapter, page: Page): string[] {
  return heading(`${provider}.${name}`, plural(count, kind === 'callback' ? 'callback' : 'exchange'), page)
}

function oneFinding(finding: FindingGroup, page: Page & Pick<ReportOptions, 'failOn'>): string[] {
  const { severity, kind, message, expected, provenance, detail, accepted } = finding
  const { paint, width } = page
  const { mark, style } = marks[severity]
  const isOpen = isFailing(finding, page.failOn)
  const word = accepted ? `accepted (${severity})` : severity
  const shown = `${accepted ? '○' : mark} ${word}`
  const where = visible(showWhere(finding))
  const head = `  ${accepted ? paint('dim', shown) : paint(isOpen ? ['bold', style as never] : style, shown)}`
  const room = width - columnsOf(`  ${shown}  `) - columnsOf(kind) - 2
  const fits = columnsOf(where) <= room
  const gap = ' '.repeat(Math.max(2, room - columnsOf(where) + 2))
  const first = fits
    ? [`${head}  ${paint('bold', where)}${gap}${paint('dim', visible(kind))}`]
    : [
        `${head}  ${paint('dim', visible(kind))}`,
        ...cut(where, width - 4).map(row => `    ${paint('bold', row)}`),
      ]
  const received = showReceived(finding)
  return [
    ...first,
    ...paragraph(message, page, 4),
    ...(expected === undefined ? [] : labelled('expected', expected, page, 'green')),
    ...(received === undefined ? [] : labelled('received', received, page, 'red')),
    ...(provenance ? labelled('who says', showProvenance(provenance), page) : []),
    ...labelled('to change', showParty(finding), page),
    ...labelled('seen', showSeen(finding), page),
    ...(accepted ? labelled('accepted', `until ${accepted.expires}: ${accepted.reason}`, page) : []),
    ...(detail === undefined ? [] : detailLines(detail, page)),
  ]
}

/** A text that has its own lines and columns. */
function detailLines(detail: string, { width, paint }: Page): string[] {
  const lines = detail.trimEnd().split('\n')
  const rows = lines.flatMap(line => cut(visible(line), width - 6))
  return ['', ...rows.map(row => `    ${paint('dim', '│')} ${row}`.trimEnd())]
}
