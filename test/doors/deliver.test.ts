import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bypass } from 'msw'
import { expect, onTestFinished, test } from 'vitest'
import { deliverWith } from '../../src/doors/deliver.ts'

/** A receiver that takes a request and never answers. */
async function openHanging(): Promise<string> {
  const server = createServer(() => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const callback = { method: 'POST', headers: {}, body: '{}' }

test.each([
  ['fetch', deliverWith(fetch, { timeoutMs: 20 })],
  ['fetch past MSW', deliverWith((request, init) => fetch(bypass(request), init), { timeoutMs: 20 })],
])('a receiver that never answers is given up, with %s', async (_, deliver) => {
  const url = await openHanging()
  const { signal } = new AbortController()
  await expect(deliver({ ...callback, url, signal })).rejects.toThrow(/timeout/i)
})

test('a delivery is broken off when the double is closed', async () => {
  const url = await openHanging()
  const closing = new AbortController()
  const sent = deliverWith(fetch)({ ...callback, url, signal: closing.signal })
  closing.abort(new Error('the double was closed'))
  await expect(sent).rejects.toThrow('the double was closed')
})

test('an answer is read as it is, with its byte order mark', async () => {
  const server = createServer((_, response) => response.end('\ufeffSUCCESS'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { signal } = new AbortController()
  const reply = await deliverWith(fetch)({ ...callback, url, signal })
  expect(reply).toEqual({ status: 200, body: '\ufeffSUCCESS' })
})
