import { expect, test } from 'vitest'
import * as z from 'zod'
import { inOurWords, showProblem, toFindings } from '../../src/contract/index.ts'
import { faultSchema } from '../../src/double/fault.ts'

const fault = (fields: object) => ({ provider: 'qfpay', ...fields })
const send = (fields: object) => fault({ deliver: { callback: 'payment', sends: [fields] } })

test.each([
  [{}, /^provider: missing$/],
  [fault({ provider: 1 }), /^provider: not a text$/],
  [fault({ skip: 'x' }), /^skip: not a number$/],
  [fault({ skip: 1.5 }), /^skip: not a whole number$/],
  [fault({ probability: 2 }), /^probability: more than 1$/],
  [fault({ times: 'x' }), /^times: not a number, and not always$/],
  [fault({ eror: '1' }), /^there is no field "eror"; the fields are provider, .*, deliver$/],
  [fault({ network: { do: 'explode' } }), /^network\.do: not one of delay, reset, .*, status$/],
  [fault({ network: { do: 'delay', fro: 1 } }), /no field "fro"; the fields of network are do, for, from/],
  [send({ amout: 1 }), /^deliver\.sends\.0: .*"amout"; the fields of deliver\.sends\.0 are after, /],
  [send({ replied: { status: 1 } }), /^deliver\.sends\.0\.replied\.status: less than 100$/],
  [send({ bytes: 'upside down' }), /^deliver\.sends\.0\.bytes: not one of compact, pretty, /],
  [fault({ deliver: { callback: 'payment', sends: 3 } }), /^deliver\.sends: not a list$/],
])('%j is said to be wrong in our own words', (given, message) => {
  const { error } = faultSchema.safeParse(given, inOurWords)
  expect(error && showProblem(error, faultSchema, given)).toMatch(message)
})

test('sizes and forms are said with what is allowed', () => {
  const schema = z.object({
    short: z.string().max(2),
    long: z.string().min(3),
    filled: z.string().min(1),
    exact: z.string().length(6),
    form: z.string().regex(/^\d+$/),
    list: z.array(z.int()).max(1),
  })
  const given = { short: 'abc', long: 'ab', filled: '', exact: 'x', form: 'x', list: [1, 2] }
  const { error } = schema.safeParse(given, inOurWords)
  expect(error && toFindings(error, schema).map(({ pointer, message }) => `${pointer} ${message}`)).toEqual([
    '/short longer than 2 characters',
    '/long shorter than 3 characters',
    '/filled empty',
    '/exact not of 6 characters',
    String.raw`/form not of the form /^\d+$/`,
    '/list longer than 1 item',
  ])
})

test('a field that is missing is told from one of another kind', () => {
  const schema = z.object({ one: z.string(), other: z.string() })
  const { error } = schema.safeParse({ one: 1 }, inOurWords)
  expect(error && toFindings(error, schema)).toMatchObject([
    { kind: 'invalidField', message: 'not a text' },
    { kind: 'missingField', message: 'missing' },
  ])
})
