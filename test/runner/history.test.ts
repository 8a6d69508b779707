import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { its500, qfpay, vvtool } from '../../contracts/index.ts'
import type { Contract } from '../../src/contract/index.ts'
import { createHistory } from '../../src/runner/history.ts'
import { createCheck, type LocatedFinding } from '../../src/runner/index.ts'

interface Step {
  readonly at?: number
  readonly account?: string
  readonly line?: number
}

/** A history that is told what was asked, answered and called back, and the findings so far, with their lines. */
function openHistory(contract: Contract, most?: number) {
  const found: string[] = []
  const said: LocatedFinding[] = []
  let line = 0
  const history = createHistory(
    (finding, { place }) => {
      said.push(finding)
      found.push(`${finding.kind} ${finding.name} ${finding.part} ${finding.by} at ${place.number}`)
    },
    most === undefined ? {} : { most },
  )
  const exchangeOf = ({ at }: Step) => ({
    request: { method: 'POST', url: '/', headers: {}, body: '' },
    place: { source: 'made', unit: 'line', number: ++line } as const,
    ...(at !== undefined && { at, durationMs: 10 }),
  })
  return {
    found,
    said,
    end: () => history.end(),
    call(
      name: string,
      params: object,
      answer: object,
      step: Step = {},
      outcome: 'answered' | 'refused' = 'answered',
    ) {
      const operation = contract.operations[name]
      if (!operation) throw new Error(`there is no ${name}`)
      history.call(
        exchangeOf(step),
        { kind: 'operation', contract, name, operation, path: operation.path, pathValues: {} },
        {
          request: { params: { ...params }, identity: step.account, findings: [] },
          response: { answer: { ...answer }, outcome, rows: [], findings: [] },
        },
      )
    },
    callback(name: string, payload: object, reply: boolean | 'unseen' = true, step: Step = {}) {
      const callback = contract.callbacks[name]
      if (!callback) throw new Error(`there is no ${name}`)
      history.callback(
        exchangeOf(step),
        { kind: 'callback', contract, name, callback },
        {
          payload: { ...payload },
          isAcknowledged: reply === 'unseen' ? undefined : reply,
          findings: [],
          clientFindings: [],
        },
      )
    },
  }
}

const order = (n: number | string) => ({ out_trade_no: `no${n}`, txamt: '300' })
const made = (n: number | string) => ({ out_trade_no: `no${n}`, syssn: `sys${n}`, txamt: '300' })
const rows = (...all: readonly object[]) => ({ respcd: '0000', data: all })
const row = (n: number, respcd = '0000') => ({ ...made(n), respcd })
const refundOf = (n: number) => ({ out_trade_no: `refund${n}`, syssn: `sysr${n}`, txamt: '100' })

test('a number is used twice by one account, and once by each of two', () => {
  const { call, found } = openHistory(vvtool)
  const ask = (account: string, own: string) =>
    call(
      'paymentQrCode',
      { relation_order_number: 'order-1', order_price: '100' },
      { data: { order_number: own } },
      { account },
    )
  ask('a', 'v1')
  ask('b', 'v2')
  expect(found).toEqual([])
  ask('a', 'v3')
  ask('b', 'v4')
  expect(found).toEqual([
    'duplicateOrderNumber paymentQrCode request client at 3',
    'duplicateOrderNumber paymentQrCode request client at 4',
  ])
})

test('an exchange that was captured twice is no second order', () => {
  const { call, callback, found } = openHistory(qfpay)
  call('payment', order(1), made(1))
  callback('payment', made(1))
  call('payment', order(1), made(1))
  callback('payment', made(1))
  expect(found).toEqual(['extraCallback payment callback provider at 4'])
})

test('captures that overlap tell of nothing twice', () => {
  const { call, callback, found, end } = openHistory(qfpay)
  for (let i = 0; i < 2; i++) {
    call('payment', order(1), made(1), { at: 1000 })
    callback('payment', made(1), true, { at: 2000 })
    callback('payment', made(2), true, { at: 3000 })
  }
  callback('payment', made(1), true, { at: 4000 })
  end()
  expect(found).toEqual(['extraCallback payment callback provider at 7'])
})

