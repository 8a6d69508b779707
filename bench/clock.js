// How long it takes to advance the clock by 30 days over 10,000 timers: `npm run clock`.

import { simulators } from '../mocks/index.ts'
import { assembleDouble, createSqliteStore } from '../src/index.ts'
import { createMemoryStore } from '../src/store/memory.ts'

const timers = Number(process.env.TIMERS ?? 10_000)
const rounds = Number(process.env.ROUNDS ?? 7)
const day = 86_400_000

const stores = { memory: createMemoryStore, sqlite: createSqliteStore }
const mixes = {
  'orders that expire': 0,
  'and 1 in 10 a callback that is retried': 10,
  'callbacks that are retried': 1,
}

const rows = []
for (const [mix, every] of Object.entries(mixes))
  for (const [name, createStore] of Object.entries(stores))
    rows.push([mix, name, ...(await measure(createStore, every))])

process.stdout.write(
  `30 days with ${timers} timers at different times, ${rounds} rounds, Node ${process.version}\n\n`,
)
for (const row of [['', 'store', 'fired', 'median', 'least', 'cpu'], ...rows])
  process.stdout.write(
    `| ${row[0].padEnd(40)} | ${row
      .slice(1)
      .map(cell => String(cell).padStart(8))
      .join(' | ')} |\n`,
  )

/** @param every one in so many timers is the retry of a callback; 0 for none */
async function measure(createStore, every) {
  const times = []
  const cpu = []
  let count = 0
  for (let round = 0; round < rounds; round++) {
    const { double, store } = open(createStore)
    await fill(store, double.clock.now(), every)
    const used = process.cpuUsage()
    const began = performance.now()
    const fired = await double.clock.advance('30d')
    times.push(performance.now() - began)
    const { user, system } = process.cpuUsage(used)
    cpu.push((user + system) / 1000)
    count = fired.length
    if (count !== timers) throw new Error(`${count} fired instead of ${timers}`)
    await double.close()
  }
  const median = values => [...values].sort((a, b) => a - b)[Math.floor(rounds / 2)]
  return [count, ...[median(times), Math.min(...times), median(cpu)].map(ms => `${Math.round(ms)} ms`)]
}

function open(createStore) {
  let store
  const double = assembleDouble({
    simulators,
    createStore: options => {
      store = createStore(options)
      return store
    },
    deliver: async () => ({ status: 200, body: '' }),
  })
  return { double, store }
}

/** Orders as they are after they were made or paid, each with one timer, in no order. */
async function fill(store, now, every) {
  for (let n = 0; n < timers; n++) {
    const isPaid = every > 0 && n % every === 0
    const at = now + 1 + ((n * 7919) % timers) * Math.floor((29 * day) / timers)
    const order = {
      id: `oderpay-${n}`,
      provider: 'its500',
      account: 'demo',
      orderNumber: `oderpay-${n}`,
      kind: 'payment',
      original: null,
      status: 'pending',
      amount: 100_000 + n,
      currency: 'CNY',
      qr: `qr-${n}`,
      createdAt: now,
      expiresAt: isPaid ? null : at,
      paidAt: null,
      paidAmount: null,
      refunded: 0,
      changedAt: null,
      acts: [],
      fields: {
        payTypes: ['ali'],
        price: '1000.00',
        originalprice: '1000',
        name: 'book',
        callbackUrl: '',
        other: '',
        remarks: '',
        reurl: '',
        thirduid: '',
      },
    }
    await store.insertOrder(order)
    if (!isPaid) continue
    const delivery = {
      id: `dlv_${n}`,
      provider: 'its500',
      account: 'demo',
      order: order.id,
      callback: 'paid',
      status: 'pending',
      url: 'http://127.0.0.1:8080/its500/callback',
      method: 'POST',
      headers: { 'content-type': 'application/json;charset=UTF-8' },
      body: JSON.stringify({ code: 10001, msg: '回调成功', orderId: order.id, ...order.fields }),
      charset: 'utf-8',
      behind: null,
      replied: null,
      rule: null,
      createdAt: now,
      dueAt: at,
      attempts: [{ at: now, acknowledged: false, status: 500, reply: '', error: null }],
    }
    await store.transition(order.id, 'pending', 'paid', { deliveries: [delivery] })
  }
}
