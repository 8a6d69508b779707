// What its500 gives a merchant, and what differs from one merchant, or one reading of the sources, to another.
import * as z from 'zod'
import {
  type AccountContract,
  assumed,
  documented,
  errorCodesSetting,
  errorMessagesSetting,
  fact,
  observed,
} from '../../src/contract/index.ts'
import { object } from '../../src/contract/late-object.ts'
import { assumedRows } from './errors.ts'
import { payTypes } from './fields.ts'

const credentials = object(() => ({
  appKey: fact(
    z.string().regex(/^[0-9a-f]{16}$/i, 'not 16 hex digits'),
    observed('rule.app-key-format'),
    'AppKey, sent as Payment-Key.',
  ),
  appSecret: fact(
    z.string().regex(/^[0-9a-f]{32}$/i, 'not 32 hex digits'),
    observed('rule.app-secret-format'),
    'AppSecret, sent as Payment-Secret.',
  ),
}))

const settings = object(() => ({
  callbackUrls: fact(
    z.array(z.string()),
    documented('rule.callback-url-registered'),
    'Registered callback addresses; the first one is the default.',
  ),
  balance: fact(
    z.int().nonnegative(),
    documented('rule.balance-is-callback-count'),
    'Callbacks that are left; each delivery costs one.',
  ),
  frozen: fact(z.boolean(), documented('code.10007'), 'Whether the account is frozen.'),
  spacedKeys: fact(
    z.boolean(),
    documented('rule.trailing-space-keys'),
    'Whether answers spell keys with the trailing space of the sample.',
  ),
  uploadedCodes: fact(
    z.array(z.enum(payTypes)),
    documented('rule.configured-fields'),
    'Receiving codes that the merchant has uploaded; answers carry one address for each.',
  ),
  expiryMinutes: fact(
    z.int().positive().nullable(),
    observed('rule.order-life', 'a cashier page counts down 5 minutes; the server may keep orders longer'),
    'Minutes until an unpaid order expires and frees its amount; null for never.',
  ),
  acknowledgeText: fact(
    z.string().nullable(),
    assumed('no required answer is documented', 'acknowledgeText'),
    'The text that a receiver must answer along with a 2xx status; null for any.',
  ),
  retryDelaysMs: fact(
    z.array(z.int().nonnegative()),
    assumed('no source says that a callback is sent again', 'retryDelaysMs'),
    'Pauses before each further attempt of a callback, in milliseconds.',
  ),
  errorCodes: errorCodesSetting(assumedRows),
  errorMessages: errorMessagesSetting(assumedRows),
}))

export const account = {
  credentials,
  settings,

  defaults: {
    callbackUrls: [],
    balance: 1_000_000,
    frozen: false,
    spacedKeys: false,
    uploadedCodes: [...payTypes],
    expiryMinutes: 5,
    acknowledgeText: null,
    retryDelaysMs: [],
    errorCodes: {},
    errorMessages: {},
  },
  identifiedBy: 'appKey',
  callbackAddress: 'callbackUrls',
  secrets: ['appSecret'],
} as const satisfies AccountContract
