// A captured request, written anew for the double: with its accounts, its numbers, and what was wrong with it.
import {
  type Contract,
  type Credentials,
  isRefusal,
  type Message,
  readAt,
  type WireRequest,
} from '../../contract/index.ts'
import type { Double } from '../../double/double.ts'
import type { Simulator } from '../../double/simulator.ts'
import type { Account } from '../../store/records.ts'
import type { Judgement } from '../check.ts'
import { type CapturedRequest, toBytes } from '../exchange.ts'
import type { createResponseJudge } from '../judge-response.ts'
import type { KnownAccounts } from '../known-accounts.ts'
import { type MatchedOperation, queryOf } from '../match.ts'
import { readText } from '../text.ts'
import {
  type CredentialPlaces,
  findCredentials,
  inventedFor,
  mayTake,
  type StandIn,
  type StandIns,
} from './accounts.ts'
import type { Numbers } from './numbers.ts'

/** A request as it was captured. */
export interface ReadRequest {
  readonly wire: WireRequest
  /** Absent where the bytes are not the message they claim to be. */
  readonly message?: Message
}

/** What came of a request at the provider. */
export interface Given extends Required<Pick<Judgement, 'rows'>> {
  readonly outcome: 'answered' | 'refused'
  readonly answer: Judgement['answer']
  /** Epoch milliseconds. */
  readonly at: number
}

/** What came of it in the double. */
export interface OwnAnswer {
  readonly outcome: Judgement['outcome']
  readonly answer: Judgement['answer']
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Why the double could not answer at all. */
  readonly failure?: string
}

/** Asks the double what the provider was asked. */
export type Asker = (request: ReadRequest, match: MatchedOperation, given: Given) => Promise<OwnAnswer>

/** A captured request as bytes and as values; undefined where its body was not captured. */
export function readRequest(
  { method, url, headers, body }: CapturedRequest,
  { contract, operation, path }: MatchedOperation,
): ReadRequest | undefined {
  if (body === undefined && operation.request.in === 'body' && method !== 'GET') return undefined
  const wire = { method, path, query: queryOf(url), headers, body: toBytes(body ?? '') }
  try {
    return { wire, message: contract.wire.decode(wire) }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { wire }
  }
}

