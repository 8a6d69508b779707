// Waiting for callbacks, sending them again and by hand, and fetching them from the outbox.
import { expect, test } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { deliver } from '../../src/double/schedule.ts'
import { describeDoors, type OpenDoor, type OpenOptions } from '../harness/doors.ts'
import { openReceiver } from '../harness/receiver.ts'
import { signatureOf, signedAccount, signedCall, signedSimulator } from '../harness/signed-provider.ts'

const minute = 60_000

async function openShop(
  open: (options?: OpenOptions) => Promise<OpenDoor>,
  {
    reply = () => ({ status: 200, body: 'SUCCESS' }),
    ...options
  }: OpenOptions & { reply?: () => { status: number; body: string } } = {},
) {
  const receiver = await openReceiver(reply)
  const door = await open({ simulators: [...simulators, signedSimulator], ...options })
  await door.double.accounts.put('signedpay', 'demo', { url: receiver.url })
  const { double } = door
  return {
    door,
    double,
    receiver,
    received: receiver.received,
    callbacks: double.callbacks,
    create: async (number = 'order-1') => String((await signedCall(door, 'create', { number })).json().id),
    async paid(number = 'order-1') {
      const { id } = (await signedCall(door, 'create', { number })).json()
      const { deliveries } = await double.payer.pay(String(id))
      return { id: String(id), delivery: deliveries[0]?.id ?? '' }
    },
  }
}

describeDoors('waiting for callbacks', open => {
  test('ends at once where they were tried already', async () => {
    const { callbacks, paid } = await openShop(open)
    const { id } = await paid()
    expect(await callbacks.waitFor({ order: id })).toMatchObject([{ order: id, status: 'delivered' }])
  })

  test('ends when the last of them is tried, whoever moves the clock', async () => {
    const { callbacks, paid, double, received } = await openShop(open, {
      reply: () => ({ status: 500, body: '' }),
    })
    const { id } = await paid()
    const waiting = callbacks.waitFor({ order: id, times: 3 })
    await double.clock.advance('1m')
    await double.clock.advance('2m')
    expect(await waiting).toMatchObject([{ attempts: { length: 3 }, status: 'failed' }])
    expect(received).toHaveLength(3)
  })

  test('begins before there is an order, and goes by the number of the merchant', async () => {
    const { callbacks, paid } = await openShop(open)
    const waiting = callbacks.waitFor({ orderNumber: 'order-2' })
    await paid('order-1')
    const { id } = await paid('order-2')
    expect(await waiting).toMatchObject([{ order: id }])
  })

  test('counts the attempts of several deliveries together, the oldest first', async () => {
    const { callbacks, paid, double } = await openShop(open)
    double.faults.add({ provider: 'signedpay', deliver: deliver('payment').twice().times(3) })
    const { id } = await paid()
    const all = await callbacks.waitFor({ order: id, times: 4 })
    expect(all).toHaveLength(4)
    expect(all.map(({ id }) => id)).toEqual(
      (await double.deliveries.list({ order: id })).items.map(delivery => delivery.id).reverse(),
    )
  })

  test('counts only what was acknowledged, where that is asked', async () => {
    let ready = false
    const { callbacks, paid, double } = await openShop(open, {
      reply: () => ({ status: ready ? 200 : 503, body: 'SUCCESS' }),
    })
    const { id } = await paid()
    const waiting = callbacks.waitFor({ order: id, acknowledged: true })
    ready = true
    await double.clock.advance('1m')
    expect(await waiting).toMatchObject([{ attempts: [{ acknowledged: false }, { acknowledged: true }] }])
  })

  test('goes by callback, provider and account', async () => {
    const { callbacks, paid, door } = await openShop(open)
    await paid()
    const inVain = { code: 'waitedInVain' }
    for (const other of [
      { callback: 'refund' },
      { provider: 'its500' },
      { account: 'other' },
      { order: 'x' },
    ])
      await expect(callbacks.waitFor({ ...other, timeoutMs: 1 })).rejects.toMatchObject(inVain)
    await signedCall(door, 'refund', { amount: 1 })
    expect(
      await callbacks.waitFor({ callback: 'refund', provider: 'signedpay', account: 'demo' }),
    ).toHaveLength(1)
  })

  test('gives up after its time, and says what to do about a clock that stands still', async () => {
    const { callbacks, paid } = await openShop(open, { reply: () => ({ status: 500, body: '' }) })
    const { id } = await paid()
    await expect(callbacks.waitFor({ order: id, times: 2, timeoutMs: 1 })).rejects.toMatchObject({
      code: 'waitedInVain',
      message: expect.stringMatching(/there were 1\. .* 60000 ms of a clock that stands still: advance it/),
    })
  })

  test('tells of the clock also where it is the payer who is still to come', async () => {
    const { callbacks, create, double } = await openShop(open)
    double.faults.add({ provider: 'signedpay', pay: { after: '2m' } })
    await create()
    await expect(callbacks.waitFor({ timeoutMs: 1 })).rejects.toMatchObject({
      message: expect.stringMatching(/120000 ms of a clock that stands still/),
    })
  })

  test('says where nothing more is due', async () => {
    const { callbacks } = await openShop(open)
    await expect(callbacks.waitFor({ timeoutMs: 1 })).rejects.toMatchObject({
      message: expect.stringMatching(/there were 0\. Nothing more is due/),
    })
  })

  test('ends with the double', async () => {
    const { callbacks, door } = await openShop(open)
    const waiting = callbacks.waitFor({ timeoutMs: 60_000 })
    const refused = expect(waiting).rejects.toMatchObject({ code: 'closed' })
    await door.close()
    await refused
    await expect(callbacks.waitFor({})).rejects.toMatchObject({ code: 'closed' })
  })
})

