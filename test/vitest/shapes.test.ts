// The same answer in the shapes of many clients, and callbacks in those of servers: each is judged, none is used up.
import 'paydouble/vitest'
import http, { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import axios from 'axios'
import supertest from 'supertest'
import * as undici from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { qfpayPayment } from '../harness/clients.ts'
import { failureOf } from '../harness/failure.ts'
import { openInProcess } from '../harness/in-process.ts'

const json = 'application/json; charset=UTF-8'

/** The provider of these tests: it answers everything with one answer, rightly signed. */
async function openAnswer() {
  const { text, headers } = await qfpayPayment(openInProcess())
  const sign = String(headers['x-qf-sign'])
  const listener: RequestListener = (request, response) => {
    const isCompressed = request.headers['accept-encoding'] === 'gzip'
    const encoding = isCompressed ? { 'content-encoding': 'gzip' } : {}
    response.writeHead(200, { 'content-type': json, 'x-qf-sign': sign, ...encoding })
    response.end(isCompressed ? gzipSync(text) : text)
  }
  const url = await listen(listener)
  return { url, text, sign, listener, headers: { 'content-type': json, 'x-qf-sign': sign } }
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** It matches with its signature, and so it does again. */
async function expectMatch(given: unknown): Promise<void> {
  await expect(given).toMatchContract('qfpay.payment')
  await expect(given).toHaveValidSignature('qfpay')
  await expect(given).not.toMatchContract('qfpay.payment', { key: 'another' })
}

test('fetch: the response can be read afterwards', async () => {
  const { url, text } = await openAnswer()
  const response = await fetch(url)
  await expectMatch(response)
  expect(await response.text()).toBe(text)
  await expectMatch(response)
})

test('fetch: a response that was read before is refused', async () => {
  const { url } = await openAnswer()
  const response = await fetch(url)
  await response.text()
  expect(await failureOf(() => expect(response).toMatchContract('qfpay.payment'))).toBe(
    'Failed to read what was given to expect: its body has been read already. Match it before, or give { status, headers, body } with the text that you have read as "body".',
  )
})

test('undici: the body can be read afterwards, in each way', async () => {
  const { url, text } = await openAnswer()
  const response = await undici.request(url)
  await expectMatch(response)
  expect(await response.body.text()).toBe(text)
  expect(await response.body.json()).toEqual(JSON.parse(text))
  expect(Buffer.from(await response.body.arrayBuffer()).toString()).toBe(text)
  expect(Buffer.from(await response.body.bytes()).toString()).toBe(text)
  expect(await (await response.body.blob()).text()).toBe(text)
})

test('undici: its own fetch, and a body that was read before', async () => {
  const { url } = await openAnswer()
  await expectMatch(await undici.fetch(url))
  const response = await undici.request(url)
  await response.body.text()
  expect(await failureOf(() => expect(response).toMatchContract('qfpay.payment'))).toContain(
    'has been read already',
  )
})

test('axios: as text, as bytes, and untransformed', async () => {
  const { url } = await openAnswer()
  await expectMatch(await axios.get(url, { transformResponse: [] }))
  await expectMatch(await axios.get(url, { responseType: 'arraybuffer' }))
})

test('axios: once it has parsed the body, the signature cannot be checked, and that is said', async () => {
  const { url } = await openAnswer()
  const response = await axios.get(url)
  await expect(response).toMatchContract('qfpay.payment', { signature: false })
  expect(await failureOf(() => expect(response).toMatchContract('qfpay.payment'))).toContain(
    'The signature cannot be checked, because the body was parsed and its bytes are lost. Keep them, with axios, by { transformResponse: [] }; or leave it out with { signature: false }.',
  )
  expect(await failureOf(() => expect(response).toHaveValidSignature('qfpay'))).toBe(
    'Failed to match toHaveValidSignature: the body was parsed, and the signature is over the bytes that it had. Keep them, with axios, by { transformResponse: [] }.',
  )
})

test('axios: where nothing is signed, a parsed body is as good as its bytes', async () => {
  const url = await listen((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ msg: 'x', code: '0' }))
  })
  expect(
    await failureOf(async () => expect(await axios.get(url)).toMatchContract('its500.createOrder')),
  ).not.toContain('signature')
})

