// The reports, each a pure function of what a check has found.
import type { CheckReport } from '../report.ts'
import type { FactLines } from './fact-lines.ts'
import { toHtml } from './html.ts'
import { toJson } from './json.ts'
import { toJunitXml } from './junit.ts'
import { toMarkdown } from './markdown.ts'
import { toSarif } from './sarif.ts'
import type { ReportOptions } from './words.ts'

export type { FactLines } from './fact-lines.ts'
export { type AnnotationOptions, toAnnotations } from './github.ts'
export { type JsonReport, jsonReportSchema } from './json.ts'
export type { MarkdownOptions } from './markdown.ts'
export { type TerminalOptions, toTerminalText } from './terminal.ts'
export type { ReportOptions } from './words.ts'
export { toHtml, toJson, toJunitXml, toMarkdown, toSarif }

/** The reports that are written to files. */
export const reportFormats = ['junit', 'sarif', 'html', 'json', 'md'] as const
export type FileFormat = (typeof reportFormats)[number]

/** A report in a format. */
export function toReportText(
  format: FileFormat,
  report: CheckReport,
  options: ReportOptions & { readonly lines?: FactLines } = {},
): string {
  const write = { junit: toJunitXml, sarif: toSarif, html: toHtml, json: toJson, md: toMarkdown }[format]
  return write(report, options)
}
