import { setupServer } from 'msw/node'
import { assembleDouble, createSqliteStore, openHttpDoor } from 'paydouble'
import { simulators } from 'paydouble/msw'
import { observe } from 'paydouble/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'

const sandbox = await openSandbox()
const server = setupServer()
const observer = observe(server)
beforeAll(() => server.listen({ onUnhandledFrame: 'bypass' }))
afterAll(async () => {
  // Fails where something was found in any test of this file.
  await observer.end()
  server.close()
  await sandbox.close()
})

test('a checkout at the sandbox', async () => {
  const answer = await fetch(`${sandbox.url}/order/createOrder`, {
    method: 'POST',
    headers: { 'Payment-Key': 'de30000000000500', 'Payment-Secret': 'de300000000000000000000000000500' },
    body: new URLSearchParams({ price: '1', name: 'a book', paytype: 'ali' }),
  })
  expect((await answer.json()).orderId).toMatch(/^oderpay-/)
})

/** In place of the provider's own sandbox, which stands in the code under test. */
async function openSandbox() {
  const double = assembleDouble({
    simulators,
    createStore: createSqliteStore,
    deliver: async () => ({ status: 200, body: '' }),
  })
  const door = await openHttpDoor(double)
  return { url: door.url, close: () => door.close().then(() => double.close()) }
}
