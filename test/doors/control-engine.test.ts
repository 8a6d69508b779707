// Time, faults, callbacks and accounts over the control interface: what it answers, and what it refuses.
import { expect, test } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { its500Order, qfpayPayment } from '../harness/clients.ts'
import { type Answer, type OpenDoor, type OpenOptions, openHttp } from '../harness/doors.ts'
import { eventually } from '../harness/eventually.ts'
import { openReceiver } from '../harness/receiver.ts'
import { signedCall, signedSimulator } from '../harness/signed-provider.ts'

function call(door: OpenDoor, method: string, path: string, body?: unknown): Promise<Answer> {
  return door.send('', {
    method,
    path: `/_paydouble/${path}`,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

async function openSigned(options: OpenOptions = {}) {
  const receiver = await openReceiver(() => ({ status: 200, body: 'SUCCESS' }))
  const door = await openHttp({ simulators: [...simulators, signedSimulator], ...options })
  await door.double.accounts.put('signedpay', 'demo', { url: receiver.url })
  const create = async (number = 'order-1') =>
    String((await signedCall(door, 'create', { number })).json().id)
  return { door, received: receiver.received, create }
}

test('the clock is read, moved, set, stopped and started', async () => {
  const { door, create } = await openSigned()
  expect((await call(door, 'GET', 'api/clock')).json()).toEqual({
    kind: 'manual',
    now: Date.UTC(2026, 0, 1, 1),
    time: '2026-01-01T01:00:00.000Z',
  })
  const id = await create()
  const moved = await call(door, 'POST', 'api/clock', { advance: '30m' })
  expect(moved.json()).toEqual({
    kind: 'manual',
    now: Date.UTC(2026, 0, 1, 1, 30),
    time: '2026-01-01T01:30:00.000Z',
    fired: [{ kind: 'expired', at: Date.UTC(2026, 0, 1, 1, 30), order: id, status: 'expired' }],
  })
  const set = await call(door, 'POST', 'api/clock', { set: '2026-01-02T09:00:00+08:00' })
  expect(set.json()).toMatchObject({ time: '2026-01-02T01:00:00.000Z', fired: [] })
  expect((await call(door, 'POST', 'api/clock', { resume: true })).json()).toMatchObject({ kind: 'offset' })
  expect((await call(door, 'POST', 'api/clock', { freeze: true })).json()).toMatchObject({ kind: 'manual' })
})

test('what fired names the delivery that was tried', async () => {
  const { door, create } = await openSigned()
  await call(door, 'POST', 'api/faults', { provider: 'signedpay', pay: { after: '1m' } })
  const id = await create()
  const { fired } = (await call(door, 'POST', 'api/clock', { advance: 60_000 })).json()
  const { items } = (await call(door, 'GET', `api/deliveries/wait?order=${id}`)).json() as {
    items: { id: string }[]
  }
  expect(items).toMatchObject([{ order: id, status: 'delivered' }])
  expect(fired).toMatchObject([
    { kind: 'acted', order: id, status: 'paid' },
    { kind: 'attempted', order: id, delivery: items[0]?.id, status: 'delivered' },
  ])
})

test('a fault is added, listed, strikes, and is gone; the journal says which one it was', async () => {
  const { door } = await openSigned()
  const fault = { provider: 'qfpay', error: '1205', orderNumber: 'bad-*', times: 2 }
  const rule = (await call(door, 'POST', 'api/faults', fault)).json()
  expect(rule).toEqual({ id: expect.any(String), fault, left: 2 })
  expect((await qfpayPayment(door, { out_trade_no: 'bad-1' })).json()).toMatchObject({ respcd: '1205' })
  expect((await call(door, 'GET', 'api/faults')).json()).toEqual({ items: [{ ...rule, left: 1 }] })
  const { items } = (await call(door, 'GET', 'api/requests')).json()
  expect(items).toMatchObject([
    { fault: JSON.stringify(rule.fault), error: expect.any(String), outcome: 'refused' },
  ])
  expect((await call(door, 'DELETE', `api/faults?id=${rule.id}`)).json()).toEqual({ items: [] })
  expect((await qfpayPayment(door, { out_trade_no: 'bad-2' })).json()).toMatchObject({ respcd: '0000' })
})

test('faults are taken away by account, and all at once; one that is used up is no mistake', async () => {
  const { door } = await openSigned()
  const add = (more: object) =>
    call(door, 'POST', 'api/faults', { provider: 'qfpay', error: '1205', ...more })
  const { id } = (await add({})).json()
  await qfpayPayment(door)
  expect((await call(door, 'DELETE', `api/faults?id=${id}`)).status).toBe(200)
  await add({ account: 'demo' })
  await add({ account: 'other' })
  const left = (await call(door, 'DELETE', 'api/faults?provider=qfpay&account=demo')).json()
  expect(left).toMatchObject({ items: [{ fault: { account: 'other' } }] })
  expect((await call(door, 'DELETE', 'api/faults')).json()).toEqual({ items: [] })
})

test('a callback is sent by hand, sent again, edited and waited for', async () => {
  const { door, create, received } = await openSigned()
  const id = await create()
  const sent = (await call(door, 'POST', `api/orders/${id}/callbacks`, { amount: 1 })).json()
  expect(sent).toMatchObject({ order: id, rule: 'sent by hand', status: 'delivered' })
  const waiting = call(door, 'GET', 'api/deliveries/wait?orderNumber=order-1&times=2&acknowledged=true')
  await call(door, 'POST', `api/deliveries/${sent.id}/resend`, { body: '{"edited":true}', sign: true })
  expect((await waiting).json()).toMatchObject({
    items: [{ id: sent.id }, { rule: `sent again: ${sent.id}` }],
  })
  expect(received.map(({ body }) => JSON.parse(body))).toMatchObject([{ amount: '1' }, { edited: true }])
})

test('an app that the double cannot reach fetches its callbacks', async () => {
  const { door, create } = await openSigned({ callbackMode: 'pull' })
  const id = await create()
  await call(door, 'POST', `api/orders/${id}/pay`)
  const { items } = (await call(door, 'GET', `api/outbox?order=${id}`)).json()
  const [held] = items as { id: string; body: string; headers: Record<string, string> }[]
  expect(held).toMatchObject({
    headers: { 'x-sign': expect.any(String) },
    body: expect.stringContaining('order-1'),
  })
  const reply = await call(door, 'POST', `api/deliveries/${held?.id}/reply`, { status: 200, body: 'SUCCESS' })
  expect(reply.json()).toMatchObject({ status: 'delivered' })
  const again = await call(door, 'POST', `api/deliveries/${held?.id}/reply`, { status: 200 })
  expect([again.status, again.json()]).toMatchObject([409, { error: { code: 'notInOutbox' } }])
})

test('an account for a test is made in one call, and reset by itself', async () => {
  const { door } = await openSigned()
  const account = (await call(door, 'POST', 'api/accounts/qfpay', { mchid: null })).json()
  expect(account).toMatchObject({ provider: 'qfpay', id: expect.stringMatching(/^acc_/) })
  await qfpayPayment(door)
  await call(door, 'POST', `api/accounts/qfpay/${account.id}/reset`)
  expect((await call(door, 'GET', 'api/orders')).json()).toMatchObject({ items: [{ account: 'demo' }] })
  await call(door, 'POST', 'api/accounts/qfpay/demo/reset')
  expect((await call(door, 'GET', 'api/orders')).json()).toEqual({ items: [], next: null })
})

test('a plan that cannot be is refused, and leaves all as it was', async () => {
  const { door } = await openSigned()
  await qfpayPayment(door)
  const bad = { seed: 9, faults: [{ provider: 'qfpay', error: '9999' }] }
  expect(await call(door, 'POST', 'api/plan', bad)).toMatchObject({ status: 400 })
  expect((await call(door, 'POST', 'api/reset')).status).toBe(200)
  expect((await call(door, 'GET', 'health')).json()).toMatchObject({ seed: 1 })
})

test('a wait in vain ends with 408, and says what to do about the clock', async () => {
  const { door, create } = await openSigned()
  await create()
  const answer = await call(door, 'GET', 'api/deliveries/wait?timeoutMs=1')
  expect(answer.status).toBe(408)
  expect(answer.json()).toMatchObject({
    error: {
      code: 'waitedInVain',
      message: expect.stringMatching(/1800000 ms of a clock that stands still: advance/),
    },
  })
})

test('a wait ends with the server', async () => {
  const { door } = await openSigned()
  const waiting = call(door, 'GET', 'api/deliveries/wait?timeoutMs=60000')
  const ended = expect(waiting).rejects.toThrow()
  await door.close()
  await ended
})

test('a clock that goes back is a conflict', async () => {
  const { door } = await openSigned()
  for (const set of [0, -1, -9e15, '1999-01-01T00:00:00Z']) {
    const answer = await call(door, 'POST', 'api/clock', { set })
    expect([set, answer.status]).toEqual([set, 409])
    expect(answer.json()).toMatchObject({ error: { code: 'clockGoesBack' } })
  }
})

const deepObject = JSON.parse(`${'{"a":'.repeat(600)}1${'}'.repeat(600)}`)

test.each<[string, string, unknown, number, RegExp]>([
  ['POST', 'api/clock', {}, 400, /exactly one of advance, set, freeze, resume/],
  ['POST', 'api/clock', { advance: '1m', freeze: true }, 400, /exactly one/],
  ['POST', 'api/clock', { advance: 'soon' }, 400, /\/advance.*"90s", "30m"/],
  ['POST', 'api/clock', { advance: -1 }, 400, /\/advance/],
  ['POST', 'api/clock', { advance: 1e300 }, 400, /\/advance/],
  ['POST', 'api/clock', { advance: '1e3s' }, 400, /\/advance/],
  ['POST', 'api/clock', { advance: null }, 400, /\/advance/],
  ['POST', 'api/clock', { advance: '2920000d' }, 400, /year 9999/],
  ['POST', 'api/clock', { set: 'soon' }, 400, /"soon".*2026-01-02T09:00:00\+08:00/],
  ['POST', 'api/clock', { set: '2026-01-01T09:00:00' }, 400, /\+08:00/],
  ['POST', 'api/clock', { set: 1.5 }, 400, /\/set/],
  ['POST', 'api/clock', { set: 1e300 }, 400, /set/],
  ['POST', 'api/clock', { freeze: false }, 400, /\/freeze/],
  ['POST', 'api/clock', { hurry: true }, 400, /hurry/],
  ['POST', 'api/clock', '[]', 400, /not an object/],
  ['POST', 'api/faults', {}, 400, /\/provider/],
  ['POST', 'api/faults', { provider: 'nobody', error: '1' }, 404, /"nobody".*vvtool/],
  ['POST', 'api/faults', { provider: 'qfpay' }, 400, /no effect; give exactly one/],
  ['POST', 'api/faults', { provider: 'qfpay', error: '1205', lag: '1m' }, 400, /error and lag/],
  ['POST', 'api/faults', { provider: 'qfpay', error: 1205 }, 400, /\/error/],
  ['POST', 'api/faults', { provider: 'qfpay', error: '1205', times: 0 }, 400, /\/times/],
  ['POST', 'api/faults', { provider: 'qfpay', error: '1205', times: 1.5 }, 400, /\/times/],
  ['POST', 'api/faults', { provider: 'qfpay', error: '1205', skip: -1 }, 400, /\/skip/],
  ['POST', 'api/faults', { provider: 'qfpay', error: '1205', probability: 2 }, 400, /\/probability/],
  ['POST', 'api/faults', { provider: 'qfpay', error: '1205', operation: 'paymnt' }, 400, /paymnt.*payment/],
  ['POST', 'api/faults', { provider: 'qfpay', error: '1205', when: 'now' }, 400, /when/],
  ['POST', 'api/faults', { provider: 'qfpay', network: { do: 'explode' } }, 400, /\/network\/do/],
  ['POST', 'api/faults', { provider: 'qfpay', network: { do: 'status' } }, 400, /\/network\/status/],
  ['POST', 'api/faults', { provider: 'qfpay', network: { do: 'status', status: 99 } }, 400, /status/],
  ['POST', 'api/faults', { provider: 'qfpay', network: { do: 'delay' } }, 400, /"for", or/],
  ['POST', 'api/faults', { provider: 'qfpay', network: { do: 'delay', for: '1y' } }, 400, /for/],
  ['POST', 'api/faults', { provider: 'qfpay', network: { do: 'contentType', as: 'a\nb: c' } }, 400, /header/],
  ['POST', 'api/faults', { provider: 'qfpay', network: { do: 'reset', phase: 'between' } }, 400, /phase/],
  ['POST', 'api/faults', { provider: 'qfpay', pay: {} }, 400, /"pay" needs one of/],
  ['POST', 'api/faults', { provider: 'qfpay', pay: { afterQueries: 0 } }, 400, /afterQueries/],
  ['POST', 'api/faults', { provider: 'qfpay', pay: { after: '9e99d' } }, 400, /after/],
  ['POST', 'api/faults', { provider: 'qfpay', answer: { hostile: 'rude' } }, 400, /hostile/],
  ['POST', 'api/faults', { provider: 'its500', deliver: { callback: 'refund', sends: [] } }, 400, /paid/],
  ['POST', 'api/faults', { provider: 'its500', deliver: { callback: 'paid' } }, 400, /sends/],
  [
    'POST',
    'api/faults',
    { provider: 'its500', operation: 'createOrder', deliver: { callback: 'paid', sends: [] } },
    400,
    /leave "operation" out/,
  ],
  [
    'POST',
    'api/faults',
    { provider: 'its500', deliver: { callback: 'paid', sends: [{ behind: 'x' }] } },
    400,
    /no callback "x" to wait for/,
  ],
  [
    'POST',
    'api/faults',
    { provider: 'its500', deliver: { callback: 'paid', sends: Array(101).fill({}) } },
    400,
    /sends/,
  ],
  [
    'POST',
    'api/faults',
    { provider: 'its500', deliver: { callback: 'paid', sends: [{ replied: { status: 99 } }] } },
    400,
    /replied/,
  ],
  ['POST', 'api/faults', { provider: 'qfpay', answer: { set: deepObject } }, 400, /nested deeper/],
  ['DELETE', 'api/faults?id=fault_7', undefined, 404, /"fault_7".*fault list/],
  ['DELETE', 'api/faults?id=__proto__', undefined, 404, /__proto__/],
  ['DELETE', 'api/faults?order=1', undefined, 400, /order/],
  ['POST', 'api/plan', { seed: 2 ** 31 }, 400, /\/seed/],
  ['POST', 'api/plan', { seed: 'x' }, 400, /\/seed/],
  ['POST', 'api/plan', { faults: {} }, 400, /\/faults/],
  ['POST', 'api/plan', { faults: [{ provider: 'qfpay', error: '9999' }] }, 400, /"9999".*1205/],
  ['POST', 'api/plan', { chaos: true }, 400, /chaos/],
  ['GET', 'api/deliveries/wait?times=0', undefined, 400, /\/times.*1 to 10000/],
  ['GET', 'api/deliveries/wait?times=many', undefined, 400, /\/times/],
  ['GET', 'api/deliveries/wait?timeoutMs=60001', undefined, 400, /\/timeoutMs/],
  ['GET', 'api/deliveries/wait?acknowledged=yes', undefined, 400, /\/acknowledged/],
  ['GET', 'api/deliveries/wait?colour=red', undefined, 400, /colour/],
  ['GET', 'api/deliveries/dlv_1', undefined, 404, /"dlv_1".*api\/deliveries/],
  ['POST', 'api/deliveries/dlv_1/resend', {}, 404, /"dlv_1"/],
  ['POST', 'api/deliveries/dlv_1/resend', { headers: { a: 1 } }, 400, /\/headers/],
  ['POST', 'api/deliveries/dlv_1/resend', { sign: 'yes' }, 400, /\/sign/],
  ['POST', 'api/deliveries/dlv_1/reply', { status: 200 }, 404, /"dlv_1"/],
  ['POST', 'api/deliveries/dlv_1/reply', {}, 400, /\/status/],
  ['POST', 'api/deliveries/dlv_1/reply', { status: 1000 }, 400, /\/status/],
  ['GET', 'api/outbox?status=held', undefined, 400, /status/],
  ['POST', 'api/orders/nobody/callbacks', {}, 404, /"nobody"/],
  ['POST', 'api/orders/nobody/callbacks', { sign: 'upside down' }, 400, /\/sign/],
  ['POST', 'api/orders/nobody/callbacks', { after: '1 h' }, 400, /\/after/],
  ['POST', 'api/orders/nobody/decline', {}, 404, /"nobody"/],
  ['POST', 'api/orders/nobody/walk-away', {}, 404, /"nobody"/],
  ['POST', 'api/orders/nobody/decline', { why: 'x' }, 400, /why/],
  ['POST', 'api/accounts/nobody', {}, 404, /"nobody"/],
  ['POST', 'api/accounts/qfpay', { colour: 'red' }, 400, /"colour"/],
  ['POST', 'api/accounts/qfpay/nobody/reset', {}, 404, /qfpay\/nobody/],
  ['POST', 'api/accounts/nobody/demo/reset', {}, 404, /"nobody"/],
])('%s %s %j is refused with %i', async (method, path, body, status, message) => {
  const door = await openHttp()
  const answer = await call(door, method, path, body)
  const { error } = answer.json() as { error: { code: string; message: string } }
  expect([answer.status, error.message]).toEqual([status, expect.stringMatching(message)])
  expect(error.code).not.toBe('bug')
  expect(door.double.faults.list()).toEqual([])
})

test('a provider whose answer cannot be sent does not take the answers to others with it', async () => {
  const { contract } = signedSimulator
  const encode: typeof contract.wire.encode = body => ({
    status: 200,
    headers: JSON.stringify(body).includes('rude') ? { 'x-bad': 'a\r\nb' } : {},
    body: JSON.stringify(body),
  })
  const rude = { ...signedSimulator, contract: { ...contract, wire: { ...contract.wire, encode } } }
  const door = await openHttp({ simulators: [...simulators, rude] })
  const answers = await Promise.all(
    ['fine-1', 'rude', 'fine-2'].map(number => signedCall(door, 'create', { number })),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 500, 200])
  expect((await its500Order(door)).status).toBe(200)
})

test('the door closes at once though requests hang, and soon though they are held up', async () => {
  const { door } = await openSigned()
  door.double.faults.add({ provider: 'qfpay', network: { do: 'hang' }, times: 3 })
  const hanging = ['a', 'b', 'c'].map(out_trade_no => qfpayPayment(door, { out_trade_no }))
  const ended = Promise.allSettled(hanging)
  await eventually(() =>
    expect(door.double.journal.list({}).items.filter(each => each.outcome === 'lost')).toHaveLength(3),
  )
  await door.close()
  expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
})
