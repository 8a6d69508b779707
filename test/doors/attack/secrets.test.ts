// No secret is shown in full by a log or a page, wherever it came along.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { controlOperations } from '../../../src/doors/control/contract.ts'
import { serve, stop } from '../../harness/cli.ts'
import { eventually } from '../../harness/eventually.ts'

const token = 'control-token-of-the-test-77'
const own = {
  qfpay: 'OwnQfpayKey0123456789ABCDEFabcdef',
  its500: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  vvtoolToken: '11223344556677889900aabbccddeeff11223344',
  vvtoolSecret: '99887766554433221100ffeeddccbbaa',
}
const wrong = {
  its500: 'fedcba98765432100123456789abcdef',
  vvtoolSecret: 'production-secret-of-somebody-else',
  vvtoolToken: 'ffffeeeeddddccccbbbbaaaa9999888877776666',
  other: 'sk_live_51ProductionKeyOfAnother',
  token: 'wrong-control-token-of-nobody',
}

/** Where the accounts are listed, the callbacks as the merchant is to get them, and what a state is loaded from. */
const onPurpose = /\/(accounts|outbox|state)$/

/** A shop that answers callbacks with what it should keep to itself. */
async function openShop(): Promise<string> {
  const server = createServer((request, reply) => {
    request.resume()
    reply.end(`no thanks, our key is ${own.qfpay}, and ${own.its500}`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/paid`
}

function writeConfig(): string {
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const accounts = {
    qfpay: [{ id: 'own', appCode: 'OWNCODE', clientKey: own.qfpay, mchid: null }],
    its500: [{ id: 'own', appKey: '00000000000000aa', appSecret: own.its500 }],
    vvtool: [
      {
        id: 'own',
        accessToken: own.vvtoolToken,
        merchantNum: '42',
        clientId: 'own-client',
        clientSecret: own.vvtoolSecret,
      },
    ],
  }
  writeFileSync(join(folder, 'paydouble.config.json'), JSON.stringify({ port: 0, token, accounts }))
  return folder
}

test.each(['text', 'json'])(
  'no secret is in the log (%s) or in a view, wherever it came along',
  async form => {
    const shop = await openShop()
    const flags = ['--log', 'debug', '--no-rate-limits', ...(form === 'json' ? ['--json'] : [])]
    const served = await serve(flags, { cwd: writeConfig() })
    const { url } = served
    const json = { 'content-type': 'application/json' }
    const control = (method: string, path: string, body?: object) =>
      fetch(`${url}/_paydouble/${path}`, {
        method,
        headers: { ...json, authorization: `Bearer ${token}` },
        ...(body && { body: JSON.stringify(body) }),
      })
    const send = (path: string, init: RequestInit = {}) =>
      fetch(url + path, init).then(answer => answer.text())
    const encoded = 'application/x-www-form-urlencoded'

    await control('PUT', 'api/accounts/its500/own', {
      callbackUrls: [`${shop}/${own.qfpay}?secret=${own.its500}`],
    })
    await control('PUT', 'api/accounts/qfpay/own', { notifyUrl: `${shop}/${own.qfpay}` })
    // Where it belongs: right, wrong, and of another one.
    const order = (secret: string) =>
      send('/order/createOrder', {
        method: 'POST',
        headers: { 'payment-key': '00000000000000aa', 'payment-secret': secret, 'content-type': encoded },
        body: `price=1&name=${own.qfpay}&thirduid=${secret}`,
      })
    const { orderId } = JSON.parse(await order(own.its500))
    await order(wrong.its500)
    await order(own.vvtoolSecret)
    for (const secret of [own.vvtoolSecret, wrong.vvtoolSecret])
      for (const type of ['application/json', encoded]) {
        const fields = { grant_type: 'client_credentials', client_id: 'own-client', client_secret: secret }
        const body = type === encoded ? new URLSearchParams(fields).toString() : JSON.stringify(fields)
        await send('/api/proxy/oauth/token', { method: 'POST', headers: { 'content-type': type }, body })
      }
    for (const secret of [own.vvtoolToken, wrong.vvtoolToken]) {
      const headers = { authorization: `Bearer ${secret}` }
      await send(
        `/tool/accounts/payment-qr-code?order_price=1&merchant_num=42&relation_order_number=${secret}`,
        { headers },
      )
      await send(`/tool/accounts/payment-qr-code?access_token=${secret}`)
    }
    // Where it does not belong.
    for (const secret of [...Object.values(own), ...Object.values(wrong), token]) {
      const headers = { 'x-api-key': secret, cookie: `session=${secret}`, 'payment-secret': secret }
      await send(`/${secret}`)
      await send(`/nothing/${secret}/at/all?token=${secret}`, { headers })
      const asJson = JSON.stringify({ password: secret, deep: { clientSecret: secret } })
      await send('/nothing', { method: 'POST', headers: { ...headers, ...json }, body: asJson })
      await send('/trade/v1/payment', {
        method: 'POST',
        headers: { ...headers, 'content-type': encoded, 'x-qf-appcode': 'OWNCODE', 'x-qf-sign': 'FF' },
        body: `api_key=${secret}&client_secret=${secret}`,
      })
    }
    for (const secret of [...Object.values(own), token]) {
      const fields = { out_trade_no: secret, txamt: secret, goods_name: `a ${secret} b`, [secret]: 'a name' }
      await send('/trade/v1/payment', {
        method: 'POST',
        headers: { 'content-type': encoded, 'x-qf-appcode': 'OWNCODE', 'x-qf-sign': secret, 'x-any': secret },
        body: new URLSearchParams(fields).toString(),
      })
      await send(`/dms/payment/get-pay-way-tonglian?payer_id=demo-payer&${secret}=${secret}`)
      await control('GET', `api/orders/${secret}`)
      await control('GET', `api/orders?${secret}=1`)
    }
    await fetch(`${url}/_paydouble/api/orders?token=${wrong.token}`, {
      headers: { authorization: `Bearer ${wrong.token}` },
    })
    await control('POST', `api/orders/${orderId}/pay`)
    await control('POST', `api/orders/${orderId}/callbacks`, {})
    const { items } = (await (await control('GET', 'api/deliveries')).json()) as {
      items: { attempts: { reply: string }[] }[]
    }
    expect(items[0]?.attempts[0]?.reply).toContain('no thanks, our key is …cdef')

    const views: string[] = []
    for (const { methods, path } of Object.values(controlOperations)) {
      if (methods[0] !== 'GET' || onPurpose.test(path) || path.includes('{')) continue
      const query = path.endsWith('/requests') ? '?limit=500' : path.endsWith('/wait') ? '?times=1' : ''
      views.push(await (await control('GET', path.replace('/_paydouble/', '') + query)).text())
    }
    views.push(await (await control('GET', `api/orders/${orderId}`)).text())
    expect(views.join('')).toContain('"outcome":"unmatched"')
    await stop(served.child)
    await eventually(() => expect(served.child.stderr?.readableEnded).toBe(true))
    const log = served.text()
    expect(log).toContain('createOrder')
    for (const [name, secret] of [...Object.entries({ ...own, token }), ...Object.entries(wrong)]) {
      const lines = log.split('\n').filter(line => line.includes(secret))
      expect([name, 'log', lines]).toEqual([name, 'log', []])
      const shown = views.flatMap(view => excerptsOf(view, secret))
      expect([name, 'views', shown]).toEqual([name, 'views', []])
    }
  },
)

function excerptsOf(text: string, secret: string): string[] {
  const at = text.indexOf(secret)
  return at < 0 ? [] : [text.slice(Math.max(0, at - 100), at + secret.length + 20)]
}
