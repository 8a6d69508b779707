// What vv-tool gives a merchant, and what differs from one merchant, or one reading of the sources, to another.
import * as z from 'zod'
import {
  type AccountContract,
  assumed,
  documented,
  errorCodesSetting,
  errorMessagesSetting,
  expirySetting,
  fact,
  published,
  refusalStatusSetting,
} from '../../src/contract/index.ts'
import { object } from '../../src/contract/late-object.ts'
import { assumedRows } from './errors.ts'
import { issuedToken, tokensOf } from './issued-token.ts'
import { detailNames } from './merchant-order-detail.ts'

const credentials = object(() => ({
  accessToken: fact(
    z.string().regex(/^\S+$/, 'not a token'),
    documented('paymentQrCode.request.header.Authorization'),
    'Access token, sent as Bearer.',
  ),
  merchantNum: fact(z.string().min(1), documented('paymentQrCode.request.merchant_num'), 'Merchant number.'),
  clientId: fact(
    z.string().min(1),
    published('token.request.client_id'),
    'The Account: client_id of a token request.',
  ),
  clientSecret: fact(
    z.string().min(1),
    published('token.request.client_secret'),
    'The Accessskey: client_secret of a token request.',
  ),
}))

const state = () => z.union([z.int(), z.string()])

const settings = object(() => ({
  permission: fact(
    z.boolean(),
    documented('code.204.permission'),
    'Whether the account may call the interface; without it code 204.',
  ),
  callsLeft: fact(
    z.int().nonnegative().nullable(),
    documented('code.204.calls'),
    'Calls that are left, null for any number; at 0 code 204.',
  ),
  supported: fact(
    z.boolean(),
    documented('code.203'),
    'Whether the interface is supported for the account; otherwise code 203.',
  ),
  issuedTokens: fact(
    z.array(issuedToken),
    assumed('no source says how many tokens are good at the same time', 'issuedTokens'),
    'The newest tokens that were issued, newest first, each with its end in milliseconds since 1970.',
  ),
  oldTokens: fact(
    z.enum(['accept', 'refuse']),
    published('rule.old-tokens-may-be-invalid', 'which it is, the page leaves open'),
    'Whether tokens of the older address are good.',
  ),
  orderDetailNames: fact(
    z.partialRecord(z.enum(detailNames), z.string().min(1)),
    assumed('the page of the order query lists no fields of its answer', 'orderDetailNames'),
    'Other names for the fields of an order query.',
  ),
  orderDetailStates: fact(
    z.strictObject({ waiting: state(), paid: state(), expired: state() }),
    assumed('the page of the order query lists no states', 'orderDetailStates'),
    'How an order query calls the states of an order.',
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
    permission: true,
    callsLeft: null,
    supported: true,
    issuedTokens: [],
    oldTokens: 'accept',
    orderDetailNames: {},
    orderDetailStates: { waiting: 0, paid: 1, expired: 2 },
    expiryMinutes: null,
    refusalStatus: 200,
    errorCodes: {},
    errorMessages: {},
  },
  identifiedBy: 'accessToken',
  identities: ({ accessToken, clientId }, settings) => [
    String(accessToken),
    String(clientId),
    ...tokensOf(settings).map(issued => issued.token),
  ],
  secrets: ['accessToken', 'clientSecret'],
  secretFields: ['client_secret', 'access_token'],
} as const satisfies AccountContract
