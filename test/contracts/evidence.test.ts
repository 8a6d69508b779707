// Holds the contracts, and the OpenAPI documents made from them, against what was transcribed from the
// providers' documents by hand: both ways.
import type { oas31 } from 'openapi3-ts'
import { describe, expect, test } from 'vitest'
import type * as z from 'zod'
import { contracts, its500, qfpay } from '../../contracts/index.ts'
import { callbackPayTypes } from '../../contracts/its500/callback.ts'
import { payTypes } from '../../contracts/qfpay/pay-types.ts'
import { queryRow } from '../../contracts/qfpay/query.ts'
import { tokenLifeSeconds } from '../../contracts/vvtool/token.ts'
import {
  type Contract,
  type Fact,
  listFacts,
  type Operation,
  type Provenance,
  Refusal,
  type WireRequest,
} from '../../src/contract/index.ts'
import { type Document, operationsOf, readDocument } from '../openapi/documents.ts'
import { acceptedByContract, acceptedBySpec, citing, evidenceOf, operationOf } from './acceptance.ts'
import { type EvidenceRow, findRow, type RowOf, readRows, ruleValue } from './evidence.ts'
import { alter, disagreements, type ValueRow } from './probes.ts'

/** Documented rules that no fact cites, and why. */
const statedElsewhere: Record<string, Record<string, string>> = {
  vvtool: {
    'rule.merchant-payment-methods': 'about what merchants agree on, not about the wire',
    'rule.bearer': 'said by paymentQrCode.request.header.Authorization',
    'rule.price-unit': 'said by paymentQrCode.request.order_price',
    'rule.price-text': 'said by paymentQrCode.request.order_price',
    'rule.relation-order-number-length': 'said by paymentQrCode.request.relation_order_number',
    'rule.relation-order-number-unique': 'said by rule.duplicate-makes-another-order, with what follows',
    'rule.get-without-body': 'the plain form of the request, which the example of the contract has',
    'rule.body-title-differs': 'about two copies of a value in the samples, of which the query counts',
    'rule.sample-cookies': 'about the cookies of the samples, which no table names',
    'rule.sample-content-type': 'about the body of the samples, which nobody reads',
    'rule.title-encoding': 'how every query is encoded; examples.test.ts decodes the sample',
    'rule.success-code': 'said by code.0',
    'rule.success-message': 'said by code.0',
    'rule.msg-describes-error': 'said by paymentQrCode.response.msg',
    'rule.keep-order-number': 'said by paymentQrCode.response.data.order_number',
    'rule.withholding-unit': 'said by paymentQrCode.response.data.withholding_money',
    'rule.code-204-twice': 'said by code.204.permission and code.204.calls',
    'rule.invalid-token': 'said by code.401',
    'rule.method-path-404': 'said by code.404',
  },
  its500: {
    'rule.amount-unit': 'said by createOrder.request.price',
    'rule.amount-decimals': 'said by createOrder.request.price',
    'rule.amount-min': 'said by createOrder.request.price and code.10004',
    'rule.amount-valid-examples': 'examples of createOrder.request.price; tried below',
    'rule.amount-text-in-messages': 'said by the types of the price fields',
    'rule.discount-examples': 'examples of rule.discount; tried below',
    'rule.original-price': 'said by createOrder.response.originalprice',
    'rule.payer-enters-amount': "about the payer's app, not about the wire",
    'rule.pay-types': 'said by createOrder.request.paytype',
    'rule.paytype-text-in-callback': 'said by callback.paid.paytype, which takes both',
    'rule.paytype-not-in-answer': 'about a field that the table has and the sample has not',
    'rule.name-in-back-office': 'about the back office',
    'rule.always-fields': 'said by the fields that must be there',
    'rule.order-id-unique': 'said by createOrder.response.orderId',
    'rule.sample-trailing-comma': 'about how the sample is printed',
    'rule.code-text-in-answer': 'said by createOrder.response.code',
    'rule.code-number-in-callback': 'said by callback.paid.code',
    'rule.success-code': 'said by code.10001',
    'rule.success-messages': 'said by code.10001 and the example of the callback; held to them below',
    'rule.callback-set-before-order': 'said by code.10009 and code.10010',
    'rule.credentials-names': 'account.credentials has both, by the form that was observed',
    'rule.credentials-source': 'about the back office',
    'rule.secrets-not-in-page': "advice about the merchant's pages, not about the wire",
    'rule.amount-codes': 'said by code.10002, code.10003 and code.10004',
    'rule.outdated-app': 'said by code.10021',
  },
  dms: {
    'rule.document-heading': 'about the document',
    'rule.purpose': 'said by payment',
    'rule.amount-unit': 'said by payment.request.amount',
    'rule.amount-integer': 'said by payment.request.amount',
    'rule.all-parameters-required': 'said by each parameter',
    'rule.pay-ways': 'said by payment.request.pay_way',
    'rule.receiver-spelling': 'said by payment.request.reciever_id',
    'rule.success-code': 'said by code.1000',
    'rule.pay-info-shown-as-qr': 'said by payment.response.data.payInfo',
    'rule.tabled-response-fields': 'about which fields the document explains',
    'rule.response-table-shifted': 'about how the table is printed',
    'rule.error-table-elsewhere': 'why all codes but 1000 are assumed',
  },
  qfpay: {
    'rule.flow': 'what the whole contract is about',
    'rule.payment-after-security-checks': 'between WeChat and the payer',
    'rule.real-name-must-match': 'between WeChat and the payer',
    'rule.real-name-no-bank-card': 'between WeChat and the payer',
    'rule.real-name-activation': 'done at WeChat; the double takes it as done',
    'rule.extend-info-example': 'the sample of payment.request.extend_info',
    'rule.sample-languages': 'about the samples',
    'rule.pay-type': 'said by payment.request.pay_type',
    'rule.auth-code-cpm-only': 'about other pay types',
    'rule.sample-currencies': 'examples of payment.request.txcurrcd; tried below',
    'rule.sample-request-time': 'said by payment.request.txdtm',
    'rule.sample-udid-goods-name-commented-out': 'about the samples',
    'rule.minor-units': 'said by payment.request.txamt',
    'rule.amount-integer': 'said by payment.request.txamt',
    'rule.currency-table': 'said by payment.request.txcurrcd; the table itself is rule.currencies',
    'rule.txdtm-format': 'said by payment.request.txdtm',
    'rule.expired-time-min': 'said by payment.request.expired_time',
    'rule.expired-time-max': 'said by payment.request.expired_time',
    'rule.expired-time-mpm-only': 'said by rule.expired-time-pay-types, which names 800201 and others',
    'rule.goods-name-required-for-app': 'about other pay types',
    'rule.goods-name-utf8': 'how every form is encoded; a vector signs such a name',
    'rule.udid-in-back-office': 'about the back office',
    'rule.sysdtm-settlement-cutoff': 'said by payment.response.sysdtm',
    'rule.success-code': 'said by code.0000',
    'rule.other-codes-failed': 'said by the outcome of every row; held to it below',
    'rule.sample-txamt-text': 'said by payment.response.txamt, which takes both',
  },
}

