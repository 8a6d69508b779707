// What the shop needs of QFPay: signed calls, and the signature of notifications.
import { createHash, timingSafeEqual } from 'node:crypto'

export interface Merchant {
  /** Where QFPay answers, such as `https://openapi-hk.qfapi.com`. */
  readonly url: string
  readonly appCode: string
  readonly clientKey: string
  readonly mchid: string
}

/** An answer of QFPay other than 0000. */
export class Refused extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(`QFPay answered ${code}: ${message}`)
    this.code = code
  }
}

type Answer = Record<string, unknown> & { respcd: string; resperr: string }

/** What QFPay says of a payment, in a notification or when it is asked. */
export interface Payment {
  readonly syssn: string
  readonly txamt: string
}
export interface Notification extends Payment {
  readonly respcd: string
  readonly notify_type: 'payment' | 'refund'
  readonly out_trade_no: string
  /** Of a refund, the number of the order. */
  readonly orig_out_trade_no: string
}
interface Row extends Payment {
  readonly order_type: string
  readonly respcd: string
}

/** How long the shop waits for QFPay, in milliseconds. */
const timeoutMs = 5000

export function createQfpay({ url, appCode, clientKey, mchid }: Merchant) {
  async function call(path: string, params: Readonly<Record<string, string>>): Promise<Answer> {
    const sent = { ...params, mchid }
    const text = Object.entries(sent)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&')
    const response = await fetch(`${url}/trade/v1/${path}`, {
      method: 'POST',
      headers: { 'x-qf-appcode': appCode, 'x-qf-sign': md5(text, clientKey) },
      body: new URLSearchParams(sent),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const body = Buffer.from(await response.arrayBuffer())
    if (!isSigned(body, response.headers.get('x-qf-sign'), clientKey))
      throw new Error(`HTTP ${response.status} without a right signature is no answer of QFPay`)
    const answer = JSON.parse(body.toString()) as Answer
    if (answer.respcd !== '0000') throw new Refused(answer.respcd, answer.resperr)
    return answer
  }

  return {
    async pay(order: { id: string; amount: number }, notifyUrl: string) {
      const { qrcode } = await call('payment', {
        txamt: String(order.amount),
        txcurrcd: 'HKD',
        pay_type: '800201',
        out_trade_no: order.id,
        txdtm: now(),
        notify_url: notifyUrl,
      })
      return String(qrcode)
    },

    /** The payment of an order, if it is paid. The outer respcd only says that the query worked. */
    async findPayment(id: string): Promise<Payment | undefined> {
      const rows = (await call('query', { out_trade_no: id })).data as readonly Row[]
      return rows.find(row => row.order_type === 'payment' && row.respcd === '0000')
    },

    /** @param number of the refund: with the same one it is given back once, however often it is asked for */
    async refund({ syssn }: { syssn: string }, amount: number, number: string) {
      await call('refund', {
        syssn,
        out_trade_no: number,
        txamt: String(amount),
        txdtm: now(),
      })
    },
  }
}

/** Whether a text of QFPay is signed with the merchant's key. It is the bytes that are signed, not what they mean. */
export function isSigned(
  body: Buffer,
  signature: string | string[] | null | undefined,
  clientKey: string,
): boolean {
  const expected = Buffer.from(md5(body, clientKey))
  const received = Buffer.from(String(signature).toUpperCase())
  return received.length === expected.length && timingSafeEqual(received, expected)
}

function md5(text: string | Buffer, key: string): string {
  return createHash('md5').update(text).update(key).digest('hex').toUpperCase()
}

/** The time in China, as QFPay writes it. */
function now(): string {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
}
