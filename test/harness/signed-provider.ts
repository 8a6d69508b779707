// A provider that a user adds from outside: it signs what it sends, calls back on payments and refunds, and answers queries.
import { createHash } from 'node:crypto'
import * as z from 'zod'
import {
  assumed,
  type ErrorRow,
  type Finding,
  malformed,
  Refusal,
  type Verification,
} from '../../src/contract/index.ts'
import * as paydouble from '../../src/index.ts'
import type { Account, Order } from '../../src/store/records.ts'
import type { Answer, OpenDoor } from './doors.ts'

const { defineContract, defineOperation, defineSimulator, fact, decodeJsonObject, decodeUtf8 } = paydouble
const ours = assumed('this provider is a test')
const known = <S extends z.ZodType>(schema: S) => fact(schema, ours, 'A field of the test.')

export const signedAccount = { merchant: 'merchant-1', key: 'key-of-merchant-1' }
export const retryDelaysMs = [60_000, 120_000]

/** What this provider signs with: MD5 of the bytes and the key. */
export function signatureOf(text: string | Uint8Array, key: string): string {
  return createHash('md5').update(text).update(key).digest('hex')
}

const row = (code: string, outcome: ErrorRow['outcome'] = 'failed'): ErrorRow => ({
  code,
  message: `code ${code}`,
  meaning: 'A row of the test.',
  outcome,
  provenance: ours,
})

const operation = <S extends z.ZodObject, R extends z.ZodObject>(path: string, request: S, response: R) =>
  defineOperation({
    methods: ['POST'],
    path,
    summary: 'An operation of the test.',
    provenance: ours,
    request: { in: 'body', contentTypes: ['application/json'], schema: request },
    response,
    orderNumber: 'number',
    examples: [],
  })

const numbered = { merchant: known(z.string()), number: known(z.string().min(1)) }
const state = z.looseObject({
  code: known(z.literal('OK')),
  id: known(z.string()),
  number: known(z.string()),
  status: known(z.string()),
  amount: known(z.int()),
  refunded: known(z.int()),
})

const callback = (after: string, flipped: object) =>
  ({
    method: 'POST',
    summary: 'A callback of the test.',
    provenance: ours,
    contentType: 'application/json',
    payload: z.looseObject({ number: known(z.string()), amount: known(z.string()) }),
    acknowledged: reply => reply.status === 200 && reply.body === 'SUCCESS',
    acknowledgement: { text: 'SUCCESS', provenance: ours },
    after,
    url: '{$request.body#/url}',
    retryDelays: 'retryDelaysMs',
    example: {},
    forgery: {
      amount: minor => ({ amount: String(minor) }),
      flipped: flipped as Record<string, unknown>,
      orderNumber: 'number',
    },
  }) satisfies paydouble.Callback

export const signedContract = defineContract({
  id: 'signedpay',
  title: 'Signed Pay',
  summary: 'A provider of the tests.',
  servers: [{ url: 'https://api.signedpay.example', description: 'nowhere', provenance: ours }],
  basePaths: ['/signed/'],
  utcOffsetMinutes: 480,
  account: {
    credentials: z.object({ merchant: known(z.string()), key: known(z.string()) }),
    settings: z.object({
      url: known(z.string().nullable()),
      retryDelaysMs: known(z.array(z.int())),
      expiryMinutes: known(z.int().nullable()),
    }),
    defaults: { url: null, retryDelaysMs, expiryMinutes: 30 },
    identifiedBy: 'merchant',
    secrets: ['key'],
  },
  codeField: 'code',
  operations: {
    create: operation(
      '/signed/create',
      z.looseObject({ ...numbered, amount: known(z.int().positive()), note: known(z.string().optional()) }),
      state,
    ),
    query: operation('/signed/query', z.looseObject(numbered), state),
    refund: operation(
      '/signed/refund',
      z.looseObject({ ...numbered, amount: known(z.int().positive()) }),
      state,
    ),
  },
  callbacks: {
    payment: callback('create', { result: 'FAIL' }),
    refund: callback('refund', { result: 'FAIL' }),
  },
  errors: {
    success: row('OK', 'success'),
    unreadable: row('E01'),
    signature: row('E02'),
    invalid: row('E03'),
    duplicate: row('E04'),
    unknownOrder: row('E05'),
    notPaid: row('E06'),
    busy: row('E07', 'pending'),
  },
  refusals: { malformed: 'unreadable', unknownAccount: 'signature', invalid: 'invalid' },
  refusal: z.looseObject({ code: known(z.string()), message: known(z.string()) }),
  rateLimits: [],
  rules: {},
  security: {},
  wire: {
    decode(request) {
      try {
        return { params: decodeJsonObject(decodeUtf8(request.body)), headers: request.headers }
      } catch {
        throw malformed('the body is no JSON', 'unreadable')
      }
    },
    identify({ params }) {
      if (typeof params.merchant === 'string') return params.merchant
      throw new Refusal('signature', [] satisfies Finding[])
    },
    verify: ({ params, headers }, { key }): Verification =>
      headers['x-sign'] === signatureOf(JSON.stringify(params), String(key))
        ? { ok: true }
        : { ok: false, errorName: 'signature', reason: 'It is not the MD5 of body and key.' },
    encodeRequest(of, params, { merchant, key }) {
      const body = JSON.stringify({ merchant, ...params })
      return {
        method: 'POST',
        path: of.path,
        query: '',
        headers: { 'content-type': 'application/json', 'x-sign': signatureOf(body, String(key)) },
        body: new TextEncoder().encode(body),
      }
    },
    encode: body => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
    refuse: ({ code, message }) => ({ code, message }),
    encodeCallback(payload, { key }) {
      const body = JSON.stringify(payload)
      return {
        headers: { 'content-type': 'application/json', 'x-sign': signatureOf(body, String(key)) },
        body,
      }
    },
    signCallback: (body, { key }) => ({ 'x-sign': signatureOf(body, String(key)) }),
  },
})