/** Rules of the contracts whose value says the same as the document in other words; each is tried below. */
const inOtherWords: string[] = []

/** Rows that another row narrows. */
const narrowed: Record<string, (row: ValueRow) => ValueRow> = {
  'qfpay payment.request.goods_name': row => ({
    ...row,
    maxLength: ruleValue('qfpay', 'rule.goods-name-20'),
  }),
  'qfpay payment.request.txcurrcd': row => ({ ...row, enum: ruleValue('qfpay', 'rule.currencies') }),
}

/** Credentials in the documented form; they belong to nobody. */
const credentials: Record<string, Record<string, string | null>> = {
  vvtool: {
    accessToken: '1798c6aadec33d1bc2f5b707f1049aefe0000',
    merchantNum: '100001',
    clientId: 'account',
    clientSecret: 'accesskey',
  },
  its500: { appKey: '0123456789abcdef', appSecret: '0123456789abcdef0123456789abcdef' },
  dms: { payerId: 'testtlzf', receiverId: '100001' },
  qfpay: { appCode: 'APP', clientKey: 'KEY', mchid: 'ZaMVg12345' },
}

const all: readonly Contract[] = contracts
const cases = all.map(contract => {
  const facts = listFacts(contract)
  return { id: contract.id, contract, facts, rows: readRows(contract.id) }
})
const cited = new Set(cases.flatMap(({ id, facts }) => facts.map(fact => `${id} ${evidenceOf(fact)}`)))
const places: readonly Place<EvidenceRow>[] = cases.flatMap(({ contract, facts, rows }) =>
  rows.map(row => ({ provider: contract.id, id: row.id, contract, facts, row })),
)
const documentedPlaces = places.filter(({ row }) => row.level === 'documented')
const valuePlaces = places.filter(isValuePlace).map(place => ({
  ...place,
  row: narrowed[`${place.provider} ${place.id}`]?.(place.row) ?? place.row,
}))

