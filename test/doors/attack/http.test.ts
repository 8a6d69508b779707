// What comes over a socket and is no request that a provider could answer.
import { expect, test } from 'vitest'
import type { HttpLimits } from '../../../src/doors/http/limits.ts'
import { type OpenDoor, openHttp } from '../../harness/doors.ts'
import { eventually } from '../../harness/eventually.ts'
import { connectRaw, isWholeMessage, parseRaw, type RawClient } from '../../harness/raw-socket.ts'

async function open(limits: Partial<HttpLimits> = {}) {
  const door = await openHttp({}, { limits })
  const port = Number(new URL(door.urlOf('')).port)
  return { door, port, connect: () => connectRaw(port) }
}

/** The status and the JSON of an answer. */
function read(bytes: Buffer): { status: number; error: { code: string; message: string } } {
  const { start, body } = parseRaw(bytes)
  const { error } = JSON.parse(body.toString('utf8'))
  return { status: Number(start.split(' ')[1]), error }
}

/** All that comes until the connection ends. */
async function answerTo(client: RawClient, bytes: string): Promise<ReturnType<typeof read>> {
  client.send(bytes)
  const { received } = await client.end()
  expect(parseRaw(received).headers).toContain('connection: close')
  expect(isWholeMessage(received)).toBe(true)
  return read(received)
}

async function expectAlive(door: OpenDoor): Promise<void> {
  expect((await door.send('', { path: '/_paydouble/health' })).json()).toMatchObject({ status: 'ok' })
}

const head = (line: string, ...headers: string[]) => [line, 'Host: x', ...headers, '', ''].join('\r\n')

test.each([
  [
    'a byte beyond ASCII in the address',
    head('GET /qfpay/\xe4\xb8\xad HTTP/1.1'),
    400,
    'badHttp',
    /percent-encoded/,
  ],
  ['a blank in the address', head('GET /qfpay/a b HTTP/1.1'), 400, 'badHttp', /METHOD \/path|HTTP\/1\.1/],
  ['no method', head('12345 / HTTP/1.1'), 400, 'badHttp', /method, such as GET/],
  ['no HTTP at all', 'hello, is anybody there?\r\n\r\n', 400, 'badHttp', /method/],
  ['a version that there is not', head('GET / HTTP/9.9'), 400, 'badHttp', /HTTP\/1\.1 or HTTP\/1\.0/],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'badHttp', /HTTP/],
  ['a header without a name', head('GET / HTTP/1.1', ': x'), 400, 'badHttp', /header/],
  ['a zero byte in a header', head('GET / HTTP/1.1', 'X-A: a\0b'), 400, 'badHttp', /header/i],
  [
    'a length that is no number',
    head('POST / HTTP/1.1', 'Content-Length: ten'),
    400,
    'badHttp',
    /Content-Length/,
  ],
  ['a length below zero', head('POST / HTTP/1.1', 'Content-Length: -1'), 400, 'badHttp', /Content-Length/],
  [
    'two lengths',
    head('POST / HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2'),
    400,
    'badHttp',
    /Content-Length/,
  ],
  [
    'a length beside chunks, which is how requests are smuggled',
    head('POST / HTTP/1.1', 'Content-Length: 5', 'Transfer-Encoding: chunked'),
    400,
    'badHttp',
    /Transfer-Encoding/,
  ],
  [
    'an encoding that does not end in chunks',
    head('POST / HTTP/1.1', 'Transfer-Encoding: gzip'),
    400,
    'badHttp',
    /Transfer-Encoding/,
  ],
  [
    'a chunk without a size',
    `${head('POST / HTTP/1.1', 'Transfer-Encoding: chunked')}zz\r\n`,
    400,
    'badHttp',
    /chunk/,
  ],
  [
    'extensions of a chunk without an end',
    `${head('POST / HTTP/1.1', 'Transfer-Encoding: chunked')}1;${'a'.repeat(20_000)}`,
    413,
    'bodyTooLarge',
    /extensions/,
  ],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400, 'badHttp', /Host/],
  ['two Hosts', head('GET / HTTP/1.1', 'hOST: y'), 400, 'badHttp', /more than one Host/],
  [
    'a header that is too long',
    head('GET / HTTP/1.1', `X: ${'a'.repeat(17_000)}`),
    431,
    'headersTooLarge',
    /16384/,
  ],
  [
    'a flood of headers',
    head('GET / HTTP/1.1', ...Array.from({ length: 3000 }, (_, i) => `X-${i}: y`)),
    431,
    'headersTooLarge',
    /16384/,
  ],
  [
    'an address that is too long',
    head(`GET /${'a'.repeat(17_000)} HTTP/1.1`),
    431,
    'headersTooLarge',
    /16384/,
  ],
  ['CONNECT', head('CONNECT example.com:443 HTTP/1.1'), 501, 'noProxy', /no tunnels/],
  [
    'an expectation that nobody knows',
    head('POST / HTTP/1.1', 'Expect: a-miracle'),
    417,
    'badExpectation',
    /100-continue/,
  ],
])('%s gets an error that says so, and others are answered', async (_, bytes, status, code, message) => {
  const { door, connect } = await open()
  const answer = await answerTo(await connect(), bytes)
  expect(answer).toMatchObject({ status, error: { code, message: expect.stringMatching(message) } })
  await expectAlive(door)
})

