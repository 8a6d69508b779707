import { expect, test } from 'vitest'
import * as z from 'zod'
import { looseObject, object, strictObject } from '../../src/contract/late-object.ts'

test('an object makes its fields when they are first looked at, once', () => {
  let made = 0
  const late = looseObject(() => {
    made++
    return { name: z.string() }
  })
  const described = late.refine(({ name }) => name !== '').meta({ description: 'with a name' })
  expect(made).toBe(0)
  expect(described.safeParse({ name: 7 }).success).toBe(false)
  expect(described.shape.name).toBe(late.shape.name)
  expect(late.extend({ age: z.int() }).parse({ name: 'a', age: 7 })).toEqual({ name: 'a', age: 7 })
  expect(made).toBe(1)
})

test.each([
  ['object', object, z.object],
  ['looseObject', looseObject, z.looseObject],
  ['strictObject', strictObject, z.strictObject],
] as const)('%s takes, keeps and says what that of zod does', (_, late, soon) => {
  const fields = () => ({ name: z.string(), age: z.int().optional() })
  expect(z.toJSONSchema(late(fields))).toEqual(z.toJSONSchema(soon(fields())))
  for (const value of [{ name: 'a', more: 1 }, { name: 'a', age: 1 }, { name: 7 }, {}, null])
    expect(late(fields).safeParse(value)).toEqual(soon(fields()).safeParse(value))
})
