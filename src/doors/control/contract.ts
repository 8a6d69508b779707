// What `/_paydouble/` promises, in the same vocabulary as the providers' contracts.
import * as z from 'zod'
import { type Api, assumed, defineOperation, type ErrorRow } from '../../contract/index.ts'
import { looseObject, strictObject } from '../../contract/late-object.ts'
import { faultSchema } from '../../double/fault.ts'
import { planSchema } from '../../double/plan.ts'
import { durationSchema, sendSchema } from '../../double/schedule.ts'
import {
  accountSchema,
  deliverySchema,
  deliveryStatuses,
  orderSchema,
  orderStatuses,
} from '../../store/records.ts'

/** Everything here is ours, so there is nobody else who could say it. */
const ours = assumed('the control interface is paydouble itself')

const findingSchema = looseObject(() => ({
  kind: z.string(),
  severity: z.enum(['breaking', 'additive', 'note']),
  pointer: z.string().meta({ description: 'JSON pointer into the message.' }),
  message: z.string(),
}))

const mistakeSchema = looseObject(() => ({
  id: z.string().meta({ description: 'Stable.' }),
  title: z.string().meta({ description: 'What the signer did, as the end of "The client …".' }),
  explanation: z.string(),
  remedy: z.string(),
  detail: z.string().optional().meta({ description: 'Which of several ways, such as the field.' }),
}))

const autopsySchema = looseObject(() => ({
  provider: z.string(),
  account: z.string(),
  direction: z.enum(['request', 'response', 'callback']),
  verdict: z
    .enum(['matches', 'mismatch', 'missing', 'unsigned'])
    .meta({ description: 'With unsigned, nothing is signed, and `check` says what is wrong.' }),
  rule: z.string().optional().meta({ description: 'How it is signed.' }),
  canonical: z.string().optional().meta({ description: 'The text that is signed, without the key.' }),
  signed: z.string().optional().meta({ description: 'The same with the key, masked.' }),
  expected: z.string().optional(),
  received: z.string().nullable().optional(),
  causes: z
    .array(
      z.looseObject({
        mistakes: z.array(mistakeSchema).meta({ description: 'Made together, they give the signature.' }),
        signed: z.string().meta({ description: 'The text that must have been signed.' }),
      }),
    )
    .optional()
    .meta({ description: 'Each explains the signature alone; the likeliest first.' }),
  firstDifference: z
    .looseObject({
      in: z.enum(['text', 'bytes', 'signature']),
      at: z.int().nonnegative(),
      expected: z.string(),
      received: z.string(),
    })
    .nullable()
    .optional(),
  next: z.array(z.string()).optional().meta({ description: 'What to check next.' }),
  check: z.looseObject({ ok: z.boolean(), reason: z.string().nullable() }).nullable().optional(),
}))

const exchangeSchema = looseObject(() => ({
  id: z.string(),
  kind: z.enum(['request', 'payment']),
  at: z.int().meta({ description: "Milliseconds since 1970 on the double's clock." }),
  provider: z.string().nullable(),
  operation: z.string().nullable(),
  account: z.string().nullable(),
  order: z.string().nullable(),
  step: z.string().meta({ description: 'The last step of the pipeline that was reached.' }),
  outcome: z.string(),
  error: z.string().nullable().meta({ description: 'The row of the error table that answered.' }),
  fault: z.string().nullable().meta({ description: 'The rule that made it answer so.' }),
  findings: z.array(findingSchema),
  autopsy: autopsySchema.nullable().meta({
    description: 'Why the signature or the credential was refused; null where it was not.',
  }),
}))

const pageOf = <S extends z.ZodType>(item: S) =>
  looseObject(() => ({
    items: z.array(item).meta({ description: 'Newest first.' }),
    next: z
      .string()
      .nullable()
      .meta({ description: 'Cursor of the next page, to be sent as `after`; or null.' }),
  }))

