// The lists of a report at a terminal: cases, fidelity, the baseline, and what was not judged.
import { type CaseOutcome, type CheckReport, isDifferent } from '../report.ts'
import { heading, item, labelEnd, labelled, type Page, paragraph, row, type Style } from './terminal-page.ts'
import { baselineEntriesOf, leftOutOf, plural, scoresOf } from './words.ts'

/** Lines of each list. */
const mostListed = 20

export function caseLines({ cases = [] }: CheckReport, page: Page): string[] {
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

const gradeStyles = { good: 'green', fair: 'yellow', poor: 'red' } as const

export function fidelityLines(report: CheckReport, page: Page): string[] {
  const scores = scoresOf(report)
  if (scores.length === 0) return []
  const lines = ['', ...heading('Fidelity', 'how much of the real answers the double has', page), '']
  for (const { name, score, share, grade, exchanges, differences, skipped } of scores) {
    const filled = Math.round(share * barLength)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(barLength - filled)}`
    const parts = [
      { text: `${bar} ${score.padStart(6)}`, style: gradeStyles[grade] },
      { text: name },
      { text: plural(exchanges, 'exchange'), style: 'dim' },
    ] as const
    lines.push(...row(parts, page, 2))
    for (const each of [...differences, ...skipped]) lines.push(...item(each, page, 4))
  }
  return lines
}

export function baselineLines({ baseline }: CheckReport, page: Page): string[] {
  if (!baseline) return []
  const accepted = plural(baseline.accepted, 'finding')
  const lines = ['', ...heading('Baseline', baseline.file, page), '', ...labelled('accepted', accepted, page)]
  for (const { label, what, entries } of baselineEntriesOf(baseline)) {
    const text = `${plural(entries.length, 'entry', 'entries')}: ${what}`
    lines.push(...labelled(label, text, page, label === 'expired' ? 'red' : 'yellow'))
    for (const { id, expires, reason } of entries.slice(0, mostListed))
      lines.push(...item(`${id} (until ${expires}: ${reason})`, page, labelEnd))
    lines.push(...moreOf(entries.length, page))
  }
  return lines
}

/** What was not judged, and why. */
export function leftOutLines(report: CheckReport, page: Page): string[] {
  return leftOutOf(report).flatMap(({ title, count, what, items }) => [
    '',
    ...heading(title, `${count} ${what}`, page),
    '',
    ...items
      .slice(0, mostListed)
      .flatMap(({ about, why, times = 1 }) =>
        item(`${about}: ${why}${times > 1 ? ` (${times} times)` : ''}`, page),
      ),
    ...moreOf(items.length, page),
  ])
}

function moreOf(count: number, page: Page): string[] {
  return count > mostListed ? item(`and ${count - mostListed} more, which the other reports list`, page) : []
}