describe.each(cases)('$id', ({ id, contract, facts, rows }) => {
  test('every row of evidence has an id of its own', () => {
    expect(new Set(rows.map(row => row.id)).size).toBe(rows.length)
  })

  test('every fact cites a row of its level, or gives its reason', () => {
    const levels = new Map(rows.map(row => [row.id, row.level]))
    const wrong = facts.filter(({ provenance }) =>
      provenance.level === 'assumed'
        ? provenance.reason.trim() === ''
        : levels.get(provenance.evidence) !== provenance.level,
    )
    expect(wrong.map(({ path, provenance }) => ({ path, provenance }))).toEqual([])
  })

  test('every setting that an assumption names exists, and has a default', () => {
    const { settings, defaults } = contract.account
    const named = facts.flatMap(({ provenance }) =>
      provenance.level === 'assumed' && provenance.setting ? [provenance.setting] : [],
    )
    expect(Object.keys(settings.shape)).toEqual(expect.arrayContaining(named))
    expect(settings.safeParse(defaults)).toMatchObject({ success: true })
    expect(Object.keys(defaults)).toEqual(Object.keys(settings.shape))
  })

  test('every documented operation, parameter, field and code is cited', () => {
    const left = rows.filter(row => row.level === 'documented' && row.kind !== 'rule' && !isCited(id, row))
    expect(left.map(row => row.id)).toEqual([])
  })

  test('every documented rule is cited, or stated elsewhere for a reason, but not both', () => {
    const left = rows.filter(row => row.level === 'documented' && row.kind === 'rule' && !isCited(id, row))
    expect(left.map(row => row.id)).toEqual(Object.keys(statedElsewhere[id] ?? {}))
  })

  test('every row that a reason names exists', () => {
    const reasons = Object.values(statedElsewhere[id] ?? {}).join(' ')
    const named = reasons.match(/\b(code|rule|callback|createOrder|payment|paymentQrCode)\.[\w.-]*\w/g) ?? []
    expect(rows.map(row => row.id)).toEqual(expect.arrayContaining(named))
  })

  test('every rule that cites a documented rule has its value', () => {
    const wrong = Object.entries(contract.rules).filter(([name, { value, provenance }]) => {
      if (provenance.level !== 'documented' || inOtherWords.includes(`${id} ${name}`)) return false
      const row = rows.find(candidate => candidate.id === provenance.evidence)
      return row?.kind === 'rule' && !equal(value, row.value)
    })
    expect(wrong.map(([name]) => name)).toEqual([])
  })

  test('every server is one that its row names', () => {
    const wrong = contract.servers.filter(({ url, provenance }) => {
      const row = rows.find(({ id: rowId }) => rowId === evidenceOf({ provenance }))
      const named = row?.kind === 'rule' ? [row.value].flat() : []
      return !named.some(host => url === host || url === `http://${host}`)
    })
    expect(wrong).toEqual([])
  })

  test('the operations are those of the evidence, and those that are assumed', () => {
    const known = rows.filter(row => row.kind === 'operation').map(row => row.id)
    const stated = Object.entries(contract.operations).filter(([, { provenance }]) => isStated(provenance))
    expect(stated.map(([name]) => name)).toEqual(known)
  })
})