export function createAsker(parts: {
  readonly double: Double
  readonly simulator: Simulator
  readonly known: KnownAccounts
  readonly numbers: Numbers
  readonly standIns: StandIns
  readonly judge: ReturnType<typeof createResponseJudge>
}): Asker {
  const { double, simulator, known, numbers, standIns, judge } = parts
  const { contract } = simulator
  const found = new Map<string, CredentialPlaces>()
  const placesOf = (name: string) => {
    const places = found.get(name) ?? findCredentials(simulator, name)
    found.set(name, places)
    return places
  }

  async function send(request: WireRequest, match: MatchedOperation): Promise<OwnAnswer> {
    const path = `/${contract.id}${request.path}`
    const { status, headers, body } = await double.handle({ ...request, path, host: '', door: 'replay' })
    const { outcome, answer } = judge({ status, headers, body }, match)
    const failure = status >= 500 ? failureOf(readText(body).text) : undefined
    return { outcome, answer, status, headers, ...(failure !== undefined && { failure }) }
  }

  /** What the double is asked with, and what can still be tried where the provider refused. */
  async function prepare(
    message: Message,
    identity: Exclude<ReturnType<typeof identify>, undefined>,
    { name, given, values }: { name: string; given: Given; values: Readonly<Record<string, unknown>> },
  ): Promise<{ standIn: StandIn; credentials: Credentials; unsettled: Readonly<Record<string, unknown>> }> {
    const places = placesOf(name)
    const stand = numbers.find(
      typeof identity === 'object' && 'order' in identity ? identity.order : identity,
    )
    const own = stand && standIns.get(stand.account)
    const standIn =
      own ??
      (typeof identity === 'string' ? await standIns.of(identity, places.identity) : await standIns.any())
    const before = await standIns.read(standIn)
    const sent = sentCredentials(contract, places, { values, account: before })
    const other = Object.fromEntries(
      Object.entries(sent).filter(
        ([credential, value]) =>
          value !== before.credentials[credential] && mayTake(contract, credential, value),
      ),
    )
    if (given.outcome === 'answered') {
      for (const credential of Object.keys(sent)) standIn.settled.add(credential)
      const addresses = registeredAddresses(contract, name, { values, account: before })
      if (Object.keys({ ...other, ...addresses }).length > 0)
        await standIns.change(standIn, { ...other, ...addresses })
    }
    const credentials = {
      ...before.credentials,
      ...sent,
      ...(stand && typeof identity === 'string' && places.identity && { [places.identity]: stand.own }),
      ...wrongCredentials(message, identity, { name, given, places }),
    }
    const unsettled =
      given.outcome === 'answered'
        ? {}
        : Object.fromEntries(Object.entries(other).filter(([credential]) => !standIn.settled.has(credential)))
    return { standIn, credentials, unsettled }
  }

  /** Other credentials than those of the account, where the provider took them to be wrong. */
  function wrongCredentials(
    message: Message,
    identity: unknown,
    { name, given: { rows, at, outcome }, places }: { name: string; given: Given; places: CredentialPlaces },
  ): Credentials {
    if (outcome === 'answered' || typeof identity !== 'string') return {}
    const { account, wire, refusals } = contract
    const invented = inventedFor(simulator, identity)
    const at1 = { operation: name, now: at }
    const verified = wire.verify(message, invented, account.defaults, at1)
    const isWrong = !verified.ok && rows.includes(verified.errorName)
    if (!isWrong && !rows.includes(refusals.unknownAccount)) return {}
    const configured = known.named(contract, identity)
    // Where the key is known, it is known as well whether the provider was right.
    if (configured && wire.verify(message, configured.credentials, configured.settings ?? {}, at1).ok)
      return {}
    const names = isWrong ? account.secrets : [places.identity ?? account.identifiedBy]
    return Object.fromEntries(names.map(each => [each, invented[each]]))
  }

  async function learn(
    { operation }: MatchedOperation,
    { answer, outcome }: Given,
    own: OwnAnswer,
    { values, standIn }: { values: Readonly<Record<string, unknown>>; standIn: StandIn },
  ): Promise<void> {
    if (outcome !== 'answered' || own.outcome !== 'answered' || !answer || !own.answer) return
    const { creates, request, response = {} } = operation.orders ?? {}
    if (creates) numbers.noteMerchant(readAt(values, request?.orderNumber))
    let names: ReadonlySet<string> | undefined
    for (const [real, mine] of pairsOf(answer, own.answer, response)) {
      names ??= namesOf(contract, await standIns.read(standIn))
      // Only what the double itself knows as the name of something stands for something.
      if (names.has(mine) || (await double.orders.get(mine)))
        numbers.learn(real, { own: mine, account: standIn.id })
    }
  }

  return async ({ wire: captured, message }, match, given) => {
    const { name, operation, pathValues } = match
    const identity = message && identify(contract, message, name)
    // What cannot be read, or names nobody, is as wrong in the double as it was at the provider.
    if (!message || identity === undefined) return send(captured, match)
    const values = numbers.replaceIn({ ...message.params, ...pathValues })
    const { standIn, credentials, unsettled } = await prepare(message, identity, { name, given, values })
    const params = numbers.replaceIn(message.params)
    const request = fillPath(
      contract.wire.encodeRequest(operation, params, credentials),
      numbers.replaceIn(pathValues),
    )
    let own = await send(request, match)
    const isOther = own.answer?.[contract.codeField] !== given.answer?.[contract.codeField]
    if (own.outcome === 'refused' && isOther && Object.keys(unsettled).length > 0) {
      // Not refused for its merchant number, or whatever it is: then that was right.
      await standIns.change(standIn, unsettled)
      own = await send(request, match)
    }
    await learn(match, given, own, { values, standIn })
    return own
  }
}

