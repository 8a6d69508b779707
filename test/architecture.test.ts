// The shape of the project: which folder may import which, and what stays out of where.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { contracts } from '../contracts/index.ts'
import { simulators } from '../mocks/index.ts'

const root = resolve(import.meta.dirname, '..')
const files = ['src', 'contracts', 'mocks'].flatMap(folder => sourcesIn(join(root, folder)))

/** What each part may import besides itself. The arrows point one way. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'src/contract': [],
  'src/signature': ['src/contract'],
  'src/store': ['src/contract'],
  'src/double': ['src/signature', 'src/store', 'src/contract'],
  'src/doors': ['src/double', 'src/signature', 'src/store', 'src/contract', 'src/version.ts'],
  'src/openapi': ['src/contract'],
  'src/diff': ['src/openapi', 'src/contract'],
  'src/config.ts': ['src/double', 'src/contract'],
  'src/version.ts': [],
  'src/index.ts': ['src/doors', 'src/double', 'src/signature', 'src/store', 'src/contract', 'src/config.ts'],
  'src/runner': ['src/double', 'src/store', 'src/signature', 'src/contract', 'src/version.ts'],
  'src/torture': ['src/doors', 'src/double', 'src/store', 'src/contract'],
  'src/vitest': ['src/runner', 'src/double', 'src/store', 'src/signature', 'src/contract'],
  contracts: ['src/contract'],
  mocks: [
    'contracts',
    'src/vitest',
    'src/runner',
    'src/doors',
    'src/double',
    'src/store',
    'src/contract',
    'src/version.ts',
  ],
  'src/cli': ['mocks', 'contracts', 'src'],
}

test('imports follow the arrows', () => {
  const wrong = imports().filter(({ from, to }) => {
    const part = partOf(from)
    const allowed = [part, ...(arrows[part] ?? [])]
    return !allowed.some(folder => to === folder || to.startsWith(`${folder}/`))
  })
  expect(wrong).toEqual([])
})

test('every file belongs to a part', () => {
  expect(files.filter(file => arrows[partOf(file)] === undefined)).toEqual([])
})

test('no imports go round in a circle', () => {
  const next = new Map<string, string[]>()
  for (const { from, to, typeOnly } of imports())
    if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file) || path.includes(file)) return
    for (const other of next.get(file) ?? []) visit(other, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})

test('no provider is named outside of its folders and the two lists', () => {
  const named = new RegExp(`\\b(${contracts.map(contract => contract.id).join('|')})\\b`, 'i')
  const allowed = /^(contracts|mocks)\/(index\.ts|[a-z0-9]+\/)/
  const wrong = files.filter(file => !allowed.test(file) && named.test(code(file)))
  expect(wrong).toEqual([])
})

test('a provider folder names no other provider', () => {
  const wrong = files.filter(file => {
    const own = /^(?:contracts|mocks)\/([a-z0-9]+)\//.exec(file)?.[1]
    const others = contracts.map(contract => contract.id).filter(id => id !== own)
    return own !== undefined && new RegExp(`['"/](${others.join('|')})['"/]`).test(read(file))
  })
  expect(wrong).toEqual([])
})

test('time and chance come from the clock and the random streams alone', () => {
  const ambient =
    /Date\.now\(|new Date\(\)|Math\.random\(|randomUUID|\bset(Timeout|Interval|Immediate)\(|AbortSignal\.timeout/
  // A `*-script.ts` is a text that runs in the browser of a payer.
  const allowed = /^src\/(doors|cli)\/|^src\/double\/(clock|random)\.ts$|-script\.ts$/
  expect(files.filter(file => !allowed.test(file) && ambient.test(code(file)))).toEqual([])
})

test('the server starts without fetch, which an import of a value of node:http would load', () => {
  const parts = ['src/doors', 'src/double', 'src/store', 'src/contract']
  const named = /^import (?!type ).*'node:https?'/m
  expect(files.filter(file => parts.includes(partOf(file)) && named.test(read(file)))).toEqual([])
})

test('the vocabulary imports zod and nothing else', () => {
  const foreign = files
    .filter(file => file.startsWith('src/contract/'))
    .flatMap(file => [...read(file).matchAll(/from '([^.'][^']*)'/g)].map(match => match[1]))
  expect([...new Set(foreign)]).toEqual(['zod'])
})

test('every contract has its folder, and every simulator one of the same name', () => {
  expect(foldersIn('contracts')).toEqual(contracts.map(contract => contract.id).sort())
  expect(foldersIn('mocks')).toEqual(simulators.map(simulator => simulator.contract.id).sort())
})

test('every provider has the same files', () => {
  for (const id of foldersIn('contracts')) {
    expect(files).toEqual(expect.arrayContaining([`contracts/${id}/contract.ts`, `contracts/${id}/wire.ts`]))
    expect(readdirSync(join(root, 'contracts', id, 'evidence'))).toEqual(
      expect.arrayContaining(['examples', 'facts.json']),
    )
  }
  for (const id of foldersIn('mocks')) expect(files).toContain(`mocks/${id}/simulator.ts`)
})

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

function foldersIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
}

function partOf(file: string): string {
  const [top = '', second = ''] = file.split('/')
  return top === 'src' ? `${top}/${second}` : top
}

function imports(): { from: string; to: string; typeOnly: boolean }[] {
  return files.flatMap(from =>
    [
      ...read(from).matchAll(/^(?:import|export) (type )?[^;']*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gms),
    ].map(match => ({
      from,
      to: relative(root, resolve(root, dirname(from), String(match[2] ?? match[3]))),
      typeOnly: match[1] !== undefined,
    })),
  )
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** A file without its comments. */
function code(file: string): string {
  return read(file).replace(/\/\*.*?\*\/|\/\/[^\n]*/gs, '')
}
