// What dms gives a merchant, and what differs from one merchant, or one reading of the sources, to another.
import * as z from 'zod'
import {
  type AccountContract,
  assumed,
  documented,
  errorCodesSetting,
  errorMessagesSetting,
  expirySetting,
  fact,
  refusalStatusSetting,
} from '../../src/contract/index.ts'
import { object } from '../../src/contract/late-object.ts'
import { assumedRows } from './errors.ts'
import { orderStates } from './get-order-detail.ts'

const credentials = object(() => ({
  payerId: fact(z.string().min(1), documented('rule.payer-id-source'), 'Id of the account that pays.'),
  receiverId: fact(
    z.string().min(1),
    documented('rule.receiver-id-source'),
    'Id of the account that receives.',
  ),
}))

const settings = object(() => ({
  duplicateOrders: fact(
    z.enum(['refuse', 'allow']),
    assumed('the document does not say; the layer below, allinpay, refuses them', 'duplicateOrders'),
    'Whether a repeated bz_order is refused or makes another order.',
  ),
  waitingState: fact(
    z.literal([orderStates.unpaid, orderStates.underWay]),
    assumed('which of the two an order has while the payer has yet to scan, no source says', 'waitingState'),
    'How a query calls an order that waits for the payer: 1 not paid, or 99 under way.',
  ),
  expiryMinutes: expirySetting(),
  refusalStatus: refusalStatusSetting(),
  errorCodes: errorCodesSetting(assumedRows),
  errorMessages: errorMessagesSetting(assumedRows),
}))

export const account = {
  credentials,
  settings,

  defaults: {
    duplicateOrders: 'refuse',
    waitingState: orderStates.unpaid,
    expiryMinutes: null,
    refusalStatus: 200,
    errorCodes: {},
    errorMessages: {},
  },
  identifiedBy: 'payerId',
  secrets: [],
} as const satisfies AccountContract
