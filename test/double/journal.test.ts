import { expect, test } from 'vitest'
import { createJournal, type Journal, keptBodyBytes } from '../../src/double/journal.ts'

/** A journal with so many exchanges, of two providers in turn. */
function openJournal(size: number, count: number): Journal {
  const journal = createJournal(size)
  for (let n = 1; n <= count; n++) {
    const exchange = journal.open('request', n)
    exchange.provider = n % 2 === 0 ? 'even' : 'odd'
    exchange.order = `order-${Math.ceil(n / 2)}`
  }
  return journal
}

function times(items: readonly { readonly at: number }[]): number[] {
  return items.map(({ at }) => at)
}

test('a new exchange is open at the first step', () => {
  const journal = createJournal()
  const request = {
    door: 'test',
    method: 'GET',
    host: '',
    path: '/',
    query: '',
    headers: {},
    body: new Uint8Array(),
  }
  expect(journal.open('request', 5, request)).toEqual({
    id: '1',
    kind: 'request',
    at: 5,
    bodyBytes: 0,
    request,
    step: 'provider',
    findings: [],
    outcome: 'open',
  })
})

test('exchanges are listed newest first', () => {
  expect(times(openJournal(10, 3).list({}).items)).toEqual([3, 2, 1])
})

test('what is written into an exchange is listed', () => {
  const journal = createJournal()
  journal.open('payment', 1).outcome = 'paid'
  expect(journal.list({}).items[0]).toMatchObject({ kind: 'payment', outcome: 'paid' })
})

test.each([1, 2, 3, 7])('a journal of size %i never grows beyond it, and keeps the newest', size => {
  for (let count = 0; count <= 20; count++) {
    const { items } = openJournal(size, count).list({}, { limit: 100 })
    expect(times(items)).toEqual(Array.from({ length: Math.min(size, count) }, (_, i) => count - i))
  }
})

test('ids go on after the journal is full', () => {
  const ids = openJournal(3, 10)
    .list({})
    .items.map(({ id }) => id)
  expect(ids).toEqual(['10', '9', '8'])
})

test.each([1, 2, 3, 10])('pages of %i show each exchange exactly once', limit => {
  const journal = openJournal(10, 25)
  const seen: number[] = []
  let after: string | undefined
  do {
    const page = journal.list({}, { limit, after })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    seen.push(...times(page.items))
    after = page.next ?? undefined
  } while (after !== undefined)
  expect(seen).toEqual([25, 24, 23, 22, 21, 20, 19, 18, 17, 16])
})

test('a page has 50 exchanges unless asked otherwise', () => {
  const page = openJournal(100, 60).list({})
  expect(page.items).toHaveLength(50)
  expect(page.next).not.toBeNull()
})

test('the last page has no next', () => {
  expect(openJournal(10, 4).list({}, { limit: 4 }).next).toBeNull()
})

test('exchanges that arrive between two pages appear in neither', () => {
  const journal = openJournal(10, 4)
  const first = journal.list({}, { limit: 2 })
  journal.open('request', 5)
  const second = journal.list({}, { limit: 2, after: first.next ?? '' })
  expect([...times(first.items), ...times(second.items)]).toEqual([4, 3, 2, 1])
})

test('a page that has been overwritten meanwhile is empty', () => {
  const journal = openJournal(3, 3)
  const first = journal.list({}, { limit: 1 })
  for (let n = 4; n <= 9; n++) journal.open('request', n)
  expect(journal.list({}, { limit: 10, after: first.next ?? '' })).toEqual({ items: [], next: null })
})

test('a cursor from the future shows what there is, once', () => {
  const journal = openJournal(3, 5)
  expect(times(journal.list({}, { after: '1000' }).items)).toEqual([5, 4, 3])
  expect(times(journal.list({}, { after: '9007199254740991' }).items)).toEqual([5, 4, 3])
})

test.each([
  [{ provider: 'even' }, [6, 4, 2]],
  [{ order: 'order-2' }, [4, 3]],
  [{ provider: 'odd', order: 'order-2' }, [3]],
  [{ provider: 'none' }, []],
  [{ provider: undefined, order: undefined }, [6, 5, 4, 3, 2, 1]],
])('exchanges are filtered by %j', (filter, expected) => {
  expect(times(openJournal(10, 6).list(filter).items)).toEqual(expected)
})

test('filtered pages show each exchange exactly once', () => {
  const journal = openJournal(10, 8)
  const first = journal.list({ provider: 'even' }, { limit: 3 })
  const second = journal.list({ provider: 'even' }, { limit: 3, after: first.next ?? '' })
  expect([...times(first.items), ...times(second.items)]).toEqual([8, 6, 4, 2])
  expect(second.next).toBeNull()
})

test('a reset forgets all exchanges and starts the ids again', () => {
  const journal = openJournal(3, 10)
  journal.reset()
  expect(journal.list({}).items).toEqual([])
  expect(journal.open('request', 1).id).toBe('1')
})

test('of a large body only the beginning is kept, and its size', () => {
  const journal = createJournal(3)
  const body = Buffer.alloc(keptBodyBytes + 1, 'x')
  const exchange = journal.open('request', 1, { ...request, body })
  exchange.params = { large: 'x'.repeat(keptBodyBytes) }
  journal.close(exchange)
  const [kept] = journal.list({}).items
  expect(kept?.request?.body).toHaveLength(keptBodyBytes)
  expect(kept?.request?.body.buffer).not.toBe(body.buffer)
  expect(kept).toMatchObject({ bodyBytes: keptBodyBytes + 1 })
  expect(kept?.params).toBeUndefined()
})

test('a usual body is kept whole', () => {
  const journal = createJournal(3)
  const exchange = journal.open('request', 1, { ...request, body: Buffer.from('a=b') })
  exchange.params = { a: 'b' }
  journal.close(exchange)
  expect(journal.list({}).items).toMatchObject([{ bodyBytes: 3, params: { a: 'b' } }])
})

const request = { door: 'http', method: 'POST', host: '', path: '/', query: '', headers: {} }
