// What `state dump` and `state load` do.
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { simulators } from '../../mocks/index.ts'
import { PaydoubleError } from '../contract/index.ts'
import { checkDump, type DumpToLoad, dumpToLines, loadIntoStore } from '../double/state.ts'
import type { Counts } from '../store/state-record.ts'
import { version } from '../version.ts'
import { place } from './state-place.ts'
import { loadToUrl, readFromUrl } from './state-remote.ts'
import { loadInto, openToDump, type StoreFlags } from './state-store.ts'

export interface StateFlags extends StoreFlags {
  readonly url?: string
  readonly token?: string
  readonly json?: boolean
  readonly out?: string
}

export interface LoadFlags extends StateFlags {
  readonly replace?: boolean
}

/** Credentials are in it. */
const forOwnerAlone = 0o600

export async function dump(given: StateFlags): Promise<void> {
  const flags = place(given, process.env)
  const { out, json } = flags
  let last = ''
  async function* kept(lines: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const piece of lines) {
      last = piece
      yield piece
    }
  }

  await withLines(flags, async lines => {
    if (out === undefined || out === '-')
      await pipeline(Readable.from(kept(lines)), process.stdout, { end: false })
    else await writeFile(out, kept(lines))
  })
  if (out === undefined || out === '-') return
  const { end } = JSON.parse(last.trimEnd().split('\n').at(-1) ?? '') as { end: Counts }
  process.stdout.write(json ? `${JSON.stringify(end)}\n` : `dumped ${toText(end)} to ${out}\n`)
}

async function withLines(
  flags: StateFlags,
  write: (lines: AsyncIterable<string>) => Promise<void>,
): Promise<void> {
  if (!isOfStore(flags)) {
    await write(await readFromUrl(flags))
    return
  }
  const store = await openToDump(flags)
  try {
    await write(dumpToLines(store, version))
  } finally {
    await store.close()
  }
}

export async function load(file: string, given: LoadFlags): Promise<void> {
  const flags = place(given, process.env)
  const { source, path, remove } = await toFile(file)
  try {
    const dumped: DumpToLoad = { source, open: () => createReadStream(path), simulators }
    const counts = isOfStore(flags) ? await loadToStore(dumped, flags) : await loadToUrl(path, flags)
    process.stdout.write(flags.json ? `${JSON.stringify(counts)}\n` : `loaded ${toText(counts)}\n`)
  } finally {
    remove()
  }
}

async function loadToStore(dumped: DumpToLoad, flags: LoadFlags): Promise<Counts> {
  // Before a store is made for it.
  await checkDump(dumped)
  return loadInto(flags, store => loadIntoStore(store, dumped, { replace: flags.replace ?? false }))
}

function isOfStore({ data, database }: StoreFlags): boolean {
  return data !== undefined || database !== undefined
}

/** Standard input is read to its end first: a dump is read twice. */
async function toFile(file: string): Promise<{ source: string; path: string; remove: () => void }> {
  if (file !== '-') {
    const source = JSON.stringify(file)
    if (!existsSync(file))
      throw new PaydoubleError('badFlag', `Failed to load ${source}: there is no such file.`)
    if (statSync(file).isDirectory())
      throw new PaydoubleError('badFlag', `Failed to load ${source}: it is a folder.`)
    return { source, path: file, remove() {} }
  }
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-state-'))
  const path = join(folder, 'state.ndjson')
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    await pipeline(process.stdin, createWriteStream(path, { mode: forOwnerAlone }))
    return { source: 'standard input', path, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** Under another name until it is whole, so that a dump that fails takes nothing from an older one. */
async function writeFile(file: string, lines: AsyncIterable<string>): Promise<void> {
  const isOther = existsSync(file) && !statSync(file).isFile()
  const path = isOther ? file : `${file}.part`
  try {
    await pipeline(Readable.from(lines), createWriteStream(path, { mode: forOwnerAlone }))
    if (!isOther) renameSync(path, file)
  } catch (error) {
    if (!isOther) rmSync(path, { force: true })
    if (error instanceof PaydoubleError || !(error instanceof Error) || !('syscall' in error)) throw error
    throw new PaydoubleError('cannotWrite', `Failed to write ${JSON.stringify(file)}: ${error.message}.`, {
      cause: error,
    })
  }
}

const names: Readonly<Record<keyof Counts, readonly [string, string]>> = {
  order: ['order', 'orders'],
  delivery: ['callback', 'callbacks'],
  account: ['account', 'accounts'],
  journal: ['entry of the journal', 'entries of the journal'],
  value: ['value', 'values'],
}

function toText(counts: Counts): string {
  const parts = (['order', 'delivery', 'account', 'journal'] as const).map(kind => {
    const [one, more] = names[kind]
    return `${counts[kind]} ${counts[kind] === 1 ? one : more}`
  })
  return parts.join(', ')
}
