// What MSW lets through to a real server, which plays the provider.
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { HttpResponse, http as mock, passthrough } from 'msw'
import { setupServer } from 'msw/node'
import { observe } from 'paydouble/vitest'
import { expect, onTestFinished, test } from 'vitest'
import { qfpayPayment } from '../harness/clients.ts'
import { type OpenDoor, openHttp, send, type TestRequest } from '../harness/doors.ts'
import { failureOf } from '../harness/failure.ts'

/** A provider that listens, and MSW, which has a handler for somebody else. */
async function open(...given: Parameters<typeof observe> extends [unknown, ...infer Rest] ? Rest : never) {
  const door = await openHttp()
  const server = setupServer(mock.get('http://elsewhere.test/', () => HttpResponse.json({ mocked: true })))
  server.listen({ onUnhandledFrame: 'bypass' })
  onTestFinished(() => server.close())
  return { door, server, observer: observe(server, ...given) }
}

/** The door, asked with fetch. */
function withFetch(door: OpenDoor): OpenDoor {
  const ask = async (provider: string, { path, method = 'GET', headers = {}, body }: TestRequest) => {
    const response = await fetch(door.urlOf(provider) + path, {
      method,
      headers,
      ...(body !== undefined && { body: String(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text,
      json: () => JSON.parse(text),
    }
  }
  return { ...door, send: ask }
}

test('nothing is found where the provider is as its contract says', async () => {
  const { door, observer } = await open()
  expect((await qfpayPayment(withFetch(door))).json().respcd).toBe('0000')
  expect((await qfpayPayment(door, { out_trade_no: 'order2' })).json().respcd).toBe('0000')
  await expect(observer).toHaveNoFindings()
  expect(await observer.report()).toMatchObject({
    title: 'what MSW has let through',
    exchanges: 2,
    judged: [{ provider: 'qfpay', name: 'payment', count: 2 }],
    findings: [],
    unverified: [],
    unreadable: { count: 0 },
  })
})

test.each([
  ['fetch', withFetch],
  ['node:http', (door: OpenDoor) => door],
])('a drift is found in what %s has asked', async (_, through) => {
  const { door, observer } = await open()
  door.double.faults.add({ provider: 'qfpay', answer: { set: { out_trade_no: 7 } } })
  await qfpayPayment(through(door))
  const failure = await failureOf(() => expect(observer).toHaveNoFindings())
  expect(failure).toBe(
    [
      'expect(observer).toHaveNoFindings()',
      '',
      'qfpay.payment, response:',
      'typeChanged at /out_trade_no (breaking)',
      '  The field "out_trade_no" is of another type.',
      '  expected  a text',
      '  received  7',
      '  source    documented: payment.response.out_trade_no in contracts/qfpay/evidence/facts.json',
    ].join('\n'),
  )
  expect(await failureOf(() => observer.end())).toMatch(/^what MSW has let through:\n\n.*out_trade_no/s)
  expect(await failureOf(() => observer.end('none'))).toBe('it does not fail')
})

test('a request that is wrong is found, unless requests are not judged', async () => {
  const { door, server, observer } = await open()
  const lenient = observe(server, { requests: false })
  await qfpayPayment(withFetch(door), { txamt: '3.00' }, { key: 'WRONG' })
  await observer.settled()
  expect(observer.findings.map(({ kind, by }) => [by, kind])).toEqual([
    ['client', 'currencyUnit'],
    ['client', 'wrongSignature'],
  ])
  await expect(lenient).toHaveNoFindings()
})

test('what MSW answers itself is not judged, and what is no provider is listed', async () => {
  const { door, observer } = await open()
  expect(await (await fetch('http://elsewhere.test/')).json()).toEqual({ mocked: true })
  await fetch(`${door.urlOf('')}/_paydouble/health`)
  expect(await observer.report()).toMatchObject({ exchanges: 1, unmatched: { count: 1 } })
})

test('a request whose body is a stream is judged with it', async () => {
  const { door, observer } = await open()
  await new Promise<void>((resolve, reject) => {
    const request = http.request(`${door.urlOf('')}/trade/v1/query`, { method: 'POST' }, reply => {
      reply.resume().on('end', resolve)
    })
    request.on('error', reject)
    request.setHeader('content-type', 'application/x-www-form-urlencoded')
    request.write('mchid=')
    request.end('1')
  })
  await observer.settled()
  expect(observer.findings.map(({ pointer, kind }) => [kind, pointer])).not.toContainEqual([
    'missingField',
    '/mchid',
  ])
  expect((await observer.report()).judged).toMatchObject([{ name: 'query' }])
})

test('a request that a handler has read before it let it through is judged with its body', async () => {
  const { door, server, observer } = await open()
  const bodies: string[] = []
  const reading = mock.post('*/trade/v1/payment', async ({ request }) => {
    bodies.push(await request.text())
    return passthrough()
  })
  server.use(reading)
  await qfpayPayment(withFetch(door))
  await qfpayPayment(door, { out_trade_no: 'order2' })
  expect(bodies).toHaveLength(2)
  await expect(observer).toHaveNoFindings()
  expect(await observer.report()).toMatchObject({ exchanges: 2, unreadable: { count: 0 }, unverified: [] })
})

test('after its end nothing is observed any more', async () => {
  const { door, observer } = await open()
  await observer.end()
  await qfpayPayment(withFetch(door), { txamt: '3.00' })
  await observer.settled()
  expect(await observer.report()).toMatchObject({ exchanges: 0 })
  expect(observer.findings).toEqual([])
})

test('a host says which provider it is', async () => {
  const door = await openHttp()
  const { observer } = await open({ hosts: { [new URL(door.urlOf('')).host]: 'its500' } })
  await send(door.urlOf(''), { path: '/trade/v1/query' })
  expect((await observer.report()).unmatched.list).toMatchObject([
    { why: 'no operation of its500 has this path' },
  ])
})

test('what is no observer is said', async () => {
  expect(await failureOf(() => expect({}).toHaveNoFindings())).toBe(
    'Failed to match toHaveNoFindings: what was given is no observer: give what observe(server) returned.',
  )
})

test('an answer that never ends, of somebody else, keeps nobody waiting', async () => {
  const server = http.createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { observer } = await open()
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`
  expect((await fetch(url, { signal: leaving.signal })).status).toBe(200)
  expect(await observer.report()).toMatchObject({ exchanges: 1, unmatched: { count: 1 } })
})