const toState = ({ id, orderNumber: number, status, amount, refunded }: Order) => ({
  code: 'OK' as const,
  id,
  number,
  status,
  amount,
  refunded,
})

export const signedSimulator = defineSimulator(signedContract, {
  accounts: [{ id: 'demo', ...signedAccount }],
  inventCredentials: random => ({
    merchant: `m${random.text(12, '0123456789')}`,
    key: random.text(32, '0123456789abcdef'),
  }),
  keysOf: order => ({ number: order.orderNumber }),
  callbacksOf(order, settings) {
    if (settings.url === null) return []
    const payload = {
      result: 'SUCCESS',
      number: order.orderNumber,
      id: order.id,
      amount: String(order.amount),
      title: '一本书',
      time: '2026-01-01 09:00:00',
    }
    return [{ callback: order.kind, url: settings.url, payload }]
  },
  operations: {
    async create({ number, amount }, context) {
      const { account, now } = context
      const result = await context.createOrder(() => {
        const id = `9${context.random('id').rising(17)}`
        const expiresAt = paydouble.expiryOf(account.settings, now)
        return { id, orderNumber: number, amount, qr: `signed://pay/${id}`, expiresAt }
      })
      if ('conflict' in result) return context.fail('duplicate')
      return toState(result.order)
    },
    async query({ number }, context) {
      const order = await context.findByOrderNumber(number)
      return order ? toState(await context.show(order)) : context.fail('unknownOrder')
    },
    async refund({ number, amount }, context) {
      const payment = await context.findByOrderNumber(number)
      if (payment?.status !== 'paid') return context.fail('notPaid')
      const { refunded } = payment
      const changed = await context.transition(payment, 'paid', {
        when: { refunded },
        patch: { refunded: refunded + amount },
      })
      if (!changed) return context.fail('busy')
      const made = await context.createOrder(() => {
        const id = `9${context.random('id').rising(17)}`
        return { id, orderNumber: `${number}-${id}`, amount, qr: '', kind: 'refund', original: payment.id }
      })
      if ('conflict' in made) return context.fail('duplicate')
      await context.transition(made.order, 'paid')
      return toState(changed)
    },
  },
})

/** A call as a merchant of this provider makes it. */
export function signedCall(
  door: OpenDoor,
  name: 'create' | 'query' | 'refund',
  params: Readonly<Record<string, unknown>> = {},
  options: { headers?: Record<string, string>; account?: Pick<Account, 'credentials'> } = {},
): Promise<Answer> {
  const { merchant, key } = options.account?.credentials ?? signedAccount
  const sent = { merchant, number: 'order-1', ...(name !== 'query' && { amount: 1000 }), ...params }
  const body = JSON.stringify(sent)
  return door.send('signedpay', {
    method: 'POST',
    path: `/signed/${name}`,
    headers: {
      'content-type': 'application/json',
      'x-sign': signatureOf(body, String(key)),
      ...options.headers,
    },
    body,
  })
}
