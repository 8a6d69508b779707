// A report as JUnit XML, for CI servers: a suite for each operation, a test case for each finding.

import { showPlace } from '../exchange.ts'
import type { FindingGroup } from '../findings.ts'
import { type CaseOutcome, type CheckReport, isFailing } from '../report.ts'
import { verdictOf } from '../verdict.ts'
import {
  plural,
  type ReportOptions,
  showParty,
  showProvenance,
  showReceived,
  showSeen,
  showWhere,
  toChapters,
} from './words.ts'

interface Suite {
  readonly name: string
  readonly cases: readonly TestCase[]
  readonly output?: string
}

interface TestCase {
  readonly name: string
  readonly is: 'passed' | 'failure' | 'error' | 'skipped'
  readonly type?: string
  /** One line. */
  readonly message?: string
  readonly text?: string
}

/** JUnit XML as Ant and Jenkins have it. */
export function toJunitXml(report: CheckReport, options: ReportOptions = {}): string {
  const suites = [
    runSuite(report, options),
    ...toChapters(report).map(
      ({ provider, name, findings }): Suite => ({
        name: `${provider}.${name}`,
        cases:
          findings.length === 0
            ? [{ name: 'keeps its contract', is: 'passed' }]
            : findings.map(finding => toTestCase(finding, options)),
      }),
    ),
    ...caseSuites(report.cases ?? []),
  ]
  // The schema asks for a time. Where no exchange has one there is none, and a report has no clock.
  const timestamp = toTimestamp(report.from ?? 0)
  const xml = suites.map((suite, id) => toXml(suite, { id, timestamp, version: report.version }))
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${xml.join('')}</testsuites>\n`
}

function toTestCase(finding: FindingGroup, { failOn }: ReportOptions): TestCase {
  const { kind, message, accepted, severity, expected, provenance, detail } = finding
  const name = `${kind} ${showWhere(finding)}`
  if (accepted)
    return { name, is: 'skipped', text: `Accepted until ${accepted.expires}: ${accepted.reason}\n${message}` }
  const received = showReceived(finding)
  const text = [
    message,
    ...(expected === undefined ? [] : [`expected: ${expected}`]),
    ...(received === undefined ? [] : [`received: ${received}`]),
    ...(provenance ? [`who says so: ${showProvenance(provenance)}`] : []),
    `to change: ${showParty(finding)}`,
    `seen: ${showSeen(finding)}`,
    `id: ${finding.id}`,
    ...(detail === undefined ? [] : ['', detail.trimEnd()]),
  ].join('\n')
  if (isFailing(finding, failOn))
    return { name, is: 'failure', type: kind, message: `${severity}: ${message}`, text }
  return { name, is: 'skipped', text: `${severity}, which does not fail this check\n${text}` }
}

/** Whether the check itself came to its end. */
function runSuite(report: CheckReport, { failOn }: ReportOptions): Suite {
  const { outcome, text } = verdictOf(report, failOn)
  const { unmatched, unreadable, unverified, baseline, title } = report
  const isDone = outcome === 'passed' || outcome === 'failed'
  const name = 'comes to its end'
  const output = [
    title,
    text,
    ...unreadable.list.map(({ place, why }) => `unreadable: ${showPlace(place)}: ${why}`),
    ...more(unreadable.count - unreadable.list.length, 'unreadable part'),
    ...unmatched.list.map(
      ({ request, why, count }) => `unmatched: ${request}: ${why} (${plural(count, 'time')})`,
    ),
    ...unverified.map(
      ({ provider, why, count }) => `unverified: ${provider}: ${why} (${plural(count, 'time')})`,
    ),
    ...(baseline?.expired ?? []).map(({ id, expires }) => `acceptance ended on ${expires}: ${id}`),
    ...(baseline?.unused ?? []).map(({ id }) => `accepted and not found: ${id}`),
    ...more(report.dropped, 'further finding'),
  ].join('\n')
  return {
    name: 'paydouble.check',
    cases: [isDone ? { name, is: 'passed' } : { name, is: 'error', type: outcome, message: text, text }],
    output,
  }
}

function more(count: number, what: string): string[] {
  return count > 0 ? [`and ${plural(count, what)} not listed`] : []
}

function caseSuites(cases: readonly CaseOutcome[]): Suite[] {
  const providers = [...new Set(cases.map(({ provider }) => provider))]
  return providers.map(id => ({
    name: `${id}.cases`,
    cases: cases.filter(({ provider }) => provider === id).map(toCase),
  }))
}

function toCase({ name, outcome, summary, expected, received, why }: CaseOutcome): TestCase {
  const text = [
    summary,
    `expected: ${expected}`,
    `received: ${received}`,
    ...(why === undefined ? [] : [why]),
  ].join('\n')
  switch (outcome) {
    case 'asExpected':
      return { name, is: 'passed' }
    case 'assumptionDiffers':
      return {
        name,
        is: 'skipped',
        text: `another answer than is assumed, which does not fail this check\n${text}`,
      }
    case 'skipped':
      return { name, is: 'skipped', text: why ?? summary }
    case 'differs':
      // Whether that fails the check its finding says, which a baseline can accept.
      return { name, is: 'skipped', text: `another answer, which is a finding of the operation\n${text}` }
    case 'unreachable':
      return { name, is: 'error', type: 'unreachable', message: why ?? 'the target did not answer', text }
  }
}

function toXml(
  { name, cases, output = '' }: Suite,
  { id, timestamp, version }: { readonly id: number; readonly timestamp: string; readonly version: string },
): string {
  const count = (is: TestCase['is']) => cases.filter(each => each.is === is).length
  const attributes = {
    id,
    package: name.slice(0, name.indexOf('.')),
    name,
    timestamp,
    hostname: 'localhost',
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: 0,
  }
  const inner = cases.map(each => {
    const open = `    <testcase${toAttributes({ classname: name, name: each.name, time: 0 })}`
    return each.is === 'passed' ? `${open}/>\n` : `${open}>\n      ${toOutcome(each)}\n    </testcase>\n`
  })
  return [
    `  <testsuite${toAttributes(attributes)}>\n    <properties>\n      <property${toAttributes({ name: 'paydouble', value: version })}/>\n    </properties>\n`,
    ...inner,
    `    <system-out>${escapeXml(output)}</system-out>\n    <system-err/>\n  </testsuite>\n`,
  ].join('')
}

function toOutcome({ is, type = '', message = '', text = '' }: TestCase): string {
  const attributes = is === 'skipped' ? '' : toAttributes({ type, message })
  return `<${is}${attributes}>${escapeXml(text)}</${is}>`
}

function toAttributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replace(/[\n\r\t]/g, toReference)}"`)
    .join('')
}

/** Text that stays text, also where it looks like the end of a section; what XML cannot hold becomes a mark. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(notXml, '\ufffd')
    .replace(/[<>&"']/g, toReference)
    .replaceAll('\r', '&#13;')
}

const notXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

function toReference(character: string): string {
  return `&#${character.charCodeAt(0)};`
}

/** Without a time zone, as the schema asks for it; in UTC. */
function toTimestamp(at: number): string {
  const date = new Date(at)
  const isUsual = !Number.isNaN(date.getTime()) && date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9999
  return (isUsual ? date : new Date(0)).toISOString().slice(0, 19)
}
