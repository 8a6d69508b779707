import { createHash } from 'node:crypto'
import { setupServer } from 'msw/node'
import type { CallbackRequest } from 'paydouble'
import { createDouble, deliver } from 'paydouble/msw'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

const key = 'TESTKEY0000000000000000000000000'
const pay = createDouble({ seed: 7, deliver: receive })
const server = setupServer(...pay.handlers)
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
beforeEach(() => pay.reset())
afterAll(() => server.close())

test('only what QFPay has signed is taken', async () => {
  await pay.accounts.put('qfpay', 'demo', { notifyUrl: 'http://shop.test/paid', retryDelaysMs: [] })
  const forged = deliver('payment').unsigned().again().wrongKey().again().amount(1)
  pay.faults.add({ provider: 'qfpay', deliver: forged.again().bytes('pretty') })
  const { syssn } = await call('payment', { txamt: '300', txcurrcd: 'HKD', pay_type: '800201' })
  const { deliveries } = await pay.payer.pay(syssn)
  expect(deliveries.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed', 'delivered'])
})

test('the callback is there, and the query does not know it yet', async () => {
  const { syssn } = await call('payment', { txamt: '300', txcurrcd: 'HKD', pay_type: '800201' })
  pay.faults.add({ provider: 'qfpay', operation: 'query', lag: '30s', times: 'always' })
  await pay.payer.pay(syssn)
  expect(await call('query', { syssn })).toMatchObject({ data: [{ respcd: '1143' }] })
  await pay.clock.advance('30s')
  expect(await call('query', { syssn })).toMatchObject({ data: [{ respcd: '0000' }] })
})

test('the third query finds the order paid', async () => {
  pay.faults.add({ provider: 'qfpay', pay: { afterQueries: 2 } })
  const { syssn } = await call('payment', { txamt: '300', txcurrcd: 'HKD', pay_type: '800201' })
  const found = []
  for (let i = 1; i <= 3; i++) found.push((await call('query', { syssn })).data[0].respcd)
  expect(found).toEqual(['1143', '1143', '0000'])
})

/** The code under test: signs requests, and takes callbacks that are signed over the bytes that came. */
async function call(operation: 'payment' | 'query', given: Record<string, string>) {
  const times = { out_trade_no: `order-${operation}`, txdtm: '2026-01-01 09:00:00' }
  const params = { mchid: 'ZaMVg12345', ...(operation === 'payment' && times), ...given }
  const sorted = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))
  const answer = await fetch(`https://openapi-hk.qfapi.com/trade/v1/${operation}`, {
    method: 'POST',
    headers: {
      'X-QF-APPCODE': 'DEMO0APP0CODE0000000000000000001',
      'X-QF-SIGN': sign(sorted.map(pair => pair.join('=')).join('&')),
    },
    body: new URLSearchParams(params),
  })
  return answer.json()
}

async function receive({ headers, body }: CallbackRequest) {
  const isRight = new Headers(headers).get('X-QF-SIGN') === sign(body)
  return isRight ? { status: 200, body: 'SUCCESS' } : { status: 401, body: '' }
}

function sign(text: string): string {
  return createHash('md5')
    .update(text + key)
    .digest('hex')
    .toUpperCase()
}