test.each(named(places.filter(isKind('operation'))))('%s has its method, path and host', (_, place) => {
  const { contract, row, facts } = place
  const operation = contract.operations[row.id]
  expect(operation).toMatchObject({ methods: [row.method].flat(), path: row.path })
  expect(citing(facts, row)).toContainEqual(expect.objectContaining({ path: `operations.${row.id}` }))
  const urls = contract.servers.map(server => server.url)
  expect(urls).toEqual(expect.arrayContaining([row.host ?? [], row.hosts ?? []].flat()))
})

test.each(named(valuePlaces))('%s stands where its row says', (_, { facts, row }) => {
  expect(citing(facts, row).map(fact => fact.path)).toEqual(expect.arrayContaining(pathsOf(row)))
})

test.each(named(valuePlaces))('%s takes and refuses what its row says', (_, place) => {
  expect(disagreements(place.row, acceptedByContract(place))).toEqual([])
})

test.each(named(valuePlaces))('%s does so in the OpenAPI document', (_, place) => {
  expect(disagreements(place.row, acceptedBySpec(place))).toEqual([])
})

test('a row that said something else would not be held by any contract or document', () => {
  const unseen = valuePlaces.flatMap(place =>
    alter(place.row).filter(
      row =>
        disagreements(row, acceptedByContract({ ...place, row })).length === 0 ||
        disagreements(row, acceptedBySpec({ ...place, row })).length === 0,
    ),
  )
  expect(unseen).toEqual([])
  expect(valuePlaces.flatMap(({ row }) => alter(row)).length).toBeGreaterThan(100)
})

test.each(named(places.filter(isHeaderPlace)))('%s is needed exactly if its row says so', (_, place) => {
  const { contract, row } = place
  const request = exampleRequest(contract, operationOf(contract, row.operation))
  const { [row.name.toLowerCase()]: _left, ...others } = request.headers
  expect(isRecognised(contract, request)).toBe(true)
  expect(isRecognised(contract, { ...request, headers: others })).toBe(!row.required)
})

test.each(named(documentedPlaces.filter(isHeaderPlace)))('%s is in the OpenAPI document', (_, place) => {
  expect(headersOf(readDocument(place.provider))).toContain(place.row.name)
})

test.each(named(places.filter(isKind('code'))))('%s has its code, message and outcome', (_, place) => {
  const { contract, provider, facts, row } = place
  const names = citing(facts, row).flatMap(fact => /^errors\.(.+)$/.exec(fact.path)?.[1] ?? [])
  expect(names).toHaveLength(1)
  expect(contract.errors[names[0] ?? '']).toMatchObject({
    code: row.code,
    message: messageOf(provider, row),
    outcome: row.outcome,
  })
})

test.each(named(places.filter(isAnswerRule)))(
  '%s is answered as it was seen',
  (_, { contract, facts, row }) => {
    const { respcd, resperr, respmsg } = row.value as Record<string, string>
    const errors = Object.entries(contract.errors).filter(([name]) =>
      citing(facts, row).some(fact => fact.path === `errors.${name}`),
    )
    expect(errors).toHaveLength(1)
    for (const [, error] of errors) {
      const body = contract.wire.refuse(error, { now: 0, elapsedMs: 0 })
      expect(body).toMatchObject({ respcd, ...(resperr !== undefined && { resperr }), respmsg })
    }
  },
)

test('its500 both spellings of a key are facts where the sample has it with a space', () => {
  const spaced = places.filter(isKind('field')).filter(({ row }) => row.nameInSample !== undefined)
  expect(spaced).not.toEqual([])
  for (const { facts, row } of spaced) {
    const path = `operations.${row.operation}.response.${row.nameInSample}`
    expect(facts.map(fact => fact.path)).toContain(path)
  }
})

