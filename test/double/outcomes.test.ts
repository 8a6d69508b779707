// Any code of any provider's error table, wherever it is asked for; and answers with other values.
import { expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import type { Contract } from '../../src/contract/index.ts'
import { hostilities } from '../../src/double/hostile.ts'
import { dmsPayment, its500Order, qfpayPayment, vvtoolQrCode } from '../harness/clients.ts'
import { type Answer, describeDoors, type OpenDoor } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'

/** One right request of each provider, with a text that its client can choose freely, where there is one. */
const calls: Readonly<
  Record<string, (door: OpenDoor, headers?: Record<string, string>, text?: string) => Promise<Answer>>
> = {
  vvtool: (door, headers = {}, text = 'free') => vvtoolQrCode(door, { order_title: text }, headers),
  its500: (door, headers = {}, text = 'free') => its500Order(door, { name: text }, headers),
  dms: (door, headers = {}, text = 'free') =>
    dmsPayment(
      { ...door, send: (p, r) => door.send(p, { ...r, headers: { ...r.headers, ...headers } }) },
      {
        bz_order: text,
      },
    ),
  qfpay: (door, headers = {}, text = 'free') => qfpayPayment(door, { goods_name: text }, { headers }),
}

const failing = (contract: Contract) =>
  Object.entries(contract.errors).filter(([, row]) => row.outcome !== 'success')

/** Where an answer says its code, whatever provider it is of. */
const codeIn = ({ text }: Answer, code: string) => new RegExp(`[":] ?"?${code}"?[,}]`).test(text)

describeDoors('outcomes', open => {
  for (const contract of contracts) {
    const { id: provider } = contract
    const call = calls[provider]
    if (!call) throw new Error(`there is no call of ${provider}`)

    test(`${provider} answers with each row of its error table, planned by name`, async () => {
      const door = await open()
      for (const [name, { code, status = 200 }] of failing(contract)) {
        const [rule] = door.double.faults.add({ provider, error: name })
        const answer = await call(door)
        expect([name, answer.status, codeIn(answer, code)]).toEqual([name, status, true])
        expect(lastExchange(door)).toMatchObject({
          outcome: 'refused',
          error: name,
          fault: JSON.stringify(rule?.fault),
        })
      }
      expect((await door.double.orders.list()).items).toEqual([])
      expect(door.double.faults.list()).toEqual([])
    })

    test(`${provider} answers with each code, planned, by header and by marker`, async () => {
      const door = await open({ markers: true })
      const asked = (code: string): [string, () => Promise<Answer>, string][] => [
        ['header', () => call(door, { 'x-paydouble': `error=${code}` }), `header x-paydouble: error=${code}`],
        ['marker', () => call(door, {}, `paydouble:error=${code}`), `marker error=${code}`],
      ]
      for (const [, { code }] of failing(contract)) {
        door.double.faults.add({ provider, error: code })
        expect([code, codeIn(await call(door), code)]).toEqual([code, true])
        for (const [how, send, rule] of asked(code)) {
          expect([code, how, codeIn(await send(), code)]).toEqual([code, how, true])
          expect(lastExchange(door).fault).toBe(rule)
        }
      }
    })

    test(`${provider} refuses as it should where the request asks for a row that is none`, async () => {
      const door = await open()
      for (const ask of [
        'error=9999',
        'error=',
        'error=toString',
        'error',
        '{',
        'network=explode',
        '{"a":1}',
      ]) {
        const answer = await call(door, { 'x-paydouble': ask })
        expect([ask, answer.status]).toEqual([ask, 400])
        expect(answer.json()).toMatchObject({ error: { message: expect.stringMatching(/^Failed to/) } })
      }
    })

    test.each(hostilities)(`${provider} writes its answer in a hostile way: %s`, async hostile => {
      const door = await open()
      const [rule] = door.double.faults.add({ provider, answer: { hostile } })
      const answer = await call(door)
      expect(answer.status).toBe(200)
      expect(() => answer.json()).not.toThrow()
      expect(lastExchange(door)).toMatchObject({ outcome: 'answered', fault: JSON.stringify(rule?.fault) })
      expect(lastExchange(door).findings.filter(({ severity }) => severity === 'breaking')).toEqual([])
    })
  }

  test('an error strikes the third call alone', async () => {
    const door = await open()
    door.double.faults.add({ provider: 'qfpay', error: '1205', skip: 2 })
    const codes = []
    for (const out_trade_no of ['a', 'b', 'c', 'd'])
      codes.push((await qfpayPayment(door, { out_trade_no })).json().respcd)
    expect(codes).toEqual(['0000', '0000', '1205', '0000'])
  })

  test('an error strikes order numbers of a pattern alone', async () => {
    const door = await open()
    door.double.faults.add({ provider: 'qfpay', error: '1205', orderNumber: 'bad-*', times: 'always' })
    const codes = []
    for (const out_trade_no of ['bad-1', 'good-1', 'bad-2'])
      codes.push((await qfpayPayment(door, { out_trade_no })).json().respcd)
    expect(codes).toEqual(['1205', '0000', '1205'])
  })

  test('an error with a probability strikes the same calls for the same seed', async () => {
    const codes = async (seed: number) => {
      const door = await open({ seed })
      door.double.faults.add({ provider: 'qfpay', error: '1205', probability: 0.5 })
      const all: unknown[] = []
      for (let n = 0; n < 20; n++)
        all.push((await qfpayPayment(door, { out_trade_no: `order-${n}` })).json().respcd)
      return all.join()
    }
    const first = await codes(1)
    expect(first).toBe(await codes(1))
    expect(first).not.toBe(await codes(2))
    expect(first).toContain('1205')
    expect(first).toContain('0000')
  })

  test('an error is not used up by a request that is refused on the way to it', async () => {
    const door = await open()
    door.double.faults.add({ provider: 'qfpay', error: '1205' })
    expect((await qfpayPayment(door, {}, { key: 'wrong' })).json()).toMatchObject({ respcd: '1108' })
    expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: '1205' })
  })

  test('a marker may stand anywhere in a text', async () => {
    const door = await open({ markers: true })
    const answer = await its500Order(door, { remarks: 'für [paydouble:network=status;status=503] später' })
    expect(answer.status).toBe(503)
    expect(lastExchange(door).fault).toBe('marker network=status;status=503')
  })

  test('markers do nothing unless they are switched on', async () => {
    const door = await open()
    const answer = await its500Order(door, { name: 'paydouble:error=10007' })
    expect(answer.json()).toMatchObject({ code: '10001', name: 'paydouble:error=10007' })
  })

  test('an order is paid at once where its header asks for it', async () => {
    const door = await open({ deliver: async () => ({ status: 200, body: '' }) })
    const headers = { 'x-paydouble': '{"pay":{"at":"once"}}' }
    const { syssn } = (await qfpayPayment(door, {}, { headers })).json()
    expect(await door.double.orders.get(String(syssn))).toMatchObject({ status: 'paid' })
    const made = door.double.journal.list({}).items.find(({ kind }) => kind === 'request')
    expect(made?.fault).toBe('header x-paydouble: {"pay":{"at":"once"}}')
  })

  test.each(['times', 'skip', 'probability', 'orderNumber', 'account', 'operation', 'deliver'])(
    'a header is about its own call, and can hold no %s',
    async name => {
      const ask = JSON.stringify({
        error: '1205',
        [name]: name === 'deliver' ? { callback: 'x', sends: [] } : 1,
      })
      const answer = await qfpayPayment(await open(), {}, { headers: { 'x-paydouble': ask } })
      expect(answer.json()).toMatchObject({
        error: { code: 'badFault', message: expect.stringMatching(`no ${name}`) },
      })
    },
  )

  test('a header with two effects is refused', async () => {
    const headers = { 'x-paydouble': 'error=1205; network=reset' }
    expect((await qfpayPayment(await open(), {}, { headers })).json()).toMatchObject({
      error: { code: 'badFault', message: expect.stringMatching('exactly one') },
    })
  })

  test('an answer has other values in some fields', async () => {
    const door = await open()
    const set = { qrcode: null, txamt: 99, 'more.deep': 1, __proto__x: 1, constructor: 'x' }
    door.double.faults.add({ provider: 'qfpay', answer: { set: JSON.parse('{"__proto__":{"a":1}}') } })
    const proto = await qfpayPayment(door)
    expect(proto.status).toBe(200)
    expect(({} as Record<string, unknown>).a).toBeUndefined()
    door.double.faults.add({ provider: 'qfpay', answer: { set } })
    const changed = (await qfpayPayment(door, { out_trade_no: 'order2' })).json()
    expect(changed).not.toHaveProperty('qrcode')
    expect(changed).toMatchObject({ txamt: 99, 'more.deep': 1, constructor: 'x', respcd: '0000' })
    const right = (await qfpayPayment(door, { out_trade_no: 'order3' })).json()
    expect(right).toHaveProperty('qrcode')
  })

  test('an answer has fields under other names, and is signed so', async () => {
    const door = await open()
    door.double.faults.add({ provider: 'qfpay', answer: { rename: { syssn: 'sysSn' } } })
    const answer = await qfpayPayment(door)
    expect(answer.json()).toMatchObject({ sysSn: expect.stringMatching(/^\d{26}$/), respcd: '0000' })
    expect(answer.json()).not.toHaveProperty('syssn')
    const [exchange] = door.double.journal.list({}).items
    expect(exchange?.response?.headers['x-qf-sign']).toBe(answer.headers['x-qf-sign'])
  })
})