describeDoors('callbacks that are sent again', open => {
  test('are the same bytes, under another id, and say what they repeat', async () => {
    const { callbacks, paid, received } = await openShop(open)
    const { delivery } = await paid()
    const again = await callbacks.resend(delivery)
    expect(again).toMatchObject({ status: 'delivered', rule: `sent again: ${delivery}` })
    expect(again.id).not.toBe(delivery)
    expect(received.map(({ body, headers }) => [body, headers['x-sign']])).toEqual(
      Array(2).fill([received[0]?.body, received[0]?.headers['x-sign']]),
    )
  })

  test('keep the old signature where they are edited, unless they are signed anew', async () => {
    const { callbacks, paid, received } = await openShop(open)
    const { delivery } = await paid()
    const body = '{"number":"order-1","amount":"1"}'
    await callbacks.resend(delivery, { body })
    await callbacks.resend(delivery, { body, sign: true })
    expect(received.map(each => each.body).slice(1)).toEqual([body, body])
    expect(received[1]?.headers['x-sign']).toBe(received[0]?.headers['x-sign'])
    expect(received[2]?.headers['x-sign']).toBe(signatureOf(body, signedAccount.key))
  })

  test('have other headers, whatever their case, and lose those that are empty', async () => {
    const { callbacks, paid, received } = await openShop(open)
    const { delivery } = await paid()
    await callbacks.resend(delivery, { headers: { 'X-Sign': 'forged', 'x-more': '1' } })
    await callbacks.resend(delivery, { headers: { 'X-SIGN': '' } })
    expect(received[1]?.headers).toMatchObject({ 'x-sign': 'forged', 'x-more': '1' })
    expect(received[2]?.headers).not.toHaveProperty('x-sign')
  })

  test('are signed over the bytes that are sent, also in GBK', async () => {
    const { callbacks, paid, double, received } = await openShop(open)
    double.faults.add({ provider: 'signedpay', deliver: deliver('payment').bytes('gbk') })
    const { delivery } = await paid()
    await callbacks.resend(delivery, { body: '{"title":"书"}', sign: true })
    const [, again] = received
    expect(again?.bytes).toEqual(
      Buffer.from([...Buffer.from('{"title":"'), 0xca, 0xe9, ...Buffer.from('"}')]),
    )
    expect(again?.headers['x-sign']).toBe(signatureOf(again?.bytes ?? '', signedAccount.key))
  })

  test('go to another address, if callbacks may go there', async () => {
    const { callbacks, paid, received } = await openShop(open)
    const other = await openReceiver(() => ({ status: 200, body: 'SUCCESS' }))
    const { delivery } = await paid()
    expect(await callbacks.resend(delivery, { url: other.url })).toMatchObject({ status: 'delivered' })
    expect([received.length, other.received.length]).toEqual([1, 1])
    expect(await callbacks.resend(delivery, { url: 'http://shop.example/paid' })).toMatchObject({
      status: 'failed',
      attempts: [{ error: expect.stringMatching(/not a private host/) }],
    })
  })

  test('fail as an attempt where a header cannot be sent', async () => {
    const { callbacks, paid } = await openShop(open)
    const { delivery } = await paid()
    expect(await callbacks.resend(delivery, { headers: { 'no header': 'x' } })).toMatchObject({
      status: 'pending',
      attempts: [{ status: null, error: expect.any(String) }],
    })
  })

  test('are not sent where there is none such', async () => {
    const { callbacks } = await openShop(open)
    await expect(callbacks.resend('dlv_1')).rejects.toMatchObject({ code: 'deliveryUnknown' })
    await expect(callbacks.get('dlv_1')).rejects.toMatchObject({ code: 'deliveryUnknown' })
  })
})

