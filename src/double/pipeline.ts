// One request, ten steps, always in this order. The order is the specification.
import type * as z from 'zod'
import { createFits } from '../contract/fits.ts'
import {
  adviceFor,
  type Contract,
  type ErrorRow,
  type Finding,
  type Identity,
  inOurWords,
  isRefusal,
  type Message,
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
import { madeOnce } from '../contract/made-once.ts'
import type { Account, Order } from '../store/records.ts'
import { createCall } from './call.ts'
import { type ContextParts, createContext } from './context.ts'
import { type Fault, type NetworkFault, toErrorName } from './fault.ts'
import type { Faults } from './faults.ts'
import { makeHostile, renameFields, setFields } from './hostile.ts'
import type { Exchange, Journal, Step } from './journal.ts'
import { type Answer, damage, delayOf, gatewayPage, phaseOf } from './network.ts'
import type { RandomStream } from './random.ts'
import { findOperation, type IncomingRequest, type Router } from './router.ts'
import { pageOf } from './simulator.ts'

/** What the pipeline works with. */
export interface PipelineParts extends ContextParts {
  readonly router: Router
  readonly faults: Faults
  readonly journal: Journal
  readonly rateLimits: boolean
  /** Resolves when what others have changed is known here; undefined where there is nobody else. */
  readonly catchUp: (() => Promise<void>) | undefined
  /** Whether a marker in a field of a request may ask for a fault. */
  readonly markers: boolean
}

/** Bodies beyond it are answered with 413. */
export const maxBodyBytes = 1024 * 1024

/** Answers one request, whatever it is; never throws. */
export async function answer(parts: PipelineParts, incoming: IncomingRequest): Promise<Answer> {
  const exchange = parts.journal.open('request', parts.clock.now(), incoming)
  try {
    if (parts.catchUp) {
      await parts.catchUp()
      exchange.at = parts.clock.now()
    }
    const response = await run(parts, incoming, exchange, exchange.at)
    exchange.response = response
    return response
  } catch (error) {
    exchange.outcome = 'failed'
    const status = error instanceof PaydoubleError ? ownStatus[error.code] : undefined
    if (error instanceof PaydoubleError && status !== undefined) {
      const { code: kind, message } = error
      exchange.findings.push({ kind, severity: 'breaking', pointer: '', message })
      exchange.response = ownError(status, error.code, error.message)
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
    incoming.holdUp = undefined
    parts.journal.close(exchange)
  }
}

/** What is wrong with a call's wish for a fault, or with the place where the state is; anything else is our bug. */
const ownStatus: Readonly<Record<string, number>> = {
  unknownError: 400,
  badFault: 400,
  storeUnavailable: 503,
  storeUnreadable: 503,
  tooBusy: 503,
}

async function run(
  parts: PipelineParts,
  incoming: IncomingRequest,
  exchange: Exchange,
  arrived: number,
): Promise<Answer> {
  let now = arrived
  if (exchange.bodyBytes > maxBodyBytes) {
    exchange.outcome = 'unmatched'
    return bodyTooLarge()
  }
  const routed = parts.router.route(incoming)
  if (!routed) return unmatched(parts, incoming, exchange)
  const { simulator, request } = routed
  const { contract } = simulator
  const { wire } = contract
  const reach = (step: Step) => {
    exchange.step = step
  }
  let account: Account | undefined
  let after: NetworkFault | undefined
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
    if (message.findings) exchange.findings.push(...message.findings)
    reach('faultBefore')
    const call = createCall(parts.faults, contract, request, exchange, parts.markers)
    if (call) {
      // Who it is for is not known yet, and matters to rules for one account.
      const named =
        call.mayTake('network') && (await nameableAccount(parts, contract, request, message, name))
      if (named) exchange.account = named.id
      const network = await call.take('network')
      if (network && phaseOf(network) === 'before') {
        const lost = await strikeBefore(parts, network, exchange)
        if (lost) return lost
        // To the provider it came only now.
        now = parts.clock.now()
      } else after = network
    }
    reach('account')
    const identity = wire.identify(message, name)
    account = await findAccount(parts, contract, identity, message)
    exchange.account = account.id
    if (parts.rateLimits && contract.rateLimits.length > 0)
      await keepRateLimits(parts, contract, account, { operation: name, now })
    reach('signature')
    if (typeof identity === 'string') {
      const at = { operation: name, now }
      const verification = wire.verify(message, account.credentials, account.settings, at)
      exchange.verification = verification
      if (!verification.ok) throw new Refusal(verification.errorName, [signatureFinding(verification.reason)])
    }
    reach('schema')
    const params = parse(
      contract,
      operation,
      operation.pathParameters ? { ...message.params, ...pathValues } : message.params,
      exchange,
    )
    reach('simulate')
    const refused = call && (await call.take('error'))
    if (refused !== undefined) throw new Refusal(toErrorName(contract, refused))
    const shown: Order[] = []
    const context = createContext(parts, {
      simulator,
      account,
      exchange,
      now,
      call,
      shown,
    })
    const simulate = simulator.operations[name]
    if (!simulate) return unmatched(parts, incoming, exchange, contract)
    let body: object
    try {
      body = (await simulate(params as never, context)) as object
    } finally {
      // A query that finds an order waiting may well answer with a row of the error table.
      if (shown.length > 0) await parts.progress.queried(shown)
    }
    reach('encode')
    exchange.outcome = 'answered'
    const page = pageOf(body)
    if (page !== undefined) return strikeAfter(parts, after, toPageResponse(page), exchange)
    checkAnswer(`the answer of ${contract.id}.${name}`, operation.response, body)
    const changes = call && (await call.take('answer'))
    const sent = changes ? changeAnswer(body, changes) : body
    const answer = wire.encode(sent, account.credentials)
    return after ? strikeAfter(parts, after, answer, exchange) : answer
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
    return strikeAfter(parts, after, { ...wire.encode(body, account?.credentials), status }, exchange)
  }
}

/** A fault that the provider never learns of. @returns what comes instead of an answer, if anything does */
async function strikeBefore(
  parts: PipelineParts,
  fault: NetworkFault,
  exchange: Exchange,
): Promise<Answer | undefined> {
  const random = networkRandom(parts, exchange)
  const isOver = await wait(parts, delayOf(fault, random), exchange)
  if (isOver && fault.do === 'delay') return undefined
  exchange.outcome = 'lost'
  return isOver ? damage(gatewayPage(), fault, random) : { ...gatewayPage(), cut: 'reset' }
}

/** A fault on the way of an answer. */
async function strikeAfter(
  parts: PipelineParts,
  fault: NetworkFault | undefined,
  answer: Answer,
  exchange: Exchange,
): Promise<Answer> {
  if (!fault) return answer
  const random = networkRandom(parts, exchange)
  const isOver = await wait(parts, delayOf(fault, random), exchange)
  // Where the double was made new meanwhile, there is nobody any more who could answer; or who listens.
  return isOver ? damage(answer, fault, random) : { ...answer, cut: 'reset' }
}

/** @returns whether so long has gone by: false where the double was made new meanwhile, or the client has hung up */
function wait({ clock }: PipelineParts, ms: number, { request }: Exchange): Promise<boolean> {
  if (ms <= 0 || !request?.holdUp) return clock.wait(ms)
  return request.holdUp(request.body.length, hungUp => clock.wait(ms, hungUp))
}

function networkRandom({ random }: PipelineParts, { provider, account = '' }: Exchange): RandomStream {
  return random.stream(`${provider}/${account}/network`)
}

function changeAnswer(body: object, { set, rename, hostile }: NonNullable<Fault['answer']>): object {
  const changed = renameFields(setFields(body, set), rename)
  return hostile ? makeHostile(changed, hostile) : changed
}

function toPageResponse(page: string): WireResponse {
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page }
}