test('TLS is told to be none', async () => {
  const { connect } = await open()
  const client = await connect()
  client.send(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]))
  const { received } = await client.end()
  expect(read(received)).toMatchObject({
    status: 400,
    error: { message: expect.stringMatching(/TLS.*http:/) },
  })
})

test.each([
  ['TRACE', head('TRACE / HTTP/1.1', 'Cookie: secret=1')],
  ['OPTIONS for all', head('OPTIONS * HTTP/1.1')],
  ['Upgrade', head('GET /chat HTTP/1.1', 'Connection: Upgrade', 'Upgrade: websocket')],
  ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n'],
])('%s is a request like any other, and gets no operation', async (_, bytes) => {
  const { connect } = await open()
  const client = await connect()
  client.send(bytes)
  const received = await client.receive(isWholeMessage)
  expect(read(received)).toMatchObject({ status: 501, error: { code: 'unknownOperation' } })
  expect(received.toString()).not.toContain('secret=1')
})

test('chunks with trailers are read like a body with a length', async () => {
  const { door, connect } = await open()
  const client = await connect()
  const body = 'not=signed'
  client.send(
    `${head(
      'POST /trade/v1/payment HTTP/1.1',
      'Content-Type: application/x-www-form-urlencoded',
      'Transfer-Encoding: chunked',
      'Trailer: X-Sum',
    )}${body.length.toString(16)};ext=1\r\n${body}\r\n0\r\nX-Sum: 1\r\n\r\n`,
  )
  expect(parseRaw(await client.receive(isWholeMessage)).start).toContain('200')
  expect(door.double.journal.list({}).items).toMatchObject([
    { bodyBytes: body.length, params: { not: 'signed' } },
  ])
})

test('a client that waits for 100 Continue is told to go on', async () => {
  const { connect } = await open()
  const client = await connect()
  client.send(head('POST /trade/v1/payment HTTP/1.1', 'Content-Length: 3', 'Expect: 100-continue'))
  expect((await client.receive(bytes => bytes.includes('\r\n\r\n'))).toString()).toMatch(/^HTTP\/1\.1 100 /)
  client.send('a=b')
  expect((await client.receive(isWholeMessage)).toString()).toMatch(/^HTTP\/1\.1 200 /)
})

test('a client that waits for 100 Continue with too large a body gets 413 before it sends any of it', async () => {
  const { connect } = await open()
  const bytes = head('POST /trade/v1/payment HTTP/1.1', 'Content-Length: 99999999', 'Expect: 100-continue')
  expect(await answerTo(await connect(), bytes)).toMatchObject({
    status: 413,
    error: { code: 'bodyTooLarge' },
  })
})

test.each([
  ['with its length in front', 'Content-Length: 1099511627776', ''],
  ['in chunks', 'Transfer-Encoding: chunked', '10000000000\r\n'],
])(
  'a body of a terabyte %s gets 413, is not read to its end, and is in the journal',
  async (_, header, size) => {
    const { door, port } = await open({ lingerBytes: 4 * 1024 * 1024, lingerMs: 600_000 })
    // It goes on sending, whatever it is told.
    const client = await connectRaw(port, { allowHalfOpen: true })
    client.send(head('POST /trade/v1/payment HTTP/1.1', header) + size)
    const megabyte = Buffer.alloc(1024 * 1024, 'x')
    let sent = 0
    const more = (error?: Error | null) => {
      sent++
      if (!error) client.socket.write(megabyte, more)
    }
    more()
    expect(read(await client.receive(isWholeMessage))).toMatchObject({
      status: 413,
      error: { code: 'bodyTooLarge' },
    })
    await client.end()
    expect(sent).toBeLessThan(50)
    expect(door.double.journal.list({}).items).toMatchObject([
      { outcome: 'unmatched', request: { path: '/trade/v1/payment' }, response: { status: 413 } },
    ])
    expect(door.double.journal.list({}).items[0]?.bodyBytes).toBeGreaterThan(1024 * 1024)
    await expectAlive(door)
  },
)

