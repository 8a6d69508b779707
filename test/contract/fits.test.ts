// The fast way must never take what the schema would not.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { contracts } from '../../contracts/index.ts'
import { createFits } from '../../src/contract/fits.ts'
import type { Operation } from '../../src/contract/index.ts'

const examples = contracts.flatMap(({ id, operations, callbacks }) => [
  ...Object.entries<Operation>(operations).flatMap(([name, { request, response, examples: own }]) =>
    own.flatMap(example => [
      [`${id}.${name} request`, request.schema, example.request] as const,
      [`${id}.${name} response`, response, example.response] as const,
    ]),
  ),
  ...Object.entries(callbacks).map(
    ([name, { payload, example }]) => [`${id}.${name} callback`, payload, example] as const,
  ),
])

test.each(examples)('the example of %s fits', (_, schema, example) => {
  expect(createFits(schema)(example)).toBe(true)
})

const anything = fc.oneof(
  fc.constantFrom(null, undefined, '', '0', '1', '300', '1.5', 0, 1, -1, 1.5, true, {}, []),
  fc.string(),
  fc.integer(),
  fc.jsonValue(),
)

test.each(examples)(
  'whatever is done to the example of %s, it fits only if the schema takes it',
  (_, schema, example) => {
    const fits = createFits(schema)
    const names = Object.keys(example)
    fc.assert(
      fc.property(fc.constantFrom(...names, 'unknown'), anything, fc.boolean(), (name, value, isInside) => {
        const changed: Record<string, unknown> = structuredClone({ ...example })
        const inner = changed.data
        if (isInside && typeof inner === 'object' && inner !== null) {
          const [first = 'x'] = Object.keys(inner)
          ;(inner as Record<string, unknown>)[first] = value
        } else changed[name] = value
        const isTaken = schema.safeParse(changed).success
        if (fits(changed)) expect(isTaken).toBe(true)
        // And it is of use: what is refused has a field that nobody knows, or one that only the schema can judge.
        else if (isTaken && name !== 'unknown' && !isInside) expect(Object.keys(changed)).toContain(name)
      }),
      { numRuns: 200 },
    )
  },
)

test.each<[string, z.ZodType, unknown, boolean]>([
  ['an unknown field', z.looseObject({ a: z.string() }), { a: '', b: 1 }, false],
  [
    'a name with a space',
    z.looseObject({ a: z.string(), 'b ': z.string().optional() }),
    { a: '', 'b ': '' },
    false,
  ],
  ['a missing field', z.looseObject({ a: z.string() }), {}, false],
  ['a check over several fields', z.looseObject({ a: z.string() }).refine(() => false), { a: '' }, false],
  ['a check of its own', z.string().refine(text => text === 'x'), 'y', false],
  ['a list that is too long', z.array(z.string()).max(1), ['a', 'b'], false],
  ['one of several shapes', z.union([z.array(z.unknown()), z.looseObject({})]), { x: 1 }, true],
  ['a number where a text belongs', z.literal('10001'), 10001, false],
  ['the length in units', z.string().length(2), '😀', true],
  ['a list instead of an object', z.looseObject({}), [], false],
])('%s', (_, schema, value, expected) => {
  expect(createFits(schema)(value)).toBe(expected)
})
