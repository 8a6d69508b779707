// A report as one HTML file that asks nothing of anybody: no script, no request.
import { createHash } from 'node:crypto'
import { visible } from '../../signature/columns.ts'
import { showPlace } from '../exchange.ts'
import type { FindingGroup } from '../findings.ts'
import { type CaseOutcome, type CheckReport, type FidelityScore, isDifferent } from '../report.ts'
import { type Verdict, verdictOf } from '../verdict.ts'
import { style } from './html-style.ts'
import { kindOf } from './kinds.ts'
import { showScore } from './terminal.ts'
import {
  type Chapter,
  countsOf,
  judgedCount,
  plural,
  type ReportOptions,
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
${fidelity(report.fidelity ?? [])}
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

function fidelity(scores: readonly FidelityScore[]): string {
  if (scores.length === 0) return ''
  const items = scores.map(({ provider, name, score, exchanges, differences, skipped = [] }) => {
    const share = Math.round(Math.min(1, Math.max(0, score)) * 100)
    const look = score >= 1 ? 'good' : score >= 0.9 ? 'additive' : 'breaking'
    // No style attribute: nothing but the sheet above may style this page.
    const bar = `<svg class="bar" width="100%" height="8" role="img" aria-label="${share} %"><rect width="${share}%" height="8" fill="currentColor"/></svg>`
    return `<article class="${look}"><h3><span class="tag ${look}">${showScore(score)}</span><code>${text(`${provider}.${name}`)}</code><span class="kind">${plural(exchanges, 'exchange')}</span></h3>${bar}${list([...differences.map(each => `<code>${text(each)}</code>`), ...skipped.map(why => `not compared: ${text(why)}`)])}</article>`
  })
  return `<section id="fidelity"><h2>Fidelity <small>how much of the real answers the double has</small></h2>\n${items.join('\n')}</section>`
}

function baseline({ baseline: used }: CheckReport): string {
  if (!used) return ''
  const { file, accepted, expired, unused } = used
  const entry = ({ id, expires, reason }: { id: string; expires: string; reason: string }) =>
    `<code>${text(id)}</code> until ${text(expires)}: ${text(reason)}`
  const part = (title: string, items: readonly string[]) =>
    items.length === 0 ? '' : `<p>${title}</p>${list(items)}`
  return `<section id="baseline"><h2>Baseline <small>${text(file)}</small></h2>
<article><p>${plural(accepted, 'finding')} accepted.</p>
${part(`${plural(expired.length, 'acceptance')} ended, so that what was found counts again:`, expired.map(entry))}
${part(`${plural(unused.length, 'entry', 'entries')} not found any more:`, unused.map(entry))}</article></section>`
}

function leftOut({ unmatched, unreadable, unverified }: CheckReport): string {
  const lists = [
    {
      title: 'Unmatched',
      count: unmatched.count,
      what: 'not about any operation or callback',
      items: unmatched.list.map(
        ({ request, why, count }) => `<code>${text(request)}</code>: ${text(why)} (${plural(count, 'time')})`,
      ),
    },
    {
      title: 'Unreadable',
      count: unreadable.count,
      what: 'left out',
      items: unreadable.list.map(({ place, why }) => `<code>${text(showPlace(place))}</code>: ${text(why)}`),
    },
    {
      title: 'Not checked',
      count: unverified.reduce((sum, { count }) => sum + count, 0),
      what: 'parts of exchanges',
      items: unverified.map(
        ({ provider, why, count }) => `${text(provider)}: ${text(why)} (${plural(count, 'time')})`,
      ),
    },
  ]
  return lists
    .filter(({ count }) => count > 0)
    .map(
      ({ title, count, what, items }) =>
        `<section><h2>${title} <small>${count} ${what}</small></h2><article>${list(items)}</article></section>`,
    )
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
