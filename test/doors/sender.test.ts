// How callbacks leave the server: over real sockets on loopback, with names that the test resolves.
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, LookupFunction, Server } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSender, maxReplyBytes, mostAtOnce, type SenderOptions } from '../../src/doors/sender.ts'
import { eventually } from '../harness/eventually.ts'
import { openRawServer } from '../harness/raw-socket.ts'
import { openReceiver } from '../harness/receiver.ts'
import { selfSigned } from '../harness/self-signed.ts'

const { signal } = new AbortController()
const callback = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"paid":1}', signal }

/** What one callback comes to. */
function deliver(url: string, options: SenderOptions = {}, changes: object = {}) {
  return createSender(options)({ ...callback, url, ...changes })
}

/** Resolves every name to these addresses, and keeps the names. */
function resolverTo(...addresses: string[]): { lookup: LookupFunction; names: string[] } {
  const names: string[] = []
  return {
    names,
    lookup(name, { all }, done) {
      names.push(name)
      const found = addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
      if (all) done(null, found)
      else done(null, found[0]?.address ?? '', found[0]?.family)
    },
  }
}

async function open(listener: RequestListener): Promise<{ port: number; url: string; server: Server }> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}/`, server }
}

/** A server at the address of a local one under another name. */
function named(url: string, name: string): string {
  const { port, pathname } = new URL(url)
  return `http://${name}:${port}${pathname}`
}

test('a callback arrives as it is written', async () => {
  const receiver = await openReceiver(() => ({ status: 201, body: 'SUCCESS' }))
  const body = '{"name":"书"}'
  expect(await deliver(`${receiver.url}?a=b`, {}, { body })).toEqual({ status: 201, body: 'SUCCESS' })
  expect(receiver.received).toMatchObject([
    {
      method: 'POST',
      path: '/paid?a=b',
      body,
      headers: { 'content-type': 'text/plain', 'content-length': '14', host: new URL(receiver.url).host },
    },
  ])
})

test('bytes are sent where they are not the text as UTF-8', async () => {
  const receiver = await openReceiver()
  await deliver(receiver.url, {}, { body: '书', bytes: Uint8Array.of(0xca, 0xe9) })
  expect(receiver.received[0]?.bytes.toString('hex')).toBe('cae9')
})

test('one callback after the other goes over one connection', async () => {
  const receiver = await open((request, response) => request.resume().on('end', () => response.end()))
  let connections = 0
  receiver.server.on('connection', () => connections++)
  const send = createSender()
  for (let i = 0; i < 3; i++) await send({ ...callback, url: receiver.url })
  expect(connections).toBe(1)
})

