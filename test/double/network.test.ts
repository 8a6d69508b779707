import { expect, test } from 'vitest'
import type { NetworkFault } from '../../src/double/fault.ts'
import { delayOf, phaseOf } from '../../src/double/network.ts'
import { createRandom } from '../../src/double/random.ts'
import { qfpayPayment } from '../harness/clients.ts'
import { describeDoors, type OpenDoor } from '../harness/doors.ts'
import { eventually } from '../harness/eventually.ts'
import { lastExchange } from '../harness/journal.ts'

const network = (fault: NetworkFault) => ({ provider: 'qfpay', network: fault }) as const

const orders = async (door: OpenDoor) => (await door.double.orders.list()).items

describeDoors('network faults', open => {
  test.each([
    { do: 'reset' },
    { do: 'truncate', phase: 'before' },
    { do: 'truncate' },
    { do: 'reset', phase: 'after' },
  ] as const)('%j breaks the connection', async fault => {
    const door = await open()
    door.double.faults.add(network(fault))
    await expect(qfpayPayment(door)).rejects.toThrow()
    expect(lastExchange(door).fault).toBe(JSON.stringify(network(fault)))
  })

  test('a reset before the provider leaves no order, and the retry makes one', async () => {
    const door = await open()
    door.double.faults.add(network({ do: 'reset' }))
    await expect(qfpayPayment(door)).rejects.toThrow()
    expect(await orders(door)).toEqual([])
    expect(lastExchange(door)).toMatchObject({ outcome: 'lost', step: 'faultBefore' })
    expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: '0000' })
  })

  test('a reset after the provider leaves an order, and a retry with another number makes a second one', async () => {
    const door = await open()
    door.double.faults.add(network({ do: 'reset', phase: 'after' }))
    await expect(qfpayPayment(door)).rejects.toThrow()
    expect(await orders(door)).toMatchObject([{ orderNumber: 'order1', status: 'pending' }])
    expect(lastExchange(door)).toMatchObject({ outcome: 'answered', step: 'encode' })
    expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: '1251' })
    await qfpayPayment(door, { out_trade_no: 'order2' })
    expect(await orders(door)).toHaveLength(2)
  })

  test.each(['before', 'after'] as const)(
    'a gateway answers in place of the provider, %s it has seen the request',
    async phase => {
      const door = await open()
      door.double.faults.add(network({ do: 'status', status: 504, phase }))
      const answer = await qfpayPayment(door)
      expect(answer.status).toBe(504)
      expect(answer.headers['content-type']).toMatch(/^text\/html/)
      expect(answer.text).toContain('504 Gateway Timeout')
      expect(await orders(door)).toHaveLength(phase === 'before' ? 0 : 1)
    },
  )

  test.each([204, 205, 304])('a gateway may answer %i, which has no body', async status => {
    const door = await open()
    door.double.faults.add(network({ do: 'status', status, body: 'never sent' }))
    expect(await qfpayPayment(door)).toMatchObject({ status, text: '' })
    door.double.faults.add(network({ do: 'status', status }))
    expect(await qfpayPayment(door)).toMatchObject({ status, text: '' })
  })

  test('a gateway answers with a page of its own', async () => {
    const door = await open()
    door.double.faults.add(network({ do: 'status', status: 200, body: '请登录' }))
    expect(await qfpayPayment(door)).toMatchObject({ status: 200, text: '请登录' })
  })

  test('the body is garbage, the same for the same seed', async () => {
    const garbage = async () => {
      const door = await open({ seed: 3 })
      door.double.faults.add(network({ do: 'garbage' }))
      const answer = await qfpayPayment(door)
      expect(() => answer.json()).toThrow()
      expect(await orders(door)).toHaveLength(1)
      return answer.text
    }
    expect(await garbage()).toBe(await garbage())
  })

  test.each([
    [{ do: 'contentType' }, 'text/html; charset=utf-8'],
    [{ do: 'contentType', as: 'application/xml' }, 'application/xml'],
  ] as const)('%j changes the content type and nothing else', async (fault, expected) => {
    const right = await qfpayPayment(await open())
    const door = await open()
    door.double.faults.add(network(fault))
    const answer = await qfpayPayment(door)
    expect(answer.headers['content-type']).toBe(expected)
    expect([answer.status, answer.text]).toEqual([right.status, right.text])
  })

  test('a fault that strikes after a refusal changes how that arrives', async () => {
    const door = await open()
    door.double.faults.add(network({ do: 'contentType' }))
    const answer = await qfpayPayment(door, {}, { key: 'wrong' })
    expect(answer.headers['content-type']).toMatch(/html/)
    expect(answer.json()).toMatchObject({ respcd: '1108' })
    expect(lastExchange(door)).toMatchObject({ outcome: 'refused', fault: expect.any(String) })
  })

  test('a request that hangs is never answered, and makes no order', async () => {
    const door = await open()
    door.double.faults.add(network({ do: 'hang' }))
    let ended = false
    const hanging = qfpayPayment(door).finally(() => {
      ended = true
    })
    hanging.catch(() => {})
    await eventually(() => expect(lastExchange(door).outcome).toBe('lost'))
    await door.double.clock.advance('1d')
    expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: '0000' })
    expect(ended).toBe(false)
    await door.close()
    await expect(hanging).rejects.toThrow()
  })

  test('an answer that hangs has made its order', async () => {
    const door = await open()
    door.double.faults.add(network({ do: 'hang', phase: 'after' }))
    const hanging = qfpayPayment(door)
    await eventually(async () => expect(await orders(door)).toHaveLength(1))
    await door.close()
    await expect(hanging).rejects.toThrow()
  })

  test('a request that is delayed is seen once the clock was moved so far', async () => {
    const door = await open()
    door.double.faults.add(network({ do: 'delay', for: '20s' }))
    const paying = qfpayPayment(door)
    await door.double.clock.held()
    await door.double.clock.advance('19s')
    expect(await orders(door)).toEqual([])
    await door.double.clock.advance('1s')
    expect(await orders(door)).toHaveLength(1)
    expect((await paying).json()).toMatchObject({ respcd: '0000' })
  })

  test('a request that is delayed comes to the provider when the delay is over', async () => {
    const door = await open()
    door.double.faults.add(network({ do: 'delay', for: '40m' }))
    const paying = qfpayPayment(door)
    await door.double.clock.held()
    await door.double.clock.advance('40m')
    expect((await paying).json()).toMatchObject({ respcd: '0000', sysdtm: '2026-01-01 09:40:00' })
    expect(await orders(door)).toMatchObject([{ status: 'pending', createdAt: door.double.clock.now() }])
  })

  test('waiting for a call that nothing holds up ends with what to do', async () => {
    const door = await open()
    await expect(door.double.clock.held({ timeoutMs: 1 })).rejects.toMatchObject({
      code: 'waitedInVain',
      message: expect.stringMatching(/after 1 ms there were 0\. Add a fault such as/),
    })
  })

  test('what is held up is told with the moment at which it goes on', async () => {
    const door = await open()
    door.double.faults.add(network({ do: 'delay', for: '20s' }))
    const paying = qfpayPayment(door)
    expect(await door.double.clock.held()).toBe(door.double.clock.now() + 20_000)
    expect(await door.double.clock.held()).toBe(door.double.clock.now() + 20_000)
    await door.double.clock.advance('20s')
    await paying
  })

  test('an answer that is delayed has made its order at once', async () => {
    const door = await open()
    door.double.faults.add(network({ do: 'delay', for: '20s', phase: 'after' }))
    const paying = qfpayPayment(door)
    await eventually(async () => expect(await orders(door)).toHaveLength(1))
    await door.double.clock.advance('20s')
    expect((await paying).json()).toMatchObject({ respcd: '0000' })
  })

  test('several delays end in their order within one move of the clock', async () => {
    const door = await open()
    const numbers = ['third', 'first', 'second']
    for (const [i, seconds] of [30, 10, 20].entries())
      door.double.faults.add({
        ...network({ do: 'delay', for: `${seconds}s` }),
        orderNumber: numbers[i] as string,
      })
    const paying = Promise.all(numbers.map(out_trade_no => qfpayPayment(door, { out_trade_no })))
    await door.double.clock.held({ calls: 3 })
    await door.double.clock.advance('1m')
    expect((await orders(door)).map(({ orderNumber }) => orderNumber)).toEqual(['third', 'second', 'first'])
    await paying
  })

  test('a request that was delayed when the double was made new is cut off, and leaves nothing in it', async () => {
    const door = await open()
    door.double.faults.add(network({ do: 'delay', for: '20s' }))
    const paying = qfpayPayment(door)
    paying.catch(() => {})
    await door.double.clock.held()
    await door.double.reset()
    await expect(paying).rejects.toThrow()
    expect(await orders(door)).toEqual([])
  })

  test('a client asks by header', async () => {
    const door = await open()
    const asking = (ask: string) =>
      qfpayPayment(door, { out_trade_no: ask.replace(/\W/g, '') }, { headers: { 'x-paydouble': ask } })
    await expect(asking('network=reset')).rejects.toThrow()
    expect(lastExchange(door).fault).toBe('header x-paydouble: network=reset')
    expect((await asking('network=status; status=503')).status).toBe(503)
    expect(await orders(door)).toEqual([])
    expect((await asking('{"network":{"do":"status","status":502,"phase":"after"}}')).status).toBe(502)
    expect(await orders(door)).toHaveLength(1)
  })

  test('a fault for an account strikes it before anybody has looked at its signature', async () => {
    const door = await open()
    await door.double.accounts.put('qfpay', 'other', { appCode: 'F'.repeat(32) })
    door.double.faults.add({ ...network({ do: 'status', status: 500 }), account: 'other' })
    expect((await qfpayPayment(door)).status).toBe(200)
    const other = await qfpayPayment(door, {}, { headers: { 'x-qf-appcode': 'F'.repeat(32) } })
    expect(other.status).toBe(500)
    expect(lastExchange(door)).toMatchObject({ account: 'other', outcome: 'lost' })
  })
})

