// The committed documents and the contracts: the same, whichever way they are given, and any single change is found, both ways.
import { expect, test } from 'vitest'
import * as z from 'zod'
import { contracts } from '../../contracts/index.ts'
import { type Contract, type Describable, documented, fact } from '../../src/contract/index.ts'
import { type Change, compareDocuments, documentOf, readDocument } from '../../src/diff/index.ts'
import { toSpec } from '../../src/openapi/index.ts'
import { version } from '../../src/version.ts'
import { readSpec, readDocument as readSpecDocument } from '../openapi/documents.ts'
import { changesBetween, type Json } from './document.ts'

const providers: readonly Contract[] = contracts
const ids = providers.map(({ id }) => id)

test.each(providers)('$id: document and contract are the same', contract => {
  const document = readDocument(readSpec(contract.id), 'a.yaml')
  const ofContract = documentOf(contract, { name: contract.id, version: '9.9.9' })
  expect(compareDocuments(document, ofContract)).toMatchObject({ changes: [], texts: 0, unused: 0 })
  expect(compareDocuments(ofContract, document)).toMatchObject({ changes: [], texts: 0, unused: 0 })
})

interface Field {
  readonly pointer: string
  readonly owner: Json
  readonly name: string
  readonly schema: Json
}

/** The fields of all objects of a document that an operation or a callback sends. */
function fieldsOf(document: unknown): Field[] {
  const found: Field[] = []
  const go = (value: unknown, pointer: string): void => {
    if (typeof value !== 'object' || value === null) return
    const owner = value as Json
    if (owner.type === 'object' && typeof owner.properties === 'object') {
      for (const [name, schema] of Object.entries(owner.properties as Json))
        found.push({ pointer: `${pointer}/properties/${name}`, owner, name, schema: schema as Json })
    }
    for (const [key, inner] of Object.entries(owner)) {
      if (!/^(x-.*|examples?)$/.test(key))
        go(inner, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    }
  }
  go((document as Json).paths, '/paths')
  go((document as Json).components, '/components')
  return found
}

type Mutation = readonly [string, (field: Field) => boolean, (field: Field) => void, string, string]

const mostTried = 6

/** What is done to a field, where it can be done, and the changes that are found: there, and back. */
const mutations: readonly Mutation[] = [
  [
    'is renamed',
    () => true,
    ({ owner, name, schema }) => {
      const { [name]: _, ...others } = owner.properties as Json
      owner.properties = { ...others, [`${name}_new`]: schema }
      if (Array.isArray(owner.required))
        owner.required = owner.required.map(each => (each === name ? `${name}_new` : each))
    },
    'fieldRenamed',
    'fieldRenamed',
  ],
  [
    'has another type',
    ({ schema }) => schema.type === 'string' && schema.enum === undefined && schema.const === undefined,
    ({ schema }) => {
      schema.type = 'array'
    },
    'typeChanged',
    'typeChanged',
  ],
  [
    'is there or not',
    () => true,
    ({ owner, name }) => {
      const required = (owner.required as string[] | undefined) ?? []
      owner.required = required.includes(name) ? required.filter(each => each !== name) : [...required, name]
    },
    'requiredNow|optionalNow',
    'requiredNow|optionalNow',
  ],
  [
    'has a value more',
    ({ schema }) => Array.isArray(schema.enum),
    ({ schema }) => {
      schema.enum = [...(schema.enum as unknown[]), schema.type === 'string' ? 'new' : 999_999]
    },
    'valueAdded',
    'valueRemoved',
  ],
  [
    'may be null',
    ({ schema }) => schema.type === 'string' && schema.const === undefined,
    ({ schema }) => {
      schema.type = ['string', 'null']
      if (Array.isArray(schema.enum)) schema.enum = [...schema.enum, null]
    },
    'nullAllowed',
    'nullRefused',
  ],
  [
    'is shorter',
    ({ schema }) =>
      schema.type === 'string' &&
      schema.enum === undefined &&
      schema.const === undefined &&
      schema.maxLength === undefined,
    ({ schema }) => {
      schema.maxLength = 3
    },
    'limitTightened',
    'limitLoosened',
  ],
  [
    'is said by nobody',
    ({ schema }) => schema['x-provenance'] !== undefined,
    ({ schema }) => {
      delete schema['x-provenance']
    },
    'provenanceChanged',
    'provenanceChanged',
  ],
]

test.each(ids.flatMap(id => mutations.map(mutation => [id, ...mutation] as const)))(
  '%s: a field that %s is just that',
  (id, kind, applies, mutate, there, back) => {
    const original = readSpecDocument(id)
    const places = fieldsOf(original).flatMap((field, i) =>
      field.owner.anyOf === undefined && applies(field) ? [i] : [],
    )
    // A document may have no lists of values.
    expect(places.length).toBeGreaterThanOrEqual(kind === 'has a value more' ? 0 : 1)
    // Some from all over the document are enough.
    const step = Math.ceil(places.length / mostTried)
    for (const place of places.filter((_, i) => i % step === 0)) {
      const changed = structuredClone(original)
      const field = fieldsOf(changed)[place]
      if (!field) throw new Error('no field')
      mutate(field)
      expectOnly(changesBetween(original, changed), there, field)
      expectOnly(changesBetween(changed, original), back, field)
    }
  },
)

/** One kind of change, at one place; a schema that is both written and read is told of for each. */
function expectOnly(changes: readonly Change[], kind: string, { pointer }: Field): void {
  expect([pointer, changes.length]).toEqual([
    pointer,
    expect.toSatisfy((length: number) => length === 1 || length === 2),
  ])
  for (const change of changes) expect(change.kind).toMatch(new RegExp(`^(${kind})$`))
  expect(new Set(changes.map(change => change.pointer)).size).toBe(1)
  expect(new Set(changes.map(change => change.writer)).size).toBe(changes.length)
  const [{ pointer: place = '' } = {}] = changes
  expect(place.startsWith(pointer.replace(/[^/]*$/, ''))).toBe(true)
}

/** A contract with a field more, or with another schema of its first operation's request. */
function withRequest(contract: Contract, change: (schema: z.ZodObject) => z.ZodObject): Describable {
  const [[name, operation] = []] = Object.entries(contract.operations)
  if (name === undefined || !operation) throw new Error('no operation')
  const request = { ...operation.request, schema: change(operation.request.schema) }
  return { ...contract, operations: { ...contract.operations, [name]: { ...operation, request } } }
}

const field = (schema: z.ZodType) => fact(schema, documented('a'), 'A field.')

test.each(providers)('$id: a contract that changed gives the same as its document', contract => {
  const changed = withRequest(contract, schema => schema.extend({ extra: field(z.string()) }))
  const old = documentOf(contract, { name: 'old', version })
  const now = documentOf(changed, { name: 'new', version })
  const written = readDocument(toSpec(changed, version, 'yaml'), 'new')
  expect(compareDocuments(old, written)).toEqual(compareDocuments(old, now))
  const { changes } = compareDocuments(old, now)
  expect(changes.length).toBeGreaterThan(0)
  for (const change of changes) {
    expect(change).toMatchObject({
      kind: expect.stringMatching(/^(field|parameter)Added$/),
      verdict: 'breaking',
      after: 'extra',
    })
  }
})

test('a contract whose schema contains itself is compared', () => {
  const tree = (name: z.ZodType): z.ZodObject => {
    const node: z.ZodObject = z.looseObject({
      name,
      get children(): z.ZodType {
        return z.array(node).optional()
      },
    })
    return node
  }
  const [contract] = providers
  const [[name, operation] = []] = Object.entries(contract?.operations ?? {})
  if (!contract || name === undefined || !operation) throw new Error('no operation')
  const [old, now] = [z.string(), z.string().max(3)].map((node, i) => {
    const response = z.looseObject({ root: tree(node) })
    const operations = { ...contract.operations, [name]: { ...operation, response } }
    return documentOf({ ...contract, operations }, { name: `${i}`, version })
  })
  if (!old || !now) throw new Error('no documents')
  const { changes } = compareDocuments(old, now)
  expect(new Set(changes.map(({ kind, after }) => `${kind} ${after}`))).toEqual(new Set(['limitTightened 3']))
  expect(compareDocuments(old, old).changes).toEqual([])
})
