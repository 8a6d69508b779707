// A file of each earlier version keeps what is in it.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { migrate, versionOf } from '../../../src/store/sqlite/migrations.ts'
import { schemaVersion } from '../../../src/store/sqlite/schema.ts'
import { createSqliteStore } from '../../../src/store/sqlite.ts'
import {
  amountKey,
  claim,
  claimedIds,
  newAccount,
  newDelivery,
  newOrder,
  numberKey,
  storeOptions,
  temporaryFolder,
} from '../../harness/stores.ts'

/** The schemas as they were, word by word. */
const schemas: Readonly<Record<number, string>> = {
  1: `
    create table if not exists orders (
      n integer primary key, id text not null unique, provider text not null, account text not null,
      status text not null, order_number text not null, qr text not null, original text,
      created_at integer not null, expires_at integer, act_at integer, record text not null
    );
    create index if not exists orders_due on orders (expires_at)
      where status = 'pending' and expires_at is not null;
    create index if not exists orders_act on orders (act_at) where act_at is not null;
    create table if not exists order_keys (key text primary key, order_id text not null) without rowid;
    create table if not exists deliveries (
      n integer primary key, id text not null unique, provider text not null, account text not null,
      order_id text not null, due_at integer, record text not null -- its dueAt is that of the column
    );
    create index if not exists deliveries_order on deliveries (order_id);
    create index if not exists deliveries_due on deliveries (due_at) where due_at is not null;
    create index if not exists "orders by order_number" on orders (order_number);
    create index if not exists "orders by qr, status" on orders (qr, status);
  `,
  2: `
    create table if not exists orders (
      n integer primary key, id text not null unique, provider text not null, account text not null,
      status text not null, order_number text not null, qr text not null, original text,
      created_at integer not null, expires_at integer, act_at integer, record text not null
    );
    create index if not exists orders_due on orders (expires_at)
      where status = 'pending' and expires_at is not null;
    create index if not exists orders_act on orders (act_at) where act_at is not null;
    create table if not exists order_keys (key text primary key, order_id text not null) without rowid;
    create table if not exists deliveries (
      n integer primary key, id text not null unique, provider text not null, account text not null,
      order_id text not null, due_at integer, is_claimed integer not null default 0, record text not null
    );
    create index if not exists deliveries_order on deliveries (order_id);
    create index if not exists deliveries_due on deliveries (due_at) where due_at is not null and is_claimed = 0;
    create table if not exists accounts (key text primary key, record text not null) without rowid;
    create table if not exists begun (times integer not null); -- how often a process has begun on this state
    create table if not exists named_values (name text primary key, version integer not null, value text not null);
    create table if not exists journal (
      n integer primary key, provider text, account text, order_id text, record text not null
    );
    pragma application_id = 0x70796462;
    pragma user_version = 2;
  `,
}
const earlier = Object.keys(schemas).map(Number)

const orders = [
  newOrder(1, { status: 'paid', paidAt: 5, paidAmount: 1001 }),
  newOrder(2, { expiresAt: 50 }),
  newOrder(3, { account: 'other' }),
]

