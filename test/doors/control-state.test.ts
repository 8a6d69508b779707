// A whole state through the control interface: out as it is made, in by parts.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { dmsPayment } from '../harness/clients.ts'
import { type Answer, type OpenDoor, openHttp } from '../harness/doors.ts'
import { eventually } from '../harness/eventually.ts'

const put = (door: OpenDoor, part: object): Promise<Answer> =>
  door.send('', {
    method: 'PUT',
    path: '/_paydouble/api/state',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(part),
  })

const dump = async (door: OpenDoor) => (await door.send('', { path: '/_paydouble/api/state' })).text

/** Where dumps are kept until they are whole. */
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paydouble-test-'))
  vi.stubEnv('TMPDIR', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const waiting = () => readdirSync(folder)

async function withOrders(count: number): Promise<OpenDoor> {
  const door = await openHttp()
  for (let n = 1; n <= count; n++) await dmsPayment(door, { bz_order: `order-${n}` })
  return door
}

test('a state comes as NDJSON, and is not told how long it is', async () => {
  const door = await withOrders(2000)
  const { status, headers, text } = await door.send('', { path: '/_paydouble/api/state' })
  expect([status, headers['content-type'], headers['content-length']]).toEqual([
    200,
    'application/x-ndjson; charset=utf-8',
    undefined,
  ])
  expect(headers).toMatchObject({ 'cache-control': 'no-store' })
  expect(text.match(/^\{"order":/gm)).toHaveLength(2000)
  expect(text.trimEnd().split('\n').at(-1)).toMatch(/^\{"end":.*"order":2000/)
})

test('whoever leaves in the middle of it takes nothing from others', async () => {
  const door = await withOrders(2000)
  const { body } = await fetch(`${door.urlOf('dms')}/_paydouble/api/state`)
  const reader = body?.getReader()
  await reader?.read()
  await reader?.cancel()
  expect((await dmsPayment(door, { bz_order: 'another' })).json()).toMatchObject({ errCode: 1000 })
})

test('a state goes in by parts, cut anywhere, and counts with the last one', async () => {
  const text = await dump(await withOrders(30))
  const door = await openHttp()
  const [a, b, c] = [text.slice(0, 1001), text.slice(1001, 1777), text.slice(1777)]
  expect((await put(door, { text: a, upload: 'x', part: 1, last: false })).json()).toEqual({ loaded: null })
  expect((await put(door, { text: b, upload: 'x', part: 2, last: false })).json()).toEqual({ loaded: null })
  expect((await door.double.orders.list()).items).toEqual([])
  expect((await put(door, { text: c, upload: 'x', part: 3 })).json()).toMatchObject({ loaded: { order: 30 } })
  expect(await dump(door)).toBe(text)
  expect(waiting()).toEqual([])
})

test('a part without those before it is refused, and another dump ends the first', async () => {
  const text = await dump(await withOrders(1))
  const door = await openHttp()
  const refused = { status: 400, code: 'badRequest' }
  const codeOf = async (answer: Promise<Answer>) => {
    const { status, json } = await answer
    return { status, code: (json().error as { code: string } | undefined)?.code }
  }
  expect(await codeOf(put(door, { text, upload: 'x', part: 2 }))).toEqual(refused)
  await put(door, { text: text.slice(0, 100), upload: 'x', part: 1, last: false })
  expect(await codeOf(put(door, { text, upload: 'y', part: 2 }))).toEqual(refused)
  expect(await codeOf(put(door, { text, upload: 'x', part: 3 }))).toEqual(refused)
  await put(door, { text: text.slice(0, 100), upload: 'y', part: 1, last: false })
  expect(await codeOf(put(door, { text: text.slice(100), upload: 'x', part: 2 }))).toEqual(refused)
  expect((await put(door, { text: text.slice(100), upload: 'y', part: 2 })).json()).toMatchObject({
    loaded: { order: 1 },
  })
})

test('of many that begin at once one goes on, and the others leave nothing', async () => {
  const text = await dump(await withOrders(1))
  const door = await openHttp()
  const ids = Array.from({ length: 10 }, (_, n) => `upload-${n}`)
  const first = (upload: string) => put(door, { text: text.slice(0, 100), upload, part: 1, last: false })
  expect((await Promise.all(ids.map(first))).map(({ status }) => status)).toEqual(ids.map(() => 200))
  expect(waiting()).toHaveLength(1)
  const last = (upload: string) => put(door, { text: text.slice(100), upload, part: 2 })
  const answers = await Promise.all(ids.map(last))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(400)])
  expect(waiting()).toEqual([])
})

test('what was not sent to its end is forgotten with the double', async () => {
  const door = await openHttp()
  await put(door, { text: 'x', upload: 'x', part: 1, last: false })
  expect(waiting()).toHaveLength(1)
  await door.close()
  await eventually(() => expect(waiting()).toEqual([]))
})

test('what is wrong with a dump is answered, and nothing of it stays', async () => {
  const text = await dump(await withOrders(1))
  const door = await withOrders(1)
  const answers = [
    await put(door, { text }),
    await put(door, { text: text.slice(0, -10), replace: true }),
    await put(door, { text: text.replace('"format":1', '"format":9'), replace: true }),
  ]
  expect(answers.map(({ status, json }) => [status, (json().error as { code: string }).code])).toEqual([
    [409, 'stateNotEmpty'],
    [400, 'badState'],
    [400, 'stateTooNew'],
  ])
  expect((await door.double.orders.list()).items).toHaveLength(1)
  expect(waiting()).toEqual([])
})
