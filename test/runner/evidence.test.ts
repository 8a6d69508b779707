// Captures as evidence: what they show, what they contradict, and what is made of it.
import { describe, expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import { type Contract, listFacts, type ProviderObservations } from '../../src/contract/index.ts'
import {
  type CapturedExchange,
  createCheck,
  createObserver,
  type Observed,
  type ObserveOptions,
} from '../../src/runner/index.ts'
import {
  its500Order,
  its500Query,
  qfpayPayment,
  qfpayQuery,
  vvtoolOrderDetail,
  vvtoolQrCode,
} from '../harness/clients.ts'
import { openRecorded, type RecordedDoor } from '../harness/recorded.ts'

const shop = 'http://shop.test/paid'

test('what was answered shows the operation, its host, its security, and the fields of request and answer', async () => {
  const { facts, contradictions } = await observeQfpay(async door => {
    await qfpayPayment(door)
    await door.double.clock.advance('1d')
    await qfpayPayment(door, { out_trade_no: 'order2', goods_name: 'tea' })
  })
  const once = { count: 1, first: '2026-01-02', last: '2026-01-02' }
  const twice = { count: 2, first: '2026-01-01', last: '2026-01-02' }
  expect(facts).toMatchObject({
    'operations.payment': twice,
    'operations.payment.request.txamt': twice,
    'operations.payment.request.goods_name': once,
    'operations.payment.response.syssn': twice,
    'servers.https://openapi-hk.qfapi.com': twice,
    'security.appCode': twice,
    'security.signature': twice,
    'responseHeaders.X-QF-SIGN': twice,
    'errors.success': twice,
  })
  expect(facts['operations.payment.request.udid']).toBeUndefined()
  expect(facts['refusal.respcd']).toBeUndefined()
  expect(contradictions).toEqual([])
})

test('what was refused shows the refusal and its row, and nothing of the fields that were asked with', async () => {
  const { facts } = await observeQfpay(async door => {
    await qfpayPayment(door, { txamt: '0' })
    await qfpayPayment(door)
    await qfpayPayment(door)
  })
  expect(facts['refusal.respcd']?.count).toBe(2)
  expect(facts['operations.payment.request.txamt']?.count).toBe(1)
  // Two rows have the code, and its text is that of one.
  expect(facts['errors.duplicateOrder']?.count).toBe(1)
  expect(facts['errors.storeBeingFixed']).toBeUndefined()
  expect(facts['errors.invalidParameter']?.count).toBe(1)
})

test('fields count once for a message, in lists and in JSON within texts as well', async () => {
  const { facts } = await observeQfpay(async door => {
    const person = JSON.stringify({ user_creid: '430067798868676871', user_truename: 'Li' })
    await qfpayPayment(door, { extend_info: person })
    await qfpayPayment(door, { out_trade_no: 'order2' })
    await qfpayQuery(door)
  })
  expect(facts['operations.query.response.data.syssn']?.count).toBe(1)
  expect(facts['operations.payment.request.extend_info.user_creid']?.count).toBe(1)
})

test('callbacks show their fields', async () => {
  const { facts } = await observeQfpay(async door => {
    const { syssn } = (await qfpayPayment(door, { notify_url: shop })).json()
    await door.double.payer.pay(String(syssn))
  })
  expect(facts['callbacks.payment']?.count).toBe(1)
  expect(facts['callbacks.payment.payload.out_trade_no']?.count).toBe(1)
  expect(facts['callbacks.refund']).toBeUndefined()
})

test('every path that is counted is a fact of the contract, at each provider', async () => {
  const { providers } = observe(
    await record(async door => {
      await qfpayPayment(door)
      const { orderId } = (await its500Order(door)).json()
      await door.double.payer.pay(String(orderId))
      await its500Query(door, String(orderId))
      await its500Order(door, { other: 'zzfpage-alipay' })
      await vvtoolQrCode(door)
      await vvtoolOrderDetail(door)
    }),
  )
  expect(Object.keys(providers).sort()).toEqual(['its500', 'qfpay', 'vvtool'])
  for (const [id, { facts }] of Object.entries(providers)) {
    const paths = new Set(listFacts(contractOf(id)).map(({ path }) => path))
    expect(Object.keys(facts).filter(path => !paths.has(path))).toEqual([])
  }
  expect(providers.its500?.facts['operations.createOrder.page']?.count).toBe(1)
  expect(providers.vvtool?.facts['security.accessToken']?.count).toBe(2)
})

describe('what differs from a contract', () => {
  test('contradicts the fact, which is then not shown', async () => {
    const { facts, contradictions } = await observeQfpay(
      async door => {
        await qfpayPayment(door)
        await door.double.clock.advance('2d')
        await qfpayPayment(door, { out_trade_no: 'order2' })
      },
      answer => ({ ...answer, txamt: true, respcd: '7777' }),
    )
    expect(contradictions).toEqual([
      {
        fact: 'operations.payment.response.txamt',
        kind: 'typeChanged',
        expected: expect.any(String),
        received: 'true',
        count: 2,
        last: '2026-01-03',
      },
      {
        fact: 'refusal.respcd',
        kind: 'undocumentedCode',
        expected: 'a code of the error table',
        received: '"7777"',
        count: 2,
        last: '2026-01-03',
      },
    ])
    expect(facts['operations.payment.response.txamt']).toBeUndefined()
    expect(facts['operations.payment.response.syssn']?.count).toBe(2)
  })

  test('is kept where it stands for nothing in the contract: a new field, a missing one', async () => {
    const { contradictions } = await observeQfpay(
      async door => void (await qfpayPayment(door)),
      ({ syssn: _, ...answer }) => ({ ...answer, brand_new: 1 }),
    )
    expect(contradictions.map(({ fact, kind }) => `${kind} ${fact}`)).toEqual([
      'unknownField operations.payment.response.brand_new',
      'missingField operations.payment.response.syssn',
    ])
  })

  test('is also what the provider accepts and the contract does not', async () => {
    const exchanges = await record(async door => void (await qfpayPayment(door)))
    const longer = exchanges.map(({ request, ...rest }) => ({
      ...rest,
      request: { ...request, body: `${request.body}&goods_name=${'x'.repeat(40)}` },
    }))
    expect(observe(longer).providers.qfpay?.contradictions).toMatchObject([
      { fact: 'operations.payment.request.goods_name', kind: 'wrongFormat' },
    ])
  })

  test('is so for the whole message where one item of a list differs, and not where something is only advised', async () => {
    const { facts, contradictions } = await observeQfpay(
      async door => {
        await qfpayPayment(door, { goods_name: 'a-b' })
        await qfpayPayment(door, { out_trade_no: 'order2' })
        await qfpayQuery(door)
      },
      answer => {
        const [row, ...rows] = (answer.data as object[] | undefined) ?? []
        return row ? { ...answer, data: [{ ...row, txcurrcd: 7 }, ...rows] } : answer
      },
    )
    expect(contradictions.map(({ fact, count }) => [fact, count])).toEqual([
      ['operations.query.response.data.txcurrcd', 1],
    ])
    expect(facts['operations.query.response.data.txcurrcd']).toBeUndefined()
    expect(facts['operations.query.response.data.txamt']?.count).toBe(1)
    expect(facts['operations.payment.request.goods_name']?.count).toBe(1)
  })

  test('is masked', async () => {
    const { contradictions } = await observeQfpay(
      async door => void (await qfpayPayment(door)),
      answer => ({ ...answer, txcurrcd: '13812345678', '13812345678': 1 }),
    )
    expect(contradictions).toHaveLength(2)
    expect(JSON.stringify(contradictions)).not.toContain('13812345678')
  })
})

describe('what shows nothing', () => {
  test('traffic with this machine, which is with a double, and its callbacks', async () => {
    const exchanges = await record(async door => {
      const { syssn } = (await qfpayPayment(door, { notify_url: shop })).json()
      await door.double.payer.pay(String(syssn))
    })
    const local = exchanges.map(exchange => ({
      ...exchange,
      request: {
        ...exchange.request,
        url: exchange.request.url.replace('https://openapi-hk.qfapi.com', 'http://127.0.0.1:4020/qfpay'),
      },
    }))
    expect(observe(local)).toEqual({
      providers: {},
      exchanges: 0,
      skipped: { local: 2, undated: 0, unknown: 0 },
    })
    expect(observe(local, { local: true }).exchanges).toBe(2)
  })

  test('exchanges without a time, unless a date is given', async () => {
    const exchanges = await record(async door => void (await qfpayPayment(door)))
    const undated = exchanges.map(({ at: _, ...exchange }) => exchange)
    expect(observe(undated)).toMatchObject({ exchanges: 0, providers: {}, skipped: { undated: 1 } })
    const { providers } = observe(undated, { date: '2025-12-24' })
    expect(providers.qfpay?.facts['operations.payment']).toEqual({
      count: 1,
      first: '2025-12-24',
      last: '2025-12-24',
    })
  })

  test('the page of a gateway, what is unknown, and what could not be read', async () => {
    const [exchange] = (await record(async door => void (await qfpayPayment(door)))) as [CapturedExchange]
    const page = { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad Gateway</html>' }
    const observer = createObserver({ check: createCheck({ contracts }) })
    const elsewhere = { ...exchange, request: { ...exchange.request, url: 'https://example.com/x' } }
    const { place } = exchange
    observer.take([{ ...exchange, response: page }, elsewhere, { place, unreadable: 'It is no JSON.' }])
    expect(observer.end()).toEqual({
      providers: {},
      exchanges: 0,
      skipped: { undated: 0, local: 0, unknown: 3 },
    })
  })
})

async function record(story: (door: RecordedDoor) => Promise<void>): Promise<readonly CapturedExchange[]> {
  const door = openRecorded()
  await story(door)
  return door.exchanges
}

function observe(
  exchanges: readonly CapturedExchange[],
  options: Omit<ObserveOptions, 'check'> = {},
): Observed {
  const observer = createObserver({ check: createCheck({ contracts }), ...options })
  observer.take(exchanges)
  return observer.end()
}

async function observeQfpay(
  story: (door: RecordedDoor) => Promise<void>,
  change: (answer: Record<string, unknown>) => object = answer => answer,
): Promise<ProviderObservations> {
  const exchanges = (await record(story)).map(exchange => {
    const { response, request } = exchange
    if (!response || request.url === shop) return exchange
    return {
      ...exchange,
      response: { ...response, body: JSON.stringify(change(JSON.parse(String(response.body)))) },
    }
  })
  const { providers } = observe(exchanges)
  return providers.qfpay ?? { facts: {}, contradictions: [] }
}

function contractOf(id: string): Contract {
  const contract = contracts.find(each => each.id === id)
  if (!contract) throw new Error(`There is no contract ${id}.`)
  return contract
}
