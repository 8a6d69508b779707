// Several processes of the built command on one PostgreSQL, behind a load balancer.
import { afterAll, expect, test } from 'vitest'
import { callControl } from '../../src/doors/control/client.ts'
import type { Account, Delivery, Order } from '../../src/store/records.ts'
import { itemsOf, type Page, type PageRequest } from '../../src/store/store.ts'
import { openBalancer } from '../harness/balancer.ts'
import { type Served, serve, stop } from '../harness/cli.ts'
import { its500Order, qfpayPayment, vvtoolQrCode } from '../harness/clients.ts'
import { type OpenDoor, send } from '../harness/doors.ts'
import { eventually } from '../harness/eventually.ts'
import { startPostgres } from '../harness/postgres.ts'
import { openReceiver } from '../harness/receiver.ts'
import { newSchema } from '../harness/stores.ts'

// One of its own, because it is ended in the middle.
const database = await startPostgres()
afterAll(() => database.remove())

async function startReplicas(url: string, flags: readonly string[] = []): Promise<Served[]> {
  const args = ['--port', '0', '--database', url, ...flags]
  return Promise.all([1, 2, 3].map(() => serve(args)))
}

/** What a client needs of a door. */
function doorTo(url: string): OpenDoor {
  return { send: (_, request) => send(url, request) } as OpenDoor
}

const control = (url: string) => ({
  get: <T>(path: string) => callControl({ url }, 'GET', `api/${path}`) as Promise<T>,
  post: <T>(path: string, body: object = {}) =>
    callControl({ url }, 'POST', `api/${path}`, body) as Promise<T>,
  put: <T>(path: string, body: object) => callControl({ url }, 'PUT', `api/${path}`, body) as Promise<T>,
})

async function allOrders(url: string): Promise<Order[]> {
  const list = ({ limit, after }: PageRequest) =>
    control(url).get<Page<Order>>(`orders?limit=${limit}${after ? `&after=${after}` : ''}`)
  const orders: Order[] = []
  for await (const order of itemsOf(list)) orders.push(order)
  return orders
}

type Trouble = 'none' | 'replica' | 'database'

