// paydouble's HTTP door over a store that holds so many orders already: `node filled.js COUNT`.
// They are put into the store itself, which takes seconds, as the requests before the one that is measured.
import { simulators } from '../../dist/mocks/index.js'
import {
  assembleDouble,
  createSqliteStore,
  createSystemClock,
  deliverWith,
  openHttpDoor,
} from '../../dist/src/index.js'

const [count = '0'] = process.argv.slice(2)
const began = performance.now()
let store
const double = assembleDouble({
  simulators,
  createStore: options => {
    store = createSqliteStore(options)
    return store
  },
  deliver: deliverWith(fetch),
  clock: createSystemClock(),
  rateLimits: false,
})
await double.accounts.list()
const now = Date.now()
for (let n = 0; n < Number(count); n++) await store.insertOrder(toOrder(n))
const filledMs = performance.now() - began
const door = await openHttpDoor(double)
process.stdout.write(`${JSON.stringify({ url: door.url, filledMs })}\n`)
process.once('SIGTERM', () => door.close().then(() => double.close()))

/** As a payment leaves it. Its numbers do not rise, so that they meet all parts of the store. */
function toOrder(n) {
  const orderNumber = `f${n}`
  return {
    id: `20260101090000${String(n).padStart(12, '0')}`,
    orderNumber,
    amount: 300,
    currency: 'HKD',
    qr: `weixin://wxpay/bizpayurl?pr=${n.toString(36).padStart(7, '0')}`,
    provider: 'qfpay',
    account: 'demo',
    kind: 'payment',
    original: null,
    status: 'pending',
    createdAt: now,
    expiresAt: now + 30 * 60_000,
    paidAt: null,
    paidAmount: null,
    refunded: 0,
    changedAt: null,
    past: [],
    acts: [],
    fields: {
      txamt: '300',
      txcurrcd: 'HKD',
      pay_type: '800201',
      out_trade_no: orderNumber,
      txdtm: '2026-01-01 09:00:00',
      mchid: 'ZaMVg12345',
    },
  }
}