test('its500 the amounts that the document calls right are taken', () => {
  const row = findRow('its500', 'parameter', 'createOrder.request.price')
  const accepts = acceptedByContract({ contract: contractOf('its500'), row })
  expect(
    ruleValue<string[]>('its500', 'rule.amount-valid-examples').filter(price => !accepts(price)),
  ).toEqual([])
})

test('its500 discounts are below the documented bound, and the shown ones are possible', () => {
  const { minFen, maxFen } = its500.rules.discountRange.value
  const { lessThanYuan } = ruleValue<{ lessThanYuan: number }>('its500', 'rule.discount')
  expect(maxFen).toBeLessThan(lessThanYuan * 100)
  const shown = ruleValue<Record<string, string>[]>('its500', 'rule.discount-examples')
  const discounts = shown.map(({ originalprice, price }) =>
    Math.round((Number(originalprice) - Number(price)) * 100),
  )
  expect(discounts.filter(discount => discount < minFen || discount > maxFen)).toEqual([])
})

test('its500 pay types become the documented numbers', () => {
  const documented = ruleValue<Record<string, string>>('its500', 'rule.callback-paytype')
  expect(Object.fromEntries(Object.entries(callbackPayTypes).map(([type, sent]) => [sent, type]))).toEqual(
    documented,
  )
})

test('its500 the callback has the documented method and message', () => {
  const { paid } = contractOf('its500').callbacks
  expect(paid?.method).toBe(ruleValue('its500', 'rule.callback-method'))
  expect(paid?.example.msg).toBe(
    ruleValue<Record<string, string>>('its500', 'rule.success-messages').callback,
  )
})

test('vvtool calls are limited to the documented rate, and queries to the published one', () => {
  const perSecond = (rule: string) => ruleValue<{ perSecond: number }>('vvtool', rule).perSecond
  expect(contractOf('vvtool').rateLimits).toMatchObject([
    { operation: 'paymentQrCode', limit: perSecond('rule.rate-limit'), windowMs: 1000 },
    { operation: 'merchantOrderDetail', limit: perSecond('rule.order-query-rate-limit'), windowMs: 1000 },
  ])
})

test('vvtool tokens are good for as long as was seen', () => {
  const { data } = ruleValue<{ data: { expires_in: number } }>('vvtool', 'rule.token-response')
  expect(tokenLifeSeconds).toBe(data.expires_in)
})

test('qfpay exactly the documented codes are pending', () => {
  const pending = Object.values(contractOf('qfpay').errors).filter(row => row.outcome === 'pending')
  expect(pending.map(row => row.code)).toEqual(['1143', '1145'])
  expect(ruleValue('qfpay', 'rule.pending-codes')).toEqual(['1143', '1145'])
})

test('qfpay every other code but that of success is a failure', () => {
  const others = Object.values(contractOf('qfpay').errors).filter(
    row => !['0000', '1143', '1145'].includes(row.code),
  )
  expect(new Set(others.map(row => row.outcome))).toEqual(new Set(['failed']))
})

test('qfpay the currencies of the samples are taken', () => {
  const row = findRow('qfpay', 'parameter', 'payment.request.txcurrcd')
  const accepts = acceptedByContract({ contract: contractOf('qfpay'), row })
  expect(
    ruleValue<string[]>('qfpay', 'rule.sample-currencies').filter(currency => !accepts(currency)),
  ).toEqual([])
})

test('qfpay amounts under the documented one are advised against', () => {
  const amount = ruleValue<number>('qfpay', 'rule.amount-risk')
  const advice = contractOf('qfpay').operations.payment?.advice?.find(({ kind }) => kind === 'amountAtRisk')
  const advised = [amount - 1, amount, amount + 1].map(txamt => advice?.applies({ txamt: String(txamt) }))
  expect(advised).toEqual([true, false, false])
})

test('qfpay extend_info needs each of the documented texts', () => {
  const row = findRow('qfpay', 'parameter', 'payment.request.extend_info')
  const { needs } = ruleValue<{ needs: string[] }>('qfpay', 'rule.real-name-auth')
  const sample = JSON.parse(String(row.sample)) as Record<string, string>
  const place = { contract: contractOf('qfpay'), row }
  for (const accepts of [acceptedByContract(place), acceptedBySpec(place)]) {
    expect(accepts(JSON.stringify(sample))).toBe(true)
    for (const name of needs) expect(accepts(JSON.stringify({ ...sample, [name]: undefined }))).toBe(false)
  }
})

