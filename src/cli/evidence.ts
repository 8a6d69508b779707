// `paydouble evidence`: captured traffic says which facts of the contracts are so.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { contracts } from '../../contracts/index.ts'
import {
  isDay,
  mergeObservations,
  noObservations,
  type Observations,
  PaydoubleError,
} from '../contract/index.ts'
import type { Observed } from '../runner/index.ts'
import { type CaptureFile, findCaptures } from './capture-files.ts'
import { checkAccounts } from './check-accounts.ts'
import { evidenceFile, readEvidence, writeEvidence } from './evidence-file.ts'
import { findProvider } from './find-provider.ts'

interface AddFlags {
  to: string
  provider?: string
  config?: string
  date?: string
  local?: boolean
}

interface ListFlags {
  from?: string[]
  json?: boolean
}

export function addEvidence(program: Command): void {
  const evidence = program.command('evidence').description('what captured traffic shows of the contracts')
  evidence
    .command('add')
    .description('count what captures show and contradict; they are masked, and none counts twice')
    .argument('<file...>', 'HAR, NDJSON or raw HTTP; - reads standard input')
    .option('--to <file>', 'where it is kept', evidenceFile)
    .option('--provider <id>', 'the provider that all exchanges are with')
    .option(
      '--config <file>',
      'where the accounts are, whose secrets are masked and whose signatures are checked',
    )
    .option('--date <date>', 'the day of exchanges that have no time, as YYYY-MM-DD')
    .option(
      '--local',
      'count traffic with this machine, too: it came through a proxy, and is not with a double',
    )
    .action(add)
  evidence
    .command('list')
    .description('print which facts were confirmed, contradicted, or never seen')
    .argument('[provider]', 'a provider; all of them if not given')
    .option('--from <file...>', `where it is kept (default: ${evidenceFile})`)
    .option('--json', 'print it as JSON')
    .action(list)
}

async function add(names: readonly string[], flags: AddFlags): Promise<void> {
  const { to, date } = flags
  if (date !== undefined && !isDay(date)) {
    throw new PaydoubleError(
      'badFlag',
      `Failed to read --date ${JSON.stringify(date)}: give a day as YYYY-MM-DD.`,
    )
  }
  if (flags.provider !== undefined) findProvider(flags.provider, contracts)
  const { files } = await findCaptures(names)
  const { describeAdded, describeGain } = await import('./evidence-text.ts')
  const before = existsSync(to) ? await readEvidence([to]) : noObservations
  let after = before
  for (const file of files) {
    const { digest, observed } = await observe(file, flags)
    const same = after.captures.find(capture => capture.digest === digest)
    const isNothing = observed.exchanges === 0
    if (!same && !isNothing) after = mergeObservations(after, toObservations(file.source, digest, observed))
    process.stdout.write(describeAdded(file.source, observed, same?.file))
  }
  if (after === before) return
  await writeEvidence(to, after)
  process.stdout.write(describeGain(to, before, after))
}

/** Reads a capture once, for what it shows and for its digest. */
async function observe(
  { source, open, attached }: CaptureFile,
  { provider, config, date, local }: AddFlags,
): Promise<{ digest: string; observed: Observed }> {
  const { createCheck, createObserver, readCapture } = await import('../runner/index.ts')
  const hash = createHash('sha256')
  const check = createCheck({ contracts, accounts: await checkAccounts(config), provider })
  const observer = createObserver({ check, date, local })
  async function* read(): AsyncGenerator<Uint8Array> {
    for await (const chunk of open(new AbortController().signal)) {
      hash.update(chunk)
      yield chunk
    }
  }
  for await (const items of readCapture(read(), { source, attached })) observer.take(items)
  return { digest: hash.digest('hex'), observed: observer.end() }
}

function toObservations(source: string, digest: string, { providers, exchanges }: Observed): Observations {
  return { version: 1, captures: [{ digest, file: basename(source), exchanges }], providers }
}

async function list(provider: string | undefined, { from, json }: ListFlags): Promise<void> {
  const chosen = provider === undefined ? contracts : [findProvider(provider, contracts)]
  const observations = await readEvidence(from)
  const { describeEvidence, summarize } = await import('./evidence-text.ts')
  const summaries = chosen.map(contract => summarize(contract, observations.providers[contract.id]))
  process.stdout.write(
    json ? `${JSON.stringify(summaries)}\n` : describeEvidence(summaries, observations.captures.length),
  )
}
