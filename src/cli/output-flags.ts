// The flags that all checks share, read before anything is judged.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { isDay, PaydoubleError } from '../contract/index.ts'
import type { FailOn } from '../runner/index.ts'

export interface OutputFlags {
  failOn?: FailOn
  report?: readonly ReportFlag[]
  baseline?: string
  updateBaseline?: boolean
  reason?: string
  expires?: string
}

export type ReportFormat = 'junit' | 'sarif' | 'html' | 'json' | 'md' | 'github'

/** One report, and the file that it goes to; `-` is standard output. */
export interface ReportFlag {
  readonly format: ReportFormat
  readonly file: string
}

const formats = ['junit', 'sarif', 'html', 'json', 'md'] as const
const failOns = ['breaking', 'additive', 'none'] as const

/** Adds the flags that all checks share. What is wrong with them is said before the check begins. */
export function withOutputFlags(command: Command): Command {
  return command
    .option(
      '--fail-on <severity>',
      'which findings fail: breaking, additive, none (default: additive)',
      readFailOn,
    )
    .option(
      '--report <reports>',
      'more reports, by commas: junit:F, sarif:F, html:F, json:F, md:F, github; - is standard output',
      readReports,
    )
    .option('--baseline <file>', 'known findings that do not fail')
    .option('--update-baseline', 'have the baseline accept what was found; needs --reason')
    .option('--reason <text>', 'why what is new in the baseline is accepted')
    .option('--expires <day>', 'until when, as YYYY-MM-DD or 90d (default: 90d)', readExpires)
    .hook('preAction', (_, action) => checkFlags(action.opts<OutputFlags>()))
}

function readFailOn(text: string): FailOn {
  const found = failOns.find(each => each === text)
  if (found) return found
  throw badFlag('--fail-on', text, `it is ${failOns.join(', ')}`)
}

function readReports(text: string, before: readonly ReportFlag[] = []): ReportFlag[] {
  const all = [...before]
  for (const item of text.split(',')) {
    const each = item.trim()
    if (each === '') continue
    const report = readReport(each)
    const same = all.find(({ file, format }) => file === report.file && (file !== '' || format === 'github'))
    if (same) {
      const where = report.file === '-' ? 'standard output' : report.file
      const why = report.file === '' ? 'github is named twice' : `two reports go to ${where}`
      throw badFlag('--report', text, why)
    }
    all.push(report)
  }
  return all
}

function readReport(text: string): ReportFlag {
  if (text === 'github') return { format: 'github', file: '' }
  const colon = text.indexOf(':')
  const name = colon < 0 ? text : text.slice(0, colon)
  const file = colon < 0 ? '' : text.slice(colon + 1)
  const format = formats.find(each => each === name)
  if (!format)
    throw badFlag(
      '--report',
      text,
      name === 'github'
        ? 'github takes no file'
        : `there is no report ${JSON.stringify(name)}; there are ${formats.join(', ')} and github`,
    )
  if (file === '') throw badFlag('--report', text, `name the file, as ${name}:FILE; - is standard output`)
  return { format, file }
}

const dayMs = 86_400_000
const usualDays = 90

function readExpires(text: string): string {
  if (/^\d{1,4}d$/.test(text)) return text
  const isOver = isDay(text) && text < new Date().toISOString().slice(0, 10)
  if (isOver) throw badFlag('--expires', text, 'that day is over')
  if (isDay(text)) return text
  throw badFlag('--expires', text, 'it is a day such as 2026-12-31, or a number of days such as 90d')
}

/** The last day on which what is accepted today is accepted. */
export function expiryDay(text: string | undefined, now: number): string {
  if (text !== undefined && !text.endsWith('d')) return text
  return toDay(now + (text === undefined ? usualDays : Number(text.slice(0, -1))) * dayMs)
}

/** The day of a moment, in UTC: the same on every machine. */
export function toDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

async function checkFlags({ baseline, updateBaseline, reason, expires }: OutputFlags): Promise<void> {
  if (updateBaseline && baseline === undefined)
    throw badUse('--update-baseline', 'it needs --baseline FILE: which one to write')
  if (updateBaseline && (reason === undefined || reason.trim() === ''))
    throw badUse('--update-baseline', 'it needs --reason TEXT: why what was found is accepted')
  const extra = [reason !== undefined && '--reason', expires !== undefined && '--expires'].find(Boolean)
  if (extra && !updateBaseline) throw badUse(extra, 'it goes with --update-baseline')
  if (baseline !== undefined) await loadBaseline(baseline, { mayBeMissing: updateBaseline === true })
}

/** @throws PaydoubleError `badConfig` */
export async function loadBaseline(
  file: string,
  { mayBeMissing }: { readonly mayBeMissing: boolean },
): Promise<import('../runner/index.ts').Baseline> {
  // Only checks with a baseline need it.
  const { emptyBaseline, readBaseline } = await import('../runner/index.ts')
  if (mayBeMissing && !existsSync(file)) return emptyBaseline
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const why = isMissing
      ? 'there is no such file; --update-baseline writes one'
      : String(error instanceof Error ? error.message : error)
    throw new PaydoubleError('badConfig', `Failed to read the baseline ${JSON.stringify(file)}: ${why}.`)
  }
  return readBaseline(text, file)
}

function badFlag(flag: string, text: string, why: string): PaydoubleError {
  return new PaydoubleError('badFlag', `Failed to read ${flag} ${JSON.stringify(text)}: ${why}.`)
}

function badUse(flag: string, why: string): PaydoubleError {
  return new PaydoubleError('badFlag', `Failed to use ${flag}: ${why}.`)
}
