import { showPlace } from '../exchange.ts'
import type { CheckReport } from '../report.ts'

export interface TerminalOptions {
  /** Columns of the terminal. */
  readonly width?: number
  readonly color?: boolean
}

/** A report for a terminal. */
export function toTerminalText(report: CheckReport, _options: TerminalOptions = {}): string {
  const lines = report.findings.map(
    ({ severity, provider, name, part, kind, pointer, message, count, first }) =>
      `${severity} ${provider}.${name} ${part} ${kind} ${pointer}: ${message} (${count}, first at ${showPlace(first.place)})`,
  )
  return `${[...lines, `${report.exchanges} exchanges, ${report.findings.length} findings`].join('\n')}\n`
}