test('too large a body for the control interface gets 413 as well', async () => {
  const { connect } = await open()
  const bytes = head('POST /_paydouble/api/faults HTTP/1.1', 'Content-Length: 1048577')
  expect(await answerTo(await connect(), bytes)).toMatchObject({ status: 413 })
})

/** Sends until the other side has ended the connection. */
function sendUntilClosed(client: RawClient): Promise<void> {
  return eventually(() => {
    client.send('x')
    expect(client.socket.destroyed).toBe(true)
  })
}

test('a client that stays after its 413 is cut off', async () => {
  const { port } = await open({ lingerMs: 1 })
  const client = await connectRaw(port, { allowHalfOpen: true })
  client.send(head('POST / HTTP/1.1', 'Content-Length: 1048577'))
  expect(read(await client.receive(isWholeMessage))).toMatchObject({ status: 413 })
  await sendUntilClosed(client)
})

test('bodies that are too much together are refused, and read again once the others are gone', async () => {
  const { door, connect } = await open({ bodiesBytes: 1000 })
  const first = await connect()
  first.send(`${head('POST /trade/v1/payment HTTP/1.1', 'Content-Length: 901')}${'a'.repeat(900)}`)
  const second = () =>
    connect().then(client =>
      answerTo(
        client,
        `${head('POST /trade/v1/payment HTTP/1.1', 'Content-Length: 901', 'Connection: close')}${'a'.repeat(901)}`,
      ),
    )
  await eventually(async () =>
    expect(await second()).toMatchObject({ status: 503, error: { code: 'tooBusy' } }),
  )
  first.socket.destroy()
  await eventually(async () => {
    const client = await connect()
    client.send(`${head('POST /trade/v1/payment HTTP/1.1', 'Content-Length: 901')}${'a'.repeat(901)}`)
    expect((await client.receive(isWholeMessage)).toString()).toMatch(/^HTTP\/1\.1 200 /)
  })
  await expectAlive(door)
})

test('a request that was refused for what others take up is not done all the same', async () => {
  const { door, connect } = await open({ bodiesBytes: 10 })
  const bytes = `${head('POST /trade/v1/payment HTTP/1.1', 'Content-Length: 20')}${'a'.repeat(20)}`
  expect(await answerTo(await connect(), bytes)).toMatchObject({ status: 503 })
  expect(door.double.journal.list({}).items).toEqual([])
})

/** As soon as it can be. */
const impatient = { headersMs: 50, requestMs: 100, checkMs: 10 }

test('headers that come too slowly get 408, and others are answered meanwhile', async () => {
  const { door, connect } = await open(impatient)
  const client = await connect()
  client.send('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')
  await expectAlive(door)
  const { received } = await client.end()
  expect(read(received)).toMatchObject({
    status: 408,
    error: { code: 'requestTimeout', message: expect.stringMatching(/50 ms.*100 ms/) },
  })
  await expectAlive(door)
})

test('a body that comes too slowly gets 408, and is in no provider’s hands', async () => {
  const { door, connect } = await open(impatient)
  const client = await connect()
  client.send(`${head('POST /trade/v1/payment HTTP/1.1', 'Content-Length: 100')}a=`)
  expect(read((await client.end()).received)).toMatchObject({ status: 408 })
  expect(door.double.journal.list({}).items).toEqual([])
})

test('a connection that says nothing is closed without a word', async () => {
  const { connect } = await open(impatient)
  expect((await (await connect()).end()).received).toEqual(Buffer.alloc(0))
})

test('a client that does not read its answers is cut off in the end', async () => {
  // As long as it is there nobody else gets in.
  const { door, connect } = await open({ stalledMs: 50, checkMs: 10, connections: 1 })
  const client = await connect()
  client.socket.pause()
  // More than what the system holds back between the two.
  client.send(head('GET /_paydouble/api/accounts HTTP/1.1').repeat(20_000))
  await eventually(() => expectAlive(door))
})