async function findAccount(
  parts: PipelineParts,
  contract: Contract,
  identity: Identity | undefined,
  { params }: Message,
): Promise<Account> {
  const account = await accountOf(parts, contract, identity)
  if (account) return account
  const { identifiedBy } = contract.account
  // As it is called where it was sent, which need not be what the account calls it.
  const sent = Object.keys(params).find(name => params[name] === identity) ?? identifiedBy
  throw new Refusal(contract.refusals.unknownAccount, [
    {
      kind: 'unknownAccount',
      severity: 'breaking',
      pointer: '',
      message:
        identity === undefined
          ? `The request names no ${identifiedBy}.`
          : `No account of ${contract.id} has this ${sent}. The accounts are listed by "paydouble accounts".`,
    },
  ])
}

async function accountOf(
  { store }: PipelineParts,
  contract: Contract,
  identity: Identity | undefined,
): Promise<Account | undefined> {
  if (identity === undefined) return undefined
  if (typeof identity === 'string') return store.findAccount(contract.id, identity)
  const order = 'order' in identity ? await store.getOrder(identity.order) : undefined
  if (order?.provider === contract.id) return store.getAccount(order.provider, order.account)
  // Open to all, or nobody's order: then the first account says that it has none such.
  return (await store.listAccounts()).find(account => account.provider === contract.id)
}

