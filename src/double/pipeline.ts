// One request, ten steps, always in this order. The order is the specification.
import type * as z from 'zod'
import {
  adviceFor,
  type Contract,
  type ErrorRow,
  type Finding,
  isRefusal,
  type Operation,
  PaydoubleError,
  Refusal,
  refusalOf,
  type Settings,
  toFindings,
  unknownFields,
  type WireRequest,
  type WireResponse,
} from '../contract/index.ts'
import type { Account, Order } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { CallbackPolicy } from './callback-policy.ts'
import type { Clock } from './clock.ts'
import { type Faults, faultHeader } from './faults.ts'
import type { Exchange, Journal, Step } from './journal.ts'
import type { Random } from './random.ts'
import { findOperation, type IncomingRequest, type Router } from './router.ts'
import type { Scheduler } from './scheduler.ts'
import type { Context, OrderDraft, Simulator } from './simulator.ts'

/** What the pipeline works with. */
export interface PipelineParts {
  readonly router: Router
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly faults: Faults
  readonly journal: Journal
  readonly scheduler: Scheduler
  readonly callbackPolicy: CallbackPolicy
  readonly rateLimits: boolean
}

/** Bodies beyond it are answered with 413. */
export const maxBodyBytes = 1024 * 1024

/** Answers one request, whatever it is; never throws. */
export async function answer(parts: PipelineParts, incoming: IncomingRequest): Promise<WireResponse> {
  const now = parts.clock.now()
  const exchange = parts.journal.open('request', now, incoming)
  try {
    const response = await run(parts, incoming, exchange, now)
    exchange.response = response
    return response
  } catch (error) {
    exchange.outcome = 'failed'
    if (error instanceof PaydoubleError && error.code === 'unknownError') {
      exchange.response = ownError(400, error.code, error.message)
      return exchange.response
    }
    const message = error instanceof Error ? error.message : String(error)
    exchange.findings.push({ kind: 'ourBug', severity: 'breaking', pointer: '', message })
    exchange.response = ownError(
      500,
      'bug',
      `paydouble failed at the step "${exchange.step}": ${message}. Please report it.`,
    )
    return exchange.response
  } finally {
    parts.journal.close(exchange)
  }
}

async function run(
  parts: PipelineParts,
  incoming: IncomingRequest,
  exchange: Exchange,
  now: number,
): Promise<WireResponse> {
  if (incoming.body.length > maxBodyBytes) return tooLarge(exchange)
  const routed = parts.router.route(incoming)
  if (!routed) return unmatched(parts, incoming, exchange)
  const { simulator, request } = routed
  const { contract } = simulator
  const { wire } = contract
  const reach = (step: Step) => {
    exchange.step = step
  }
  let account: Account | undefined
  exchange.provider = contract.id
  try {
    reach('operation')
    const found = findOperation(contract, request)
    if (!found) {
      if (contract.refusals.unknownOperation === undefined)
        return unmatched(parts, incoming, exchange, contract)
      throw new Refusal(contract.refusals.unknownOperation)
    }
    const { name, operation, pathValues } = found
    exchange.operation = name
    reach('decode')
    const message = wire.decode(request)
    exchange.params = message.params
    reach('account')
    account = await findAccount(parts, contract, wire.identify(message))
    exchange.account = account.id
    if (parts.rateLimits && contract.rateLimits.length > 0)
      await keepRateLimits(parts, contract, account, now)
    reach('signature')
    const verification = wire.verify(message, account.credentials, account.settings)
    exchange.verification = verification
    if (!verification.ok) throw new Refusal(verification.errorName, [signatureFinding(verification.reason)])
    reach('schema')
    const params = parse(
      contract,
      operation,
      operation.pathParameters ? { ...message.params, ...pathValues } : message.params,
      exchange,
    )
    reach('simulate')
    const fault = parts.faults.take(contract, {
      operation: name,
      account: account.id,
      header: request.headers[faultHeader],
    })
    if (fault) {
      exchange.fault = fault.rule
      throw new Refusal(fault.errorName)
    }
    const context = createContext(parts, simulator, account, exchange, now)
    const simulate = simulator.operations[name]
    if (!simulate) return unmatched(parts, incoming, exchange, contract)
    const body = await simulate(params as never, context)
    checkAnswer(`the answer of ${contract.id}.${name}`, operation.response, body)
    reach('encode')
    exchange.outcome = 'answered'
    return wire.encode(body as object, account.credentials)
  } catch (error) {
    if (!isRefusal(error)) throw error
    exchange.outcome = 'refused'
    exchange.error = error.errorName
    exchange.findings.push(...error.findings)
    account ??= await nameableAccount(parts, contract, request)
    const settings = account?.settings ?? (await firstSettings(parts, contract))
    const row = errorRow(contract, error.errorName, settings)
    const body = wire.refuse(row, { now, elapsedMs: parts.clock.now() - now })
    checkAnswer(`the refusal "${error.errorName}" of ${contract.id}`, contract.refusal, body)
    const status = row.status ?? (settings.refusalStatus as number | undefined) ?? 200
    return { ...wire.encode(body, account?.credentials), status }
  }
}

async function findAccount(
  parts: PipelineParts,
  contract: Contract,
  identity: string | undefined,
): Promise<Account> {
  const account = identity === undefined ? undefined : await parts.store.findAccount(contract.id, identity)
  if (account) return account
  const { identifiedBy } = contract.account
  throw new Refusal(contract.refusals.unknownAccount, [
    {
      kind: 'unknownAccount',
      severity: 'breaking',
      pointer: '',
      message:
        identity === undefined
          ? `The request names no ${identifiedBy}.`
          : `No account of ${contract.id} has this ${identifiedBy}. The accounts are listed by "paydouble accounts".`,
    },
  ])
}

