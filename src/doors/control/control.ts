// `/_paydouble/`: looks into a double, and plays the payer.
import { distance } from 'fastest-levenshtein'
import type * as z from 'zod'
import { decodeForm, FormError } from '../../contract/codec/form.ts'
import { decodeJsonObject, JsonError } from '../../contract/codec/json.ts'
import { decodeUtf8 } from '../../contract/codec/text.ts'
import {
  fieldsAt,
  inOurWords,
  matchOperation,
  type Operation,
  PaydoubleError,
  problemsOf,
  showProblem,
  toPointer,
  type WireResponse,
} from '../../contract/index.ts'
import type { Double } from '../../double/double.ts'
import { createExplainer } from '../../double/explain.ts'
import type { Answer } from '../../double/network.ts'
import { bodyTooLarge, ownError } from '../../double/pipeline.ts'
import type { IncomingRequest } from '../../double/router.ts'
import type { Fired } from '../../double/scheduler.ts'
import { version } from '../../version.ts'
import { type ControlOperation, controlErrors, controlOperations } from './contract.ts'
import { secretsIn, secretsOf, toExchangeViews } from './exchange-view.ts'
import { createGuard, type GuardOptions } from './guard.ts'
import { hideInAddresses, hideSecrets } from './hide-secrets.ts'
import { createUpload } from './upload.ts'

/** Paths of the control interface start with it. */
export const controlPrefix = '/_paydouble/'

type Params<K extends ControlOperation> = z.output<(typeof controlOperations)[K]['request']['schema']>
type Handlers = {
  [K in ControlOperation]: (path: Record<string, string>, params: Params<K>) => Promise<unknown>
}

type ControlAnswer = WireResponse & Pick<Answer, 'rest'>

export interface ControlOptions extends GuardOptions {
  /** Secrets that no answer shows in full, not even where the accounts are listed. */
  readonly hidden?: readonly string[] | undefined
}

/**
 * Answers requests to the control interface of a double; never throws.
 * @throws PaydoubleError `badToken`
 */