test.each([
  ['delay', 'before'],
  ['reset', 'before'],
  ['hang', 'before'],
  ['status', 'before'],
  ['truncate', 'after'],
  ['garbage', 'after'],
  ['contentType', 'after'],
] as const)('%s strikes %s the provider unless it says otherwise', (what, phase) => {
  expect(phaseOf({ do: what, status: 500 } as NetworkFault)).toBe(phase)
  expect(phaseOf({ do: what, status: 500, phase: 'after' } as NetworkFault)).toBe('after')
})

const delays = (fault: object, count = 4000) => {
  const random = createRandom(5).stream('network')
  return Array.from({ length: count }, () => delayOf({ do: 'delay', ...fault } as NetworkFault, random))
}

test('a fixed delay is always so long', () => {
  expect(new Set(delays({ for: '2s' }))).toEqual(new Set([2000]))
})

test('a uniform delay lies between its ends, whichever comes first', () => {
  for (const ends of [
    { from: '1s', to: '3s' },
    { from: '3s', to: '1s' },
  ]) {
    const all = delays(ends)
    expect(Math.min(...all)).toBeGreaterThanOrEqual(1000)
    expect(Math.max(...all)).toBeLessThanOrEqual(3000)
    const mean = all.reduce((sum, each) => sum + each, 0) / all.length
    expect(Math.abs(mean - 2000)).toBeLessThan(50)
  }
})

test('half of the log-normal delays are shorter than the median, and one in forty far longer', () => {
  const all = delays({ median: '1s', sigma: 0.5 }).sort((a, b) => a - b)
  expect(Math.abs((all[2000] as number) - 1000)).toBeLessThan(60)
  // exp(0.5 × 1.96) is 2.66.
  expect(Math.abs((all[3900] as number) - 2660)).toBeLessThan(300)
})

test('the longest delays are whole numbers that a clock can hold', () => {
  for (const delay of delays({ median: '36500d', sigma: 5 }, 500))
    expect(Number.isSafeInteger(delay)).toBe(true)
})
