// The tables, as steps from one version to the next. A step that was published never changes; a new one is added.
import { PaydoubleError } from '../../contract/index.ts'
import type { Query } from './connect.ts'

/** Each makes the next version; the first makes version 1. */
const migrations: readonly (readonly string[])[] = [
  [
    `create table orders (
       n bigint generated always as identity primary key, -- the order of creation
       version bigint not null default 1,
       id text not null unique,
       provider text not null, account text not null, status text not null, kind text not null,
       order_number text not null, qr text not null, original text,
       created_at bigint not null, expires_at bigint, act_at bigint,
       keys text[] not null,
       record json not null
     ) with (toast_tuple_target = 8160)`, // so that records are not compressed: time is dearer than room
    'create index orders_account on orders (provider, account, n)',
    'create index orders_created on orders (created_at)',
    // By hash: a number or a QR code may be longer than what a page of an ordered index takes.
    'create index orders_number on orders using hash (order_number)',
    'create index orders_qr on orders using hash (qr)',
    'create index orders_original on orders using hash (original) where original is not null',
    `create index orders_due on orders (expires_at, n) where status = 'pending' and expires_at is not null`,
    'create index orders_act on orders (act_at, n) where act_at is not null',
    'create table order_keys (key text primary key, order_id text not null)',
    `create table deliveries (
       n bigint generated always as identity primary key,
       id text not null unique,
       provider text not null, account text not null, order_id text not null, callback text not null,
       status text not null, due_at bigint, behind text,
       claimed_by integer, -- the number of a session
       attempts text not null default '', -- as JSON, with commas between them
       record json not null
     ) with (toast_tuple_target = 8160)`,
    'create index deliveries_order on deliveries (order_id, n)',
    'create index deliveries_due on deliveries (due_at, n) where due_at is not null and claimed_by is null',
    'create index deliveries_claimed on deliveries (claimed_by) where claimed_by is not null',
    'create table sessions (number integer generated always as identity primary key)',
    `create table accounts (
       n bigint generated always as identity,
       version bigint not null default 1,
       provider text not null, id text not null, credentials json not null, settings json not null,
       primary key (provider, id)
     )`,
    `create table identities (
       provider text not null, identity text not null, account text not null,
       primary key (provider, identity, account)
     )`,
    // By which one of two that are given an identity at once fails.
    'create unique index identities_one on identities (provider, identity)',
    'create sequence value_versions',
    `create table named_values (
       name text primary key, version bigint not null default nextval('value_versions'), value json not null
     )`,
    // Not logged, and so forgotten where the server crashes: calls of the last minute, and what was asked last.
    'create unlogged table calls (key text primary key, times bigint[] not null)',
    `create unlogged table journal (
       n bigint generated always as identity primary key,
       provider text, account text, order_id text, record json not null
     ) with (toast_tuple_target = 8160)`,
    'create table begun (times bigint not null)',
  ],
]

/**
 * Makes the tables, or brings those of an earlier version up to date.
 * @throws PaydoubleError `storeTooNew`, and nothing was touched
 */
export async function migrate(query: Query, schema: string): Promise<void> {
  const [found] = await query<{ schema: string | null; migrations: string | null }>(
    `select to_regnamespace($1)::text as schema, to_regclass($1 || '.migrations')::text as migrations`,
    schema,
  )
  // Where the schema is there, the right to make one is not needed.
  if (!found?.schema) await query(`create schema ${schema}`)
  if (!found?.migrations)
    await query(
      'create table migrations (version integer primary key, at timestamptz not null default now())',
    )
  const [{ version } = { version: 0 }] = await query<{ version: number }>(
    'select coalesce(max(version), 0) as version from migrations',
  )
  if (version > migrations.length) throw tooNew(schema, version)
  for (const [at, statements] of migrations.entries()) {
    if (at < version) continue
    for (const statement of statements) await query(statement)
    await query('insert into migrations (version) values ($1)', at + 1)
  }
}

function tooNew(schema: string, version: number): PaydoubleError {
  return new PaydoubleError(
    'storeTooNew',
    `Failed to use the state in the schema "${schema}": a newer paydouble made it (version ${version}; this one knows ${migrations.length}). Update paydouble, or name another schema with ?schema=.`,
  )
}
