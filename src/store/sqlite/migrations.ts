import type { DatabaseSync } from 'node:sqlite'
import { applicationId, schema, schemaVersion } from './schema.ts'

/** What makes a database of the version before one of this version. */
const migrations: Readonly<Record<number, string>> = {
  // Version 1 knew orders and deliveries alone. It had no number yet, and whoever opened it again went on with its orders.
  2: `
    alter table deliveries add column is_claimed integer not null default 0;
    drop index deliveries_due;
    create index deliveries_due on deliveries (due_at) where due_at is not null and is_claimed = 0;
    create table accounts (key text primary key, record text not null) without rowid;
    create table begun (times integer not null);
    insert into begun values (1);
    create table named_values (name text primary key, version integer not null, value text not null);
    create table journal (
      n integer primary key, provider text, account text, order_id text, record text not null
    );
  `,
  // A key leads to its order by number, which is a third of the size of an id; the index by order number is there from
  // the start; accounts keep their order.
  3: `
    alter table accounts rename to unordered_accounts;
    create table accounts (n integer primary key, key text not null unique, record text not null);
    insert into accounts (key, record) select key, record from unordered_accounts;
    drop table unordered_accounts;
    create table keys_by_number (key text primary key, n integer not null) without rowid;
    insert into keys_by_number select key, orders.n from order_keys join orders on orders.id = order_id order by key;
    drop table order_keys;
    alter table keys_by_number rename to order_keys;
    drop index if exists "orders by order_number";
    create index orders_number on orders (order_number);
  `,
}

/** What stands in a database; see {@link versionOf}. */
export type Found = { readonly version: number } | 'new' | 'foreign'

/** The version of a database, which has no mark yet in the first one. */
export function versionOf(db: DatabaseSync): Found {
  const mark = numberOf(db, 'pragma application_id')
  const version = numberOf(db, 'pragma user_version')
  if (mark === applicationId) return { version }
  if (mark !== 0 || version !== 0) return 'foreign'
  const tables = db.prepare(`select name from sqlite_schema where type = 'table' order by name`).all()
  const names = tables.map(({ name }) => name).join()
  if (names === '') return 'new'
  return names === 'deliveries,order_keys,orders' && isFirstVersion(db) ? { version: 1 } : 'foreign'
}

/** Tables may have the same names by chance, hardly the same columns. */
function isFirstVersion(db: DatabaseSync): boolean {
  const columns = db.prepare(`select name from pragma_table_info('orders') order by cid`).all()
  return (
    columns.map(({ name }) => name).join() ===
    'n,id,provider,account,status,order_number,qr,original,created_at,expires_at,act_at,record'
  )
}

/** Makes a new or older database one of this version. It is for the caller to do that in one transaction. */
export function migrate(db: DatabaseSync, found: { readonly version: number } | 'new'): void {
  if (found === 'new') db.exec(schema)
  else
    for (let version = found.version + 1; version <= schemaVersion; version++)
      db.exec(migrations[version] as string)
  db.exec(`pragma application_id = ${applicationId}; pragma user_version = ${schemaVersion}`)
}

function numberOf(db: DatabaseSync, pragma: string): number {
  return Number(Object.values(db.prepare(pragma).get() ?? {})[0])
}
