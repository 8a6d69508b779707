// What goes through the proxy, seen as bytes from both ends.
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import { deliver } from '../../src/double/schedule.ts'
import { type CapturedExchange, createCheck } from '../../src/runner/index.ts'
import { toFindingsHeader } from '../../src/runner/proxy/headers.ts'
import { openProxy, type ProxyOptions } from '../../src/runner/proxy.ts'
import { qfpayAccount, qfpayPayment } from '../harness/clients.ts'
import { openHttp, send, type TestRequest } from '../harness/doors.ts'
import { connectRaw, isWholeMessage, openRawServer, parseRaw, unchunked } from '../harness/raw-socket.ts'
import { openReceiver } from '../harness/receiver.ts'
import { selfSigned } from '../harness/self-signed.ts'

const [qfpay] = contracts.filter(({ id }) => id === 'qfpay')
if (!qfpay) throw new Error('there is no qfpay')
const contract = qfpay

async function open(target: string, options: Partial<ProxyOptions> = {}) {
  const provider = options.contract?.id ?? contract.id
  const accounts = [{ provider: 'qfpay', id: 'demo', credentials: { ...qfpayAccount } }]
  const check = createCheck({
    contracts,
    accounts,
    provider,
    hosts: { [new URL(target).host]: provider },
  })
  let now = 1_767_229_200_000
  const exchanges: CapturedExchange[] = []
  const proxy = await openProxy({
    check,
    contract,
    target,
    now: () => now++,
    onExchange: exchange => exchanges.push(exchange),
    ...options,
  })
  onTestFinished(() => {
    proxy.breakOff()
    return proxy.close()
  })
  return { proxy, check, exchanges, end: () => check.end({ title: 'the test', version: '0' }) }
}

const hopByHop = /^(connection|keep-alive|x-paydouble-findings):/i
const withoutHops = (headers: readonly string[]) => headers.filter(line => !hopByHop.test(line))

/** Sends bytes through the proxy, to a target that answers with bytes. */
async function exchange(
  request: Buffer | string,
  response: Buffer | string,
  options: Partial<ProxyOptions> = {},
) {
  const isHead = request.toString().startsWith('HEAD')
  const target = await openRawServer(received => (isWholeMessage(received) ? response : undefined))
  const opened = await open(target.url, options)
  const client = await connectRaw(opened.proxy.port)
  client.send(request)
  const received = await client.receive(bytes => isWholeMessage(bytes, { isHead }))
  return {
    ...opened,
    target,
    client,
    sent: parseRaw(target.received[0] ?? Buffer.alloc(0)),
    received: parseRaw(received),
    answer: parseRaw(Buffer.isBuffer(response) ? response : Buffer.from(response, 'latin1')),
  }
}

test('names, order, case and repetitions of headers go through, and so does the status line', async () => {
  const { sent, received, answer, target } = await exchange(
    'POST /trade/v1/payment?a=%20b&&c HTTP/1.1\r\nX-b: 1\r\nhOsT: shop.test\r\nx-A: two\r\nX-B: caf\xe9\r\nContent-Length: 3\r\ncookie: a=1\r\ncookie: b=2\r\n\r\nabc',
    'HTTP/1.1 299 Rather So\r\nset-Cookie: a=1\r\nX-Z: \xff\r\nSet-Cookie: b=2\r\ncontent-LENGTH: 2\r\n\r\n{}',
  )
  expect(sent.start).toBe('POST /trade/v1/payment?a=%20b&&c HTTP/1.1')
  expect(withoutHops(sent.headers)).toEqual([
    'X-b: 1',
    `hOsT: 127.0.0.1:${target.port}`,
    'x-A: two',
    'X-B: caf\xe9',
    'Content-Length: 3',
    'cookie: a=1',
    'cookie: b=2',
  ])
  expect(sent.body.toString()).toBe('abc')
  expect(received.start).toBe(answer.start)
  expect(withoutHops(received.headers)).toEqual(answer.headers)
  expect(received.body).toEqual(answer.body)
})