test('axios: a stream is refused', async () => {
  const { url } = await openAnswer()
  const response = await axios.get(url, { responseType: 'stream' })
  expect(await failureOf(() => expect(response).toMatchContract('qfpay.payment'))).toBe(
    'Failed to read what was given to expect: a stream. Read it, and give its text as "body".',
  )
  response.data.destroy()
})

test('supertest, also before it is awaited', async () => {
  const { listener } = await openAnswer()
  await expect(supertest(createServer(listener)).get('/')).toMatchContract('qfpay.payment')
  await expectMatch(await supertest(createServer(listener)).get('/'))
})

test('got, with a text, with bytes, and with a parsed body beside them', async () => {
  const { text, headers } = await openAnswer()
  await expectMatch({ statusCode: 200, headers, body: text })
  await expectMatch({ statusCode: 200, headers, body: Buffer.from(text) })
  await expectMatch({ statusCode: 200, headers, body: JSON.parse(text), rawBody: Buffer.from(text) })
})

test('node:http: a message that nobody has read, also compressed', async () => {
  const { url, text } = await openAnswer()
  for (const encoding of ['identity', 'gzip']) {
    const message = await new Promise<IncomingMessage>(resolve => {
      http.get(url, { headers: { 'accept-encoding': encoding } }, resolve)
    })
    await expectMatch(message)
  }
  const read = await new Promise<IncomingMessage>(resolve => http.get(url, resolve))
  expect(Buffer.concat(await read.toArray()).toString()).toBe(text)
  expect(await failureOf(() => expect(read).toMatchContract('qfpay.payment'))).toContain(
    'it has been read already',
  )
})

test('plain objects, with any headers', async () => {
  const { text, headers } = await openAnswer()
  const upper = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]),
  )
  for (const each of [headers, new Headers(headers), new Map(Object.entries(headers)), upper])
    await expectMatch({ status: 200, headers: each, body: text })
  await expectMatch({ status: 200, headers, body: new TextEncoder().encode(text).buffer })
})

test('a body with a field "headers" of its own is a body', async () => {
  const { text } = await openAnswer()
  const failure = await failureOf(() =>
    expect({ ...JSON.parse(text), headers: {} }).toMatchContract('qfpay.payment'),
  )
  expect(failure).toContain('unknownField at /headers')
})

test('an empty answer is one that is empty', async () => {
  const failure = await failureOf(() =>
    expect({ status: 200, headers: {} }).toMatchContract('its500.createOrder'),
  )
  expect(failure).toContain('The body is empty.')
})

test('callbacks as servers have them: node:http, Express with bytes, Express with a parsed body', async () => {
  const door = openInProcess()
  await door.double.accounts.put('qfpay', 'demo', { notifyUrl: 'http://shop.test/paid' })
  const { syssn } = (await qfpayPayment(door)).json()
  const [delivery] = (await door.double.payer.pay(String(syssn))).deliveries
  if (!delivery) throw new Error('nothing was delivered')
  const { headers, body } = delivery
  const seen: string[] = []
  const url = await listen((request, response) => {
    // A server that reads no body itself hands it over as it is.
    failureOf(() => expect(request).toMatchCallback('qfpay.payment')).then(failure => {
      seen.push(failure)
      response.end()
    })
  })
  await fetch(url, { method: 'POST', headers, body })
  expect(seen).toEqual(['it does not fail'])
  const express = { method: 'POST', url: '/paid', rawHeaders: [], headers }
  await expect({ ...express, body: Buffer.from(body) }).toMatchCallback('qfpay.payment')
  await expect({ ...express, body: Buffer.from(body) }).toHaveValidSignature('qfpay')
  const parsed = { ...express, body: JSON.parse(body) }
  expect(await failureOf(() => expect(parsed).toMatchCallback('qfpay.payment'))).toContain(
    'Keep them, with Express, by express.raw()',
  )
})