describe('the address of a name', () => {
  test.each([
    ['a public one', '8.8.8.8'],
    ['one of the cloud’s metadata', '169.254.169.254'],
    ['one of the cloud’s metadata, as IPv6', 'fd00:ec2::254'],
    ['a link-local one', 'fe80::1'],
    ['no address in particular', '0.0.0.0'],
    ['no address in particular, as IPv6', '::'],
    ['one that carriers share', '100.64.0.1'],
    ['a public one in an IPv6 one', '::ffff:8.8.8.8'],
  ])('is refused where a name that looks private has %s', async (_, address) => {
    const { lookup } = resolverTo(address)
    await expect(deliver('http://shop.test:8080/paid', { lookup })).rejects.toThrow(
      `not sent: shop.test has the address ${address}, which is not private; allow the host with "allowedCallbackHosts" in the configuration`,
    )
  })

  test.each(['shop', 'localhost', 'a.localhost', 'nas.local', 'metadata.google.internal', 'shop.test'])(
    'of %s is asked for, and taken where it is private',
    async name => {
      const receiver = await openReceiver()
      const { lookup, names } = resolverTo('127.0.0.1')
      expect(await deliver(named(receiver.url, name), { lookup })).toMatchObject({ status: 200 })
      expect(names).toEqual([name])
      expect(receiver.received[0]?.headers.host).toBe(`${name}:${new URL(receiver.url).port}`)
    },
  )

  test('is refused where one of several is public', async () => {
    const receiver = await openReceiver()
    const { lookup } = resolverTo('127.0.0.1', '8.8.8.8')
    await expect(deliver(named(receiver.url, 'shop.test'), { lookup })).rejects.toThrow('8.8.8.8')
    expect(receiver.received).toEqual([])
  })

  test('is refused where a resolver gives one alone', async () => {
    const one: LookupFunction = (_, __, done) => done(null, '8.8.8.8', 4)
    await expect(deliver('http://shop.test/', { lookup: one })).rejects.toThrow('not sent: shop.test has')
  })

  test('may be any where the host was allowed by name', async () => {
    // Loopback stands for a public address here: to the policy neither is asked for.
    const receiver = await openReceiver()
    const { lookup } = resolverTo('127.0.0.1')
    const allowed = { lookup, allowedCallbackHosts: ['shop.example'] }
    expect(await deliver(named(receiver.url, 'shop.example'), allowed)).toMatchObject({ status: 200 })
    const elsewhere = { lookup: resolverTo('0.0.0.0').lookup, allowedCallbackHosts: ['shop.test'] }
    expect(await deliver(named(receiver.url, 'shop.test'), elsewhere)).toMatchObject({ status: 200 })
  })

  test('is asked for once, and is the one that is connected to', async () => {
    const receiver = await openReceiver()
    const answers = ['127.0.0.1', '8.8.8.8']
    let asked = 0
    // A name that is someone else's the second time.
    const lookup: LookupFunction = (_, __, done) =>
      done(null, [{ address: answers[asked++] ?? '', family: 4 }])
    expect(await deliver(named(receiver.url, 'shop.test'), { lookup })).toMatchObject({ status: 200 })
    expect(asked).toBe(1)
  })

  test('is checked again with each new connection', async () => {
    const receiver = await open((_, response) => response.setHeader('connection', 'close').end())
    const answers = ['127.0.0.1', '8.8.8.8']
    const lookup: LookupFunction = (_, __, done) =>
      done(null, [{ address: answers.shift() ?? '', family: 4 }])
    const send = createSender({ lookup })
    const url = named(receiver.url, 'shop.test')
    expect(await send({ ...callback, url })).toMatchObject({ status: 200 })
    await expect(send({ ...callback, url })).rejects.toThrow('shop.test has the address 8.8.8.8')
  })

  test('is not asked for where the host is an address', async () => {
    const receiver = await openReceiver()
    const { lookup, names } = resolverTo('8.8.8.8')
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '0x7f.0.0.1', '[::ffff:127.0.0.1]'])
      expect(await deliver(named(receiver.url, host), { lookup })).toMatchObject({ status: 200 })
    expect(names).toEqual([])
  })

  test('is refused over TLS as well', async () => {
    const { lookup } = resolverTo('8.8.8.8')
    await expect(deliver('https://shop.test/', { lookup })).rejects.toThrow('not sent: shop.test has')
  })
})

test.each([
  'http://8.8.8.8/',
  'http://134744072/',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fd00:ec2::254]/',
  'http://[fe80::1]/',
  'http://0.0.0.0/',
  'http://0/',
  'http://[::]/',
  'http://100.64.0.1/',
  'https://shop.example/',
  'ftp://127.0.0.1/',
  'shop',
])('nothing is sent to %s', async url => {
  const { lookup, names } = resolverTo('127.0.0.1')
  await expect(deliver(url, { lookup })).rejects.toThrow(/^not sent: /)
  expect(names).toEqual([])
})

test.each([301, 302, 303, 307, 308])('a redirect with %i is an answer, and is not followed', async status => {
  const target = await openReceiver()
  const receiver = await open((_, response) =>
    response.writeHead(status, { location: target.url }).end('moved'),
  )
  expect(await deliver(receiver.url)).toEqual({ status, body: 'moved' })
  expect(target.received).toEqual([])
})

