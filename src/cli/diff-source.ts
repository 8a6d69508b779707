// What `paydouble diff` compares: a file, standard input, a provider, or a module with a contract.
import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { contracts } from '../../contracts/index.ts'
import { type Describable, PaydoubleError } from '../contract/index.ts'
import { type ApiDocument, documentOf, readDocument } from '../diff/index.ts'
import { controlApi } from '../doors/control/contract.ts'
import { version } from '../version.ts'

const known: readonly Describable[] = [...contracts, controlApi]
const moduleExtensions = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']

/**
 * The document that an argument names.
 * @throws PaydoubleError `unreadable`
 */
export async function readSource(source: string): Promise<ApiDocument> {
  if (source === '-')
    return readDocument(toText(await readStandardInput(), 'standard input'), 'standard input')
  const contract = known.find(({ id }) => id === source)
  if (contract) return documentOf(contract, { name: source, version })
  const { file, name } = splitName(source)
  if (!moduleExtensions.includes(extname(file)))
    return readDocument(toText(await readBytes(source), source), source)
  const found = await loadContract(file, name)
  try {
    return documentOf(found, { name: source, version })
  } catch (error) {
    if (error instanceof PaydoubleError) throw error
    throw unreadable(
      source,
      `its contract cannot be made into an OpenAPI document: ${messageOf(error)}`,
      error,
    )
  }
}

function readStandardInput(): Promise<Uint8Array> {
  if (process.stdin.isTTY)
    process.stderr.write('Paste the document, then press Ctrl-D on a line of its own.\n')
  return buffer(process.stdin)
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') {
      const ids = known.map(({ id }) => id).join(', ')
      throw unreadable(
        file,
        `there is no such file. Providers that can be named in place of one are ${ids}`,
        error,
      )
    }
    throw unreadable(file, code === 'EISDIR' ? 'it is a directory. Name the file' : messageOf(error), error)
  }
}

function toText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw unreadable(name, 'it is no text in UTF-8. Save it as UTF-8', error)
  }
}

/** `contracts.ts#mine` names one of several exports. */
function splitName(source: string): { file: string; name: string | undefined } {
  const [, file = source, name] = /^(.*\.[cm]?[jt]s)#(.+)$/.exec(source) ?? []
  return { file, name }
}

async function loadContract(file: string, name: string | undefined): Promise<Describable> {
  const exported = await load(file)
  if (name !== undefined) {
    const value = Object.hasOwn(exported, name) ? exported[name] : undefined
    if (isContract(value)) return value
    throw unreadable(file, `it exports no contract ${JSON.stringify(name)}, but ${listContracts(exported)}`)
  }
  if (isContract(exported.default)) return exported.default
  const found = Object.entries(exported).filter(([, value]) => isContract(value))
  const [only] = found
  if (only && new Set(found.map(([, value]) => value)).size === 1) return only[1] as Describable
  throw unreadable(
    file,
    found.length > 0
      ? `it exports several contracts: ${listContracts(exported)}. Say which: ${file}#${only?.[0]}`
      : 'it exports no contract. Write "export default defineContract({ … })"',
  )
}

async function load(file: string): Promise<Readonly<Record<string, unknown>>> {
  // What cannot be opened is said in the same words as of a document.
  await readBytes(file)
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>
  } catch (error) {
    const isOldNode = error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION'
    const hint = isOldNode
      ? '. This Node does not run TypeScript: use Node 22.18 or newer, or a .js file'
      : ''
    throw unreadable(file, `it does not run: ${messageOf(error)}${hint}`, error)
  }
}

function isContract(value: unknown): value is Describable {
  if (typeof value !== 'object' || value === null) return false
  const { id, operations, errors, refusal } = value as Partial<Record<keyof Describable, unknown>>
  return (
    typeof id === 'string' &&
    [operations, errors, refusal].every(part => typeof part === 'object' && part !== null)
  )
}

function listContracts(exported: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(exported).filter(name => isContract(exported[name]))
  return names.length > 0 ? names.join(', ') : 'none at all'
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
}

function unreadable(name: string, why: string, cause?: unknown): PaydoubleError {
  return new PaydoubleError('unreadable', `Failed to read ${name}: ${why}.`, { cause })
}
