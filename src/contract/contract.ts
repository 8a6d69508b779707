import * as z from 'zod'
import type { Case } from './case.ts'
import type { Finding } from './finding.ts'
import { matchPath } from './path.ts'
import { assumed, fact, type Provenance } from './provenance.ts'
import type { Credentials, Settings, Wire, WireRequest } from './wire.ts'

/** What can be said of any HTTP interface, a provider's or our own: enough for an OpenAPI document. */
export interface Api {
  /** Lower-case, stable; for a provider the first segment of its path on the server. */
  readonly id: string
  readonly title: string
  /** What it is for, in one sentence. */
  readonly summary: string
  /** Where it answers. The first one is used in examples. */
  readonly servers: readonly Server[]
  readonly operations: Readonly<Record<string, Operation>>
  readonly callbacks: Readonly<Record<string, Callback>>
  /** The error table: every documented code, and ours where the document has none. */
  readonly errors: Readonly<Record<string, ErrorRow>>
  /** The body of a refusal. */
  readonly refusal: z.ZodObject
  /** Headers of answers and refusals that carry meaning. */
  readonly responseHeaders?: z.ZodObject
  readonly rateLimits: readonly RateLimit[]
  /** Facts that are neither field nor code, by name. */
  readonly rules: Readonly<Record<string, Rule>>
  /** How OpenAPI says that a request is authorised; empty where the document asks for nothing. */
  readonly security: Readonly<Record<string, SecurityScheme>>
}

/** What a provider promises: operations, fields, error table, callbacks, accounts. Schemas and facts, no behaviour. */
export interface Contract extends Api {
  /** Path prefixes that are the provider's own, such as `/trade/v1/`. */
  readonly basePaths: readonly string[]
  /** Offset of the provider's wire times from UTC, in minutes. */
  readonly utcOffsetMinutes: number
  readonly account: AccountContract
  /** Which row of the error table answers at which step of the pipeline. */
  readonly refusals: Refusals
  /** The field of answers and refusals that holds a code of the error table. */
  readonly codeField: string
  /** When its sources were last read, as YYYY-MM-DD. */
  readonly readOn?: string
  /** Fields that hold what is known of a person, such as names and card numbers: no report shows them. */
  readonly personalFields?: readonly string[]
  /** What to try a real provider with, by name. */
  readonly cases?: Readonly<Record<string, Case>>
  readonly wire: Wire
}

/** An interface to describe: a provider's contract, or one that has neither accounts nor a wire. */
export type Describable = Api & Partial<Pick<Contract, 'account' | 'wire'>>

export interface Server {
  readonly url: string
  readonly description: string
  readonly provenance: Provenance
  /** True where the document gives a placeholder: then requests are recognised by their path, on any host. */
  readonly placeholder?: boolean
}

export interface AccountContract {
  /** What a merchant is given: keys, secrets, numbers. */
  readonly credentials: z.ZodObject
  /** The state and the choices of one account; every `assumed` fact that can be changed is one of them. */
  readonly settings: z.ZodObject
  /** The settings of a new account. */
  readonly defaults: Readonly<Record<string, unknown>>
  /** The credential by which a request names its account. */
  readonly identifiedBy: string
  /** All the values by which requests name an account, where it is more than `identifiedBy`, such as tokens. */
  readonly identities?: (credentials: Credentials, settings: Settings) => readonly string[]
  /** The setting that holds where callbacks go: an address, or a list of them. Absent where none are sent. */
  readonly callbackAddress?: string
  /** The credentials that no log or page may show in full. */
  readonly secrets: readonly string[]
  /** Fields of requests and answers that hold secrets, also wrong and former ones. */
  readonly secretFields?: readonly string[]
}

/** One documented request with its responses. */
export interface Operation {
  readonly methods: readonly HttpMethod[]
  /** Path on the provider's host; `{name}` marks a path parameter. */
  readonly path: string
  readonly summary: string
  readonly provenance: Provenance
  readonly pathParameters?: z.ZodObject
  /** Headers that are not part of a security scheme. */
  readonly headers?: z.ZodObject
  readonly request: RequestContract
  readonly response: z.ZodType
  /** Default: JSON. */
  readonly responseType?: string
  /** Where it may also answer with a page for the payer's browser: when, and who says so. */
  readonly page?: {
    readonly summary: string
    readonly provenance: Provenance
    /** Whether a request asks for it. */
    readonly isAsked: (params: Readonly<Record<string, unknown>>) => boolean
  }
  /** Whether a request needs what the security schemes say. Default `required`. */
  readonly credentials?: 'required' | 'optional' | 'none'
  /** HTTP status of `response`. Default 200. */
  readonly status?: number
  /** What the document advises against, without forbidding it. */
  readonly advice?: readonly Advice[]
  /** The parameter that holds the merchant's order number. */
  readonly orderNumber?: string
  /** What request and answer say of orders. */
  readonly orders?: {
    /** Whether each request that is accepted makes an order, or a refund, with a number of its own. */
    readonly creates?: boolean
    readonly request?: OrderFields
    readonly response?: OrderFields
  }
  readonly examples: readonly OperationExample[]
}

