// `serve --data` killed again and again under load: what was answered stays so, and what was promised is done.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createRandom } from '../../src/double/random.ts'
import { stop } from '../harness/cli.ts'
import { its500Order, its500Query, qfpayPayment, qfpayQuery } from '../harness/clients.ts'
import { type FileServer, serveFile } from '../harness/file-server.ts'
import { openReceiver } from '../harness/receiver.ts'
import { temporaryFolder } from '../harness/stores.ts'

const kills = 50
const clients = 8
/** A kill comes after so many answers of a process at the latest. */
const mostAnswers = 60

/** The test prints it; given again it repeats what the clients do, though not when they are served. */
const seed = Number(process.env.TORTURE_SEED ?? Math.floor(Math.random() * 2 ** 31))

interface Known {
  readonly id: string
  readonly provider: 'its500' | 'qfpay'
  readonly orderNumber: string
  /** As the last answer about it had it. */
  status: 'pending' | 'paid'
}

interface Listed {
  readonly items: readonly Readonly<Record<string, string>>[]
  readonly next: string | null
}

test(`nothing that was answered is lost by ${kills} kills (TORTURE_SEED=${seed})`, {
  timeout: 120_000,
}, async () => {
  const random = createRandom(seed).stream('torture')
  const receiver = await openReceiver()
  const file = join(temporaryFolder(), 'state.db')
  /** By id. */
  const known = new Map<string, Known>()
  const numbers = new Set<string>()
  /** What a client saw that cannot be. */
  const wrong: string[] = []
  let isConfigured = false

  for (let round = 0; round < kills; round++) {
    const server = await serveFile(file)
    if (!isConfigured) {
      await server.control('accounts/its500/demo', { callbackUrls: [receiver.url] }, 'PUT')
      isConfigured = true
    }
    await expectAllThere(server, [...known.values()].slice(-mostAnswers))
    let left = random.int(1, mostAnswers)
    const dying = Promise.withResolvers<void>()
    const load = Array.from({ length: clients }, async (_, client) => {
      for (let n = 0; left > 0; n++) {
        try {
          await act(server, `${round}-${client}-${n}`)
        } catch {
          // The process is gone, and nobody knows what became of this call.
          return
        }
        if (--left <= 0) dying.resolve()
      }
    })
    await dying.promise
    // Others are under way now, each at another point.
    for (let turns = random.int(0, 30); turns > 0; turns--) await setImmediate()
    await stop(server.child, 'SIGKILL')
    await Promise.all(load)
    expect(wrong).toEqual([])
  }

  const server = await serveFile(file)
  const orders = await listAll(server, 'orders')
  expectAsKnown(orders)
  expect(new Set(orders.map(order => order.id)).size).toBe(orders.length)
  const byNumber = orders.filter(({ provider }) => provider === 'qfpay').map(({ orderNumber }) => orderNumber)
  expect(new Set(byNumber).size).toBe(byNumber.length)
  expect(byNumber.filter(number => !numbers.has(number as string))).toEqual([])
  // A number that was sent is taken, or free: never in between.
  for (const number of [...numbers].slice(-20)) {
    const isThere = byNumber.includes(number)
    expect((await qfpayPayment(server.door, { out_trade_no: number })).json().respcd).toBe(
      isThere ? '1251' : '0000',
    )
  }
  const paid = orders.filter(({ provider, status }) => provider === 'its500' && status === 'paid')
  let open = await listAll(server, 'deliveries?status=pending')
  for (let looks = 1; open.length > 0 && looks < 500; looks++)
    open = await listAll(server, 'deliveries?status=pending')
  expect(open).toEqual([])
  const deliveries = await listAll(server, 'deliveries')
  expect(new Set(deliveries.map(({ order }) => order))).toEqual(new Set(paid.map(({ id }) => id)))
  const called = new Set(receiver.received.map(({ body, path }) => /oderpay-[\w-]+/.exec(path + body)?.[0]))
  expect(paid.filter(({ id }) => !called.has(id))).toEqual([])
  expect(paid.length).toBeGreaterThan(kills)
  await stop(server.child)
  const db = new DatabaseSync(file)
  expect({ ...db.prepare('pragma integrity_check').get() }).toEqual({ integrity_check: 'ok' })
  db.close()

  /** One call of a client. What its answer says is known from here on. */
  async function act(server: FileServer, number: string): Promise<void> {
    const dice = random.int(1, 10)
    const own = [...known.values()]
    const some = own[random.int(Math.max(0, own.length - 40), Math.max(0, own.length - 1))]
    if (dice <= 4 || !some) {
      // Of one price there are only so many open orders.
      const price = String(random.int(10, 100_000))
      const { orderId, msg } = (await its500Order(server.door, { price })).json()
      if (orderId === undefined) wrong.push(`no order: ${msg}`)
      learn({ id: String(orderId), provider: 'its500', orderNumber: String(orderId), status: 'pending' })
    } else if (dice <= 6) {
      numbers.add(number)
      const { syssn } = (await qfpayPayment(server.door, { out_trade_no: number })).json()
      learn({ id: String(syssn), provider: 'qfpay', orderNumber: number, status: 'pending' })
    } else if (dice <= 8) {
      const { error } = await server.control<{ error?: { code: string } }>(`orders/${some.id}/pay`, {})
      expect(error?.code ?? 'orderNotPending').toBe('orderNotPending')
      some.status = 'paid'
    } else {
      const before = some.status
      const isPaid = await ask(server, some)
      if (before === 'paid' && !isPaid) wrong.push(`${some.id} was paid`)
      if (isPaid) some.status = 'paid'
    }
  }

  function learn(order: Known): void {
    if (known.has(order.id)) wrong.push(`${order.id} is given twice`)
    known.set(order.id, order)
  }

  async function expectAllThere(server: FileServer, some: readonly Known[]): Promise<void> {
    const orders = await Promise.all(
      some.map(({ id }) => server.control<Record<string, string>>(`orders/${id}`)),
    )
    expectAsKnown(orders, some)
  }

  function expectAsKnown(
    orders: readonly Readonly<Record<string, string>>[],
    some: readonly Known[] = [...known.values()],
  ): void {
    const byId = new Map(orders.map(order => [order.id, order]))
    const lost = some.filter(({ id, status }) => {
      const order = byId.get(id)
      return order === undefined || (status === 'paid' && order.status !== 'paid')
    })
    expect(lost).toEqual([])
  }
})

/** Whether the provider says that it is paid. */
async function ask(server: FileServer, { id, provider, orderNumber }: Known): Promise<boolean> {
  if (provider === 'its500') return (await its500Query(server.door, id)).json().code === '10001'
  const { data } = (await qfpayQuery(server.door, { out_trade_no: orderNumber })).json()
  return (data as readonly { respcd: string }[])[0]?.respcd === '0000'
}

async function listAll(server: FileServer, path: string): Promise<Listed['items'][number][]> {
  const items: Listed['items'][number][] = []
  let after: string | null = null
  do {
    const page: Listed = await server.control(
      `${path}${path.includes('?') ? '&' : '?'}limit=500${after === null ? '' : `&after=${after}`}`,
    )
    items.push(...page.items)
    after = page.next
  } while (after !== null)
  return items
}