test.each([
  ['a GET with a body', 'GET /tool/x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n\x00\xff\r\n'],
  [
    'a GET with chunks',
    'GET /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
  ],
  ['a POST without a body', 'POST /x HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a POST of length 0', 'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n'],
  ['a DELETE', 'DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n'],
  [
    'trailers',
    'PUT /x HTTP/1.1\r\nHost: a\r\nTrailer: X-End\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-End: 1\r\n\r\n',
  ],
])('%s reaches the target as it is', async (_, request) => {
  const { sent, target } = await exchange(request, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const asked = parseRaw(Buffer.from(request.replace('Host: a', `Host: 127.0.0.1:${target.port}`), 'latin1'))
  expect({ ...sent, headers: withoutHops(sent.headers) }).toEqual(asked)
})

test.each([
  ['204', 'HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n'],
  ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nETag: "a"\r\n\r\n'],
  ['an empty reason', 'HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\na'],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
  [
    'trailers',
    'HTTP/1.1 200 OK\r\nTrailer: X-End\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-End: 1\r\n\r\n',
  ],
  ['an own date', 'HTTP/1.1 200 OK\r\nDate: yesterday\r\nContent-Length: 0\r\n\r\n'],
])('%s comes back as it is', async (_, response) => {
  const { received, answer } = await exchange('GET /x HTTP/1.1\r\nHost: a\r\n\r\n', response)
  expect({ ...received, headers: withoutHops(received.headers) }).toEqual(answer)
})

test('the answer to a HEAD keeps its length, and has no body', async () => {
  const response = 'HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n'
  const { received } = await exchange('HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n', response)
  expect(withoutHops(received.headers)).toEqual(['Content-Length: 300'])
  expect(received.body.length).toBe(0)
})

test('an answer that ends with its connection does so on this side, too', async () => {
  const target = await openRawServer((_, socket) => {
    socket.end('HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\nuntil the end')
    return undefined
  })
  const { proxy } = await open(target.url)
  const client = await connectRaw(proxy.port)
  client.send('GET /x HTTP/1.1\r\nHost: a\r\n\r\n')
  const { received, error } = await client.end()
  const { headers, body } = parseRaw(received)
  expect([withoutHops(headers), body.toString(), error]).toEqual([['X-A: 1'], 'until the end', undefined])
})

test('what is about one connection alone does not go through', async () => {
  const { sent, received } = await exchange(
    'GET /x HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Own\r\nX-Own: 1\r\nKeep-Alive: timeout=99\r\nTE: trailers\r\nX-Other: 2\r\n\r\n',
    'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=77\r\nContent-Length: 0\r\n\r\n',
  )
  expect(sent.headers).toEqual([expect.stringMatching(/^Host:/), 'X-Other: 2', 'Connection: keep-alive'])
  expect(received.headers).toEqual([
    'Content-Length: 0',
    expect.stringMatching(/^x-paydouble/),
    'Connection: keep-alive',
  ])
})

test('a compressed body goes through as it is, and is judged', async () => {
  const body = gzipSync(JSON.stringify({ respcd: '9', resperr: 'x', respmsg: '' }))
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`
  const { received, end } = await exchange(
    'POST /trade/v1/query HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
    Buffer.concat([Buffer.from(head), body]),
  )
  expect(received.body).toEqual(body)
  expect(end().findings.map(({ kind }) => kind)).toContain('undocumentedCode')
})

test('any body and any headers go through, however they are framed and cut', async () => {
  const seed = Number(process.env.SEED ?? 20_260_101)
  const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]{0,12}$/).map(name => `X-${name}`)
  const value = fc.stringMatching(/^[!-~\xa1-\xff]([ -~\xa1-\xff]{0,20}[!-~\xa1-\xff])?$/)
  const body = fc.uint8Array({ maxLength: 5000 }).map(bytes => Buffer.from(bytes))
  const message: fc.Arbitrary<AnyMessage> = fc.record({
    headers: fc.array(fc.tuple(token, value), { maxLength: 12 }),
    body,
    isChunked: fc.boolean(),
    cut: fc.nat(200),
  })
  let answer: Buffer = Buffer.alloc(0)
  let asked: Buffer = Buffer.alloc(0)
  const target = await openRawServer(received => {
    if (!isWholeMessage(received)) return undefined
    asked = received
    return answer
  })
  const { proxy } = await open(target.url)
  const client = await connectRaw(proxy.port)
  const plain = (bytes: Buffer) => {
    const { start, headers, body: framed } = parseRaw(bytes)
    const isChunked = headers.some(line => /^transfer-encoding/i.test(line))
    return {
      start,
      headers: withoutHops(headers),
      body: (isChunked ? unchunked(framed) : framed).toString('hex'),
    }
  }
  // A body that looks like the end of chunks would confuse this test, not the proxy.
  const isClear = ({ body: bytes, isChunked }: AnyMessage) => !isChunked || !bytes.includes('0\r\n\r\n')
  await fc.assert(
    fc.asyncProperty(message.filter(isClear), message.filter(isClear), async (request, response) => {
      answer = write('HTTP/1.1 200 OK', response)
      const bytes = write('POST /x HTTP/1.1', request, `127.0.0.1:${target.port}`)
      const half = Math.min(request.cut, bytes.length)
      client.send(bytes.subarray(0, half))
      client.send(bytes.subarray(half))
      const received = await client.receive(isWholeMessage)
      expect(plain(asked)).toEqual(plain(bytes))
      expect(plain(received)).toEqual(plain(answer))
    }),
    { seed, numRuns: 300 },
  )
  // One connection of the client is one connection to the target.
  expect(target.sockets).toHaveLength(1)
})

interface AnyMessage {
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer
  readonly isChunked: boolean
  /** Where the bytes are cut in two, and how large chunks are. */
  readonly cut: number
}

function write(start: string, { headers, body, isChunked, cut }: AnyMessage, host?: string): Buffer {
  const lines = [
    start,
    ...(host ? [`Host: ${host}`] : []),
    ...headers.map(([name, text]) => `${name}: ${text}`),
  ]
  lines.push(isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`)
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  if (!isChunked) return Buffer.concat([head, body])
  const chunks: Buffer[] = []
  for (let i = 0; i < body.length; i += cut + 1) {
    const part = body.subarray(i, i + cut + 1)
    chunks.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
  }
  return Buffer.concat([head, ...chunks, Buffer.from('0\r\n\r\n')])
}

test('a large body is streamed, and said not to be judged', async () => {
  const size = 3 * 1024 * 1024
  const body = Buffer.alloc(size, 'x')
  const { received, sent, end } = await exchange(
    Buffer.concat([
      Buffer.from(`POST /trade/v1/payment HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`),
      body,
    ]),
    Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\n\r\n`),
      body,
    ]),
  )
  expect([sent.body.equals(body), received.body.equals(body)]).toEqual([true, true])
  expect(end().unreadable).toMatchObject({
    count: 2,
    list: [
      { why: 'The body of the request is too large to be judged; it was passed on.' },
      { why: 'The body of the answer is too large to be judged; it was passed on.' },
    ],
  })
})

test('a body whose encoding is wrong goes through, and is said not to be readable', async () => {
  const { received, end } = await exchange(
    'POST /trade/v1/query HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}',
  )
  expect(received.body.toString()).toBe('{}')
  expect(end().unreadable.list[0]?.why).toMatch(
    /^The body of the answer cannot be read, and was passed on as it is: it is no gzip: .*\.$/,
  )
})

test('100 Continue comes from the target', async () => {
  const target = await openRawServer(received => {
    if (received.toString().endsWith('abc')) return 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
    return received.includes('Expect') && isWholeHead(received) ? 'HTTP/1.1 100 Continue\r\n\r\n' : undefined
  })
  const { proxy } = await open(target.url)
  const client = await connectRaw(proxy.port)
  client.send('POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n')
  expect((await client.receive(isWholeHead)).toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  client.send('abc')
  expect(parseRaw(await client.receive(isWholeHead)).start).toBe('HTTP/1.1 200 OK')
})

const isWholeHead = (bytes: Buffer) => bytes.includes('\r\n\r\n')

test('a target that breaks off in the middle of an answer does so for the client', async () => {
  const target = await openRawServer((_, socket) => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
    return undefined
  })
  const { proxy, end } = await open(target.url)
  const client = await connectRaw(proxy.port)
  client.send('GET /x HTTP/1.1\r\nHost: a\r\n\r\n')
  const { received } = await client.end()
  expect(parseRaw(received)).toMatchObject({
    start: 'HTTP/1.1 200 OK',
    headers: expect.arrayContaining(['Content-Length: 10']),
  })
  expect(parseRaw(received).body.toString()).toBe('half')
  expect(end().unreadable.list.map(({ why }) => why)).toEqual([
    'The connection ended in the middle of the answer.',
  ])
})

test('a target that breaks off before it answers does so for the client', async () => {
  const target = await openRawServer((_, socket) => {
    socket.resetAndDestroy()
    return undefined
  })
  const { proxy, end } = await open(target.url)
  const client = await connectRaw(proxy.port)
  client.send('GET /x HTTP/1.1\r\nHost: a\r\n\r\n')
  expect(await client.end()).toEqual({ received: Buffer.alloc(0), error: 'ECONNRESET' })
  expect(proxy.counts).toEqual({ answered: 0, failed: 1 })
  expect(end().unreadable.list[0]?.why).toMatch(
    /^The connection to the target \(http:\/\/127\.0\.0\.1:\d+\) ended before/,
  )
})

test('a client that leaves takes its request back from the target', async () => {
  let seen: (() => void) | undefined
  const hasCome = new Promise<void>(resolve => {
    seen = resolve
  })
  const target = await openRawServer(() => {
    seen?.()
    return undefined
  })
  const { proxy, end } = await open(target.url)
  const client = await connectRaw(proxy.port)
  client.send('GET /x HTTP/1.1\r\nHost: a\r\n\r\n')
  await hasCome
  const gone = new Promise(resolve => target.sockets[0]?.once('close', resolve))
  client.socket.destroy()
  await gone
  expect(proxy.counts).toEqual({ answered: 0, failed: 0 })
  expect(end().unreadable.list.map(({ why }) => why)).toEqual([
    'The client ended the connection before the answer was whole.',
  ])
})

test('an idle connection that the target ends is ended for the client', async () => {
  const { client, target } = await exchange(
    'GET /x HTTP/1.1\r\nHost: a\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
  )
  target.sockets[0]?.end()
  expect((await client.end()).error).toBeUndefined()
})

test('requests of one connection are answered in their order', async () => {
  let count = 0
  const target = await openRawServer(received => {
    if (!isWholeHead(received)) return undefined
    const path = /^GET (\S+)/.exec(received.toString())?.[1] ?? ''
    count++
    return `HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`
  })
  const { proxy } = await open(target.url)
  const client = await connectRaw(proxy.port)
  client.send(['/a', '/b', '/c'].map(path => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''))
  const received = await client.receive(bytes => bytes.toString().includes('\r\n\r\n/c'))
  expect(
    received
      .toString()
      .match(/\r\n\r\n\/[abc]/g)
      ?.map(each => each.trim()),
  ).toEqual(['/a', '/b', '/c'])
  expect([count, target.sockets.length]).toEqual([3, 1])
})

test('what the target answers is no HTTP: 502 says so', async () => {
  const { received } = await exchange('GET /x HTTP/1.1\r\nHost: a\r\n\r\n', 'SSH-2.0-OpenSSH\r\n')
  expect(received.start).toBe('HTTP/1.1 502 Bad Gateway')
  expect(JSON.parse(received.body.toString())).toEqual({
    error: {
      code: 'unreachable',
      message: expect.stringMatching(/^What the target .* answered is no HTTP: Parse Error/),
    },
  })
  expect(received.headers.join()).not.toContain('x-paydouble-findings')
})

test('nobody listens at the target: 502 says so, and it is counted', async () => {
  const { proxy, end } = await open('http://127.0.0.1:1')
  const answer = await send(proxy.url, { method: 'POST', path: '/trade/v1/payment', body: 'a=1' })
  const message =
    'Failed to reach the target (http://127.0.0.1:1): connect ECONNREFUSED 127.0.0.1:1. Check the address, and whether the provider is up.'
  expect([answer.status, answer.json()]).toEqual([502, { error: { code: 'unreachable', message } }])
  expect(answer.headers['x-paydouble-findings']).toBeUndefined()
  expect([proxy.counts, proxy.lastFailure]).toEqual([{ answered: 0, failed: 1 }, message])
  expect(end().unreadable.list.map(({ why }) => why)).toEqual([message])
})

test('a certificate that nobody trusts: 502 says what to do', async () => {
  const server = createServer({ key: selfSigned.key, cert: selfSigned.cert })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { proxy } = await open(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const answer = await send(proxy.url, { path: '/x' })
  expect(answer.status).toBe(502)
  expect(answer.text).toMatch(
    /self-signed certificate.* Its certificate is not trusted: .*NODE_EXTRA_CA_CERTS/,
  )
})

test.each(['ftp://a', 'not an address', 'http://a/?b=c', 'http://me:secret@a'])(
  '%s is no target',
  async target => {
    await expect(
      openProxy({ check: createCheck({ contracts }), contract, target, now: () => 0 }),
    ).rejects.toThrow('Failed to read --target')
  },
)

test('a path of the target stands in front of each path', async () => {
  const target = await openRawServer(() => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  const { proxy } = await open(`${target.url}/qfpay/`)
  await send(proxy.url, { path: '/trade/v1/query?a=1' })
  await send(proxy.url, { path: 'http://127.0.0.1/absolute' })
  expect(target.received.join('').match(/GET .*/g)).toEqual([
    'GET /qfpay/trade/v1/query?a=1 HTTP/1.1',
    'GET /qfpay/absolute HTTP/1.1',
  ])
})

test('the double behind the proxy: the same answers, byte for byte, and nothing is found', async () => {
  const door = await openHttp()
  const other = await openHttp()
  const { proxy, end } = await open(door.urlOf('qfpay'))
  const through = { ...door, send: (_: string, request: TestRequest) => send(proxy.url, request) }
  const [proxied, direct] = [await qfpayPayment(through), await qfpayPayment(other)]
  expect(proxied.text).toBe(direct.text)
  expect(proxied.headers).toMatchObject({
    'x-paydouble-findings': '0',
    'x-qf-sign': direct.headers['x-qf-sign'],
  })
  expect(end()).toMatchObject({
    exchanges: 1,
    findings: [],
    judged: [{ name: 'payment', count: 1 }],
    unverified: [],
  })
})

test('an answer that drifts has its kinds in the header, and no secret', async () => {
  const door = await openHttp()
  const { proxy, end } = await open(door.urlOf('qfpay'))
  const through = { ...door, send: (_: string, request: TestRequest) => send(proxy.url, request) }
  const { headers } = await qfpayPayment(through, { txamt: '3.00' }, { key: 'WRONG' })
  expect(headers['x-paydouble-findings']).toBe('2; currencyUnit wrongSignature')
  expect(JSON.stringify(end())).not.toContain(qfpayAccount.clientKey)
})

test('what is no operation is passed on and listed', async () => {
  const { received, end } = await exchange(
    'GET /health?key=1 HTTP/1.1\r\nHost: a\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup',
  )
  expect(received.headers).toContain('x-paydouble-findings: 0')
  expect(end().unmatched).toMatchObject({ count: 1, list: [{ why: 'no operation of qfpay has this path' }] })
})

test('callbacks go to the app and are judged', async () => {
  const receiver = await openReceiver(() => ({ status: 200, body: 'SUCCESS' }))
  const door = await openHttp()
  const { proxy, end } = await open(door.urlOf('qfpay'), { merchant: new URL('/', receiver.url).href })
  await door.double.accounts.put('qfpay', 'demo', { notifyUrl: `${proxy.callbacksUrl}/paid?shop=1` })
  const through = { ...door, send: (_: string, request: TestRequest) => send(proxy.url, request) }
  const { syssn } = (await qfpayPayment(through)).json()
  const { deliveries } = await door.double.payer.pay(String(syssn))
  expect(deliveries).toMatchObject([{ status: 'delivered', attempts: [{ reply: 'SUCCESS' }] }])
  expect(receiver.received).toMatchObject([{ path: '/paid?shop=1', body: deliveries[0]?.body }])
  expect(end()).toMatchObject({
    findings: [],
    judged: [
      { kind: 'operation', name: 'payment' },
      { kind: 'callback', name: 'payment' },
    ],
  })
})

test('a callback that is wrong is found, and the app is not told', async () => {
  const receiver = await openReceiver(() => ({ status: 200, body: 'SUCCESS' }))
  const door = await openHttp()
  const { proxy, end } = await open(door.urlOf('qfpay'), { merchant: receiver.url })
  await door.double.accounts.put('qfpay', 'demo', { notifyUrl: proxy.callbacksUrl })
  door.double.faults.add({ provider: 'qfpay', deliver: deliver('payment').wrongKey() })
  const { syssn } = (await qfpayPayment(door)).json()
  await door.double.payer.pay(String(syssn))
  expect(receiver.received[0]?.headers['x-paydouble-findings']).toBeUndefined()
  expect(end().findings.map(({ kind, part }) => [part, kind])).toEqual([['callback', 'wrongSignature']])
})

test('where a provider has one callback, nothing else can be meant, whatever is in it', async () => {
  const its500 = contracts.find(({ id }) => id === 'its500')
  const receiver = await openReceiver(() => ({ status: 200, body: '' }))
  const { proxy, end } = await open('http://127.0.0.1:1', {
    merchant: receiver.url,
    ...(its500 && { contract: its500 }),
  })
  await send(proxy.url, { path: '/_callbacks' })
  await send(proxy.url, {
    method: 'POST',
    path: '/_callbacks',
    headers: { 'content-type': 'application/json' },
    body: '{"renamed":1}',
  })
  const { findings, unmatched } = end()
  expect(findings.map(({ name, kind }) => `${name} ${kind}`)).toContain('paid missingField')
  expect(unmatched.count).toBe(1)
})

test('what a client sends is no HTTP: it is refused and listed', async () => {
  const { proxy, end } = await open('http://127.0.0.1:1')
  const client = await connectRaw(proxy.port)
  client.send('HELLO\r\n\r\n')
  expect((await client.end()).received.toString()).toBe(
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
  )
  expect(end().unreadable.list[0]?.why).toMatch(/^What a client sent is no HTTP: Parse Error/)
})

test('kinds that no header can hold are written so that it can', () => {
  expect(toFindingsHeader([{ kind: 'a b\n金' }, { kind: 'c' }, { kind: 'c' }])).toBe('3; a_b__ c')
})

test('a callback without --merchant: 502 says how to get it through', async () => {
  const { proxy, end } = await open('http://127.0.0.1:1')
  const answer = await send(proxy.url, { method: 'POST', path: '/_callbacks/paid', body: '{}' })
  const message =
    'A callback came to the proxy, which does not know where the app takes callbacks: start it with --merchant <url>.'
  expect([answer.status, answer.json()]).toEqual([502, { error: { code: 'noMerchant', message } }])
  expect(end().unreadable.list).toMatchObject([{ why: message }])
  expect(proxy.counts).toEqual({ answered: 0, failed: 0 })
})

test('each exchange is handed out as it was judged', async () => {
  const door = await openHttp()
  const { proxy, exchanges } = await open(door.urlOf('qfpay'))
  await send(proxy.url, { path: '/trade/v1/query?a=1', headers: { 'X-Two': 'a' } })
  expect(exchanges).toMatchObject([
    {
      at: 1_767_229_200_000,
      place: { source: 'proxy', unit: 'call', number: 1 },
      request: { method: 'GET', url: `${door.urlOf('qfpay')}/trade/v1/query?a=1`, headers: { 'x-two': 'a' } },
      response: { status: 200 },
    },
  ])
})

test('a port that is taken is said', async () => {
  const { proxy } = await open('http://127.0.0.1:1')
  await expect(open('http://127.0.0.1:1', { port: proxy.port })).rejects.toThrow('the port is taken')
})

test('an exchange that cannot be recorded is passed on and judged all the same', async () => {
  const { received, end } = await exchange(
    'GET /x HTTP/1.1\r\nHost: a\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
    {
      onExchange() {
        throw new RangeError('too long')
      },
    },
  )
  expect([received.start, received.body.toString()]).toEqual(['HTTP/1.1 200 OK', '{}'])
  const { exchanges, unreadable } = end()
  const why = 'paydouble failed to record it: RangeError: too long. Please report it.'
  expect([exchanges, unreadable.list.map(each => each.why)]).toEqual([1, [why]])
})
