import { qfpay } from '../../contracts/qfpay/contract.ts'
import { base62, hexDigits } from '../../src/double/random.ts'
import { defineSimulator } from '../../src/double/simulator.ts'
import { close, reversal } from './close.ts'
import { notificationsOf } from './notification.ts'
import { payment } from './payment.ts'
import { query } from './query.ts'
import { refund } from './refund.ts'

export const qfpaySimulator = defineSimulator(qfpay, {
  accounts: [
    {
      id: 'demo',
      appCode: 'DEMO0APP0CODE0000000000000000001',
      clientKey: 'TESTKEY0000000000000000000000000',
      mchid: 'ZaMVg12345',
    },
  ],

  inventCredentials: random => ({
    appCode: random.text(32, hexDigits).toUpperCase(),
    clientKey: random.text(32, hexDigits).toUpperCase(),
    mchid: random.text(10, base62),
  }),

  // A refund that came to nothing leaves its number free, as one that is refused at once does.
  keysOf: ({ kind, status, orderNumber }) =>
    kind === 'refund' && status === 'failed' ? {} : { number: orderNumber },

  callbacksOf: notificationsOf,

  operations: { payment, query, refund, close, reversal },
})
