// The smallest app that can be tortured: functions in the process of the test, correct unless it is told otherwise.
import { createHash } from 'node:crypto'
import type { AppOrder, TortureApp, TorturedDouble } from '../../src/torture/index.ts'
import { qfpayAccount, qfpayPayment, qfpayQuery, qfpayRefund } from '../harness/clients.ts'
import { openInProcess } from '../harness/in-process.ts'

/** What an app may get wrong. */
export const flaws = [
  'creditsAgain',
  'expiresWhatIsPaid',
  'forgetsLateMoney',
  'checksNoSignature',
  'creditsAnyAmount',
  'pollsInVain',
  'acknowledgesTooEarly',
  'crashesOnRefund',
] as const
export type Flaw = (typeof flaws)[number]

export interface Stub {
  readonly pay: TorturedDouble
  readonly app: Required<TortureApp>
  /** With which it takes orders, so that torture has to hand them from account to account. */
  readonly account: { appCode: string; clientKey: string; mchid: string; notifyUrl: string }
}

interface Row {
  status: AppOrder['status']
  credited: number
  amount: number
  syssn: string
}

export function openStub(has: readonly Flaw[] = []): Stub {
  const orders = new Map<string, Row>()
  const is = (flaw: Flaw) => has.includes(flaw)
  let made = 0
  let failing = 0

  function write(order: Row, changes: Partial<Row>): void {
    if (failing > 0) {
      failing--
      throw new Error('the write failed')
    }
    Object.assign(order, changes)
  }

  function settle(id: string, paid: number): void {
    const order = orders.get(id)
    if (!order || (order.credited > 0 && !is('creditsAgain'))) return
    if (paid !== order.amount && !is('creditsAnyAmount')) return
    if (order.status === 'expired' && is('forgetsLateMoney')) return
    write(order, { status: 'paid', credited: order.credited + order.amount })
  }

  const door = openInProcess({
    async deliver({ body, headers }) {
      const signature = createHash('md5')
        .update(body + qfpayAccount.clientKey)
        .digest('hex')
        .toUpperCase()
      if (headers['x-qf-sign'] !== signature && !is('checksNoSignature')) return { status: 401, body: 'no' }
      const told = JSON.parse(body) as Record<string, string>
      if (told.notify_type !== 'payment' || told.respcd !== '0000') return { status: 200, body: 'SUCCESS' }
      try {
        settle(String(told.out_trade_no), Number(told.txamt))
      } catch (error) {
        if (!is('acknowledgesTooEarly')) return { status: 500, body: String(error) }
      }
      return { status: 200, body: 'SUCCESS' }
    },
  })

  const app: Required<TortureApp> = {
    async placeOrder({ amount }) {
      made++
      const id = `stub-${made}`
      const { syssn, respcd } = (await qfpayPayment(door, { txamt: String(amount), out_trade_no: id })).json()
      if (respcd !== '0000') throw new Error(`refused: ${respcd}`)
      orders.set(id, { status: 'pending', credited: 0, amount, syssn: String(syssn) })
      return id
    },
    getOrder(id) {
      const { status, credited } = orders.get(id) as Row
      return { status, credited }
    },
    async poll(id) {
      if (is('pollsInVain')) return
      const { data } = (await qfpayQuery(door, { out_trade_no: id })).json() as {
        data?: Record<string, string>[]
      }
      const row = data?.find(({ order_type, respcd }) => order_type === 'payment' && respcd === '0000')
      if (row && orders.get(id)?.credited === 0) settle(id, Number(row.txamt))
    },
    expire(id) {
      const order = orders.get(id)
      if (order?.status === 'pending' || (order && is('expiresWhatIsPaid')))
        write(order, { status: 'expired' })
    },
    async refund(id) {
      const order = orders.get(id) as Row
      if (order.status !== 'paid') {
        if (is('crashesOnRefund')) throw new TypeError('the payment is undefined')
        return
      }
      const { syssn, amount } = order
      const refund = { syssn, out_trade_no: `${id}-refund`, txamt: String(amount) }
      const { respcd } = (await qfpayRefund(door, refund)).json()
      if (respcd === '0000') write(order, { status: 'refunded' })
    },
    failNextWrite() {
      failing++
    },
    restart() {},
    idle() {},
    reset() {
      orders.clear()
      failing = 0
    },
  }
  return { pay: door.double, app, account: { ...qfpayAccount, notifyUrl: 'http://127.0.0.1:1/notified' } }
}
