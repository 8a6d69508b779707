// What every `paydouble check` does at its end: baseline, reports, exit code.
import { randomUUID } from 'node:crypto'
import { appendFile, mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PaydoubleError } from '../contract/index.ts'
import type { CheckReport } from '../runner/index.ts'
import { expiryDay, loadBaseline, type OutputFlags, type ReportFlag, toDay } from './output-flags.ts'

export { type OutputFlags, withOutputFlags } from './output-flags.ts'

/**
 * Prints and writes what was found, and sets the exit code: 0 nothing, 1 findings, 2 nothing was judged, 3 the target
 * cannot be reached or refuses the credentials (`report.ended`), 130 interrupted.
 */
export async function finish(report: CheckReport, flags: OutputFlags): Promise<void> {
  const { verdictOf } = await import('../runner/index.ts')
  const { toTerminalText } = await import('../runner/reports/index.ts')
  const { failOn = 'additive', report: wanted = [] } = flags
  const judged = await withBaseline(report, flags)
  const onOutput = wanted.some(({ file }) => file === '-')
  const stream = onOutput ? process.stderr : process.stdout
  const text = toTerminalText(judged, {
    failOn,
    width: stream.columns ?? 80,
    color: isColored(stream, process.env),
  })
  // What was captured must not give orders to the runner of a workflow.
  const isWorkflow = wanted.some(({ format }) => format === 'github')
  const token = randomUUID()
  stream.write(isWorkflow ? `::stop-commands::${token}\n${text}::${token}::\n` : text)
  const failures: string[] = []
  for (const each of wanted) {
    const why = await write(each, judged, flags, onOutput)
    if (why !== undefined) failures.push(why)
  }
  process.exitCode = verdictOf(judged, failOn).exitCode
  if (failures.length > 0) throw new PaydoubleError('badFlag', failures.join('\n'))
}

async function withBaseline(report: CheckReport, flags: OutputFlags): Promise<CheckReport> {
  const { baseline: file, updateBaseline: isUpdated = false, reason = '', expires } = flags
  if (file === undefined) return report
  const { applyBaseline, showBaseline, updateBaseline, verdictOf } = await import('../runner/index.ts')
  const now = Date.now()
  const today = toDay(now)
  const before = await loadBaseline(file, { mayBeMissing: isUpdated })
  if (!isUpdated) return applyBaseline(report, before, { file, today })
  const { outcome } = verdictOf(report)
  if (outcome !== 'passed' && outcome !== 'failed') {
    process.stderr.write(`The baseline ${file} was left as it is: the check did not come to its end.\n`)
    return applyBaseline(report, before, { file, today })
  }
  const after = updateBaseline(report, before, { reason, expires: expiryDay(expires, now), today })
  const why = await tryTo(() => writeText(file, showBaseline(after)), file)
  if (why !== undefined) throw new PaydoubleError('badFlag', why)
  return applyBaseline(report, after, { file, today })
}

/** Writes one report. @returns what went wrong */
async function write(
  { format, file }: ReportFlag,
  report: CheckReport,
  { failOn = 'additive' }: OutputFlags,
  onOutput: boolean,
): Promise<string | undefined> {
  const { toReportText, toAnnotations, toMarkdown } = await import('../runner/reports/index.ts')
  const { default: lines } = await import('../../contracts/lines.json', { with: { type: 'json' } })
  if (format !== 'github') {
    const text = toReportText(format, report, { failOn, lines })
    if (file === '-') process.stdout.write(text)
    else return tryTo(() => writeText(file, text), file)
    return undefined
  }
  const stream = onOutput ? process.stderr : process.stdout
  stream.write(toAnnotations(report, { failOn, lines }))
  const summary = process.env.GITHUB_STEP_SUMMARY
  if (!summary) return undefined
  return tryTo(async () => {
    const used = await stat(summary).then(
      ({ size }) => size,
      () => 0,
    )
    await appendFile(summary, toMarkdown(report, { failOn, room: mostSummary - used }))
  }, summary)
}

/** Bytes that the summary of a step may have. */
const mostSummary = 1024 * 1024

async function writeText(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

async function tryTo(action: () => Promise<void>, file: string): Promise<string | undefined> {
  try {
    await action()
    return undefined
  } catch (error) {
    return `Failed to write ${JSON.stringify(file)}: ${error instanceof Error ? error.message : error}.`
  }
}

/** Colour is for people: on a terminal, outside of CI, unless the environment says otherwise. */
export function isColored(
  { isTTY = false }: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: none, CI: ci, TERM: term } = env
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  if (none !== undefined && none !== '') return false
  return isTTY && term !== 'dumb' && (ci === undefined || ci === '' || ci === 'false')
}
