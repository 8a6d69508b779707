// The examples of the documents, and those of the contracts, are messages that the contracts take.
import { expect, test } from 'vitest'
import type * as z from 'zod'
import { contracts, dms, its500, qfpay, vvtool } from '../../contracts/index.ts'
import { queryRow } from '../../contracts/qfpay/query.ts'
import type { Contract, WireRequest } from '../../src/contract/index.ts'
import { readExample, readText, ruleValue } from './evidence.ts'

const transcribed: [string, z.ZodObject, Record<string, unknown>][] = [
  [
    'vvtool answer',
    vvtool.operations.paymentQrCode.response,
    readExample('vvtool', 'paymentQrCode.response'),
  ],
  ['vvtool token', vvtool.operations.token.response, readExample('vvtool', 'token.response')],
  ['its500 answer', its500.operations.createOrder.response, readExample('its500', 'createOrder.response')],
  [
    'its500 answer to a query',
    its500.operations.onlinePayFindResult.response,
    readExample('its500', 'onlinePayFindResult.response'),
  ],
  ['its500 callback', its500.callbacks.paid.payload, readExample('its500', 'callback.paid')],
  ['dms answer', dms.operations.payment.response, readExample('dms', 'payment.response')],
  ['qfpay request', qfpay.operations.payment.request.schema, readExample('qfpay', 'payment.request')],
  ['qfpay answer', qfpay.operations.payment.response, readExample('qfpay', 'payment.response')],
  ['qfpay refusal', qfpay.refusal, readExample('qfpay', 'refusal.response')],
  ['qfpay refusal of a refund', qfpay.refusal, readExample('qfpay', 'refund.refusal.response')],
  ['qfpay row of an unpaid order', queryRow.partial(), readExample('qfpay', 'query.unpaid-row')],
]

test.each(transcribed)('the documented %s is taken', (_, schema, example) => {
  expect(schema.safeParse(example)).toMatchObject({ success: true })
})

test.each(transcribed)(
  'the documented %s has no field that the contract does not know',
  (_, schema, example) => {
    expect(unknownPaths(schema, example)).toEqual([])
  },
)

test('the its500 answer spells exactly the documented keys with a space', () => {
  const keys = Object.keys(readExample('its500', 'createOrder.response')).filter(key => key.endsWith(' '))
  expect(keys).toEqual(ruleValue('its500', 'rule.trailing-space-keys'))
})

test('the qfpay refusal is the one that a wrong mchid gets, field by field', () => {
  const body = qfpay.wire.refuse(qfpay.errors.wrongMchid, { now: 0, elapsedMs: 0 })
  expect(body).toEqual(readExample('qfpay', 'refusal.response'))
})

test('the vvtool request is decoded: its query counts, its body and cookies do not', () => {
  const request = readRequest('vvtool', 'paymentQrCode')
  expect(request).toMatchObject({ method: 'GET', path: vvtool.operations.paymentQrCode.path })
  expect(request.body.length).toBeGreaterThan(0)
  const message = vvtool.wire.decode(request)
  expect(message.params).toEqual({
    order_price: '1',
    merchant_num: 'xxxxxx',
    relation_order_number: 'xxxx',
    order_title: Object.keys(ruleValue<Record<string, string>>('vvtool', 'rule.title-encoding'))[0],
  })
  expect(vvtool.wire.identify(message, 'paymentQrCode')).toBe('1798c6aadec33d1bc2f5b707f1049aefexxxx')
})

test('the vvtool request is taken but for its order number, which is masked to four characters', () => {
  const { params } = vvtool.wire.decode(readRequest('vvtool', 'paymentQrCode'))
  const { schema } = vvtool.operations.paymentQrCode.request
  expect(schema.safeParse(params).error?.issues.map(issue => issue.path)).toEqual([['relation_order_number']])
  expect(schema.safeParse({ ...params, relation_order_number: 'xxxxxx' })).toMatchObject({ success: true })
})

const all: readonly Contract[] = contracts
const examples = all.flatMap(contract =>
  Object.entries(contract.operations).flatMap(([name, operation]) =>
    operation.examples.map(example => ({ provider: contract.id, name, operation, example })),
  ),
)

test('every operation has an example', () => {
  const named = new Set(examples.map(({ provider, name }) => `${provider} ${name}`))
  expect([...named]).toEqual(
    all.flatMap(({ id, operations }) => Object.keys(operations).map(name => `${id} ${name}`)),
  )
})

test.each(examples)('the example $example.name of $provider $name is taken, both ways', place => {
  const { request, response } = place.operation
  expect(request.schema.safeParse(place.example.request)).toMatchObject({ success: true })
  expect(response.safeParse(place.example.response)).toMatchObject({ success: true })
  expect(unknownPaths(request.schema, place.example.request)).toEqual([])
  expect(unknownPaths(response as z.ZodObject, place.example.response)).toEqual([])
})

const callbacks = all.flatMap(contract =>
  Object.entries(contract.callbacks).map(([name, callback]) => ({ provider: contract.id, name, callback })),
)

test.each(callbacks)('the example of the callback $name of $provider is taken', ({ callback }) => {
  expect(callback.payload.safeParse(callback.example)).toMatchObject({ success: true })
  expect(unknownPaths(callback.payload, callback.example)).toEqual([])
})

test.each(callbacks)('the callback $name of $provider follows an operation', ({ provider, callback }) => {
  expect(examples.map(each => `${each.provider} ${each.name}`)).toContain(`${provider} ${callback.after}`)
})

const refusals = all.flatMap(contract =>
  Object.entries(contract.errors)
    .filter(([, row]) => row.outcome !== 'success')
    .map(([name, row]) => ({ provider: contract.id, name, contract, row })),
)

test.each(refusals)('the refusal $name of $provider is one, and no answer', ({ contract, row }) => {
  const body = contract.wire.refuse(row, { now: 0, elapsedMs: 0 })
  expect(contract.refusal.safeParse(body)).toMatchObject({ success: true })
  for (const operation of Object.values(contract.operations)) {
    expect(operation.response.safeParse(body)).toMatchObject({ success: false })
  }
})

/** A request as it stands on the wire, transcribed as text. */
function readRequest(provider: string, name: string): WireRequest {
  const text = readText(provider, `examples/${name}.request.http`)
  const [head = '', ...rest] = text.split(/\r?\n\r?\n/)
  const [line = '', ...headers] = head.split(/\r?\n/)
  const [method = '', target = ''] = line.split(' ')
  const [path = '', query = ''] = target.split('?')
  return {
    method,
    path,
    query,
    headers: Object.fromEntries(headers.map(toHeader)),
    body: new TextEncoder().encode(rest.join('\n\n')),
  }
}

function toHeader(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

/** Where a message has fields that its schema does not name, at any depth. */
function unknownPaths(schema: z.ZodObject, message: object, at = ''): string[] {
  return Object.entries(message).flatMap(([name, value]) => {
    const field = schema.shape[name]
    if (field === undefined) return [`${at}/${name}`]
    if (Array.isArray(value) && 'element' in field && value.every(item => typeof item === 'object')) {
      return value.flatMap((item, i) =>
        unknownPaths(field.element as z.ZodObject, item, `${at}/${name}/${i}`),
      )
    }
    return 'shape' in field ? unknownPaths(field as z.ZodObject, value as object, `${at}/${name}`) : []
  })
}
