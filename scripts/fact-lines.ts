// Writes where each fact of each contract stands, for reports that point there: `npm run lines`. With --check it
// writes nothing and ends with 1 if the file is stale. It runs under Node itself, which keeps the lines of TypeScript.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import type { Fact } from '../src/contract/facts.ts'

const root = join(import.meta.dirname, '..')
const target = join(root, 'contracts/lines.json')
const recording = new URL('recording-provenance.ts', import.meta.url).href
/** Provenance stands at the end of what it is about: so many lines behind the name, at most. */
const farthest = 16

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    const isReal = resolved.url.endsWith('/src/contract/provenance.ts')
    return isReal && context.parentURL !== recording ? { ...resolved, url: recording } : resolved
  },
})

const { places } = await import('./recording-provenance.ts')
const { contracts } = await import('../contracts/index.ts')
const { listFacts } = await import('../src/contract/facts.ts')

const lines = Object.fromEntries(
  contracts.map(contract => {
    const folder = `contracts/${contract.id}/`
    const facts = listFacts(contract).map(fact => [fact.path, placeOf(fact, folder).slice(folder.length)])
    return [contract.id, Object.fromEntries(facts)]
  }),
)
const written = `${JSON.stringify(lines, null, 2)}\n`
if (!process.argv.includes('--check')) writeFileSync(target, written)
else if (readFileSync(target, 'utf8') !== written) {
  process.stderr.write('contracts/lines.json is stale: run "npm run lines".\n')
  process.exitCode = 1
}

/** The line that has the name of a fact, or else the one where it was made. */
function placeOf({ path, provenance, schema }: Fact, folder: string): string {
  const own = path.startsWith('servers.') ? path.slice('servers.'.length) : path.split('.').at(-1)
  const name = (own ?? '').replace(/[^\w]/g, '\\$&')
  const isWhole = /^(operations|callbacks)\.\w+$/.test(path)
  const begins = path.startsWith('operations.') ? 'defineOperation\\(' : '\\{'
  const named = new RegExp(
    isWhole
      ? `^(export )?const ${name} = ${begins}`
      : `^\\s*(const )?(['"]?${name}['"]?|\\[['"]${name}['"]\\])( =|:)|\\b(name|kind|url|windowMs): ['"]?${name}\\b|\\b\\w+\\(['"]${name}['"]`,
  )
  if (isWhole) {
    for (const file of readdirSync(join(root, folder))) {
      const at = file.endsWith('.ts') ? linesOf(folder + file).findIndex(line => named.test(line)) : -1
      if (at >= 0) return `${folder}${file}:${at + 1}`
    }
  }
  // A row may come from a helper; who calls that says which row it is.
  const frames = framesOf(schema) ?? places.get(provenance) ?? []
  for (const frame of frames) {
    const [file = '', at = ''] = frame.split(':')
    const text = linesOf(file)
    for (let line = Number(at); line > Math.max(0, Number(at) - (schema ? 1 : farthest)); line--)
      if (named.test(text[line - 1] ?? '')) return `${file}:${line}`
  }
  const frame = frames[0]
  if (frame === undefined) throw new Error(`Failed to find ${folder}${path}: nobody saw it being made.`)
  return frame
}

/** What makes a schema of another one, such as a longer description, keeps its meaning. */
function framesOf(schema: Fact['schema']): readonly string[] | undefined {
  for (let each = schema; each; each = each._zod.parent as Fact['schema']) {
    const frames = places.get(each)
    if (frames) return frames
  }
  return undefined
}

function linesOf(file: string): string[] {
  return readFileSync(join(root, file), 'utf8').split('\n')
}
