// Clients of the providers, written from the documents and sharing no code with the wires under test.
import { createHash } from 'node:crypto'
import type { Answer, OpenDoor } from './doors.ts'

export const qfpayAccount = {
  appCode: 'DEMO0APP0CODE0000000000000000001',
  clientKey: 'TESTKEY0000000000000000000000000',
  mchid: 'ZaMVg12345',
}
export const its500Account = { appKey: 'de30000000000500', appSecret: 'de300000000000000000000000000500' }
export const vvtoolAccount = {
  accessToken: 'de300000000000000000000000000000000000c1',
  merchantNum: '100001',
  clientId: 'demo-client',
  clientSecret: 'de300000000000000000000000000060',
}
export const dmsAccount = { payerId: 'demo-payer', receiverId: '100001' }

type Params = Readonly<Record<string, string | undefined>>

const form = 'application/x-www-form-urlencoded'

export interface QfpayOptions {
  readonly key?: string
  readonly algorithm?: 'md5' | 'sha256'
  readonly method?: 'GET' | 'POST'
  readonly headers?: Record<string, string>
}

/** Sends the parameters as a signed form; the defaults make an order that is accepted. */
export function qfpayPayment(
  door: OpenDoor,
  params: Params = {},
  options: QfpayOptions = {},
): Promise<Answer> {
  const order = { txamt: '300', txcurrcd: 'HKD', pay_type: '800201', out_trade_no: 'order1' }
  return sendQfpay(door, 'payment', { ...order, txdtm: '2026-01-01 09:00:00', ...params }, options)
}

export function qfpayQuery(door: OpenDoor, params: Params = {}, options: QfpayOptions = {}): Promise<Answer> {
  return sendQfpay(door, 'query', params, options)
}

/** The parameters must have the `syssn` of a payment; the defaults give a part of it back. */
export function qfpayRefund(door: OpenDoor, params: Params, options: QfpayOptions = {}): Promise<Answer> {
  const refund = { txamt: '100', out_trade_no: 'refund1', txdtm: '2026-01-01 09:00:00' }
  return sendQfpay(door, 'refund', { ...refund, ...params }, options)
}

export function qfpayClose(door: OpenDoor, params: Params, options: QfpayOptions = {}): Promise<Answer> {
  return sendQfpay(door, 'close', { txdtm: '2026-01-01 09:00:00', ...params }, options)
}

export function qfpayReversal(door: OpenDoor, params: Params, options: QfpayOptions = {}): Promise<Answer> {
  return sendQfpay(door, 'reversal', { txdtm: '2026-01-01 09:00:00', ...params }, options)
}

function sendQfpay(
  door: OpenDoor,
  operation: string,
  params: Params,
  { key = qfpayAccount.clientKey, algorithm = 'md5', method = 'POST', headers = {} }: QfpayOptions,
): Promise<Answer> {
  const sent = defined('mchid' in params ? params : { ...params, mchid: qfpayAccount.mchid })
  const canonical = Object.entries(sent)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const signature = createHash(algorithm)
    .update(canonical + key)
    .digest('hex')
    .toUpperCase()
  const path = `/trade/v1/${operation}`
  const text = new URLSearchParams(sent).toString()
  return door.send('qfpay', {
    method,
    path: method === 'GET' ? `${path}?${text}` : path,
    headers: {
      ...(method === 'POST' && { 'content-type': form }),
      'x-qf-appcode': qfpayAccount.appCode,
      'x-qf-sign': signature,
      ...(algorithm === 'sha256' && { 'x-qf-signtype': 'SHA256' }),
      ...headers,
    },
    ...(method === 'POST' && { body: text }),
  })
}

export function its500Order(
  door: OpenDoor,
  params: Params = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const sent = defined({ price: '100', name: '开通超级VIP', paytype: 'ali', ...params })
  return door.send('its500', {
    method: 'POST',
    path: '/order/createOrder',
    headers: {
      'content-type': form,
      'payment-key': its500Account.appKey,
      'payment-secret': its500Account.appSecret,
      ...headers,
    },
    body: new URLSearchParams(sent).toString(),
  })
}

