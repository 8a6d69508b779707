// A report as one HTML file that asks nothing of anybody: no script, no request.
import { createHash } from 'node:crypto'
import { visible } from '../../signature/columns.ts'
import type { FindingGroup } from '../findings.ts'
import { type CaseOutcome, type CheckReport, isDifferent } from '../report.ts'
import { type Verdict, verdictOf } from '../verdict.ts'
import { style } from './html-style.ts'
import { kindOf } from './kinds.ts'
import {
  baselineEntriesOf,
  type Chapter,
  countsOf,
  judgedCount,
  leftOutOf,
  plural,
  type ReportOptions,
  type ShownScore,
  scoresOf,
  showParty,
  showPeriod,
  showProvenance,
  showReceived,
  showSeen,
  toChapters,
} from './words.ts'

/** A page for a browser. */
export function toHtml(report: CheckReport, { failOn }: ReportOptions = {}): string {
  const verdict = verdictOf(report, failOn)
  const chapters = toChapters(report)
  const hash = createHash('sha256').update(style).digest('base64')
  const title = `${words[verdict.outcome]}: ${report.title}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${head(report, verdict)}
${counts(report)}
${contents(chapters)}
${chapters.map(chapter).join('\n')}
${report.dropped > 0 ? `<section><p>${plural(report.dropped, 'further finding')} counted and not kept: there were too many different ones.</p></section>` : ''}
${cases(report.cases ?? [])}
${fidelity(scoresOf(report))}
${baseline(report)}
${leftOut(report)}
<footer>paydouble ${text(report.version)}. Secrets and what is known of persons are masked.</footer>
</main>
</body>
</html>
`
}

const words: Readonly<Record<Verdict['outcome'], string>> = {
  passed: 'Passed',
  failed: 'Failed',
  nothingJudged: 'Nothing judged',
  unreachable: 'Unreachable',
  credentialsRefused: 'Credentials refused',
  interrupted: 'Interrupted',
}

function head(report: CheckReport, { outcome, text: why }: Verdict): string {
  const { exchanges, unmatched, unreadable, title } = report
  const period = showPeriod(report)
  const seen = [
    `${judgedCount(report)} of ${plural(exchanges, 'exchange')} judged`,
    ...(unmatched.count > 0 ? [`${unmatched.count} unmatched`] : []),
    ...(unreadable.count > 0 ? [plural(unreadable.count, 'unreadable part')] : []),
  ]
  return `<header class="${outcome}">
<h1>${words[outcome]}</h1>
<p>${text(why)}</p>
<dl class="facts">
<dt>Checked</dt><dd>${text(title)}</dd>
<dt>Exchanges</dt><dd>${seen.join(', ')}</dd>
${period === '' ? '' : `<dt>When</dt><dd>${period}</dd>`}
</dl>
</header>`
}

function counts(report: CheckReport): string {
  const all = countsOf(report)
  const tiles = (['breaking', 'additive', 'note', 'accepted'] as const).map(name => {
    const label = name === 'note' && all.note !== 1 ? 'notes' : name
    return `<li class="${name}${all[name] === 0 ? ' zero' : ''}"><b>${all[name]}</b>${label}</li>`
  })
  return `<ul class="counts">${tiles.join('')}</ul>`
}

function contents(chapters: readonly Chapter[]): string {
  if (chapters.length === 0) return ''
  const items = chapters.map(({ provider, name, findings }, i) => {
    const title = `<code>${text(`${provider}.${name}`)}</code>`
    return findings.length === 0
      ? `<li>${title}<span class="tag good">keeps its contract</span></li>`
      : `<li><a href="#c${i}">${title}</a><span class="tags">${tags(findings)}</span></li>`
  })
  return `<nav aria-label="Operations"><ul>${items.join('')}</ul></nav>`
}

function tags(findings: readonly FindingGroup[]): string {
  const open = findings.filter(({ accepted }) => !accepted)
  const shown = (['breaking', 'additive', 'note'] as const).flatMap(severity => {
    const count = open.filter(each => each.severity === severity).length
    return count === 0
      ? []
      : [
          `<span class="tag ${severity}">${severity === 'note' ? plural(count, 'note') : `${count} ${severity}`}</span>`,
        ]
  })
  const accepted = findings.length - open.length
  return [...shown, ...(accepted > 0 ? [`<span class="tag">${accepted} accepted</span>`] : [])].join(' ')
}

function chapter({ provider, name, kind, count, findings }: Chapter, i: number): string {
  if (findings.length === 0) return ''
  const what = plural(count, kind === 'callback' ? 'callback' : 'exchange')
  return `<section id="c${i}"><h2><code>${text(`${provider}.${name}`)}</code> <small>${what}</small></h2>\n${findings.map(oneFinding).join('\n')}</section>`
}