describe('the answer', () => {
  test('is read as it is, with its byte order mark', async () => {
    const { url } = await open((_, response) => response.end('\ufeffSUCCESS'))
    expect(await deliver(url)).toEqual({ status: 200, body: '\ufeffSUCCESS' })
  })

  test('is not decompressed, and nobody asks for that', async () => {
    let accepted: unknown
    const { url } = await open((request, response) => {
      accepted = request.headers['accept-encoding']
      response.setHeader('content-encoding', 'gzip').end(gzipSync('SUCCESS'))
    })
    expect((await deliver(url)).body).not.toContain('SUCCESS')
    expect(accepted).toBeUndefined()
  })

  test('is read to its end where it comes in parts', async () => {
    const { url } = await open((_, response) => {
      response.write('SUC')
      setImmediate(() => response.end('CESS'))
    })
    expect(await deliver(url)).toEqual({ status: 200, body: 'SUCCESS' })
  })

  test('without end is given up, with what came of it', async () => {
    let isClosed = false
    const { url } = await open((_, response) => {
      response.on('close', () => {
        isClosed = true
      })
      pour(response)
    })
    const { status, body } = await deliver(url)
    expect(status).toBe(200)
    expect(body.length).toBeGreaterThanOrEqual(maxReplyBytes)
    expect(body.length).toBeLessThan(2 * maxReplyBytes)
    await eventually(() => expect(isClosed).toBe(true))
  })
})

/** Answers for as long as anybody reads. */
function pour(response: ServerResponse): void {
  while (response.write('x'.repeat(10_000)) && !response.destroyed) {}
  response.once('drain', () => pour(response))
}

