// Signed QFPay requests as a client writes them. It shares no code with what is measured.
import { hash } from 'node:crypto'

export const appCode = 'DEMO0APP0CODE0000000000000000001'
const key = 'TESTKEY0000000000000000000000000'
const mchid = 'ZaMVg12345'

export const paymentPath = '/trade/v1/payment'
export const queryPath = '/trade/v1/query'

/** The answer of a double or of its peers that has done what it was asked. */
export const isDone = '"respcd": ?"0000"'

/** @returns body and signature of a payment with this order number */
export function toPayment(orderNumber) {
  const canonical = `mchid=${mchid}&out_trade_no=${orderNumber}&pay_type=800201&txamt=300&txcurrcd=HKD&txdtm=2026-01-01 09:00:00`
  return {
    body: `txamt=300&txcurrcd=HKD&pay_type=800201&out_trade_no=${orderNumber}&txdtm=2026-01-01+09%3A00%3A00&mchid=${mchid}`,
    sign: sign(canonical),
  }
}

/** @returns body and signature of a query by order number */
export function toQuery(orderNumber) {
  return {
    body: `mchid=${mchid}&out_trade_no=${orderNumber}`,
    sign: sign(`mchid=${mchid}&out_trade_no=${orderNumber}`),
  }
}

export function toHeaders(signature) {
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-qf-appcode': appCode,
    'x-qf-sign': signature,
  }
}

/** Numbers that no order has had, however often it is asked. */
export function createNumbers(prefix = 'n') {
  let next = 0
  return count => Array.from({ length: count }, () => `${prefix}${next++}`)
}

function sign(text) {
  return hash('md5', text + key, 'hex').toUpperCase()
}
