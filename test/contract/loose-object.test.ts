import { expect, test } from 'vitest'
import * as z from 'zod'
import { looseObject } from '../../src/contract/loose-object.ts'

test('makes its fields when they are first looked at, once', () => {
  let made = 0
  const object = looseObject(() => {
    made++
    return { name: z.string() }
  })
  const described = object.refine(({ name }) => name !== '').meta({ description: 'with a name' })
  expect(made).toBe(0)
  expect(described.safeParse({ name: 7 }).success).toBe(false)
  expect(described.shape.name).toBe(object.shape.name)
  expect(object.extend({ age: z.int() }).parse({ name: 'a', age: 7 })).toEqual({ name: 'a', age: 7 })
  expect(made).toBe(1)
})

test('takes, keeps and says what z.looseObject does', () => {
  const fields = () => ({ name: z.string(), age: z.int().optional() })
  const [late, soon] = [looseObject(fields), z.looseObject(fields())]
  expect(z.toJSONSchema(late)).toEqual(z.toJSONSchema(soon))
  for (const value of [{ name: 'a', more: 1 }, { name: 'a', age: 1 }, { name: 7 }, {}, null])
    expect(late.safeParse(value)).toEqual(soon.safeParse(value))
})