async function keepRateLimits(
  parts: PipelineParts,
  contract: Contract,
  account: Account,
  now: number,
): Promise<void> {
  const { rateLimited } = contract.refusals
  if (rateLimited === undefined) return
  for (const { limit, windowMs, provenance } of contract.rateLimits) {
    const key = `${contract.id}/${account.id}/${windowMs}`
    if (await parts.store.countCall(key, now, windowMs, limit)) continue
    const message = `More than ${limit} calls within ${windowMs} ms.`
    throw new Refusal(rateLimited, [
      { kind: 'rateLimit', severity: 'breaking', pointer: '', message, provenance },
    ])
  }
}

/** How many unknown fields of one request are noted; the journal keeps them. */
const mostUnknownFields = 100

function parse(
  contract: Contract,
  operation: Operation,
  values: Record<string, unknown>,
  exchange: Exchange,
): Record<string, unknown> {
  const { schema } = operation.request
  exchange.findings.push(...unknownFields(values, schema).slice(0, mostUnknownFields))
  const parsed = schema.safeParse(values)
  if (!parsed.success) {
    throw new Refusal(
      refusalOf(parsed.error, schema) ?? contract.refusals.invalid,
      toFindings(parsed.error, schema),
    )
  }
  exchange.findings.push(...adviceFor(operation, parsed.data))
  return parsed.data
}

function checkAnswer(what: string, schema: z.ZodType, body: unknown): void {
  const checked = schema.safeParse(body)
  if (checked.success) return
  const [first] = toFindings(checked.error, schema)
  throw new PaydoubleError(
    'ownAnswer',
    `${what} breaks its own contract at "${first?.pointer}": ${first?.message}`,
  )
}

/** The account of a request that was refused before it came to that, if its headers name one: the answer is signed for it. */
async function nameableAccount(
  parts: PipelineParts,
  contract: Contract,
  request: WireRequest,
): Promise<Account | undefined> {
  try {
    const identity = contract.wire.identify({ params: {}, headers: request.headers })
    return identity === undefined ? undefined : await parts.store.findAccount(contract.id, identity)
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}

/** Where a request names no account, the first one of the provider says how it is refused. */
async function firstSettings(parts: PipelineParts, contract: Contract): Promise<Settings> {
  const accounts = await parts.store.listAccounts()
  return accounts.find(account => account.provider === contract.id)?.settings ?? {}
}

/** The row that answers; an account may have chosen another code where its contract lets it. */
function errorRow(contract: Contract, name: string, settings: Settings): ErrorRow {
  const row = contract.errors[name]
  if (!row) throw new PaydoubleError('unknownError', `${contract.id} has no error "${name}"`)
  const codes = settings.errorCodes as Record<string, string> | undefined
  const code = codes?.[name]
  return code === undefined ? row : { ...row, code }
}

/** How often a draft is made again before its random values are taken to be used up. */
const maxDrafts = 100

function createContext(
  parts: PipelineParts,
  simulator: Simulator,
  account: Account,
  exchange: Exchange,
  now: number,
): Context {
  const { store, clock, random, scheduler, callbackPolicy } = parts
  const provider = simulator.contract.id

  async function insert(draft: OrderDraft): Promise<{ order: Order } | { conflict: string }> {
    const { expiresAt = null, currency = 'CNY', fields = {} } = draft
    const order: Order = {
      ...draft,
      provider,
      account: account.id,
      status: 'pending',
      currency,
      createdAt: now,
      expiresAt,
      paidAt: null,
      paidAmount: null,
      fields,
    }
    const conflict = await store.insertOrder(order)
    if (conflict) return { conflict: conflict.kind }
    exchange.order = order.id
    if (expiresAt !== null) scheduler.expect(expiresAt)
    return { order }
  }

  return {
    account: account as Context['account'],
    now,
    elapsedMs: () => clock.now() - now,
    random: stream => random.stream(`${provider}/${stream}`),
    async createOrder(draft) {
      for (let tries = 1; ; tries++) {
        const result = await insert(draft())
        const isChance = 'conflict' in result && result.conflict === 'id'
        if (!isChance || tries === maxDrafts) return result
      }
    },
    async findByOrderNumber(orderNumber) {
      const page = await store.listOrders({ provider, account: account.id, orderNumber }, { limit: 1 })
      return page.items[0]
    },
    spend: setting => store.spend(provider, account.id, setting),
    mayCall: url => callbackPolicy.refusal(url) === undefined,
    fail(errorName, finding?: Finding): never {
      throw new Refusal(errorName, finding ? [finding] : [])
    },
    note(finding) {
      exchange.findings.push(finding)
    },
  }
}

function unmatched(
  parts: PipelineParts,
  request: Pick<IncomingRequest, 'method' | 'path'>,
  exchange: Exchange,
  contract?: Contract,
): WireResponse {
  exchange.outcome = 'unmatched'
  const nearest = parts.router.nearest(request as IncomingRequest, contract?.id)
  const message = `${request.method} ${request.path} is no operation of ${contract?.title ?? 'any provider here'}. Did you mean one of the nearest?`
  return ownError(501, 'unknownOperation', message, { nearest })
}

function tooLarge(exchange: Exchange): WireResponse {
  exchange.outcome = 'unmatched'
  return ownError(413, 'bodyTooLarge', `The body is larger than ${maxBodyBytes} bytes.`)
}

/** An answer of paydouble itself, in no provider's name. */
export function ownError(status: number, code: string, message: string, more: object = {}): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: `${JSON.stringify({ error: { code, message, ...more } })}\n`,
  }
}

function signatureFinding(message: string): Finding {
  return { kind: 'signature', severity: 'breaking', pointer: '', message }
}