test('10,000 pipelined requests get their answers in their order', async () => {
  const { connect } = await open()
  const client = await connect()
  const count = 10_000
  const requests = Array.from({ length: count }, (_, i) => head(`GET /nothing/${i} HTTP/1.1`))
  client.send(requests.join(''))
  const ends = (bytes: Buffer) => bytes.includes(`/nothing/${count - 1} `)
  const text = (await client.receive(ends)).toString()
  const order = [...text.matchAll(/"GET \/nothing\/(\d+) is/g)].map(match => Number(match[1]))
  expect(order).toEqual(Array.from({ length: count }, (_, i) => i))
})

test('of one connection no more requests are read than wait for an answer', async () => {
  const { door, connect } = await open({ pipelined: 10 })
  const { double } = door
  double.faults.add({ provider: 'qfpay', times: 'always', network: { do: 'delay', for: '1m' } })
  const client = await connect()
  const requests = (from: number) =>
    Array.from({ length: 5 }, (_, i) => head(`GET /trade/v1/query?n=${from + i} HTTP/1.1`)).join('')
  const seen = () => Number(double.journal.list({}, { limit: 1 }).items[0]?.id ?? 0)
  client.send(requests(0))
  await eventually(() => expect(seen()).toBe(5))
  // What comes in one piece is read in one piece.
  const beginning = head('POST /trade/v1/query HTTP/1.1', 'Content-Length: 9')
  client.send(requests(5) + requests(10) + beginning)
  await eventually(() => expect(seen()).toBe(15))
  client.send(`the=rest.${requests(15)}`)
  for (let i = 0; i < 50; i++) await expectAlive(door)
  expect(seen()).toBe(15)
  await double.clock.advance('1m')
  await eventually(() => expect(seen()).toBe(21))
})

test('a request before one that is broken gets its answer first', async () => {
  const { connect } = await open()
  const client = await connect()
  client.send(`${head('GET /first HTTP/1.1')}rubbish\r\n\r\n`)
  const text = (await client.end()).received.toString()
  expect([...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(match => match[1])).toEqual(['501', '400'])
  expect(text).toContain('/first')
})

test('calls that hang keep their connection, and the oldest ends when there are too many', async () => {
  const { door, connect } = await open({ hanging: 2, stalledMs: 20, ...impatient })
  door.double.faults.add({ provider: 'qfpay', times: 'always', network: { do: 'hang' } })
  const clients: RawClient[] = []
  for (let i = 1; i <= 3; i++) {
    const client = await connect()
    clients.push(client)
    client.send(head('GET /trade/v1/query HTTP/1.1'))
    await eventually(() =>
      expect(door.double.journal.list({}).items).toMatchObject(Array(i).fill({ outcome: 'lost' })),
    )
  }
  const [first, second, third] = clients
  expect((await first?.end())?.received).toEqual(Buffer.alloc(0))
  // Longer than any limit that is for those who do nothing.
  const other = await connect()
  await other.end()
  expect([second?.socket.destroyed, third?.socket.destroyed]).toEqual([false, false])
})

const form = 'Content-Type: application/x-www-form-urlencoded'

/** A call that asks for a fault of its own. */
const faulty = (network: object, bytes = 0) =>
  `${head('POST /trade/v1/query HTTP/1.1', `X-Paydouble: ${JSON.stringify({ network })}`, form, `Content-Length: ${bytes}`)}${'a'.repeat(bytes)}`

const outcomes = ({ double }: OpenDoor) => double.journal.list().items.map(({ outcome }) => outcome)

test.each(['before', 'after'] as const)(
  'a call that is delayed %s the provider ends when its client hangs up, and its bytes are given back',
  async phase => {
    const { door, connect } = await open({ bodiesBytes: 1000 })
    for (let i = 1; i <= 5; i++) {
      const client = await connect()
      client.send(faulty({ do: 'delay', for: '300d', phase }, 450))
      await eventually(() => expect(outcomes(door)).toHaveLength(i))
      await door.double.clock.held()
      client.socket.destroy()
      await eventually(() =>
        expect(door.double.journal.list().items[0]?.response).toMatchObject({ cut: 'reset' }),
      )
    }
    expect(new Set(outcomes(door))).toEqual(new Set([phase === 'before' ? 'lost' : 'refused']))
    await expect(door.double.clock.held({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'waitedInVain' })
    const client = await connect()
    client.send(`${head('POST /trade/v1/query HTTP/1.1', 'Content-Length: 1000')}${'a'.repeat(1000)}`)
    expect((await client.receive(isWholeMessage)).toString()).toMatch(/^HTTP\/1\.1 200 /)
  },
)

test('calls behind others on one connection end with it, too', async () => {
  const { door, connect } = await open()
  const client = await connect()
  client.send(faulty({ do: 'delay', for: '300d' }).repeat(20))
  await door.double.clock.held({ calls: 20 })
  client.socket.destroy()
  await eventually(() => expect(outcomes(door)).toEqual(Array(20).fill('lost')))
})

test.each([
  ['more calls than there may be', { hanging: 2 }, 0],
  ['more bytes than they may hold', { bodiesBytes: 1000 }, 250],
])('of %s that are delayed the next one gets 503, until one of them is over', async (_, limits, bytes) => {
  const { door, connect } = await open(limits)
  const delayed = faulty({ do: 'delay', for: '300d' }, bytes)
  const [first, second, third] = [await connect(), await connect(), await connect()]
  first.send(delayed)
  second.send(delayed)
  await door.double.clock.held({ calls: 2 })
  third.send(delayed)
  expect(read(await third.receive(isWholeMessage))).toMatchObject({
    status: 503,
    error: {
      code: 'tooBusy',
      message: expect.stringMatching(/^Failed to delay the call: .*move the clock\.$/),
    },
  })
  await expectAlive(door)
  first.socket.destroy()
  await eventually(() => expect(outcomes(door)).toContain('lost'))
  third.send(delayed)
  await door.double.clock.held({ calls: 2 })
  await door.double.clock.advance('300d')
  expect((await third.receive(isWholeMessage)).toString()).toMatch(/^HTTP\/1\.1 200 /)
})

test('a call that is delayed counts among those that hang', async () => {
  const { door, connect } = await open({ hanging: 2 })
  const clients: RawClient[] = []
  for (const network of [{ do: 'hang' }, { do: 'hang' }, { do: 'delay', for: '300d' }]) {
    const client = await connect()
    clients.push(client)
    client.send(faulty(network))
    await eventually(() => expect(outcomes(door)).toHaveLength(clients.length))
  }
  const [first, second, third] = clients
  expect((await first?.end())?.received).toEqual(Buffer.alloc(0))
  expect([second?.socket.destroyed, third?.socket.destroyed]).toEqual([false, false])
})

test('beyond the number of connections those that come are closed, and the others go on', async () => {
  const { door, connect } = await open({ connections: 2 })
  const first = await connect()
  const second = await connect()
  const third = await connect()
  await third.end()
  first.send(head('GET / HTTP/1.1'))
  expect((await first.receive(isWholeMessage)).toString()).toMatch(/501/)
  second.socket.destroy()
  await eventually(() => expectAlive(door))
})

test('a body of 300,000 lists within each other is a refusal like another, also in the journal', async () => {
  const { door } = await open()
  const body = '['.repeat(300_000) + ']'.repeat(300_000)
  const headers = { 'content-type': 'application/json' }
  for (const path of ['/dms/cash-out/payment', '/nothing', '/_paydouble/api/faults']) {
    const answer = await door.send('', { method: 'POST', path, headers, body })
    expect(answer.status).not.toBe(500)
  }
  // Of this one all is kept.
  await door.send('', { method: 'POST', path: '/nothing', headers, body: body.slice(292_000, 308_000) })
  expect((await door.send('', { path: '/_paydouble/api/requests' })).status).toBe(200)
})

test('a call behind another one on its connection is reset as well', async () => {
  const { door, connect } = await open()
  door.double.faults.add({ provider: 'qfpay', times: 'always', network: { do: 'reset' } })
  const client = await connect()
  client.send(head('GET /nothing HTTP/1.1') + head('GET /trade/v1/query HTTP/1.1'))
  expect((await client.end()).error).toBe('ECONNRESET')
})

test('of many small headers none is dropped', async () => {
  const { door, connect } = await open()
  const client = await connect()
  client.send(head('GET /nothing HTTP/1.1', ...Array(2500).fill('A:'), 'X-Last: 1'))
  await client.receive(isWholeMessage)
  expect(door.double.journal.list({}).items[0]?.request?.headers).toMatchObject({ 'x-last': '1' })
})

test('bodies in which everything is called a secret are shown, in time', async () => {
  const { door } = await open()
  const fields = Array.from({ length: 700 }, (_, i) => [`token${i}`, `secret${i}-${'x'.repeat(i % 9)}`])
  const body = JSON.stringify({
    ...Object.fromEntries(fields),
    token: 'lone \ud800 half',
    password: 'outcome',
  })
  const headers = { 'content-type': 'application/json' }
  for (let i = 0; i < 20; i++) await door.send('', { method: 'POST', path: '/nothing', headers, body })
  const answer = await door.send('', { path: '/_paydouble/api/requests?limit=500' })
  expect(answer.json().items).toHaveLength(20)
  expect(answer.json().items).toMatchObject([{ outcome: 'unmatched' }, ...Array(19).fill({})])
  expect(answer.text.match(/secret\d+-/g)).toBe(null)
})
