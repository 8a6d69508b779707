// Annotations of a workflow on GitHub: the worst findings. All others are in the summary of the step.
import { visible } from '../../signature/columns.ts'
import type { FindingGroup } from '../findings.ts'
import { type CheckReport, rankOf } from '../report.ts'
import { verdictOf } from '../verdict.ts'
import { type FactLines, factLineOf } from './fact-lines.ts'
import { type ReportOptions, showReceived, showWhere } from './words.ts'

export interface AnnotationOptions extends ReportOptions {
  readonly lines?: FactLines
}

/** More of one step are not shown. */
const mostAnnotations = 10
/** Longer messages are cut. */
const mostCharacters = 2000

const commands = { breaking: 'error', additive: 'warning', note: 'notice' } as const

/** Workflow commands, one a line; none where there is nothing to say. */
export function toAnnotations(report: CheckReport, { failOn, lines = {} }: AnnotationOptions = {}): string {
  const verdict = verdictOf(report, failOn)
  const own = verdict.exitCode >= 2 ? [command('error', { title: 'paydouble check' }, verdict.text)] : []
  const findings = report.findings
    .filter(({ accepted }) => !accepted)
    .toSorted((a, b) => rankOf(a) - rankOf(b))
    .slice(0, mostAnnotations)
    .map(finding => toAnnotation(finding, lines))
  const all = [...own, ...findings].slice(0, mostAnnotations)
  return all.map(line => `${line}\n`).join('')
}

function toAnnotation(finding: FindingGroup, lines: FactLines): string {
  const { severity, provider, name, message, expected, kind, count } = finding
  const at = factLineOf(finding, lines)
  const received = showReceived(finding)
  const text = [
    `${showWhere(finding)}: ${message}`,
    ...(expected === undefined ? [] : [`Expected: ${expected}`]),
    ...(received === undefined ? [] : [`Received: ${received}`]),
    ...(count > 1 ? [`Seen ${count} times`] : []),
  ].join('\n')
  const title = `${provider}.${name}: ${severity}, ${kind}`
  return command(commands[severity], at ? { file: at.file, line: String(at.line), title } : { title }, text)
}

function command(name: string, properties: Readonly<Record<string, string>>, text: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`)
  const shown = text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text
  return `::${name} ${list.join(',')}::${escapeData(shown)}`
}

/** So that what was captured ends neither the line nor the command. */
function escapeData(text: string): string {
  return text
    .split('\n')
    .map(line => visible(line).replaceAll('%', '%25'))
    .join('%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