const paging = {
  limit: z
    .string()
    .regex(/^([1-9]\d?|[1-4]\d\d|500)$/, 'not a number from 1 to 500')
    .optional()
    .meta({ description: 'Items per page, 1 to 500; 50 where it is not sent.' }),
  after: z
    .string()
    .regex(/^\d+$/, 'not a cursor')
    .optional()
    .meta({ description: '`next` of the page before.' }),
}

const amount = z.int().positive().optional().meta({ description: 'What the payer pays, in minor units.' })

const paymentSchema = looseObject(() => ({
  outcome: z.enum(['paid', 'lost']),
  order: orderSchema,
  deliveries: z.array(deliverySchema),
  findings: z.array(findingSchema),
}))

const payFields = {
  amount,
  late: z
    .boolean()
    .optional()
    .meta({ description: 'Pays also an order that has expired, was closed or has failed.' }),
  again: z.boolean().optional().meta({ description: 'Pays once more what is paid already.' }),
}

const ruleSchema = looseObject(() => ({
  id: z.string(),
  fault: faultSchema,
  left: z.int().nullable().meta({ description: 'How often it can still strike; null for always.' }),
}))

const firedSchema = looseObject(() => ({
  kind: z.enum(['expired', 'acted', 'attempted']),
  at: z.int(),
  order: z.string().meta({ description: 'Id of the order.' }),
  delivery: z.string().optional().meta({ description: 'Id of the delivery that was tried.' }),
  status: z.string().meta({ description: 'Of the order, or of the delivery, after it.' }),
}))

const clockSchema = looseObject(() => ({
  kind: z.enum(['system', 'manual', 'offset']),
  now: z.int().meta({ description: 'Milliseconds since 1970.' }),
  time: z.string().meta({ description: 'The same as ISO 8601.' }),
}))

const idPath = z.object({ id: z.string() })
const accountPath = z.object({ provider: z.string(), id: z.string().min(1) })

const wholeNumber = (most: number) =>
  z.string().refine(text => /^[1-9]\d*$/.test(text) && Number(text) <= most, `not a number from 1 to ${most}`)

const json = ['application/json']
const nothing = { in: 'query', schema: looseObject(() => ({})) } as const
/** The path says it all. */
const nothingMore = { in: 'body', contentTypes: json, schema: strictObject(() => ({})) } as const

const operation = <const O extends Omit<Api['operations'][string], 'provenance' | 'examples'>>(given: O) =>
  defineOperation({ ...given, provenance: ours, examples: [] })