test('qfpay calls are limited to the published rates', () => {
  const { perSecond, perMinute, httpStatus } = ruleValue<Record<string, number>>('qfpay', 'rule.rate-limit')
  expect(contractOf('qfpay').rateLimits).toMatchObject([
    { limit: perSecond, windowMs: 1000 },
    { limit: perMinute, windowMs: 60_000 },
  ])
  expect(contractOf('qfpay').errors.rateLimited?.status).toBe(httpStatus)
})

test('qfpay the pay types are those of the published table, and those with a code of the merchant are played', () => {
  const table = ruleValue<Record<string, string>>('qfpay', 'rule.pay-types')
  const names = Object.entries(payTypes).map(([code, { name }]) => [code, name])
  expect(Object.fromEntries(names)).toEqual(table)
  for (const { name, kind } of Object.values(payTypes)) {
    expect([kind === 'MPM', kind === 'CPM']).toEqual([/ MPM\b/.test(name), /\bCPM\b/.test(name)])
  }
  const merchants = Object.entries(payTypes).filter(([, { kind }]) => kind === 'MPM')
  expect(qfpay.account.defaults.payTypes).toEqual(expect.arrayContaining(merchants.map(([code]) => code)))
})

/** Rules of qfpay that are not in its document, and whose value is that of their row all the same. */
const samePublished = {
  currencies: 'rule.currencies',
  payTypes: 'rule.pay-types',
  payTypesRegional: 'rule.pay-types-regional',
  expiredTimePayTypes: 'rule.expired-time-pay-types',
  notifyUrlPublic: 'rule.notify-url-public',
  queryUnpaidRow: 'rule.query-unpaid-row',
  queryRefundPendingRow: 'rule.refund-pending-capture',
  cancelValues: 'rule.query-cancel-values',
  refundPartial: 'rule.refund-partial',
  refundOwnRow: 'rule.refund-own-row',
  refundNightWindow: 'rule.refund-night-window',
  refundFps: 'rule.refund-fps',
  refundFailureFields: 'rule.refund-failure-fields',
  closeUnsupported: 'rule.close-unsupported',
  closeTooSoon: 'rule.close-wechat-five-minutes',
  callbackEvents: 'rule.callback-events',
  callbackSignature: 'rule.callback-signature',
  callbackTransport: 'rule.callback-transport',
  callbackRetry: 'rule.callback-retry',
  callbackUnknownFields: 'rule.callback-unknown-fields',
  rateLimit: 'rule.rate-limit',
} as const satisfies Partial<Record<keyof typeof qfpay.rules, string>>

test.each(Object.entries(samePublished))('qfpay the rule %s has the value of %s', (name, row) => {
  const rule = contractOf('qfpay').rules[name]
  expect(rule?.value).toEqual(ruleValue('qfpay', row))
  expect(rule && evidenceOf(rule)).toBe(row)
})

test('qfpay payments can be refunded as long as was seen, but for the pay type that is published to have no refund', () => {
  const seen = ruleValue<Record<string, number>>('qfpay', 'rule.refund-windows-days')
  const none = ruleValue<string>('qfpay', 'rule.refund-fps')
  expect(qfpay.rules.refundWindowDays.value).toEqual({ ...seen, [none]: 0 })
})

test('qfpay notifications are tried again after the published pauses', () => {
  const units: Record<string, number> = { m: 60_000, h: 3_600_000 }
  const pauses = ruleValue<string[]>('qfpay', 'rule.callback-retry')
  expect(qfpay.account.defaults.retryDelaysMs).toEqual(
    pauses.map(pause => Number.parseInt(pause, 10) * (units[pause.at(-1) ?? ''] ?? Number.NaN)),
  )
})

