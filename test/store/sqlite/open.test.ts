// What becomes of a file that cannot be a store: a clear error, and nothing in it is changed.
import { createHash } from 'node:crypto'
import {
  closeSync,
  cpSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createSqliteStore } from '../../../src/store/sqlite.ts'
import type { Store } from '../../../src/store/store.ts'
import { newOrder, numberKey, storeOptions, temporaryFolder } from '../../harness/stores.ts'

const initial = { accounts: [], values: {} }
/** How the process ended that had the file before. */
const endings = ['closed', 'killed']

function open(file: string): Store {
  const store = createSqliteStore({ ...storeOptions, file })
  onTestFinished(() => store.close().catch(() => {}))
  return store
}

/** A store with orders, and more with a commit each, that was closed, or whose process was killed: then its log stands beside it. */
async function fileWith(count: number, { isKilled = false, more = 0 } = {}): Promise<string> {
  const file = join(temporaryFolder(), 'store.db')
  const store = createSqliteStore({ ...storeOptions, file })
  await store.begin(initial)
  await Promise.all(Array.from({ length: count }, (_, n) => store.insertOrder(newOrder(n))))
  for (let n = count; n < count + more; n++) await store.insertOrder(newOrder(n))
  if (!isKilled) {
    await store.close()
    return file
  }
  // A copy of the files while they are open is what a process that is killed leaves.
  const left = join(temporaryFolder(), 'store.db')
  for (const end of ['', '-wal']) cpSync(file + end, left + end)
  await store.close()
  return left
}

/** Why a file cannot be opened. Neither it nor what stands beside it is another than before. */
function openFailure(file: string): unknown {
  const before = contentOf(file)
  try {
    open(file)
  } catch (error) {
    expect(contentOf(file)).toEqual(before)
    return error
  }
  throw new Error('it was opened')
}

/** All that is of a file: itself, and what stands beside it. */
function contentOf(file: string): Record<string, string | undefined> {
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
  const kept = ['', '-wal', '-shm', '-journal'].map(end => file + end)
  return Object.fromEntries(
    kept.map(path => [path, existsSync(path) && statSync(path).isFile() ? hash(path) : undefined]),
  )
}

function overwrite(file: string, at: number, bytes: Buffer): void {
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, bytes, 0, bytes.length, at)
  closeSync(descriptor)
}