test('of one number that was used twice, both answers are known again', () => {
  const { call, found } = openHistory(vvtool)
  const ask = (own: string) =>
    call(
      'paymentQrCode',
      { relation_order_number: 'order-1', order_price: '100' },
      { data: { order_number: own } },
    )
  for (const own of ['A', 'B', 'A', 'B']) ask(own)
  expect(found).toEqual(['duplicateOrderNumber paymentQrCode request client at 2'])
})

test('a refused request makes no order', () => {
  const { call, found } = openHistory(qfpay)
  call('payment', order(1), { respcd: '1104' }, {}, 'refused')
  call('payment', order(1), made(1))
  expect(found).toEqual([])
})

test('the number of a payment may be that of a refund', () => {
  const { call, found } = openHistory(qfpay)
  call('payment', order(1), made(1))
  call('refund', { ...order(1), txamt: '100' }, { ...refundOf(1), out_trade_no: undefined })
  expect(found).toEqual([])
})

test('callbacks are extra once one of them was acknowledged, and not while they are refused', () => {
  const { call, callback, found } = openHistory(qfpay)
  call('payment', order(1), made(1))
  callback('payment', made(1), false)
  callback('payment', made(1), 'unseen')
  callback('payment', made(1), true)
  expect(found).toEqual([])
  callback('payment', made(1), true)
  expect(found).toEqual(['extraCallback payment callback provider at 5'])
})

test('callbacks of an order that is in no capture are counted, too', () => {
  const { callback, found } = openHistory(its500)
  callback('paid', { orderId: 'o1', originalprice: '100' })
  expect(found).toEqual([])
  callback('paid', { orderId: 'o1', originalprice: '100' })
  expect(found).toEqual(['extraCallback paid callback provider at 2'])
})

test('a callback before the answer is told once, at the place of the callback', () => {
  const { call, callback, found, end } = openHistory(qfpay)
  callback('payment', made(1))
  call('payment', order(1), made(1))
  call('query', {}, rows(row(1)))
  end()
  expect(found).toEqual(['callbackOutOfOrder payment callback provider at 1'])
})

test('the time decides, and not the order of the capture, where both were written down', () => {
  const { call, callback, found } = openHistory(qfpay)
  callback('payment', made(1), true, { at: 5000 })
  call('payment', order(1), made(1), { at: 1000 })
  expect(found).toEqual([])
  call('payment', order(2), made(2), { at: 2000 })
  callback('payment', made(2), true, { at: 2005 })
  expect(found).toEqual(['callbackOutOfOrder payment callback provider at 4'])
})

test('a refund is told before its payment only where that payment was seen', () => {
  const { call, callback, found } = openHistory(qfpay)
  callback('refund', { ...refundOf(1), orig_out_trade_no: 'no1' })
  expect(found).toEqual([])
  call('payment', order(2), made(2))
  callback('refund', { ...refundOf(2), orig_out_trade_no: 'no2' })
  expect(found).toEqual(['callbackOutOfOrder refund callback provider at 3'])
})

test('the callback of a refund is not that of its payment', () => {
  const { call, callback, found, end } = openHistory(qfpay)
  call('payment', order(1), made(1))
  callback('payment', made(1))
  call('refund', { out_trade_no: 'refund1', txamt: '100' }, { ...refundOf(1), respcd: '0000' })
  call('query', {}, rows({ ...refundOf(1), respcd: '0000' }, row(1)))
  end()
  expect(found).toEqual(['missingCallback refund callback provider at 4'])
})