test('qfpay notifications are acknowledged by the published answer alone', () => {
  const { httpStatus: status, body } = ruleValue<{ httpStatus: number; body: string }>(
    'qfpay',
    'rule.callback-ack',
  )
  for (const { acknowledged } of Object.values(contractOf('qfpay').callbacks)) {
    expect(acknowledged({ status, body }, qfpay.account.defaults)).toBe(true)
    expect(acknowledged({ status: status + 1, body }, qfpay.account.defaults)).toBe(false)
    expect(acknowledged({ status, body: `${body} ` }, qfpay.account.defaults)).toBe(false)
    const observed = ruleValue<string>('qfpay', 'rule.callback-ack-case')
    expect(acknowledged({ status, body: observed }, qfpay.account.defaults)).toBe(false)
    expect(acknowledged({ status, body: observed }, { acknowledgeCase: 'any' })).toBe(true)
  }
})

test.each<[string, z.ZodObject, string[], string[]]>([
  ['row of a query', queryRow, ruleValue('qfpay', 'rule.query-row-fields'), []],
  [
    'answer to a refund',
    qfpay.operations.refund.response,
    ruleValue('qfpay', 'rule.refund-response-fields'),
    ['respmsg', 'cash_fee', 'cash_fee_type', 'cash_refund_fee', 'cash_refund_fee_type'],
  ],
  [
    'answer to a close',
    qfpay.operations.close.response,
    ruleValue('qfpay', 'rule.close-response-fields'),
    ['surcharge_fee', 'surcharge_rate'],
  ],
  [
    'request for a refund',
    qfpay.operations.refund.request.schema,
    ruleValue<{ parameters: string[] }>('qfpay', 'rule.refund-operation').parameters,
    ['notify_url'],
  ],
  ['request for a query', qfpay.operations.query.request.schema, queryParameters(), []],
  ['request for a close', qfpay.operations.close.request.schema, closeParameters(), []],
  [
    'notification of a payment',
    qfpay.callbacks.payment.payload,
    [
      ...ruleValue<string[]>('qfpay', 'rule.callback-fields-mandatory'),
      ...ruleValue<string[]>('qfpay', 'rule.callback-fields-optional'),
    ],
    [],
  ],
  [
    'notification of a refund',
    qfpay.callbacks.refund.payload,
    [
      ...ruleValue<string[]>('qfpay', 'rule.callback-fields-mandatory'),
      ...ruleValue<string[]>('qfpay', 'rule.callback-fields-optional'),
      ruleValue<string>('qfpay', 'rule.callback-refund-orig-out-trade-no'),
    ],
    [],
  ],
])('qfpay the %s has the fields of the evidence and no others', (_, schema, listed, further) => {
  expect(Object.keys(schema.shape).sort()).toEqual([...listed, ...further].sort())
})

test('qfpay every mandatory field of a notification is needed', () => {
  const { payload, example } = qfpay.callbacks.payment
  for (const name of ruleValue<string[]>('qfpay', 'rule.callback-fields-mandatory')) {
    expect(payload.safeParse({ ...example, [name]: undefined })).toMatchObject({ success: false })
  }
})

test('qfpay a query takes pages of as many rows as published', () => {
  const { maxPageSize } = ruleValue<{ maxPageSize: number }>('qfpay', 'rule.query-parameters')
  const takes = (page_size: number) =>
    qfpay.operations.query.request.schema.safeParse({ page_size: String(page_size) }).success
  expect([1, maxPageSize, maxPageSize + 1].map(takes)).toEqual([true, true, false])
  expect(qfpay.rules.queryDefaults.value.maxPageSize).toBe(maxPageSize)
})

function queryParameters(): string[] {
  const { lists, others } = ruleValue<Record<'lists' | 'others', string[]>>('qfpay', 'rule.query-parameters')
  return [...lists, ...others]
}

function closeParameters(): string[] {
  const { oneOf, others } = ruleValue<Record<'oneOf' | 'others', string[]>>('qfpay', 'rule.close-parameters')
  return [...oneOf, ...others]
}

interface Place<R extends EvidenceRow> {
  readonly provider: string
  readonly id: string
  readonly contract: Contract
  readonly facts: readonly Fact[]
  readonly row: R
}

