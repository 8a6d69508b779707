// Who may use `/_paydouble/`, and who may not.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { simulators } from '../../../mocks/index.ts'
import { controlOperations } from '../../../src/doors/control/contract.ts'
import { openHttpDoor } from '../../../src/doors/http.ts'
import { assembleDouble } from '../../../src/double/double.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { closeBrowser, openPage } from '../../harness/browser.ts'
import { its500Order, qfpayPayment } from '../../harness/clients.ts'
import { openHttp, type TestRequest } from '../../harness/doors.ts'

afterAll(closeBrowser)

const token = 'a-token-of-the-tests-1234'
const bearer = { authorization: `Bearer ${token}` }
const faults = '/_paydouble/api/faults'
const fault = JSON.stringify({ provider: 'qfpay', error: '1205' })

async function open(options: Parameters<typeof openHttp>[1] = {}) {
  const door = await openHttp({}, options)
  const { host } = new URL(door.urlOf(''))
  return { door, host, send: (request: TestRequest) => door.send('', request) }
}

test.each([
  ['a name that leads here', { host: 'rebound.example' }],
  ['a page of another site', { origin: 'https://evil.example' }],
])('%s gets health, and not the seed, from which credentials follow', async (_, headers) => {
  const { send } = await open()
  const health = { path: '/_paydouble/health' }
  expect((await send(health)).json()).toMatchObject({ status: 'ok', seed: expect.any(Number) })
  const answer = await send({ ...health, headers })
  expect(answer.status).toBe(200)
  expect(answer.json()).toMatchObject({ status: 'ok' })
  expect(answer.json()).not.toHaveProperty('seed')
})

test('health says the seed to those who have the token', async () => {
  const { send } = await open({ token })
  const answer = await send({ path: '/_paydouble/health', headers: bearer })
  expect(answer.json()).toMatchObject({ seed: expect.any(Number) })
})

test.each([
  ['without it', {}, /the request has none/],
  ['with another one', { authorization: 'Bearer a-token-of-others-12345' }, /another one/],
  ['with the beginning of it', { authorization: `Bearer ${token.slice(0, -1)}` }, /another one/],
  ['with it as a password', { authorization: `Basic ${btoa(`:${token}`)}` }, /the request has none/],
])('a token that was given is asked for: %s, nothing is answered', async (_, headers, why) => {
  const { door, send } = await open({ token })
  for (const operation of Object.values(controlOperations)) {
    const [method = ''] = operation.methods
    const answer = await send({ method, path: operation.path, headers })
    if (operation === controlOperations.health) {
      expect(answer.json()).toMatchObject({ status: 'ok' })
      expect(answer.json()).not.toHaveProperty('seed')
      continue
    }
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer /)
    expect(answer.json()).toMatchObject({
      error: { code: 'tokenNeeded', message: expect.stringMatching(why) },
    })
    expect(answer.text).not.toContain(token.slice(0, -1))
  }
  expect(door.double.faults.list()).toEqual([])
})

test('with its token everything is answered', async () => {
  const { send } = await open({ token })
  const answer = await send({ method: 'POST', path: faults, headers: bearer, body: fault })
  expect(answer.json()).toMatchObject({ fault: { error: '1205' } })
})

test("the providers' own endpoints ask for no token, and for no name", async () => {
  const { door } = await open({ token })
  expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: '0000' })
  const foreign = await door.send('', {
    path: '/anything',
    headers: { host: 'shop.example', origin: 'http://evil.example' },
  })
  expect(foreign.status).toBe(501)
})

test.each(['0.0.0.0', '::'])('on %s, which others reach, it is opened with a token alone', async host => {
  const double = assembleDouble({
    simulators,
    createStore: createMemoryStore,
    deliver: () => Promise.reject(),
  })
  onTestFinished(() => double.close())
  await expect(openHttpDoor(double, { host })).rejects.toMatchObject({
    code: 'tokenMissing',
    message: expect.stringMatching(/other machines.*--token.*PAYDOUBLE_TOKEN.*127\.0\.0\.1/),
  })
  const door = await openHttpDoor(double, { host, token })
  onTestFinished(() => door.close())
  const url = `http://127.0.0.1:${door.port}${faults}`
  expect((await fetch(url)).status).toBe(401)
  expect((await fetch(url, { headers: bearer })).status).toBe(200)
})

test.each(['short', 'with blanks in it so long', 'ümlaut-ümlaut-ümlaut', ''])(
  'the token %j is refused',
  async bad => {
    const double = assembleDouble({
      simulators,
      createStore: createMemoryStore,
      deliver: () => Promise.reject(),
    })
    onTestFinished(() => double.close())
    await expect(openHttpDoor(double, { token: bad })).rejects.toMatchObject({ code: 'badToken' })
  },
)

test.each([
  'evil.example',
  'evil.example:4020',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'localhost@evil.example',
  'a b',
])('under the name %j, which may be of a page that leads it here, it does nothing', async host => {
  const { door, send } = await open()
  for (const request of [
    { path: '/_paydouble/api/accounts' },
    { method: 'POST', path: faults, body: fault },
    { method: 'POST', path: '/_paydouble/api/reset' },
  ]) {
    const answer = await send({ ...request, headers: { host } })
    expect(answer.status).toBe(403)
    expect(answer.json()).toMatchObject({
      error: { code: 'hostNotAllowed', message: expect.stringMatching(/allowedHosts/) },
    })
  }
  expect(door.double.faults.list()).toEqual([])
})

