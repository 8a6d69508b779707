// The file in which own observations are kept, and the contracts that know of them.
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { contracts } from '../../contracts/index.ts'
import {
  type Contract,
  inOurWords,
  mergeObservations,
  noObservations,
  type Observations,
  observationsSchema,
  PaydoubleError,
  showProblem,
  withObservations,
} from '../contract/index.ts'

export const evidenceFile = 'paydouble.evidence.json'

/**
 * What files of observations hold together.
 *
 * @param files default: the usual file, if it is there
 * @throws PaydoubleError `badEvidence`, `unreadable`
 */
export async function readEvidence(files?: readonly string[]): Promise<Observations> {
  const named = files ?? (existsSync(evidenceFile) ? [evidenceFile] : [])
  let all = noObservations
  for (const file of named) all = mergeObservations(all, await readOne(file))
  return all
}

/**
 * The contracts, with what was observed in the provenance of their facts.
 *
 * @param files default: the usual file, if it is there
 * @throws PaydoubleError `badEvidence`, `unreadable`
 */
export async function seenContracts(files?: readonly string[]): Promise<readonly Contract[]> {
  return contractsWith(await readEvidence(files))
}

/** The contracts, with what was observed in the provenance of their facts. */
export function contractsWith({ providers }: Observations): readonly Contract[] {
  return contracts.map(contract => withObservations(contract, providers[contract.id]))
}

/** Replaces the file as a whole, so that it is never half written. */
export async function writeEvidence(file: string, observations: Observations): Promise<void> {
  const part = `${file}.${process.pid}.part`
  try {
    await writeFile(part, `${JSON.stringify(observations, null, 2)}\n`)
    await rename(part, file)
  } catch (error) {
    throw new PaydoubleError(
      'unwritable',
      `Failed to write ${JSON.stringify(file)}: ${error instanceof Error ? error.message : error}. Give another file with --to.`,
    )
  }
}

async function readOne(file: string): Promise<Observations> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message
    throw new PaydoubleError(
      'unreadable',
      `Failed to read ${JSON.stringify(file)}: ${why}. "paydouble evidence add" makes one from a capture.`,
    )
  })
  const failure = (why: string) =>
    new PaydoubleError(
      'badEvidence',
      `Failed to read the observations in ${JSON.stringify(file)}: ${why}. Is it a file of "paydouble evidence add"?`,
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw failure(`it is no JSON (${error instanceof Error ? error.message : error})`)
  }
  const parsed = observationsSchema.safeParse(value, inOurWords)
  if (!parsed.success) throw failure(showProblem(parsed.error, observationsSchema, value))
  return parsed.data
}

/** Takes a flag that may be given again. */
export function addFile(file: string, before: readonly string[] = []): string[] {
  return [...before, file]
}