/** The facts' paths that a row stands for. */
function pathsOf(row: ValueRow): string[] {
  if (row.kind === 'parameter') {
    const parent = row.parent ? `${row.parent}.` : ''
    return [`operations.${row.operation}.request.${parent}${row.name}`]
  }
  const message = row.callback ? `callbacks.${row.callback}.payload` : `operations.${row.operation}.response`
  return [message + row.path.replaceAll('/', '.')]
}

/** Places with a name to show. */
function named<P extends Place<EvidenceRow>>(found: readonly P[]): [string, P][] {
  return found.map(place => [`${place.provider} ${place.id}`, place])
}

function isStated({ level }: Provenance): boolean {
  return level !== 'assumed'
}

function isCited(provider: string, row: EvidenceRow): boolean {
  return cited.has(`${provider} ${row.id}`)
}

function isKind<K extends EvidenceRow['kind']>(kind: K) {
  return (place: Place<EvidenceRow>): place is Place<RowOf<K>> => place.row.kind === kind
}

function isHeaderPlace(place: Place<EvidenceRow>): place is Place<RowOf<'parameter'>> {
  return place.row.kind === 'parameter' && place.row.in === 'header'
}

/** Rows about a parameter or field of a message, documented or cited all the same. */
function isValuePlace(place: Place<EvidenceRow>): place is Place<ValueRow> {
  const { row } = place
  if (row.level !== 'documented' && !isCited(place.provider, row)) return false
  return row.kind === 'field' || (row.kind === 'parameter' && row.in !== 'header')
}

/** Cited rules that say how a refusal was answered. */
function isAnswerRule(place: Place<EvidenceRow>): place is Place<RowOf<'rule'>> {
  const { row } = place
  const isAnswer = row.kind === 'rule' && typeof row.value === 'object' && row.value !== null
  const isWhole = isAnswer && ['respcd', 'respmsg'].every(name => name in (row.value as object))
  return isWhole && isCited(place.provider, row)
}

/** The text of a code; that of success is the sample's. */
function messageOf(provider: string, row: RowOf<'code'>): string | undefined {
  if (provider === 'its500' && row.outcome === 'success' && row.message === undefined) {
    return ruleValue<Record<string, string>>('its500', 'rule.success-messages').createOrder
  }
  return row.message ?? row.publishedMessage
}

function exampleRequest(contract: Contract, operation: Operation): WireRequest {
  const [example] = operation.examples
  return contract.wire.encodeRequest(operation, example?.request ?? {}, credentials[contract.id] ?? {})
}

/** Whether a request gets past the wire and the schema. */
function isRecognised(contract: Contract, request: WireRequest): boolean {
  const account = credentials[contract.id] ?? {}
  const { wire } = contract
  try {
    const message = wire.decode(request)
    const identity = wire.identify(message, '')
    if (identity !== account[contract.account.identifiedBy]) return false
    if (!wire.verify(message, account, contract.account.defaults, { operation: '', now: 0 }).ok) return false
    const [operation] = Object.values(contract.operations)
    return operation?.request.schema.safeParse(message.params).success ?? false
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

/** The headers that a document knows: of security schemes, parameters, and the content type of a body. */
function headersOf(document: Document): string[] {
  const schemes = Object.values(document.components?.securitySchemes ?? {}) as oas31.SecuritySchemeObject[]
  const operations = operationsOf(document).map(({ operation }) => operation)
  return [
    ...schemes.map(scheme => (scheme.type === 'http' ? 'Authorization' : (scheme.name ?? ''))),
    ...operations.flatMap(({ parameters = [] }) =>
      parameters.flatMap(each => ('name' in each ? each.name : [])),
    ),
    ...operations.flatMap(({ requestBody }) => (requestBody ? ['Content-Type'] : [])),
  ]
}

function contractOf(id: string): Contract {
  const contract = all.find(candidate => candidate.id === id)
  if (!contract) throw new Error(`Failed to find the contract "${id}".`)
  return contract
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