describe('what goes wrong is said', () => {
  test('where nobody listens', async () => {
    const { url, server } = await open(() => {})
    await new Promise(resolve => server.close(resolve))
    const { host } = new URL(url)
    await expect(deliver(url)).rejects.toThrow(`nobody listens on ${host} (ECONNREFUSED)`)
  })

  test('where nobody listens on any of the addresses', async () => {
    const { url, server } = await open(() => {})
    await new Promise(resolve => server.close(resolve))
    const { lookup } = resolverTo('127.0.0.1', '127.0.0.2')
    const shop = named(url, 'shop.test')
    await expect(deliver(shop, { lookup })).rejects.toThrow(
      `nobody listens on ${new URL(shop).host} (ECONNREFUSED)`,
    )
  })

  test('where a name has no address', async () => {
    const lookup: LookupFunction = (_, __, done) =>
      done(Object.assign(new Error('getaddrinfo ENOTFOUND shop.test'), { code: 'ENOTFOUND' }), [])
    await expect(deliver('http://shop.test/', { lookup })).rejects.toThrow(
      'the host shop.test has no address (ENOTFOUND)',
    )
    const none: LookupFunction = (_, __, done) => done(null, [])
    await expect(deliver('http://shop.test/', { lookup: none })).rejects.toThrow(
      'the host shop.test has no address (ENOTFOUND)',
    )
  })

  test('where the connection ends without an answer', async () => {
    const { url } = await open(request => request.socket.destroy())
    await expect(deliver(url)).rejects.toThrow('ended the connection without an answer (ECONNRESET)')
  })

  test('where the connection is reset', async () => {
    const { url } = await open(request => request.socket.resetAndDestroy())
    await expect(deliver(url)).rejects.toThrow('ended the connection without an answer (ECONNRESET)')
  })

  test('where the connection ends in the middle of the answer', async () => {
    const { url } = await open((request, response) => {
      response.setHeader('content-length', '100')
      response.write('SUC', () => request.socket.destroy())
    })
    await expect(deliver(url)).rejects.toThrow('ended the connection in the middle of its answer')
  })

  test('where the answer is not HTTP', async () => {
    const { url } = await openRawServer(() => 'SUCCESS\r\n\r\n')
    await expect(deliver(url)).rejects.toThrow(/answered something that is not HTTP \(HPE_/)
  })

  test('where the receiver changes to another protocol', async () => {
    const { url } = await openRawServer(
      () => 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
    )
    await expect(deliver(url)).rejects.toThrow('ended the connection without an answer')
  })

  test('where nobody answers in time', async () => {
    const { url } = await open(() => {})
    await expect(deliver(url, { timeoutMs: 20 })).rejects.toThrow(
      `timeout: ${new URL(url).host} gave no whole answer within 20 ms`,
    )
  })

  test('where an answer does not come to its end in time', async () => {
    const { url } = await open((_, response) => void response.write('SUC'))
    await expect(deliver(url, { timeoutMs: 20 })).rejects.toThrow('no whole answer within 20 ms')
  })

  test('where a name is not resolved in time', async () => {
    await expect(deliver('http://shop.test/', { timeoutMs: 20, lookup: () => {} })).rejects.toThrow(
      'timeout: shop.test',
    )
  })

  test('where a certificate is not to be trusted', async () => {
    const server = createTlsServer(selfSigned, (_, response) => response.end())
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    await expect(deliver(`https://127.0.0.1:${port}/`)).rejects.toThrow(/self-signed certificate/)
  })

  test.each(['content-length', 'Transfer-Encoding', 'connection', 'expect'])(
    'where an edited callback has the header %s',
    async name => {
      const receiver = await openReceiver()
      await expect(deliver(receiver.url, {}, { headers: { [name]: '1' } })).rejects.toThrow(
        `not sent: the header ${name} is not for a callback to have, as it frames the message`,
      )
      expect(receiver.received).toEqual([])
    },
  )

  test('where a header cannot be sent', async () => {
    const receiver = await openReceiver()
    await expect(deliver(receiver.url, {}, { headers: { 'x-name': 'a\nb' } })).rejects.toThrow('x-name')
  })
})

describe('a delivery is broken off', () => {
  test('while it waits for an answer', async () => {
    let isClosed = false
    const { url } = await open((request, _) => {
      request.socket.on('close', () => {
        isClosed = true
      })
      closing.abort(new Error('the double was closed'))
    })
    const closing = new AbortController()
    await expect(deliver(url, {}, { signal: closing.signal })).rejects.toThrow('the double was closed')
    await eventually(() => expect(isClosed).toBe(true))
  })

  test('before it begins', async () => {
    const receiver = await openReceiver()
    const closed = AbortSignal.abort(new Error('the double was closed'))
    await expect(deliver(receiver.url, {}, { signal: closed })).rejects.toThrow('the double was closed')
    expect(receiver.received).toEqual([])
  })

  test('while it waits for its turn', async () => {
    const { url } = await open(() => {})
    const send = createSender()
    const closing = new AbortController()
    const sent = Array.from({ length: mostAtOnce + 1 }, () =>
      send({ ...callback, url, signal: closing.signal }),
    )
    closing.abort(new Error('the double was closed'))
    const reason = new Error('the double was closed')
    expect(await Promise.allSettled(sent)).toEqual(sent.map(() => ({ status: 'rejected', reason })))
  })
})

test('one receiver gets only so many callbacks at once, and another one does not wait for it', async () => {
  const waiting: ServerResponse[] = []
  let isSlow = true
  const slow = await open((_, response) => (isSlow ? void waiting.push(response) : response.end()))
  let connections = 0
  slow.server.on('connection', () => connections++)
  const quick = await openReceiver()
  const send = createSender()
  const all = Array.from({ length: 3 * mostAtOnce }, () => send({ ...callback, url: slow.url }))
  expect(await send({ ...callback, url: quick.url })).toMatchObject({ status: 200 })
  await eventually(() => expect(waiting).toHaveLength(mostAtOnce))
  isSlow = false
  for (const response of waiting) response.end()
  expect(await Promise.all(all)).toHaveLength(3 * mostAtOnce)
  expect(connections).toBe(mostAtOnce)
})

test('the time that a callback waits for its turn does not count', async () => {
  let count = 0
  const { url } = await open((_, response) => void (++count > mostAtOnce && response.end()))
  const send = createSender({ timeoutMs: 300 })
  const all = await Promise.allSettled(
    Array.from({ length: mostAtOnce + 1 }, () => send({ ...callback, url })),
  )
  expect(all.map(({ status }) => status)).toEqual([
    ...Array.from({ length: mostAtOnce }, () => 'rejected'),
    'fulfilled',
  ])
})