export function createControl(
  double: Double,
  options: ControlOptions = {},
): (request: IncomingRequest) => Promise<ControlAnswer> {
  const { token, hidden = [] } = options
  const guard = createGuard(options)
  const explainer = createExplainer(double)
  const upload = createUpload(double)
  const handlers: Handlers = {
    health: async () => ({
      status: 'ok',
      version,
      seed: double.seed,
      clock: double.clock.kind,
      now: double.clock.now(),
      providers: double.simulators.map(simulator => simulator.contract.id),
    }),
    listAccounts: () => double.accounts.list(),
    putAccount: ({ provider = '', id = '' }, changes) => double.accounts.put(provider, id, changes),
    createAccount: ({ provider = '' }, changes) => double.accounts.create(provider, changes),
    resetAccount: ({ provider = '', id = '' }) => double.accounts.reset(provider, id),
    async removeAccount({ provider = '', id = '' }) {
      await double.accounts.remove(provider, id)
      return { removed: true }
    },
    listOrders: async (_, { limit, after, ...filter }) => double.orders.list(filter, toPage(limit, after)),
    async getOrder({ id = '' }) {
      const order = await double.orders.get(id)
      if (order) return order
      throw new PaydoubleError(
        'orderUnknown',
        `Failed to find the order ${JSON.stringify(id)}: there is none with this id. Look for the merchant's number with ?orderNumber=.`,
      )
    },
    payOrder: ({ id = '' }, options) => double.payer.pay(id, options),
    payByQr: (_, { qr, ...options }) => double.payer.scan(qr, options),
    declineOrder: ({ id = '' }) => double.payer.decline(id),
    walkAway: ({ id = '' }) => double.payer.walkAway(id),
    sendCallback: ({ id = '' }, how) => double.callbacks.send(id, how),
    async waitForDeliveries(_, { times, timeoutMs, acknowledged, ...wanted }) {
      const items = await double.callbacks.waitFor({
        ...wanted,
        times: toOptionalNumber(times),
        timeoutMs: toOptionalNumber(timeoutMs),
        acknowledged: acknowledged === 'true',
      })
      return { items }
    },
    getDelivery: ({ id = '' }) => double.deliveries.get(id),
    resendDelivery: ({ id = '' }, changes) => double.callbacks.resend(id, changes),
    listOutbox: async (_, filter) => ({ items: await double.callbacks.outbox(filter) }),
    replyToDelivery: ({ id = '' }, reply) => double.callbacks.reply(id, reply),
    getClock: async () => toClockView(double),
    async moveClock(_, move) {
      const fired = await moveClock(double, move)
      return { ...toClockView(double), fired: fired.map(toFiredView) }
    },
    listDeliveries: async (_, { limit, after, ...filter }) =>
      double.deliveries.list(filter, toPage(limit, after)),
    async listRequests(_, { limit, after, ...filter }) {
      const { items, next } = await double.journal.read(filter, toPage(limit, after))
      const views = await toExchangeViews(items, await explainer())
      return { items: hideSecrets(views, secretsIn(double, items)), next }
    },
    addFault: async (_, fault) => double.faults.add(fault)[0],
    listFaults: async () => ({ items: double.faults.list() }),
    async removeFaults(_, filter) {
      double.faults.remove(filter)
      return { items: double.faults.list() }
    },
    async applyPlan(_, plan) {
      await double.apply(plan)
      return { seed: double.seed, faults: double.faults.list().map(rule => rule.fault) }
    },
    dumpState: async () => double.state.dump(version),
    loadState: async (_, part) => ({ loaded: await upload(part) }),
    async reset() {
      await double.reset()
      return { reset: true }
    },
  }

  async function hide<T>(name: ControlOperation, result: T): Promise<T> {
    if (shownInFull.has(name)) return hidden.length === 0 ? result : hideSecrets(result, hidden)
    return hideSecrets(hideInAddresses(result), [
      ...(await secretsOf(double)),
      ...(token === undefined ? [] : [token]),
    ])
  }

  async function answer(request: IncomingRequest): Promise<ControlAnswer> {
    try {
      if (request.bodyBytes !== undefined) return bodyTooLarge()
      const refused = guard(request)
      if (refused && request.path !== controlOperations.health.path) return refused
      const { name, path } = findControlOperation(request)
      const params = readParams(name, request)
      await double.sync()
      const handle = handlers[name] as (path: Record<string, string>, params: unknown) => Promise<unknown>
      const result = await handle(path, params)
      await double.sync()
      // Load balancers ask by whatever name. From the seed follow the credentials of accounts that are created.
      if (refused) return toResponse(200, { ...(result as object), seed: undefined })
      if (name === 'dumpState') return await toStream(result as AsyncIterable<string>)
      return toResponse(200, await hide(name, result))
    } catch (error) {
      if (!(error instanceof PaydoubleError)) throw error
      const row = controlErrors[error.code as keyof typeof controlErrors]
      return ownError(row?.status ?? 500, error.code, error.message)
    }
  }

  return async request => {
    const { headers, ...rest } = await answer(request)
    return { ...rest, headers: { ...headers, ...protection } }
  }
}

/** What holds no secret, the accounts, which are listed for their credentials, and callbacks as the merchant is to get them. */
const shownInFull: ReadonlySet<ControlOperation> = new Set([
  'health',
  'getClock',
  'moveClock',
  'reset',
  'loadState',
  'listAccounts',
  'putAccount',
  'createAccount',
  'resetAccount',
  'removeAccount',
  'listOutbox',
])

/** No page of another origin gets hold of an answer, as what it is or as anything else. */
const protection = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

function findControlOperation(request: IncomingRequest): {
  name: ControlOperation
  path: Record<string, string>
} {
  for (const name of Object.keys(controlOperations) as ControlOperation[]) {
    const operation: Operation = controlOperations[name]
    const path = matchOperation(operation, request)
    if (!path) continue
    const schema = operation.pathParameters
    const wrong = schema?.safeParse(path, inOurWords).error
    if (!schema || !wrong) return { name, path }
    throw new PaydoubleError(
      'badRequest',
      `The path ${request.path} is not right: ${showProblem(wrong, schema, path)}.`,
    )
  }
  const [first = '', second = '', third = ''] = nearestOf(request)
  throw new PaydoubleError(
    'unknownOperation',
    `There is no ${request.method} ${request.path}. The nearest are ${first}, ${second} and ${third}.`,
  )
}

