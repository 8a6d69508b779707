import type { Command } from 'commander'
import { contracts } from '../../contracts/index.ts'
import { PaydoubleError } from '../contract/index.ts'
import { findCaptures } from './capture-files.ts'
import { checkAccounts } from './check-accounts.ts'
import { finish, type OutputFlags, withOutputFlags } from './check-output.ts'
import { addFile, contractsWith, evidenceFile, readEvidence } from './evidence-file.ts'
import { findProvider } from './find-provider.ts'
import { createProgressBar } from './progress-bar.ts'
import { keepHeapSmall } from './small-heap.ts'

interface Flags extends OutputFlags {
  provider?: string
  host: Readonly<Record<string, string>>
  config?: string
  fake?: boolean
  evidence?: string[]
}

export function addCheckCapture(check: Command): void {
  withOutputFlags(
    check
      .command('capture')
      .description('judge captured traffic: HAR, NDJSON or raw HTTP; - reads standard input')
      .argument('<file...>')
      .option('--provider <id>', 'the provider that all exchanges are with', toProvider)
      .option('--host <host=id>', 'a host of a provider; may be repeated', addHost, {})
      .option('--config <file>', 'where the accounts are, whose signatures are checked')
      .option('--fake', 'ask the double the same, and score how alike its answers are')
      .option(
        '--evidence <file>',
        `what captures have shown before; may be repeated (default: ${evidenceFile}, if it is there)`,
        addFile,
      ),
  ).action(run)
}

async function run(names: readonly string[], { provider, host: hosts, ...flags }: Flags): Promise<void> {
  const { files, size } = await findCaptures(names)
  // Of threads, too.
  if (size === undefined || size > manyBytes) keepHeapSmall()
  // Only checks need it.
  const { createCheck, failureOf, openCapture, readOpen } = await import('../runner/index.ts')
  const accounts = await checkAccounts(flags.config)
  const observations = await readEvidence(flags.evidence)
  const check = createCheck({ contracts: contractsWith(observations), accounts, provider, hosts })
  const fake = flags.fake ? (await import('./check-fake.ts')).createFake(check, accounts) : undefined
  const bar = createProgressBar({ size, stream: process.stderr, env: process.env, now: () => Date.now() })
  const interruption = new AbortController()
  const { signal } = interruption
  const interrupt = () => interruption.abort()
  // What was found so far is worth a report. The second one ends everything.
  process.once('SIGINT', interrupt)
  let bytes = 0
  const onBytes = (more: number) => {
    bytes += more
  }
  const show = () => bar.show({ bytes, ...check.progress })
  const { createThreads } = await import('./check-threads.ts')
  const threads = fake ? undefined : createThreads(size, { observations, accounts, provider, hosts })
  try {
    for (const { source, open, attached } of files) {
      if (signal.aborted) break
      const opened = await openCapture(open(signal), { onBytes })
      if (opened.format === 'ndjson' && threads) {
        await threads.take(opened.chunks, { check, source, attached, signal, onJudged: show })
        if (!signal.aborted) check.take(failureOf(opened, source))
        continue
      }
      for await (const items of readOpen(opened, { source, attached })) {
        if (signal.aborted) break
        await (fake ?? check).take(items)
        show()
      }
    }
  } finally {
    await threads?.close()
  }
  bar.clear()
  process.off('SIGINT', interrupt)
  const fidelity = await fake?.end()
  const report = {
    ...check.end({ title: `capture ${listOf(names)}` }),
    ...(fidelity && { fidelity }),
  }
  const why = `It was interrupted after ${report.exchanges} exchanges.`
  await finish({ ...report, ...(signal.aborted && { ended: { how: 'interrupted', why } as const }) }, flags)
  if (!signal.aborted) return
  process.stderr.write(`paydouble: ${why} The report is about these.\n`)
  process.exitCode = interruptedExit
}

/** Of more files than a line holds, how many there are. */
const mostNamed = 4

function listOf(names: readonly string[]): string {
  if (names.length <= mostNamed) return names.join(', ')
  return `${names.slice(0, mostNamed - 1).join(', ')} and ${names.length - mostNamed + 1} more`
}

/** Where less is read, the heap does not grow as much. */
const manyBytes = 100e6

/** As a shell says it: 128 and the number of SIGINT. */
const interruptedExit = 130

function toProvider(id: string): string {
  return findProvider(id, contracts).id
}

function addHost(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, host, id] = /^(?:https?:\/\/)?([^/=\s]+)\/?=(.+)$/.exec(text) ?? []
  if (host !== undefined && id !== undefined) return { ...before, [host]: toProvider(id) }
  throw new PaydoubleError(
    'badFlag',
    `Failed to read --host ${JSON.stringify(text)}: it is written as HOST=PROVIDER, such as pay.example.com=${contracts[0]?.id}.`,
  )
}