/** What names the account; undefined where nothing does, or not as it should. */
function identify(
  contract: Contract,
  message: Message,
  operation: string,
): ReturnType<Contract['wire']['identify']> {
  try {
    return contract.wire.identify(message, operation)
  } catch (error) {
    if (!isRefusal(error)) throw error
    return undefined
  }
}

/** The credentials in the parameters of a request, as it has them; null or undefined where it has none. */
function sentCredentials(
  { account: { credentials, secrets } }: Contract,
  { params, identity }: CredentialPlaces,
  { values, account }: { values: Readonly<Record<string, unknown>>; account: Account },
): Record<string, unknown> {
  const sent: Record<string, unknown> = {}
  for (const [param, credential] of params) {
    // Who it is has been settled, and a secret is the double's own.
    if (credential === identity || secrets.includes(credential)) continue
    const own = account.credentials[credential]
    const value = values[param]
    const items = typeof value === 'string' ? value.split(',') : []
    if (value === undefined)
      sent[credential] = credentials.shape[credential]?.safeParse(null).success ? null : undefined
    else sent[credential] = items.includes(String(own)) ? own : items.length > 1 ? items[0] : value
  }
  return sent
}

/** The callback address that a request gave and the provider took, among those that the account has registered. */
function registeredAddresses(
  { account: { callbackAddress }, callbacks }: Contract,
  operation: string,
  { values, account }: { values: Readonly<Record<string, unknown>>; account: Account },
): Record<string, unknown> {
  const registered = callbackAddress === undefined ? undefined : account.settings[callbackAddress]
  if (callbackAddress === undefined || !Array.isArray(registered)) return {}
  const given = Object.values(callbacks)
    .filter(({ after }) => after === operation)
    .map(({ url }) => values[/^\{\$request\.body#\/([^}]+)\}$/.exec(url)?.[1] ?? ''])
    .filter(value => typeof value === 'string' && value !== '' && !registered.includes(value))
  return given.length === 0 ? {} : { [callbackAddress]: [...registered, ...given] }
}

/** Everything by which requests can name the account, or what belongs to it. */
function namesOf({ account }: Contract, { credentials, settings }: Account): ReadonlySet<string> {
  const identities = account.identities?.(credentials, settings) ?? []
  return new Set([...Object.values(credentials).map(String), ...identities])
}

/** Texts and numbers that stand at the same place of two answers. */
function* pairsOf(
  there: Readonly<Record<string, unknown>>,
  here: Readonly<Record<string, unknown>>,
  { list, orderNumber }: { list?: string; orderNumber?: string },
): Generator<[string, string]> {
  if (list === undefined) {
    yield* leafPairs(there, here)
    return
  }
  const [rows, own] = [readAt(there, list), readAt(here, list)]
  if (!Array.isArray(rows) || !Array.isArray(own)) return
  for (const row of rows) {
    // In which order rows come is not for sure: they are told apart by the merchant's number.
    const same = own.filter(each => readAt(each, orderNumber) === readAt(row, orderNumber))
    if (same.length === 1) yield* leafPairs(row, same[0])
  }
}

function* leafPairs(there: unknown, here: unknown): Generator<[string, string]> {
  if (isLeaf(there) && isLeaf(here)) yield [String(there), String(here)]
  if (typeof there !== 'object' || typeof here !== 'object' || there === null || here === null) return
  for (const [name, value] of Object.entries(there))
    yield* leafPairs(value, (here as Record<string, unknown>)[name])
}

function isLeaf(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number'
}

function fillPath(request: WireRequest, values: Readonly<Record<string, unknown>>): WireRequest {
  const path = request.path.replace(/\{([^}]+)\}/g, (whole, name: string) =>
    values[name] === undefined ? whole : encodeURIComponent(String(values[name])),
  )
  return { ...request, path }
}

/** What the double says of itself where it does not answer as the provider. */
function failureOf(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string } }
    return error?.message === undefined ? undefined : `the double cannot answer it: ${error.message}`
  } catch {
    return undefined
  }
}
