// What several processes see that share one PostgreSQL. Each store here is as that of a process of its own.
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { parseAddress } from '../../src/store/postgres/address.ts'
import { connect, type Timers } from '../../src/store/postgres/connect.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres.ts'
import type { Store } from '../../src/store/store.ts'
import { eventually } from '../harness/eventually.ts'
import { startPostgres } from '../harness/postgres.ts'
import {
  amountKey,
  claim,
  claimedIds,
  insertPaid,
  newAccount,
  newAct,
  newAttempt,
  newDelivery,
  newOrder,
  newSchema,
  numberKey,
  storeOptions,
} from '../harness/stores.ts'

const timers: Timers = { later: (ms, callback) => setTimeout(callback, ms), soon: setImmediate }
const nothing = { accounts: [], values: {} }

function openOn(url: string): Store {
  const store = createPostgresStore({ ...storeOptions, url, timers })
  onTestFinished(() => store.close())
  return store
}

/** Stores on one state, which have begun at the same moment. */
async function openMany(count: number, initial: Parameters<Store['begin']>[0] = nothing): Promise<Store[]> {
  const url = await newSchema()
  const stores = Array.from({ length: count }, () => openOn(url))
  await Promise.all(stores.map(store => store.begin(initial)))
  return stores
}

/** Statements as somebody else would run them. */
function strangerAt(url: string) {
  const database = connect(parseAddress(url), timers, { connections: 1 })
  onTestFinished(() => database.end())
  return database
}

/** Fifty calls that start before the first of them has ended, spread over the stores. */
function race<T>(stores: readonly Store[], run: (store: Store, n: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: 50 }, (_, n) => run(stores[n % stores.length] as Store, n)))
}

