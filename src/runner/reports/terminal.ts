// A report for a person at a terminal: what it comes to, then why, then what was not judged.
import type { Severity } from '../../contract/index.ts'
import { columnsOf, cut, visible } from '../../signature/columns.ts'
import { showPlace } from '../exchange.ts'
import type { FindingGroup } from '../findings.ts'
import { type CaseOutcome, type CheckReport, isDifferent, isFailing } from '../report.ts'
import { type Verdict, verdictOf } from '../verdict.ts'
import {
  heading,
  item,
  labelEnd,
  labelled,
  type Page,
  painter,
  paragraph,
  row,
  type Style,
} from './terminal-page.ts'
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
/** Lines of each list of what was not judged. */
const mostListed = 20
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

function caseLines({ cases = [] }: CheckReport, page: Page): string[] {
  if (cases.length === 0) return []
  const count = (outcome: CaseOutcome['outcome']) => cases.filter(each => each.outcome === outcome).length
  const parts = [
    `${count('asExpected')} of ${plural(cases.length, 'case')} as expected`,
    ...(count('differs') > 0 ? [`${count('differs')} ${count('differs') === 1 ? 'differs' : 'differ'}`] : []),
    ...(count('assumptionDiffers') > 0 ? [`${count('assumptionDiffers')} other than assumed`] : []),
    ...(count('skipped') > 0 ? [`${count('skipped')} skipped`] : []),
    ...(count('unreachable') > 0 ? [`${count('unreachable')} unreachable`] : []),
  ]
  const lines = ['', ...heading('Cases', parts.join(', '), page), '']
  // Of those that are as expected the names will do.
  const right = cases.filter(({ outcome }) => outcome === 'asExpected')
  if (right.length > 0) {
    const names = right.map(({ provider, name }) => `${provider}.${name}`).join(', ')
    const [first = '', ...more] = paragraph(names, page, 4)
    lines.push(
      `  ${page.paint(caseMarks.asExpected.style, caseMarks.asExpected.mark)}${first.slice(3)}`,
      ...more,
    )
  }
  for (const each of cases) {
    const { outcome, provider, name, summary, expected, received, why, cost } = each
    if (outcome === 'asExpected') continue
    const { mark, style } = caseMarks[outcome]
    lines.push(
      ...row(
        [
          { text: `${mark} ${provider}.${name}`, style },
          { text: cost, style: 'dim' },
        ],
        page,
        2,
      ),
    )
    lines.push(...paragraph(summary, page, 4))
    if (isDifferent(outcome))
      lines.push(
        ...labelled('expected', expected, page, 'green'),
        ...labelled('received', received, page, 'red'),
      )
    if (why !== undefined) lines.push(...labelled('why', why, page))
  }
  return lines
}

const caseMarks: Readonly<Record<CaseOutcome['outcome'], { readonly mark: string; readonly style: Style }>> =
  {
    asExpected: { mark: '✔', style: 'green' },
    differs: { mark: '✖', style: 'red' },
    assumptionDiffers: { mark: '!', style: 'cyan' },
    skipped: { mark: '○', style: 'dim' },
    unreachable: { mark: '✖', style: 'yellow' },
  }

const barLength = 20

function fidelityLines({ fidelity = [] }: CheckReport, page: Page): string[] {
  if (fidelity.length === 0) return []
  const lines = ['', ...heading('Fidelity', 'how much of the real answers the double has', page), '']
  for (const { provider, name, score, exchanges, differences, skipped = [] } of fidelity) {
    const filled = Math.round(Math.min(1, Math.max(0, score)) * barLength)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(barLength - filled)}`
    const style = score >= 1 ? 'green' : score >= 0.9 ? 'yellow' : 'red'
    const parts = [
      { text: `${bar} ${showScore(score).padStart(6)}`, style },
      { text: `${provider}.${name}` },
      { text: plural(exchanges, 'exchange'), style: 'dim' },
    ] as const
    lines.push(...row(parts, page, 2))
    for (const difference of differences) lines.push(...item(difference, page, 4))
    for (const why of skipped) lines.push(...item(`not compared: ${why}`, page, 4))
  }
  return lines
}

/** Not 100 % unless it is. */
export function showScore(score: number): string {
  return `${(Math.floor(score * 1000) / 10).toFixed(score === 1 ? 0 : 1)} %`
}

function baselineLines({ baseline }: CheckReport, page: Page): string[] {
  if (!baseline) return []
  const { file, accepted, unused, expired } = baseline
  const lines = [
    '',
    ...heading('Baseline', file, page),
    '',
    ...labelled('accepted', plural(accepted, 'finding'), page),
  ]
  for (const [label, list, style] of [
    ['expired', expired, 'red'],
    ['not found', unused, 'yellow'],
  ] as const) {
    if (list.length === 0) continue
    const what =
      label === 'expired' ? (list.length === 1 ? 'it counts again' : 'they count again') : 'no longer needed'
    lines.push(...labelled(label, `${plural(list.length, 'entry', 'entries')}: ${what}`, page, style))
    for (const { id, expires, reason } of list.slice(0, mostListed))
      lines.push(...item(`${id} (until ${expires}: ${reason})`, page, labelEnd))
    lines.push(...moreOf(list.length, page))
  }
  return lines
}

/** What was not judged, and why. */
function leftOutLines({ unmatched, unreadable, unverified }: CheckReport, page: Page): string[] {
  const lists = [
    {
      title: 'Unmatched',
      count: unmatched.count,
      what: 'not about any operation or callback',
      items: unmatched.list.map(
        ({ request, why, count }) => `${request}: ${why}${count > 1 ? ` (${count} times)` : ''}`,
      ),
    },
    {
      title: 'Unreadable',
      count: unreadable.count,
      what: 'left out',
      items: unreadable.list.map(({ place, why }) => `${showPlace(place)}: ${why}`),
    },
    {
      title: 'Not checked',
      count: unverified.reduce((sum, { count }) => sum + count, 0),
      what: 'parts of exchanges',
      items: unverified.map(({ provider, why, count }) => `${provider}: ${why} (${plural(count, 'time')})`),
    },
  ]
  return lists
    .filter(({ count }) => count > 0)
    .flatMap(({ title, count, what, items }) => [
      '',
      ...heading(title, `${count} ${what}`, page),
      '',
      ...items.slice(0, mostListed).flatMap(text => item(text, page)),
      ...moreOf(items.length, page),
    ])
}

function moreOf(count: number, page: Page): string[] {
  return count > mostListed ? item(`and ${count - mostListed} more, which the other reports list`, page) : []
}