export const controlOperations = {
  health: operation({
    methods: ['GET'],
    path: '/_paydouble/health',
    summary: 'Whether the double answers, and what it is. The seed is only for those who may use the rest.',
    request: nothing,
    response: looseObject(() => ({
      status: z.literal('ok'),
      version: z.string(),
      seed: z.int().optional(),
      clock: z.enum(['system', 'manual', 'offset']),
      now: z.int(),
      providers: z.array(z.string()),
    })),
  }),
  listAccounts: operation({
    methods: ['GET'],
    path: '/_paydouble/api/accounts',
    summary: 'All accounts with their credentials and settings.',
    request: nothing,
    response: z.array(accountSchema),
  }),
  putAccount: operation({
    methods: ['PUT'],
    path: '/_paydouble/api/accounts/{provider}/{id}',
    summary: 'Changes credentials or settings of an account, or adds one.',
    pathParameters: accountPath,
    request: { in: 'body', contentTypes: json, schema: z.looseObject({}) },
    response: accountSchema,
  }),
  createAccount: operation({
    methods: ['POST'],
    path: '/_paydouble/api/accounts/{provider}',
    summary: 'Adds an account with invented credentials, for a test that shares the double with others.',
    pathParameters: z.object({ provider: z.string() }),
    request: { in: 'body', contentTypes: json, schema: z.looseObject({}) },
    response: accountSchema,
  }),
  resetAccount: operation({
    methods: ['POST'],
    path: '/_paydouble/api/accounts/{provider}/{id}/reset',
    summary: 'Forgets the orders, callbacks, faults and journal of one account.',
    pathParameters: accountPath,
    request: nothingMore,
    response: accountSchema,
  }),
  removeAccount: operation({
    methods: ['DELETE'],
    path: '/_paydouble/api/accounts/{provider}/{id}',
    summary: 'Forgets an account and what it did.',
    pathParameters: accountPath,
    request: nothing,
    response: looseObject(() => ({ removed: z.literal(true) })),
  }),
  listOrders: operation({
    methods: ['GET'],
    path: '/_paydouble/api/orders',
    summary: 'Orders, newest first.',
    request: {
      in: 'query',
      schema: strictObject(() => ({
        provider: z.string().optional(),
        account: z.string().optional(),
        status: z.enum(orderStatuses).optional(),
        orderNumber: z.string().optional().meta({ description: "The merchant's order number." }),
        qr: z.string().optional().meta({ description: 'The text of the QR code.' }),
        ...paging,
      })),
    },
    response: pageOf(orderSchema),
  }),
  getOrder: operation({
    methods: ['GET'],
    path: '/_paydouble/api/orders/{id}',
    summary: "One order, by its id: the provider's own number of it.",
    pathParameters: idPath,
    request: nothing,
    response: orderSchema,
  }),
  payOrder: operation({
    methods: ['POST'],
    path: '/_paydouble/api/orders/{id}/pay',
    summary: 'The payer pays an order. Answers when the callbacks have been tried once.',
    pathParameters: idPath,
    request: { in: 'body', contentTypes: json, schema: z.strictObject(payFields) },
    response: paymentSchema,
  }),
  payByQr: operation({
    methods: ['POST'],
    path: '/_paydouble/api/pay',
    summary: 'The payer scans a QR code and pays. Answers when the callbacks have been tried once.',
    request: {
      in: 'body',
      contentTypes: json,
      schema: strictObject(() => ({ qr: z.string().min(1), ...payFields })),
    },
    response: paymentSchema,
  }),
  declineOrder: operation({
    methods: ['POST'],
    path: '/_paydouble/api/orders/{id}/decline',
    summary: 'The payer begins to pay and declines.',
    pathParameters: idPath,
    request: nothingMore,
    response: orderSchema,
  }),
  walkAway: operation({
    methods: ['POST'],
    path: '/_paydouble/api/orders/{id}/walk-away',
    summary: 'The payer sees the code and never pays, whatever was planned.',
    pathParameters: idPath,
    request: nothingMore,
    response: orderSchema,
  }),
  sendCallback: operation({
    methods: ['POST'],
    path: '/_paydouble/api/orders/{id}/callbacks',
    summary: 'Sends what a callback would say if the order were paid, whatever the order is.',
    pathParameters: idPath,
    request: {
      in: 'body',
      contentTypes: json,
      schema: sendSchema.extend({
        callback: z
          .string()
          .optional()
          .meta({ description: 'Its name in the contract; the first where it is not given.' }),
      }),
    },
    response: deliverySchema,
  }),
  listDeliveries: operation({
    methods: ['GET'],
    path: '/_paydouble/api/deliveries',
    summary: 'Callbacks with their attempts, newest first.',
    request: {
      in: 'query',
      schema: strictObject(() => ({
        order: z.string().optional().meta({ description: 'Id of the order.' }),
        provider: z.string().optional(),
        account: z.string().optional(),
        status: z.enum(deliveryStatuses).optional(),
        ...paging,
      })),
    },
    response: pageOf(deliverySchema),
  }),
  waitForDeliveries: operation({
    methods: ['GET'],
    path: '/_paydouble/api/deliveries/wait',
    summary: 'Answers once callbacks have been tried as often as asked, also where that was before.',
    request: {
      in: 'query',
      schema: strictObject(() => ({
        order: z.string().optional().meta({ description: 'Id of the order.' }),
        orderNumber: z.string().optional().meta({ description: "The merchant's order number." }),
        provider: z.string().optional(),
        account: z.string().optional(),
        callback: z.string().optional().meta({ description: 'Name of the callback.' }),
        times: wholeNumber(10_000)
          .optional()
          .meta({ description: 'How many attempts; 1 where it is not sent.' }),
        acknowledged: z
          .enum(['true', 'false'])
          .optional()
          .meta({ description: 'Counts only attempts that the merchant acknowledged.' }),
        timeoutMs: wholeNumber(60_000)
          .optional()
          .meta({ description: 'Milliseconds until it gives up; 5,000 where it is not sent.' }),
      })),
    },
    response: looseObject(() => ({ items: z.array(deliverySchema).meta({ description: 'Oldest first.' }) })),
  }),
  getDelivery: operation({
    methods: ['GET'],
    path: '/_paydouble/api/deliveries/{id}',
    summary: 'One callback with its attempts.',
    pathParameters: idPath,
    request: nothing,
    response: deliverySchema,
  }),
  resendDelivery: operation({
    methods: ['POST'],
    path: '/_paydouble/api/deliveries/{id}/resend',
    summary: 'Sends a callback once more, as it was or edited. Answers when it has been tried.',
    pathParameters: idPath,
    request: {
      in: 'body',
      contentTypes: json,
      schema: strictObject(() => ({
        url: z.string().optional(),
        body: z.string().optional(),
        headers: z
          .record(z.string(), z.string())
          .optional()
          .meta({ description: 'Headers that replace others; an empty text takes one away.' }),
        sign: z
          .boolean()
          .optional()
          .meta({ description: 'Signs the body anew; an edited one keeps the old signature otherwise.' }),
      })),
    },
    response: deliverySchema,
  }),
  listOutbox: operation({
    methods: ['GET'],
    path: '/_paydouble/api/outbox',
    summary: 'In pull mode, the callbacks that are due, oldest first.',
    request: {
      in: 'query',
      schema: strictObject(() => ({
        provider: z.string().optional(),
        account: z.string().optional(),
        order: z.string().optional().meta({ description: 'Id of the order.' }),
      })),
    },
    response: looseObject(() => ({ items: z.array(deliverySchema) })),
  }),
  replyToDelivery: operation({
    methods: ['POST'],
    path: '/_paydouble/api/deliveries/{id}/reply',
    summary: 'Tells what the merchant answered to a callback of the outbox.',
    pathParameters: idPath,
    request: {
      in: 'body',
      contentTypes: json,
      schema: strictObject(() => ({
        status: z.int().min(100).max(599).meta({ description: 'HTTP status.' }),
        body: z.string().optional(),
      })),
    },
    response: deliverySchema,
  }),
  getClock: operation({
    methods: ['GET'],
    path: '/_paydouble/api/clock',
    summary: 'What time it is.',
    request: nothing,
    response: clockSchema,
  }),
  moveClock: operation({
    methods: ['POST'],
    path: '/_paydouble/api/clock',
    summary:
      'Moves the clock, or has it stand still or run. What falls due on the way happens, in its order.',
    request: {
      in: 'body',
      contentTypes: json,
      schema: strictObject(() => ({
        advance: durationSchema.optional(),
        set: z
          .union([z.int(), z.string()])
          .optional()
          .meta({ description: 'A moment: milliseconds since 1970, or ISO 8601.' }),
        freeze: z.literal(true).optional().meta({ description: 'It stands still.' }),
        resume: z
          .literal(true)
          .optional()
          .meta({ description: 'It runs with real time, from where it stands.' }),
      })).refine(
        given => Object.keys(given).length === 1,
        'give exactly one of advance, set, freeze, resume',
      ),
    },
    response: clockSchema.extend({
      fired: z.array(firedSchema).meta({ description: 'What happened on the way.' }),
    }),
  }),
  listRequests: operation({
    methods: ['GET'],
    path: '/_paydouble/api/requests',
    summary: 'The journal: what came, what was made of it, what went out. Secrets are masked.',
    request: {
      in: 'query',
      schema: strictObject(() => ({
        provider: z.string().optional(),
        account: z.string().optional(),
        order: z.string().optional().meta({ description: 'Id of the order.' }),
        ...paging,
      })),
    },
    response: pageOf(exchangeSchema),
  }),
  addFault: operation({
    methods: ['POST'],
    path: '/_paydouble/api/faults',
    summary: 'Has something go wrong: an error, the network, a payer, a callback.',
    request: { in: 'body', contentTypes: json, schema: faultSchema },
    response: ruleSchema,
  }),
  listFaults: operation({
    methods: ['GET'],
    path: '/_paydouble/api/faults',
    summary: 'The faults that are not used up, in their order.',
    request: nothing,
    response: looseObject(() => ({ items: z.array(ruleSchema) })),
  }),
  removeFaults: operation({
    methods: ['DELETE'],
    path: '/_paydouble/api/faults',
    summary: 'Takes faults away: all, or those of an account, or one.',
    request: {
      in: 'query',
      schema: strictObject(() => ({
        provider: z.string().optional(),
        account: z.string().optional(),
        id: z
          .string()
          .optional()
          .meta({ description: 'Of one fault, as it was answered when it was added.' }),
      })),
    },
    response: looseObject(() => ({
      items: z.array(ruleSchema).meta({ description: 'Those that are left.' }),
    })),
  }),
  applyPlan: operation({
    methods: ['POST'],
    path: '/_paydouble/api/plan',
    summary: 'Makes the double new, with the seed and the faults of a plan.',
    request: { in: 'body', contentTypes: json, schema: planSchema },
    response: planSchema,
  }),
  dumpState: operation({
    methods: ['GET'],
    path: '/_paydouble/api/state',
    summary:
      'The whole state as NDJSON, with the credentials of all accounts. A dump that was cut has no last line {"end":…}.',
    request: nothing,
    response: z.string(),
    responseType: 'application/x-ndjson',
  }),
  loadState: operation({
    methods: ['PUT'],
    path: '/_paydouble/api/state',
    summary:
      'Replaces the whole state by a dump. A large one comes in parts, one after the other; it is checked and loaded with the last.',
    request: {
      in: 'body',
      contentTypes: json,
      schema: strictObject(() => ({
        text: z.string().meta({ description: 'The dump, or the next part of it.' }),
        upload: z
          .string()
          .regex(/^[\w-]{1,64}$/, 'not 1 to 64 letters and digits')
          .optional()
          .meta({ description: 'Of parts: the same with each, and with no other dump.' }),
        part: z.int().positive().optional().meta({ description: 'From 1; 1 where it is not given.' }),
        last: z
          .boolean()
          .optional()
          .meta({ description: 'Whether it is the last one; it is where it is not given.' }),
        replace: z.boolean().optional().meta({
          description:
            'With the last: whether orders, callbacks and added accounts that are there may be lost.',
        }),
      })),
    },
    response: z.looseObject({
      loaded: z
        .record(z.string(), z.int())
        .nullable()
        .meta({ description: 'How many records of each kind; null until the last part has come.' }),
    }),
  }),
  reset: operation({
    methods: ['POST'],
    path: '/_paydouble/api/reset',
    summary: 'Makes the double as it was when it was new.',
    request: nothingMore,
    response: looseObject(() => ({ reset: z.literal(true) })),
  }),
}