test.each([
  'localhost:4020',
  'LOCALHOST',
  '127.0.0.1',
  '10.1.2.3:80',
  '[::1]:4020',
  'pay.internal',
  'Pay.Internal:1',
])('it is called as %s', async host => {
  const { send } = await open({ allowedHosts: ['pay.internal'] })
  expect((await send({ path: faults, headers: { host } })).status).toBe(200)
})

test.each([
  ['a form of another site', { origin: 'http://evil.example' }],
  ['a sandboxed page', { origin: 'null' }],
  ['a page on another port of this machine', { origin: 'http://127.0.0.1:1' }],
  ['a fetch of another site', { 'sec-fetch-site': 'cross-site' }],
  ['a sister of the site', { 'sec-fetch-site': 'same-site' }],
  [
    'a frame of another site',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  ],
])('%s can neither read nor write', async (_, headers) => {
  const { door, send } = await open()
  const writes = await send({ method: 'POST', path: faults, headers, body: fault })
  const reads = await send({ path: '/_paydouble/api/accounts', headers })
  for (const answer of [writes, reads]) {
    expect(answer.status).toBe(403)
    expect(answer.json()).toMatchObject({ error: { code: 'originNotAllowed' } })
    expect(Object.keys(answer.headers).filter(name => name.startsWith('access-control'))).toEqual([])
  }
  expect(door.double.faults.list()).toEqual([])
})

test('a page of its own may use it, and a link from elsewhere leads to it', async () => {
  const { host, send } = await open()
  const own = { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }
  expect((await send({ method: 'POST', path: faults, headers: own, body: fault })).status).toBe(200)
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  expect((await send({ path: faults, headers: link })).status).toBe(200)
  expect((await send({ method: 'POST', path: faults, headers: link, body: fault })).status).toBe(403)
  const behindTls = { host: 'localhost', origin: 'https://localhost' }
  expect((await send({ path: faults, headers: behindTls })).status).toBe(200)
})

test.each([
  ['text/plain', fault],
  ['text/plain;charset=UTF-8', fault],
  ['multipart/form-data; boundary=x', '--x--'],
  ['application/x-www-form-urlencoded', 'provider=qfpay&error=1205'],
  ['application/x-www-form-urlencoded', ''],
  ['application/jsonx', fault],
])('a body of %s, as forms send it, is refused: %s', async (type, body) => {
  const { door, send } = await open()
  const answer = await send({ method: 'POST', path: faults, headers: { 'content-type': type }, body })
  expect(answer.status).toBe(415)
  expect(answer.json()).toMatchObject({
    error: { code: 'badContentType', message: expect.stringMatching(/application\/json/) },
  })
  expect(door.double.faults.list()).toEqual([])
})

test.each([
  undefined,
  'application/json',
  'application/json; charset=utf-8',
  'application/merge-patch+json',
  'application/x-www-form-urlencoded',
])('JSON is taken as %s, also as curl -d sends it', async type => {
  const { send } = await open()
  const answer = await send({
    method: 'POST',
    path: faults,
    headers: type ? { 'content-type': type } : {},
    body: fault,
  })
  expect(answer.json()).toMatchObject({ fault: { error: '1205' } })
})

test('in a browser, a page of another origin can neither read nor write', async () => {
  const { door } = await open()
  const base = door.urlOf('')
  await its500Order(door)
  // Another port is another origin of the same site, and another name is another site.
  const site = createServer((_, reply) => {
    reply.setHeader('content-type', 'text/html')
    reply.end('<!doctype html><iframe name="hidden"></iframe>')
  })
  await new Promise<void>(resolve => site.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    site.closeAllConnections()
    site.close()
  })
  const { port } = site.address() as AddressInfo
  for (const origin of [`http://127.0.0.1:${port}`, `http://localhost:${port}`]) {
    const { page } = await openPage()
    await page.goto(origin)
    const read = await page.evaluate(async url => {
      const tries: RequestInit[] = [
        {},
        { mode: 'no-cors' },
        { method: 'POST', body: '{}' },
        { method: 'POST', mode: 'no-cors', body: '{"provider":"qfpay","error":"1205"}' },
        { method: 'POST', mode: 'no-cors', body: new URLSearchParams({ a: 'b' }) },
        { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
        { method: 'DELETE' },
      ]
      return Promise.all(
        tries.map(init =>
          fetch(url, init).then(
            answer => answer.text(),
            () => '',
          ),
        ),
      )
    }, `${base}${faults}`)
    expect(read).toEqual(Array(7).fill(''))
    for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      for (const path of ['faults', 'reset']) {
        const submitted = page.waitForResponse(`${base}/_paydouble/api/${path}`)
        await page.evaluate(
          ({ action, enctype }) => {
            const form = Object.assign(document.createElement('form'), {
              action,
              enctype,
              method: 'post',
              target: 'hidden',
            })
            const name = '{"provider":"qfpay","error":"1205","x":"'
            form.append(Object.assign(document.createElement('input'), { name, value: '"}' }))
            document.body.append(form)
            form.submit()
          },
          { action: `${base}/_paydouble/api/${path}`, enctype },
        )
        expect((await submitted).status()).toBe(403)
      }
    const script = await page.evaluate(
      src =>
        new Promise<string>(resolve => {
          const element = Object.assign(document.createElement('script'), { src })
          element.onload = () => resolve('loaded')
          element.onerror = () => resolve('refused')
          document.body.append(element)
        }),
      `${base}/_paydouble/api/accounts`,
    )
    expect(script).toBe('refused')
  }
  expect(door.double.faults.list()).toEqual([])
  expect((await door.double.orders.list()).items).toHaveLength(1)
})