test('of processes that begin at once one makes the state, and each learns how many were before it', async () => {
  const url = await newSchema()
  const stores = Array.from({ length: 12 }, () => openOn(url))
  const initial = { accounts: [newAccount('one')], values: { clock: 0 } }
  const before = await Promise.all(stores.map(store => store.begin(initial)))
  expect(before.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  await stores[0]?.reset(initial)
  expect(await openOn(url).begin(initial)).toBe(12)
  expect(await stores[1]?.listAccounts()).toEqual([newAccount('one')])
})

test('of racing orders with one number one is added, whichever process adds it', async () => {
  const stores = await openMany(3)
  const conflicts = await race(stores, (store, n) => store.insertOrder(newOrder(n, { orderNumber: 'same' })))
  expect(conflicts.filter(conflict => conflict === undefined)).toHaveLength(1)
  expect(conflicts.filter(conflict => conflict !== undefined)).toEqual(
    Array(49).fill({ kind: 'number', key: numberKey('same') }),
  )
  expect((await stores[0]?.listOrders({}))?.items).toHaveLength(1)
})

test('orders that want each other’s keys end in orders or conflicts, and none waits for ever', async () => {
  const stores = await openMany(3)
  // Each number comes with two amounts, and each amount with several numbers.
  const results = await race(stores, (store, n) =>
    store.insertOrder(newOrder(n, { orderNumber: `number-${n % 10}`, amount: (n * 7) % 12 })),
  )
  const { items } = (await stores[0]?.listOrders({})) ?? { items: [] }
  expect(items).toHaveLength(results.filter(conflict => conflict === undefined).length)
  expect(new Set(items.map(({ orderNumber }) => orderNumber)).size).toBe(items.length)
  expect(new Set(items.map(({ amount }) => amount)).size).toBe(items.length)
  for (const order of items) {
    expect(await stores[1]?.findOrder(numberKey(order.orderNumber))).toEqual(order)
    expect(await stores[2]?.findOrder(amountKey(order.amount))).toEqual(order)
  }
})

test('of racing transitions one wins, and only its deliveries are added', async () => {
  const stores = await openMany(3)
  await stores[0]?.insertOrder(newOrder(1))
  const results = await race(stores, (store, n) =>
    store.transition('order-1', 'pending', 'paid', {
      patch: { paidAmount: n },
      deliveries: [newDelivery(n)],
    }),
  )
  const [winner, ...others] = results.filter(order => order !== undefined)
  expect(others).toEqual([])
  expect((await stores[1]?.listDeliveries({}))?.items.map(({ id }) => id)).toEqual([
    `delivery-${winner?.paidAmount}`,
  ])
})

test('of racing claims each delivery and each expiry goes to one process, an act to all until it is taken off', async () => {
  const stores = await openMany(3)
  const [one] = stores as [Store]
  await insertPaid(
    one,
    newOrder(0),
    Array.from({ length: 20 }, (_, n) => newDelivery(n + 1)),
  )
  for (let n = 1; n <= 20; n++) await one.insertOrder(newOrder(n, { expiresAt: 0 }))
  const claimed = claimedIds((await race(stores, store => claim(store, 100, 3))).flat())
  const rest = claimedIds((await race(stores, store => claim(store, 100, 3))).flat())
  const all = [...claimed, ...rest]
  expect(all).toHaveLength(40)
  expect(new Set(all).size).toBe(40)
  await one.insertOrder(newOrder(50, { acts: [newAct(5)] }))
  for (const store of stores) expect(claimedIds(await claim(store, 100))).toEqual(['order-50'])
})

test('calls, money and values are counted once for all', async () => {
  const account = newAccount('one', { settings: { balance: 10, after: 'it' } })
  const stores = await openMany(3, { accounts: [account], values: { clock: 0 } })
  const counted = await race(stores, store => store.countCall('some/one/1000', 0, 1000, 10))
  expect(counted.filter(within => within)).toHaveLength(10)
  const spent = await race(stores, store => store.spend('some', 'one', 'balance'))
  expect(spent.filter(success => success)).toHaveLength(10)
  // Settings keep their order, because they are shown.
  expect(JSON.stringify((await stores[1]?.getAccount('some', 'one'))?.settings)).toBe(
    '{"balance":0,"after":"it"}',
  )
  await race(stores, (store, n) =>
    store.updateAccount('some', 'one', ({ settings, ...rest }) => ({
      ...rest,
      settings: { ...settings, [n]: n },
    })),
  )
  expect(Object.keys((await stores[2]?.getAccount('some', 'one'))?.settings ?? {})).toHaveLength(52)
  const [{ version } = { version: 0 }] = (await stores[0]?.readValues({})) ?? []
  const written = await race(stores, (store, n) => store.writeValue('clock', n, version))
  expect(written.filter(Boolean)).toHaveLength(1)
})

test('what a process has claimed that has ended is free for others, and nothing of one that lives', async () => {
  const url = await newSchema()
  const [dying, living, third] = [openOn(url), openOn(url), openOn(url)]
  for (const store of [dying, living, third]) await store.begin(nothing)
  await insertPaid(living, newOrder(1), [newDelivery(1), newDelivery(2)])
  expect(claimedIds(await claim(dying, 10, 1))).toEqual(['delivery-1'])
  expect(claimedIds(await claim(living, 10, 1))).toEqual(['delivery-2'])
  expect(await claim(third, 10)).toEqual([])
  await dying.close()
  await eventually(async () => expect(claimedIds(await claim(third, 10))).toEqual(['delivery-1']))
  expect(await claim(living, 10)).toEqual([])
})

test('a process whose connection was ended claims anew, and what it had claimed is free', async () => {
  const url = await newSchema()
  const [one, two] = [openOn(url), openOn(url)]
  for (const store of [one, two]) await store.begin(nothing)
  await insertPaid(one, newOrder(1), [newDelivery(1)])
  expect(await claim(one, 10)).toHaveLength(1)
  expect(await claim(two, 10)).toEqual([])
  let news = 0
  one.onNews(() => news++)
  await strangerAt(url).query(
    `select pg_terminate_backend(pid) from pg_locks
     where locktype = 'advisory' and classid::bigint = hashtext(current_schema())::bigint & 4294967295`,
  )
  await eventually(async () => expect(claimedIds(await claim(two, 10))).toEqual(['delivery-1']))
  // The one that was first is late: it is another's by now.
  const late = { status: 'delivered', dueAt: null } as const
  expect(await one.recordAttempt('delivery-1', newAttempt(10), late)).toBeUndefined()
  await two.recordAttempt('delivery-1', newAttempt(10), { status: 'pending', dueAt: 20 })
  await eventually(async () => expect(claimedIds(await claim(one, 20))).toEqual(['delivery-1']))
  // It may have missed some, so it looks; and it hears again of what comes.
  await eventually(() => expect(news).toBeGreaterThan(0))
  const before = news
  await two.insertOrder(newOrder(2))
  await eventually(() => expect(news).toBeGreaterThan(before))
})

test('a claim that could not be given up, and one whose answer was lost, are given up before the next claim', async () => {
  const url = await newSchema()
  const store = openOn(url)
  await store.begin(nothing)
  await insertPaid(store, newOrder(1), [newDelivery(1), newDelivery(2)])
  const stranger = strangerAt(url)
  await stranger.query(`create function full_disk() returns trigger language plpgsql
    as $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`)
  expect(claimedIds(await claim(store, 10, 1))).toEqual(['delivery-1'])
  await stranger.query(
    'create trigger full_disk before update on deliveries for each row execute function full_disk()',
  )
  const unwritten = store.recordAttempt('delivery-1', newAttempt(10), { status: 'delivered', dueAt: null })
  await expect(unwritten).rejects.toMatchObject({ code: 'storeUnavailable' })
  await expect(store.release('delivery-1')).rejects.toMatchObject({ code: 'storeUnavailable' })
  await expect(claim(store, 10)).rejects.toMatchObject({ code: 'storeUnavailable' })
  await stranger.query('drop trigger full_disk on deliveries')
  // As the database has it where it took the claim, and the connection broke before it said so.
  await stranger.query(
    `update deliveries set claimed_by = (select claimed_by from deliveries where id = 'delivery-1')`,
  )
  expect(await store.nextDueAt()).toBe(1)
  expect(claimedIds(await claim(store, 10))).toEqual(['delivery-1', 'delivery-2'])
  expect(await claim(store, 10)).toEqual([])
})

test('an order that is changed while old ones are let go of stays', async () => {
  const url = await newSchema()
  const { schema } = parseAddress(url)
  const admin = openOn(url)
  await admin.begin(nothing)
  const held = strangerAt(url)
  for (const n of [1, 2, 3]) {
    await insertPaid(admin, newOrder(n), [newDelivery(n, { order: `order-${n}` })])
    await admin.recordAttempt(`delivery-${n}`, newAttempt(n), { status: 'delivered', dueAt: null })
  }
  // Whoever is no administrator stops at the deliveries, and goes on with what it saw before.
  await held.query(`create role ${schema} login`)
  await held.query(`grant all on schema ${schema} to ${schema}`)
  await held.query(`grant all on all tables in schema ${schema} to ${schema}`)
  await held.query(`create function stop() returns boolean language sql
    as $$ select pg_advisory_xact_lock_shared(hashtext('${schema}')) is not null $$`)
  await held.query('alter table deliveries enable row level security')
  await held.query('create policy stops on deliveries using (stop())')
  await held.query('select pg_advisory_lock(hashtext($1))', schema)
  const guest = openOn(url.replace('//paydouble@', `//${schema}@`))
  const pruned = guest.prune({ keep: 0, limit: 10 })
  const waiting = `select 1 from pg_stat_activity where usename = $1 and wait_event = 'advisory'`
  await eventually(async () => expect(await held.query(waiting, schema)).toHaveLength(1))
  await admin.transition('order-1', 'paid', 'paid', { deliveries: [newDelivery(11)] })
  await admin.addDelivery(newDelivery(12, { order: 'order-2' }))
  await held.query('select pg_advisory_unlock(hashtext($1))', schema)
  expect(await pruned).toBe(1)
  expect((await admin.listOrders({})).items.map(({ id }) => id)).toEqual(['order-2', 'order-1'])
})

test('a change at one process is news at the others, and none at itself', async () => {
  const [one, two] = (await openMany(2)) as [Store, Store]
  let [own, others] = [0, 0]
  one.onNews(() => own++)
  const stop = two.onNews(() => others++)
  await one.insertOrder(newOrder(1))
  await eventually(() => expect(others).toBe(1))
  // It goes over the connection of the news: by now its own would be here.
  await one.appendJournal([])
  expect(own).toBe(0)
  stop()
  await two.insertOrder(newOrder(2))
  await eventually(() => expect(own).toBe(1))
  expect(others).toBe(1)
})

test('a state that a newer paydouble made is refused, and stays as it is', async () => {
  const url = await newSchema()
  const first = openOn(url)
  await first.begin(nothing)
  await first.insertOrder(newOrder(1))
  await strangerAt(url).query('insert into migrations (version) values (1000)')
  await expect(openOn(url).begin({ accounts: [newAccount('one')], values: {} })).rejects.toMatchObject({
    code: 'storeTooNew',
    message: expect.stringContaining('version 1000'),
  })
  expect(await first.getOrder('order-1')).toEqual(newOrder(1))
  expect(await first.listAccounts()).toEqual([])
})

test('where a state must be there and none is, that is said, and nothing is made', async () => {
  const url = await newSchema()
  const { schema } = parseAddress(url)
  const open = () => {
    const store = createPostgresStore({ ...storeOptions, url, timers, mustExist: true })
    onTestFinished(() => store.close())
    return store
  }
  await expect(open().begin(nothing)).rejects.toMatchObject({
    code: 'badConfig',
    message: expect.stringContaining(`there is none in the schema "${schema}"`),
  })
  expect(await strangerAt(url).query('select 1 where to_regnamespace($1) is not null', schema)).toEqual([])
  await openOn(url).begin(nothing)
  expect(await open().begin(nothing)).toBe(1)
})

test('a schema that another one owns is used without the right to make schemas', async () => {
  const url = await newSchema()
  const { schema } = parseAddress(url)
  const owner = strangerAt(url.replace(schema, 'public'))
  await owner.query(`create role ${schema} login`)
  const guest = url.replace('//paydouble@', `//${schema}@`)
  await expect(openOn(guest).begin(nothing)).rejects.toMatchObject({
    code: 'storeUnavailable',
    message: expect.stringContaining(`create the schema "${schema}" and make this user its owner`),
  })
  await owner.query(`create schema ${schema} authorization ${schema}`)
  expect(await openOn(guest).begin(nothing)).toBe(0)
})

test.for([
  [
    'a database that is not there',
    (url: string) => url.replace('/postgres?', '/nowhere?'),
    'it has no database "nowhere"',
  ],
  ['an unknown setting', (url: string) => `${url}&nonsense=1`, 'unrecognized configuration parameter'],
  [
    'a user that is not there',
    (url: string) => url.replace('//paydouble@', '//nobody:geheim@'),
    'refuses the user "nobody"',
  ],
  [
    'a server without TLS, where some is asked for',
    (url: string) => `${url.replace('//paydouble@', '//paydouble:geheim@')}&sslmode=require`,
    'it offers no TLS',
  ],
] as const)('%s is said, and no password is shown', async ([, change, why]) => {
  const error = await openOn(change(await newSchema()))
    .begin(nothing)
    .catch((thrown: Error) => thrown)
  expect(error).toMatchObject({ code: 'storeUnavailable', message: expect.stringContaining(why) })
  expect(String(error)).not.toContain('geheim')
})

test.for([
  ['mysql://127.0.0.1/test', 'it is none of the form'],
  ['postgres://app:geheim%@127.0.0.1/test', 'begins no escape'],
  ['postgres://app:p@geheim/test é@127.0.0.1:5432/test', '"%40" for "@"'],
  ['postgres://app:1/geheim@127.0.0.1/test', '"%2F" for "/"'],
  ['postgres://app:1?geheim@127.0.0.1/test', '"%3F" for "?"'],
  ['postgres://app:1#geheim@127.0.0.1/test', '"%23" for "#"'],
  ['postgres://app:geheim#1@127.0.0.1/test', '"%23" for "#"'],
  ['postgres://app:geheim@127.0.0.1:x/test', '"%3A" for ":"'],
  ['postgres://app:geheim@127.0.0.1/test?schema=Robert;drop', '"schema" is "Robert;drop"'],
  ['postgres://app:geheim@127.0.0.1/test?connections=0', '"connections" must be'],
  ['postgres://app:geheim@127.0.0.1/test?sslmode=maybe', '"sslmode" must be one of'],
] as const)('the address %s is refused, and not shown with its password', ([url, why]) => {
  const open = () => createPostgresStore({ ...storeOptions, url, timers })
  expect(open).toThrow(expect.objectContaining({ code: 'badConfig', message: expect.stringContaining(why) }))
  expect(open).not.toThrow(/geheim/)
})

test('a unix socket is named by its folder, behind a user without a host as well', async () => {
  const url = await newSchema()
  const [row] = await strangerAt(url).query<{ folder: string }>(
    `select current_setting('unix_socket_directories') as folder`,
  )
  const { port, schema } = parseAddress(url)
  const bySocket = `postgres://paydouble:geheim@:${port}/postgres?host=${row?.folder}&schema=${schema}`
  expect(await openOn(bySocket).begin(nothing)).toBe(0)
  expect(parseAddress('postgres://app:geheim@/test?host=/run/postgresql')).toMatchObject({
    host: '/run/postgresql',
    port: 5432,
    database: 'test',
    user: 'app',
    password: 'geheim',
  })
})

test('an address may hold all characters, if they are escaped', () => {
  const part = 'a@/:?#% é'
  const escaped = encodeURIComponent(part)
  expect(parseAddress(`postgres://${escaped}:${escaped}@127.0.0.1:5433/${escaped}`)).toMatchObject({
    host: '127.0.0.1',
    port: 5433,
    user: part,
    password: part,
    database: part,
  })
})

test.for([
  ['no PostgreSQL', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['a proxy with nothing behind it', (socket: Socket) => socket.end()],
] as const)('%s at the address is an error, and not tried for ever', async ([, answer]) => {
  const server = createServer(socket => answer(socket.on('error', () => {})))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `postgres://app:geheim@127.0.0.1:${(server.address() as AddressInfo).port}/test`
  // Nobody waits here between one try and the next.
  const hasty: Timers = { ...timers, later: (ms, callback) => setTimeout(callback, ms / 100) }
  const store = createPostgresStore({ ...storeOptions, url, timers: hasty })
  onTestFinished(() => store.close())
  await expect(store.begin(nothing)).rejects.toMatchObject({ code: 'storeUnavailable' })
})

test('while the database is away each call fails with a reason, and afterwards all is as before', async () => {
  const server = await startPostgres()
  onTestFinished(() => server.remove())
  const store = openOn(server.url)
  await store.begin({ accounts: [newAccount('one')], values: { clock: 0 } })
  await insertPaid(store, newOrder(1), [newDelivery(1)])
  await server.kill()
  for (const call of [
    () => store.insertOrder(newOrder(2)),
    () => store.getOrder('order-1'),
    () => store.readValues({}),
    () => store.claimDue(10, { now: 10, limit: 1 }),
    () => store.appendJournal([{ provider: null, account: null, order: null, record: '{}' }]),
    () => store.reset(nothing),
  ])
    await expect(call()).rejects.toMatchObject({ code: 'storeUnavailable' })
  await server.start()
  await eventually(async () => expect(claimedIds(await claim(store, 10))).toEqual(['delivery-1']))
  expect(await store.insertOrder(newOrder(2))).toBeUndefined()
  expect(await store.listAccounts()).toEqual([newAccount('one')])
  // A call that got no answer at all is given up after ten seconds, a reset after a minute.
}, 180_000)

/** A way to a database that can fall silent: it takes what is sent, and passes on nothing. */
async function silenceable(url: string) {
  let isSilent = false
  const pass = (from: Socket, to: Socket) => {
    from.on('error', () => to.destroy()).on('close', () => to.destroy())
    from.on('data', bytes => isSilent || to.write(bytes))
  }
  const server = createServer(near => {
    const far = createConnection(parseAddress(url).port, '127.0.0.1')
    pass(near, far)
    pass(far, near)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return {
    url: url.replace(/:\d+\//, `:${port}/`),
    beSilent(is: boolean) {
      isSilent = is
    },
  }
}

/** Seconds that pass when they are told to. */
function countedSeconds() {
  const waiting: (() => void)[] = []
  const later: Timers['later'] = (_, callback) => {
    waiting.push(callback)
    return { unref() {} }
  }
  async function passSeconds(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      for (const callback of waiting.splice(0)) callback()
      await new Promise(setImmediate)
    }
  }
  return { later, passSeconds }
}

test('while the database hangs each call fails in the end, and afterwards all is as before', async () => {
  const { url, beSilent } = await silenceable(await newSchema())
  const { later, passSeconds } = countedSeconds()
  const store = createPostgresStore({ ...storeOptions, url, timers: { ...timers, later } })
  onTestFinished(() => store.close())
  await store.begin(nothing)
  await insertPaid(store, newOrder(1), [newDelivery(1)])
  await passSeconds(100)
  beSilent(true)
  const calls = [
    store.insertOrder(newOrder(2)),
    store.getOrder('order-1'),
    store.readValues({}),
    store.claimDue(10, { now: 10, limit: 1 }),
    store.appendJournal([{ provider: null, account: null, order: null, record: '{}' }]),
    store.reset(nothing),
  ].map(call =>
    expect(call).rejects.toMatchObject({
      code: 'storeUnavailable',
      message: expect.stringContaining('has not answered'),
    }),
  )
  await new Promise(setImmediate)
  await passSeconds(60)
  await Promise.all(calls)
  // Over the new connections nobody answers either.
  const another = expect(store.getOrder('order-1')).rejects.toMatchObject({ code: 'storeUnavailable' })
  await passSeconds(10)
  await another
  beSilent(false)
  // What was asked for in the silence is given up.
  await passSeconds(10)
  expect(claimedIds(await claim(store, 10))).toEqual(['delivery-1'])
  expect(await store.insertOrder(newOrder(2))).toBeUndefined()
  expect((await store.listOrders({})).items.map(({ id }) => id)).toEqual(['order-2', 'order-1'])
})

test('a claim that a database takes late, for which nobody waits any more, is free again', async () => {
  const direct = await newSchema()
  const { url, beSilent } = await silenceable(direct)
  const { later, passSeconds } = countedSeconds()
  const store = createPostgresStore({ ...storeOptions, url, timers: { ...timers, later } })
  onTestFinished(() => store.close())
  await store.begin(nothing)
  await insertPaid(store, newOrder(1), [newDelivery(1)])
  const stranger = strangerAt(direct)
  const [session] = await stranger.query<{ number: number }>('select number from sessions')
  // The news of it are out, and over that connection nobody waits for anything.
  for (let n = 0; n < 3; n++) {
    await passSeconds(1)
    await store.appendJournal([])
  }
  beSilent(true)
  const claimed = expect(claim(store, 10)).rejects.toMatchObject({ code: 'storeUnavailable' })
  await new Promise(setImmediate)
  await passSeconds(10)
  await claimed
  beSilent(false)
  await store.nextDueAt()
  await stranger.query('update deliveries set claimed_by = $1', session?.number ?? 0)
  await eventually(async () => expect(claimedIds(await claim(store, 10))).toEqual(['delivery-1']))
})

test('texts that PostgreSQL does not take are kept, told apart and found', async () => {
  const [store] = (await openMany(1)) as [Store]
  const texts = [
    'a\0b',
    'a\u0001b',
    'a\u00010000b',
    'a\uD800b',
    'a\uFFFDb',
    `${'long'.repeat(3000)}1`,
    `${'long'.repeat(3000)}2`,
  ]
  for (const [n, orderNumber] of texts.entries())
    expect(await store.insertOrder(newOrder(n, { orderNumber, qr: orderNumber }))).toBeUndefined()
  for (const [n, orderNumber] of texts.entries()) {
    const order = newOrder(n, { orderNumber, qr: orderNumber })
    expect(await store.findOrder(numberKey(orderNumber))).toEqual(order)
    expect((await store.listOrders({ orderNumber, qr: orderNumber })).items).toEqual([order])
    expect(await store.insertOrder(newOrder(n + 100, { orderNumber }))).toMatchObject({ kind: 'number' })
  }
  const attempt = newAttempt(1, { reply: 'a\0b' })
  await insertPaid(store, newOrder(200), [newDelivery(1, { body: 'a\0b' })])
  await store.recordAttempt('delivery-1', attempt, { status: 'failed', dueAt: null })
  expect(await store.getDelivery('delivery-1')).toEqual(
    newDelivery(1, { body: 'a\0b', status: 'failed', dueAt: null, attempts: [attempt] }),
  )
})