export type ControlOperation = keyof typeof controlOperations

const row = (status: number, code: string, meaning: string): ErrorRow => {
  return { code, message: meaning, meaning, outcome: 'failed', status, provenance: ours }
}

/** The errors of the control interface; those of the engine carry the code of its PaydoubleError. */
export const controlErrors = {
  badRequest: row(400, 'badRequest', 'The request is not as described.'),
  tokenNeeded: row(401, 'tokenNeeded', 'The server was started with a token, and the request lacks it.'),
  hostNotAllowed: row(403, 'hostNotAllowed', 'The Host is no address, not localhost, and was not allowed.'),
  originNotAllowed: row(403, 'originNotAllowed', 'The request comes from a page of another site.'),
  bodyTooLarge: row(413, 'bodyTooLarge', 'The body is larger than 1 MiB.'),
  badContentType: row(415, 'badContentType', 'The body is not declared as JSON.'),
  badState: row(400, 'badState', 'A dump is not as described, or not whole.'),
  stateTooNew: row(400, 'stateTooNew', 'A newer paydouble has written the dump.'),
  stateNotEmpty: row(409, 'stateNotEmpty', 'Something would be lost: say so with replace.'),
  stateHalfLoaded: row(
    409,
    'stateHalfLoaded',
    'A load was ended in the middle, or still goes on: what is there is a part of a state.',
  ),
  badAccount: row(400, 'badAccount', 'An account cannot have such a field or value.'),
  badFault: row(400, 'badFault', 'A fault cannot be so.'),
  badDuration: row(400, 'badDuration', 'A duration is a number of milliseconds, or a text such as 30m.'),
  badMoment: row(400, 'badMoment', 'The clock cannot be set to that.'),
  clockGoesBack: row(409, 'clockGoesBack', 'The clock is past that moment.'),
  faultUnknown: row(404, 'faultUnknown', 'No fault was added with this id.'),
  closed: row(503, 'closed', 'The double is being closed.'),
  accountUnknown: row(404, 'accountUnknown', 'The provider has no such account.'),
  deliveryUnknown: row(404, 'deliveryUnknown', 'No delivery has this id.'),
  noCallback: row(409, 'noCallback', 'The provider sends no such callback for the order.'),
  notInOutbox: row(409, 'notInOutbox', 'The delivery is not in the outbox.'),
  waitedInVain: row(408, 'waitedInVain', 'What was waited for has not happened in time.'),
  storeUnavailable: row(503, 'storeUnavailable', 'The state is in a place that cannot be reached now.'),
  storeUnreadable: row(
    503,
    'storeUnreadable',
    'What is asked for is damaged in the place where the state is.',
  ),
  unknownError: row(400, 'unknownError', 'The provider has no such code.'),
  unknownProvider: row(404, 'unknownProvider', 'The double has no such provider.'),
  badAmount: row(400, 'badAmount', 'An amount is a positive whole number of minor units.'),
  orderUnknown: row(404, 'orderUnknown', 'No order has this id.'),
  qrUnknown: row(404, 'qrUnknown', 'No order has this QR code.'),
  qrAmbiguous: row(409, 'qrAmbiguous', 'Several open orders wait on this QR code: give the amount.'),
  orderNotPending: row(409, 'orderNotPending', 'The order cannot be paid any more.'),
  unknownOperation: row(404, 'unknownOperation', 'The control interface has no such path or method.'),
} as const satisfies Record<string, ErrorRow>

/** The control interface, for its OpenAPI document. It has no accounts of its own, and no wire but JSON. */
export const controlApi: Api = {
  id: 'paydouble',
  title: 'paydouble control',
  summary: 'Looks into the double, and plays the payer.',
  servers: [{ url: 'http://127.0.0.1:4020', description: 'paydouble serve', provenance: ours }],
  operations: controlOperations,
  callbacks: {},
  errors: controlErrors,
  refusal: looseObject(() => ({
    error: z.looseObject({
      code: z.string().meta({ description: 'Stable.' }),
      message: z.string().meta({ description: 'What went wrong, why, and what to do.' }),
    }),
  })),
  rateLimits: [],
  rules: {},
  security: {},
}