function oneFinding(finding: FindingGroup): string {
  const { severity, kind, part, pointer, message, expected, provenance, detail, accepted, id } = finding
  const received = showReceived(finding)
  const rows = [
    ...(expected === undefined ? [] : [row('expected', `<code>${text(expected)}</code>`, 'expected')]),
    ...(received === undefined ? [] : [row('received', `<code>${text(received)}</code>`, 'received')]),
    ...(provenance ? [row('who says so', text(showProvenance(provenance)))] : []),
    row('to change', showParty(finding)),
    row('seen', text(showSeen(finding))),
    ...(accepted ? [row('accepted', text(`until ${accepted.expires}: ${accepted.reason}`))] : []),
  ]
  const { title, help } = kindOf(kind)
  return `<article class="${severity}${accepted ? ' accepted' : ''}">
<h3><span class="tag ${accepted ? '' : severity}">${accepted ? `accepted (${severity})` : severity}</span><span>${part}${pointer === '' ? '' : ` <code>${text(pointer)}</code>`}</span><span class="kind">${text(kind)}</span></h3>
<p>${text(message)}</p>
<dl class="rows">${rows.join('')}</dl>
${detail === undefined ? '' : `<details open><summary>Why, in detail</summary><pre>${lines(detail)}</pre></details>`}
<details><summary>What this means</summary><p>${text(`${title}. ${help}`)}</p><p class="soft">id: <code>${text(id)}</code></p></details>
</article>`
}

function row(name: string, html: string, kind = ''): string {
  return `<dt>${name}</dt><dd${kind === '' ? '' : ` class="${kind}"`}>${html}</dd>`
}

const caseWords: Readonly<Record<CaseOutcome['outcome'], { readonly text: string; readonly look: string }>> =
  {
    asExpected: { text: 'as expected', look: 'good' },
    differs: { text: 'differs', look: 'breaking' },
    assumptionDiffers: { text: 'other than assumed', look: 'note' },
    skipped: { text: 'skipped', look: '' },
    unreachable: { text: 'unreachable', look: 'additive' },
  }

function cases(all: readonly CaseOutcome[]): string {
  if (all.length === 0) return ''
  const items = all.map(({ outcome, provider, name, summary, cost, expected, received, why }) => {
    const { text: word, look } = caseWords[outcome]
    const rows = [
      ...(isDifferent(outcome)
        ? [
            row('expected', `<code>${text(expected)}</code>`, 'expected'),
            row('received', `<code>${text(received)}</code>`, 'received'),
          ]
        : []),
      ...(why === undefined ? [] : [row('why', text(why))]),
    ]
    return `<article class="${look}"><h3><span class="tag ${look}">${word}</span><code>${text(`${provider}.${name}`)}</code><span class="kind">${text(cost)}</span></h3><p>${text(summary)}</p>${rows.length > 0 ? `<dl class="rows">${rows.join('')}</dl>` : ''}</article>`
  })
  const right = all.filter(({ outcome }) => outcome === 'asExpected').length
  return `<section id="cases"><h2>Cases <small>${right} of ${all.length} as expected</small></h2>\n${items.join('\n')}</section>`
}

const looks = { good: 'good', fair: 'additive', poor: 'breaking' } as const

function fidelity(scores: readonly ShownScore[]): string {
  if (scores.length === 0) return ''
  const items = scores.map(({ name, score, share, grade, exchanges, differences, skipped }) => {
    const percent = Math.round(share * 100)
    const look = looks[grade]
    // No style attribute: nothing but the sheet above may style this page.
    const bar = `<svg class="bar" width="100%" height="8" role="img" aria-label="${percent} %"><rect width="${percent}%" height="8" fill="currentColor"/></svg>`
    return `<article class="${look}"><h3><span class="tag ${look}">${score}</span><code>${text(name)}</code><span class="kind">${plural(exchanges, 'exchange')}</span></h3>${bar}${list([...differences.map(each => `<code>${text(each)}</code>`), ...skipped.map(text)])}</article>`
  })
  return `<section id="fidelity"><h2>Fidelity <small>how much of the real answers the double has</small></h2>\n${items.join('\n')}</section>`
}

function baseline({ baseline: used }: CheckReport): string {
  if (!used) return ''
  const parts = baselineEntriesOf(used).map(({ title, entries }) => {
    const items = entries.map(
      ({ id, expires, reason }) => `<code>${text(id)}</code> until ${text(expires)}: ${text(reason)}`,
    )
    return `<p>${title}:</p>${list(items)}`
  })
  return `<section id="baseline"><h2>Baseline <small>${text(used.file)}</small></h2>
<article><p>${plural(used.accepted, 'finding')} accepted.</p>
${parts.join('\n')}</article></section>`
}

function leftOut(report: CheckReport): string {
  return leftOutOf(report)
    .map(({ title, count, what, items }) => {
      const shown = items.map(
        ({ about, why, times }) =>
          `<code>${text(about)}</code>: ${text(why)}${times === undefined ? '' : ` (${plural(times, 'time')})`}`,
      )
      return `<section><h2>${title} <small>${count} ${what}</small></h2><article>${list(shown)}</article></section>`
    })
    .join('\n')
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul class="list">${items.map(each => `<li>${each}</li>`).join('')}</ul>`
}

/** A text that has its own lines. */
function lines(detail: string): string {
  return detail.trimEnd().split('\n').map(text).join('\n')
}

/** Text that stays text, in an element as in an attribute. */
function text(value: string): string {
  return visible(value).replace(/[<>&"'`]/g, character => `&#${character.charCodeAt(0)};`)
}