/** Where a message says what of an order, each as a JSON pointer. */
export interface OrderFields {
  /** The list whose items are orders; the other pointers begin at an item. Absent where the message is about one. */
  readonly list?: string
  /** The merchant's number. */
  readonly orderNumber?: string
  /** The provider's number. */
  readonly providerNumber?: string
  /** Of a refund, the merchant's number of the payment. */
  readonly original?: string
  /** In minor units (fen, cents), or in whole ones (yuan). */
  readonly amount?: { readonly at: string; readonly unit: 'minor' | 'major' }
  /**
   * What is to be paid, in an answer, or what was paid, in a callback, where it is another amount: by at most so many
   * minor units less.
   */
  readonly payable?: { readonly at: string; readonly unit: 'minor' | 'major'; readonly lessBy: number }
  /** Whether the message, or the item, says that it is paid, or that the refund came through. */
  readonly isPaid?: (order: Readonly<Record<string, unknown>>) => boolean
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface RequestContract {
  /** Where the parameters are. A GET has them in the query in any case. */
  readonly in: 'query' | 'body'
  /** Accepted content types of a body, the usual one first. */
  readonly contentTypes?: readonly string[]
  readonly schema: z.ZodObject
}

export interface OperationExample {
  readonly name: string
  readonly request: Readonly<Record<string, unknown>>
  readonly response: Readonly<Record<string, unknown>>
  readonly provenance: Provenance
}

export interface Advice {
  readonly kind: string
  /** JSON pointer of the field it is about. */
  readonly pointer: string
  readonly message: string
  readonly provenance: Provenance
  readonly applies: (params: Record<string, unknown>) => boolean
}

/** One documented message from the provider to the merchant. */
export interface Callback {
  readonly method: 'POST'
  readonly summary: string
  readonly provenance: Provenance
  readonly contentType: string
  readonly payload: z.ZodObject
  /** Whether the merchant's answer counts as received. */
  readonly acknowledged: (reply: CallbackReply, settings: Settings) => boolean
  readonly acknowledgement: { readonly text: string; readonly provenance: Provenance }
  /** The operation whose request leads to this callback. */
  readonly after: string
  /** Where the address comes from, as an OpenAPI runtime expression. */
  readonly url: string
  /** The account setting that each delivery lowers by one. */
  readonly costs?: string
  /** The account setting that holds the pauses before each retry, in milliseconds. */
  readonly retryDelays?: string
  readonly example: Readonly<Record<string, unknown>>
  /** What it says of an order. */
  readonly order?: OrderFields
  /** What a forger would change in it, so that hostile schedules can. */
  readonly forgery?: {
    /** The fields that say how much was paid, with another amount in minor units. */
    readonly amount: (minorUnits: number) => Readonly<Record<string, unknown>>
    /** The fields that say that all is well, saying the opposite. */
    readonly flipped: Readonly<Record<string, unknown>>
    /** The fields by which the receiver knows the order: the merchant's number, or the provider's. */
    readonly orderNumber: string
  }
}

export interface CallbackReply {
  readonly status: number
  readonly body: string
}

export interface ErrorRow {
  readonly code: string
  /** The wire message, verbatim. */
  readonly message: string
  /** What it means, in English. */
  readonly meaning: string
  readonly outcome: 'success' | 'pending' | 'failed'
  /** A second text that the provider sends along, verbatim. */
  readonly detail?: string
  /** True where `message` was captured whole, so that nothing is put around it. */
  readonly verbatim?: boolean
  /** HTTP status; 200 where not given. */
  readonly status?: number
  readonly provenance: Provenance
}

export interface Refusals {
  /** Bytes that cannot be read as the message they claim to be. */
  readonly malformed: string
  /** No account has the credential that the request names. */
  readonly unknownAccount: string
  /** The schema does not accept the request, and the failed check names no row of its own. */
  readonly invalid: string
  /** Calls beyond the rate limit. */
  readonly rateLimited?: string
  /** A path or method of the provider that is no operation, where it documents an answer. */
  readonly unknownOperation?: string
}

export interface RateLimit {
  /** The operation whose calls count; all of them together where it is not given. */
  readonly operation?: string
  readonly limit: number
  readonly windowMs: number
  readonly provenance: Provenance
}

export interface Rule {
  readonly value: unknown
  readonly description: string
  readonly provenance: Provenance
}

export type SecurityScheme =
  | { readonly type: 'bearer'; readonly description: string; readonly provenance: Provenance }
  | {
      readonly type: 'header'
      readonly header: string
      readonly description: string
      readonly provenance: Provenance
    }

/** Typed identity: checks a contract and keeps its literal types for the simulator. */
export function defineContract<const C extends Contract>(contract: C): C {
  return contract
}

/** Typed identity for one operation. */
export function defineOperation<const O extends Operation>(operation: O): O {
  return operation
}

/**
 * A check that names the row of the error table which answers when it fails.
 *
 * @param message what is wrong, for findings
 */
export function refuseUnless<S extends z.ZodType>(
  schema: S,
  errorName: string,
  message: string,
  check: (value: z.output<S>) => boolean,
): S {
  return schema.refine(check, { error: message, params: { refusal: errorName } }) as S
}

/**
 * The account setting `errorCodes`: other codes for rows of the error table that are assumed.
 *
 * @param names the rows whose code may be changed
 */
export function errorCodesSetting<const N extends string>(
  names: readonly [N, ...N[]],
): z.ZodType<Partial<Record<N, string>>> {
  return fact(
    z.partialRecord(z.enum(names), z.string().regex(/^\d+$/, 'not a code of digits')),
    assumed('the codes of these refusals are not documented', 'errorCodes'),
    'Other codes for rows of the error table, by the name of the row. Where a request names no account, those of the first account count.',
  )
}

/**
 * The account setting `errorMessages`: other texts for rows of the error table that are assumed.
 *
 * @param names the rows whose text may be changed
 */
export function errorMessagesSetting<const N extends string>(
  names: readonly [N, ...N[]],
): z.ZodType<Partial<Record<N, string>>> {
  return fact(
    z.partialRecord(z.enum(names), z.string().min(1)),
    assumed('the texts of these refusals are not documented', 'errorMessages'),
    'Other texts for rows of the error table, by the name of the row.',
  )
}

/** The account setting `refusalStatus`: the HTTP status of refusals, where no source says. */
export function refusalStatusSetting(): z.ZodType<number> {
  return fact(
    z.int().min(200).max(599),
    assumed('no source says with which HTTP status refusals come', 'refusalStatus'),
    'HTTP status of refusals.',
  )
}

/** The account setting `expiryMinutes`, where no source says that orders expire. */
export function expirySetting(): z.ZodType<number | null> {
  return fact(
    z.int().positive().nullable(),
    assumed('no source says that orders expire', 'expiryMinutes'),
    'Minutes until an unpaid order expires; null for never.',
  )
}

/** The key under which a field names the row of the error table that answers when it is missing or wrong. */
export const refusalKey = 'x-refusal'

/** The row that a failed parse asks for: the one that a check names, or else the field. The first issue wins. */
export function refusalOf(error: z.ZodError, schema: z.ZodObject): string | undefined {
  for (const issue of error.issues) {
    const own = issue.code === 'custom' ? issue.params?.refusal : undefined
    const field = schema.shape[String(issue.path[0])] as z.ZodType | undefined
    const name = own ?? field?.meta()?.[refusalKey]
    if (typeof name === 'string') return name
  }
  return undefined
}

/** What advice applies to a request, as findings. */
export function adviceFor(operation: Operation, params: Record<string, unknown>): Finding[] {
  const findings: Finding[] = []
  for (const advice of operation.advice ?? []) {
    if (!advice.applies(params)) continue
    const { kind, pointer, message, provenance } = advice
    findings.push({ kind, severity: 'note', pointer, message, provenance })
  }
  return findings
}

/** The values of the path parameters of an operation, or undefined where a request does not reach it. */
export function matchOperation(
  operation: Operation,
  request: Pick<WireRequest, 'method' | 'path'>,
): Record<string, string> | undefined {
  if (!operation.methods.some(method => method === request.method)) return undefined
  return matchPath(operation.path, request.path)
}