test('a callback is missing only where others came, and where an answer shows the order as paid', () => {
  const alone = openHistory(qfpay)
  alone.call('payment', order(1), made(1))
  alone.call('query', {}, rows(row(1)))
  alone.end()
  expect(alone.found).toEqual([])
  const { call, callback, found, end } = openHistory(qfpay)
  for (const n of [1, 2, 3]) call('payment', order(n), made(n))
  callback('payment', made(1))
  call('query', {}, rows(row(1), row(2), row(3, '1143')))
  end()
  expect(found).toEqual(['missingCallback payment callback provider at 5'])
})

test('a paid order is known by the number that was asked for, where the answer names none', () => {
  const { call, callback, found, end } = openHistory(its500)
  for (const orderId of ['o1', 'o2']) call('createOrder', { price: '100' }, { orderId, originalprice: '100' })
  callback('paid', { orderId: 'o1', originalprice: '100' })
  call('onlinePayFindResult', { orderId: 'o2' }, { code: '10001' })
  end()
  expect(found).toEqual(['missingCallback paid callback provider at 4'])
})

test.each([
  ['300', []],
  [300, []],
  ['3', ['currencyUnit']],
  ['30000', ['currencyUnit']],
  ['3.00', ['currencyUnit']],
  ['2.99', ['differentAmount']],
  ['299', ['differentAmount']],
  ['three', []],
  [null, []],
])('of an order of 300, an amount of %j in a callback gives %j', (txamt, kinds) => {
  const { call, callback, said } = openHistory(qfpay)
  call('payment', order(1), made(1))
  callback('payment', { ...made(1), txamt })
  expect(said.map(({ kind }) => kind)).toEqual(kinds)
})

test('the amount of another order with the same number is not compared', () => {
  const { call, found } = openHistory(vvtool)
  const params = { relation_order_number: 'order-1', order_price: '100' }
  call('paymentQrCode', params, { data: { order_number: 'v1' } })
  const detail = { relation_order_number: 'order-1', order_number: 'v0', order_price: '1' }
  call('merchantOrderDetail', { order_number: 'order-1' }, { data: detail })
  expect(found).toEqual([])
})

test('an amount in a row is told at the row', () => {
  const { call, said } = openHistory(qfpay)
  call('payment', order(1), made(1))
  call('query', {}, rows(row(9), { ...row(1), txamt: '30000' }))
  expect(said).toMatchObject([{ pointer: '/data/1/txamt', expected: '300', received: '"30000"' }])
})

test('only so many orders are remembered, and what is missing of one is told when it is forgotten', () => {
  const { call, callback, found, end } = openHistory(qfpay, 3)
  call('payment', order(1), made(1))
  callback('payment', made(7))
  call('query', {}, rows(row(1)))
  call('payment', order(2), made(2))
  expect(found).toEqual([])
  call('payment', order(3), made(3))
  expect(found).toEqual(['missingCallback payment callback provider at 3'])
  call('payment', order(1), made('1b'))
  end()
  expect(found).toHaveLength(1)
})

test('numbers that are hostile names are numbers', () => {
  const { call, callback, found } = openHistory(qfpay)
  for (const name of ['__proto__', 'constructor', 'toString']) {
    call('payment', { out_trade_no: name, txamt: '1' }, { syssn: name, txamt: '1' })
    callback('payment', { out_trade_no: name, syssn: name, txamt: '1' })
  }
  callback('payment', { out_trade_no: {}, syssn: [], txamt: {} })
  expect(found).toEqual([])
})

test('an amount is compared under either spelling of its field', () => {
  const file = new URL('captures/its500/spacedKey-documented.ndjson', import.meta.url)
  const line = readFileSync(file, 'utf8').replace(
    '\\"originalprice \\":\\"100\\"',
    '\\"originalprice \\":\\"10000\\"',
  )
  const check = createCheck({ contracts: [its500] })
  const { findings } = check.judge({ ...JSON.parse(line), place: { source: 'it', unit: 'line', number: 1 } })
  expect(findings.filter(({ kind }) => kind !== 'spacedKey')).toMatchObject([
    { kind: 'currencyUnit', pointer: '/originalprice', expected: '100', received: '"10000"' },
  ])
})