/** Asks whether an order is paid, by default as its500's own demo page does: with no credentials. */
export function its500Query(
  door: OpenDoor,
  orderId: string | undefined,
  { method = 'POST', headers = {} }: { method?: 'GET' | 'POST'; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const path = '/order/onlinePayFindResult'
  const sent = new URLSearchParams(defined({ orderId })).toString()
  return method === 'GET'
    ? door.send('its500', { path: `${path}?${sent}`, headers })
    : door.send('its500', { method, path, headers: { 'content-type': form, ...headers }, body: sent })
}

export function its500RandomCode(door: OpenDoor, params: Params = {}): Promise<Answer> {
  const sent = defined({ key: its500Account.appKey, type: '1', ...params })
  return door.send('its500', { path: `/randomCode?${new URLSearchParams(sent)}` })
}

export function vvtoolQrCode(
  door: OpenDoor,
  params: Params = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const sent = defined({
    order_price: '100',
    merchant_num: vvtoolAccount.merchantNum,
    relation_order_number: 'order-1',
    ...params,
  })
  return door.send('vvtool', {
    path: `/tool/accounts/payment-qr-code?${new URLSearchParams(sent)}`,
    headers: { authorization: `Bearer ${vvtoolAccount.accessToken}`, ...headers },
  })
}

export function vvtoolOrderDetail(
  door: OpenDoor,
  params: Params = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const sent = defined({
    order_number: 'order-1',
    merchant_num: vvtoolAccount.merchantNum,
    type: '1',
    ...params,
  })
  return door.send('vvtool', {
    path: `/tool/accounts/merchant-order-detail?${new URLSearchParams(sent)}`,
    headers: { authorization: `Bearer ${vvtoolAccount.accessToken}`, ...headers },
  })
}

export const vvtoolTokenPath = '/api/proxy/oauth/token'

/** Asks for a token with a multipart form, as the page of vv-tool has it, or in another form. */
export async function vvtoolToken(
  door: OpenDoor,
  params: Params = {},
  { path = vvtoolTokenPath, as = 'multipart' }: { path?: string; as?: 'multipart' | 'form' | 'json' } = {},
): Promise<Answer> {
  const sent = defined({
    grant_type: 'client_credentials',
    client_id: vvtoolAccount.clientId,
    client_secret: vvtoolAccount.clientSecret,
    ...params,
  })
  const multipart = new FormData()
  for (const [name, value] of Object.entries(sent)) multipart.append(name, value)
  // The platform writes the bytes, and says of which type they are.
  const body = { multipart, form: new URLSearchParams(sent), json: JSON.stringify(sent) }[as]
  const headers: Record<string, string> = as === 'json' ? { 'content-type': 'application/json' } : {}
  const written = new Request('http://127.0.0.1/', { method: 'POST', headers, body })
  return door.send('vvtool', {
    method: 'POST',
    path,
    headers: { 'content-type': written.headers.get('content-type') ?? '' },
    body: new Uint8Array(await written.arrayBuffer()),
  })
}

export function dmsPayment(door: OpenDoor, params: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const sent = {
    bz_order: 'order-1',
    amount: 100,
    pay_way: 'SCAN_ALIPAY',
    payer_id: dmsAccount.payerId,
    reciever_id: dmsAccount.receiverId,
    ...params,
  }
  return door.send('dms', {
    method: 'POST',
    path: '/dms/cash-out/payment',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  })
}

/** Reads one of the interfaces that answer a GET. */
export function dmsRead(door: OpenDoor, path: string, params: Params = {}): Promise<Answer> {
  const query = new URLSearchParams(defined(params)).toString()
  return door.send('dms', { path: query === '' ? path : `${path}?${query}` })
}

export function dmsOrderDetail(door: OpenDoor, params: Params = {}): Promise<Answer> {
  const sent = { payer_id: dmsAccount.payerId, bz_order: 'order-1', ...params }
  return dmsRead(door, '/dms/cash-out/get-order-detail', sent)
}

function defined(params: Params): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
}