function readParams(name: ControlOperation, request: IncomingRequest): unknown {
  const { schema, in: where } = controlOperations[name].request
  const values = readValues(where, request)
  const parsed = schema.safeParse(values, inOurWords)
  if (parsed.success) return parsed.data
  const [{ path = [], message } = {}] = problemsOf(parsed.error)
  throw new PaydoubleError(
    'badRequest',
    `The request is not right${path.length > 0 ? ` at ${toPointer(path)}` : ''}: ${message}.${listOf(fieldsAt(schema, path, values), where)}`,
  )
}

function listOf(fields: ReturnType<typeof fieldsAt>, where: 'query' | 'body'): string {
  if (!fields || fields.names.length === 0) return ''
  const what = where === 'query' ? 'parameters' : 'fields'
  const whose = fields.path.length === 0 ? `Its ${what}` : `The ${what} of ${toPointer(fields.path)}`
  return ` ${whose} are ${fields.names.join(', ')}.`
}

/** The operations that are most like the one asked for; the right method counts as well. */
function nearestOf({ method, path }: IncomingRequest): string[] {
  return Object.values(controlOperations)
    .map(operation => {
      const [own = 'GET'] = operation.methods
      return {
        line: `${own} ${operation.path}`,
        far: distanceOfPaths(path.slice(0, longestCompared), operation.path) + (own === method ? 0 : 1),
      }
    })
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ line }) => line)
}

/** Whatever is longer is near to nothing. */
const longestCompared = 200

/** Segment by segment, so that a long id in the place of a parameter is no distance. */
function distanceOfPaths(asked: string, own: string): number {
  const [a, b] = [asked.split('/'), own.split('/')]
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => {
    const [one = '', other = ''] = [a[i], b[i]]
    return one !== '' && other.startsWith('{') ? 0 : distance(one, other)
  }).reduce((sum, each) => sum + each, 0)
}

function readValues(where: 'query' | 'body', request: IncomingRequest): Record<string, unknown> {
  try {
    if (where === 'query') return { ...decodeForm(request.query) }
    return request.body.length === 0 ? {} : decodeJsonObject(decodeUtf8(request.body))
  } catch (error) {
    const why =
      error instanceof FormError || error instanceof JsonError ? error.message : 'the body is not UTF-8'
    throw new PaydoubleError('badRequest', `The request cannot be read: ${why}.`)
  }
}

function toClockView({ clock }: Double) {
  return { kind: clock.kind, now: clock.now(), time: new Date(clock.now()).toISOString() }
}

async function moveClock({ clock }: Double, { advance, set, freeze }: Params<'moveClock'>): Promise<Fired[]> {
  if (advance !== undefined) return clock.advance(advance)
  if (set !== undefined) return clock.set(set)
  if (freeze) clock.freeze()
  else clock.resume()
  return []
}

/** What happened, by ids: the records themselves are where they always are. */
function toFiredView(fired: Fired) {
  const { kind, at } = fired
  if (fired.kind !== 'attempted') return { kind, at, order: fired.order.id, status: fired.order.status }
  const { id, order, status } = fired.delivery
  return { kind, at, order, delivery: id, status }
}

function toOptionalNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function toPage(limit: string | undefined, after: string | undefined) {
  return { limit: limit === undefined ? undefined : Number(limit), after }
}

function toResponse(status: number, body: unknown): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: `${JSON.stringify(body)}\n`,
  }
}

/** Begins to answer once there is something: what fails before that is answered as an error. */
async function toStream(pieces: AsyncIterable<string>): Promise<ControlAnswer> {
  const rest = pieces[Symbol.asyncIterator]()
  const { value = '' } = await rest.next()
  return {
    status: 200,
    headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
    body: value,
    rest: { [Symbol.asyncIterator]: () => rest },
  }
}