async function keepRateLimits(
  parts: PipelineParts,
  contract: Contract,
  account: Account,
  { operation, now }: { operation: string; now: number },
): Promise<void> {
  const { rateLimited } = contract.refusals
  if (rateLimited === undefined) return
  for (const { limit, windowMs, provenance, operation: only } of contract.rateLimits) {
    if (only !== undefined && only !== operation) continue
    const key = `${contract.id}/${account.id}/${only === undefined ? '' : `${only}/`}${windowMs}`
    if (await parts.store.countCall(key, now, windowMs, limit)) continue
    const message = `More than ${limit} calls within ${windowMs} ms.`
    throw new Refusal(rateLimited, [
      { kind: 'rateLimit', severity: 'breaking', pointer: '', message, provenance },
    ])
  }
}

/** Nearly every message is just what its schema describes: to see that takes a tenth of what the schema takes. */
const fitsOf = madeOnce(createFits)

/** How many unknown fields of one request are noted; the journal keeps them. */
const mostUnknownFields = 100

function parse(
  contract: Contract,
  operation: Operation,
  values: Record<string, unknown>,
  exchange: Exchange,
): Record<string, unknown> {
  const { schema } = operation.request
  if (fitsOf(schema)(values)) {
    exchange.findings.push(...adviceFor(operation, values))
    return { ...values }
  }
  exchange.findings.push(...unknownFields(values, schema).slice(0, mostUnknownFields))
  const parsed = schema.safeParse(values)
  if (!parsed.success) {
    // Once more for the words: they cost something, and most requests need none.
    const error = schema.safeParse(values, inOurWords).error ?? parsed.error
    throw new Refusal(refusalOf(error, schema) ?? contract.refusals.invalid, toFindings(error, schema))
  }
  exchange.findings.push(...adviceFor(operation, parsed.data))
  return parsed.data
}

function checkAnswer(what: string, schema: z.ZodType, body: unknown): void {
  if (fitsOf(schema)(body) || schema.safeParse(body).success) return
  const { error } = schema.safeParse(body, inOurWords)
  const [first] = error ? toFindings(error, schema) : []
  throw new PaydoubleError(
    'ownAnswer',
    `${what} breaks its own contract at "${first?.pointer}": ${first?.message}`,
  )
}

/** The account of a request that was refused before it came to that, if its headers name one: the answer is signed for it. */
async function nameableAccount(
  parts: PipelineParts,
  contract: Contract,
  { headers }: WireRequest,
  message: Message = { params: {}, headers },
  operation = '',
): Promise<Account | undefined> {
  try {
    return await accountOf(parts, contract, contract.wire.identify(message, operation))
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

/** The row that answers; an account may have chosen another code or text where its contract lets it. */
function errorRow(contract: Contract, name: string, settings: Settings): ErrorRow {
  const row = contract.errors[name]
  if (!row) throw new PaydoubleError('ownAnswer', `${contract.id} has no error "${name}"`)
  const codes = settings.errorCodes as Record<string, string> | undefined
  const texts = settings.errorMessages as Record<string, string> | undefined
  return { ...row, code: codes?.[name] ?? row.code, message: texts?.[name] ?? row.message }
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

export function bodyTooLarge(): WireResponse {
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