test('no order is lost or doubled, and no callback lost, when a replica is killed and the database restarts', async () => {
  const receiver = await openReceiver()
  const replicas = await startReplicas(`${database.url}?connections=3`, ['--no-rate-limits'])
  const { url } = await openBalancer(replicas.map(replica => replica.url))
  const { post, put } = control(url)
  await put('accounts/its500/demo', { callbackUrls: [receiver.url] })

  /** Where errors are allowed: a replica dies, or the database is away. */
  let trouble = 'none' as Trouble
  const failures: { during: Trouble; what: string }[] = []
  const made = new Map<string, { price: string }>()
  const paid = new Set<string>()
  const numbers = new Set<string>()
  let isOver = false
  let n = 0

  /** @returns whether it was answered, and not with an error of ours */
  async function attempt(what: string, run: () => Promise<unknown>): Promise<void> {
    const before = trouble
    try {
      await run()
    } catch (error) {
      failures.push({ during: before === 'none' ? trouble : before, what: `${what}: ${error}` })
    }
  }

  async function work(): Promise<void> {
    while (!isOver) {
      const turn = ++n
      await attempt('create at its500', async () => {
        const answer = await its500Order(doorTo(url), { price: String(100 + 100 * (turn % 40)) })
        if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
        const { code, orderId, price } = answer.json() as Record<string, string>
        if (orderId === undefined || price === undefined) throw new Error(`${code} ${answer.text}`)
        expect(made.has(orderId)).toBe(false)
        made.set(orderId, { price })
        // Some stay open.
        if (turn % 3 === 0) return
        await post(`orders/${orderId}/pay`)
        paid.add(orderId)
      })
      await attempt('create at qfpay', async () => {
        const answer = await qfpayPayment(doorTo(url), { out_trade_no: `order-${turn}` })
        if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`)
        expect(answer.json()).toMatchObject({ respcd: '0000' })
        numbers.add(`order-${turn}`)
      })
    }
  }

  const workers = Promise.all(Array.from({ length: 8 }, work))
  /** That many payments later. */
  const later = async (count: number) => {
    const before = paid.size
    await eventually(() => expect(paid.size).toBeGreaterThan(before + count))
  }
  try {
    await later(60)
    trouble = 'replica'
    await stop((replicas[1] as Served).child, 'SIGKILL')
    await later(20)
    trouble = 'none'
    await later(60)
    trouble = 'database'
    await database.kill()
    await eventually(() =>
      expect(failures.filter(({ during }) => during === 'database').length).toBeGreaterThan(8),
    )
    await database.start()
    for (const replica of [replicas[0], replicas[2]])
      await eventually(async () => {
        await control((replica as Served).url).get('orders?limit=1')
      })
    await later(20)
    trouble = 'none'
    await later(60)
  } finally {
    isOver = true
    await workers
  }

  expect(failures.filter(({ during }) => during === 'none')).toEqual([])
  const broken = failures.filter(({ during }) => during === 'replica')
  expect(broken.filter(({ what }) => !/: 502|HTTP 502/.test(what))).toEqual([])
  // It says so, and takes it for no bug of its own.
  const away = failures.filter(({ during }) => during === 'database')
  expect(away.filter(({ what }) => !/storeUnavailable|Failed to use the database/.test(what))).toEqual([])

  const orders = await allOrders(url)
  const ids = orders.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const its500 = orders.filter(({ provider }) => provider === 'its500')
  expect([...made.keys()].filter(id => !ids.includes(id))).toEqual([])
  for (const { id, amount } of its500)
    if (made.has(id)) expect(amount).toBe(Math.round(Number(made.get(id)?.price) * 100))
  const open = its500.filter(({ status }) => status === 'pending').map(({ amount }) => amount)
  expect(open.length).toBeGreaterThan(20)
  expect(new Set(open).size).toBe(open.length)
  const perNumber = Map.groupBy(
    orders.filter(({ provider }) => provider === 'qfpay'),
    ({ orderNumber }) => orderNumber,
  )
  for (const number of numbers) expect(perNumber.get(number)).toHaveLength(1)
  for (const same of perNumber.values()) expect(same).toHaveLength(1)

  // Also of those whose payment was answered with an error, because the database was away a moment later.
  const isPaid = its500.filter(({ status }) => status === 'paid').map(({ id }) => id)
  expect([...paid].filter(id => !isPaid.includes(id))).toEqual([])
  await eventually(() => {
    const received = new Set(receiver.received.map(({ body }) => JSON.parse(body).orderId as string))
    expect(isPaid.filter(id => !received.has(id))).toEqual([])
  })
})

test('what one replica is told, all know at the next request', async () => {
  const receiver = await openReceiver()
  const replicas = await startReplicas(await newSchema(), ['--clock', 'manual', '--seed', '3'])
  const { url } = await openBalancer(replicas.map(replica => replica.url))
  const balanced = control(url)
  const [one, two, three] = replicas.map(replica => control(replica.url)) as [
    ReturnType<typeof control>,
    ReturnType<typeof control>,
    ReturnType<typeof control>,
  ]
  const door = doorTo(url)

  await one.put('accounts/its500/demo', { callbackUrls: [receiver.url] })
  const added = await two.post<Account>('accounts/its500', { callbackUrls: [receiver.url] })
  for (const each of [one, two, three]) {
    const accounts = await each.get<Account[]>('accounts')
    expect(accounts.find(({ id }) => id === added.id)?.credentials).toEqual(added.credentials)
  }

  // A clock that is moved at one of them.
  const { now } = await one.post<{ now: number }>('clock', { advance: '2h' })
  for (const each of [two, three]) expect(await each.get('clock')).toMatchObject({ now })

  // Ten calls a second, whoever answers them.
  const limited = async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => vvtoolQrCode(door, { relation_order_number: `limited-${n}` })),
    )
    return answers.filter(answer => (answer.json() as { code: number }).code === 0).length
  }
  expect(await limited()).toBe(10)
  await two.post('clock', { advance: 1000 })
  expect(await balanced.get('clock')).toMatchObject({ now: now + 1000 })

  // A fault for three calls.
  await three.post('faults', { provider: 'qfpay', error: '1205', times: 3 })
  const codes = await Promise.all(
    Array.from(
      { length: 9 },
      async (_, n) => (await qfpayPayment(door, { out_trade_no: `faulty-${n}` })).json().respcd,
    ),
  )
  expect(codes.filter(code => code === '1205')).toHaveLength(3)
  expect(await one.get('faults')).toMatchObject({ items: [] })

  // What happened at one is seen at another.
  const { orderId } = (await its500Order(door)).json() as { orderId: string }
  const waiting = one.get<{ items: Delivery[] }>(`deliveries/wait?order=${orderId}&acknowledged=true`)
  await two.post(`orders/${orderId}/pay`)
  expect((await waiting).items).toMatchObject([{ order: orderId, status: 'delivered' }])
  expect(receiver.received).toHaveLength(1)
  await eventually(async () => {
    const { items } = await three.get<Page<{ kind: string }>>(`requests?order=${orderId}`)
    expect(items.map(({ kind }) => kind)).toEqual(['payment', 'request'])
  })

  await three.post('reset')
  for (const each of [one, two, three]) {
    expect(await each.get('orders')).toMatchObject({ items: [] })
    expect((await each.get<Account[]>('accounts')).map(({ id }) => id)).not.toContain(added.id)
  }
  expect((await balanced.get<{ now: number }>('clock')).now).toBeLessThan(now)
})
