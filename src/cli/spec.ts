import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Describable, PaydoubleError } from '../contract/index.ts'
import { controlApi } from '../doors/control/contract.ts'
import { version } from '../version.ts'
import { addFile, evidenceFile, seenContracts } from './evidence-file.ts'
import { findProvider } from './find-provider.ts'

interface Flags {
  format: string
  out?: string
  check?: boolean
  evidence?: string[]
}

export function addSpec(program: Command): void {
  program
    .command('spec')
    .description('print or write the OpenAPI documents')
    .argument('[provider]', 'a provider, or paydouble for the control interface; all of them if not given')
    .option('--format <format>', 'yaml or json', 'yaml')
    .option('--out <directory>', 'write <provider>.openapi.<format> there')
    .option('--check', 'write nothing; exit with 1 if the files in the directory (default: specs) are stale')
    .option(
      '--evidence <file>',
      `what captures have shown; may be repeated (default: ${evidenceFile}, if it is there)`,
      addFile,
    )
    .action(spec)
}

async function spec(provider: string | undefined, flags: Flags): Promise<void> {
  const { format } = flags
  if (format !== 'yaml' && format !== 'json') {
    throw new PaydoubleError(
      'badFlag',
      `Failed to read --format ${JSON.stringify(format)}: it is yaml or json.`,
    )
  }
  // Loaded here, because the server has no use for it.
  const { toSpec } = await import('../openapi/index.ts')
  const directory = flags.out ?? (flags.check ? 'specs' : undefined)
  const chosen = choose(provider, [...(await seenContracts(flags.evidence)), controlApi])
  if (directory === undefined) {
    const texts = chosen.map(contract => toSpec(contract, version, format))
    process.stdout.write(texts.join(format === 'yaml' ? '---\n' : ''))
    return
  }
  const stale: string[] = []
  if (!flags.check) await mkdir(directory, { recursive: true })
  for (const contract of chosen) {
    const file = join(directory, `${contract.id}.openapi.${format}`)
    const text = toSpec(contract, version, format)
    if (flags.check) {
      const written = await readFile(file, 'utf8').catch(() => undefined)
      if (written !== text) stale.push(file)
    } else await writeFile(file, text)
  }
  if (stale.length > 0) {
    throw new PaydoubleError(
      'staleSpecs',
      `Failed the check of the OpenAPI documents: ${stale.join(', ')} ${stale.length === 1 ? 'is' : 'are'} not what the contracts say now. Write them again with "paydouble spec --out ${directory}".`,
    )
  }
  if (flags.check) process.stdout.write(`${chosen.length} OpenAPI documents are as the contracts say.\n`)
}

function choose(provider: string | undefined, all: readonly Describable[]): readonly Describable[] {
  if (provider === undefined) return all
  return [findProvider(provider, all)]
}
