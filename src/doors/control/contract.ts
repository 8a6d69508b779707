// What `/_paydouble/` promises, in the same vocabulary as the providers' contracts.
import * as z from 'zod'
import { type Api, assumed, defineOperation, type ErrorRow } from '../../contract/index.ts'
import {
  accountSchema,
  deliverySchema,
  deliveryStatuses,
  orderSchema,
  orderStatuses,
} from '../../store/records.ts'

/** Everything here is ours, so there is nobody else who could say it. */
const ours = assumed('the control interface is paydouble itself')

const findingSchema = z.looseObject({
  kind: z.string(),
  severity: z.enum(['breaking', 'additive', 'note']),
  pointer: z.string().meta({ description: 'JSON pointer into the message.' }),
  message: z.string(),
})

const exchangeSchema = z.looseObject({
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
})

const pageOf = <S extends z.ZodType>(item: S) =>
  z.looseObject({
    items: z.array(item).meta({ description: 'Newest first.' }),
    next: z
      .string()
      .nullable()
      .meta({ description: 'Cursor of the next page, to be sent as `after`; or null.' }),
  })

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

const paymentSchema = z.looseObject({
  outcome: z.enum(['paid', 'lost']),
  order: orderSchema,
  deliveries: z.array(deliverySchema),
  findings: z.array(findingSchema),
})

const json = ['application/json']
const nothing = { in: 'query', schema: z.looseObject({}) } as const

const operation = <const O extends Omit<Api['operations'][string], 'provenance' | 'examples'>>(given: O) =>
  defineOperation({ ...given, provenance: ours, examples: [] })

export const controlOperations = {
  health: operation({
    methods: ['GET'],
    path: '/_paydouble/health',
    summary: 'Whether the double answers, and what it is.',
    request: nothing,
    response: z.looseObject({
      status: z.literal('ok'),
      version: z.string(),
      seed: z.int(),
      clock: z.enum(['system', 'manual']),
      now: z.int(),
      providers: z.array(z.string()),
    }),
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
    pathParameters: z.object({ provider: z.string(), id: z.string().min(1) }),
    request: { in: 'body', contentTypes: json, schema: z.looseObject({}) },
    response: accountSchema,
  }),
  listOrders: operation({
    methods: ['GET'],
    path: '/_paydouble/api/orders',
    summary: 'Orders, newest first.',
    request: {
      in: 'query',
      schema: z.strictObject({
        provider: z.string().optional(),
        account: z.string().optional(),
        status: z.enum(orderStatuses).optional(),
        orderNumber: z.string().optional().meta({ description: "The merchant's order number." }),
        qr: z.string().optional().meta({ description: 'The text of the QR code.' }),
        ...paging,
      }),
    },
    response: pageOf(orderSchema),
  }),
  getOrder: operation({
    methods: ['GET'],
    path: '/_paydouble/api/orders/{id}',
    summary: "One order, by its id: the provider's own number of it.",
    pathParameters: z.object({ id: z.string() }),
    request: nothing,
    response: orderSchema,
  }),
  payOrder: operation({
    methods: ['POST'],
    path: '/_paydouble/api/orders/{id}/pay',
    summary: 'The payer pays an order. Answers when the callbacks have been tried once.',
    pathParameters: z.object({ id: z.string() }),
    request: { in: 'body', contentTypes: json, schema: z.strictObject({ amount }) },
    response: paymentSchema,
  }),
  payByQr: operation({
    methods: ['POST'],
    path: '/_paydouble/api/pay',
    summary: 'The payer scans a QR code and pays. Answers when the callbacks have been tried once.',
    request: { in: 'body', contentTypes: json, schema: z.strictObject({ qr: z.string().min(1), amount }) },
    response: paymentSchema,
  }),
  listDeliveries: operation({
    methods: ['GET'],
    path: '/_paydouble/api/deliveries',
    summary: 'Callbacks with their attempts, newest first.',
    request: {
      in: 'query',
      schema: z.strictObject({
        order: z.string().optional().meta({ description: 'Id of the order.' }),
        provider: z.string().optional(),
        account: z.string().optional(),
        status: z.enum(deliveryStatuses).optional(),
        ...paging,
      }),
    },
    response: pageOf(deliverySchema),
  }),
  listRequests: operation({
    methods: ['GET'],
    path: '/_paydouble/api/requests',
    summary: 'The journal: what came, what was made of it, what went out. Secrets are masked.',
    request: {
      in: 'query',
      schema: z.strictObject({
        provider: z.string().optional(),
        order: z.string().optional().meta({ description: 'Id of the order.' }),
        ...paging,
      }),
    },
    response: pageOf(exchangeSchema),
  }),
  addFault: operation({
    methods: ['POST'],
    path: '/_paydouble/api/faults',
    summary: "Makes the next calls answer with a row of the provider's error table.",
    request: {
      in: 'body',
      contentTypes: json,
      schema: z.strictObject({
        provider: z.string(),
        operation: z.string().optional(),
        account: z.string().optional(),
        error: z
          .string()
          .meta({ description: "A code of the provider's error table, or the name of its row." }),
        times: z
          .int()
          .positive()
          .optional()
          .meta({ description: 'How many calls it answers; 1 where it is not sent.' }),
      }),
    },
    response: z.looseObject({ added: z.literal(true) }),
  }),
  reset: operation({
    methods: ['POST'],
    path: '/_paydouble/api/reset',
    summary: 'Makes the double as it was when it was new.',
    request: { in: 'body', contentTypes: json, schema: z.strictObject({}) },
    response: z.looseObject({ reset: z.literal(true) }),
  }),
}

export type ControlOperation = keyof typeof controlOperations

const row = (status: number, code: string, meaning: string): ErrorRow => {
  return { code, message: meaning, meaning, outcome: 'failed', status, provenance: ours }
}

/** The errors of the control interface; those of the engine carry the code of its PaydoubleError. */
export const controlErrors = {
  badRequest: row(400, 'badRequest', 'The request is not as described.'),
  badAccount: row(400, 'badAccount', 'An account cannot have such a field or value.'),
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
  refusal: z.looseObject({
    error: z.looseObject({
      code: z.string().meta({ description: 'Stable.' }),
      message: z.string().meta({ description: 'What went wrong, why, and what to do.' }),
    }),
  }),
  rateLimits: [],
  rules: {},
  security: {},
}
