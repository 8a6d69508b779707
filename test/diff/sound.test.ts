// Random schemas, and a validator that knows nothing of the comparison: what it says of messages must be so.
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Change, Effect } from '../../src/diff/index.ts'
import { changesBetween, documentWith, type Json } from './document.ts'

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
const settings = { seed, numRuns: Number(process.env.RUNS ?? 400) }

const small = fc.integer({ min: 0, max: 4 })
const letters = fc.constantFrom('', 'a', 'b', 'ab', 'aab', 'bbbb')
const given = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 })

const texts = fc.record({
  type: fc.constant('string'),
  minLength: given(small),
  maxLength: given(small),
  pattern: given(fc.constantFrom('^a', 'b$')),
  enum: given(fc.uniqueArray(letters, { minLength: 1, maxLength: 3 })),
})
const numbers = fc.record({
  type: fc.constantFrom('number', 'integer'),
  minimum: given(small),
  exclusiveMaximum: given(fc.constantFrom(2, 3.5, 4)),
  multipleOf: given(fc.constantFrom(1, 2, 3)),
  enum: given(fc.uniqueArray(fc.constantFrom(1, 2, 2.5, 3), { minLength: 1, maxLength: 3 })),
})
const nothing = fc.constantFrom(
  { type: 'null' },
  { type: 'boolean' },
  { const: true },
  { enum: ['a', null] },
  {},
  true,
)

const { schema } = fc.letrec<{
  schema: unknown
  object: unknown
  list: unknown
  either: unknown
  all: unknown
}>(tie => ({
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema' },
    texts,
    numbers,
    nothing,
    tie('object'),
    tie('list'),
    tie('either'),
    tie('all'),
  ),
  object: fc.record({
    type: fc.constant('object'),
    properties: fc.dictionary(fc.constantFrom('x', 'y', 'z'), tie('schema'), { maxKeys: 3 }),
    required: given(fc.uniqueArray(fc.constantFrom('x', 'y'), { maxLength: 2 })),
    additionalProperties: given(fc.oneof(fc.constant(false), tie('schema'))),
    maxProperties: given(small),
  }),
  list: fc.record({ type: fc.constant('array'), items: given(tie('schema')), maxItems: given(small) }),
  either: fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
  all: fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
}))

/** A schema as JSON has it: nothing is undefined. */
const schemas = schema.map(value => JSON.parse(JSON.stringify(value)) as unknown)

const { value: values } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 2 },
    letters,
    fc.constantFrom(0, 1, 2, 2.5, 3, 4, 6),
    fc.constantFrom(null, true, false),
    fc.dictionary(fc.constantFrom('x', 'y', 'z'), tie('value'), { maxKeys: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}))

/** Two schemas that are often alike: the second has one keyword of the first less, or another one. */
const pairs = fc.oneof(
  fc.tuple(schemas, schemas),
  fc.tuple(schemas, schemas).map(([a, b]) => [a, without(a, b)] as [unknown, unknown]),
)

function without(a: unknown, b: unknown): unknown {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return b
  const keys = Object.keys(a)
  const [dropped] = keys.filter(key => key in b && key !== 'type')
  return { ...a, ...(dropped !== undefined && { [dropped]: (b as Json)[dropped] }) }
}

const ajv = new Ajv2020({ strict: false })

function accepts(schema: unknown): (value: unknown) => boolean {
  const validate = ajv.compile(schema as Json)
  return value => validate(value)
}

test(`a schema is no change to itself (seed ${seed})`, () => {
  fc.assert(
    fc.property(schemas, schema => {
      const document = documentWith({ request: schema, response: schema })
      expect(changesBetween(document, structuredClone(document))).toEqual([])
    }),
    settings,
  )
})

test(`what was allowed and is not any more is seen where an app writes it (seed ${seed})`, () => {
  fc.assert(
    fc.property(pairs, fc.array(values, { minLength: 30, maxLength: 30 }), ([old, now], messages) => {
      const [before, after] = [accepts(old), accepts(now)]
      const refused = messages.find(message => before(message) && !after(message))
      fc.pre(refused !== undefined)
      const changes = changesBetween(documentWith({ request: old }), documentWith({ request: now }))
      expect({ refused, effects: effectsOf(changes) }).toEqual({
        refused,
        effects: expect.stringMatching(/narrower|other|uncertain/),
      })
    }),
    settings,
  )
})

test(`what is allowed and was not before is seen where an app reads it (seed ${seed})`, () => {
  fc.assert(
    fc.property(pairs, fc.array(values, { minLength: 30, maxLength: 30 }), ([old, now], messages) => {
      const [before, after] = [accepts(old), accepts(now)]
      const added = messages.find(message => !before(message) && after(message))
      fc.pre(added !== undefined)
      const changes = changesBetween(documentWith({ response: old }), documentWith({ response: now }))
      expect({ added, effects: effectsOf(changes) }).toEqual({
        added,
        effects: expect.stringMatching(/wider|other|uncertain/),
      })
    }),
    settings,
  )
})

function effectsOf(changes: readonly Change[]): string {
  return changes.map(({ effect }) => effect).join()
}

const mirrored: Readonly<Record<Effect, Effect>> = {
  wider: 'narrower',
  narrower: 'wider',
  other: 'other',
  uncertain: 'uncertain',
  none: 'none',
}

test(`the other way round, each change has its mirror image (seed ${seed})`, () => {
  fc.assert(
    fc.property(pairs, ([old, now]) => {
      const [before, after] = [documentWith({ request: old }), documentWith({ request: now })]
      const there = changesBetween(before, after).map(({ effect }) => mirrored[effect])
      const back = changesBetween(after, before).map(({ effect }) => effect)
      expect(back.sort()).toEqual(there.sort())
    }),
    settings,
  )
})
