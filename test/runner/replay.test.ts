// A capture replayed against the double: one that the double itself made is wholly alike, and what differs is named.
import net from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import { simulators } from '../../mocks/index.ts'
import { createManualClock } from '../../src/double/clock.ts'
import {
  type CapturedExchange,
  createCheck,
  createReplay,
  type ReplayOptions,
} from '../../src/runner/index.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import {
  dmsOrderDetail,
  dmsPayment,
  dmsRead,
  its500Order,
  its500Query,
  its500RandomCode,
  qfpayAccount,
  qfpayClose,
  qfpayPayment,
  qfpayQuery,
  qfpayRefund,
  qfpayReversal,
  vvtoolOrderDetail,
  vvtoolQrCode,
  vvtoolToken,
} from '../harness/clients.ts'
import type { Answer } from '../harness/doors.ts'
import { openRecorded, type RecordedDoor } from '../harness/recorded.ts'

const shop = 'https://shop.example.com/paid'

type Story = (door: RecordedDoor) => Promise<void>

/** What happens at each provider: orders, payments, queries, refunds, closes, and refusals of many kinds. */
const stories: Readonly<Record<'qfpay' | 'its500' | 'vvtool' | 'dms', Story>> = {
  async qfpay(door) {
    const { double } = door
    const order = (number: string, more = {}) =>
      qfpayPayment(door, { out_trade_no: number, notify_url: shop, ...more })
    const first = syssnOf(await order('order1', { txamt: '500', goods_name: '测试' }))
    await qfpayQuery(door, { out_trade_no: 'order1' })
    await double.clock.advance('2m')
    await double.payer.pay(first)
    await qfpayQuery(door, { syssn: first })
    await qfpayRefund(door, { syssn: first })
    const rest = await qfpayRefund(door, { syssn: first, out_trade_no: 'refund2', txamt: '400' })
    await qfpayQuery(door, { syssn: `${first},${syssnOf(rest)}` })
    const second = syssnOf(await order('order2'))
    await qfpayClose(door, { syssn: second, txamt: '300' })
    await qfpayQuery(door, { out_trade_no: 'order2' })
    await order('order3', { pay_type: '800101' })
    await qfpayReversal(door, { out_trade_no: 'order3' })
    // Nobody sees that it expired but the query.
    const old = syssnOf(await order('order4'))
    await double.clock.advance('3h')
    await qfpayQuery(door, { syssn: old })
    // Refused: again, too much, unknown, unpaid, wrong in one way or another.
    await order('order1')
    await qfpayRefund(door, { syssn: first, out_trade_no: 'refund3' })
    await qfpayRefund(door, { syssn: '20200410000300020086358791', out_trade_no: 'refund4' })
    await qfpayRefund(door, { syssn: old, out_trade_no: 'refund5' })
    await qfpayClose(door, { syssn: second, txamt: '300' })
    await order('order5', { txamt: '0' })
    await order('order6', { pay_type: '999999' })
    await order('order7', { mchid: undefined })
    await order('order8', { mchid: 'another' })
    await qfpayPayment(door, { out_trade_no: 'order9' }, { key: 'WRONG' })
    await qfpayPayment(door, { out_trade_no: 'order10' }, { headers: { 'x-qf-appcode': 'NOBODY' } })
    await qfpayPayment(door, { out_trade_no: 'order11' }, { headers: { 'content-type': 'text/plain' } })
    await qfpayPayment(door, { out_trade_no: 'order12' }, { algorithm: 'sha256' })
    await qfpayQuery(door, { out_trade_no: 'nobody' }, { method: 'GET' })
    await qfpayQuery(door)
  },

  async its500(door) {
    const { double } = door
    const first = orderIdOf(await its500Order(door))
    await its500Query(door, first)
    await double.payer.pay(first)
    await its500Query(door, first, { method: 'GET' })
    const second = orderIdOf(
      await its500Order(door, { paytype: 'wx', callbackurl: shop, remarks: 'r', other: 'o' }),
    )
    await double.payer.pay(second)
    const third = orderIdOf(await its500Order(door, { price: '20.50', paytype: undefined }))
    await double.clock.advance('6m')
    await its500Query(door, third)
    await its500Order(door, { other: 'zzfpage-alipay' })
    await its500RandomCode(door)
    await its500RandomCode(door, { type: '2' })
    // Refused.
    await its500RandomCode(door, { type: '7' })
    await its500RandomCode(door, { key: 'short' })
    await its500Query(door, 'oderpay-7ae379d1-e4c1-4acd-8d9a-584a208b28b7')
    await its500Query(door, undefined)
    await its500Order(door, { price: '0.5' })
    await its500Order(door, { price: 'much' })
    await its500Order(door, { callbackurl: 'http://other.test/' })
    await its500Order(door, {}, { 'payment-secret': 'ffffffffffffffffffffffffffffffff' })
    await its500Order(door, {}, { 'payment-key': 'ffffffffffffffff' })
    await its500Order(door, {}, { 'payment-key': 'nonsense' })
    await its500Order(door, {}, { 'content-type': 'application/json' })
  },

  async vvtool(door) {
    const { double } = door
    const first = vvtoolNumberOf(await vvtoolQrCode(door))
    await vvtoolOrderDetail(door)
    await vvtoolOrderDetail(door, { order_number: first, type: '2' })
    await double.payer.pay(first)
    await vvtoolOrderDetail(door, { order_number: first, type: '2' })
    await vvtoolToken(door)
    const { access_token: token } = (await vvtoolToken(door, {}, { as: 'json' })).json().data as Record<
      string,
      string
    >
    await vvtoolQrCode(door, { relation_order_number: 'order-0002' }, { authorization: `Bearer ${token}` })
    await vvtoolToken(door, {}, { path: '/oauth/token', as: 'form' })
    const { access_token: another } = (await vvtoolToken(door)).json().data as Record<string, string>
    const bearer = { authorization: `Bearer ${token}` }
    await vvtoolQrCode(door, { relation_order_number: 'order-0003' }, bearer)
    await vvtoolOrderDetail(door, { order_number: 'order-0003' }, { authorization: `Bearer ${another}` })
    // Refused.
    await vvtoolQrCode(door, { order_price: '1.5' })
    await vvtoolQrCode(door, { merchant_num: '999' })
    await vvtoolQrCode(door, {}, { authorization: 'Bearer nobodys' })
    await vvtoolQrCode(door, {}, { authorization: 'Basic x' })
    await vvtoolOrderDetail(door, { order_number: 'nobody' })
    await vvtoolToken(door, { client_secret: 'wrong' })
    await vvtoolToken(door, { client_id: 'nobody' })
    await vvtoolToken(door, { client_id: undefined })
    await double.clock.advance('361d')
    await vvtoolQrCode(door, {}, { authorization: `Bearer ${token}` })
  },

  async dms(door) {
    const { double } = door
    const { data } = (await dmsPayment(door)).json() as { data: { orderNo: string } }
    await dmsOrderDetail(door)
    await double.payer.pay(data.orderNo)
    await dmsOrderDetail(door)
    await dmsPayment(door, { bz_order: 'order-2', pay_way: 'SCAN_WEIXIN', amount: '7' })
    await dmsRead(door, '/dms/payment/get-pay-way-tonglian', { payer_id: 'demo-payer' })
    await dmsRead(door, '/fin-account/biz-user')
    // Refused.
    await dmsPayment(door)
    await dmsPayment(door, { amount: 0 })
    await dmsPayment(door, { payer_id: 'nobody' })
    await dmsPayment(door, { payer_id: undefined })
    await dmsPayment(door, { reciever_id: 'nobody' })
    await dmsOrderDetail(door, { bz_order: 'nobody' })
  },
}

