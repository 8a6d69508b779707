/** Written into every file, so that one of another program is told from ours: "pydb". */
export const applicationId = 0x70796462

/** Of the schema. Each change of it is a further step in `migrations.ts`. */
export const schemaVersion = 3

/** What a new database has. Times are epoch milliseconds; a `record` is the whole as JSON. */
export const schema = `
  create table orders (
    n integer primary key, id text not null unique, provider text not null, account text not null,
    status text not null, order_number text not null, qr text not null, original text,
    created_at integer not null, expires_at integer, act_at integer, record text not null
  );
  create index orders_number on orders (order_number);
  create index orders_due on orders (expires_at) where status = 'pending' and expires_at is not null;
  create index orders_act on orders (act_at) where act_at is not null;
  create table order_keys (key text primary key, n integer not null) without rowid;
  create table deliveries (
    n integer primary key, id text not null unique, provider text not null, account text not null,
    order_id text not null, due_at integer, is_claimed integer not null default 0, record text not null
  );
  create index deliveries_order on deliveries (order_id);
  create index deliveries_due on deliveries (due_at) where due_at is not null and is_claimed = 0;
  create table accounts (n integer primary key, key text not null unique, record text not null); -- the first of a provider may answer for it
  create table begun (times integer not null); -- how often a process has begun on this state
  create table named_values (name text primary key, version integer not null, value text not null);
  create table journal (
    n integer primary key, provider text, account text, order_id text, record text not null
  );
`
