// Facts about vv-tool that are neither field nor code.
import { assumed, documented, observed, published, type Rule } from '../../src/contract/index.ts'

export const rules = {
  duplicateMakesAnotherOrder: {
    value: true,
    description: 'A repeated relation_order_number makes another order, which can be paid as well.',
    provenance: documented('rule.duplicate-makes-another-order'),
  },
  getWithBody: {
    value: {
      method: 'GET',
      contentType: 'application/json',
      fields: {
        order_price: 'orderPrice',
        merchant_num: 'merchantNum',
        relation_order_number: 'relationOrderNumber',
        order_title: 'orderTitle',
      },
    },
    description: 'A JSON body that repeats the query in camelCase may come along with the GET.',
    provenance: documented('rule.get-with-body'),
  },
  queryCounts: {
    value: true,
    description: 'A body that comes along with the GET is read by nobody.',
    provenance: assumed(
      'the sample sends both, in different spellings; only the query is in the parameter table',
    ),
  },
  answerForm: {
    value: 'JSON',
    description: 'Form of every answer.',
    provenance: documented('rule.response-format'),
  },
  dataForm: {
    value: { type: 'object []', remark: '数组', sample: 'object' },
    description: 'Form of data on success: one object, as in the sample.',
    provenance: documented('rule.data-array-or-object', 'the table speaks of a list; the sample counts'),
  },
  fee: {
    value: { key: 'opened once', calls: 'free for life' },
    description: 'Calls cost nothing: withholding_money is 0.',
    provenance: documented('rule.fee'),
  },
  envelope: {
    value: ['code', 'msg', 'msec', 'time', 'data'],
    description: 'The fields of every answer.',
    provenance: observed('rule.envelope'),
  },
  largestPrice: {
    value: '999999999999999',
    description: 'Prices with more than 15 digits get code 100.',
    provenance: assumed('no limit is documented; beyond it fen would not be exact numbers'),
  },
  orderQueryTells: {
    value: ['amount', 'number', 'payment method'],
    description: 'What an order query is for.',
    provenance: published('rule.order-query-tells'),
  },
  newestOrderCounts: {
    value: true,
    description: 'Of several orders with one relation_order_number, an order query finds the newest.',
    provenance: assumed('no source says which one it finds'),
  },
  queryIsFree: {
    value: true,
    description: 'An order query takes none of the calls that are left.',
    provenance: assumed('no source says what it costs'),
  },
  tokenForm: {
    value: 'multipart/form-data',
    description: 'Form of a token request.',
    provenance: published('rule.token-form'),
  },
  otherTokenForms: {
    value: ['application/x-www-form-urlencoded', 'application/json'],
    description: 'Further forms in which a token request is read.',
    provenance: assumed('OAuth libraries send forms, and the other interfaces of the provider JSON'),
  },
  wrongClient: {
    value: '401',
    description: 'A client_id or client_secret that is not right gets 401.',
    provenance: assumed('the table has one code for credentials that are not valid'),
  },
  tokenScope: {
    value: 'show',
    description: 'The scope of every token, whatever was asked for.',
    provenance: observed('rule.token-response', 'that it is always this one is assumed'),
  },
  tokensSideBySide: {
    value: 20,
    description: 'A new token leaves the others good; so many of an account are kept, the newest.',
    provenance: assumed('no source says what becomes of earlier tokens'),
  },
  fixedToken: {
    value: true,
    description: 'The accessToken of an account is good for ever.',
    provenance: assumed('so that a test needs no token request'),
  },
  callbackExists: {
    value: true,
    description: 'Paid orders can be called back, at an address that the staff of vv-tool sets.',
    provenance: published('rule.callback-exists'),
  },
  noCallback: {
    value: true,
    description: 'The double sends no callback.',
    provenance: assumed('no source describes the message'),
  },
} as const satisfies Record<string, Rule>