describe.each(Object.entries(stories))('what the double itself did as %s', (provider, story) => {
  test.each([
    { seed: 1, start: Date.UTC(2024, 1, 28, 4) },
    { seed: 7, start: Date.UTC(2026, 0, 1, 1) },
    { seed: 2_000_000_000, start: Date.UTC(2031, 11, 31, 2) },
  ])('is answered alike by another one, with $seed at $start', async given => {
    const exchanges = await record(story, given)
    const scores = await replay(exchanges, { seed: 99 })
    expect(scores.map(({ score, differences, skipped }) => ({ score, differences, skipped }))).toEqual(
      scores.map(() => ({ score: 1, differences: [], skipped: [] })),
    )
    const contract = contracts.find(({ id }) => id === provider)
    const names = [...Object.keys(contract?.operations ?? {}), ...Object.keys(contract?.callbacks ?? {})]
    expect(new Set(scores.map(({ name }) => name))).toEqual(new Set(names))
    expect(scores.reduce((sum, score) => sum + score.exchanges, 0)).toBe(exchanges.length)
  })

  test('is answered alike over either store, and when the accounts are known', async () => {
    const exchanges = await record(story)
    const accounts = simulators.flatMap(({ contract, accounts: [account] }) => [
      { provider: contract.id, id: 'known', credentials: { ...account }, settings: {} },
    ])
    for (const options of [{ createStore: createSqliteStore }, { accounts }]) {
      const scores = await replay(exchanges, options as Partial<ReplayOptions>)
      expect(scores.filter(({ score }) => score < 1)).toEqual([])
    }
  })
})

