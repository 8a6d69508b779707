import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { expect, onTestFinished, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import { createDouble } from '../../mocks/double.ts'
import { handlers, pay } from '../../mocks/handlers.ts'
import { send } from '../harness/doors.ts'
import { eventually } from '../harness/eventually.ts'
import { openReceiver } from '../harness/receiver.ts'

function listen(...given: Parameters<typeof setupServer>) {
  const server = setupServer(...given)
  server.listen({ onUnhandledFrame: 'error' })
  onTestFinished(() => server.close())
  return server
}

const hosts = contracts.flatMap(contract => contract.servers.map(server => server.url))

test.each(hosts)('nothing that is sent to %s falls through', async url => {
  listen(...createDouble().handlers)
  for (const method of ['GET', 'POST', 'DELETE']) {
    const answer = await fetch(`${url}/nothing/of/the/kind`, { method })
    expect([200, 501]).toContain(answer.status)
  }
})

test('http and https both reach the double', async () => {
  listen(...createDouble().handlers)
  for (const scheme of ['http', 'https']) {
    const answer = await fetch(`${scheme}://api.vv-tool.com/tool/nothing`)
    expect(await answer.json()).toMatchObject({ code: 404 })
  }
})

test.each(['http://api.vv-tool.com:8080', 'https://API.VV-TOOL.com.'])(
  '%s does not fall through',
  async url => {
    listen(...createDouble().handlers)
    expect(await (await fetch(`${url}/tool/nothing`)).json()).toMatchObject({ code: 404 })
  },
)

test('a GET with a body reaches the double', async () => {
  const double = createDouble()
  listen(...double.handlers)
  const answer = await send('http://api.vv-tool.com', { path: '/tool/nothing', body: '{}' })
  expect(answer.json()).toMatchObject({ code: 404 })
})

test('dms is reached on any host, because its document names none', async () => {
  listen(...createDouble().handlers)
  const answer = await fetch('https://dms.shop.test/dms/cash-out/payment', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      bz_order: '1',
      amount: 1,
      pay_way: 'SCAN_WEIXIN',
      payer_id: 'demo-payer',
      reciever_id: '100001',
    }),
  })
  expect(await answer.json()).toMatchObject({ errCode: 1000 })
})

test('callbacks are not caught by MSW, not even by a handler for their address', async () => {
  const receiver = await openReceiver()
  const double = createDouble({ accounts: { its500: [{ id: 'demo', callbackUrls: [receiver.url] }] } })
  let caught = 0
  const trap = http.all(receiver.url, () => {
    caught++
    return new HttpResponse()
  })
  listen(trap, ...double.handlers)
  const order = await placeIts500Order()
  const { deliveries } = await double.payer.pay(order.orderId)
  expect(deliveries).toMatchObject([{ status: 'delivered' }])
  expect([receiver.received.length, caught]).toEqual([1, 0])
})

test('callbacks can go to a function instead of an address', async () => {
  const sent: string[] = []
  const double = createDouble({
    deliver: async request => {
      sent.push(request.body)
      return { status: 200, body: '' }
    },
  })
  listen(...double.handlers)
  const order = await placeIts500Order()
  await double.payer.pay(order.orderId)
  expect(sent.map(body => JSON.parse(body))).toMatchObject([{ code: 10001, orderId: order.orderId }])
})

test('a call that is delayed ends when its client hangs up', async () => {
  const double = createDouble({ faults: [{ provider: 'its500', network: { do: 'delay', for: '300d' } }] })
  listen(...double.handlers)
  const patience = new AbortController()
  const placing = fetch('https://pay.its500.com/order/createOrder', {
    method: 'POST',
    signal: patience.signal,
  })
  placing.catch(() => {})
  await double.clock.held()
  patience.abort()
  await expect(placing).rejects.toThrow()
  await eventually(() => expect(double.journal.list().items).toMatchObject([{ outcome: 'lost' }]))
})

test('a test seeds and queries the collections', async () => {
  const double = createDouble()
  listen(...double.handlers)
  await double.orders.list()
  await double.db.orders.create({
    id: 'oderpay-seeded',
    provider: 'its500',
    account: 'demo',
    orderNumber: 'oderpay-seeded',
    amount: 9950,
    qr: 'http://codes.its500.example/demo/ali',
    createdAt: 0,
  })
  const { orderId } = await placeIts500Order()
  expect(double.db.orders.findMany(q => q.where({ provider: 'its500' })).map(order => order.id)).toEqual([
    'oderpay-seeded',
    orderId,
  ])
  expect(await double.orders.get('oderpay-seeded')).toMatchObject({ status: 'pending', amount: 9950 })
})

test('the drop-in handlers answer', async () => {
  listen(...handlers)
  const { orderId } = await placeIts500Order()
  expect(await pay.orders.get(orderId)).toMatchObject({ provider: 'its500' })
})

test('the drop-in server answers', async () => {
  const { server, pay: double } = await import('../../mocks/node.ts')
  server.listen({ onUnhandledFrame: 'error' })
  onTestFinished(() => server.close())
  const { orderId } = await placeIts500Order()
  expect(await double.orders.get(orderId)).toMatchObject({ provider: 'its500' })
})

async function placeIts500Order(): Promise<{ orderId: string; price: string }> {
  const answer = await fetch('https://pay.its500.com/order/createOrder', {
    method: 'POST',
    headers: { 'payment-key': 'de30000000000500', 'payment-secret': 'de300000000000000000000000000500' },
    body: new URLSearchParams({ price: '100', name: 'a thing', paytype: 'ali' }),
  })
  return (await answer.json()) as { orderId: string; price: string }
}