describeDoors('callbacks that are sent by hand', open => {
  test('say that an order was paid which was not', async () => {
    const { callbacks, create, received, double } = await openShop(open)
    const id = await create()
    expect(await callbacks.send(id, { sign: 'none', amount: 5 })).toMatchObject({
      order: id,
      rule: 'sent by hand',
      status: 'delivered',
    })
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ number: 'order-1', amount: '5' })
    expect(received[0]?.headers).not.toHaveProperty('x-sign')
    expect(await double.orders.get(id)).toMatchObject({ status: 'pending' })
  })

  test('may come later', async () => {
    const { callbacks, create, received, double } = await openShop(open)
    expect(await callbacks.send(await create(), { after: '7m' })).toMatchObject({
      status: 'pending',
      attempts: [],
    })
    await double.clock.advance('7m')
    expect(received).toHaveLength(1)
  })

  test.each([
    ['another callback', { callback: 'refund' }, 'noCallback', /it has payment, and no refund/],
    ['a callback to wait for that is none', { behind: 'nothing' }, 'badFault', /no callback "nothing"/],
    ['what was never sent for another order', { from: 'another' }, 'noCallback', /nothing was sent/],
  ])('cannot be %s', async (_, how, code, message) => {
    const { callbacks, create } = await openShop(open)
    await expect(callbacks.send(await create(), how)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
  })

  test('need an order, and an address', async () => {
    const { callbacks, create, double } = await openShop(open)
    await expect(callbacks.send('nobody')).rejects.toMatchObject({ code: 'orderUnknown' })
    const id = await create()
    await double.accounts.put('signedpay', 'demo', { url: null })
    await expect(callbacks.send(id)).rejects.toMatchObject({ message: expect.stringMatching(/no address/) })
  })
})

describeDoors('the outbox', open => {
  const pull: OpenOptions = { callbackMode: 'pull' }

  test('holds what is due until it is fetched, and sends nothing', async () => {
    const { callbacks, paid, received, double } = await openShop(open, pull)
    double.faults.add({ provider: 'signedpay', deliver: deliver('payment').twice().after('7m') })
    const { id } = await paid()
    expect(await callbacks.outbox()).toMatchObject([{ order: id, status: 'held', attempts: [] }])
    await double.clock.advance('7m')
    expect(await callbacks.outbox({ order: id })).toHaveLength(2)
    expect(await callbacks.outbox({ provider: 'its500' })).toEqual([])
    expect(received).toEqual([])
  })

  test('takes the answer of the merchant', async () => {
    const { callbacks, paid } = await openShop(open, pull)
    const { delivery } = await paid()
    expect(await callbacks.reply(delivery, { status: 200, body: 'SUCCESS' })).toMatchObject({
      status: 'delivered',
      attempts: [{ acknowledged: true, status: 200, reply: 'SUCCESS' }],
    })
    expect(await callbacks.outbox()).toEqual([])
    await expect(callbacks.reply(delivery, { status: 200 })).rejects.toMatchObject({
      code: 'notInOutbox',
      message: expect.stringMatching(/it is delivered/),
    })
  })

  test('has a callback again after the pause of the provider where it was not acknowledged', async () => {
    const { callbacks, paid, double } = await openShop(open, pull)
    const { id, delivery } = await paid()
    const now = double.clock.now()
    expect(await callbacks.reply(delivery, { status: 500 })).toMatchObject({
      status: 'pending',
      dueAt: now + minute,
    })
    expect(await callbacks.outbox()).toEqual([])
    await double.clock.advance('1m')
    expect(await callbacks.outbox()).toMatchObject([{ id: delivery, attempts: { length: 1 } }])
    expect(await callbacks.waitFor({ order: id, times: 2 })).toHaveLength(1)
  })

  test('counts as tried for those who wait, and as acknowledged only once it is', async () => {
    const { callbacks, paid } = await openShop(open, pull)
    const { id, delivery } = await paid()
    expect(await callbacks.waitFor({ order: id })).toHaveLength(1)
    const waiting = callbacks.waitFor({ order: id, acknowledged: true })
    await callbacks.reply(delivery, { status: 200, body: 'SUCCESS' })
    expect(await waiting).toMatchObject([{ status: 'delivered' }])
  })

  test('does not have what is held for another callback', async () => {
    const { callbacks, paid, double, door } = await openShop(open, pull)
    double.faults.add({ provider: 'signedpay', deliver: deliver('payment').behind('refund') })
    const { delivery } = await paid()
    const held = (await double.deliveries.list({ status: 'held' })).items
    expect([held.length, (await callbacks.outbox()).length]).toEqual([1, 0])
    await expect(callbacks.reply(held[0]?.id ?? delivery, { status: 200 })).rejects.toMatchObject({
      code: 'notInOutbox',
    })
    await signedCall(door, 'refund', { amount: 1 })
    const [refund] = await callbacks.outbox()
    await callbacks.reply(refund?.id ?? '', { status: 200, body: 'SUCCESS' })
    expect(await callbacks.outbox()).toMatchObject([{ callback: 'payment' }])
  })
})