test('orders are paid by what a query or a refund shows, where no callback was captured', async () => {
  const all = await Promise.all([record(stories.qfpay), record(stories.its500)])
  const exchanges = all.flat().filter(({ request }) => isCall(request.url))
  expect((await replay(exchanges)).filter(({ score }) => score < 1)).toEqual([])
})

test('callbacks may come first or last, and times may be missing', async () => {
  const exchanges = await record(stories.its500)
  const isCallback = ({ request }: CapturedExchange) => request.url === shop || request.url.endsWith('/paid')
  const calls = exchanges.filter(exchange => !isCallback(exchange))
  const callbacks = exchanges.filter(isCallback)
  expect(callbacks).toHaveLength(2)
  for (const order of [
    [...callbacks, ...calls],
    [...calls, ...callbacks],
  ]) {
    const scores = await replay(order)
    expect(scores.filter(({ score, skipped = [] }) => score < 1 || skipped.length > 0)).toEqual([])
  }
  const timeless = (await record(stories.dms)).map(({ at: _, ...exchange }) => exchange)
  expect((await replay(timeless)).filter(({ score }) => score < 1)).toEqual([])
})

test('a capture whose secrets are masked is answered alike as well', async () => {
  const { mask } = createCheck({ contracts })
  const exchanges = (await Promise.all([record(stories.vvtool), record(stories.its500)])).flat()
  const masked = exchanges.map(exchange => {
    const headers = Object.entries(exchange.request.headers)
    const hidden = headers.map(([name, value]) => [name, mask.header(name, value)] as const)
    return { ...exchange, request: { ...exchange.request, headers: Object.fromEntries(hidden) } }
  })
  expect(JSON.stringify(masked)).not.toContain('Bearer de30')
  expect((await replay(masked)).filter(({ score }) => score < 1)).toEqual([])
})