test('a file in a folder that is not there is an error that names the folder', () => {
  const file = join(temporaryFolder(), 'missing', 'store.db')
  expect(openFailure(file)).toMatchObject({
    code: 'storeUnavailable',
    message: expect.stringMatching(/store.db": there is no folder ".*missing"\. Make it/),
  })
})

test('a folder is no store', () => {
  expect(openFailure(temporaryFolder())).toMatchObject({
    code: 'storeUnavailable',
    message: expect.stringContaining('it is a folder'),
  })
})

test('a file that is no database is left as it is', () => {
  const file = join(temporaryFolder(), 'notes.txt')
  writeFileSync(file, 'Dear diary, '.repeat(1000))
  expect(openFailure(file)).toMatchObject({
    code: 'storeUnreadable',
    message: expect.stringContaining('it is no SQLite database, or its beginning is damaged'),
  })
})

test.each([
  ['without a mark', ''],
  ['with a mark of its own', 'pragma application_id = 4711;'],
  ['with a version of its own', 'pragma user_version = 1;'],
  ['with a log beside it', 'pragma journal_mode = wal;'],
  ['with tables of the same names', 'create table order_keys (a); create table deliveries (a);'],
])('a database of another program %s is left as it is', (_, sql) => {
  const file = join(temporaryFolder(), 'other.db')
  const other = new DatabaseSync(file)
  other.exec(`create table orders (id, total); insert into orders values (1, 100); ${sql}`)
  other.close()
  expect(openFailure(file)).toMatchObject({
    code: 'storeUnreadable',
    message: expect.stringContaining('it is a SQLite database, and none of paydouble'),
  })
})

test.each(endings)('a file that a newer paydouble has written is left as it is (%s)', async ending => {
  const isKilled = ending === 'killed'
  const file = await fileWith(3, { isKilled })
  const newer = new DatabaseSync(file)
  newer.exec('pragma user_version = 99')
  if (isKilled) {
    const left = join(temporaryFolder(), 'store.db')
    for (const end of ['', '-wal']) cpSync(file + end, left + end)
    newer.close()
    expect(existsSync(`${left}-wal`)).toBe(true)
    expectTooNew(left)
  } else {
    newer.close()
    expectTooNew(file)
  }
})

function expectTooNew(file: string): void {
  expect(openFailure(file)).toMatchObject({
    code: 'storeTooNew',
    message: expect.stringMatching(/a newer paydouble has written it .*99.*Use the newer one/),
  })
}

test.each([
  ['its magic', 0, 16],
  ['the size of its pages', 16, 2],
])('a file whose header is damaged (%s) is left as it is', async (_, at, length) => {
  const file = await fileWith(100)
  overwrite(file, at, Buffer.alloc(length, 0x5a))
  expect(openFailure(file)).toMatchObject({
    code: 'storeUnreadable',
    message: expect.stringMatching(/damaged.*(copy from before)/),
  })
})

test.each(endings)('a file with a damaged page in the middle is left as it is (%s)', async ending => {
  const file = await fileWith(1000)
  if (ending === 'killed') {
    const log = await fileWith(1, { isKilled: true })
    writeFileSync(`${file}-wal`, readFileSync(`${log}-wal`))
  }
  const middle = 4096 * Math.floor(statSync(file).size / 4096 / 2)
  overwrite(file, middle, Buffer.alloc(4096, 0x5a))
  expect(openFailure(file)).toMatchObject({
    code: 'storeUnreadable',
    message: expect.stringMatching(/it is damaged \(.*\)\. Put a copy from before in its place/),
  })
})

test('a file that was cut short is left as it is', async () => {
  const file = await fileWith(1000)
  writeFileSync(file, readFileSync(file).subarray(0, 100_000))
  expect(openFailure(file)).toMatchObject({ code: 'storeUnreadable' })
})

test.each(['gone', 'empty'])('a log whose file is %s is left as it is', async how => {
  const file = await fileWith(50, { isKilled: true })
  if (how === 'gone') rmSync(file)
  else writeFileSync(file, '')
  expect(openFailure(file)).toMatchObject({
    code: 'storeUnreadable',
    message: expect.stringMatching(
      /it is gone, while its log, ".*store.db-wal", is there. Put the file back/,
    ),
  })
})

test('a file in which all is in its log is not begun anew without that', async () => {
  const file = await fileWith(50, { isKilled: true })
  rmSync(`${file}-wal`)
  expect(openFailure(file)).toMatchObject({
    code: 'storeUnreadable',
    message: expect.stringMatching(
      /there is no state in it, because its log, .* is not beside it. Put the log/,
    ),
  })
})

test('a file in which nothing has begun can be opened again', async () => {
  const file = join(temporaryFolder(), 'store.db')
  await open(file).close()
  expect(await open(file).begin(initial)).toBe(0)
})

test.each([
  ['at its beginning', () => 0, /its beginning cannot be read/],
  ['in its first page', () => 100, /its page 1 cannot be read, and whole ones come after it/],
  ['in the middle', (size: number) => size / 2, /its page \d+ cannot be read, and whole ones come after it/],
])('a log that is damaged %s is left as it is', async (_, at, why) => {
  const file = await fileWith(0, { isKilled: true, more: 300 })
  const log = `${file}-wal`
  overwrite(log, Math.floor(at(statSync(log).size)), Buffer.alloc(20_000, 0x5a))
  expect(openFailure(file)).toMatchObject({
    code: 'storeUnreadable',
    message: expect.stringMatching(why),
  })
})

test.each([1, 100, 4000, 4120, 9000])('a log without its last %i bytes is read to its end', async bytes => {
  const file = await fileWith(0, { isKilled: true, more: 300 })
  const log = readFileSync(`${file}-wal`)
  writeFileSync(`${file}-wal`, log.subarray(0, -bytes))
  expect(await open(file).getOrder('order-1')).toEqual(newOrder(1))
})

test('a record that is damaged while the store is open is an error, and nothing else suffers', async () => {
  const file = await fileWith(2)
  const other = new DatabaseSync(file)
  other.exec(`update orders set record = substr(record, 10) where id = 'order-1'`)
  other.close()
  const store = open(file)
  await expect(store.getOrder('order-1')).rejects.toMatchObject({ code: 'storeUnreadable' })
  expect(await store.getOrder('order-0')).toEqual(newOrder(0))
})

test('a file is for one store at a time', async () => {
  const file = await fileWith(1)
  const store = open(file)
  try {
    createSqliteStore({ ...storeOptions, file })
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({
      code: 'storeBusy',
      message: expect.stringMatching(/another process works on it\. Stop that one, or give this one a file/),
    })
  }
  expect(await store.getOrder('order-0')).toEqual(newOrder(0))
  await store.close()
  expect(await open(file).getOrder('order-0')).toEqual(newOrder(0))
})

test('an empty file becomes a store', async () => {
  const file = join(temporaryFolder(), 'store.db')
  writeFileSync(file, '')
  const store = open(file)
  expect(await store.begin(initial)).toBe(0)
  expect(await store.insertOrder(newOrder(1))).toBeUndefined()
})

test('a file is for its owner alone, with what stands beside it', async () => {
  const file = join(temporaryFolder(), 'store.db')
  const store = open(file)
  await store.begin(initial)
  for (const end of ['', '-wal']) expect(statSync(file + end).mode & 0o777).toBe(0o600)
})

test('a file whose process was killed has all that was answered', async () => {
  const file = await fileWith(50, { isKilled: true })
  const store = open(file)
  for (let n = 0; n < 50; n++) expect(await store.findOrder(numberKey(`number-${n}`))).toEqual(newOrder(n))
})

test('what is closed leaves nothing beside the file', async () => {
  const file = await fileWith(50)
  expect(Object.values(contentOf(file)).filter(Boolean)).toHaveLength(1)
})