/** A file as that version has left it: three orders with their keys, and a delivery that is due. */
function fileOf(version: number): string {
  const file = join(temporaryFolder(), 'store.db')
  const db = new DatabaseSync(file)
  db.exec(schemas[version] as string)
  const insertOrder = db.prepare('insert into orders values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const insertKey = db.prepare('insert into order_keys values (?, ?)')
  orders.forEach((order, i) => {
    const { id, provider, account, status, orderNumber, qr, original, createdAt, expiresAt } = order
    const about = [status, orderNumber, qr, original, createdAt, expiresAt, null] as const
    insertOrder.run(i + 1, id, provider, account, ...about, JSON.stringify(order))
    for (const key of Object.values(storeOptions.keysOf(order))) insertKey.run(key, id)
  })
  const delivery = newDelivery(10)
  db.prepare(
    'insert into deliveries (id, provider, account, order_id, due_at, record) values (?, ?, ?, ?, ?, ?)',
  ).run(delivery.id, 'some', 'demo', delivery.order, delivery.dueAt, JSON.stringify(delivery))
  if (version >= 2) {
    db.exec(`
      update deliveries set is_claimed = 1;
      insert into begun values (4);
      insert into named_values values ('clock', 17, '{"offset":7}');
      insert into journal values (8, 'some', 'demo', 'order-1', '{"step":"encode"}');
    `)
    const insertAccount = db.prepare('insert into accounts values (?, ?)')
    insertAccount.run('some/one', JSON.stringify(newAccount('one', { settings: { callsLeft: 3 } })))
  }
  db.close()
  return file
}

async function openFile(file: string) {
  const store = createSqliteStore({ ...storeOptions, file })
  onTestFinished(() => store.close())
  const initial = { accounts: [newAccount('one')], values: { clock: { offset: 0 }, added: [1] } }
  return { store, begun: await store.begin(initial) }
}

test('every version before this one is tested', () => {
  expect(earlier).toEqual(Array.from({ length: schemaVersion - 1 }, (_, i) => i + 1))
})

test.each(earlier)('orders, keys and deliveries of version %i are kept', async version => {
  const { store } = await openFile(fileOf(version))
  expect((await store.listOrders({}, { first: 'oldest' })).items).toEqual(orders)
  for (const order of orders) {
    expect(await store.getOrder(order.id)).toEqual(order)
    expect(await store.findOrder(numberKey(order.orderNumber))).toEqual(order)
    expect((await store.listOrders({ orderNumber: order.orderNumber })).items).toEqual([order])
  }
  expect(await store.findOrder(amountKey(1001))).toBeUndefined()
  expect(await store.findOrder(amountKey(1002))).toEqual(orders[1])
  expect(await store.insertOrder(newOrder(9, { orderNumber: 'number-1' }))).toMatchObject({ kind: 'number' })
  expect((await store.listOrders({ qr: 'qr-2', status: 'pending' })).items).toEqual([orders[1]])
})

test.each(earlier)('what is due in version %i falls due', async version => {
  const { store } = await openFile(fileOf(version))
  expect(claimedIds(await claim(store, 100))).toEqual(['delivery-10'])
  expect(claimedIds(await claim(store, 100))).toEqual(['order-2'])
  expect(await store.findOrder(amountKey(1002))).toBeUndefined()
})

test('a file of version 1, which kept neither accounts nor values, is given those of the start', async () => {
  const { store, begun } = await openFile(fileOf(1))
  expect(begun).toBe(1)
  expect(await store.listAccounts()).toEqual([newAccount('one')])
  const values = await store.readValues({})
  expect(Object.fromEntries(values.map(({ name, value }) => [name, value]))).toEqual({
    clock: { offset: 0 },
    added: [1],
  })
})

test('accounts, values, journal and the number of processes of version 2 are kept, and a value that it did not know is added', async () => {
  const { store, begun } = await openFile(fileOf(2))
  expect(begun).toBe(4)
  expect(await store.findAccount('some', 'key-one')).toMatchObject({ settings: { callsLeft: 3 } })
  const values = await store.readValues({})
  expect(values.find(({ name }) => name === 'clock')).toEqual({
    name: 'clock',
    version: 17,
    value: { offset: 7 },
  })
  expect(values.find(({ name }) => name === 'added')?.value).toEqual([1])
  expect((await store.listJournal({})).items).toMatchObject([{ n: 8, record: '{"step":"encode"}' }])
})

test.each(earlier)('a database of version %i becomes what a new one is', version => {
  const old = new DatabaseSync(':memory:')
  old.exec(schemas[version] as string)
  old.exec('drop index if exists "orders by qr, status"')
  const found = versionOf(old)
  expect(found).toEqual({ version })
  migrate(old, { version })
  const fresh = new DatabaseSync(':memory:')
  migrate(fresh, 'new')
  expect(shapeOf(old)).toEqual(shapeOf(fresh))
  expect(versionOf(old)).toEqual({ version: schemaVersion })
})

/** Tables with their columns, and indexes with theirs, whatever the order. */
function shapeOf(db: DatabaseSync): unknown[] {
  const columns = db.prepare(
    `select t.name as "table", c.name, c.type, c."notnull", c.dflt_value, c.pk, t.wr
     from pragma_table_list t join pragma_table_info(t.name) c where t.schema = 'main' and t.name not like 'sqlite_%'
     order by 1, 2`,
  )
  const indexes = db.prepare(
    `select t.name as "table", i."unique", i.partial, i.origin, c.seqno, c.name as "column", lower(substr(s.sql, instr(s.sql, 'where'))) as "where"
     from pragma_table_list t join pragma_index_list(t.name) i join pragma_index_info(i.name) c
     left join sqlite_schema s on s.name = i.name
     where t.schema = 'main' and t.name not like 'sqlite_%' order by 1, 6, 5`,
  )
  return [...columns.all(), ...indexes.all()].map(row => ({ ...row }))
}