test('nothing leaves the process', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch')
  const connected = vi.spyOn(net.Socket.prototype, 'connect')
  await replay(await record(stories.qfpay))
  await replay(await record(stories.its500))
  expect(fetched).not.toHaveBeenCalled()
  expect(connected).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

test('a merchant number that was refused first is not taken for that of the account', async () => {
  const exchanges = await record(async door => {
    await vvtoolQrCode(door, { merchant_num: '999' })
    await vvtoolQrCode(door)
    await vvtoolQrCode(door, { merchant_num: '999' })
    await dmsPayment(door, { reciever_id: 'nobody' })
    await dmsPayment(door)
    await dmsPayment(door, { bz_order: 'order-2', reciever_id: 'nobody' })
  })
  expect((await replay(exchanges)).filter(({ score }) => score < 1)).toEqual([])
})

test('a merchant number that no answer has confirmed is taken as right where the refusal is about something else', async () => {
  const exchanges = await record(async door => {
    await vvtoolOrderDetail(door, { order_number: 'nobody' })
    await dmsOrderDetail(door)
  })
  expect((await replay(exchanges)).map(({ score }) => score)).toEqual([1, 1])
})

describe('what differs is named, and nothing else', () => {
  test('a field of another name', async () => {
    const scores = await replay(
      await changed('payment', { syssn: undefined, sys_sn: '20200410000300020086358791' }),
    )
    expect(scores).toEqual([
      {
        provider: 'qfpay',
        kind: 'operation',
        name: 'payment',
        exchanges: 1,
        // 17 of 19: 14 fields, code, status and content type are alike.
        score: 17 / 19,
        differences: [
          '/sys_sn: a text at the provider, missing in the double (1)',
          '/syssn: missing at the provider, a text in the double (1)',
        ],
        skipped: [],
      },
    ])
  })

  test('a field of another type', async () => {
    const [score] = await replay(await changed('payment', { txamt: 300 }))
    expect(score?.differences).toEqual(['/txamt: a number at the provider, a text in the double (1)'])
    expect(score?.score).toBe(17 / 19)
  })

  test('a refusal with another code, and a refusal of what the double answers', async () => {
    const refused = { resperr: 'x(1155)', respcd: '1155', respmsg: '' }
    const [payment] = await replay(await changed('payment', undefined, refused))
    expect(payment).toMatchObject({
      score: 0,
      differences: ['refused with 1155 at the provider, answered with 0000 in the double (1)'],
    })
    const exchanges = await record(async door => {
      await qfpayPayment(door, { txamt: '0' })
      await qfpayPayment(door)
    })
    const [bad, good] = exchanges as [CapturedExchange, CapturedExchange]
    const [score] = await replay([withAnswer(bad, refused), good])
    expect(score).toMatchObject({
      exchanges: 2,
      score: 0.5,
      differences: ['refused with 1155 at the provider, refused with 1104 in the double (1)'],
    })
  })

  test('an answer to what the double refuses', async () => {
    const exchanges = await record(async door => {
      await dmsPayment(door)
      await dmsPayment(door, { bz_order: 'order-2', pay_way: 'CARD' })
    })
    const [good, bad] = exchanges as [CapturedExchange, CapturedExchange]
    const [score] = await replay([good, withAnswer(bad, JSON.parse(String(good.response?.body)))])
    expect(score).toMatchObject({
      score: 0.5,
      differences: ['answered with 1000 at the provider, refused with 1002 in the double (1)'],
    })
  })

  test('a refusal of credentials that are known to be right; of unknown ones the provider is believed', async () => {
    const refused = { resperr: '签名错误(1108)', respcd: '1108', respmsg: '' }
    const exchanges = await changed('payment', undefined, refused)
    const account = { provider: 'qfpay', id: 'known', credentials: qfpayAccount }
    expect((await replay(exchanges)).map(({ score }) => score)).toEqual([1])
    expect((await replay(exchanges, { accounts: [account] })).map(({ differences }) => differences)).toEqual([
      ['refused with 1108 at the provider, answered with 0000 in the double (1)'],
    ])
  })

  test('a refusal of another merchant number than the one that was answered', async () => {
    const exchanges = await record(async door => {
      await vvtoolQrCode(door)
      await vvtoolQrCode(door, { merchant_num: '999' })
    })
    const [good, bad] = exchanges as [CapturedExchange, CapturedExchange]
    const forbidden = { code: 203, msg: '暂不支持当前接口', msec: 1, time: 1, data: '' }
    const [score] = await replay([good, withAnswer(bad, forbidden)])
    expect(score?.differences).toEqual([
      'refused with 203 at the provider, refused with 100 in the double (1)',
    ])
  })

  test('an answer with another code of success, another status, another content type', async () => {
    const [score] = await replay(await changed('refund', { respcd: '1143' }))
    expect(score?.differences).toEqual([])
    const [, refund] = await replay(await changed('refund', { respcd: '1143' }))
    expect(refund?.differences).toEqual(['code: 1143 at the provider, 0000 in the double (1)'])
    const exchanges = await record(async door => void (await dmsPayment(door)))
    const [{ response, ...rest }] = exchanges as [CapturedExchange]
    const headers = { 'content-type': 'text/json' }
    const [payment] = await replay([{ ...rest, response: { body: '', ...response, status: 201, headers } }])
    expect(payment?.differences).toEqual([
      'HTTP status: 201 at the provider, 200 in the double (1)',
      'content type: text/json at the provider, application/json in the double (1)',
    ])
  })

  test('a field of a callback, and of the rows of a query', async () => {
    const exchanges = await record(stories.qfpay)
    const other = exchanges.map(exchange => {
      const { request, response } = exchange
      if (request.url === shop)
        return { ...exchange, request: { ...request, body: rename(request.body, 'chnlsn', 'channel_sn') } }
      if (!response || !request.url.includes('/query')) return exchange
      return { ...exchange, response: { ...response, body: rename(response.body, 'cancel', 'cancelled') } }
    })
    const scores = await replay(other)
    const differing = scores.filter(({ score }) => score < 1)
    expect(differing.map(({ kind, name, differences }) => [kind, name, differences])).toEqual([
      [
        'operation',
        'query',
        [
          '/data/*/cancelled: a text at the provider, missing in the double (6)',
          '/data/*/cancel: missing at the provider, a text in the double (6)',
        ],
      ],
      [
        'callback',
        'payment',
        [
          '/channel_sn: a text at the provider, missing in the double (1)',
          '/chnlsn: missing at the provider, a text in the double (1)',
        ],
      ],
      [
        'callback',
        'refund',
        [
          '/channel_sn: a text at the provider, missing in the double (2)',
          '/chnlsn: missing at the provider, a text in the double (2)',
        ],
      ],
    ])
  })

  test('names of fields are masked as everything is', async () => {
    const [score] = await replay(await changed('payment', { '13812345678': 'x' }))
    expect(score?.differences.join()).not.toContain('13812345678')
  })
})

describe('what cannot be compared is counted as such', () => {
  test('answers about orders from before the capture, of a gateway, and none at all', async () => {
    const exchanges = await record(async door => {
      const { syssn } = (await qfpayPayment(door, { notify_url: shop })).json() as { syssn: string }
      await door.double.payer.pay(syssn)
      await qfpayQuery(door, { syssn })
      await qfpayRefund(door, { syssn })
    })
    const [payment, ...after] = exchanges as [CapturedExchange, ...CapturedExchange[]]
    const { response: _, ...unanswered } = payment
    const page = { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad Gateway</html>' }
    const before = 'it is about an order from before the capture (1)'
    expect(await replay([...after, unanswered, { ...unanswered, response: page }])).toMatchObject([
      { kind: 'operation', name: 'query', exchanges: 0, score: 0, skipped: [before] },
      { kind: 'operation', name: 'refund', exchanges: 0, skipped: [before] },
      {
        kind: 'operation',
        name: 'payment',
        exchanges: 0,
        skipped: ['no answer was captured (1)', 'the answer is none of the provider (1)'],
      },
      { kind: 'callback', name: 'payment', exchanges: 0, skipped: [before] },
    ])
  })

  test('a refusal for the rate, because the double counts none here', async () => {
    const exchanges = await record(async door => {
      for (let i = 0; i < 150; i++) await qfpayPayment(door, { out_trade_no: `order${i}` })
    })
    const [first] = exchanges as [CapturedExchange]
    const { message, code } = ruleOf('rateLimited')
    const limited = withAnswer(first, { resperr: `${message}(${code})`, respcd: code, respmsg: '' })
    const [score] = await replay([...exchanges, limited])
    expect(score).toMatchObject({
      exchanges: 150,
      score: 1,
      skipped: ['it was refused for its rate, which the double does not count here (1)'],
    })
  })

  test('what the double does not play', async () => {
    const exchanges = await record(stories.dms)
    const scores = await replay(exchanges, {
      simulators: simulators.filter(({ contract }) => contract.id !== 'dms'),
    })
    expect(scores.every(each => each.exchanges === 0)).toBe(true)
    expect(scores[0]?.skipped).toEqual(['the double does not play this provider (7)'])
  })
})

/** A payment of QFPay, paid, and given back; the first answer of an operation with other fields, or another one. */
async function changed(
  operation: string,
  fields: Readonly<Record<string, unknown>> = {},
  answer?: object,
): Promise<CapturedExchange[]> {
  const exchanges = await record(async door => {
    const { syssn } = (await qfpayPayment(door)).json() as { syssn: string }
    if (operation === 'payment') return
    await door.double.payer.pay(syssn)
    await qfpayRefund(door, { syssn })
  })
  return exchanges.map(exchange => {
    if (!exchange.request.url.includes(`/${operation}`)) return exchange
    const before = JSON.parse(String(exchange.response?.body)) as object
    return withAnswer(exchange, answer ?? { ...before, ...fields })
  })
}

function withAnswer(exchange: CapturedExchange, answer: object): CapturedExchange {
  const { response } = exchange
  if (!response) throw new Error('There is no answer to change.')
  return { ...exchange, response: { ...response, body: JSON.stringify(answer) } }
}

function rename(body: unknown, from: string, to: string): string {
  return String(body).replaceAll(`"${from}"`, `"${to}"`)
}

function ruleOf(row: string): { code: string; message: string } {
  const rows = contracts.flatMap(({ id, errors }) => (id === 'qfpay' ? Object.entries(errors) : []))
  const found = rows.find(([name]) => name === row)?.[1]
  if (!found) throw new Error(`There is no row ${row}.`)
  return found
}

function isCall(url: string): boolean {
  return !url.endsWith('/paid')
}

async function record(
  story: Story,
  { seed = 5, start = Date.UTC(2026, 4, 5, 6) } = {},
): Promise<readonly CapturedExchange[]> {
  const callbackUrls = ['http://127.0.0.1:8080/paid', shop]
  const [demo] = simulators.find(({ contract }) => 'paid' in contract.callbacks)?.accounts ?? []
  const door = openRecorded({
    seed,
    clock: createManualClock(start),
    allowedCallbackHosts: ['*'],
    ...(demo && { accounts: { its500: [{ ...demo, callbackUrls }] } }),
  })
  await story(door)
  return door.exchanges
}

async function replay(exchanges: readonly CapturedExchange[], options: Partial<ReplayOptions> = {}) {
  const check = createCheck({ contracts })
  const run = createReplay({ check, simulators, createStore: createMemoryStore, ...options })
  await run.take(exchanges)
  return run.end()
}

function syssnOf(answer: Answer): string {
  return String(answer.json().syssn)
}

function orderIdOf(answer: Answer): string {
  return String(answer.json().orderId)
}

function vvtoolNumberOf(answer: Answer): string {
  return (answer.json().data as { order_number: string }).order_number
}
